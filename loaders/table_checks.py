"""The checks of flat tables, generated from the description of their columns, over whole columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from casus.schema.constraints import Coded, Length, Pattern, Range, Reference
from casus.schema.description import Field
from casus.schema.errors import SchemaDefinitionError
from casus.schema.findings import Finding
from casus.schema.rules.file import finding
from casus.schema.tables import Table
from casus.schema.vocabulary import vocabulary

if TYPE_CHECKING:
    import pyarrow as pa


def check_schema(found: pa.Schema, wanted: pa.Schema) -> list[Finding]:
    """Return a finding for every column that is missing, unknown, or of another type."""
    problems = [f"the column {name} is missing" for name in wanted.names if name not in found.names]
    problems += [f"the column {name} is unknown" for name in found.names if name not in wanted.names]
    problems += [f"the column {name} stands twice" for name in sorted(set(found.names)) if found.names.count(name) > 1]
    if not problems:
        for field in wanted:
            other = found.field(field.name)
            if other.type != field.type or other.nullable != field.nullable:
                problems.append(f"the column {field.name} is {_shown(other)} and should be {_shown(field)}")
        if not problems and found.names != wanted.names:
            problems.append("the columns are in another order")
    return [finding("CAS446", problem=problem) for problem in problems]


def _shown(field: pa.Field) -> str:
    text = str(field.type)
    return f"{text if len(text) < 80 else text[:60] + '...'}{'' if field.nullable else ' not null'}"  # noqa: PLR2004


def check_rows(table: Table, rows: pa.Table) -> Iterator[Finding]:
    """Yield what is wrong in the rows of a flat table: the first bad row of every column and check."""
    for column in table.columns:
        values = rows.column(column.name)
        for mask, problem in _column_faults(column, values):
            yield _at_first(rows, table, column.name, mask, problem)
    yield from _repeated_keys(table, rows)


def check_event_ids(name: str, rows: pa.Table, known: pa.ChunkedArray) -> Iterator[Finding]:
    """Yield the first row of a table whose ``event_id`` no event has."""
    import pyarrow.compute as pc

    if "event_id" in rows.column_names:
        mask = pc.invert(pc.is_in(rows.column("event_id"), value_set=known.combine_chunks()))
        row = pc.index(mask, value=True).as_py()
        if row >= 0:
            value = rows.column("event_id")[row].as_py()
            yield finding("CAS448", path=("event_id",), name="event_id", value=value, problem="no event has that id").at(
                row=row, record=name
            )


def _column_faults(column: Field, values: pa.ChunkedArray) -> Iterator[tuple[Any, str]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    if (column.required or column.default is not None) and values.null_count:
        yield pc.is_null(values), "it is required"
    plain = values.cast(pa.string()) if pa.types.is_dictionary(values.type) else values
    for constraint in column.constraints:
        match constraint:
            case Coded(name):
                codes = pa.array(vocabulary(name).codes, pa.string())
                bad = pc.and_(pc.is_valid(plain), pc.invert(pc.is_in(plain, value_set=codes)))
                problem = f"it is not in the vocabulary {name}"
            case Pattern(regex, says, example):
                bad = pc.invert(pc.match_substring_regex(plain, _re2(regex)))
                problem = f"it is not {says}, such as {example}"
            case Length(most, least):
                length = pc.utf8_length(plain)
                bad = pc.or_(pc.less(length, least), pc.greater(length, most))
                problem = f"it has not {least} to {most} characters"
            case Range(least, most):
                inside = pc.and_(pc.greater_equal(plain, least), pc.less_equal(plain, most))
                bad = pc.invert(inside)
                problem = f"it is not a number from {least:g} to {most:g}"
            case Reference():
                continue  # resolved when the records themselves are checked
            case _:
                raise SchemaDefinitionError(f"{column.name}: no check of columns knows {constraint!r}.")
        if pc.any(bad).as_py():
            yield bad, problem


def _re2(regex: str) -> str:
    """Return the portable expression as RE2 writes it: code points in braces, the end as the very end."""
    import re

    return re.sub(r"\\u([0-9a-f]{4})", r"\\x{\1}", regex).removesuffix("$") + r"\z"


def _at_first(rows: pa.Table, table: Table, column: str, mask: Any, problem: str) -> Finding:
    import pyarrow.compute as pc

    row = pc.index(pc.fill_null(mask, fill_value=False), value=True).as_py()
    value = rows.column(column)[row].as_py()
    key = "/".join(str(rows.column(name)[row].as_py()) for name in table.key)
    shown = "nothing" if value is None else repr(value)
    return finding("CAS448", path=(column,), name=column, value=shown, problem=problem).at(row=row, record=key)


def _repeated_keys(table: Table, rows: pa.Table) -> Iterator[Finding]:
    seen: dict[tuple[Any, ...], int] = {}
    columns = [rows.column(name).to_pylist() for name in table.key]
    for row, key in enumerate(zip(*columns, strict=True)):
        first = seen.setdefault(key, row)
        if first != row:
            said = f"row {first} has the same {', '.join(table.key)}"
            shown = "/".join(map(str, key))
            yield finding("CAS448", path=(table.key[-1],), name="the key", value=shown, problem=said).at(row=row, record=shown)
            return
