"""The files by which a release describes itself to other tools, written when it is built.

What they say is rendered by :mod:`casus.schema.metadata`; here are the facts of one release.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casus.digests import sha256_of
from casus.manifest import Manifest, OtherFile
from casus.schema.metadata import Facts, File
from casus.schema.metadata.codebook_rows import CSV_FILE, JSON_FILE, codebook_csv, codebook_json
from casus.schema.metadata.croissant import FILE as CROISSANT
from casus.schema.metadata.croissant import croissant
from casus.schema.metadata.datapackage import FILE as DATAPACKAGE
from casus.schema.metadata.datapackage import data_package
from casus.schema.metadata.dataset_card import FILE as CARD
from casus.schema.metadata.dataset_card import dataset_card
from casus.schema.metadata.schema_org import FILE as SCHEMA_ORG
from casus.schema.metadata.schema_org import dataset_json_ld
from casus.schema.references import ForeignKey, foreign_keys
from casus.schema.tables import TABLES

if TYPE_CHECKING:
    import pyarrow as pa

_SEEN = 1000
_SHORT = 80


def write_metadata(folder: Path, manifest: Manifest, tables: Mapping[str, pa.Table]) -> tuple[OtherFile, ...]:
    """Write the files that describe a release into its folder, and return what they are.

    They depend on nothing but the manifest and the tables: the same release gives the same bytes.
    """
    facts = release_facts(manifest, tables)
    _write(folder / CSV_FILE, codebook_csv(facts))
    codebook = File("codebook", CSV_FILE, (folder / CSV_FILE).stat().st_size, sha256_of(folder / CSV_FILE))
    whole = replace(facts, files=(*facts.files, codebook))
    texts = {
        JSON_FILE: codebook_json(facts),
        DATAPACKAGE: data_package(whole),
        CROISSANT: croissant(whole),
        SCHEMA_ORG: dataset_json_ld(whole),
        CARD: dataset_card(whole),
    }
    for name, text in texts.items():
        _write(folder / name, text)
    return tuple(_said(folder / name) for name in sorted({CSV_FILE, *texts}))


def release_facts(manifest: Manifest, tables: Mapping[str, pa.Table]) -> Facts:
    """Return the facts of a release from its manifest and its tables."""
    files = [File(each.name, f"{each.name}.parquet", each.bytes, each.sha256, each.rows) for each in manifest.tables]
    return Facts.of(
        manifest,
        manifest.schema_version,
        files=tuple(files),
        keys={name: tuple(key for key in foreign_keys(TABLES[name]) if holds(key, tables[name], tables))
              for name in TABLES if name in tables},
        sources=tuple(_publishers(tables)),
        period=_period(tables["events"]) if "events" in tables else None,
        methods=_methods(tables["events"]) if "events" in tables else (),
        examples=dict(_examples(tables)),
    )  # fmt: skip


def holds(key: ForeignKey, table: pa.Table, tables: Mapping[str, pa.Table]) -> bool:
    """Whether every value of a foreign key is there in the other table.

    Imported records may name actors and places that no registry has; a key that does not hold is not declared.
    """
    if key.table not in tables:
        return False
    other = tables[key.table]
    if len(key.columns) == 1:
        import pyarrow.compute as pc

        values = _plain(table.column(key.columns[0])).drop_null()
        return bool(pc.all(pc.is_in(values, value_set=_plain(other.column(key.keys[0])))).as_py() is not False)
    there = set(zip(*(other.column(name).to_pylist() for name in key.keys), strict=True))
    rows = zip(*(table.column(name).to_pylist() for name in key.columns), strict=True)
    return all(row in there for row in rows if None not in row)


def _plain(column: Any) -> Any:
    import pyarrow as pa

    return column.cast(pa.string()).combine_chunks()


def _publishers(tables: Mapping[str, pa.Table]) -> Iterator[tuple[str, str]]:
    """Yield name and address of every publisher whose pages are cited, by id."""
    if not {"sources", "names", "publishers"} <= set(tables):
        return
    cited = set(tables["sources"].column("publisher").to_pylist())
    hosts: dict[str, str] = {}
    for row in tables["names"].to_pylist():
        if row["kind"] == "host":
            hosts.setdefault(row["id"], row["name"])
    for row in tables["publishers"].to_pylist():
        if row["id"] in cited and row["id"] in hosts:
            yield row["name"], f"https://{hosts[row['id']]}/"


def _methods(events: pa.Table) -> tuple[tuple[str, int], ...]:
    """Return how many records were coded by which method, most first."""
    methods = Counter(events.column("coding_method").to_pylist())
    return tuple(sorted(methods.items(), key=lambda each: (-each[1], each[0])))


def _period(events: pa.Table) -> tuple[str, str] | None:
    import pyarrow.compute as pc

    first = pc.min(events.column("date_start")).as_py()
    ends = [pc.max(events.column(name)).as_py() for name in ("date_start", "date_end")]
    last = max((day for day in ends if day), default=None)
    return (first.isoformat(), last.isoformat()) if first and last else None


def _examples(tables: Mapping[str, pa.Table]) -> Iterator[tuple[tuple[str, str], Any]]:
    """Yield a short value that is there for every column that has one among its first rows."""
    for name, table in TABLES.items():
        for column in table.columns if name in tables else ():
            seen = tables[name].column(column.name).slice(0, _SEEN).to_pylist()
            short = {str(value) for value in seen if value is not None and not isinstance(value, bytes)}
            if fit := [value for value in short if len(value) <= _SHORT]:
                yield (name, column.name), min(fit, key=lambda value: (len(value), value))


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8", newline="\n")


def _said(path: Path) -> OtherFile:
    return OtherFile(name=path.name, bytes=path.stat().st_size, sha256=sha256_of(path))
