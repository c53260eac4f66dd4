"""A release in other formats."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from casus.manifest import RECORDS
from casus.releases import Release
from casus.schema.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa


def export_csv(release: Release, folder: Path) -> Iterator[tuple[Path, int]]:
    """Write every flat table as CSV and yield path and number of rows.

    Days are written as 2025-06-02, truth values as true and false, points in hexadecimal (as GeoPandas and PostGIS read
    them); what is unknown is an empty, unquoted cell.

    Raises
    ------
    UsageError
        If the folder cannot be written.
    """
    import pyarrow as pa
    from pyarrow import csv

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in release.names:
            if name == RECORDS:
                continue
            rows = release.table(name)
            plain = [
                pa.field(each.name, pa.string()) if pa.types.is_dictionary(each.type) else each.remove_metadata()
                for each in rows.schema
            ]
            path = folder / f"{name}.csv"
            rows = rows.cast(pa.schema(plain))
            for index, each in enumerate(rows.schema):
                if pa.types.is_binary(each.type):
                    rows = rows.set_column(index, each.name, _hexadecimal(rows.column(index)))
            csv.write_csv(rows, path)
            yield path, len(rows)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written ({error.strerror or error}). Give a folder that can.") from None


def _hexadecimal(column: pa.ChunkedArray) -> pa.Array:
    import pyarrow as pa

    return pa.array([None if each is None else each.hex() for each in column.to_pylist()], pa.string())
