"""The JSON form of a report and its schema: both from one table of properties."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from casus.schema.findings import Finding, Severity, path_text, pointer

#: Version of the report's form: a property that is added raises the second number, anything else the first.
REPORT_VERSION = "1.1"
_ID = "https://casus-events.org/schema/report.schema.json"
_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": {"type": "string"}, "minItems": 1}
_FROM_ONE = {"type": "integer", "minimum": 1}
_FROM_ZERO = {"type": "integer", "minimum": 0}


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a finding: its name, schema and meaning, and how it is read (None or empty: left out)."""

    name: str
    schema: Mapping[str, Any]
    says: str
    read: Callable[[Finding], Any]
    required: bool = False


FINDING = (
    Property("code", {"type": "string", "pattern": "^CAS[0-9]{3}$"}, "Stable code of the rule.",
             lambda f: f.code, required=True),
    Property("severity", {"enum": [str(each) for each in Severity]}, "Errors block, warnings do not.",
             lambda f: str(f.severity), required=True),
    Property("title", _TEXT, "What the rule says, in a few words.", lambda f: f.title),
    Property("message", _TEXT, "What was found.", lambda f: f.message, required=True),
    Property("file", _TEXT, "File that the record stands in.", lambda f: f.file),
    Property("line", _FROM_ONE, "Line in a text file, from 1.", lambda f: f.line),
    Property("column", _FROM_ONE, "Column in the line, in characters, from 1.", lambda f: f.column),
    Property("column_name", _TEXT, "Name of the column, in a table that is a text file.", lambda f: f.column_name),
    Property("row", _FROM_ZERO, "Row of a table, from 0.", lambda f: f.row),
    Property("record", _TEXT, "Id of the record, if it has one.", lambda f: f.record),
    Property("path", _TEXT, "Where in the record, as people write it: `quantities[2].best`.",
             lambda f: path_text(f.path)),
    Property("pointer", {"type": "string", "pattern": "^/"}, "The same as a JSON pointer (RFC 6901).",
             lambda f: pointer(f.path)),
    Property("allowed", _TEXTS, "All values that are allowed there, the likeliest first.",
             lambda f: list(f.allowed) if isinstance(f.allowed, tuple) else None),
    Property("expected", _TEXT, "What is allowed there, in words, where it cannot be listed.",
             lambda f: f.allowed if isinstance(f.allowed, str) else None),
    Property("nearest", _TEXT, "The right value that was probably meant.", lambda f: f.nearest),
    Property("fix", _TEXT, "What to do.", lambda f: f.fix),
    Property("paste", _TEXT, "A fix to paste, in YAML; `...` is for the writer to fill in.", lambda f: f.paste),
    Property("see", _TEXT, "Command that shows all that is allowed.", lambda f: f.see),
    Property("explanation", _TEXT, "Command that explains the rule.", lambda f: f.explanation, required=True),
    Property("documentation", _TEXT, "Where the rule is described.", lambda f: f.documentation, required=True),
)  # fmt: skip


def finding_document(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON; what is not known is left out."""
    read = {each.name: each.read(finding) for each in FINDING}
    required = {each.name for each in FINDING if each.required}
    return {name: value for name, value in read.items() if name in required or value not in (None, "", [])}


def report_document(findings: Sequence[Finding], checked: int) -> dict[str, Any]:
    """Return a report as JSON: what was checked, how much was found, and every finding."""
    from importlib.metadata import version

    errors = sum(each.severity is Severity.ERROR for each in findings)
    return {
        "$schema": _ID,
        "version": REPORT_VERSION,
        "tool": {"name": "casus-events", "version": version("casus-events")},
        "summary": {"checked": checked, "errors": errors, "warnings": len(findings) - errors, "ok": not errors},
        "findings": [finding_document(each) for each in findings],
    }


def report_schema() -> dict[str, Any]:
    """Return the JSON Schema of a report in JSON."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": _ID,
        "title": "A report of casus validate",
        "description": "What `casus validate --format json` prints. What is not known is left out.",
        **_object(
            {
                "$schema": {"const": _ID},
                "version": {"const": REPORT_VERSION, "description": "Version of this form."},
                "tool": _object({"name": {"const": "casus-events"}, "version": _TEXT}),
                "summary": _object(
                    {
                        "checked": {**_FROM_ZERO, "description": "How many records were checked."},
                        "errors": {**_FROM_ZERO, "description": "How many findings block."},
                        "warnings": {**_FROM_ZERO, "description": "How many findings do not block."},
                        "ok": {"type": "boolean", "description": "Whether nothing blocks."},
                    }
                ),
                "findings": {"type": "array", "items": {"$ref": "#/$defs/finding"}},
            }
        ),
        "$defs": {
            "finding": _object(
                {each.name: {**each.schema, "description": each.says} for each in FINDING},
                [each.name for each in FINDING if each.required],
            )
        },
    }


def _object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    names = list(properties) if required is None else required
    return {"type": "object", "properties": properties, "required": names, "additionalProperties": False}
