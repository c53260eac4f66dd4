"""A finding: one thing that is wrong in one place, as a value object."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

Path = tuple[str | int, ...]


class Severity(StrEnum):
    """How much a finding weighs: an error blocks, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong in one place.

    Parameters
    ----------
    code
        The rule's stable code, such as ``"CAS202"``.
    message
        What was found and what is allowed, in one or two sentences.
    path
        Where in the record: names and list positions, such as ``("quantities", 2, "best")``.
    record
        The record's id, if it has one.
    file
        The file (or a name for the input) that the record came from.
    line, column
        1-based position of the value in a text file.
    row
        0-based row of a table.
    fix
        What to do about it.
    """

    code: str
    message: str
    path: Path = ()
    severity: Severity = Severity.ERROR
    record: str | None = None
    file: str | None = None
    line: int | None = None
    column: int | None = None
    row: int | None = None
    fix: str | None = None

    def at(self, **where: Any) -> Finding:
        """Return the same finding with some of its fields set, such as ``file`` and ``line``."""
        return replace(self, **where)

    def where(self) -> str:
        """Return the place as ``file:line:column``, as ``file row N`` or as the record's id."""
        place = self.file or self.record or "record"
        if self.line is not None:
            return f"{place}:{self.line}:{self.column or 1}"
        if self.row is not None:
            return f"{place} row {self.row}"
        return place

    def one_line(self) -> str:
        """Return ``where code [path] message (fix)`` on one line."""
        spot = f" {path_text(self.path)}:" if self.path else ""
        about = f" [{self.record}]" if self.record and self.row is not None else ""
        fix = f" Fix: {self.fix}" if self.fix else ""
        return f"{self.where()}{about} {self.code}{spot} {self.message}{fix}"


def path_text(path: Path) -> str:
    """Return a path as people write it: ``quantities[2].best``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
