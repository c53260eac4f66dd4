"""An import from files to a folder: streamed in bounded memory, resumable, whole or not there.

Everything is written into ``<folder>.partial``; only a finished import has the folder's own name. An import that was
stopped goes on where it was: what is written is kept, and the batches that it stands for are read and not mapped again.
"""

from __future__ import annotations

import codecs
import datetime as dt
import hashlib
import json
import re
import shutil
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from casus.importers.base import About, union
from casus.importers.mapping import SourceMapping, drift, mapping
from casus.importers.reading import BLOCK, Batch, Member, batches, header_of, members, size_of
from casus.importers.report import Report, check_share
from casus.importers.seen import Seen
from casus.importers.working import QUARANTINE, parquet_options, reasons, row_ids, work
from casus.schema import SCHEMA_VERSION
from casus.schema.errors import UsageError

THREADS = 2
_STATE = "state.json"
#: So many entries of a registry are put together at a time.
_ENTRIES = 400_000
REPORT = "import.json"
REGISTRIES = ("actors", "places", "publishers")


#: Called after every batch with the report so far.
Progress = Callable[[Report], None]


def run_import(
    source: str,
    files: Sequence[Path],
    folder: Path,
    *,
    version: str | None = None,
    retrieved: dt.date | None = None,
    encoding: str = "utf-8",
    most_quarantined: float | None = None,
    threads: int = THREADS,
    progress: Progress | None = None,
    block: int | None = None,
) -> Report:
    """Import files of one source into a folder of records, registries and quarantine.

    Parameters
    ----------
    source
        Name of the source, such as ``ucdp-ged``.
    files
        The files, as the source publishes them.
    folder
        The folder to make; it must not be there.
    version
        Version of the source; taken from the name of the file where that says it.
    retrieved
        The day on which the files were got; their own date unless given.
    encoding
        Encoding of the text.
    most_quarantined
        Fail if a larger share of the rows is in quarantine, 0 to 1.
    threads
        How many batches are worked on at a time.
    progress
        Called after every batch with the report so far.
    block
        How many bytes are read at a time.

    Returns
    -------
    Report

    Raises
    ------
    UsageError
        If the files are not those of the source or cannot be read; nothing that looks whole is left.
    QuarantineError
        If too many rows are in quarantine; nothing that looks whole is left either.
    """
    known = mapping(source)
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise UsageError(f"There is no encoding {encoding!r}; names are utf-8, latin-1, cp1251 and so on.") from None
    tables = [member for path in files for member in members(path, known.form.get("members", "*"))]
    job = _Job.start(known, tables, folder, version, retrieved, encoding, block)
    whole = job.batches_about()
    try:
        for count in _worked(job, threads):
            job.keep(count)
            job.report.done = min((count.number + 1) / whole, 1.0) if whole else None
            if progress is not None:
                progress(job.report)
        check_share(job.report, most_quarantined, job.partial)
        return job.finish()
    except UsageError:
        # The files have to be changed before the next try, which cannot go on with what was made of these.
        shutil.rmtree(job.partial, ignore_errors=True)
        raise
    except OSError as error:
        raise UsageError(
            f"{folder}: cannot be written ({error.strerror or error}). What is done is kept in {job.partial}; "
            "make room and run the same command again."
        ) from None


@dataclass(frozen=True, slots=True)
class _Count:
    """What became of the rows of one batch, in numbers."""

    number: int
    rows: int
    records: int
    quarantined: int
    skipped: Mapping[str, int]
    codes: Mapping[str, int]


