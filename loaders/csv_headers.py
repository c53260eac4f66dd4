"""Headers of the flat template: the columns that records of a type use most, as a table to begin with."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

from casus.querying import records
from casus.schema.csv_template import Column, column
from casus.schema.description import Struct, describe
from casus.schema.errors import UsageError
from casus.schema.event import Event
from casus.schema.findings import Path, path_text
from casus.schema.rules.wording import nearest
from casus.schema.vocabulary import vocabulary

#: A column is in the header if at least this share of the bundled records of the type use it.
_SHARE = 0.5
#: So many groups of a list have columns; one of every other.
_GROUPS: dict[str | int, int] = {"participants": 2, "sources": 2}
#: What every authored record needs, whatever the bundled ones are like.
_NEEDED = (
    "id", "type", "mode", "title", "summary", "status", "date.start", "date.end",
    "participants[0].key", "participants[0].actor", "participants[0].roles",
    "sources[0].key", "sources[0].url", "sources[0].publisher", "sources[0].title", "sources[0].accessed",
    "sources[0].supports", "coding.method", "coding.coders", "coding.coded_on",
)  # fmt: skip


def header_columns(event_type: str | None = None) -> list[str]:
    """Return the columns that records of a type use most, in the order of the schema.

    Counted are the records of the bundled release; where it has none of the type, those of all types. Of a list of
    groups the first one has columns (of participants and sources the first two): whoever needs more adds them.

    Raises
    ------
    UsageError
        If there is no such type.
    """
    types = vocabulary("event-types")
    if event_type is not None and event_type not in types:
        said = f"There is no type {event_type!r}{nearest(event_type, types)}."
        raise UsageError(f"{said} `casus codebook type` shows them all.")
    chosen = list(records(type=event_type)) if event_type else []
    chosen = chosen or list(records())
    used = Counter(name for each in chosen for name in set(_names(each.model_dump(mode="json", exclude_defaults=True))))
    often = {name for name, number in used.items() if number >= _SHARE * len(chosen)}
    return sorted({*often, *_NEEDED}, key=_place)


def header_line(event_type: str | None = None) -> str:
    """Return the header as a line of CSV."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="").writerow(header_columns(event_type))
    return stream.getvalue()


def _names(value: Any, path: Path = ()) -> Iterator[str]:
    """Yield the columns that a record uses; a list of single values is one."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _names(inner, (*path, name))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for index, inner in enumerate(value):
            yield from _names(inner, (*path, index))
    elif all(step < _GROUPS.get(path[index], 1) for index, step in enumerate(path[1:]) if isinstance(step, int)):
        yield path_text(path)


def _place(name: str) -> tuple[int, ...]:
    """Return where a column stands in the order of the schema."""
    found = column(name)
    struct: Struct | None = describe(Event)
    place: list[int] = []
    for step in found.path if isinstance(found, Column) else ():
        if isinstance(step, int):
            place.append(step)
        elif struct is not None and (field := struct.field(step)) is not None:
            place.append(struct.fields.index(field))
            struct = field.struct
    return tuple(place)
