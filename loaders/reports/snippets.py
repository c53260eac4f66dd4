"""The line that a finding points at, as a terminal shows it: cut around the value, with a caret line below."""

from __future__ import annotations

from dataclasses import dataclass

from casus.reports.harmless import shown_char
from casus.reports.spans import span

_TAB = 4
_CUT = "..."
#: Columns that stay free before the value where the line is cut.
_BEFORE = 24


@dataclass(frozen=True, slots=True)
class Snippet:
    """A line as it is shown, and the columns (0-based) that the caret line marks."""

    text: str
    start: int
    width: int

    @property
    def carets(self) -> str:
        """The line of carets."""
        return " " * self.start + "^" * self.width


def snippet(line: str, column: int, width: int) -> Snippet:
    """Return a line cut to a width in columns of a terminal, with the value at a 1-based column marked."""
    from rich.cells import cell_len

    found = span(line, column)
    cells = _shown(line)
    widths = [cell_len(each) for each in cells]
    first, last = 0, len(cells)
    if sum(widths) > width:
        first, last = _window(widths, found.start, width - 2 * len(_CUT))
    head, tail = _CUT if first else "", _CUT if last < len(cells) else ""
    start = len(head) + sum(widths[first : found.start])
    marked = sum(widths[found.start : min(found.end, last)])
    return Snippet(f"{head}{''.join(cells[first:last])}{tail}".rstrip(), start, max(1, marked))


def _shown(line: str) -> list[str]:
    """Return what is shown for each character of the line: spaces for a tab, an escape for what is not seen."""
    cells, column = [], 0
    for char in line:
        text = " " * (_TAB - column % _TAB) if char == "\t" else shown_char(char)
        cells.append(text)
        column += len(text)
    return cells


def _window(widths: list[int], start: int, width: int) -> tuple[int, int]:
    """Return the first and last character that fit, the value's first one among them."""
    first, room = start, min(_BEFORE, width // 2)
    while first > 0 and widths[first - 1] <= room:
        first -= 1
        room -= widths[first]
    last, room = first, width
    while last < len(widths) and widths[last] <= room:
        room -= widths[last]
        last += 1
    while first > 0 and widths[first - 1] <= room:  # near the end of the line there is room before the value
        first -= 1
        room -= widths[first]
    return first, last
