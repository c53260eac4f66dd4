"""Parquet of records beside other files: rows as parsed text, to be judged like every other record.

A file of more rows than are judged together is checked in columns, alone; see :mod:`casus.streaming`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from casus.bounded_lines import MOST_RECORDS, beyond
from casus.schema.corpus import Entry
from casus.schema.errors import InvalidRecordsError
from casus.schema.findings import Finding
from casus.schema.rules.file import finding

#: Rows of so many bytes are judged together with others; Parquet packs them into far fewer.
MOST_UNPACKED = 400_000_000
_SHOWN = 6
_FIX = (
    "Write the file again, with the columns of a release's records.parquet (`casus.load` and `casus export` give one)."
)


def is_large(path: Path) -> bool:
    """Whether a file holds more than is judged together with others; one that cannot be read is not large."""
    from casus.streaming import readable, records_file

    try:
        with readable(str(path)), records_file(path) as file:
            metadata = file.metadata
            unpacked = sum(metadata.row_group(index).total_byte_size for index in range(metadata.num_row_groups))
            return bool(metadata.num_rows > MOST_RECORDS or unpacked > MOST_UNPACKED)
    except InvalidRecordsError:
        return False


def read_parquet(path: Path, name: str) -> Iterator[Entry | Finding]:
    """Yield the records of a file, or what keeps it from holding records."""
    if is_large(path):
        problem, allowed = "The file is too large to be judged together with others", f"{MOST_RECORDS:,} rows"
        yield beyond(problem, allowed, "Validate it alone, or split it").at(file=name)
        return
    try:
        yield from _entries(path, name)
    except InvalidRecordsError as error:
        yield from (each.at(fix=_FIX) for each in error.findings)


def _entries(path: Path, name: str) -> Iterator[Entry | Finding]:
    from casus.parquet_records import rows
    from casus.schema.columnar import batch_problems
    from casus.schema.csv_template import top_level
    from casus.streaming import readable, records_file

    with readable(name), records_file(path) as file:
        names = file.schema_arrow.names
        if not top_level(names):
            said = f"few of its columns ({', '.join(names[:_SHOWN])} ...) are fields of a record"
            yield finding("CAS416", problem=said).at(file=name)
            return
        problems = batch_problems(file.schema_arrow)
        if problems:
            yield from (finding("CAS446", problem=each).at(file=name, fix=_FIX) for each in problems)
            return
        row = 0
        for group in range(file.num_row_groups):
            for data in rows(file.read_row_group(group)):
                yield Entry("event", data, name, row=row)
                row += 1
        if row == 0:
            yield finding("CAS410", value="no rows").at(file=name)
