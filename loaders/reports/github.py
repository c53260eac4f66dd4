"""``github``: workflow commands, which GitHub Actions shows as annotations on the lines of a pull request.

GitHub shows ten errors and ten warnings of a step and drops the others without a word. So many are commands here; the
rest stand in the log as plain lines, and all of them in the step summary
(:func:`casus.reports.append_step_summary`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from casus.reports.concise import said
from casus.reports.harmless import cut, one_line, visible
from casus.reports.spans import pasted, span
from casus.reports.viewing import View, counted
from casus.schema.findings import Finding, Severity

#: How many annotations of one severity GitHub shows for a step.
SHOWN = 10
#: Longer messages were seen cut.
_LONGEST = 3_500
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


def write(view: View) -> str:
    """Return workflow commands for the first findings, and plain lines for the others."""
    shown, rest = _shared_out(view)
    lines = [_command(finding, view) for finding in shown]
    plain = [f"{one_line(each.where())}: {each.code} {said(each)}" for each in rest]
    if plain:
        plain.insert(0, f"{counted(len(plain), 'more finding')} (annotations end here; the step summary has all):")
        lines.extend(_without_commands(plain))
    return "\n".join([*lines, one_line(view.report.summary())]) + "\n"


def _shared_out(view: View) -> tuple[list[Finding], list[Finding]]:
    room = dict.fromkeys(Severity, SHOWN)
    shown: list[Finding] = []
    rest: list[Finding] = []
    for finding in view.findings:
        room[finding.severity] -= 1
        (shown if room[finding.severity] >= 0 else rest).append(finding)
    return shown, rest


def _command(finding: Finding, view: View) -> str:
    properties = {"file": visible(finding.file.replace("\\", "/"))} if finding.file else {}
    if finding.line is not None:
        properties |= {"line": str(finding.line), "endLine": str(finding.line)}
        properties |= _columns(finding, view)
    properties["title"] = f"{finding.code} {one_line(finding.title)}".strip()
    written = ",".join(f"{name}={_escaped(value, _PROPERTY)}" for name, value in properties.items())
    return f"::{finding.severity} {written}::{_escaped(_message(finding), _DATA)}"


def _columns(finding: Finding, view: View) -> dict[str, str]:
    if finding.column is None:
        return {}
    line = view.line(finding)
    end = {"endColumn": str(span(line, finding.column).end + 1)} if line is not None else {}
    return {"col": str(finding.column), **end}


def _message(finding: Finding) -> str:
    """Return what the annotation says, in a few lines."""
    parts = [said(finding) if finding.column is None else one_line(finding.message)]
    if finding.allowed:
        parts.append(f"Allowed: {one_line(finding.allowed_text())}")
    paste = pasted(finding)
    if paste:
        parts.append(f"Paste: {visible(paste, keep=chr(10))}")
    elif finding.fix:
        parts.append(f"Fix: {one_line(finding.fix)}")
    parts.append(f"More: {finding.explanation}")
    return cut("\n".join(parts), _LONGEST)


def _escaped(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(char, char) for char in text)


def _without_commands(lines: list[str]) -> Iterator[str]:
    """Yield lines that the runner only prints: it takes no command until the token comes again.

    The token is a digest of the lines, so that no text from a file can hold it.
    """
    token = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    yield f"::stop-commands::{token}"
    yield from lines
    yield f"::{token}::"
