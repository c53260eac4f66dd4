"""Which columns of the flat tables point to rows of other tables: the foreign keys of a release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from casus.schema.constraints import Reference
from casus.schema.tables import TABLES, Table

#: The table that a reference to an entry of a registry points to. Speakers are actors or publishers, and events may be
#: wanted ones, so that neither is a key of one table.
_REGISTRIES = {"actor": "actors", "person": "actors", "place": "places", "publisher": "publishers"}
#: What the descriptions of derived columns do not say.
_DERIVED: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"events": {"place": "places"}, "memberships": {"actor": "actors"}}
)
#: Long tables of lists within the rows of another table.
_WITHIN = {"participant_roles": "participants", "representatives": "participants"}


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns whose values, where present, are the ``keys`` of a row of ``table``."""

    columns: tuple[str, ...]
    table: str
    keys: tuple[str, ...]


def foreign_keys(table: Table) -> tuple[ForeignKey, ...]:
    """Return the foreign keys of a flat table, in the order of its columns."""
    return tuple(_keys(table))


def _keys(table: Table) -> Iterator[ForeignKey]:
    if table.name in _WITHIN:
        yield ForeignKey(("event_id", "key"), _WITHIN[table.name], ("event_id", "key"))
    for column in table.columns:
        if column.name == "event_id":
            yield ForeignKey(("event_id",), "events", ("id",))
            continue
        reference = column.constraint(Reference)
        to = _REGISTRIES.get(reference.to) if reference else _DERIVED.get(table.name, {}).get(column.name)
        if to:
            yield ForeignKey((column.name,), to, TABLES[to].key)
        elif reference and reference.to == "quantity":
            yield ForeignKey(("event_id", column.name), "quantities", ("event_id", "key"))
