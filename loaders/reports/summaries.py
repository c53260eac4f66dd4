"""The summary of a workflow step: Markdown in the file that GitHub Actions names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from casus.checking import Report
from casus.reports.markdown import within
from casus.reports.viewing import View
from casus.schema.errors import UsageError

#: GitHub refuses the summary of a step that is larger than 1 MiB.
LIMIT = 1024 * 1024


def append_step_summary(report: Report, environ: Mapping[str, str]) -> bool:
    """Append the report to the step's summary; return whether there is one to append to.

    Raises
    ------
    UsageError
        If ``GITHUB_STEP_SUMMARY`` names a file that cannot be written.
    """
    return append(within_limit(report, environ), environ)


def within_limit(report: Report, environ: Mapping[str, str]) -> str:
    """Return the report as Markdown that fits beside what the summary holds already."""
    return within(View(report, report.texts), LIMIT - _size(environ) - 1)


def append(markdown: str, environ: Mapping[str, str]) -> bool:
    """Append Markdown to the step's summary; what would make it too large is left out, and that is said."""
    name = environ.get("GITHUB_STEP_SUMMARY")
    if not name:
        return False
    room = LIMIT - _size(environ)
    if len(markdown.encode()) + 1 > room:
        markdown = "\n(The summary is full; see the log.)\n"
    try:
        with Path(name).open("a", encoding="utf-8", newline="\n") as file:
            file.write(f"{markdown}\n" if len(markdown.encode()) < room else "")
    except OSError as error:
        raise UsageError(
            f"{name}: the step summary cannot be written ({error.strerror}). "
            "Unset GITHUB_STEP_SUMMARY, or name a file that can be written."
        ) from None
    return True


def _size(environ: Mapping[str, str]) -> int:
    name = environ.get("GITHUB_STEP_SUMMARY")
    path = Path(name) if name else None
    return path.stat().st_size if path is not None and path.is_file() else 0
