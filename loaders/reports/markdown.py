"""``markdown``: for comments on pull requests and the summaries of workflow steps.

Text from files is escaped: it makes no links, images, tables, mentions or HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from casus.reports.harmless import cut, one_line, visible
from casus.reports.spans import pasted
from casus.reports.viewing import View, severities
from casus.schema.findings import Finding, Severity, path_text

#: A comment on GitHub holds 65,536 characters; some room is left for what stands around the report.
COMMENT = 60_000
_ACTIVE = re.compile(r"([\\`*_\[\]<>#|~$&@]|:(?=//|[A-Za-z0-9_+-]+:))")
#: Characters that a code span in a table does not hold safely.
_UNSAFE_IN_CODE = re.compile(r"[`|\\]")
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 .,:/-]")
#: What GitHub looks for in the finished page (mentions, references) is broken by an empty comment.
_LOOKED_FOR = re.compile(r"\\([@#])")
_MESSAGE = 400


def write(view: View) -> str:
    """Return the report as Markdown of at most :data:`COMMENT` bytes."""
    return within(view, COMMENT)


def within(view: View, most: int) -> str:
    """Return the report as Markdown of at most so many bytes: what does not fit is counted."""
    text = "".join(f"{line}\n" for line in _head(view))
    if not view.findings:
        return text
    text += "\n| | where | rule | what |\n| --- | --- | --- | --- |\n"
    room = most - len(text.encode()) - 2_000  # the end is short
    rows = [_row(finding) for finding in view.findings]
    kept = 0
    for row in rows:
        room -= len(row.encode())
        if room < 0:
            break
        kept += 1
    text += "".join(rows[:kept])
    if kept < len(rows):
        text += f"\n{len(rows) - kept:,} more findings do not fit here; `casus validate` shows all.\n"
    codes = ", ".join(f"{code} ({number:,})" for code, number in list(view.by_code.items())[:50])
    return f"{text}\n{codes}. `casus explain CODE` tells more.\n"


def _head(view: View) -> Iterator[str]:
    errors = bool(view.report.errors)
    sign = ":x:" if errors else ":warning:" if view.findings else ":white_check_mark:"
    said = severities(view.findings) if view.findings else "no findings"
    yield f"### {sign} Casus: {said}"
    yield ""
    yield escaped(view.report.summary())


def _row(finding: Finding) -> str:
    weight = "error" if finding.severity is Severity.ERROR else "warning"
    what = escaped(cut(one_line(finding.message), _MESSAGE))
    if finding.path:
        what = f"{code(path_text(finding.path))} {what}"
    paste = pasted(finding)
    if paste:
        what += f"<br>Paste {code(' '.join(paste.split()))}"
    elif finding.fix:
        what += f"<br>{escaped(cut(one_line(finding.fix), _MESSAGE))}"
    return f"| {weight} | {code(finding.where())} | {finding.code} | {what} |\n"


def escaped(text: str) -> str:
    """Return text as Markdown that shows it as it is, and does nothing else."""
    plain = _ACTIVE.sub(r"\\\1", one_line(text)).replace("www.", r"www\.")
    return _LOOKED_FOR.sub(r"\1<!-- -->", plain)


def code(text: str, *, most: int = 200) -> str:
    """Return text as an inline code span that is safe in a table."""
    shown = cut(visible(text), most).strip() or " "
    if _UNSAFE_IN_CODE.search(shown):
        return f"<code>{_NOT_PLAIN.sub(lambda match: f'&#{ord(match[0])};', shown)}</code>"
    return f"`{shown}`"
