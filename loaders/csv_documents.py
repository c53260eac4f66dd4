"""CSV of the flat template: one record a row, its columns named as findings print paths.

A row that cannot be read is a finding with its line and column name, and the others are read all the same. The file
may begin with a byte-order mark and may separate cells by commas, semicolons or tabs, as spreadsheets write it.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from casus.bounded_lines import MOST_RECORDS, Line, TooMuchError, beyond, bounded_lines, too_long, too_many, too_much
from casus.documents import MOST_BYTES
from casus.schema.csv_template import Column, NoColumn, column, empty_groups, not_finite
from casus.schema.description import describe
from casus.schema.event import Event
from casus.schema.findings import Finding, Path
from casus.schema.rules.file import finding
from casus.schema.rules.wording import did_you_mean, shown

#: A cell holds at most so many characters; the longest text of a record is far shorter.
MOST_CELL = 100_000
MOST_COLUMNS = 5_000
DELIMITERS = ",;\t"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_BYTE = re.compile("[\udc80-\udcff]")
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
#: A header in which at most half of the headings, and fewer than so many, are columns is one of another table.
_HALF, _MANY = 0.5, 5
#: What the library says of a row that it refuses, and what is said here.
_PROBLEMS = {
    "end of data": "A quotation mark is not closed",
    "field larger": "A quotation mark is not closed",
    "expected after": "A quotation mark is not closed, or stands within a text (there it must be written twice)",
    "new-line character": "A line break of another kind stands in a text without quotation marks",
}


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its data, what the reader found in it, and which column each part of the record stands in."""

    file: str
    data: Any
    findings: tuple[Finding, ...] = ()
    line: int = 1
    #: The path in the template of every group, list and value of the record; lists close up over empty cells.
    origins: Mapping[Path, Path] = field(default_factory=dict)
    columns: Mapping[Path, str] = field(default_factory=dict)

    def locate(self, path: Path, *, key: bool = False) -> tuple[int, int | None] | None:  # noqa: ARG002
        """Return the line in which the row begins; columns have names here."""
        return self.line, None

    def column_of(self, path: Path) -> str | None:
        """Return the name of the column that a part of the record stands in, or would stand in."""
        known = path
        while known not in self.origins:
            known = known[:-1]
        origin = (*self.origins[known], *path[len(known) :])
        listed = bool(origin) and isinstance(origin[-1], int)  # it may be one of the values in a cell
        return self.columns.get(origin) or (self.columns.get(origin[:-1]) if listed else None)


def read_csv(stream: BinaryIO, name: str) -> Iterator[TableRow]:
    """Yield the rows of a table that are not empty; findings on the header come with a row without data."""
    reader = _Reader(stream, name)
    try:
        yield from reader.read()
    except TooMuchError as error:
        yield TableRow(name, None, (too_much(name, error.line),))


def separator_of(header: str) -> str | None:
    """Return the separator with which most headings of a header are columns of the template.

    None if at most half of them, and few, are: it is the header of another table. Capitals do not count here.
    """
    best, found = 0, None
    for each in DELIMITERS:
        try:
            names = next(csv.reader([header], delimiter=each, strict=True), [])[:MOST_COLUMNS]
        except csv.Error:
            continue
        known = sum(isinstance(column(name.strip().lower()), Column) for name in names)
        if known > best and (known > _HALF * len(names) or known >= _MANY):
            best, found = known, each
    return found


