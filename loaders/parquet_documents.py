"""Parquet of records beside other files: rows as parsed text, to be judged like every other record.

A file of more rows than are judged together is checked in columns, alone; see :mod:`casus.streaming`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from casus.bounded_lines import MOST_RECORDS, beyond
from casus.schema.corpus import Entry
from casus.schema.findings import Finding
from casus.schema.rules.file import finding

#: Rows of so many bytes are judged together with others; Parquet packs them into far fewer.
MOST_UNPACKED = 400_000_000
_SHOWN = 6
_FIX = "Write the file again, with the columns of the `records.parquet` of a release."


def is_large(path: Path) -> bool:
    """Whether a file holds more than is judged together with others; one that cannot be read is not large."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            metadata = file.metadata
            unpacked = sum(metadata.row_group(index).total_byte_size for index in range(metadata.num_row_groups))
            return bool(metadata.num_rows > MOST_RECORDS or unpacked > MOST_UNPACKED)
    except (pa.ArrowException, OSError, ValueError):
        return False


def read_parquet(path: Path, name: str) -> Iterator[Entry | Finding]:
    """Yield the records of a file, or what keeps it from holding records."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if is_large(path):
        problem, allowed = "The file is too large to be judged together with others", f"{MOST_RECORDS:,} rows"
        yield beyond(problem, allowed).at(file=name)
        return
    try:
        with pq.ParquetFile(path) as file:
            problems = list(_problems(file.schema_arrow))
            yield from (each.at(file=name) for each in problems)
            yield from () if problems else _entries(file, name)
    except (pa.ArrowException, OSError, ValueError) as error:
        said = str(error).partition("\n")[0]
        yield finding("CAS447", problem=said).at(file=name, fix=_FIX)


def _problems(schema: Any) -> Iterator[Finding]:
    from casus.schema.columnar import batch_problems
    from casus.schema.csv_template import are_fields

    if not are_fields(schema.names):
        shown = ", ".join(schema.names[:_SHOWN]) + (", ..." if len(schema.names) > _SHOWN else "")
        yield finding("CAS416", problem=f"few of its columns ({shown}) are fields of a record")
        return
    for each in batch_problems(schema):
        yield finding("CAS446", problem=each).at(fix=_FIX)


def _entries(file: Any, name: str) -> Iterator[Entry | Finding]:
    from casus.parquet_records import rows

    row = 0
    for group in range(file.num_row_groups):
        for data in rows(file.read_row_group(group)):
            yield Entry("event", data, name, row=row)
            row += 1
    if row == 0:
        yield finding("CAS410", value="no rows").at(file=name)
