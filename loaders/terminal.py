"""Lines for a terminal: wrapped to its width, and styled where colours are shown (never in a pipe)."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator

import click

_WIDEST = 100
_NARROWEST = 40


def width() -> int:
    """Return how many columns a text may take: those of the terminal, at most 100 (80 in a pipe)."""
    return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size((80, 24)).columns))


def wrapped(text: str, indent: str = "", first: str | None = None) -> Iterator[str]:
    """Yield the lines of a text, wrapped, with an indent (``first``: that of the first line)."""
    yield from textwrap.wrap(
        text,
        width(),
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def bold(text: str) -> str:
    """Return a text in bold."""
    return click.style(text, bold=True)


def dim(text: str) -> str:
    """Return a text that stands back."""
    return click.style(text, dim=True)
