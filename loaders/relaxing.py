"""A release of a newer schema, read as far as this package knows it.

Columns and nested fields that it does not know are left out; codes, limits and rules are not judged, because the newer
schema may have others. That bytes and content are as built is checked before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from pydantic import BaseModel

from casus.digests import lean
from casus.schema import SCHEMA_VERSION
from casus.schema.event import Event
from casus.schema.findings import Finding
from casus.schema.rules.file import finding
from casus.table_checks import same_type

if TYPE_CHECKING:
    import pyarrow as pa

M = TypeVar("M", bound=BaseModel)
_BATCH = 1024


def known_part(table: pa.Table, wanted: pa.Schema, version: str) -> tuple[pa.Table, list[Finding]]:
    """Return the columns of a newer schema's table that this package knows, and what it cannot read of them.

    Parameters
    ----------
    table
        The table as it was built.
    wanted
        The columns of the present schema.
    version
        The schema version that the table follows.
    """
    import pyarrow as pa

    columns, fields, problems = [], [], []
    for field in wanted:
        if field.name not in table.column_names:
            problems.append(f"the column {field.name} is missing")
            continue
        try:
            chunks = [_narrowed(chunk, field.type, field.name) for chunk in table.column(field.name).chunks]
            columns.append(pa.chunked_array(chunks, chunks[0].type if chunks else field.type))
            fields.append(pa.field(field.name, columns[-1].type, metadata=field.metadata))
        except TypeError as error:
            problems.append(str(error))
    metadata = {**(wanted.metadata or {}), **(table.schema.metadata or {})}
    where = f"in schema {version}, which is newer than this package's {SCHEMA_VERSION},"
    advice = "upgrade with pip install -U casus-events"
    found = [finding("CAS446", problem=f"{where} {each}: {advice}") for each in problems]
    return pa.table(columns, schema=pa.schema(fields, metadata=metadata)), found


def unjudged(table: pa.Table) -> Iterator[Event]:
    """Yield the records of such a table as models, without judging them: they may hold codes of the newer schema."""
    for batch in table.to_batches(max_chunksize=_BATCH):
        for row in batch.to_pylist():
            yield _made(Event, lean(row))


def _narrowed(array: pa.Array, wanted: pa.DataType, path: str) -> pa.Array:
    """Return an array with the nested fields of a type only.

    Raises
    ------
    TypeError
        If one of these is missing or of another type.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_struct(wanted) and pa.types.is_struct(array.type):
        names = [array.type.field(index).name for index in range(array.type.num_fields)]
        parts = array.flatten()
        fields, children = [], []
        for index in range(wanted.num_fields):
            inner = wanted.field(index)
            if inner.name not in names:
                raise TypeError(f"the field {path}.{inner.name} is missing")
            children.append(_narrowed(parts[names.index(inner.name)], inner.type, f"{path}.{inner.name}"))
            fields.append(pa.field(inner.name, children[-1].type))
        return pa.StructArray.from_arrays(children, fields=fields, mask=array.is_null())
    if pa.types.is_list(wanted) and pa.types.is_list(array.type):
        lengths = pc.fill_null(array.value_lengths(), 0)
        offsets = pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum(lengths).cast(pa.int32())])
        return pa.ListArray.from_arrays(offsets, _narrowed(array.flatten(), wanted.value_type, path))
    if not same_type(array.type, wanted):
        raise TypeError(f"the column {path} is {array.type} and not {wanted}")
    return array


def _made(model: type[M], data: Mapping[str, Any]) -> M:
    values: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        if name in data:
            inner, value = _model_in(info.annotation), data[name]
            if isinstance(value, list):
                values[name] = tuple(_made(inner, each) if inner else each for each in value)
            else:
                values[name] = _made(inner, value) if inner else value
        elif info.is_required():
            values[name] = None
    return model.model_construct(**values)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model that an annotation holds, at any depth."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := _model_in(each)) is not None), None)
