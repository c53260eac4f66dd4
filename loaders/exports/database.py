"""SQLite: one table for each flat table, with types, keys, indexes, the codebook, and two views."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casus.exports.files import written_aside
from casus.exports.plain import flat_names, flat_tables
from casus.metadata import release_facts
from casus.releases import Release
from casus.schema.description import Field, Kind
from casus.schema.errors import UsageError
from casus.schema.metadata import Facts
from casus.schema.metadata.codebook_rows import COLUMNS
from casus.schema.metadata.codebook_rows import rows as codebook_rows
from casus.schema.references import ForeignKey
from casus.schema.tables import TABLES

if TYPE_CHECKING:
    import pyarrow as pa

_TYPES = {Kind.TEXT: "TEXT", Kind.INTEGER: "INTEGER", Kind.NUMBER: "REAL", Kind.BOOLEAN: "BOOLEAN", Kind.DATE: "DATE"}
_BATCH = 10_000
#: Columns that people look rows up by, beside the keys.
_INDEXED = {"events": ("type", "date_start", "country"), "quantities": ("measure", "claimant"),
            "claims": ("claimant",), "participants": ("actor",), "sources": ("publisher",)}  # fmt: skip
_WITH_EVENTS = """
    SELECT r.*, COALESCE((SELECT name FROM actors WHERE id = r.claimant),
                         (SELECT name FROM publishers WHERE id = r.claimant)) AS claimant_name,
           e.title AS event_title, e.type AS event_type, e.date_start, e.date_end
    FROM {table} r JOIN events e ON e.id = r.event_id"""


def export_sqlite(release: Release, path: Path, *, force: bool = False) -> Mapping[str, int]:
    """Write the flat tables as a SQLite database and return the number of rows of each.

    Days are texts such as 2025-06-02 in columns declared DATE, truth values 1 and 0 in columns declared BOOLEAN,
    points are well-known binary; what is unknown is NULL. The tables ``release`` and ``codebook`` say what it is.

    Raises
    ------
    UsageError
        If the file exists and ``force`` is false, or cannot be written.
    """
    tables = {name: release.table(name) for name in flat_names(release)}
    facts = release_facts(release.manifest, tables)
    with written_aside(path, force=force) as aside:
        try:
            with closing(sqlite3.connect(aside)) as database:
                _fill(database, dict(flat_tables(release, hexadecimal=False)), facts)
        except sqlite3.Error as error:
            raise UsageError(f"{path} cannot be written ({error}). Give a place that can.") from None
    return {name: len(table) for name, table in tables.items()}


def _fill(database: sqlite3.Connection, tables: Mapping[str, pa.Table], facts: Facts) -> None:
    with database:
        for name, rows in tables.items():
            table = TABLES[name]
            database.execute(_create(name, table.columns, table.key, facts.keys.get(name, ())))
            _insert(database, name, len(table.columns), _values(rows))
            for columns in _indexes(name, facts.keys.get(name, ())):
                index = _name(f"{name}_by_{'_'.join(columns)}")
                database.execute(f"CREATE INDEX {index} ON {_name(name)} ({_names(columns)})")
        database.execute(_create("codebook", COLUMNS, (), ()))
        _insert(database, "codebook", len(COLUMNS), (tuple(row.values()) for row in codebook_rows(facts)))
        database.execute("CREATE TABLE release (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
        head = ("title", "description", "version", "schema_version", "as_of", "licence")
        _insert(database, "release", 2, ((name, getattr(facts, name)) for name in head))
        for name in ("quantities", "claims"):
            if {name, "events", "actors", "publishers"} <= set(tables):
                database.execute(f"CREATE VIEW {name}_with_events AS {_WITH_EVENTS.format(table=name)}")


def _create(name: str, columns: Iterable[Field], key: tuple[str, ...], foreign: Iterable[ForeignKey]) -> str:
    columns = tuple(columns)
    lines = []
    for column in columns:
        required = column.required or column.default is not None
        lines.append(f"{_name(column.name)} {_TYPES.get(column.kind, 'BLOB')}{' NOT NULL' if required else ''}")
    if key:
        whole = set(key) <= {column.name for column in columns if column.required}
        lines.append(f"{'PRIMARY KEY' if whole else 'UNIQUE'} ({_names(key)})")
    lines += [
        f"FOREIGN KEY ({_names(each.columns)}) REFERENCES {_name(each.table)} ({_names(each.keys)})" for each in foreign
    ]
    return f"CREATE TABLE {_name(name)} (\n  " + ",\n  ".join(lines) + "\n)"


def _indexes(name: str, foreign: Iterable[ForeignKey]) -> Iterator[tuple[str, ...]]:
    """Yield what to index: what people look up, and foreign keys that do not begin the primary key."""
    seen = {TABLES[name].key[: length + 1] for length in range(len(TABLES[name].key))}
    for columns in [*((column,) for column in _INDEXED.get(name, ())), *(key.columns for key in foreign)]:
        if columns not in seen:
            seen.add(columns)
            yield columns


def _insert(database: sqlite3.Connection, name: str, width: int, rows: Iterable[tuple[Any, ...]]) -> None:
    database.executemany(f"INSERT INTO {_name(name)} VALUES ({', '.join('?' * width)})", rows)  # noqa: S608


def _values(table: pa.Table) -> Iterator[tuple[Any, ...]]:
    for batch in table.to_batches(max_chunksize=_BATCH):
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield tuple(each.isoformat() if isinstance(each, dt.date) else each for each in row)


def _name(name: str) -> str:
    return f'"{name}"'


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(_name, names))
