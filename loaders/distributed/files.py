"""Files on storage that every worker sees: Spark only hands out the tasks, PyArrow reads and writes in them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casus.distributed import checking, tasks
from casus.distributed.across import across_in_spark, repeated
from casus.distributed.tasks import PARTS, TASK_BYTES, ImportTask, Piece, TaskReport
from casus.importers.reading import BLOCK
from casus.schema import SCHEMA_VERSION
from casus.schema.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession

    from casus.importers.report import Report

_PLAN = "plan.json"


@dataclass(frozen=True)
class Checked:
    """What checking some files found.

    Attributes
    ----------
    rows, invalid
        How many records there are, and how many of them are invalid.
    verdicts
        One row for each finding: ``file``, ``row`` (from 0), ``path`` and ``code``, in the order of the files.
    """

    rows: int
    invalid: int
    verdicts: pa.Table


def import_files(
    spark: SparkSession,
    source: str,
    files: Sequence[Path],
    folder: Path,
    *,
    version: str | None = None,
    retrieved: dt.date | None = None,
    encoding: str = "utf-8",
    most_quarantined: float | None = None,
    block: int = BLOCK,
    task_bytes: int = TASK_BYTES,
) -> Report:
    """Import files of one source on a cluster: the folder, counts and quarantine of an import on one machine.

    Large files of unquoted lines are cut into ranges of bytes; a file that is packed or quotes its cells is read by one
    task, and small ones share a task. A run that was stopped goes on where it was.

    Parameters
    ----------
    spark
        The session. Its workers need this package, and see the files and the folder at the same paths.
    source, files, folder, version, retrieved, encoding, most_quarantined, block
        As of :func:`casus.importers.import_files`.
    task_bytes
        About how many bytes of text one task reads.

    Returns
    -------
    Report

    Raises
    ------
    UsageError
        If the files are not those of the source, or the folder is there.
    QuarantineError
        If too many rows are in quarantine.
    """
    from casus.importers.mapping import mapping
    from casus.importers.reading import members
    from casus.importers.report import check_share
    from casus.importers.running import look_at, put_together

    known = mapping(source)
    tables = [member for path in files for member in members(path.resolve(), known.form.get("members", "*"))]
    folder = folder.resolve()
    report, headers, about = look_at(known, tables, folder, version, retrieved)
    partial = folder.with_name(f"{folder.name}.partial")
    pieces = [Piece(index, *each) for index, each in enumerate(zip(tables, map(tuple, headers), about, strict=True))]
    plan = tasks.plan_import(pieces, partial, encoding=encoding, block=block, task_bytes=task_bytes)
    _take_up(partial, plan)
    done = _perform(spark, plan, partial)
    if known.identity and (partial / "ids").is_dir() and any((partial / "ids").iterdir()):
        doubled = repeated(spark, partial / "ids")
        again = [replace(task, repeated=tuple(doubled[task.number])) for task in plan if task.number in doubled]
        done |= _perform(spark, again, partial)
    reports = [done[number] for number in sorted(done)]
    for each in reports:
        report.rows += each.rows
        report.records += each.records
        report.quarantined += each.quarantined
        report.skipped.update(each.skipped)
        report.codes.update(each.codes)
    check_share(report, most_quarantined, partial)
    _keep_only({part for each in reports for part in each.parts}, partial)
    put_together(partial, report, tasks.first_rows(reports))
    for name in ("ids", "done", "tries"):
        shutil.rmtree(partial / name)
    (partial / _PLAN).unlink()
    partial.rename(folder)
    return report


def validate_files(
    spark: SparkSession, files: Sequence[Path], *, across: bool = True, known: Sequence[str] = ()
) -> Checked:
    """Check Parquet files of records on a cluster: all fields, all rules of one record, and those across records.

    Parameters
    ----------
    spark
        The session. Its workers need this package, and see the files at the same paths.
    files
        The files; they count as one collection, in the order of their paths.
    across
        Also look for ids that stand twice and links that lead nowhere, in Spark SQL.
    known
        Ids that links may lead to besides those of the records.

    Returns
    -------
    Checked

    Raises
    ------
    InvalidRecordsError
        If a file cannot be read (CAS447), or its columns cannot hold records (CAS446).
    """
    import pyarrow as pa

    paths = sorted(path.resolve() for path in files)
    slots = spark.sparkContext.defaultParallelism
    plan = checking.plan_check(paths, at_least=2 * slots)
    results = [checking.Result.from_bytes(each) for each in _mapped(spark, plan, checking.perform_check)]
    verdicts = pa.concat_tables([checking.VERDICTS.empty_table(), *(each.verdicts for each in results)])
    if across and paths:
        verdicts = pa.concat_tables([verdicts, across_in_spark(spark, paths, known)])
        verdicts = verdicts.sort_by([("file", "ascending"), ("row", "ascending")])
    rows = sum(each.rows for each in results)
    return Checked(rows, verdicts.group_by(["file", "row"]).aggregate([]).num_rows, verdicts)


def _perform(spark: SparkSession, plan: Sequence[ImportTask], partial: Path) -> dict[int, TaskReport]:
    """Do the tasks that are not done yet; return what each did."""
    said = {task.number: partial / "done" / f"{task.name}.json" for task in plan}
    _mapped(spark, [task for task in plan if not said[task.number].is_file()], tasks.perform_import)
    return {number: TaskReport.from_json(path.read_text("utf-8")) for number, path in said.items()}


def _mapped(spark: SparkSession, plan: Sequence[Any], perform: Callable[[Any], Any]) -> list[Any]:
    """Apply a function to every task, one Spark task each, and return the results in order."""
    if not plan:
        return []

    def run(mine: Iterable[Any]) -> Iterable[Any]:
        for task in mine:
            yield perform(task)

    context = spark.sparkContext
    return list(context.parallelize(plan, len(plan)).mapPartitions(run).collect())


def _take_up(partial: Path, plan: Sequence[ImportTask]) -> None:
    """Make the folder of a run, or go on with one that was stopped, if it was of the same files."""
    stats = [_told(piece) for task in plan for piece in task.pieces]
    options = [[task.number, task.encoding, task.block, len(task.pieces)] for task in plan]
    said = json.dumps([SCHEMA_VERSION, stats, options]).encode()
    mark = hashlib.sha256(said).hexdigest()
    path = partial / _PLAN
    if path.is_file():
        if json.loads(path.read_text("utf-8"))["mark"] != mark:
            raise UsageError(
                f"{partial} holds a stopped import of other files or options. Remove it, or give the same again."
            )
        return
    if partial.exists():
        raise UsageError(f"{partial} holds a stopped import of another kind. Remove it.")
    for name in (*PARTS, "tries"):
        (partial / name).mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"mark": mark}), "utf-8")


def _told(piece: Piece) -> list[Any]:
    member, about = piece.member, piece.about
    stat = member.path.stat()
    day = about.retrieved.isoformat()
    return [str(member.path), member.inner, piece.blocks, about.version, day, stat.st_size, stat.st_mtime_ns]


def _keep_only(parts: set[str], partial: Path) -> None:
    """Remove what no task that counts has reported: first tries of tasks that were done again."""
    for kind in PARTS:
        for path in (partial / kind).glob("*.parquet"):
            if f"{kind}/{path.name}" not in parts:
                path.unlink()
