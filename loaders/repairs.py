"""Which safe repairs a parsed record needs: order of keys, missing item keys, forms of dates, names for ids.

A repair never changes what a record says. Where two readings are possible, there is no repair.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from casus.naming import LOOKED_UP, Names
from casus.schema.constraints import Reference
from casus.schema.description import Field, Kind, Struct
from casus.schema.findings import Path, path_text

#: How the keys of each list begin in the dataset.
LETTERS = {
    "status_history": "h",
    "locations": "l",
    "participants": "p",
    "quantities": "q",
    "claims": "c",
    "positions": "pos",
    "links": "k",
    "sources": "s",
}
_KEY = re.compile(r"([a-z][a-z-]*?)([0-9]+)\Z")
_LONGEST_KEY = 16
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sep sept", "october oct", "november nov", "december dec"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
#: Forms of a day that can be read in one way only.
_FORMS = tuple(
    re.compile(form + r"\Z")
    for form in (
        r"(?P<year>[0-9]{4})(?P<sign>[-/. ])(?P<month>[0-9]{1,2})(?P=sign)(?P<day>[0-9]{1,2})",
        r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})",
        r"(?P<day>[0-9]{1,2})\.\s?(?P<month>[0-9]{1,2})\.\s?(?P<year>[0-9]{4})",
        r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?[ -](?P<month>[a-z]+)\.?,?[ -](?P<year>[0-9]{4})",
        r"(?P<month>[a-z]+)\.? (?P<day>[0-9]{1,2})(?:st|nd|rd|th)?,? (?P<year>[0-9]{4})",
    )
)
#: A form that Europe reads day first and America month first.
_TWO_WAYS = re.compile(r"([0-9]{1,2})([/-])([0-9]{1,2})\2([0-9]{4})\Z")


class Repair(StrEnum):
    """What sort of repair it is."""

    ENCODING = "encoding"
    LINES = "lines"
    ORDER = "order"
    KEY = "key"
    DATE = "date"
    ID = "id"
    PLACE = "file name"


@dataclass(frozen=True, slots=True)
class Change:
    """One repair: at a path of the record (or of the whole file), ``old`` becomes ``new``.

    For an order, these are the names of the fields.
    """

    repair: Repair
    path: Path
    old: Any
    new: Any

    def __str__(self) -> str:
        at = path_text(self.path) or "record"
        match self.repair:
            case Repair.ORDER:
                return f"{at}: fields put in the order of the schema"
            case Repair.KEY:
                return f"{at}: key {self.new} added"
            case Repair.ENCODING | Repair.LINES:
                return f"{self.old} -> {self.new}"
            case Repair.PLACE:
                return f"moved to {self.new}"
            case _:
                return f"{at}: {self.old} -> {self.new}"


def repairs(struct: Struct, data: Any, names: Names, path: Path = ()) -> Iterator[Change]:
    """Yield the repairs that a parsed record or registry entry needs, those of its fields before their order."""
    if not isinstance(data, Mapping):
        return
    whole = not path or (len(path) == 1 and isinstance(path[0], int))
    taken = _taken(data) if whole else set()
    for field in struct.fields:
        if field.name in data:
            here = (*path, field.name)
            if field.struct is not None and field.many and field.struct.field("key"):
                yield from _missing_keys(field.name, data[field.name], here, taken)
            yield from _value_repairs(field, data[field.name], names, here)
    order = _canonical(struct, list(data))
    if order != list(data):
        yield Change(Repair.ORDER, path, tuple(data), tuple(order))


def _value_repairs(field: Field, value: Any, names: Names, path: Path) -> Iterator[Change]:
    if field.many:
        for index, item in enumerate(value if isinstance(value, list) else ()):
            yield from _one_value(field, item, names, (*path, index))
    else:
        yield from _one_value(field, value, names, path)


def _one_value(field: Field, value: Any, names: Names, path: Path) -> Iterator[Change]:
    if field.struct is not None:
        yield from repairs(field.struct, value, names, path)
        return
    reference = field.constraint(Reference)
    if field.kind is Kind.DATE:
        day = day_of(value)
        if day is not None and day != value:
            yield Change(Repair.DATE, path, value, day)
    elif isinstance(value, str) and reference is not None and reference.to in LOOKED_UP:
        entry_id = _id_of(value, reference.to, names)
        if entry_id is not None:
            yield Change(Repair.ID, path, value, entry_id)


def _id_of(value: str, to: str, names: Names) -> str | None:
    """Return the id of the one entry that is called so; None where none or several are, or the value is an id."""
    if names.known(value, to):
        return None
    found = names.called(value, to)
    return found[0].id if len(found) == 1 else None


def _canonical(struct: Struct, given: list[str]) -> list[str]:
    """Return the names in the order of the schema; one that it does not know stays behind its neighbour."""
    ranks = {field.name: number for number, field in enumerate(struct.fields)}
    rank = -1
    ranked = []
    for name in given:
        rank = ranks.get(name, rank)
        ranked.append((rank, name not in ranks, name))
    return [name for _, _, name in sorted(ranked, key=lambda each: each[:2])]


def _missing_keys(name: str, items: Any, path: Path, taken: set[str]) -> Iterator[Change]:
    if not isinstance(items, list):
        return
    given = [each["key"] for each in items if isinstance(each, Mapping) and isinstance(each.get("key"), str)]
    parts = [match for match in map(_KEY.match, given) if match]
    letters = Counter(match[1] for match in parts).most_common(1)
    letter = letters[0][0] if letters else LETTERS.get(name, name[:1])
    number = max((int(match[2]) for match in parts if match[1] == letter), default=0)
    for index, item in enumerate(items):
        if isinstance(item, Mapping) and "key" not in item:
            number += 1
            while f"{letter}{number}" in taken:
                number += 1
            key = f"{letter}{number}"
            if len(key) <= _LONGEST_KEY:
                taken.add(key)
                yield Change(Repair.KEY, (*path, index), None, key)


def _taken(record: Mapping[str, Any]) -> set[str]:
    """Return all keys of a record, and every text that may point to one: what points to nothing stays a finding."""
    found: set[str] = set()
    waiting: list[Any] = [record]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, str) and len(value) <= 2 * _LONGEST_KEY + 1:
            found.add(value.rpartition("/")[2])
    return found


def day_of(value: Any) -> str | None:
    """Return a day as ``year-month-day`` if the text can be read in one way only, else None.

    Dots are read day first, as everywhere where dates have dots; ``03/04/2025`` could be two days and is never read.

    >>> day_of("2 June 2025"), day_of("02.06.2025"), day_of("13/04/2025"), day_of("03/04/2025")
    ('2025-06-02', '2025-06-02', '2025-04-13', None)
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = " ".join(str(value).split()).casefold()
    for form in _FORMS:
        if match := form.match(text):
            return _day(match["year"], _MONTHS.get(match["month"], match["month"]), match["day"])
    if match := _TWO_WAYS.match(text):
        found = {_day(match[4], match[3], match[1]), _day(match[4], match[1], match[3])} - {None}
        return found.pop() if len(found) == 1 else None
    return None


def _day(year: str, month: str | int, day: str) -> str | None:
    try:
        return dt.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None
