"""Rules as JSON Schema: the expressions of the rule language, where JSON Schema can say the same.

A rule is never rendered stronger than it is: what cannot be said is left out where leaving it out forbids less, and
the whole expression is left out where leaving a part out would forbid more. Every rendering tells what it lacks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from casus.schema.description import Field, Struct, describe, walk
from casus.schema.errors import SchemaDefinitionError
from casus.schema.event import Event
from casus.schema.findings import Severity
from casus.schema.rules import expressions as ex
from casus.schema.rules.record import RECORD_RULES, RecordRule

Schema = dict[str, Any] | bool

#: Why an expression has no form in JSON Schema.
_LACKS: Mapping[type[ex.Expr], str] = {
    ex.Ordered: "compares fields",
    ex.Same: "compares fields",
    ex.NotAfterLatest: "compares a day with a list",
    ex.Ascending: "compares neighbours in a list",
    ex.Distinct: "compares items by one field",
    ex.DistinctKeys: "compares keys across lists",
    ex.LocalReferencesResolve: "follows keys",
    ex.ReplacesOwnNumber: "follows keys",
    ex.EverySourceUsed: "follows keys",
}
_ABOVE = "looks above its part of the record"
_LAST = "looks at the last item of a list"
_WARNING = "a warning, and a schema only refuses"


@dataclass(frozen=True, slots=True)
class Rendering:
    """What JSON Schema can say of an expression, and what it lacks."""

    schema: Schema | None
    lacks: tuple[str, ...] = ()

    @property
    def exact(self) -> bool:
        """Whether the schema says the same as the expression."""
        return self.schema is not None and not self.lacks

    @property
    def grade(self) -> str:
        """Return ``yes``, ``partly`` or ``no``."""
        if self.schema is None:
            return "no"
        return "partly" if self.lacks else "yes"


def rendering(rule: RecordRule) -> Rendering:
    """Return what JSON Schema can say of a rule, without its code and title."""
    if rule.severity is not Severity.ERROR:
        return Rendering(None, (_WARNING,))
    found = [_render(rule.check, _struct_at(at)) for at in rule.at]
    return Rendering(None if any(each.schema is None for each in found) else found[0].schema, _lacks(found))


def rules_by_struct() -> dict[str, list[dict[str, Any]]]:
    """Return the entries of ``allOf`` by the name of the struct that they bind.

    Raises
    ------
    SchemaDefinitionError
        If a rule looks at some of the places where a struct stands and not at all of them.
    """
    entries: dict[str, list[dict[str, Any]]] = {}
    for rule in RECORD_RULES:
        if rendering(rule).schema is None:
            continue
        for struct in dict.fromkeys(map(_struct_at, rule.at)):
            if not _places(struct) <= set(rule.at):
                raise SchemaDefinitionError(f"{rule.code} looks at some of the places of {struct.name} only.")
            entries.setdefault(struct.name, []).append(_entry(rule, struct))
    return entries


def _entry(rule: RecordRule, struct: Struct) -> dict[str, Any]:
    schema = _render(rule.check, struct).schema
    if rule.authored_only:
        if struct is not describe(Event):
            raise SchemaDefinitionError(f"{rule.code} binds authored records only, and {_ABOVE} for the id.")
        imported = _render(ex.IsNamespaced("id"), struct).schema
        schema = {"if": {"not": imported}, "then": schema}
    if not isinstance(schema, dict):
        raise SchemaDefinitionError(f"{rule.code} always holds, or never.")
    return {"$comment": rule.code, "title": rule.title, **schema}


def _struct_at(at: str) -> Struct:
    if not at:
        return describe(Event)
    found = next((field.struct for path, field in walk(describe(Event)) if path == at), None)
    if found is None:
        raise SchemaDefinitionError(f"There is no struct at {at!r}.")
    return found


def _places(struct: Struct) -> set[str]:
    """Return all paths at which a struct stands in the event."""
    root = describe(Event)
    return {path for path, field in walk(root) if field.struct is struct} | ({""} if struct is root else set())


def _render(expr: ex.Expr, struct: Struct) -> Rendering:
    if type(expr) in _LACKS:
        return Rendering(None, (_LACKS[type(expr)],))
    if type(expr) in _PARTS:
        return _PARTS[type(expr)](expr, struct)
    if type(expr) not in _FORMS:
        raise SchemaDefinitionError(f"JSON Schema has no rendering of {expr!r}, nor a reason why.")
    for name in expr.reads():
        if name.startswith("/") or "[" in name:
            return Rendering(None, (_ABOVE if name.startswith("/") else _LAST,))
    return Rendering(_FORMS[type(expr)](expr, struct))


def _all_of(expr: ex.AllOf, struct: Struct) -> Rendering:
    parts = [_render(each, struct) for each in expr.exprs]
    said = [each.schema for each in parts if each.schema is not None]
    return Rendering(_conjunction(said) if said else None, _lacks(parts))


def _any_of(expr: ex.AnyOf, struct: Struct) -> Rendering:
    parts = [_render(each, struct) for each in expr.exprs]
    said = [each.schema for each in parts if each.schema is not None]
    return Rendering({"anyOf": said} if len(said) == len(parts) else None, _lacks(parts))


def _not(expr: ex.Not, struct: Struct) -> Rendering:
    part = _render(expr.expr, struct)
    return Rendering({"not": part.schema} if part.exact else None, part.lacks)


def _implies(expr: ex.Implies, struct: Struct) -> Rendering:
    when, then = _render(expr.when, struct), _render(expr.then, struct)
    if not when.exact or then.schema is None:
        return Rendering(None, _lacks([when, then]))
    return Rendering({"if": when.schema, "then": then.schema}, then.lacks)


def _lacks(parts: Iterable[Rendering]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(lack for each in parts for lack in each.lacks))


_PARTS: Mapping[type[ex.Expr], Callable[[Any, Struct], Rendering]] = {
    ex.AllOf: _all_of,
    ex.AnyOf: _any_of,
    ex.Not: _not,
    ex.Implies: _implies,
}


def _present(expr: ex.Present, struct: Struct) -> Schema:
    field = _field(struct, expr.field)
    return _where(expr.field, {"minItems": 1} if field.many else True, absent=field.default is not None)


def _absent(expr: ex.Absent, struct: Struct) -> Schema:
    field = _field(struct, expr.field)
    # An empty list counts as absent.
    return field.default is None and _where(expr.field, {"maxItems": 0} if field.many else False, absent=True)


def _is(expr: ex.Is, struct: Struct) -> Schema:
    return _where(expr.field, _one_of(expr.values), absent=_field(struct, expr.field).default in expr.values)


def _one_of(values: tuple[str, ...]) -> Schema:
    if not values:
        return False
    return {"const": values[0]} if len(values) == 1 else {"enum": list(values)}


def _is_namespaced(expr: ex.IsNamespaced, _struct: Struct) -> Schema:
    return _where(expr.field, {"type": "string", "pattern": ":"}, absent=False)


def _at_most(expr: ex.AtMost, struct: Struct) -> Schema:
    default = _field(struct, expr.field).default
    return _where(expr.field, {"maximum": expr.limit}, absent=default is None or default <= expr.limit)


def _whole(expr: ex.Whole, struct: Struct) -> Schema:
    default = _field(struct, expr.field).default
    return _where(expr.field, {"multipleOf": 1}, absent=default is None or float(default).is_integer())


def _at_least(expr: ex.AtLeast, _struct: Struct) -> Schema:
    return _where(expr.field, {"minItems": expr.count}, absent=expr.count <= 0)


def _contains_both(expr: ex.ContainsBoth, _struct: Struct) -> Schema:
    both = [{"contains": _one_of(group)} for group in (expr.first, expr.second)]
    return _where(expr.field, {"allOf": both}, absent=False)


def _in_table(expr: ex.InTable, struct: Struct) -> Schema:
    many = _field(struct, expr.field).many
    return _conjunction(
        {
            "if": _is(ex.Is(expr.key, (key,)), struct),
            "then": _where(expr.field, _allowed(values, many), absent=True),
        }
        for key, values in expr.table
    )


def _allowed(values: tuple[str, ...], many: bool) -> Schema:
    allowed: Schema = {"enum": list(values)} if values else False
    return {"items": allowed} if many else allowed


_FORMS: Mapping[type[ex.Expr], Callable[[Any, Struct], Schema]] = {
    ex.Present: _present,
    ex.Absent: _absent,
    ex.Is: _is,
    ex.IsNamespaced: _is_namespaced,
    ex.AtMost: _at_most,
    ex.Whole: _whole,
    ex.AtLeast: _at_least,
    ex.ContainsBoth: _contains_both,
    ex.InTable: _in_table,
}


def _field(struct: Struct, name: str) -> Field:
    *steps, last = name.split(".")
    for step in steps:
        field = struct.field(step)
        if field is None or field.struct is None or field.many:
            raise SchemaDefinitionError(f"{struct.name} has no struct {step!r}.")
        struct = field.struct
    found = struct.field(last)
    if found is None:
        raise SchemaDefinitionError(f"{struct.name} has no field {last!r}.")
    return found


def _where(name: str, value: Schema, *, absent: bool) -> Schema:
    """Return a schema that binds a field such as ``date.start``; ``absent`` says whether it may be left out."""
    for step in reversed(name.split(".")):
        bound: dict[str, Any] = {} if value is True else {"properties": {step: value}}
        value = bound if absent else {**bound, "required": [step]}
    return value


def _conjunction(schemas: Iterable[Schema]) -> Schema:
    """Return one schema that says the same as all of them: conditions that are equal stand there once."""
    plain: dict[str, Any] = {}
    consequences: dict[str, tuple[Schema, list[Schema]]] = {}
    others: list[Schema] = []
    for schema in _flat(schemas):
        if schema is False:
            return False
        if isinstance(schema, dict) and schema.keys() == {"if", "then"}:
            consequences.setdefault(json.dumps(schema["if"]), (schema["if"], []))[1].append(schema["then"])
        elif isinstance(schema, dict) and schema.keys() <= {"properties", "required"}:
            _add(plain, schema)
        elif schema is not True:
            others.append(schema)
    parts: list[Schema] = [plain] if plain else []
    parts += [{"if": when, "then": _conjunction(thens)} for when, thens in consequences.values()]
    parts += others
    return parts[0] if len(parts) == 1 else {"allOf": parts} if parts else True


def _flat(schemas: Iterable[Schema]) -> Iterable[Schema]:
    for schema in schemas:
        if isinstance(schema, dict) and schema.keys() == {"allOf"}:
            yield from _flat(schema["allOf"])
        else:
            yield schema


def _add(plain: dict[str, Any], schema: dict[str, Any]) -> None:
    for name, value in schema.get("properties", {}).items():
        known = plain.setdefault("properties", {})
        known[name] = _conjunction([known[name], value]) if name in known else value
    for name in schema.get("required", ()):
        if name not in plain.setdefault("required", []):
            plain["required"].append(name)