class _Reader:
    """Reads one table: physical lines are joined into rows by the library's reader."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self.name = name
        self.lines = bounded_lines(stream)
        #: Lines that are to be read again: those after the first one of a row that could not be read.
        self.again: deque[Line] = deque()
        self.taken: list[Line] = []
        self.size = 0
        self.delimiter = DELIMITERS[0]
        self.columns: list[Column | None] = []
        self.names: list[str] = []
        self.by_path: dict[Path, str] = {}
        #: Lists whose values have columns of their own.
        self.numbered: dict[Path, str] = {}

    def read(self) -> Iterator[TableRow]:
        first = next(self.lines, None)
        while first is not None and first.content is not None and not first.content.strip():
            first = next(self.lines, None)
        problem = self._not_a_table(first)
        if problem is not None or first is None:
            yield TableRow(self.name, None, (problem,) if problem else ())
            return
        self.again.append(first)
        rows = self._rows()
        header, found = next(rows)
        if isinstance(found, Finding):
            yield TableRow(self.name, None, (found,))
            return
        yield TableRow(self.name, None, tuple(self._header(header, found)))
        number = 0
        for number, (cells, line) in enumerate(rows, 1):
            if isinstance(line, Finding):
                yield TableRow(self.name, None, (line,))
            elif number > MOST_RECORDS:
                yield TableRow(self.name, None, (too_many(self.name, line),))
                return
            else:
                yield self._row(cells, line)
        if number == 0:
            nothing = finding("CAS410", value="a header and no row").at(file=self.name, line=found, column=1)
            yield TableRow(self.name, None, (nothing,))

    def _not_a_table(self, first: Line | None) -> Finding | None:
        """Look at the first line: return why the file is not read at all, or find the separator."""
        if first is None:
            return finding("CAS410", value="nothing").at(file=self.name, line=1, column=1)
        if first.content is None:
            return too_long(self.name, first.number)
        if first.content.startswith(_WIDE):
            said = "it is UTF-16; a spreadsheet writes UTF-8 as `CSV UTF-8`"
            return finding("CAS406", problem=said).at(file=self.name, line=1, column=1)
        header = _text(first.content).removeprefix("\ufeff").rstrip("\r\n")
        separator = separator_of(header)
        if separator is None:
            said = f"its first line is {shown(header)}, and few of the headings there are fields of a record"
            return finding("CAS416", problem=said).at(file=self.name, line=first.number, column=1)
        self.delimiter = separator
        return None

    def _rows(self) -> Iterator[tuple[list[str], int | Finding]]:
        """Yield the cells of every row that is not blank with its first line, or a finding in place of the line."""
        while True:
            self.taken, self.size = [], 0
            reader = csv.reader(self._texts(), delimiter=self.delimiter, strict=True)
            try:
                for cells in reader:
                    if any(cells):
                        yield cells, self.taken[0].number
                    self.taken, self.size = [], 0
            except (csv.Error, _RowTooLongError) as error:
                yield [], self._broken(error)
                self.again.extendleft(reversed(self.taken[1:]))
            else:
                return

    def _texts(self) -> Iterator[str]:
        while True:
            line = self.again.popleft() if self.again else next(self.lines, None)
            if line is None:
                return
            self.taken.append(line)
            self.size += len(line.content or b"")
            if line.content is None or self.size > MOST_BYTES:
                raise _RowTooLongError
            yield _text(line.content).removeprefix("\ufeff") if line.number == 1 else _text(line.content)

    def _broken(self, error: Exception) -> Finding:
        """Return the finding on a row that the library's reader refused."""
        first = self.taken[0]
        if first.content is None or isinstance(error, _RowTooLongError):
            return too_long(self.name, first.number)
        said = next((ours for theirs, ours in _PROBLEMS.items() if theirs in str(error)), str(error))
        name = self._open_cell("".join(_text(each.content or b"") for each in self.taken))
        found = finding("CAS401", problem=f"{said}; the row was not judged.")
        return found.at(file=self.name, line=first.number, column=None if name else 1, column_name=name)

    def _open_cell(self, text: str) -> str | None:
        """Return the name of the column in which the reader gave up: a quotation mark is not closed, or not the end."""
        position = number = 0
        while number < len(self.names):
            if text[position : position + 1] == '"':
                match = _QUOTED.match(text, position)
                if match is None:
                    return self.names[number]
                position = match.end()
                if text[position : position + 1] not in ("", "\r", "\n", self.delimiter):
                    return self.names[number]
            following = text.find(self.delimiter, position)
            if following < 0:
                break
            position, number = following + 1, number + 1
        return None

    def _header(self, header: Sequence[str], line: int) -> Iterator[Finding]:
        """Take in the header, and yield what is wrong with it."""
        self.names = [name.strip() for name in header]
        for number, name in enumerate(self.names, 1):
            found = self._heading(name, number)
            self.columns.append(found if isinstance(found, Column) else None)
            if isinstance(found, Finding):
                yield found.at(file=self.name, line=line, column_name=name or str(number))

    def _heading(self, name: str, number: int) -> Column | Finding:
        """Return the column of a heading, or what is wrong with it."""
        if number > MOST_COLUMNS:
            return finding("CAS413", problem=f"The table has more than {MOST_COLUMNS:,} columns")
        if not name:
            return finding("CAS413", problem=f"Column {number} has no heading")
        found = column(name)
        if isinstance(found, NoColumn):
            problem = f"{shown(name)} is no column of the template: {found.problem}{did_you_mean(found.nearest)}"
            return finding("CAS413", problem=problem).at(nearest=found.nearest, paste=found.nearest)
        above = found.path[:-1] if isinstance(found.path[-1], int) else None
        same = self.by_path.get(found.path) or self.numbered.get(found.path) or (above and self.by_path.get(above))
        if same:
            return finding("CAS413", problem=f"The column {shown(name)} says the same as the column {shown(same)}")
        self.by_path[found.path] = name
        if above:
            self.numbered.setdefault(above, name)
        return found

    def _row(self, cells: Sequence[str], line: int) -> TableRow:
        if len(cells) != len(self.names):
            at = self.names[min(len(cells), len(self.names) - 1)]
            found = finding("CAS414", value=len(cells), allowed=len(self.names))
            return TableRow(self.name, None, (found.at(file=self.name, line=line, column_name=at),))
        problems = [(name, _unreadable(cell)) for name, cell in zip(self.names, cells, strict=True)]
        findings = [found.at(file=self.name, line=line, column_name=name) for name, found in problems if found]
        if findings:
            return TableRow(self.name, None, tuple(findings))
        tree: dict[Any, Any] = {name: {} for name in _EMPTY}
        for each, cell in zip(self.columns, cells, strict=True):
            if each is None or not cell:
                continue
            value = each.read(cell)
            if not_finite(value):
                found = finding("CAS412", path=each.path, value=shown(cell))
                findings.append(found.at(file=self.name, line=line, column_name=each.name))
            _put(tree, each.path, value)
        origins: dict[Path, Path] = {}
        data = _settled(tree, (), (), origins)
        return TableRow(self.name, data, tuple(findings), line, origins, self.by_path)


