"""``text``: for people on a terminal. By file, with the line, a caret, what is allowed and what to do."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from casus.reports.colours import painted
from casus.reports.harmless import cut, one_line, visible
from casus.reports.snippets import snippet
from casus.reports.spans import pasted
from casus.reports.viewing import View, severities
from casus.schema.findings import Finding, Severity, path_text

_LABEL = 9
_INDENT = "    "
_LONGEST = 600
#: Keeps the words of a command on one line.
_GLUE = "\N{NO-BREAK SPACE}"
#: From so many findings on, the report ends with how often each code was found.
_MANY = 5


def write(view: View) -> str:
    """Return the report as text for a terminal."""
    told: set[str] = set()
    lines: list[str] = []
    for name, findings in view.by_file():
        if len(findings) > 1:
            head = painted(one_line(name), "file", view)
            lines += [f"{head} {painted(f'({severities(findings)})', 'dim', view)}", ""]
        for finding in findings:
            lines += [*_finding(finding, view, first=finding.code not in told), ""]
            told.add(finding.code)
    return "\n".join([*lines, *_end(view)]) + "\n"


def _finding(finding: Finding, view: View, *, first: bool) -> Iterator[str]:
    weight = str(finding.severity)
    place, code = one_line(finding.where()), f"{finding.code} {weight}:"
    spot = path_text(finding.path)
    pointed_at = finding.column is not None and view.line(finding) is not None
    about = "" if pointed_at or spot in ("", finding.column_name) else f"{spot}: "
    message = cut(one_line(about + finding.message), _LONGEST)
    head = f"{painted(place, 'place', view)} {painted(code, weight, view)}"
    if len(place) + len(code) + len(message) + 2 <= view.width:
        yield f"{head} {message}"
    else:
        yield head
        yield from (f"{_INDENT}{line}" for line in _wrapped(message, view.width - len(_INDENT)))
    yield from _shown_line(finding, view)
    for label, text in _labelled(finding, first=first):
        yield from _label(label, text, view)


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False) or [""]


def _shown_line(finding: Finding, view: View) -> Iterator[str]:
    line = view.line(finding)
    if line is None:
        return
    number = str(finding.line)
    gutter = " " * len(number)
    bar = painted("|", "dim", view)
    part = snippet(line, finding.column or 1, view.width - len(number) - 5)
    weight = str(finding.severity)
    yield f"  {painted(number, 'dim', view)} {bar} {part.text}"
    yield f"  {gutter} {bar} {painted(part.carets, weight, view)}"


def _labelled(finding: Finding, *, first: bool) -> Iterator[tuple[str, str]]:
    """Yield the labelled lines below a finding."""
    if finding.row is not None and finding.record:
        yield "record", one_line(finding.record)
    allowed = one_line(finding.allowed_text())
    if allowed and allowed not in finding.message:
        yield "allowed", allowed.replace(finding.see, finding.see.replace(" ", _GLUE)) if finding.see else allowed
    if finding.nearest and repr(finding.nearest) not in finding.message:
        yield "meant", one_line(finding.nearest)
    if finding.fix:
        yield "fix", cut(one_line(finding.fix), _LONGEST)
    paste = pasted(finding)
    if paste:
        yield "paste", visible(paste, keep="\n")
    if first:
        yield "more", f"{finding.explanation} ({finding.documentation})"


def _label(label: str, text: str, view: View) -> Iterator[str]:
    head = f"  {label:<{_LABEL}}"
    if label == "paste":  # what is pasted is never wrapped
        wrapped = text.split("\n")
    else:
        wrapped = [line.replace(_GLUE, " ") for line in _wrapped(text, view.width - len(head))]
    style = {"paste": "paste", "more": "dim"}.get(label)
    for number, line in enumerate(wrapped):
        said = painted(line, style, view) if style else line
        yield f"{painted(head, 'dim', view) if number == 0 else ' ' * len(head)}{said}"


def _end(view: View) -> Iterable[str]:
    """Yield how often each code was found, where there are many, and what was checked."""
    if len(view.findings) >= _MANY:
        for code, number in view.by_code.items():
            example = next(each for each in view.findings if each.code == code)
            paint = painted(f"{number:>5,}", str(example.severity), view)
            yield f"{paint}  {code}  {one_line(example.title)}"
        yield ""
    blocked = any(each.severity is Severity.ERROR for each in view.findings)
    yield painted(one_line(view.report.summary()), "error" if blocked else "good", view)
