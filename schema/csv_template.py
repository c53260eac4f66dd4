"""The flat template: how the fields of a nested record are named as the columns of a table.

A column is named as findings print paths, ``participants[0].actor``. A list of single values is one column whose cells
separate the values by ``;``, or one column for each value, ``issues[0]``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from casus.schema.description import Field, Kind, Struct, describe, walk
from casus.schema.event import Event
from casus.schema.findings import Path, path_text
from casus.schema.rules.wording import Lexicon

#: Between the values of a list in one cell.
SEPARATOR = ";"
_STEP = re.compile(r"([A-Za-z0-9_ -]+)(?:\[([0-9]{1,4})\])?\Z")
_INDEX = re.compile(r"\[[0-9]*\]")
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_TRUTH = {"true": True, "false": False}
_LONGEST_NUMBER = 40


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the template: its name, the path of its values, and their field.

    ``listed`` says that a cell holds all the values of a list.
    """

    name: str
    path: Path
    field: Field
    listed: bool

    def read(self, cell: str) -> Any:
        """Return what a cell that is not empty holds, in the field's type; text where it is not of that type."""
        if not self.listed:
            return _typed(cell, self.field)
        return [_typed(each.strip(), self.field) for each in cell.split(SEPARATOR)]


@dataclass(frozen=True, slots=True)
class NoColumn:
    """A heading that is no column of the template: why, and the column that was probably meant."""

    problem: str
    nearest: str | None = None


def column(name: str) -> Column | NoColumn:
    """Return the column of a heading, or what is wrong with it."""
    struct, field = describe(Event), None
    path: Path = ()
    for step in name.split("."):
        match = _STEP.match(step)
        if field is not None and field.struct is None:
            return NoColumn(f"{path_text(path)} has no fields of its own", path_text(path))
        struct = field.struct if field is not None and field.struct is not None else struct
        field = struct.field(match[1]) if match else None
        if match is None or field is None:
            return NoColumn("there is no such field", closest_column(name))
        index = match[2]
        if index is not None and not field.many:
            return NoColumn(f"{match[1]} is no list", closest_column(name))
        if index is None and field.many and field.struct is not None:
            return NoColumn(f"{match[1]} is a list of groups, whose columns are numbered", closest_column(name))
        path = (*path, match[1]) if index is None else (*path, match[1], int(index))
    if field is None or field.struct is not None:
        inner = field.struct.fields[0].name if field is not None and field.struct is not None else ""
        return NoColumn("it is a group of fields, not a single one", f"{name}.{inner}")
    return Column(name, path, field, listed=field.many and not isinstance(path[-1], int))


@cache
def plain_names() -> tuple[str, ...]:
    """Return the names of all columns, with an empty index for every list of groups: ``sources[].url``."""
    return tuple(path.removesuffix("[]") for path, field in walk(describe(Event)) if field.kind is not Kind.STRUCT)


def closest_column(name: str) -> str | None:
    """Return the column that a heading probably means, with the indexes of the heading as far as it has them."""
    meant = _lexicon().closest(_INDEX.sub("", name))
    if meant is None:
        return None
    given = [each.strip("[]") or "0" for each in _INDEX.findall(name)]
    full = _by_bare_name()[meant]
    for _ in range(full.count("[]")):
        full = full.replace("[]", f"[{given.pop(0) if given else 0}]", 1)
    return full


@cache
def _by_bare_name() -> dict[str, str]:
    return {name.replace("[]", ""): name for name in plain_names()}


@cache
def _lexicon() -> Lexicon:
    return Lexicon(_by_bare_name())


def are_fields(names: Iterable[str]) -> bool:
    """Whether the columns of a nested table are those of records: most of them are fields of the model."""
    struct, given = describe(Event), list(names)
    return 2 * sum(struct.field(name) is not None for name in given) > len(given)


def empty_groups(struct: Struct) -> Iterator[str]:
    """Yield the required groups in which nothing is required: without a filled cell they are empty groups."""
    for field in struct.fields:
        inner = field.struct
        if field.required and not field.many and inner is not None and not any(each.required for each in inner.fields):
            yield field.name


def _typed(cell: str, field: Field) -> Any:
    match field.kind:
        case Kind.BOOLEAN:
            return _TRUTH.get(cell.lower(), cell)
        case Kind.INTEGER | Kind.NUMBER if len(cell) < _LONGEST_NUMBER and _NUMBER.match(cell):
            return int(cell) if _WHOLE.match(cell) else float(cell)
        case _:
            return cell


def not_finite(value: Any) -> bool:
    """Whether a value, or one of those of a list, is a number that no program holds: 1e400."""
    return any(
        isinstance(each, float) and not math.isfinite(each) for each in (value if isinstance(value, list) else [value])
    )
