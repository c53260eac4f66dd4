"""The JSON Schema (2020-12), rendered from the description and the rules.

Optional fields are simply not required (no ``anyOf`` with null: what is unknown is left out), and patterns are plain
ECMA expressions, so that every validator and the YAML language server give one message for one mistake. A rule is an
entry of ``allOf`` whose ``$comment`` is its code: see :mod:`casus.schema.render_rules`.
"""

from __future__ import annotations

import json
import re
from typing import Any

from casus.schema import SCHEMA_VERSION
from casus.schema.base import Record
from casus.schema.constraints import ISO_DATE, Coded, Length, Pattern, Range, Reference
from casus.schema.corpus import MODELS
from casus.schema.description import Field, Kind, Struct, describe
from casus.schema.errors import SchemaDefinitionError
from casus.schema.event import Event
from casus.schema.render_rules import rules_by_struct
from casus.schema.vocabulary import vocabulary

_BASE = "https://casus-events.org/schema"
_TYPES = {Kind.TEXT: "string", Kind.INTEGER: "integer", Kind.NUMBER: "number", Kind.BOOLEAN: "boolean"}
#: In some languages (Python) ``$`` also matches before a last line break.
_ONE_LINE = {"not": {"type": "string", "pattern": "\\n"}}


def event_schema() -> dict[str, Any]:
    """Return the JSON Schema of one event."""
    schema = _document(Event, "event")
    for name, entries in rules_by_struct().items():
        bound = schema if name == Event.__name__ else schema["$defs"][name]
        bound["allOf"] = entries
    return schema


def list_name(kind: str) -> str:
    """Return what a file with entries of a kind is called."""
    return {"wanted": "wanted", "loss": "losses"}.get(kind, f"{kind}s")


def list_schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema of a file that lists entries of one kind (``actor``, ``place`` ...)."""
    model = MODELS[kind]
    entry = _document(model, list_name(kind))
    head = {name: entry.pop(name) for name in ("$schema", "$id", "title")}
    defs = entry.pop("$defs", {})
    defs[model.__name__] = entry
    listed = {**head, "description": f"A list: {entry['description']}", "type": "array"}
    return {**listed, "items": {"$ref": f"#/$defs/{model.__name__}"}, "$defs": dict(sorted(defs.items()))}


def schema_text(schema: dict[str, Any]) -> str:
    """Return the schema as it stands in its committed file."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _document(model: type[Record], name: str) -> dict[str, Any]:
    struct = describe(model)
    defs: dict[str, Any] = {}
    body = _struct(struct, defs)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{_BASE}/{SCHEMA_VERSION}/{name}.schema.json",
        "title": struct.name,
    }
    return {**head, **body, "$defs": dict(sorted(defs.items()))} if defs else {**head, **body}


def _struct(struct: Struct, defs: dict[str, Any]) -> dict[str, Any]:
    return {
        "description": struct.doc,
        "type": "object",
        "properties": {field.name: _field(field, defs) for field in struct.fields},
        "required": [field.name for field in struct.fields if field.required],
        "additionalProperties": False,
    }


def _field(field: Field, defs: dict[str, Any]) -> dict[str, Any]:
    value = _value(field, defs)
    if field.many:
        limits: dict[str, Any] = {"maxItems": field.items.most}
        if field.items.least:
            limits["minItems"] = field.items.least
        if field.items.distinct:
            limits["uniqueItems"] = True
        value = {"type": "array", "items": value, **limits}
    if field.default is not None:
        value = {**value, "default": field.default}
    if field.experimental:
        value = {**value, "x-experimental": True}
    return {**_described(field.description), **value}


def _described(text: str) -> dict[str, str]:
    """Return a description; editors show its code marks as such only in the form that is Markdown."""
    return {"description": text, "markdownDescription": text} if "`" in text else {"description": text}


def _value(field: Field, defs: dict[str, Any]) -> dict[str, Any]:
    if field.struct is not None:
        if field.struct.name not in defs:
            defs[field.struct.name] = {}
            defs[field.struct.name] = _struct(field.struct, defs)
        return {"$ref": f"#/$defs/{field.struct.name}"}
    if field.kind is Kind.DATE:
        return {"type": "string", "format": "date", "pattern": ISO_DATE, **_ONE_LINE}
    schema: dict[str, Any] = {"type": _TYPES[field.kind]}
    for constraint in field.constraints:
        match constraint:
            case Coded(name):
                values = vocabulary(name).values
                schema["enum"] = [value.code for value in values]
                # The YAML language server shows these beside the completions.
                schema["markdownEnumDescriptions"] = [f"**{value.label}**: {value.definition}" for value in values]
            case Pattern(regex, says, example):
                schema |= {"pattern": regex, "patternErrorMessage": f"must be {says}, such as {example}"}
                schema |= {} if _allows_line_breaks(regex, example) else _ONE_LINE
            case Length(most, least):
                schema |= {"minLength": least, "maxLength": most}
            case Range(least, most):
                schema |= {"minimum": _plain(least), "maximum": _plain(most)}
            case Reference():
                pass  # whether an id resolves is a rule's business
            case _:
                raise SchemaDefinitionError(f"{field.name}: JSON Schema has no rendering of {constraint!r}.")
    return schema


def _plain(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value


def _allows_line_breaks(regex: str, example: str) -> bool:
    return re.match(regex.removesuffix("$") + r"\Z", f"{example}\n") is not None
