"""What differs between two states of one record or registry entry, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from casus.schema.description import Field, Struct

#: What tells the items of a list apart that have no ``key``; the other lists of groups go by position.
_IDENTITY = {
    "represented_by": ("person",),
    "confidence": ("field",),
    "external_ids": ("dataset",),
    "memberships": ("of", "kind", "office", "start"),
}
#: Sets whose first member counts all the same: the flat table of participants has it in a column.
_FIRST_COUNTS = ("roles",)


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs: ``quantities/q2.best``, with what it was and what it is; None where it is absent."""

    path: str
    old: Any
    new: Any


def changes(struct: Struct, old: Mapping[str, Any], new: Mapping[str, Any], at: str = "") -> Iterator[Change]:
    """Yield what differs between two groups of fields, in the order of the schema.

    Items of a list are matched by their key, whatever their position; a list whose items may not repeat is a set, and
    its order says nothing. A list of keyed items in another order is one change, of the keys.

    Parameters
    ----------
    struct
        The description of the group; fields that it does not know come last, as they are.
    old, new
        Parsed text, without absent values and empty lists.
    at
        The path of the group in its record.
    """
    known = [each.name for each in struct.fields]
    for name in [*known, *sorted({*old, *new} - set(known))]:
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        yield from _field(struct.field(name), f"{at}.{name}" if at else name, before, after)


def _field(field: Field | None, at: str, before: Any, after: Any) -> Iterator[Change]:
    if field is None or (field.struct is None and not field.many):
        yield Change(at, before, after)
    elif field.struct is None:
        if not (field.items.distinct and field.name not in _FIRST_COUNTS and _same_set(before, after)):
            yield Change(at, before, after)
    elif field.many:
        yield from _items(field, field.struct, at, before or [], after or [])
    elif before is None or after is None:
        yield Change(at, before, after)
    else:
        yield from changes(field.struct, before, after, at)


def _same_set(before: Any, after: Any) -> bool:
    return sorted(before or ()) == sorted(after or ())


def _items(field: Field, struct: Struct, at: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[Change]:
    old, new = _named(field, before), _named(field, after)
    for name in dict.fromkeys([*old, *new]):
        if name in old and name in new:
            yield from changes(struct, old[name], new[name], f"{at}/{name}")
        else:
            yield Change(f"{at}/{name}", old.get(name), new.get(name))
    kept, now = [name for name in old if name in new], [name for name in new if name in old]
    if kept != now:
        yield Change(at, kept, now)


def _named(field: Field, items: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the items by what tells them apart; a name that stands twice is counted."""
    identity = ("key",) if field.struct and field.struct.field("key") else _IDENTITY.get(field.name, ())
    named: dict[str, Mapping[str, Any]] = {}
    for number, item in enumerate(items, 1):
        name = ",".join(str(item[part]) for part in identity if part in item) or str(number)
        more = 1
        unique = name
        while unique in named:
            more += 1
            unique = f"{name}#{more}"
        named[unique] = item
    return named
