"""The JSON Schema engine: what the committed schema of an event says of a record, as codes.

The schema is for people without Python. Here it gives the same codes as the record engine
(:mod:`casus.checking`), as far as a schema can express a rule: ``docs/engines.md`` lists which it cannot.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from casus.schema.description import describe
from casus.schema.errors import SchemaDefinitionError, UsageError
from casus.schema.event import Event
from casus.schema.findings import Path
from casus.schema.render_json import event_schema, schema_text
from casus.schema.rules.expressions import View
from casus.schema.rules.record import RECORD_RULES, RecordRule, _touches

#: The code of every keyword. Where a value breaks several, the code that stands first is given, as in the record
#: engine: a code that is no text is no code, a text that is too long is not also judged by its form.
_CODES: Mapping[str, str] = {
    "additionalProperties": "CAS101",
    "required": "CAS102",
    "enum": "CAS104",
    "type": "CAS103",
    "minimum": "CAS106",
    "maximum": "CAS106",
    "minItems": "CAS108",
    "maxItems": "CAS108",
    "minLength": "CAS107",
    "maxLength": "CAS107",
    "pattern": "CAS105",
    "not": "CAS105",  # the line break that some languages let pass at the end of a pattern
    "format": "CAS110",
    "uniqueItems": "CAS111",
}
_NULL, _RANGE, _REPEATED = "CAS109", "CAS106", "CAS111"
_ORDER = (_NULL, *dict.fromkeys(_CODES.values()))
_RULES: Mapping[str, RecordRule] = {rule.code: rule for rule in RECORD_RULES}

#: Where in the record, and which keyword of the schema: both as paths.
_Error = tuple[Path, Path]
_NOT_A_RECORD: _Error = ((), ("type",))


@dataclass(frozen=True, slots=True)
class _Library:
    """A JSON Schema library with the schema compiled in."""

    accepts: Callable[[Any], bool]
    errors: Callable[[Any], Iterable[_Error]]


class SchemaEngine:
    """The schema of an event, compiled once.

    Parameters
    ----------
    library
        ``"jsonschema"``, or ``"jsonschema-rs"`` (much faster; ``pip install "casus-events[fast]"``).

    Raises
    ------
    UsageError
        If there is no such library, or it is not installed.
    """

    def __init__(self, library: str = "jsonschema") -> None:
        if library not in _LIBRARIES:
            raise UsageError(f"No library is named {library!r}. Choose one of: {', '.join(_LIBRARIES)}.")
        self._schema: dict[str, Any] = json.loads(schema_text(event_schema()))
        self._library = _LIBRARIES[library](self._schema)

    def accepts(self, record: Any) -> bool:
        """Whether the schema finds nothing wrong in a record, given as parsed JSON or YAML."""
        return self._library.accepts(record)

    def codes(self, record: Any) -> set[str]:
        """Return the codes of everything that the schema finds wrong in a record, given as parsed JSON or YAML."""
        faults: dict[Path, set[str]] = {}
        rules: set[tuple[str, Path]] = set()
        for path, steps in self._library.errors(record):
            rule, keyword, schema = self._origin(steps)
            if rule is not None:
                rules.add((rule, path))
                continue
            for where, code in _faults(keyword, schema, path, record):
                faults.setdefault(where, set()).add(code)
        wrong = {path: min(codes, key=_ORDER.index) for path, codes in faults.items()}
        # A list is searched for repetitions only where its items are right.
        wrong = {path: code for path, code in wrong.items() if code != _REPEATED or not _inside(path, wrong)}
        broken = frozenset(wrong)
        return set(wrong.values()) | {code for code, path in rules if not _reads_broken(_RULES[code], path, broken)}

    def _origin(self, steps: Path) -> tuple[str | None, str, dict[str, Any]]:
        """Return the rule that a keyword belongs to, if any, the keyword, and the schema that it stands in."""
        node: Any = self._schema
        schema, rule = node, None
        for step in steps:
            if "$ref" in node and step not in node:
                node = self._schema["$defs"][node["$ref"].rpartition("/")[2]]
            elif step == "$ref":
                node = self._schema["$defs"][node["$ref"].rpartition("/")[2]]
                continue
            schema, node = node, node[step]
            if isinstance(node, dict):
                rule = node.get("$comment", rule)
        return rule, str(steps[-1]), schema


def codes_by_schema(record: Any) -> set[str]:
    """Return the codes of everything that the schema finds wrong in a record, given as parsed JSON or YAML."""
    return _engine().codes(record)


@cache
def _engine() -> SchemaEngine:
    return SchemaEngine()


def _faults(keyword: str, schema: dict[str, Any], path: Path, record: Any) -> Iterator[tuple[Path, str]]:
    """Yield where and which codes: missing and unknown fields have a place of their own."""
    value = _value_at(record, path)
    if keyword not in _CODES:
        raise SchemaDefinitionError(f"No code belongs to the keyword {keyword!r} of the schema.")
    if keyword == "required":
        for name in schema["required"]:
            if name not in value:
                yield (*path, name), _CODES[keyword]
    elif keyword == "additionalProperties":
        for name in value.keys() - schema["properties"].keys():
            yield (*path, name), _NULL if value[name] is None else _CODES[keyword]
    elif value is None:
        yield path, _NULL
    elif keyword == "type" and schema["type"] == "number" and isinstance(value, float):
        yield path, _RANGE  # infinity and NaN are numbers outside of every range
    else:
        yield path, _CODES[keyword]


def _value_at(record: Any, path: Path) -> Any:
    for step in path:
        record = record[step]
    return record


def _inside(path: Path, wrong: Iterable[Path]) -> bool:
    return any(len(each) > len(path) and each[: len(path)] == path for each in wrong)


def _reads_broken(rule: RecordRule, path: Path, broken: frozenset[Path]) -> bool:
    """Whether the rule would read something that is broken as a field, as the record engine asks it."""
    if not broken:
        return False
    struct = describe(Event)
    places = (_place(at, path) for at in rule.at)
    return any(_touches(rule, View(struct, None, place, None, struct), broken) for place in places if place is not None)


def _place(at: str, path: Path) -> Path | None:
    """Return the part of the path that leads to a struct at ``quantities[]`` or ``date``; None if it does not."""
    length = 0
    for step in filter(None, at.split(".")):
        if path[length : length + 1] != (step.removesuffix("[]"),):
            return None
        length += 2 if step.endswith("[]") else 1
    return path[:length]


def _with_jsonschema(schema: dict[str, Any]) -> _Library:
    import jsonschema

    base = jsonschema.Draft202012Validator
    types = base.TYPE_CHECKER.redefine("number", _is_number)
    compiled = jsonschema.validators.extend(base, type_checker=types)  # type: ignore[no-untyped-call]
    validator = compiled(schema, format_checker=jsonschema.FormatChecker())

    def accepts(record: Any) -> bool:
        return _can_be_written(record) and validator.is_valid(record)

    def errors(record: Any) -> Iterator[_Error]:
        if not _can_be_written(record):
            yield _NOT_A_RECORD
            return
        for error in validator.iter_errors(record):
            yield tuple(error.absolute_path), tuple(error.absolute_schema_path)

    return _Library(accepts, errors)


def _is_number(_checker: Any, value: Any) -> bool:
    """Refuse infinity and NaN, which are no JSON but come out of Python's parser."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _can_be_written(record: Any) -> bool:
    """Whether every text is one: half of a surrogate pair comes out of Python's parser, and no file can hold it."""
    try:
        json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _with_jsonschema_rs(schema: dict[str, Any]) -> _Library:
    try:
        import jsonschema_rs
    except ImportError:
        message = 'The library jsonschema-rs is not installed. Run: pip install "casus-events[fast]"'
        raise UsageError(message) from None
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)

    def accepts(record: Any) -> bool:
        try:
            return bool(validator.is_valid(record))
        except ValueError:  # not JSON: half of a surrogate pair
            return False

    def errors(record: Any) -> Iterator[_Error]:
        try:
            found = list(validator.iter_errors(record))
        except ValueError:
            yield _NOT_A_RECORD
            return
        for error in found:
            yield tuple(error.instance_path), tuple(error.schema_path)

    return _Library(accepts, errors)


_LIBRARIES: Mapping[str, Callable[[dict[str, Any]], _Library]] = {
    "jsonschema": _with_jsonschema,
    "jsonschema-rs": _with_jsonschema_rs,
}