@dataclass
class _Job:
    """An import under way."""

    known: SourceMapping
    tables: list[Member]
    folder: Path
    partial: Path
    about: list[About]
    encoding: str
    block: int | None
    report: Report
    state: dict[str, Any]
    headers: list[list[str]]

    @classmethod
    def start(
        cls,
        known: SourceMapping,
        tables: list[Member],
        folder: Path,
        version: str | None,
        retrieved: dt.date | None,
        encoding: str,
        block: int | None,
    ) -> _Job:
        report, headers, about = look_at(known, tables, folder, version, retrieved)
        partial = folder.with_name(f"{folder.name}.partial")
        job = cls(known, tables, folder, partial, about, encoding, block, report, {}, headers)
        job.resume()
        return job

    def resume(self) -> None:
        """Take up an import that was stopped, if it was of the same files; else begin anew."""
        mark = self._mark()
        path = self.partial / _STATE
        if path.is_file():
            try:
                state = json.loads(path.read_text("utf-8"))
            except ValueError as error:
                raise UsageError(f"{path} cannot be read ({error}). Remove {self.partial}.") from None
            if state.get("mark") != mark:
                raise UsageError(
                    f"{self.partial} holds a stopped import of other files or options. Remove it, or give the same "
                    "again."
                )
            self.state = state
            for name, count in state["skipped"].items():
                self.report.skipped[name] = count
            self.report.codes.update(state["codes"])
            for name in ("rows", "records", "quarantined"):
                setattr(self.report, name, state[name])
            return
        shutil.rmtree(self.partial, ignore_errors=True)
        for name in ("records", "quarantine", "entries"):
            (self.partial / name).mkdir(parents=True)
        self.state = {"mark": mark, "batches": 0}

    def _mark(self) -> str:
        told: list[Any] = [self.known.name, self.report.version, self.encoding, self.block, SCHEMA_VERSION]
        told.extend(str(each.retrieved) for each in self.about)
        for member in self.tables:
            stats = member.path.stat()
            told.append([str(member.path.resolve()), member.inner, stats.st_size, stats.st_mtime_ns])
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def batches_about(self) -> int | None:
        """Return about how many batches there will be, if the sizes of all tables are known."""
        sizes = [size_of(member, self.known) for member in self.tables]
        return None if None in sizes else sum(-(-size // (self.block or BLOCK)) for size in filter(None, sizes))

    def turn(self, batch: Batch, member: Member, about: About, repeated: Sequence[int], number: int) -> _Count:
        """Work on a batch and write what it became; called by several threads at a time, each with its own number."""
        done = work(batch, about, member.name, repeated)
        name = f"part-{number:06}.parquet"
        if done.records.num_rows:
            _write(pa.Table.from_batches([done.records]), self.partial / "records" / name)
        quarantine = pa.Table.from_batches([done.quarantine])
        if quarantine.num_rows:
            _write(quarantine, self.partial / "quarantine" / name)
        for kind, table in done.entries.items():
            _write(table, self.partial / "entries" / f"{kind}-{number:06}.parquet")
        return _Count(
            number, done.taken, done.records.num_rows, done.quarantined, dict(done.skipped), reasons(quarantine)
        )

    def keep(self, count: _Count) -> None:
        """Note that a batch is done and what it became; batches come in their order."""
        report = self.report
        report.rows += count.rows
        report.records += count.records
        report.quarantined += count.quarantined
        report.skipped.update(count.skipped)
        report.codes.update(count.codes)
        self.state |= {"batches": count.number + 1, "rows": report.rows, "records": report.records}
        self.state |= {"quarantined": report.quarantined, "skipped": report.skipped, "codes": report.codes}
        _replace(self.partial / _STATE, json.dumps(self.state))

    def finish(self) -> Report:
        """Put the registries and the quarantine together and give the folder its name."""
        partial = self.partial
        if not self.state.get("whole"):
            put_together(partial, self.report, tidy=False)
            self.state["whole"] = True  # whoever is stopped from here on has nothing left to do but to tidy up
            _replace(partial / _STATE, json.dumps(self.state))
        _tidy(partial)
        partial.rename(self.folder)
        (self.folder / _STATE).unlink()
        return self.report


def look_at(
    known: SourceMapping, tables: Sequence[Member], folder: Path, version: str | None, retrieved: dt.date | None
) -> tuple[Report, list[list[str]], list[About]]:
    """Return an empty report, the header of each table, and what is known of it, before anything is read.

    Raises
    ------
    UsageError
        If the folder is there already, or a table is not of the source.
    """
    if folder.exists():
        raise UsageError(f"{folder} is there already. Give a folder that is not, or remove it.")
    headers = [header_of(member, known) for member in tables]
    report = Report(known.name, version or _version(tables[0], known), folder, [member.name for member in tables])
    for member, header in zip(tables, headers, strict=True):
        found = drift(known, header)
        lacking = [name for name in found.missing if name in known.required]
        if lacking:
            raise UsageError(
                f"{member.name} is not a table of {known.title}, or its columns changed: "
                f"{' '.join(found.lines())} Without {', '.join(lacking)} it cannot be read."
            )
        if found.missing or found.extra:
            report.drift[member.name] = found
    about = [About(known, report.version, retrieved or _day_of(member)) for member in tables]
    return report, headers, about


def put_together(
    partial: Path, report: Report, first_rows: Mapping[str, int] | None = None, *, tidy: bool = True
) -> None:
    """Make the registries, the quarantine and the report of a folder out of what the batches left in it.

    Parameters
    ----------
    partial
        The folder: parts of registries in ``entries``, of the quarantine in ``quarantine``.
    report
        What was done.
    first_rows
        By part of the quarantine: how many rows of the file come before those that it numbers from 1.
    tidy
        Whether to remove the parts then.
    """
    for kind in REGISTRIES:
        _gather(sorted((partial / "entries").glob(f"{kind}-*.parquet")), partial / f"{kind}.parquet")
    with pq.ParquetWriter(partial / "quarantine.writing", QUARANTINE, compression="zstd") as writer:
        for path in sorted((partial / "quarantine").glob("*.parquet")):
            part = pq.read_table(path)
            before = (first_rows or {}).get(path.stem, 0)
            rows = pc.add(part.column("row"), before) if before else part.column("row")
            writer.write_table(part.set_column(1, QUARANTINE.field("row"), rows))
    (partial / "quarantine.writing").replace(partial / "quarantine.parquet")
    _replace(partial / REPORT, json.dumps(report.to_dict(), ensure_ascii=False, indent=1) + "\n")
    if tidy:
        _tidy(partial)


def _tidy(partial: Path) -> None:
    for name in ("entries", "quarantine"):
        shutil.rmtree(partial / name, ignore_errors=True)


def _gather(paths: Sequence[Path], path: Path) -> None:
    """Write the entries of all parts of a registry, each once; so many rows are in memory at a time.

    Where the entries that are left are many themselves, twice as many are read before the next look.
    """
    gathered: list[pa.Table] = []
    limit = _ENTRIES
    for count, each in enumerate(paths, 1):
        gathered.append(pq.read_table(each))
        if sum(table.num_rows for table in gathered) >= limit or count == len(paths):
            gathered = [union(gathered)]
            limit = max(_ENTRIES, 2 * gathered[0].num_rows)
    if gathered:
        _write(gathered[0], path)


def _worked(job: _Job, threads: int) -> Iterator[_Count]:
    """Yield what every batch became, in order; at most ``threads`` and one more are in memory."""
    waiting: deque[Future[_Count]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        coming = _coming(job)
        for each in islice(coming, threads + 1):
            waiting.append(pool.submit(job.turn, *each))
        while waiting:
            yield waiting.popleft().result()
            for each in islice(coming, 1):
                waiting.append(pool.submit(job.turn, *each))


def _coming(job: _Job) -> Iterator[tuple[Batch, Member, About, Sequence[int], int]]:
    """Yield the batches that are not done yet; of those that are, only the ids are looked at."""
    seen = Seen()
    number = 0
    options = {"block": job.block} if job.block else {}
    for member, header, about in zip(job.tables, job.headers, job.about, strict=True):
        for batch in batches(member, job.known, header, encoding=job.encoding, **options):
            repeated = seen.add(row_ids(batch.rows, job.known)) if job.known.identity else []
            if number >= job.state["batches"]:
                yield batch, member, about, repeated, number
            number += 1


def _version(member: Member, known: SourceMapping) -> str:
    """Return the version that the name of a file says: GEDEvent_v22_0_2.csv is 22.0.2."""
    pattern = known.form.get("version")
    found = re.search(pattern, member.name) if pattern else None
    return found[1].replace("_", ".") if found else known.version


def _day_of(member: Member) -> dt.date:
    """Return the day of a file, by its own date."""
    return dt.datetime.fromtimestamp(member.path.stat().st_mtime, dt.UTC).date()


def _write(table: pa.Table, path: Path) -> None:
    partial = path.with_suffix(".writing")
    pq.write_table(table, partial, **parquet_options(table.schema))
    partial.replace(path)


def _replace(path: Path, text: str) -> None:
    partial = path.with_suffix(".writing")
    partial.write_text(text, "utf-8")
    partial.replace(path)
