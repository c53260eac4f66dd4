"""What is wrong with a text that YAML cannot read, and where a person would mend it."""

from __future__ import annotations

import re
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_QUOTES = ("'", '"')
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
#: Characters that mean something else to YAML than the beginning of a text.
_BEGIN_NO_TEXT = ("%", "@", "`")


def syntax_problem(text: str, error: yaml.MarkedYAMLError, mark: Any) -> tuple[Any, str]:
    """Return where a mistake was made, which may be above where the parser gave up, and what it is."""
    problem, start = error.problem or "cannot be read", error.context_mark
    if "unexpected end of stream" in problem and start is not None:
        return start, "The quotation mark that opens here is never closed."
    if "expected ',' or" in problem and start is not None and mark is not None and start.line < mark.line:
        return start, f"The bracket that opens here is not closed before line {mark.line + 1}."
    last = _last_word(text)
    if last is not None and mark is not None and last.style in _QUOTES and 0 <= mark.line - last.end_mark.line <= 1:
        end = last.end_mark.line + 1
        if last.start_mark.line + 1 < end:
            return last.start_mark, f"The quotation mark that opens here is closed only in line {end}."
        if mark.line + 1 == end:
            return mark, f"{problem}; the text ended at the quotation mark: put all of it into quotation marks"
    return mark, f"{problem}{_hint(problem, _letter(text, mark))}"


def _letter(text: str, mark: Any) -> str:
    """Return the character at a mark, or nothing."""
    lines = _LINE_BREAK.split(text) if mark is not None else []
    return lines[mark.line][mark.column : mark.column + 1] if mark is not None and mark.line < len(lines) else ""


def _last_word(text: str) -> Any:
    """Return the last word that the parser has read before it gave up, if any."""
    last: Any = None
    loader = _LOADER(text)
    try:
        while True:
            event = loader.get_event()
            if event.__class__ is yaml.ScalarEvent:
                last = event
    except yaml.YAMLError:
        return last
    finally:
        loader.dispose()


def _hint(problem: str, letter: str) -> str:
    if "cannot start any token" in problem and letter in _BEGIN_NO_TEXT:
        return f"; put a text that begins with {letter} into quotation marks"
    if "cannot start any token" in problem:
        return "; indent with spaces, not tabs"
    if "mapping values are not allowed" in problem:
        return "; put a text that contains ': ' into quotation marks"
    if "did not find expected key" in problem or "expected '-' indicator" in problem:
        return "; is the line indented like its neighbours?"
    return ""
