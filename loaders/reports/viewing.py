"""What every format is made from: the report, its findings by file, and the lines that they point at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from casus.checking import Report
from casus.schema.findings import Finding, Severity

#: How line breaks are counted: as YAML and JSON readers do.
_LINE_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class View:
    """A report, and how it is to be shown."""

    report: Report
    texts: Mapping[str, str] = field(default_factory=dict)
    colour: bool = False
    width: int = 100
    _split: dict[str, list[str]] = field(default_factory=dict, repr=False)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, in the order of the report."""
        return self.report.findings

    def by_file(self) -> Iterator[tuple[str, list[Finding]]]:
        """Yield the name of each file (or record, or ``record``) with its findings."""
        for name, group in groupby(self.findings, key=source_name):
            yield name, list(group)

    @cached_property
    def by_code(self) -> Counter[str]:
        """How often each code was found, the commonest first."""
        return Counter(dict(Counter(each.code for each in self.findings).most_common()))

    def line(self, finding: Finding) -> str | None:
        """Return the line of text that a finding points at, if the text is at hand; a row or cell is none."""
        if finding.column is None:
            return None
        text = self.texts.get(finding.file) if finding.file is not None else None
        if text is None or finding.line is None or finding.file is None:
            return None
        if finding.file not in self._split:
            self._split[finding.file] = _LINE_BREAK.split(text.removeprefix("\ufeff"))
        lines = self._split[finding.file]
        return lines[finding.line - 1] if 0 < finding.line <= len(lines) else None


def source_name(finding: Finding) -> str:
    """Return what a finding is about: its file, else its record's id, else ``record``."""
    return finding.file or finding.record or "record"


def severities(findings: list[Finding] | tuple[Finding, ...]) -> str:
    """Return how many errors and warnings there are: ``2 errors, 1 warning``."""
    errors = sum(each.severity is Severity.ERROR for each in findings)
    parts = [(errors, "error"), (len(findings) - errors, "warning")]
    return ", ".join(counted(number, what) for number, what in parts if number) or "nothing"


def counted(number: int, what: str) -> str:
    """Return ``1 error`` or ``2 errors``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
