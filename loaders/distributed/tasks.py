"""What one task of a distributed run does, and how a run is cut into tasks. Nothing here knows of an engine.

A task names everything that it needs, reads its own part of the files and writes its own parts of the result, by names
that depend on the task alone. Done twice, after a failure or beside itself, it leaves the same parts as done once.
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from casus.distributed.ranges import block_batches, can_be_cut
from casus.importers.base import About, union
from casus.importers.reading import BLOCK, Batch, Member, batches
from casus.importers.working import QUARANTINE, Done, parquet_options, reasons, work
from casus.schema.columnar.across import hashes

#: The parts of an import, each a folder with one file a task.
PARTS = ("records", "quarantine", "entries", "ids", "done")
#: So many bytes of files one task reads, unless the user says otherwise.
TASK_BYTES = 4 * BLOCK
#: So many records make a row group.
_ROW_GROUP = 131_072
_PACKED = 5
IDS = pa.schema([("part", pa.int64()), ("number", pa.int64()), ("id", pa.int64())])


@dataclass(frozen=True, slots=True)
class Piece:
    """A table, or some of its blocks.

    Attributes
    ----------
    table
        Which table of the run.
    member, header, about
        The table, its columns, and what is known of it.
    blocks
        First block and the one after the last; None for the whole table.
    """

    table: int
    member: Member
    header: tuple[str, ...]
    about: About
    blocks: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ImportTask:
    """Some whole tables, or some blocks of one.

    Attributes
    ----------
    number
        Which task of the run; parts are named by it, so that they follow each other as the rows do.
    pieces
        What to read, in order.
    folder
        Where the parts go.
    encoding, block
        Encoding of the text, and how many bytes are parsed at a time.
    repeated
        Rows of the task, counted from 0, whose id stands in an earlier row of the run. They are known after every task
        was done once; the tasks that have any are done again.
    """

    number: int
    pieces: tuple[Piece, ...]
    folder: Path
    encoding: str = "utf-8"
    block: int = BLOCK
    repeated: tuple[int, ...] | None = None

    @property
    def name(self) -> str:
        """The name of its parts; a task that is done again has other ones, so that a late first try harms nothing."""
        return f"part-{self.number:06}" + ("" if self.repeated is None else "-again")


@dataclass
class TaskReport:
    """What a task did; see :class:`casus.importers.report.Report`."""

    number: int
    name: str
    table: int
    rows: int = 0
    records: int = 0
    quarantined: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    parts: list[str] = field(default_factory=list)

    def to_json(self) -> str:
        """Return the report as JSON."""
        return json.dumps(self.__dict__)

    @classmethod
    def from_json(cls, text: str) -> TaskReport:
        """Return a report from JSON."""
        said = json.loads(text)
        return cls(**said | {"skipped": Counter(said["skipped"]), "codes": Counter(said["codes"])})


def plan_import(
    tables: Sequence[Piece], folder: Path, *, encoding: str, block: int = BLOCK, task_bytes: int = TASK_BYTES
) -> list[ImportTask]:
    """Return the tasks of an import: large files of lines in parts, the others whole, small ones together."""
    make = partial(ImportTask, folder=folder, encoding=encoding, block=block)
    groups: list[tuple[Piece, ...]] = []
    waiting: list[Piece] = []
    weight = 0
    for piece in tables:
        size = _size(piece.member)
        if size > task_bytes and can_be_cut(piece.member, piece.about.mapping):
            groups.extend([tuple(waiting)] if waiting else [])
            waiting, weight = [], 0
            count, step = -(-size // block), max(1, task_bytes // block)
            groups.extend(
                (Piece(piece.table, piece.member, piece.header, piece.about, (first, min(first + step, count))),)
                for first in range(0, count, step)
            )
            continue
        if waiting and weight + size > task_bytes:
            groups.append(tuple(waiting))
            waiting, weight = [], 0
        waiting.append(piece)
        weight += size
    groups.extend([tuple(waiting)] if waiting else [])
    return [make(number, pieces) for number, pieces in enumerate(groups)]


def _size(member: Member) -> int:
    """Return about how many bytes of text a table has."""
    size = member.path.stat().st_size
    return size * _PACKED if member.inner or member.path.suffix in {".gz", ".zip"} else size


def perform_import(task: ImportTask) -> str:
    """Do a task: read, map, check, and write its parts. Return its :class:`TaskReport` as JSON.

    Everything is written into a folder of this try, and put where it belongs when it is whole; the report comes last.
    """
    report = TaskReport(task.number, task.name, task.pieces[0].table)
    tried = task.folder / "tries" / f"{task.name}-{uuid.uuid4().hex}"
    tried.mkdir(parents=True)
    parts = _Parts(tried, task.name)
    repeated = np.array(task.repeated or (), np.int64)
    first = 0
    for piece, batch in _batches(task):
        count = batch.rows.num_rows
        here = repeated[(repeated >= first) & (repeated < first + count)] - first
        done = work(batch, piece.about, piece.member.name, here.tolist())
        identity = piece.about.mapping.identity
        parts.add(done, _ids(task.number, first, batch.rows.column(identity)) if identity else None)
        _count(report, done)
        first += count
    for path in parts.close():
        report.parts.append(path)
        (tried / path).replace(task.folder / path)
    last = tried / "done"
    last.write_text(report.to_json(), "utf-8")
    last.replace(task.folder / "done" / f"{task.name}.json")
    shutil.rmtree(tried)
    return report.to_json()


def _batches(task: ImportTask) -> Iterator[tuple[Piece, Batch]]:
    options: dict[str, Any] = {"encoding": task.encoding, "block": task.block}
    for piece in task.pieces:
        mapping = piece.about.mapping
        if piece.blocks is None:
            coming = batches(piece.member, mapping, piece.header, **options)
        else:
            coming = block_batches(piece.member, mapping, piece.header, range(*piece.blocks), **options)
        for batch in coming:
            yield piece, batch


def _count(report: TaskReport, done: Done) -> None:
    report.rows += done.taken
    report.records += done.records.num_rows
    report.quarantined += done.quarantined
    report.skipped.update(done.skipped)
    report.codes.update(reasons(pa.Table.from_batches([done.quarantine])))


def _ids(part: int, first: int, ids: Any) -> pa.RecordBatch:
    """Return the hashes of ids that are there, with the rows of the task that have them."""
    there = np.flatnonzero(np.asarray(ids.is_valid()))
    hashed = hashes(ids)[there]
    some = hashed != hashes(pa.array([""]))[0]
    there, hashed = there[some], hashed[some]
    columns = [np.full(len(there), part, np.int64), there.astype(np.int64) + first, hashed.view(np.int64)]
    return pa.RecordBatch.from_arrays([pa.array(each) for each in columns], schema=IDS)


class _Parts:
    """The parts that a try of a task writes, at the places under its folder that they shall have under the run's."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._records: list[pa.RecordBatch] = []
        self._entries: dict[str, pa.Table] = {}

    def add(self, done: Done, ids: pa.RecordBatch | None) -> None:
        if done.records.num_rows:
            self._records.append(done.records)
        if sum(each.num_rows for each in self._records) >= _ROW_GROUP:
            self._flush()
        if done.quarantine.num_rows:
            self._writer("quarantine", QUARANTINE).write_batch(done.quarantine)
        if ids is not None and ids.num_rows:
            self._writer("ids", IDS).write_batch(ids)
        for kind, table in done.entries.items():
            tables = [*filter(None, [self._entries.get(kind)]), table]
            self._entries[kind] = table if len(tables) == 1 else union(tables)

    def close(self) -> list[str]:
        """Finish the parts, and return their places."""
        self._flush()
        for writer in self._writers.values():
            writer.close()
        for kind, table in self._entries.items():
            pq.write_table(table, self._place(f"entries/{kind}-{self._name}.parquet"), **parquet_options(table.schema))
        return [path.relative_to(self._folder).as_posix() for path in sorted(self._folder.glob("*/*.parquet"))]

    def _flush(self) -> None:
        if self._records:
            table = pa.Table.from_batches(self._records).unify_dictionaries()
            self._writer("records", table.schema).write_table(table, row_group_size=table.num_rows)
            self._records = []

    def _writer(self, kind: str, schema: pa.Schema) -> pq.ParquetWriter:
        if kind not in self._writers:
            path = self._place(f"{kind}/{self._name}.parquet")
            self._writers[kind] = pq.ParquetWriter(path, schema, **parquet_options(schema))
        return self._writers[kind]

    def _place(self, path: str) -> Path:
        place = self._folder / path
        place.parent.mkdir(exist_ok=True)
        return place


def first_rows(reports: Sequence[TaskReport]) -> Mapping[str, int]:
    """Return, by part, how many rows of the same table earlier tasks have read."""
    before: Counter[int] = Counter()
    found = {}
    for report in sorted(reports, key=lambda each: each.number):
        found[report.name] = before[report.table]
        before[report.table] += report.rows
    return found
