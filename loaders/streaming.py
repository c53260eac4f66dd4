"""Nested records read and validated row group by row group, two at a time, in bounded memory.

Checking releases Python's lock, so that one row group is checked while the next is decoded. What the columns suspect is
explained by the record engine, with the same message, code and path as for a contributed file.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
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
    from casus.schema.columnar.across import Across

#: A part of a row group, and its verdicts once they are there.
Part = tuple["pa.Table", "Future[Verdicts]"]
THREADS = 2
#: The fewest rows whose checks are worth being shared out.
_WORTH_SHARING = 10_000


@dataclass(frozen=True, slots=True)
class Group:
    """One row group: its first row in the file, its rows, and what is wrong with them."""

    first: int
    table: pa.Table
    verdicts: Verdicts


def read_groups(source: Any, *, threads: int = THREADS, name: str = "", mapped: bool = False) -> Iterator[Group]:
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
    mapped
        Map the file instead of reading it: quicker, but what was read of a large file counts as memory, and a file
        that is cut meanwhile ends the process.

    Raises
    ------
    InvalidRecordsError
        If the file cannot be read (CAS447), or its columns cannot hold records (CAS446).
    """
    from casus.schema.columnar import batch_problems, check_batch

    shown = name or str(source)
    with _readable(shown), _file(source, mapped) as file:
        count = file.num_row_groups
        firsts = _first_rows(file.metadata)
        schema = file.schema_arrow
    problems = batch_problems(schema)
    if problems:
        raise InvalidRecordsError([finding("CAS446", problem=each).at(file=shown) for each in problems])
    with ThreadPoolExecutor(max(1, threads - 1)) as pool, _readable(shown), _file(source, mapped) as file:
        waiting: deque[tuple[int, pa.Table, list[Part]]] = deque()
        for index in range(count):
            table = file.read_row_group(index, use_threads=threads > 1)
            # Nothing is read beside the checks of the last one, so that they are shared out.
            parts = _parts(table, threads if index == count - 1 else 1)
            waiting.append((firsts[index], table, [(part, pool.submit(check_batch, part)) for part in parts]))
            if len(waiting) >= threads:
                yield _checked(*waiting.popleft())
        while waiting:
            yield _checked(*waiting.popleft())


def _parts(table: pa.Table, count: int) -> list[pa.Table]:
    """Return a table in so many parts, or fewer if it is small."""
    size = max(_WORTH_SHARING, -(-table.num_rows // count))
    return [table.slice(first, size) for first in range(0, max(1, table.num_rows), size)]


def _checked(first: int, table: pa.Table, parts: list[Part]) -> Group:
    """Return a row group with its verdicts; the parts whose turn has not come yet are checked here, last ones first."""
    from casus.schema.columnar import Verdicts, check_batch

    here = [check_batch(part) if verdicts.cancel() else verdicts for part, verdicts in reversed(parts)]
    done = [each.result() if isinstance(each, Future) else each for each in reversed(here)]
    return Group(first, table, reduce(Verdicts.followed_by, done))


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
    for group in read_groups(source, threads=threads, name=name):
        findings.add(group)
        for found in across.add(group.table) if across is not None else ():
            findings.add_found(*found)
        del group  # before the next one is read
    if across is not None:
        for found in across.finish():
            if found[0] != "CAS301":
                findings.add_found(*found)
        for row in _repeated_ids(source, across.repeated):
            findings.add_found("CAS301", row, "id")
    return findings


def load_records(source: Any, *, threads: int = THREADS, name: str = "") -> tuple[pa.Table, list[Finding]]:
    """Read a whole file of records; return the rows and what is wrong with them (at most so many findings)."""
    import pyarrow as pa

    from casus.schema.render_arrow import records_schema

    tables, findings = [], Findings(name or str(source))
    for group in read_groups(source, threads=threads, name=name, mapped=True):
        tables.append(group.table)
        findings.add(group)
    table = pa.concat_tables(tables) if tables else records_schema().empty_table()
    return table, findings.listed()


def check_table(table: pa.Table, *, name: str) -> list[Finding]:
    """Check records that are in memory; return what is wrong with them (at most so many findings)."""
    from casus.schema.columnar import batch_problems, check_batch

    problems = batch_problems(table.schema)
    if problems:
        return [finding("CAS446", problem=each).at(file=name) for each in problems]
    findings = Findings(name)
    findings.add(Group(0, table, check_batch(table)))
    return findings.listed()


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

    def add_found(self, code: str, row: int, path: str) -> None:
        """Add what does not hold across records."""
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


def _repeated_ids(source: Any, repeated: Any) -> Iterator[int]:
    """Yield the rows whose id an earlier row has: of the ids with these hashes, the texts are compared."""
    import numpy as np

    from casus.schema.columnar.across import hashes

    if not len(repeated):
        return
    first, seen = 0, set()
    with _file(source) as file:
        for batch in file.iter_batches(columns=["id"]):
            column = batch.column(0)
            for row in np.flatnonzero(np.isin(hashes(column), repeated)):
                text = column[row].as_py()
                if text in seen:
                    yield first + int(row)
                seen.add(text)
            first += len(column)


def _file(source: Any, mapped: bool = False) -> pq.ParquetFile:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if isinstance(source, pa.Buffer | bytes):
        return pq.ParquetFile(pa.BufferReader(source))
    return pq.ParquetFile(Path(source), memory_map=mapped)


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
