"""Nested records built from flat columns, a whole batch at a time.

A part of a record is built for every row; which rows have it is a mask. Lists take the parts that are there, in the
order given. What a part does not say is what the schema says of an absent field: the default, an empty list, or null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.schema.description import Field, Struct, describe
from casus.schema.errors import SchemaDefinitionError
from casus.schema.event import Event
from casus.schema.render_arrow import records_schema

#: A part of a list: which rows have it (None for all), and its fields.
Part = tuple[Any, Mapping[str, Any]]


def build_records(length: int, columns: Mapping[str, Any]) -> pa.RecordBatch:
    """Return records with these columns; the rest is absent.

    Parameters
    ----------
    length
        How many rows.
    columns
        By name of the record's field: an array, a single value for all rows, a mapping (for a group of fields) or a
        list of parts (for a list of groups).

    Raises
    ------
    SchemaDefinitionError
        If there is no such field, or a required one is missing.
    """
    schema = records_schema()
    arrays = _fields(describe(Event), list(schema), columns, length)
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _fields(struct: Struct, arrow: Sequence[Any], given: Mapping[str, Any], length: int) -> list[Any]:
    known = {field.name for field in struct.fields}
    if not given.keys() <= known:
        raise SchemaDefinitionError(f"{struct.name} has no field {', '.join(sorted(given.keys() - known))}.")
    return [
        _column(field, target.type, given.get(field.name), length)
        for field, target in zip(struct.fields, arrow, strict=True)
    ]


def _column(field: Field, kind: Any, value: Any, length: int) -> Any:
    """Return one column: what is given of it, or what an absent field is."""
    if value is None:
        return _left_out(field, kind, length)
    if field.struct is not None and field.many:
        return _list_of_groups(field.struct, kind, value, length)
    if field.struct is not None:
        mask, fields = value if isinstance(value, tuple) else (None, value)
        inner = [kind.field(index) for index in range(kind.num_fields)]
        missing = None if mask is None else pa.array(~mask)
        return pa.StructArray.from_arrays(_fields(field.struct, inner, fields, length), fields=inner, mask=missing)
    if field.many:
        return _list_of_values(kind, value, length)
    return as_type(value, kind, length)


def _left_out(field: Field, kind: Any, length: int) -> Any:
    if field.required:
        raise SchemaDefinitionError(f"The field {field.name} is required.")
    if field.many:
        return _no_items(kind, length)
    return _absent(kind, length) if field.default is None else constant(field.default, kind, length)


def _list_of_groups(struct: Struct, kind: Any, parts: Sequence[Part], length: int) -> Any:
    group = kind.value_type
    inner = [group.field(index) for index in range(group.num_fields)]
    if not parts:
        return _no_items(kind, length)
    built = [pa.StructArray.from_arrays(_fields(struct, inner, part, length), fields=inner) for _, part in parts]
    there = np.ones((length, len(parts)), bool)
    for number, (mask, _) in enumerate(parts):
        if mask is not None:
            there[:, number] = mask
    return _gathered(kind, built, there)


def _gathered(kind: Any, built: Sequence[Any], there: Any) -> Any:
    """Return lists of those of the arrays' values that are there, row by row in the order of the arrays."""
    length, count = there.shape
    offsets = np.zeros(length + 1, np.int32)
    np.cumsum(there.sum(axis=1), out=offsets[1:])
    if count == 1:
        values = built[0] if there.all() else built[0].filter(pa.array(there[:, 0]))
    else:
        places = (np.arange(count)[None, :] * length + np.arange(length)[:, None])[there]
        values = pa.concat_arrays(built).take(pa.array(places))
    return pa.ListArray.from_arrays(pa.array(offsets), values, type=kind)


def _list_of_values(kind: Any, value: Any, length: int) -> Any:
    """Return lists of single values: from lists, from a value for all rows, or from masked columns."""
    if isinstance(value, pa.Array | pa.ChunkedArray):
        return value.cast(kind)
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):  # (mask, column), ...
        built = [as_type(column, kind.value_type, length) for _, column in value]
        there = np.ones((length, len(value)), bool)
        for number, (mask, _) in enumerate(value):
            if mask is not None:
                there[:, number] = mask
        return _gathered(kind, built, there)
    words = (value,) if isinstance(value, str) else tuple(value)
    items = as_type(pa.array(list(words) * 1, pa.string()), kind.value_type, len(words))
    repeated = items.take(pa.array(np.tile(np.arange(len(words)), length)))
    offsets = np.arange(length + 1, dtype=np.int32) * len(words)
    return pa.ListArray.from_arrays(pa.array(offsets), repeated, type=kind)


def as_type(value: Any, kind: Any, length: int) -> Any:
    """Return an array, or a single value for all rows, as an array of that type."""
    if isinstance(value, pa.ChunkedArray):
        value = value.combine_chunks()
    if not isinstance(value, pa.Array):
        return constant(value, kind, length)
    if value.type.equals(kind):
        return value
    if pa.types.is_dictionary(kind):
        encoded = value if pa.types.is_dictionary(value.type) else pc.dictionary_encode(value)
        indices = encoded.indices.cast(kind.index_type)
        return pa.DictionaryArray.from_arrays(indices, encoded.dictionary.cast(kind.value_type))
    return value.cast(kind)


def constant(value: Any, kind: Any, length: int) -> Any:
    """Return an array that holds one value in every row."""
    if pa.types.is_dictionary(kind):
        indices = pa.array(np.zeros(length, kind.index_type.to_pandas_dtype()))
        return pa.DictionaryArray.from_arrays(indices, pa.array([value], kind.value_type))
    return pa.repeat(pa.scalar(value, kind), length)


def _absent(kind: Any, length: int) -> Any:
    """Return nulls; below a group that is absent nothing is null, since Parquet's writer looks at such fields too."""
    if not pa.types.is_struct(kind):
        return pa.nulls(length, kind)
    inner = [kind.field(index) for index in range(kind.num_fields)]
    arrays = [_absent(each.type, length) if each.nullable else _anything(each.type, length) for each in inner]
    return pa.StructArray.from_arrays(arrays, fields=inner, mask=pa.array(np.ones(length, bool)))


def _anything(kind: Any, length: int) -> Any:
    if pa.types.is_list(kind):
        return _no_items(kind, length)
    if pa.types.is_struct(kind):
        inner = [kind.field(index) for index in range(kind.num_fields)]
        return pa.StructArray.from_arrays([_anything(each.type, length) for each in inner], fields=inner)
    word = "" if pa.types.is_dictionary(kind) or pa.types.is_string(kind) else 0
    return constant(word, kind, length)


@cache
def _empty(kind: Any) -> Any:
    return pa.array([], kind.value_type)


def _no_items(kind: Any, length: int) -> Any:
    return pa.ListArray.from_arrays(pa.array(np.zeros(length + 1, np.int32)), _empty(kind), type=kind)
