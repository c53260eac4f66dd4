"""``sarif``: SARIF 2.1.0, which code scanning and editors read; columns count UTF-16 code units."""

from __future__ import annotations

import hashlib
import json
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from casus.reports.harmless import one_line, visible
from casus.reports.spans import pasted, replacement, span
from casus.reports.viewing import View
from casus.schema.findings import Finding, path_text, pointer

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def write(view: View) -> str:
    """Return the report as a SARIF log of one run."""
    from importlib.metadata import version

    codes = sorted(view.by_code)
    driver = {
        "name": "casus",
        "version": version("casus-events"),
        "rules": [_rule(next(each for each in view.findings if each.code == code)) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "utf16CodeUnits",
        "invocations": [{"executionSuccessful": True}],
        "results": [_result(each, codes, view) for each in view.findings],
    }
    # What is not ASCII is escaped, so that the log can be printed anywhere.
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(finding: Finding) -> dict[str, Any]:
    from casus.schema.rules import RULES

    rule = RULES.get(finding.code)
    if rule is None:
        return {"id": finding.code}
    more = f"`{finding.explanation}` tells more; see {finding.documentation}."
    return {
        "id": rule.code,
        "shortDescription": {"text": f"{rule.title}."},
        "fullDescription": {"text": rule.reason},
        "help": {
            "text": f"{rule.title}. {rule.reason} {more}",
            "markdown": f"**{rule.title}.** {rule.reason}\n\n{more}",
        },
        "defaultConfiguration": {"level": str(rule.severity)},
    }


def _result(finding: Finding, codes: list[str], view: View) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": str(finding.severity),
        "message": {"text": _message(finding)},
        "locations": [_location(finding, view)],
        "partialFingerprints": {"casusFinding/v1": _fingerprint(finding)},
    }
    fix = _fix(finding, view)
    return result | ({"fixes": [fix]} if fix else {})


def _message(finding: Finding) -> str:
    column = f"Column {one_line(finding.column_name)}: " if finding.column_name is not None else ""
    parts = [column + one_line(finding.message)]
    if finding.allowed:
        parts.append(f"Allowed: {one_line(finding.allowed_text())}.")
    if finding.fix:
        parts.append(f"Fix: {one_line(finding.fix)}")
    paste = pasted(finding)
    if paste:
        parts.append(f"Paste: {visible(' '.join(paste.split()))}")
    return " ".join(parts)


def _location(finding: Finding, view: View) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if finding.file is not None:
        physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(finding.file)}}
        region = _region(finding, view)
        location["physicalLocation"] = physical | ({"region": region} if region else {})
    logical = {"fullyQualifiedName": visible(f"{finding.record or ''}#{pointer(finding.path)}"), "kind": "member"}
    if finding.path:
        logical["name"] = visible(path_text(finding.path))
    location["logicalLocations"] = [logical]
    if finding.row is not None:
        location["message"] = {"text": f"row {finding.row}"}
    return location


def _region(finding: Finding, view: View) -> dict[str, int]:
    """Return the region of the value; without its line, columns cannot be counted in UTF-16 and are left out."""
    if finding.line is None:
        return {}
    line = view.line(finding)
    if line is None or finding.column is None:
        return {"startLine": finding.line}
    start, end = span(line, finding.column).units(line)
    return {"startLine": finding.line, "startColumn": start, "endLine": finding.line, "endColumn": end}


def _fix(finding: Finding, view: View) -> dict[str, Any] | None:
    line = view.line(finding)
    found = replacement(finding, line) if line is not None else None
    if found is None or line is None or finding.file is None:
        return None
    where, text = found
    start, end = where.units(line)
    region = {"startLine": finding.line, "startColumn": start, "endLine": finding.line, "endColumn": end}
    change = {"deletedRegion": region, "insertedContent": {"text": text}}
    return {
        "description": {"text": f"Replace it by {visible(text)}."},
        "artifactChanges": [{"artifactLocation": {"uri": _uri(finding.file)}, "replacements": [change]}],
    }


def _uri(file: str) -> str:
    """Return a file's name as a URI: relative names stay relative."""
    path = PurePath(file)
    try:
        name = path.as_posix().encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        name = visible(path.as_posix()).encode()
    quoted = quote(name, safe="/")
    return f"file://{quoted}" if path.is_absolute() else quoted


def _fingerprint(finding: Finding) -> str:
    """Return what stays the same while lines move: the rule, the record and the place in it."""
    about = [finding.code, finding.record or finding.file or "", pointer(finding.path)]
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()
