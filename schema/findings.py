"""A finding: one thing that is wrong in one place, as a value object."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from casus.schema.visible import visible

if TYPE_CHECKING:
    from casus.schema.rules.base import Rule

Path = tuple[str | int, ...]

#: How many of the allowed values are spelled out in a text; all of them are in :attr:`Finding.allowed`.
_FEW = 6


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
        What was found, in one or two sentences, with the value that was probably meant.
    path
        Where in the record: names and list positions, such as ``("quantities", 2, "best")``.
    record
        The record's id, if it has one.
    file
        The file (or a name for the input) that the record came from.
    line, column
        1-based position of the value in a text file; columns count characters.
    row
        0-based row of a table.
    column_name
        Name of the column of a table in a text file; ``line`` is where the row begins.
    fix
        What to do about it.
    allowed
        What is allowed there: all values, the likeliest first, or a phrase that says what they are like.
    nearest
        The right value (or field name) that was probably meant.
    paste
        A fix that can be pasted over the wrong line or value, in YAML; ``...`` stands for what only the writer knows.
    see
        The command that shows everything that is allowed, where that is long.
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
    column_name: str | None = None
    fix: str | None = None
    allowed: tuple[str, ...] | str = ()
    nearest: str | None = None
    paste: str | None = None
    see: str | None = None

    @property
    def title(self) -> str:
        """What the rule says, in a few words; empty for a code that no rule has."""
        rule = self._rule()
        return rule.title if rule else ""

    @property
    def explanation(self) -> str:
        """The command that explains the rule."""
        return f"casus explain {self.code}"

    @property
    def documentation(self) -> str:
        """Where the rule is described: the page of rules, at the anchor of the code."""
        from casus.schema.rules.base import DOCUMENTATION

        return f"{DOCUMENTATION}#{self.code.lower()}"

    @property
    def about_key(self) -> bool:
        """Whether the finding is about a field that stands there, and not about its value."""
        rule = self._rule()
        return rule is not None and rule.about_key

    def _rule(self) -> Rule | None:
        from casus.schema.rules import RULES

        return RULES.get(self.code)

    def at(self, **where: Any) -> Finding:
        """Return the same finding with some of its fields set, such as ``file`` and ``line``."""
        return replace(self, **where)

    def where(self) -> str:
        """Return the place: ``file:line:column``, ``file:line column NAME``, ``file row N``, or the record's id."""
        place = self.file or self.record or "record"
        if self.column_name is not None:
            return f"{place}:{self.line} column {self.column_name}"
        if self.line is not None:
            return f"{place}:{self.line}" + (f":{self.column}" if self.column is not None else "")
        if self.row is not None:
            return f"{place} row {self.row}"
        return place

    def allowed_text(self, most: int = _FEW) -> str:
        """Return what is allowed in a few words: a long list is cut, counted, and the rest left to ``see``."""
        if isinstance(self.allowed, str):
            return f"{self.allowed} ({self.see})" if self.see else self.allowed
        more = len(self.allowed) - most
        if more <= 1:
            return ", ".join(self.allowed)
        rest = f"; all: {self.see}" if self.see else ""
        return f"{', '.join(self.allowed[:most])} and {more} more{rest}"

    def one_line(self) -> str:
        """Return ``where code [path] message (allowed, fix)`` on one line, with control characters shown."""
        spot = f" {path_text(self.path)}:" if self.path else ""
        about = f" [{self.record}]" if self.record and self.row is not None else ""
        allowed = f" Allowed: {self.allowed_text()}." if self.allowed else ""
        fix = f" Fix: {self.fix}" if self.fix else ""
        return visible(f"{self.where()}{about} {self.code}{spot} {self.message}{allowed}{fix}")


def path_text(path: Path) -> str:
    """Return a path as people write it: ``quantities[2].best``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def names(path: Path) -> Path:
    """Return a path without the positions in lists: which field it is, wherever it stands."""
    return tuple(step for step in path if isinstance(step, str))


def pointer(path: Path) -> str:
    """Return a path as a JSON pointer (RFC 6901): ``/quantities/2/best``."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)
