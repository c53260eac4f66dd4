"""Nested records read and validated row group by row group, two at a time, in bounded memory.

Checking releases Python's lock, so that one row group is checked while the next is decoded. What the columns suspect is
explained by the record engine, with the same message, code and path as for a contributed file.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casus.checking import check_entry
from casus.parquet_records import rows
from casus.schema.corpus import Entry
from casus.schema.errors import InvalidRecordsError, SchemaDefinitionError
from casus.schema.findings import Finding, Severity
from casus.schema.rules import RULES
from casus.schema.rules.file import finding

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from casus.schema.columnar import Verdicts
    from casus.schema.columnar.across import Across, Found

THREADS = 2


@dataclass(frozen=True, slots=True)
class Group:
    """One row group: its first row in the file, its rows, and what is wrong with them."""

    first: int
    table: pa.Table
    verdicts: Verdicts


def read_groups(source: Any, *, threads: int = THREADS, name: str = "") -> Iterator[Group]:
    """Read a Parquet file of records and check every row, one row group after another, in order.

    At most ``threads`` row groups are in memory at a time, besides those that the caller keeps.

    Parameters
    ----------
    source
        Path of the file, or its content as an Arrow buffer.
    threads
        How many threads read and check; with one, nothing runs beside the caller's own reading but the checks.
    name
        What the file is called in errors.

    Raises
    ------
    InvalidRecordsError
        If the file cannot be read (CAS447), or its columns cannot hold records (CAS446).
    """
    from casus.schema.columnar import batch_problems, check_batch

    shown = name or str(source)
    with _readable(shown), _file(source) as file:
        count = file.num_row_groups
        firsts = _first_rows(file.metadata)
        schema = file.schema_arrow
    problems = batch_problems(schema)
    if problems:
        raise InvalidRecordsError([finding("CAS446", problem=each).at(file=shown) for each in problems])
    with ThreadPoolExecutor(max(1, threads - 1)) as pool, _readable(shown), _file(source) as file:
        waiting: deque[tuple[int, pa.Table, Future[Verdicts]]] = deque()
        for index in range(count):
            table = file.read_row_group(index, use_threads=threads > 1)
            waiting.append((firsts[index], table, pool.submit(check_batch, table)))
            if len(waiting) >= threads:
                yield _checked(waiting)
        while waiting:
            yield _checked(waiting)


def _checked(waiting: deque[tuple[int, pa.Table, Future[Verdicts]]]) -> Group:
    """Return the next row group with its verdicts; where its turn has not come yet, check it here."""
    from casus.schema.columnar import check_batch

    first, table, verdicts = waiting.popleft()
    return Group(first, table, check_batch(table) if verdicts.cancel() else verdicts.result())


def check_file(source: Any, *, name: str = "", across: Across | None = None, threads: int = THREADS) -> Findings:
    """Check a file of records of any size in bounded memory.

    Parameters
    ----------
    source
        Path of the file, or its content as an Arrow buffer.
    name
        What the file is called in findings.
    across
        Also judge the rules across records with this; eight bytes are kept for every row.

    Returns
    -------
    Findings
        What was found; every row is counted, the first ones are explained.
    """
    findings = Findings(name or str(source))
    lost: list[Found] = []
    for group in read_groups(source, threads=threads, name=name):
        findings.add(group)
        if across is not None:
            lost.extend(across.add(group.table))
    if across is not None:
        findings.add_across(source, [*lost, *across.finish()])
    return findings


def load_records(source: Any, *, threads: int = THREADS, name: str = "") -> tuple[pa.Table, list[Finding]]:
    """Read a whole file of records; return the rows and what is wrong with them (at most so many findings)."""
    import pyarrow as pa

    from casus.schema.render_arrow import records_schema

    tables, findings = [], Findings(name or str(source))
    for group in read_groups(source, threads=threads, name=name):
        tables.append(group.table)
        findings.add(group)
    table = pa.concat_tables(tables) if tables else records_schema().empty_table()
    return table, findings.listed()


class Findings:
    """Collects what is wrong over many row groups: every row is counted, the first ones are explained."""

    def __init__(self, name: str, most: int = 100) -> None:
        self.name = name
        self.most = most
        self.found: list[Finding] = []
        self.records = 0
        self.invalid = 0

    def add(self, group: Group) -> None:
        """Add a row group."""
        self.records += group.table.num_rows
        suspects = group.verdicts.suspects()
        self.invalid += len(suspects)
        for row in suspects[: max(0, self.most - len(self.found))]:
            self.found.extend(explain_row(group.table, row, group.first, self.name))

    def add_across(self, source: Any, found: list[Found]) -> None:
        """Add what does not hold across records; equal hashes of ids are compared as texts first."""
        twice = {row for code, row, _ in found if code == "CAS301"}
        ids = _ids(source) if twice else []
        counted = Counter(ids)
        for code, row, path in found:
            if code == "CAS301" and counted[ids[row]] < 2:  # noqa: PLR2004 - two texts of one hash
                continue
            self.invalid += 1
            if len(self.found) < self.most:
                rule = RULES[code]
                steps = tuple(step.removesuffix("[]") for step in path.split("."))
                said = {"CAS301": "The id stands in the file twice.", "CAS302": "A link leads to no record."}
                message = said.get(code, f"{path}: {rule.title} does not hold.")
                self.found.append(Finding(code, message, steps, file=self.name, row=row, fix=rule.fix))

    def listed(self) -> list[Finding]:
        """Return the findings, and one more that counts the rows that are not spelled out."""
        explained = len({each.row for each in self.found})
        if self.invalid > explained:
            more = f"{self.invalid - explained} more of {self.records} rows are invalid and not spelled out"
            return [*self.found, finding("CAS449", problem=more).at(file=self.name)]
        return self.found


def explain_row(table: pa.Table, row: int, first: int, name: str) -> list[Finding]:
    """Return the record engine's findings on one row that the columns suspect.

    Raises
    ------
    SchemaDefinitionError
        If the record engine finds nothing: the two engines must never differ.
    """
    (data,) = rows(table.slice(row, 1))
    found = [
        each for each in check_entry(Entry("event", data, name, row=first + row)) if each.severity is Severity.ERROR
    ]
    if not found:
        said = f"the engines differ on {data.get('id')}; please report this record"
        raise SchemaDefinitionError(f"{name} row {first + row}: {said}.")
    return found


def _ids(source: Any) -> list[str]:
    with _file(source) as file:
        return [each for batch in file.iter_batches(columns=["id"]) for each in batch.column(0).to_pylist()]


def _file(source: Any) -> pq.ParquetFile:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if isinstance(source, pa.Buffer | bytes):
        return pq.ParquetFile(pa.BufferReader(source))
    # Not mapped: a large file's pages would count as memory, and one that is cut meanwhile would end the process.
    return pq.ParquetFile(Path(source))


def _first_rows(metadata: Any) -> list[int]:
    firsts, total = [], 0
    for index in range(metadata.num_row_groups):
        firsts.append(total)
        total += metadata.row_group(index).num_rows
    return firsts


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """Turn what Arrow says of a damaged file into a finding."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, ValueError) as error:
        said = str(error).partition("\n")[0]
        raise InvalidRecordsError([finding("CAS447", problem=said).at(file=name)]) from None
