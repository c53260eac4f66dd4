"""The report of ``casus.verify``: what came of every check of a release."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from casus.schema.errors import InvalidRecordsError
from casus.schema.findings import Finding

#: How many findings of a check are spelled out in a text; all of them are in :attr:`Check.findings`.
_MOST_SHOWN = 20


class State(StrEnum):
    """What came of a check."""

    HOLDS = "holds"
    FAILS = "fails"
    NOT_KNOWN = "not known"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a release: its name, what came of it, and everything that was found."""

    name: str
    state: State
    said: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Verification:
    """What holds of a release; it is true if nothing fails, and prints line by line.

    Attributes
    ----------
    folder
        The release's folder.
    version
        Its version, if the manifest can be read.
    checks
        Every check, in order.
    """

    folder: Path
    version: str | None
    checks: tuple[Check, ...] = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether nothing fails."""
        return not any(each.state is State.FAILS for each in self.checks)

    def __bool__(self) -> bool:
        return self.ok

    def lines(self, mark: Callable[[State, str], str] = lambda _state, text: text) -> Iterator[str]:
        """Yield the lines of the report; ``mark`` may colour what came of a check."""
        yield f"casus {self.version or 'of unknown version'}  {self.folder}"
        for each in self.checks:
            shown = each.state.upper() if each.state is State.FAILS else str(each.state)
            yield f"  {mark(each.state, f'{shown:<11}')}  {each.name}: {each.said}"
            yield from (f"{'':15}{self._short(one).one_line()}" for one in each.findings[:_MOST_SHOWN])
            if len(each.findings) > _MOST_SHOWN:
                yield f"{'':15}... and {len(each.findings) - _MOST_SHOWN} more"

    def _short(self, found: Finding) -> Finding:
        """Return a finding that names its file as it is called in the folder."""
        path = Path(found.file or "")
        return found.at(file=str(path.relative_to(self.folder))) if path.is_relative_to(self.folder) else found

    def __str__(self) -> str:
        return "\n".join(self.lines())

    __repr__ = __str__

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        checks = [
            {
                "name": each.name,
                "state": str(each.state),
                "said": each.said,
                "findings": [
                    {"code": one.code, "file": one.file, "row": one.row, "record": one.record, "message": one.message}
                    for one in each.findings
                ],
            }
            for each in self.checks
        ]
        return {"version": self.version, "folder": str(self.folder), "ok": self.ok, "checks": checks}

    def raise_if_wrong(self) -> None:
        """Raise if a check fails.

        Raises
        ------
        InvalidRecordsError
            With everything that was found.
        """
        wrong = [one for each in self.checks if each.state is State.FAILS for one in each.findings]
        if wrong:
            raise InvalidRecordsError(wrong)
