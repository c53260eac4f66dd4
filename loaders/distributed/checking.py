"""What one task of a distributed check does: some row groups of a file, judged by the columnar engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from casus.schema.columnar import Verdicts, batch_problems, check_batch
from casus.schema.errors import InvalidRecordsError
from casus.schema.rules.file import finding

#: When it has so many rows, a task takes no further row group.
_TASK_ROWS = 2_000_000
VERDICTS = pa.schema([("file", pa.string()), ("row", pa.int64()), ("path", pa.string()), ("code", pa.string())])


@dataclass(frozen=True, slots=True)
class CheckTask:
    """Row groups of a file that follow each other, and the row of the file that the first begins with."""

    path: Path
    groups: tuple[int, ...]
    first: int


@dataclass(frozen=True)
class Result:
    """How many rows a task has looked at, and what is wrong with them."""

    rows: int
    verdicts: pa.Table

    def to_bytes(self) -> bytes:
        """Return the result as an Arrow stream."""
        sink = pa.BufferOutputStream()
        table = self.verdicts.replace_schema_metadata({"rows": str(self.rows)})
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        return bytes(sink.getvalue())

    @classmethod
    def from_bytes(cls, content: bytes) -> Result:
        """Return a result from an Arrow stream."""
        table = pa.ipc.open_stream(content).read_all()
        return cls(int(table.schema.metadata[b"rows"]), table.replace_schema_metadata(None))


def plan_check(paths: Sequence[Path], *, at_least: int) -> list[CheckTask]:
    """Return the tasks of a check: about so many at least where there are row groups enough, none of far too many rows.

    Raises
    ------
    InvalidRecordsError
        If a file cannot be read (CAS447), or its columns cannot hold records (CAS446).
    """
    footers = [(path, _footer(path)) for path in paths]
    total = sum(rows for _, sizes in footers for rows in sizes)
    most = min(_TASK_ROWS, -(-total // max(1, at_least)))
    plan: list[CheckTask] = []
    for path, sizes in footers:
        first = row = 0
        groups: list[int] = []
        for group, rows in enumerate(sizes):
            groups.append(group)
            row += rows
            if row - first >= most:
                plan.append(CheckTask(path, tuple(groups), first))
                groups, first = [], row
        if groups:
            plan.append(CheckTask(path, tuple(groups), first))
    return plan


def _footer(path: Path) -> list[int]:
    """Return how many rows each row group of a file has."""
    try:
        with pq.ParquetFile(path) as file:
            metadata, schema = file.metadata, file.schema_arrow
    except (pa.ArrowException, OSError, ValueError) as error:
        said = str(error).partition("\n")[0]
        raise InvalidRecordsError([finding("CAS447", problem=said).at(file=str(path))]) from None
    problems = batch_problems(schema)
    if problems:
        raise InvalidRecordsError([finding("CAS446", problem=each).at(file=str(path)) for each in problems])
    return [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)]


def perform_check(task: CheckTask) -> bytes:
    """Do a task: read its row groups one after another and judge them. Return its :class:`Result` as bytes."""
    row, found = task.first, [VERDICTS.empty_table()]
    with pq.ParquetFile(task.path) as file:
        for group in task.groups:
            table = file.read_row_group(group, use_threads=False)
            verdicts = check_batch(table)
            if len(verdicts.rows):
                found.append(told(verdicts, str(task.path), row))
            row += table.num_rows
    return Result(row - task.first, pa.concat_tables(found)).to_bytes()


def told(verdicts: Verdicts, file: str, first: int) -> pa.Table:
    """Return verdicts with the file and the row in the file."""
    count = len(verdicts.rows)
    columns = [
        pa.array([file] * count, pa.string()),
        pa.array(np.asarray(verdicts.rows, np.int64) + first),
        pa.array(verdicts.paths, pa.string()),
        pa.array(verdicts.codes, pa.string()),
    ]
    return pa.Table.from_arrays(columns, schema=VERDICTS)
