"""Raw records (parsed text) as Arrow batches, through Parquet, and back.

A batch is *loose*, as Spark delivers it (plain texts, wide numbers, everything nullable), or *typed*, as in
``records.parquet``. What a batch cannot hold is said with its reason, never bent to fit.
"""

import datetime as dt
import io
import re
from enum import StrEnum

import pyarrow as pa
import pyarrow.parquet as pq

from casus.schema import Event
from casus.schema.description import Kind, describe
from casus.schema.render_arrow import records_schema

EVENT = describe(Event)
TYPED = records_schema()


class Why(StrEnum):
    """Why a record cannot stand in columns."""

    UNKNOWN_FIELD = "no column holds an unknown field"
    OTHER_TYPE = "a column holds values of one type"
    NO_DAY = "a column of days holds only days of the calendar"
    NULL = "null in a column is absence, so an explicit null is nothing else"
    # Of the typed schema only:
    ABSENT = "the typed column is not nullable"
    WIDE = "the typed column holds 32 bits"


class NotRepresentableError(Exception):
    """The record cannot stand in columns."""

    def __init__(self, why, path):
        super().__init__(f"{path}: {why}")
        self.why = why


def retyped(schema, change):
    """Return a schema with every type changed, inner types first; everything in it is nullable."""

    def kind_of(kind):
        if pa.types.is_list(kind):
            return change(pa.list_(kind_of(kind.value_type)))
        if pa.types.is_struct(kind):
            inner = [kind.field(index) for index in range(kind.num_fields)]
            return change(pa.struct([pa.field(field.name, kind_of(field.type)) for field in inner]))
        return change(kind)

    return pa.schema([pa.field(field.name, kind_of(field.type)) for field in schema])


def _loose(kind):
    if pa.types.is_dictionary(kind):
        return pa.string()
    return pa.int64() if pa.types.is_int32(kind) else kind


LOOSE = retyped(TYPED, _loose)


def row_of(record, schema=LOOSE):
    """Return a record as Arrow takes it: days as dates, whole numbers as integers.

    Raises
    ------
    NotRepresentableError
        If columns of the schema cannot hold it.
    """
    return _struct(record, EVENT, "record", typed=schema is TYPED)


def why_not(record, schema=LOOSE):
    """Return why columns cannot hold the record, or None."""
    try:
        row_of(record, schema)
    except NotRepresentableError as error:
        return error.why
    return None


def batch_of(records, schema=LOOSE):
    """Return raw records as one batch."""
    return batch_of_rows([row_of(record, schema) for record in records], schema)


def batch_of_rows(rows, schema=LOOSE):
    """Return what :func:`row_of` gave as one batch."""
    return pa.RecordBatch.from_pylist(rows, schema=schema)


def through_parquet(batch):
    """Return the batch after it was written to a Parquet file and read."""
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_batches([batch]), buffer)
    (read,) = pq.read_table(buffer).combine_chunks().to_batches()
    return read


def records_of(batch):
    """Return the rows of a batch as raw records: absent fields left out, days as text."""
    return [_raw(row, EVENT) for row in batch.to_pylist()]


def _raw(row, struct):
    return {name: _raw_value(each, struct.field(name)) for name, each in row.items() if each is not None}


def _raw_value(value, field):
    if isinstance(value, list):
        return [_raw_value(each, field) for each in value]
    if isinstance(value, dict):
        return _raw(value, field.struct)
    return value.isoformat() if isinstance(value, dt.date) else value


def _struct(value, struct, path, *, typed):
    if not isinstance(value, dict):
        raise NotRepresentableError(Why.OTHER_TYPE, path)
    for name in value:
        if struct.field(name) is None:
            raise NotRepresentableError(Why.UNKNOWN_FIELD, f"{path}.{name}")
    row = {}
    for field in struct.fields:
        if field.name in value:
            row[field.name] = _field(value[field.name], field, f"{path}.{field.name}", typed=typed)
        elif typed and field.required:
            raise NotRepresentableError(Why.ABSENT, f"{path}.{field.name}")
        elif typed and field.many:
            row[field.name] = []
        elif typed and field.default is not None:
            row[field.name] = field.default
    return row


def _field(value, field, path, *, typed):
    if value is None:
        raise NotRepresentableError(Why.NULL, path)
    if not field.many:
        return _value(value, field, path, typed=typed)
    if not isinstance(value, list):
        raise NotRepresentableError(Why.OTHER_TYPE, path)
    if typed and None in value:
        raise NotRepresentableError(Why.ABSENT, path)
    return [None if each is None else _value(each, field, path, typed=typed) for each in value]


def _value(value, field, path, *, typed):
    if field.struct is not None:
        return _struct(value, field.struct, path, typed=typed)
    return _SCALARS[field.kind](value, path, typed)


def _text(value, path, _typed):
    if not isinstance(value, str):
        raise NotRepresentableError(Why.OTHER_TYPE, path)
    return value


def _truth(value, path, _typed):
    if not isinstance(value, bool):
        raise NotRepresentableError(Why.OTHER_TYPE, path)
    return value


def _number(value, path, _typed):
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotRepresentableError(Why.OTHER_TYPE, path)
    return float(value)


def _whole(value, path, typed):
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise NotRepresentableError(Why.OTHER_TYPE, path)
    bits = 31 if typed else 63
    if not -(2**bits) <= value < 2**bits:
        raise NotRepresentableError(Why.WIDE, path)
    return value


def _day(value, path, _typed):
    if not isinstance(value, str):
        raise NotRepresentableError(Why.OTHER_TYPE, path)
    # Python reads more forms of days than the schema allows.
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise NotRepresentableError(Why.NO_DAY, path)
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise NotRepresentableError(Why.NO_DAY, path) from None


_SCALARS = {
    Kind.TEXT: _text,
    Kind.BOOLEAN: _truth,
    Kind.NUMBER: _number,
    Kind.INTEGER: _whole,
    Kind.DATE: _day,
}
