"""What an importer is: a pure function from a batch of rows to records, with what it says of actors and places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.importers.mapping import SourceMapping
from casus.importers.rows import Fault, Rows


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a file as a whole.

    Attributes
    ----------
    mapping
        The mapping of the source.
    version
        The version of the source that the file holds, as far as its name or the user says.
    retrieved
        The day on which the file was got: its own date unless the user says another.
    """

    mapping: SourceMapping
    version: str
    retrieved: dt.date

    @property
    def name(self) -> str:
        """The short name of the source, which begins every id."""
        return self.mapping.name


@dataclass(frozen=True)
class Mapped:
    """A batch as records.

    Attributes
    ----------
    records
        The records, in the order of the rows.
    rows
        For each record, its row in the batch.
    faults
        Why rows became none: cells that cannot be read.
    skipped
        By reason: rows that are out of scope, such as protests.
    entries
        By registry (``actors``, ``places``, ``publishers``): the entries that the records refer to, each once.
    """

    records: pa.RecordBatch
    rows: Any
    faults: tuple[Fault, ...]
    skipped: Mapping[str, Any] = field(default_factory=dict)
    entries: Mapping[str, pa.Table] = field(default_factory=dict)


#: The function of a source: from rows, all of them in scope, to the columns of records, and entries of registries.
Make = Callable[[Rows, About], tuple[Mapping[str, Any], Mapping[str, Mapping[str, Any]]]]
#: Which rows are out of scope: by reason, a mask.
Scope = Callable[[Rows, About], Mapping[str, Any]]


def map_batch(batch: pa.RecordBatch, about: About, make: Make, scope: Scope | None = None) -> Mapped:
    """Turn a batch of rows into records: a pure function without state, so that any engine can call it.

    Parameters
    ----------
    batch
        Columns of text, by the names of the source's documentation.
    about
        What is known of the file.
    make, scope
        The functions of the source.
    """
    from casus.importers.nesting import build_records

    skipped: dict[str, Any] = {}
    places = np.arange(batch.num_rows)
    rows = Rows(dict(zip(batch.schema.names, batch.columns, strict=True)), batch.num_rows)
    if scope is not None:
        out = np.zeros(batch.num_rows, bool)
        for reason, mask in scope(rows, about).items():
            mine = mask & ~out
            if mine.any():
                skipped[reason] = np.flatnonzero(mine)
            out |= mask
        if out.any():
            places = np.flatnonzero(~out)
            kept_places = pa.array(places)
            rows = rows.taken(kept_places, _Some(batch, kept_places))
    columns, entries = make(rows, about)
    records = build_records(rows.length, columns)
    wrong = rows.wrong()
    faults = tuple(Fault(int(places[each.row]), each.column, each.code, each.reason) for each in rows.faults)
    if wrong.any():
        kept = pa.array(~wrong)
        records, places = records.filter(kept), places[~wrong]
    return Mapped(records, places, faults, skipped, {kind: distinct(table) for kind, table in entries.items()})


class _Some(Mapping[str, Any]):
    """Some rows of a batch; of the columns only those are copied that are asked for."""

    def __init__(self, batch: pa.RecordBatch, places: Any) -> None:
        self._batch, self._places = batch, places
        self._taken: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._taken:
            self._taken[name] = self._batch.column(name).take(self._places)
        return self._taken[name]

    def __contains__(self, name: object) -> bool:
        return name in self._batch.schema.names

    def __iter__(self) -> Iterator[str]:
        return iter(self._batch.schema.names)

    def __len__(self) -> int:
        return int(self._batch.num_columns)


def distinct(columns: Mapping[str, Any]) -> pa.Table:
    """Return entries of a registry with each id once: the first row that has it. Rows without an id are left out."""
    table = pa.table({name: plain(column) for name, column in columns.items()})
    table = table.filter(pc.is_valid(table.column("id")))
    numbered = table.select(["id"]).append_column("row", pa.array(np.arange(len(table))))
    first = numbered.group_by("id", use_threads=False).aggregate([("row", "min")]).column("row_min")
    return table.take(first.take(pc.sort_indices(first)))


def union(tables: Sequence[pa.Table]) -> pa.Table:
    """Return the entries of several tables, each id once: the first row that has it."""
    together = pa.concat_tables(tables, promote_options="permissive")
    return distinct({name: together.column(name).combine_chunks() for name in together.column_names})


def plain(column: Any) -> Any:
    """Return a column as plain values, not as a dictionary."""
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
