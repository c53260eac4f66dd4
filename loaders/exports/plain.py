"""The flat tables as other formats hold them: plain texts for codes, and bytes as they are or in hexadecimal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from casus.releases import Release
from casus.schema.tables import TABLES

if TYPE_CHECKING:
    import pyarrow as pa


def flat_names(release: Release) -> tuple[str, ...]:
    """Return the names of the flat tables that a release has."""
    return tuple(name for name in TABLES if name in release.names)


def flat_tables(release: Release, *, hexadecimal: bool) -> Iterator[tuple[str, pa.Table]]:
    """Yield name and rows of every flat table, codes as texts.

    ``hexadecimal`` writes bytes (points in well-known binary) as text in hexadecimal, for formats of text.
    """
    for name in flat_names(release):
        yield name, _plain(release.table(name), hexadecimal=hexadecimal)


def _plain(rows: pa.Table, *, hexadecimal: bool) -> pa.Table:
    import pyarrow as pa

    columns, fields = [], []
    for field in rows.schema:
        column = rows.column(field.name)
        if pa.types.is_dictionary(field.type):
            column = column.cast(pa.string())
        elif hexadecimal and pa.types.is_binary(field.type):
            column = pa.chunked_array([[each.hex() if each is not None else None for each in column.to_pylist()]],
                                      pa.string())  # fmt: skip
        columns.append(column)
        fields.append(pa.field(field.name, column.type, nullable=field.nullable))
    return pa.table(columns, schema=pa.schema(fields))