class _RowTooLongError(Exception):
    """A row goes on over more lines than a record can have."""


_EMPTY = tuple(empty_groups(describe(Event)))


def _text(content: bytes) -> str:
    """Return bytes as text; those that are not UTF-8 are marked, and found in their cell."""
    return content.decode("utf-8", "surrogateescape")


def _unreadable(cell: str) -> Finding | None:
    """Return why a cell cannot be read."""
    if len(cell) > MOST_CELL:
        problem = f"The cell has {len(cell):,} characters, and its row was not judged"
        return beyond(problem, f"{MOST_CELL:,}")
    if "\0" in cell:
        return finding("CAS401", problem="A NUL character stands in the cell; the row was not judged.")
    byte = _BYTE.search(cell)
    if byte:
        said = (
            f"byte {ord(byte[0]) - 0xDC00:#04x}, and the row was not judged; a spreadsheet writes UTF-8 as `CSV UTF-8`"
        )
        return finding("CAS406", problem=said)
    return None


def _put(tree: dict[Any, Any], path: Path, value: Any) -> None:
    for step in path[:-1]:
        tree = tree.setdefault(step, {})
    tree[path[-1]] = value


def _settled(tree: Any, path: Path, origin: Path, origins: dict[Path, Path]) -> Any:
    """Return the data of a tree; numbered parts become lists, in the order of their numbers."""
    origins[path] = origin
    if not isinstance(tree, dict):
        return tree
    if tree and all(isinstance(step, int) for step in tree):
        numbered = enumerate(sorted(tree.items()))
        return [_settled(each, (*path, new), (*origin, old), origins) for new, (old, each) in numbered]
    return {step: _settled(each, (*path, step), (*origin, step), origins) for step, each in tree.items()}
