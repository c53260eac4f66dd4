"""Nested records read and validated row group by row group, two at a time, in bounded memory.

Reading and most of checking release Python's lock, so that two row groups are read and checked side by side. What the
columns suspect is explained by the record engine, with the same message, code and path as for a contributed file.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
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

THREADS = 2


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
        How many row groups are read and checked at a time, each in a thread of its own.
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
    with _readable(shown), ExitStack() as opened:
        # One reader for each group that is being read: a reader serves one thread at a time.
        files = [opened.enter_context(_file(source, mapped)) for _ in range(threads)]
        pool = opened.enter_context(ThreadPoolExecutor(threads))

        def read(index: int) -> Group:
            table = files[index % threads].read_row_group(index, use_threads=threads > 1)
            return Group(firsts[index], table, check_batch(table))

        coming = iter(range(count))
        waiting = deque(pool.submit(read, index) for index in islice(coming, threads))
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(pool.submit(read, index) for index in islice(coming, 1))


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
        for row in repeated_ids([source], across.repeated):
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


def repeated_ids(sources: Iterable[Any], repeated: Any) -> Iterator[int]:
    """Yield the rows whose id an earlier row has, over all files: of the ids with these hashes, texts are compared."""
    import numpy as np

    from casus.schema.columnar.across import hashes

    if not len(repeated):
        return
    first, seen = 0, set()
    for source in sources:
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
