"""The engine: one pure function from a batch to its verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from casus.schema.columnar.fields import CHECKS, Fault, check_level
from casus.schema.columnar.levels import Level
from casus.schema.columnar.rules import compile_rules, imported, wrong_rows
from casus.schema.description import Field, Kind, Struct, describe, walk
from casus.schema.errors import SchemaDefinitionError, UsageError
from casus.schema.event import Event
from casus.schema.findings import Severity
from casus.schema.rules.record import RECORD_RULES, RecordRule

ERRORS = (Severity.ERROR,)
#: Just below the largest size that glibc learns from.
_LARGE_BLOCK = 2**25 - 2**16
#: The last schemas that were found to hold records: one batch after another has the same.
_FITTING: list[pa.Schema] = []


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What is wrong in a batch: row by row, which field or rule, which code.

    ``rows``, ``paths`` and ``codes`` have one entry for every finding; a row with three mistakes stands there three
    times. Rows are counted from the start of the batch.
    """

    length: int
    rows: Any
    paths: tuple[str, ...]
    codes: tuple[str, ...]

    def suspects(self) -> list[int]:
        """Return the rows in which anything is wrong, in order."""
        return [int(row) for row in np.unique(self.rows)]

    def codes_of(self) -> dict[int, set[str]]:
        """Return the set of codes of every suspect row."""
        found: dict[int, set[str]] = {}
        for row, code in zip(self.rows, self.codes, strict=True):
            found.setdefault(int(row), set()).add(code)
        return found

    def to_arrow(self) -> pa.RecordBatch:
        """Return the verdicts as a batch of ``row`` (int64), ``path`` and ``code`` (text)."""
        columns = [
            pa.array(self.rows, pa.int64()),
            pa.array(self.paths, pa.string()),
            pa.array(self.codes, pa.string()),
        ]
        return pa.RecordBatch.from_arrays(columns, names=["row", "path", "code"])


def check_batch(batch: pa.RecordBatch, severities: tuple[Severity, ...] = ERRORS) -> Verdicts:
    """Check the records in a batch: all fields, and all rules of one record.

    A pure function without state, so that any engine can call it on any machine.

    Parameters
    ----------
    batch
        A :class:`pyarrow.RecordBatch` (or a table of one chunk) with the columns of ``records.parquet``. Texts may be
        plain or dictionaries, lists of any kind, and everything may be nullable: null is absence.
    severities
        Which rules to apply; errors unless given.

    Raises
    ------
    UsageError
        If a column is missing, unknown, or of a type that cannot hold the field: see :func:`batch_problems`.
    """
    if not any(batch.schema.equals(each) for each in _FITTING[:]):
        problems = batch_problems(batch.schema)
        if problems:
            raise UsageError(f"These are not records: {'; '.join(problems)}.")
        _FITTING[:] = [batch.schema, *_FITTING[:1]]
    plan = _plan(severities)
    if batch.num_rows == 0:
        return Verdicts(0, np.empty(0, np.int64), (), ())
    root = Level(plan.struct, batch, "")
    try:
        return _verdicts(plan, root)
    finally:
        root.close()


def _verdicts(plan: _Plan, root: Level) -> Verdicts:
    faults = list(check_level(root))
    rows: list[Any] = []
    paths: list[str] = []
    codes: list[str] = []
    for code, name, level, positions in faults:
        _add(rows, paths, codes, np.unique(level.rows_of(positions)), _path(level, name), code)
    for rule in plan.rules:
        wrong = wrong_rows(rule, root, _touched(faults) if faults else None)
        if rule.authored_only and len(wrong):
            wrong = wrong[~imported(root)[wrong]]
        if len(wrong):
            _add(rows, paths, codes, wrong, ".".join(filter(None, (rule.at[0], *rule.spots[:1]))), rule.code)
    flat = np.concatenate(rows) if rows else np.empty(0, np.int64)
    order = np.argsort(flat, kind="stable")
    return Verdicts(root.length, flat[order], tuple(paths[i] for i in order), tuple(codes[i] for i in order))


def _add(rows: list[Any], paths: list[str], codes: list[str], found: Any, path: str, code: str) -> None:
    rows.append(found)
    paths.extend([path] * len(found))
    codes.extend([code] * len(found))


def _path(level: Level, name: str) -> str:
    return ".".join(filter(None, (level.path, name)))


