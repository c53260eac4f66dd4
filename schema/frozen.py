"""The column types of published schema versions, read from the text that was committed for them."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from casus.schema.errors import SchemaDefinitionError
from casus.schema.versions import digests

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

_LINE = re.compile(r"(?P<indent>(?:  )*)(?P<name>[a-z0-9_]+): (?P<type>.+?)(?P<required> not null)?")
_DICTIONARY = re.compile(r"dictionary<values=string, indices=(int16|int32), ordered=0>")


@cache
def frozen_schemas(version: str) -> Mapping[str, pa.Schema]:
    """Return the Arrow schema of every table of a published schema version, by the table's name.

    Raises
    ------
    SchemaDefinitionError
        If the version is not published, or its text cannot be read.
    """
    names = [name.removeprefix("arrow/") for name in digests().get(version, {}) if name.startswith("arrow/")]
    if not names:
        raise SchemaDefinitionError(f"The schema version {version} is not published.")
    folder = files("casus.schema") / "arrow" / version
    return {name.removesuffix(".txt"): read_lines((folder / name).read_text("utf-8")) for name in sorted(names)}


def read_lines(text: str) -> pa.Schema:
    """Return a schema from its text: what :func:`casus.schema.render_arrow.schema_lines` writes.

    Raises
    ------
    SchemaDefinitionError
        If a line is not of that form.
    """
    import pyarrow as pa

    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise SchemaDefinitionError(f"line {number} is not `name: type`: {line!r}")
        found.append((len(match["indent"]) // 2, match["name"], match["type"], match["required"] is None))
    fields, _ = _fields(found, 0, 0)
    return pa.schema(fields)


def _fields(lines: list[tuple[int, str, str, bool]], first: int, depth: int) -> tuple[list[Any], int]:
    """Return the fields of one depth from a line on, and the line after them."""
    import pyarrow as pa

    fields = []
    while first < len(lines) and lines[first][0] == depth:
        _, name, shown, nullable = lines[first]
        inner, first = _fields(lines, first + 1, depth + 1)
        fields.append(pa.field(name, _type(shown, inner), nullable=nullable))
    if first < len(lines) and lines[first][0] > depth:
        raise SchemaDefinitionError(f"{lines[first][1]} is indented under nothing")
    return fields, first


def _type(shown: str, inner: list[Any]) -> Any:
    import pyarrow as pa

    plain = {
        "string": pa.string(),
        "int32": pa.int32(),
        "int64": pa.int64(),
        "double": pa.float64(),
        "bool": pa.bool_(),
        "date32[day]": pa.date32(),
        "binary": pa.binary(),
    }
    if shown.startswith("list<") and shown.endswith(">"):
        return pa.list_(pa.field("item", _type(shown[5:-1], inner), nullable=False))
    if shown == "struct" and inner:
        return pa.struct(inner)
    if (found := _DICTIONARY.fullmatch(shown)) is not None:
        return pa.dictionary(getattr(pa, found[1])(), pa.string())
    if shown not in plain or inner:
        raise SchemaDefinitionError(f"no column has the type {shown!r}")
    return plain[shown]


__all__ = ["frozen_schemas", "read_lines"]
