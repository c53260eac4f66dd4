"""The language that record rules are written in.

Each expression is a value object over named fields, so that a rule is written once and every engine can read it:
here it is evaluated on one record, given as a model or as parsed text. A field is named relative to the struct that
the rule looks at (``start``, ``planned.start``, ``status_history[-1].status``), or from the record's root (``/type``).
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from casus.schema.constraints import Reference
from casus.schema.description import Struct, walk
from casus.schema.findings import Path

Fault = tuple[Path, Mapping[str, Any]]

#: The list that a reference by key points into.
_LISTS = {"source": "sources", "quantity": "quantities"}


@dataclass(frozen=True, slots=True)
class View:
    """One struct of a record, with the way back to its root."""

    struct: Struct
    node: Any
    path: Path
    root: Any
    root_struct: Struct

    def get(self, name: str) -> Any:
        """Return a field's value; its default where it is left out; None where it is absent or empty."""
        value, struct = (self.root, self.root_struct) if name.startswith("/") else (self.node, self.struct)
        for step in _steps(name.lstrip("/")):
            if isinstance(step, int):
                value = value[step] if isinstance(value, list | tuple) and len(value) >= abs(step) else None
                continue
            field = struct.field(step)
            value = _child(value, step, field.default if field else None)
            if field is not None and field.struct is not None:
                struct = field.struct
        return None if value in ((), [], "") else value

    def views(self, at: str) -> Iterator[View]:
        """Yield the structs below this one at a path such as ``quantities[]`` or ``date`` (``""`` is itself)."""
        if not at:
            yield self
            return
        head, _, rest = at.partition(".")
        field = self.struct.field(head.removesuffix("[]"))
        if field is None or field.struct is None:
            raise KeyError(f"{self.struct.name} has no struct {head!r}")
        child = _child(self.node, field.name, None)
        nodes = enumerate(child) if isinstance(child, list | tuple) else [(None, child)]
        for index, node in nodes:
            if node is None or isinstance(node, str | int | float):
                continue
            path = (*self.path, field.name) if index is None else (*self.path, field.name, index)
            yield from View(field.struct, node, path, self.root, self.root_struct).views(rest)


def _child(node: Any, name: str, default: Any) -> Any:
    if isinstance(node, Mapping):
        return node.get(name, default)
    return getattr(node, name, default)


@cache
def _steps(name: str) -> tuple[str | int, ...]:
    steps: list[str | int] = []
    for part in name.split("."):
        match = re.fullmatch(r"([a-z_]+)(?:\[(-?[0-9]+)\])?", part)
        if match is None:
            raise ValueError(f"not a field name: {name!r}")
        steps.append(match[1])
        if match[2]:
            steps.append(int(match[2]))
    return tuple(steps)


def _spot(name: str) -> Path:
    return tuple(_steps(name.lstrip("/")))


