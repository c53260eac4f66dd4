"""``concise``: one line a finding, as editors, ``grep`` and problem matchers read it.

``path:line:col: CODE message``; a warning says so after its code, what blocks bears no mark.
"""

from __future__ import annotations

from casus.reports.colours import painted
from casus.reports.harmless import cut, one_line
from casus.reports.viewing import View
from casus.schema.findings import Finding, Severity, path_text

_LONGEST = 300


def write(view: View) -> str:
    """Return one line for each finding, and one that says what was checked."""
    lines = [_line(finding, view) for finding in view.findings]
    return "\n".join([*lines, one_line(view.report.summary())]) + "\n"


def _line(finding: Finding, view: View) -> str:
    place = painted(f"{one_line(_place(finding))}:", "place", view)
    code = painted(finding.code, str(finding.severity), view)
    return f"{place} {code} {said(finding)}"


def _place(finding: Finding) -> str:
    """Return the place with a line and column in any case: the rows of a table begin in column 1."""
    if finding.line is None or finding.column is not None:
        return finding.where()
    return f"{finding.at(column_name=None).where()}:1"


def said(finding: Finding) -> str:
    """Return the message on one line, with the path or column where no position tells it."""
    mark = "warning: " if finding.severity is Severity.WARNING else ""
    spot = path_text(finding.path)
    about = "" if finding.column is not None or spot in ("", finding.column_name) else f"{spot}: "
    if finding.column_name is not None:
        about = f"column {finding.column_name}: {about}"
    record = f"{finding.record}: " if finding.record and finding.row is not None else ""
    return mark + cut(one_line(f"{record}{about}{finding.message}"), _LONGEST)
