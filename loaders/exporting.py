"""A release in other formats."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from casus.manifest import RECORDS
from casus.releases import Release
from casus.schema.errors import UsageError


def export_csv(release: Release, folder: Path) -> Iterator[tuple[Path, int]]:
    """Write every flat table as CSV and yield path and number of rows.

    Days are written as 2025-06-02, truth values as true and false; what is unknown is an empty, unquoted cell.

    Raises
    ------
    UsageError
        If the folder cannot be written.
    """
    import pyarrow as pa
    from pyarrow import csv

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for said in release.manifest.tables:
            if said.name == RECORDS:
                continue
            rows = release.table(said.name)
            plain = [
                pa.field(each.name, pa.string()) if pa.types.is_dictionary(each.type) else each.remove_metadata()
                for each in rows.schema
            ]
            path = folder / f"{said.name}.csv"
            csv.write_csv(rows.cast(pa.schema(plain)), path)
            yield path, said.rows
    except OSError as error:
        raise UsageError(f"{folder} cannot be written ({error.strerror or error}). Give a folder that can.") from None