@dataclass(frozen=True, slots=True)
class Expr:
    """Base of all expressions."""

    def holds(self, view: View) -> bool:
        """Whether the expression is true of the struct."""
        return not any(True for _ in self.faults(view))

    def faults(self, view: View) -> Iterator[Fault]:
        """Yield what is wrong: a path relative to the struct, and values for the message."""
        if not self.holds(view):
            yield (), {}

    def blamed(self, view: View) -> str | None:  # noqa: ARG002 - the view is what the others look at
        """Return the field that breaks the expression, if there is one of which that can be said."""
        return None

    def reads(self) -> tuple[str, ...]:
        """Return the fields that the expression looks at."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Present(Expr):
    """The field is there and not empty."""

    field: str

    def holds(self, view: View) -> bool:
        return view.get(self.field) is not None

    def reads(self) -> tuple[str, ...]:
        return (self.field,)


@dataclass(frozen=True, slots=True)
class Absent(Expr):
    """The field is left out or empty."""

    field: str

    def holds(self, view: View) -> bool:
        return view.get(self.field) is None

    def reads(self) -> tuple[str, ...]:
        return (self.field,)


@dataclass(frozen=True, slots=True)
class Is(Expr):
    """The field has one of the values."""

    field: str
    values: tuple[str, ...]

    def holds(self, view: View) -> bool:
        value = view.get(self.field)
        return isinstance(value, str) and value in self.values

    def reads(self) -> tuple[str, ...]:
        return (self.field,)


@dataclass(frozen=True, slots=True)
class IsNamespaced(Expr):
    """The id belongs to an imported row (``dataset:row``)."""

    field: str

    def holds(self, view: View) -> bool:
        return ":" in str(view.get(self.field))

    def reads(self) -> tuple[str, ...]:
        return (self.field,)


@dataclass(frozen=True, slots=True)
class Ordered(Expr):
    """The fields that are there do not descend, in the order given."""

    fields: tuple[str, ...]

    def holds(self, view: View) -> bool:
        return self.blamed(view) is None

    def blamed(self, view: View) -> str | None:
        there = [(name, value) for name in self.fields if (value := view.get(name)) is not None]
        pairs = pairwise(there)
        return next((name for (_, first), (name, second) in pairs if not _not_after(first, second)), None)

    def reads(self) -> tuple[str, ...]:
        return self.fields


def _not_after(first: Any, second: Any) -> bool:
    comparable = (type(first) is type(second)) or all(isinstance(value, int | float) for value in (first, second))
    return bool(first <= second) if comparable else True


@dataclass(frozen=True, slots=True)
class AtMost(Expr):
    """The number, if there, is not above the limit."""

    field: str
    limit: float

    def holds(self, view: View) -> bool:
        value = view.get(self.field)
        return not isinstance(value, int | float) or value <= self.limit

    def blamed(self, view: View) -> str | None:
        return None if self.holds(view) else self.field

    def reads(self) -> tuple[str, ...]:
        return (self.field,)


@dataclass(frozen=True, slots=True)
class Whole(Expr):
    """The number, if there, is a whole number."""

    field: str

    def holds(self, view: View) -> bool:
        value = view.get(self.field)
        return not isinstance(value, float) or value.is_integer()

    def blamed(self, view: View) -> str | None:
        return None if self.holds(view) else self.field

    def reads(self) -> tuple[str, ...]:
        return (self.field,)


@dataclass(frozen=True, slots=True)
class Same(Expr):
    """Two fields, if both are there, are equal."""

    first: str
    second: str

    def holds(self, view: View) -> bool:
        values = (view.get(self.first), view.get(self.second))
        return None in values or values[0] == values[1]

    def reads(self) -> tuple[str, ...]:
        return (self.first, self.second)


@dataclass(frozen=True, slots=True)
class Not(Expr):
    """The other expression is false."""

    expr: Expr

    def holds(self, view: View) -> bool:
        return not self.expr.holds(view)

    def reads(self) -> tuple[str, ...]:
        return self.expr.reads()


@dataclass(frozen=True, slots=True)
class AllOf(Expr):
    """Every one of the expressions is true."""

    exprs: tuple[Expr, ...]

    def faults(self, view: View) -> Iterator[Fault]:
        seen: set[Path] = set()
        for expr in self.exprs:
            for path, values in expr.faults(view):
                if path not in seen:
                    seen.add(path)
                    yield path, values

    def blamed(self, view: View) -> str | None:
        return next((field for expr in self.exprs if (field := expr.blamed(view))), None)

    def reads(self) -> tuple[str, ...]:
        return tuple(name for expr in self.exprs for name in expr.reads())


@dataclass(frozen=True, slots=True)
class AnyOf(Expr):
    """At least one of the expressions is true."""

    exprs: tuple[Expr, ...]

    def holds(self, view: View) -> bool:
        return any(expr.holds(view) for expr in self.exprs)

    def reads(self) -> tuple[str, ...]:
        return tuple(name for expr in self.exprs for name in expr.reads())


@dataclass(frozen=True, slots=True)
class Implies(Expr):
    """Where the first expression is true, so is the second."""

    when: Expr
    then: Expr

    def holds(self, view: View) -> bool:
        return not self.when.holds(view) or self.then.holds(view)

    def blamed(self, view: View) -> str | None:
        return None if self.holds(view) else self.then.blamed(view)

    def reads(self) -> tuple[str, ...]:
        return self.when.reads() + self.then.reads()


@dataclass(frozen=True, slots=True)
class ContainsBoth(Expr):
    """The list holds a value of each of the two groups."""

    field: str
    first: tuple[str, ...]
    second: tuple[str, ...]

    def holds(self, view: View) -> bool:
        values = view.get(self.field) or ()
        return any(value in self.first for value in values) and any(value in self.second for value in values)

    def reads(self) -> tuple[str, ...]:
        return (self.field,)


@dataclass(frozen=True, slots=True)
class InTable(Expr):
    """The value, or each value of a list, is one that the table allows for the other field's value."""

    key: str
    field: str
    table: tuple[tuple[str, tuple[str, ...]], ...]

    def faults(self, view: View) -> Iterator[Fault]:
        key, value = view.get(self.key), view.get(self.field)
        allowed = dict(self.table).get(key) if isinstance(key, str) else None
        if value is None or allowed is None:
            return
        listed = isinstance(value, list | tuple)
        for index, each in enumerate(value if listed else (value,)):
            if isinstance(each, str) and each not in allowed:
                path = (*_spot(self.field), index) if listed else _spot(self.field)
                yield path, {"value": each, "key": key, "allowed": allowed}

    def reads(self) -> tuple[str, ...]:
        return (self.key, self.field)


