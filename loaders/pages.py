"""Pages of explanation for a terminal or a notebook: labelled texts, wrapped when they are shown."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

_WIDTH = 80
_LABEL = 10
_WIDEST_LABEL = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A text of a page, with a label before it (if any) and how deep it stands; ``kept`` texts are not wrapped."""

    text: str
    label: str = ""
    depth: int = 0
    kept: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Page:
    """A page of explanation; printing it shows it, 80 columns wide."""

    lines: tuple[Line, ...]

    def text(self, width: int = _WIDTH, bold: Callable[[str], str] = str) -> str:
        """Return the page as text of a width; ``bold`` sets labels and headings off."""
        return "\n".join(
            shown for run in _runs(self.lines) for line in run for shown in _shown(line, width, _column(run), bold)
        )

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__


def _runs(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Yield the lines in runs whose labels stand in one column."""
    for _, run in groupby(lines, key=lambda line: (line.depth, bool(line.label))):
        yield list(run)


def _column(run: Sequence[Line]) -> int:
    return min(_WIDEST_LABEL, max(_LABEL, *(len(line.label) + 2 for line in run))) if run else _LABEL


def _shown(line: Line, width: int, column: int, bold: Callable[[str], str]) -> Iterator[str]:
    indent = "  " * line.depth
    if line.kept or not line.text:
        yield from (f"{indent}{each}".rstrip() for each in line.text.split("\n"))
        return
    if not line.label:
        yield from (indent + (bold(each) if not line.depth else each) for each in _wrap(line.text, width - len(indent)))
        return
    column = max(column, len(line.label) + 2)
    hanging = " " * (len(indent) + column)
    first, *rest = _wrap(line.text, width - len(hanging))
    yield f"{indent}{bold(line.label)}{' ' * (column - len(line.label))}{first}"
    yield from (hanging + each for each in rest)


def _wrap(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]
