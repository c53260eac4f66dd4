"""References between the tables of a release: every id that a row names is there to be joined."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from casus.schema.constraints import Reference
from casus.schema.findings import Finding
from casus.schema.rules.file import finding
from casus.schema.tables import TABLES

if TYPE_CHECKING:
    import pyarrow as pa

    from casus.releases import Release

#: Where the ids of a reference stand, by what it refers to.
_IDS = {
    "actor": ("actors",),
    "person": ("actors",),
    "speaker": ("actors", "publishers"),
    "place": ("places",),
    "publisher": ("publishers",),
    "event": ("events", "wanted", "revisions"),
}
#: Columns whose texts are keys within the same event: the table and column, and the table whose keys they are.
_KEYS = (
    ("participant_roles", "key", "participants"),
    ("representatives", "key", "participants"),
    ("quantities", "replaces", "quantities"),
    ("citations", "source", "sources"),
)
_BETWEEN = "\x00"


def broken_references(release: Release) -> Iterator[Finding]:
    """Yield the first row of every column that names something which is in no table of the release."""
    import pyarrow as pa

    known = {
        to: pa.chunked_array([_text(release.table(name).column("id")) for name in names]) for to, names in _IDS.items()
    }
    for name, table in TABLES.items():
        rows = release.table(name)
        for column in table.columns:
            to = next((each.to for each in column.constraints if isinstance(each, Reference)), "")
            if to in known and column.name in rows.column_names:
                found = _text(rows.column(column.name))
                yield from _first_lost(release, name, column.name, found, known[to], " or ".join(_IDS[to]))
    for name, column_name, other in _KEYS:
        rows = release.table(name)
        if name == "citations":
            rows = rows.filter(_cited_here(rows))
        found, keys = _pairs(rows, column_name), _pairs(release.table(other), "key")
        yield from _first_lost(release, name, column_name, found, keys, other)


def _first_lost(release: Release, name: str, column: str, found: Any, known: Any, where: str) -> Iterator[Finding]:
    import pyarrow.compute as pc

    lost = pc.and_(pc.is_valid(found), pc.invert(pc.is_in(found, value_set=known)))
    row = pc.index(lost, value=True).as_py()
    if row >= 0:
        value = found[row].as_py().rpartition(_BETWEEN)[2]
        said = finding("CAS453", path=(column,), name=column, value=repr(value), table=where)
        yield said.at(file=str(release.path(name)), row=row)


def _pairs(rows: pa.Table, column: str) -> Any:
    """Return event id and key as one text for every row; absent where there is no key."""
    import pyarrow.compute as pc

    return pc.binary_join_element_wise(_text(rows.column("event_id")), _text(rows.column(column)), _BETWEEN)


def _cited_here(rows: pa.Table) -> Any:
    import pyarrow.compute as pc

    return pc.equal(_text(rows.column("relation")), "source")


def _text(column: pa.ChunkedArray) -> Any:
    import pyarrow as pa

    return column.cast(pa.string()).combine_chunks()
