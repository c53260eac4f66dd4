"""Bars on the terminal for what takes longer than a second."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PATIENCE = 1.0
_LEAST = 1e-3


class Bar:
    """Shows progress on standard error, if that is a terminal and it takes longer than a second."""

    def __init__(self, patience: float = _PATIENCE) -> None:
        self.patience = patience
        self.start = time.monotonic()
        self.wanted = sys.stderr.isatty()
        self.shown: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.shown is not None:
            self.shown.stop()

    def __call__(self, what: str, done: int, of: int) -> None:
        """Say that so many are done, of so many."""
        if not self.wanted or time.monotonic() - self.start < self.patience:
            return
        if self.shown is None:
            from rich.console import Console
            from rich.progress import Progress

            self.shown = Progress(console=Console(stderr=True), transient=True)
            self.shown.start()
        if what not in self._tasks:
            self._tasks[what] = self.shown.add_task(what, total=of)
        self.shown.update(self._tasks[what], completed=done, total=of)


class RowsBar:
    """Shows rows, rate and the share in quarantine on standard error, as :class:`Bar` does."""

    def __init__(self, patience: float = _PATIENCE) -> None:
        self.patience = patience
        self.start = time.monotonic()
        self.wanted = sys.stderr.isatty()
        self.shown: Progress | None = None
        self._first: tuple[int, float] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.shown is not None:
            self.shown.stop()

    def __call__(self, rows: int, share: float, done: float | None = None) -> None:
        """Say that so many rows are done, which share of them is in quarantine, and how much of the whole it is."""
        now = time.monotonic()
        if self._first is None:  # what was done before a restart is no part of the rate
            self._first = rows, now
        if not self.wanted or now - self.start < self.patience:
            return
        if self.shown is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

            columns = (BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), TimeRemainingColumn())
            self.shown = Progress(*columns, console=Console(stderr=True), transient=True)
            self.shown.add_task("", total=None)
            self.shown.start()
        rate = (rows - self._first[0]) / max(now - self._first[1], _LEAST)
        speed = f" {rate:,.0f} a second," if rate else ""
        said = f"{rows:,} rows,{speed} {share:.2%} in quarantine"
        self.shown.update(self.shown.task_ids[0], description=said, completed=done or 0.0, total=done and 1.0)
