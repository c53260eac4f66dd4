"""``casus.codebook``: what a field means, what may stand in it, and when to use which code."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from functools import cache

from casus.pages import Line, Page
from casus.schema.constraints import Coded, Length, Pattern, Range, Reference
from casus.schema.corpus import MODELS
from casus.schema.description import Field, Kind, describe, walk
from casus.schema.errors import UsageError
from casus.schema.tables import TABLES, Table
from casus.schema.types import CLEAN
from casus.schema.vocabulary import Value, Vocabulary, names, vocabulary

_KINDS = {
    Kind.TEXT: "text",
    Kind.INTEGER: "whole number",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "true or false",
    Kind.DATE: "day, such as 2025-06-02",
    Kind.STRUCT: "group of fields",
    Kind.BYTES: "bytes",
}
_REFERENCES = {
    "speaker": "id of an actor or publisher",
    "source": "key of one of the record's sources",
    "quantity": "key of one of the record's quantities",
    "part": "part of the record: a field, or list/key such as quantities/q2",
}
_SUGGESTED = 4


def codebook(field: str | None = None) -> Page:
    """Return what the codebook says of a field, a vocabulary or a code.

    Parameters
    ----------
    field
        A field (``"type"``, ``"participants.roles"``, of a registry ``"actor.kind"``), a table or a column of one
        (``"quantities.claimant_side"``), a vocabulary
        (``"event-types"``), a code in a field or vocabulary (``"type talks"``), a mode of a type
        (``"talks mediated"``), or a code alone. None lists all fields.

    Returns
    -------
    Page
        A text that shows itself when it is printed.

    Raises
    ------
    UsageError
        If there is nothing of that name; the text names the nearest.
    """
    if field is None:
        return Page(tuple(_all_fields()))
    wanted = _plain(field)
    first, _, rest = wanted.partition(" ")
    found = tuple(_found(first, rest))
    if not found:
        raise UsageError(_unknown(field, wanted))
    return Page(found)


def _found(first: str, code: str) -> Iterator[Line]:
    """Yield the lines for a name, and for a code in it where one is given."""
    by_path = {**columns(), **fields()}
    if first not in by_path and f"{first}s" in {*by_path, *names()}:
        first = f"{first}s"
    paths = [first] if first in by_path else _called(first)
    if code:
        yield from _code_in(first, code, paths)
    elif paths or first in TABLES:
        for number, path in enumerate(paths):
            yield from ([Line("")] if number else [])
            yield from _field_page(path, by_path[path], alone=len(paths) == 1)
        if first in TABLES:
            yield from ([Line("")] if paths else [])
            yield from _table_page(TABLES[first])
    elif first in names():
        yield from _vocabulary_page(vocabulary(first))
    else:
        yield from _codes(first)


@cache
def fields() -> Mapping[str, Field]:
    """Return every field by its path without brackets: those of the event, then ``actor.kind`` and the like."""
    found = {_plain(path): field for path, field in walk(describe(MODELS["event"]))}
    for kind, model in MODELS.items():
        if kind != "event":
            found |= {f"{kind}.{_plain(path)}": field for path, field in walk(describe(model))}
    return found


@cache
def columns() -> Mapping[str, Field]:
    """Return every column of the flat tables by its path, such as ``quantities.claimant_side``."""
    return {f"{name}.{column.name}": column for name, table in TABLES.items() for column in table.columns}


def _called(name: str) -> list[str]:
    """Return the paths of the fields of a name, or else of the columns of that name."""
    for known in (fields(), columns()):
        paths = [path for path in known if path.split(".")[-1] == name]
        if paths:
            return paths
    return []


def _plain(text: str) -> str:
    return " ".join(re.sub(r"\[[0-9]*\]", "", text).split()).lower()


@cache
def _firsts() -> frozenset[str]:
    """Return the paths of the first fields of the entries of every list."""
    return frozenset(f"{kind}.{describe(model).fields[0].name}" for kind, model in MODELS.items())


# --- fields ---------------------------------------------------------------------------------------------------------


def _all_fields() -> Iterator[Line]:
    yield Line("The fields of a record. + at least one, [] a list, * must be given.")
    for path, field in fields().items():
        parts = path.split(".")
        if path != "id" and path in _firsts():
            yield Line("")
            yield Line(f"The fields of the entries of a list: {parts[0]}.")
        mark = ("+" if field.items.least else "[]") if field.many else "*" if field.required else ""
        yield Line(_value_text(field, limits=False), f"{parts[-1]}{mark}", len(parts) - (parts[0] in MODELS))


def _field_page(path: str, field: Field, *, alone: bool) -> Iterator[Line]:
    yield Line(path)
    yield Line(field.description, "", 1)
    yield Line("")
    yield Line(_value_text(field), "value", 1)
    yield Line(_required_text(field), "required", 1)
    if field.struct is not None:
        yield Line(field.struct.doc, "group", 1)
        yield Line("")
        for inner in field.struct.fields:
            yield Line(inner.description, inner.name, 1)
    elif field.vocabulary is not None and alone:
        yield Line("")
        yield from _vocabulary_page(vocabulary(field.vocabulary), depth=1)


def _table_page(table: Table) -> Iterator[Line]:
    yield Line(f"table {table.name}")
    yield Line(table.description, "", 1)
    yield Line(", ".join(table.key), "key", 1)
    yield Line("")
    for column in table.columns:
        yield Line(column.description, column.name, 1)


def _required_text(field: Field) -> str:
    if field.required:
        return "yes"
    if field.default is not None:
        return f"no; {str(field.default).lower()} when left out"
    return "no; empty when left out" if field.many else "no; left out when unknown"


def _value_text(field: Field, *, limits: bool = True) -> str:
    said = _KINDS[field.kind]
    for constraint in field.constraints:
        match constraint:
            case Coded(name):
                said = f"code of the vocabulary {name}"
            case Pattern(_, says, example) if constraint != CLEAN:
                said = f"{says}, such as {example}"
            case Length(most, _) if said == _KINDS[Kind.TEXT]:
                said = f"text, at most {most} characters"
            case Range(least, most):
                said = f"{said}, {least:g} to {most:g}"
            case Reference(to):
                said = _REFERENCES.get(to, f"id of {'an' if to[0] in 'aeiou' else 'a'} {to}")
    if not field.many or not limits:
        return said
    number = f"{field.items.least or 'none'} to {field.items.most}" + (", none twice" if field.items.distinct else "")
    return f"list of {number}, each: {said}"


# --- vocabularies and codes -----------------------------------------------------------------------------------------


def _vocabulary_page(words: Vocabulary, depth: int = 0) -> Iterator[Line]:
    yield Line(f"{words.name}: {words.title}. {words.description}", "", depth)
    for value in words.values:
        yield Line("")
        yield from _value_page(value, depth + 1)


def _value_page(value: Value, depth: int, of: str = "") -> Iterator[Line]:
    yield Line(f"{value.label}. {value.definition}", f"{of}{value.code}", depth)
    yield Line(value.includes, "includes", depth + 1)
    yield Line(value.excludes, "excludes", depth + 1)
    yield Line(value.example, "example", depth + 1)
    for name, extra in value.extra.items():
        if isinstance(extra, str | bool | int | float):
            yield Line(str(extra).lower() if isinstance(extra, bool) else str(extra), name.replace("_", " "), depth + 1)
    if value.modes:
        yield Line(", ".join(mode.code for mode in value.modes), "modes", depth + 1)


def _code_in(first: str, code: str, paths: list[str]) -> Iterator[Line]:
    """Yield the pages of a code in a field or a vocabulary, or of a mode of a type."""
    by_path = {**columns(), **fields()}
    known = {name for path in paths if (name := by_path[path].vocabulary)} | ({first} & set(names()))
    for name in sorted(known):
        if code in vocabulary(name):
            yield Line(f"{name}: {vocabulary(name).title}")
            yield from _value_page(vocabulary(name)[code], 1)
    types = vocabulary("event-types")
    if first in types:
        for mode in types[first].modes:
            if mode.code == code:
                yield Line(f"modes of {first}")
                yield from _value_page(mode, 1)


def _codes(code: str) -> Iterator[Line]:
    """Yield the pages of a code in every vocabulary that has it, modes by their type."""
    for name in names():
        if name != "modes" and code in vocabulary(name):
            used = [path for path, field in fields().items() if field.vocabulary == name]
            yield Line(f"{name}: {vocabulary(name).title} (used by {', '.join(used)})")
            value = vocabulary(name)[code]
            yield from _value_page(value, 1)
            for mode in value.modes:
                yield Line("")
                yield from _value_page(mode, 2, f"{code} ")
    for event_type in vocabulary("event-types").values:
        for mode in event_type.modes:
            if mode.code == code:
                yield Line(f"modes of {event_type.code}")
                yield from _value_page(mode, 1)


def _unknown(field: str, wanted: str) -> str:
    known = {*fields(), *columns(), *TABLES, *names(), *(code for name in names() for code in vocabulary(name))}
    close = difflib.get_close_matches(wanted, sorted(known), _SUGGESTED, 0.6)
    if " " in wanted:
        first, _, code = wanted.partition(" ")
        close = [f"{first} {each}" for each in difflib.get_close_matches(code, _codes_of(first), _SUGGESTED, 0.5)]
    hint = f" Near are: {', '.join(close)}." if close else ""
    return f"The codebook has no field, vocabulary or code {field!r}.{hint} `casus codebook` lists the fields."


def _codes_of(first: str) -> list[str]:
    by_path = {**columns(), **fields()}
    name = by_path[first].vocabulary if first in by_path else first if first in names() else None
    types = vocabulary("event-types")
    return list(vocabulary(name)) if name else [mode.code for mode in types[first].modes] if first in types else []
