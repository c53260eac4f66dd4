"""How far the value at a position goes, in characters, columns of a terminal and UTF-16 code units."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from casus.schema.findings import Finding

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\']|\'\')*\'')
#: A plain word of YAML or JSON: up to a comment, a comma or bracket of a flow, or the colon after a key.
_PLAIN = re.compile(r"(?:(?!\s#|:(?:\s|$)|,[\s\"]|[,\]}]\s*$|[\]}],|[\]}]\s*[\]}]).)+")
_BLOCK = ("|", ">")
_JSON = (".json", ".jsonl", ".ndjson", ".geojson")
_PLAIN_JSON = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?\Z|true\Z|false\Z")


@dataclass(frozen=True, slots=True)
class Span:
    """A value (or key) on a line: where it begins and ends (0-based, in characters), and whether it is a key."""

    start: int
    end: int
    is_key: bool

    def units(self, line: str) -> tuple[int, int]:
        """Return start and end as 1-based columns in UTF-16 code units."""
        return _units(line[: self.start]) + 1, _units(line[: self.end]) + 1


def span(line: str, column: int) -> Span:
    """Return the span of what begins at a 1-based column; at least one character, unless the line ends there."""
    start = min(max(column - 1, 0), len(line))
    match = _QUOTED.match(line, start) or _PLAIN.match(line, start)
    end = start + len(match[0].rstrip()) if match else start
    end = max(end, min(start + 1, len(line)))
    colon = r"\s*:" if line[start : start + 1] in ('"', "'") else r"\s*:(\s|$)"
    return Span(start, end, re.match(colon, line[end:]) is not None)


def replacement(finding: Finding, line: str) -> tuple[Span, str] | None:
    """Return the span that the finding's fix replaces, and with what; None where that is not certain.

    A fix is certain if the rule offers one value for the value at the position, or one name for the key there.
    """
    if not finding.paste or finding.column is None or "\n" in finding.paste or not finding.path:
        return None
    found, name = span(line, finding.column), str(finding.path[-1])
    token = line[found.start : found.end]
    if finding.nearest and token.strip("\"'") == name and found.is_key:
        new = finding.nearest  # the key itself is misspelt
    elif found.is_key or token[:1] in ("", "[", "{", "-", *_BLOCK):
        return None
    elif isinstance(finding.path[-1], int):
        new = finding.paste
    elif finding.paste.startswith(f"{name}: "):
        new = finding.paste.removeprefix(f"{name}: ")
    else:
        return None
    if "..." in new or new.startswith(("[", "{")):
        return None
    return found, as_json(new) if is_json(finding.file) or token.startswith('"') else new


def is_json(file: str | None) -> bool:
    """Whether a file is written in JSON, by its name."""
    return file is not None and file.lower().endswith(_JSON)


def as_json(value: str) -> str:
    """Return a single value of YAML as JSON."""
    return value if _PLAIN_JSON.match(value) or value.startswith('"') else json.dumps(value, ensure_ascii=False)


def pasted(finding: Finding) -> str | None:
    """Return the fix to paste in the language of the file; None where there is none in that language."""
    paste = finding.paste
    if paste and finding.line is not None and finding.column is None:
        return _for_cell(paste, finding) if finding.column_name is not None else None
    if not paste or not is_json(finding.file):
        return paste
    name, colon, value = paste.partition(": ")
    if "\n" in paste or "..." in paste or value.startswith(("[", "{")):
        return None
    return f"{json.dumps(name)}: {as_json(value)}" if colon and not name.startswith('"') else as_json(paste)


def _for_cell(paste: str, finding: Finding) -> str | None:
    """Return the fix as the content of a cell: a single value, without its field's name."""
    if finding.path and not isinstance(finding.path[-1], int):
        paste = paste.removeprefix(f"{finding.path[-1]}: ")
    if "\n" in paste or "..." in paste or paste.startswith(("[", "{")) or re.match(r"[a-z_]+: ", paste):
        return None
    return paste.strip("\"'")


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
