"""What helps to put a field right: what is allowed there, what was probably meant, and a fix to paste."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from casus.schema.constraints import Coded, Length, Pattern, Range
from casus.schema.description import Field, Kind, Struct
from casus.schema.findings import Path, names, path_text
from casus.schema.rules import pasting
from casus.schema.rules.wording import closest, labels, likeliest_first, shown
from casus.schema.types import URL
from casus.schema.vocabulary import vocabulary

_KINDS = {
    Kind.TEXT: "a text",
    Kind.INTEGER: "a whole number",
    Kind.NUMBER: "a number",
    Kind.BOOLEAN: "true or false",
    Kind.DATE: "a day",
    Kind.STRUCT: "a group of fields",
    Kind.BYTES: "bytes",
}
_DAY = "a day written year-month-day"
_DAY_EXAMPLE = "2025-06-02"


@dataclass(frozen=True, slots=True)
class Place:
    """A value that is wrong, and the field that it stands in (None where there is no such field).

    ``root`` is the whole record, ``struct`` the part of it that has the field.
    """

    root: Struct
    struct: Struct
    field: Field | None
    path: Path
    value: Any

    @property
    def whole_list(self) -> bool:
        """Whether the value stands for the whole list, not for an item of it."""
        return self.field is not None and self.field.many and not (self.path and isinstance(self.path[-1], int))


@dataclass(frozen=True, slots=True)
class Hints:
    """The data of a finding that help to put it right; ``words`` fill the message."""

    allowed: tuple[str, ...] | str = ()
    nearest: str | None = None
    paste: str | None = None
    see: str | None = None
    words: Mapping[str, Any] = field(default_factory=dict)


def hints(code: str, place: Place) -> Hints:
    """Return what helps to put right a finding of a field rule."""
    return _MAKERS[code](place) if code in _MAKERS else Hints()


def _unknown(place: Place) -> Hints:
    known = [each.name for each in place.struct.fields]
    name = str(place.path[-1]) if place.path else ""
    meant = closest(name, known)
    paste = pasting.renamed(meant, place.value) if meant else None
    return Hints(likeliest_first(name, known, meant), meant, paste)


def _missing(place: Place) -> Hints:
    if place.field is None:
        return Hints()
    form = pasting.sketch(place.field)
    if place.field.many and place.field.struct is not None:
        form = f"{place.field.name}:\n  {pasting.item(place.field.struct)}"
    return Hints(_allowed(place.field), paste=form, see=_see(place))


def _kind(place: Place) -> Hints:
    if place.field is None:
        return Hints(words={"kind": "a group of fields"})
    kind = "a list" if place.whole_list else _KINDS[place.field.kind]
    example = _example(place.field)
    allowed = f"{kind}, such as {example}" if example and not place.whole_list else kind
    return Hints(allowed, paste=_converted(place, place.field), words={"kind": kind})


def _converted(place: Place, field: Field) -> str | None:
    """Return the value in the field's type; a single value where a list belongs becomes a list, and the reverse."""
    if place.whole_list and field.struct is None and not isinstance(place.value, list | tuple | dict):
        written = pasting.scalar(place.value)
        return f"{field.name}: [{written}]" if written is not None else None
    if not field.many and isinstance(place.value, list | tuple) and len(place.value) == 1:
        return pasting.line(place.path, place.value[0])
    value = pasting.converted(field, place.value)
    return None if value is None else pasting.line(place.path, value)


def _code(place: Place) -> Hints:
    if place.field is None or place.field.vocabulary is None:
        return Hints()
    codes = vocabulary(place.field.vocabulary).codes
    value = place.value[0] if isinstance(place.value, list | tuple) and len(place.value) == 1 else place.value
    meant = closest(value, codes, labels(place.field.vocabulary))
    paste = pasting.line(place.path, meant) if meant else None
    return Hints(likeliest_first(value, codes, meant), meant, paste, _see(place))


def _form(place: Place) -> Hints:
    if place.field is None:
        return Hints(words={"says": "in the right form"})
    says, example, meant = "in the right form", "", None
    pattern = place.field.constraint(Pattern)
    if pattern:
        says, example = pattern.says, pattern.example
    if place.field.kind is Kind.DATE:
        says, example, meant = _DAY, _DAY_EXAMPLE, pasting.day(place.value)
    elif pattern == URL:
        meant = pasting.address(place.value)
    paste = pasting.line(place.path, meant) if meant else None
    return Hints(f"{says}, such as {example}" if example else says, meant, paste, words={"says": says})


def _range(place: Place) -> Hints:
    limits = place.field.constraint(Range) if place.field else None
    said = f"from {limits.least:g} to {limits.most:g}" if limits else "in the range"
    return Hints(said, words={"range": said})


def _length(place: Place) -> Hints:
    limits = place.field.constraint(Length) if place.field else None
    said = f"{limits.least} to {limits.most} characters" if limits else "fewer or more"
    return Hints(said, words={"range": said})


def _items(place: Place) -> Hints:
    if place.field is None:
        return Hints(words={"range": "more or fewer"})
    items, said = place.field.items, f"{place.field.items.least} to {place.field.items.most} items"
    empty = not isinstance(place.value, list | tuple) or len(place.value) < items.least
    paste = pasting.item(place.field.struct) if empty and place.field.struct is not None else None
    return Hints(said, paste=paste, words={"range": said})


def _twice(place: Place) -> Hints:
    values = place.value if isinstance(place.value, list | tuple) else ()
    repeated = next((value for index, value in enumerate(values) if value in values[:index]), None)
    return Hints(words={} if repeated is None else {"value": shown(repeated)})


def _allowed(field: Field) -> tuple[str, ...] | str:
    if field.constraint(Coded):
        return vocabulary(field.vocabulary or "").codes
    example = _example(field)
    return f"{_KINDS[field.kind]}, such as {example}" if example else ""


def _see(place: Place) -> str | None:
    """Return the command that prints the vocabulary: by the field of an event, by its own name elsewhere."""
    if place.field is None or place.field.vocabulary is None:
        return None
    of_event = place.root.name == "Event"
    return f"casus codebook {path_text(names(place.path)) if of_event else place.field.vocabulary}"


def _example(field: Field) -> str:
    pattern = field.constraint(Pattern)
    return pattern.example if pattern else _DAY_EXAMPLE if field.kind is Kind.DATE else ""


_MAKERS: Mapping[str, Callable[[Place], Hints]] = {
    "CAS101": _unknown,
    "CAS102": _missing,
    "CAS103": _kind,
    "CAS104": _code,
    "CAS105": _form,
    "CAS106": _range,
    "CAS107": _length,
    "CAS108": _items,
    "CAS111": _twice,
}
