"""The checks of flat tables, generated from the description of their columns, over whole columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from casus.schema.constraints import Coded, Length, Pattern, Range, Reference
from casus.schema.description import Field
from casus.schema.findings import Finding
from casus.schema.geometry import GEOMETRY, points
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
            if other.nullable != field.nullable or not same_type(other.type, field.type):
                problems.append(f"the column {field.name} is {_shown(other)} and should be {_shown(field)}")
        if not problems and found.names != wanted.names:
            problems.append("the columns are in another order")
    return [finding("CAS446", problem=problem) for problem in problems]


def same_type(found: pa.DataType, wanted: pa.DataType) -> bool:
    """Return whether two types mean the same.

    Older versions of pyarrow read other widths of dictionary indices and other names of list items than were written.
    """
    import pyarrow as pa

    if pa.types.is_dictionary(wanted) and pa.types.is_dictionary(found):
        return bool(found.value_type == wanted.value_type)
    if pa.types.is_list(wanted) and pa.types.is_list(found):
        item, other = found.value_field, wanted.value_field
        return item.nullable == other.nullable and same_type(item.type, other.type)
    if pa.types.is_struct(wanted) and pa.types.is_struct(found):
        pairs = [(found.field(i), wanted.field(i)) for i in range(min(found.num_fields, wanted.num_fields))]
        return found.num_fields == wanted.num_fields and all(
            one.name == two.name and one.nullable == two.nullable and same_type(one.type, two.type)
            for one, two in pairs
        )
    return bool(found == wanted)


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
    if GEOMETRY in rows.column_names:
        yield from _misplaced(table, rows)


def _misplaced(table: Table, rows: pa.Table) -> Iterator[Finding]:
    """Yield the first row whose point is not at its coordinates."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = rows.column(GEOMETRY)
    wanted = pa.chunked_array([points(rows.column("longitude"), rows.column("latitude"))])
    if not column.equals(wanted):
        same = pc.fill_null(pc.equal(column, wanted), fill_value=False)
        mask = pc.invert(pc.or_(same, pc.and_(pc.is_null(column), pc.is_null(wanted))))
        yield _at_first(rows, table, GEOMETRY, mask, "it is not the point of its longitude and latitude")


def check_event_ids(name: str, rows: pa.Table, known: pa.ChunkedArray) -> Iterator[Finding]:
    """Yield the first row of a table whose ``event_id`` no event has."""
    if "event_id" in rows.column_names:
        lost = set(rows.column("event_id").unique().to_pylist()) - set(known.to_pylist())
        if lost:
            ids = rows.column("event_id").to_pylist()
            row = next(number for number, event_id in enumerate(ids) if event_id in lost)
            said = finding(
                "CAS448", path=("event_id",), name="event_id", value=ids[row], problem="no event has that id"
            )
            yield said.at(row=row, record=name)


def _column_faults(column: Field, values: pa.ChunkedArray) -> Iterator[tuple[Any, str]]:
    """Yield the mask of the bad rows and the problem, for every check that fails.

    A cheap test over the whole column comes first (counts, bounds, distinct values); the mask only where it fails.
    """
    import pyarrow.compute as pc

    if (column.required or column.default is not None) and values.null_count:
        yield pc.is_null(values), "it is required"
    for constraint in column.constraints:
        mask, problem = _CHECKS[type(constraint)](constraint, values)
        if mask is not None:
            yield mask, problem


def _coded(coded: Coded, values: pa.ChunkedArray) -> tuple[Any, str]:
    import pyarrow as pa
    import pyarrow.compute as pc

    known = set(vocabulary(coded.vocabulary).codes)
    unknown = [each for each in values.unique().to_pylist() if each is not None and each not in known]
    if not unknown:
        return None, ""
    mask = pc.is_in(values.cast(pa.string()), value_set=pa.array(unknown, pa.string()))
    return mask, f"it is not in the vocabulary {coded.vocabulary}"


def _as_text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    return values.cast(pa.string()) if pa.types.is_dictionary(values.type) else values


def _pattern(pattern: Pattern, values: pa.ChunkedArray) -> tuple[Any, str]:
    import pyarrow.compute as pc

    matches = pc.match_substring_regex(_as_text(values), _re2(pattern.regex))
    mask = pc.invert(matches) if pc.all(matches).as_py() is False else None
    return mask, f"it is not {pattern.says}, such as {pattern.example}"


def _length(length: Length, values: pa.ChunkedArray) -> tuple[Any, str]:
    import pyarrow.compute as pc

    return _range(Range(length.least, length.most), pc.utf8_length(_as_text(values)))[0], (
        f"it has not {length.least} to {length.most} characters"
    )


def _range(limits: Range, values: pa.ChunkedArray) -> tuple[Any, str]:
    import pyarrow as pa
    import pyarrow.compute as pc

    ends = pc.min_max(values)
    low, high = ends["min"].as_py(), ends["max"].as_py()
    # No minimum shows NaN.
    numbers = not (pa.types.is_floating(values.type) and pc.any(pc.is_nan(values)).as_py())
    problem = f"it is not a number from {limits.least:g} to {limits.most:g}"
    if numbers and (low is None or (low >= limits.least and high <= limits.most)):
        return None, problem
    inside = pc.and_(pc.greater_equal(values, limits.least), pc.less_equal(values, limits.most))
    return pc.invert(inside), problem


def _resolved_elsewhere(_reference: Reference, _values: pa.ChunkedArray) -> tuple[Any, str]:
    """Find nothing: references are resolved when the records themselves are checked."""
    return None, ""


#: The check of every kind of constraint; one that is not here is an error when the table is checked.
_CHECKS: dict[type, Callable[[Any, Any], tuple[Any, str]]] = {
    Coded: _coded,
    Pattern: _pattern,
    Length: _length,
    Range: _range,
    Reference: _resolved_elsewhere,
}


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
            yield finding("CAS448", path=(table.key[-1],), name="the key", value=shown, problem=said).at(
                row=row, record=shown
            )
            return
