"""The reference lists of a dataset folder: what is known to have happened, listed before anything was coded."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from casus.schema.errors import UsageError

#: The columns of a list, in their order.
COLUMNS = ("entry", "date", "end", "place", "name", "status", "page")
#: The file that says which record codes an entry whose id the record does not bear, and its columns.
CODED = "coded.csv"
_CODED_COLUMNS = ("entry", "record")
_ID = re.compile(r"\d{4}-\d{2}-\d{2}(-[a-z0-9]+)+")
_URL = re.compile(r"https?://\S+")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ReferenceEntry:
    """One thing that is known to have happened, or to have been planned.

    Attributes
    ----------
    kind
        The list that it stands in, such as ``exchanges``.
    id
        Its id, ``<date>-<words>``.
    date, end
        First and last day, as text; a date may be a month (``2025-03``), and ``end`` is empty for one day.
    place, name, status
        Where, who and what, and what became of it.
    page
        Address of the page that the entry was taken from.
    """

    kind: str
    id: str
    date: str
    end: str
    place: str
    name: str
    status: str
    page: str

    @property
    def year(self) -> int:
        """The year of the first day."""
        return int(self.date[:4])


@dataclass(frozen=True, slots=True)
class ReferenceLists:
    """All lists of a folder.

    Attributes
    ----------
    entries
        The entries, list after list in the order of their names, each in the order of its dates.
    coded
        For entries whose records have other ids: the ids of these, by the id of the entry.
    """

    entries: tuple[ReferenceEntry, ...]
    coded: dict[str, tuple[str, ...]]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The names of the lists, sorted."""
        return tuple(sorted({entry.kind for entry in self.entries}))

    def records_of(self, entry: ReferenceEntry) -> tuple[str, ...]:
        """Return the ids of the records that would code an entry: those named in ``coded.csv``, else its own id."""
        return self.coded.get(entry.id, (entry.id,))


def read_reference_lists(folder: Path) -> ReferenceLists:
    """Read the lists of a dataset folder: every CSV file of its folder ``reference``.

    Parameters
    ----------
    folder
        The dataset folder.

    Raises
    ------
    UsageError
        If there is no list, or if rows are not what the lists hold; the text names file, line and what is allowed.
    """
    place = folder / "reference"
    files = sorted(each for each in place.glob("*.csv") if each.name != CODED)
    if not files:
        raise UsageError(f"{place} holds no reference list. Give a dataset folder with reference/<kind>.csv.")
    wrong: list[str] = []
    entries = [entry for path in files for entry in _entries(path, wrong)]
    lines: dict[str, ReferenceEntry] = {}
    for entry in entries:
        if entry.id in lines:
            wrong.append(f"{place}: the entry {entry.id} stands in {lines[entry.id].kind}.csv and {entry.kind}.csv.")
        lines[entry.id] = entry
    coded = _coded(place / CODED, lines.keys(), wrong)
    if wrong:
        more = [f"... and {len(wrong) - _MOST_SHOWN} more"] if len(wrong) > _MOST_SHOWN else []
        raise UsageError("\n".join([*wrong[:_MOST_SHOWN], *more]))
    return ReferenceLists(tuple(entries), coded)


def _entries(path: Path, wrong: list[str]) -> Iterator[ReferenceEntry]:
    before = ""
    for line, row in _rows(path, COLUMNS, wrong):
        problems = list(_problems(row))
        if row["date"] < before[: len(row["date"])]:
            problems.append(f"the date {row['date']} stands after {before}: sort the rows by date")
        before = row["date"]
        wrong += [f"{path}:{line}: {problem}." for problem in problems]
        if not problems:
            yield ReferenceEntry(path.stem, row["entry"], *(row[name] for name in COLUMNS[1:]))


def _problems(row: dict[str, str]) -> Iterator[str]:
    if not _ID.fullmatch(row["entry"]):
        yield f"the entry {row['entry']!r} is not an id such as 2025-06-02-istanbul-talks"
    if not (_is_day(row["date"]) or _MONTH.fullmatch(row["date"])):
        yield f"the date {row['date']!r} is neither a day (2025-06-02) nor a month (2025-06)"
    if row["end"] and not _is_day(row["end"]):
        yield f"the end {row['end']!r} is not a day (2025-06-02); leave it empty for one day"
    elif row["end"] and row["end"] < row["date"]:
        yield f"the end {row['end']} lies before the date {row['date']}"
    if not _URL.fullmatch(row["page"]):
        yield f"the page {row['page']!r} is not the address of a page (https://...)"
    for name in ("name", "status"):
        if not row[name].strip():
            yield f"the column {name} is empty"


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _coded(path: Path, known: object, wrong: list[str]) -> dict[str, tuple[str, ...]]:
    coded: dict[str, list[str]] = {}
    if path.is_file():
        for line, row in _rows(path, _CODED_COLUMNS, wrong):
            if row["entry"] not in known:  # type: ignore[operator]
                wrong.append(f"{path}:{line}: no list has the entry {row['entry']!r}.")
            coded.setdefault(row["entry"], []).append(row["record"])
    return {entry: tuple(records) for entry, records in coded.items()}


def _rows(path: Path, columns: tuple[str, ...], wrong: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line number and cells of every row that has a cell for each column."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        wrong.append(f"{path}: cannot be read as UTF-8 text ({error}).")
        return
    reader = csv.reader(text.splitlines(), strict=True)
    header = next(reader, [])
    if tuple(header) != columns:
        wrong.append(f"{path}:1: the header is {','.join(header)!r}; write {','.join(columns)!r}.")
        return
    try:
        for cells in reader:
            if len(cells) == len(columns):
                yield reader.line_num, dict(zip(columns, cells, strict=True))
            elif cells:
                wrong.append(f"{path}:{reader.line_num}: {len(cells)} cells where {len(columns)} belong.")
    except csv.Error as error:
        wrong.append(f"{path}:{reader.line_num}: not a row of CSV ({error}).")
