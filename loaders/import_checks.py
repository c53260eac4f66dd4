"""The folder of an import, checked part by part in bounded memory."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING

from casus.checking import CHECKS, Report
from casus.imported import REPORT, Import
from casus.schema.errors import InvalidRecordsError
from casus.schema.rules.file import finding
from casus.streaming import Findings, read_groups, repeated_ids

if TYPE_CHECKING:
    from casus.gathering import Progress
    from casus.schema.columnar.across import Across
    from casus.schema.findings import Finding

_FIX = "Import the files again into a new folder."


def check_import(found: Import, progress: Progress | None = None) -> Report:
    """Check every record of an import, ids and links across all parts, and that nothing of it is missing.

    Parameters
    ----------
    found
        The import.
    progress
        Told how many parts are checked, and of how many.
    """
    from casus.schema.columnar.across import Across

    across = Across()
    findings: list[Finding] = []
    by_part, firsts = [], []
    for number, part in enumerate(found.parts, 1):
        mine = Findings(str(part))
        firsts.append(across.rows)
        by_part.append(mine)
        try:
            for group in read_groups(part, name=str(part)):
                mine.add(group)
                list(across.add(group.table))
                del group  # before the next one is read
        except InvalidRecordsError as error:
            findings.extend(each.at(fix=_FIX) for each in error.findings)
        if progress is not None:
            progress("checking", number, len(found.parts))
    if not findings:  # else the rows of the parts cannot be told from each other
        for code, row, path in _across(found, across):
            place = bisect_right(firsts, row) - 1
            by_part[place].add_found(code, row - firsts[place], path)
        findings.extend(_missing(found, sum(each.records for each in by_part)))
    listed = [*findings, *(each for part in by_part for each in part.listed())]
    return Report(tuple(listed), sum(each.records for each in by_part), checks=CHECKS[:3])


def _across(found: Import, across: Across) -> Iterator[tuple[str, int, str]]:
    yield from (each for each in across.finish() if each[0] != "CAS301")
    yield from (("CAS301", row, "id") for row in repeated_ids(found.parts, across.repeated))


def _missing(found: Import, records: int) -> Iterator[Finding]:
    """Yield what the import says of itself and does not hold."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    report = str(found.folder / REPORT)
    if records != found.said["records"]:
        yield _other("The number of records", records, found.said["records"]).at(file=report, fix=_FIX)
    path = found.folder / "quarantine.parquet"
    if not path.is_file():
        yield finding("CAS441", value=path.name).at(file=report, fix=_FIX)
        return
    try:
        table = pq.read_table(path, columns=["file", "row"])
    except (pa.ArrowException, OSError, ValueError) as error:
        yield finding("CAS447", problem=str(error).partition("\n")[0]).at(file=str(path), fix=_FIX)
        return
    held = table.group_by(["file", "row"]).aggregate([]).num_rows
    if held != found.said["quarantined"]:
        yield _other("The number of rows in quarantine", held, found.said["quarantined"]).at(file=report, fix=_FIX)


def _other(name: str, value: int, said: int) -> Finding:
    return finding("CAS443", name=name, value=f"{value:,}", allowed=f"{said:,}")