@dataclass(frozen=True, slots=True)
class _Plan:
    struct: Struct
    rules: tuple[RecordRule, ...]


@cache
def _plan(severities: tuple[Severity, ...]) -> _Plan:
    """Return the plan; an expression or constraint without a columnar form is an error here."""
    struct = describe(Event)
    for path, field in walk(struct):
        for constraint in field.constraints:
            if type(constraint) not in CHECKS:
                raise SchemaDefinitionError(f"{path}: the columnar engine has no check of {constraint!r}.")
    rules = tuple(rule for rule in RECORD_RULES if rule.severity in severities)
    compile_rules(rules)
    # glibc learns from a large block that is freed to keep such memory instead of giving it back after every batch.
    np.empty(_LARGE_BLOCK, np.uint8)
    return _Plan(struct, rules)


def _touched(faults: list[Fault]) -> Any:
    """Return a function that tells at which of some positions a rule would read a field that is wrong itself."""

    def at(rule: RecordRule, where: str, level: Level, asked: Any) -> Any:
        mask = np.zeros(len(asked), np.bool_)
        base = [step.removesuffix("[]") for step in where.split(".")] if where else []
        for name in rule.check.reads():
            steps = [step.partition("[")[0] for step in name.lstrip("/").split(".")]
            read = steps if name.startswith("/") else [*base, *steps]
            for _, field, wrong, positions in faults:
                broken = [step.removesuffix("[]") for step in _path(wrong, field).split(".")]
                short = min(len(read), len(broken))
                if read[:short] == broken[:short]:
                    mask |= _project(wrong, positions, level, asked)
        return mask

    return at


def _project(wrong: Level, positions: Any, level: Level, asked: Any) -> Any:
    """Return which structs asked of a level hold, lie in, or share a record with, the positions of another level."""
    inside, current = asked, level
    while current is not wrong and current.parent is not None:
        inside, current = current.parents_of(inside), current.parent
    if current is wrong:
        return np.isin(inside, positions)
    current, where = wrong, positions
    while current is not level and current.parent is not None:
        where, current = current.parents_of(where), current.parent
    return np.isin(asked if current is level else level.rows_of(asked), where)


def batch_problems(schema: pa.Schema) -> list[str]:
    """Return what keeps a schema from holding records: columns missing or unknown, types that cannot hold a field."""
    return list(_problems(describe(Event), {field.name: field.type for field in schema}, ""))


def _problems(struct: Struct, columns: dict[str, Any], prefix: str) -> Iterator[str]:
    for name in columns:
        if struct.field(name) is None:
            yield f"the column {prefix}{name} is unknown"
    for field in struct.fields:
        path = f"{prefix}{field.name}"
        if field.name not in columns:
            yield f"the column {path} is missing"
            continue
        kind = columns[field.name]
        if field.many:
            if not _is_list(kind):
                yield f"the column {path} is {kind} and should be a list"
                continue
            kind, path = kind.value_type, f"{path}[]"
        if field.struct is not None:
            if pa.types.is_struct(kind):
                inner = {kind.field(index).name: kind.field(index).type for index in range(kind.num_fields)}
                yield from _problems(field.struct, inner, f"{path}.")
            else:
                yield f"the column {path} is {kind} and should be a struct"
        elif not _fits(field, kind):
            yield f"the column {path} is {kind} and should be {_WANTED[field.kind]}"


def _is_list(kind: Any) -> bool:
    return bool(
        pa.types.is_list(kind)
        or pa.types.is_large_list(kind)
        or pa.types.is_fixed_size_list(kind)
        or str(kind).startswith(("list_view", "large_list_view"))
    )


_WANTED = {
    Kind.TEXT: "text, plain or a dictionary",
    Kind.INTEGER: "a whole number",
    Kind.NUMBER: "a number",
    Kind.BOOLEAN: "true or false",
    Kind.DATE: "a day (date32)",
}


def _fits(field: Field, kind: Any) -> bool:
    match field.kind:
        case Kind.TEXT:
            text = kind.value_type if pa.types.is_dictionary(kind) else kind
            return bool(pa.types.is_string(text) or pa.types.is_large_string(text) or str(text) == "string_view")
        case Kind.INTEGER:
            return bool(pa.types.is_integer(kind))
        case Kind.NUMBER:
            return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))
        case Kind.BOOLEAN:
            return bool(pa.types.is_boolean(kind))
        case _:
            return bool(pa.types.is_date32(kind))