@dataclass(frozen=True, slots=True)
class NotAfterLatest(Expr):
    """The day is not after the latest of the days in a list."""

    day: str
    among: str

    def holds(self, view: View) -> bool:
        day = view.get(self.day)
        name, _, field = self.among.partition("[].")
        days = [_child(item, field, None) for item in view.get(name) or ()]
        there = [each for each in days if isinstance(each, type(day)) and isinstance(each, str | dt.date)]
        return day is None or not there or bool(day <= max(there))

    def reads(self) -> tuple[str, ...]:
        return (self.day, self.among)


@dataclass(frozen=True, slots=True)
class Ascending(Expr):
    """The values of a list's field do not descend."""

    among: str

    def faults(self, view: View) -> Iterator[Fault]:
        name, _, field = self.among.partition("[].")
        values = [_child(item, field, None) for item in view.get(name) or ()]
        for index, (first, second) in enumerate(pairwise(values), start=1):
            if type(first) is type(second) and isinstance(first, str | dt.date) and first > second:
                yield (name, index, field), {"first": first, "second": second}

    def reads(self) -> tuple[str, ...]:
        return (self.among,)


@dataclass(frozen=True, slots=True)
class Distinct(Expr):
    """No two items of a list have the same value in the field."""

    among: str

    def faults(self, view: View) -> Iterator[Fault]:
        name, _, field = self.among.partition("[].")
        seen: dict[str, int] = {}
        for index, item in enumerate(view.get(name) or ()):
            value = _child(item, field, None)
            if isinstance(value, str) and value in seen:
                yield (name, index, field), {"value": value, "first": seen[value]}
            elif isinstance(value, str):
                seen[value] = index

    def reads(self) -> tuple[str, ...]:
        return (self.among,)


@dataclass(frozen=True, slots=True)
class AtLeast(Expr):
    """The list has at least so many items."""

    field: str
    count: int

    def holds(self, view: View) -> bool:
        return len(view.get(self.field) or ()) >= self.count

    def reads(self) -> tuple[str, ...]:
        return (self.field,)


