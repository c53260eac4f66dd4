"""The Arrow schemas, rendered from the description: nested records and flat tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from casus.schema import SCHEMA_VERSION
from casus.schema.description import Field, Kind, describe
from casus.schema.event import Event

_TYPES = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int32(),
    Kind.NUMBER: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.DATE: pa.date32(),
    Kind.BYTES: pa.binary(),
}
_CODES = pa.dictionary(pa.int16(), pa.string())
_WORDS = pa.dictionary(pa.int32(), pa.string())


def records_schema() -> pa.Schema:
    """Return the schema of ``records.parquet``: one row per event, nested as the model is.

    Fields that may be left out are nullable; lists never are (an absent list is an empty one). Vocabulary fields are
    dictionaries. The description of each field stands in its metadata.
    """
    return _schema(describe(Event).fields)


def table_schema(fields: Iterable[Field]) -> pa.Schema:
    """Return the schema of a flat table from the descriptions of its columns."""
    return _schema(fields)


def schema_lines(schema: pa.Schema) -> str:
    """Return a schema as text, one column or nested field a line, for the contract test."""
    lines: list[str] = []

    def add(field: pa.Field, depth: int) -> None:
        nested = field.type
        shown = str(nested)
        if pa.types.is_list(nested):
            nested, shown = (
                nested.value_type,
                f"list<{'struct' if pa.types.is_struct(nested.value_type) else nested.value_type}>",
            )
        elif pa.types.is_struct(nested):
            shown = "struct"
        lines.append(f"{'  ' * depth}{field.name}: {shown}{'' if field.nullable else ' not null'}")
        if pa.types.is_struct(nested):
            for index in range(nested.num_fields):
                add(nested.field(index), depth + 1)

    for field in schema:
        add(field, 0)
    return "\n".join(lines) + "\n"


def _schema(fields: Iterable[Field]) -> pa.Schema:
    return pa.schema([_arrow_field(field) for field in fields], metadata={"casus_schema_version": SCHEMA_VERSION})


def _arrow_field(field: Field) -> pa.Field:
    value = _arrow_type(field)
    kind = pa.list_(pa.field("item", value, nullable=False)) if field.many else value
    nullable = not (field.required or field.many or field.default is not None)
    return pa.field(field.name, kind, nullable=nullable, metadata={"description": field.description})


def _arrow_type(field: Field) -> Any:
    if field.struct is not None:
        return pa.struct([_arrow_field(inner) for inner in field.struct.fields])
    if field.vocabulary:
        return _CODES
    return _WORDS if field.few else _TYPES[field.kind]
