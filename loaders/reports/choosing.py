"""The table of formats, and which one is meant where none is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import IO, Any

from casus.checking import Report
from casus.reports.viewing import View
from casus.schema.errors import UsageError
from casus.schema.rules.wording import nearest

#: Every format, and the module of this package that writes it: imported when the format is used.
FORMATS: Mapping[str, str] = {
    "text": "plain_text",
    "concise": "concise",
    "json": "json_document",
    "github": "github",
    "sarif": "sarif",
    "junit": "junit",
    "markdown": "markdown",
}

#: Terminals that are narrower wrap the lines themselves.
_NARROWEST = 60


def render(
    report: Report,
    format: str,  # noqa: A002 - the name of the option that users know
    *,
    texts: Mapping[str, str] | None = None,
    colour: bool = False,
    width: int = 100,
) -> str:
    """Return a report in one of the formats, ending with a line break.

    Parameters
    ----------
    report
        What a validation found.
    format
        ``text``, ``concise``, ``json``, ``github``, ``sarif``, ``junit`` or ``markdown``.
    texts
        The texts of the files by name, for formats that show or measure lines; those of the report unless given.
    colour
        Whether ``text`` and ``concise`` are coloured; see :func:`use_colour`.
    width
        How many columns ``text`` may fill.

    Raises
    ------
    UsageError
        If there is no such format.
    """
    if format not in FORMATS:
        raise UsageError(
            f"There is no report format {format!r}{nearest(format, FORMATS)}. There are: {', '.join(FORMATS)}."
        )
    shown = max(width, _NARROWEST)
    write: Callable[[View], str] = import_module(f"casus.reports.{FORMATS[format]}").write
    return write(View(report, report.texts if texts is None else texts, colour=colour, width=shown))


def default_format(environ: Mapping[str, str], stream: IO[Any]) -> str:  # noqa: ARG001 - a pipe reads text too
    """Return the format that is meant where none is named: ``github`` on GitHub Actions, ``text`` elsewhere."""
    return "github" if environ.get("GITHUB_ACTIONS") == "true" else "text"


def use_colour(environ: Mapping[str, str], stream: IO[Any]) -> bool:
    """Whether to colour what goes to a stream: only on a terminal, and never where ``NO_COLOR`` is set."""
    if environ.get("NO_COLOR") or environ.get("TERM") == "dumb":
        return False
    return stream.isatty()