@dataclass(frozen=True, slots=True)
class DistinctKeys(Expr):
    """No key stands twice in the record, in whatever lists."""

    def faults(self, view: View) -> Iterator[Fault]:
        counted = Counter(key for _, key in _keys(view))
        seen: set[str] = set()
        for path, key in _keys(view):
            if counted[key] > 1 and key in seen:
                yield path, {"value": key}
            seen.add(key)

    def reads(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class LocalReferencesResolve(Expr):
    """Every key or pointer in the record names a part of it."""

    def faults(self, view: View) -> Iterator[Fault]:
        keys = {path[0]: set[str]() for path, _ in _keys(view)}
        for path, key in _keys(view):
            keys[path[0]].add(key)
        parts = {field.name for field in view.struct.fields} | {"event"}
        for at, to in _local_references(view.struct):
            for path, value in values_at(view, at):
                if to == "part":
                    head, _, key = value.partition("/")
                    good = head in parts and (not key or key in keys.get(head, ()))
                    there = [f"{head}/{each}" for each in keys.get(head, ())]
                    allowed = _shown_keys(there) if head in parts else tuple(sorted(parts))
                else:
                    known = keys.get(_LISTS[to], set())
                    good, allowed = value in known, _shown_keys(known)
                if not good:
                    yield path, {"value": value, "allowed": allowed}

    def reads(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class ReplacesOwnNumber(Expr):
    """A number replaces an earlier row of the same claimant and measure, and never, in a circle, itself."""

    def faults(self, view: View) -> Iterator[Fault]:
        rows = list(view.views("quantities[]"))
        by_key = {row.get("key"): row for row in rows if isinstance(row.get("key"), str)}
        for row in rows:
            replaced = row.get("replaces")
            old = by_key.get(replaced) if isinstance(replaced, str) else None
            if old is None:
                continue
            same = all(row.get(name) == old.get(name) for name in ("measure", "claimant"))
            if not same or _in_circle(row, by_key):
                yield (*row.path, "replaces"), {"value": row.get("replaces")}

    def reads(self) -> tuple[str, ...]:
        return ("quantities[].replaces",)


def _in_circle(row: View, by_key: Mapping[Any, View]) -> bool:
    seen = {row.get("key")} if isinstance(row.get("key"), str) else set()
    current: View | None = row
    while current is not None:
        following = current.get("replaces")
        if not isinstance(following, str):
            return False
        if following in seen:
            return True
        seen.add(following)
        current = by_key.get(following)
    return False


@dataclass(frozen=True, slots=True)
class EverySourceUsed(Expr):
    """Every source supports something, or is named by a row."""

    def faults(self, view: View) -> Iterator[Fault]:
        used = {
            value for at, to in _local_references(view.struct) if to == "source" for _, value in values_at(view, at)
        }
        for source in view.views("sources[]"):
            key = source.get("key")
            if isinstance(key, str) and key not in used and source.get("supports") is None:
                yield (*source.path, "key"), {"value": key}

    def reads(self) -> tuple[str, ...]:
        return ("sources[].supports",)


def values_at(view: View, at: str) -> Iterator[tuple[Path, str]]:
    """Yield ``(path, text)`` for every text at a path such as ``quantities[].sources[]``."""
    parent, _, last = at.rpartition(".")
    name = last.removesuffix("[]")
    for struct in view.views(parent):
        value = _child(struct.node, name, None)
        if last.endswith("[]") and isinstance(value, list | tuple):
            for index, each in enumerate(value):
                if isinstance(each, str):
                    yield (*struct.path, name, index), each
        elif isinstance(value, str) and not last.endswith("[]"):
            yield (*struct.path, name), value


def references(struct: Struct) -> Iterator[tuple[str, str]]:
    """Yield ``(path, what it refers to)`` for every reference in a description."""
    for path, field in walk(struct):
        reference = field.constraint(Reference)
        if reference:
            yield path, reference.to


@cache
def _local_references(struct: Struct) -> tuple[tuple[str, str], ...]:
    return tuple((path, to) for path, to in references(struct) if to in ("source", "quantity", "part"))


@cache
def _keyed_lists(struct: Struct) -> tuple[str, ...]:
    return tuple(field.name for field in struct.fields if field.many and field.struct and field.struct.field("key"))


def _keys(view: View) -> Iterator[tuple[Path, str]]:
    for name in _keyed_lists(view.struct):
        yield from values_at(view, f"{name}[].key")


def _shown_keys(keys: Any) -> tuple[str, ...] | str:
    return tuple(sorted(keys)) or "no keys there"
