"""The semantic difference of the tables of two schema versions, and of what stands beside them.

Judged for those who read releases: a column that was there must stay, with its type, and with a value where it had one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from casus.schema.evolution.changes import Bump, Change
from casus.schema.evolution.documents import renamed

if TYPE_CHECKING:
    import pyarrow as pa

Terms = Mapping[str, Any]


def compare_tables(before: Mapping[str, pa.Schema], after: Mapping[str, pa.Schema]) -> list[Change]:
    """Return the differences of two sets of tables, each an Arrow schema by the table's name."""
    found = [Change(Bump.MAJOR, "table removed", name) for name in before if name not in after]
    found += [Change(Bump.MINOR, "table added", name) for name in after if name not in before]
    for name, schema in before.items():
        if name in after:
            found += _columns(list(schema), list(after[name]), name)
    return found


def _columns(before: Sequence[pa.Field], after: Sequence[pa.Field], where: str) -> Iterator[Change]:
    one, two = ({field.name: field for field in fields} for fields in (before, after))
    gone, new = [name for name in one if name not in two], [name for name in two if name not in one]
    for name, other in renamed(
        {each: (str(one[each].type), one[each].nullable) for each in gone},
        {each: (str(two[each].type), two[each].nullable) for each in new},
    ):
        gone.remove(name)
        new.remove(other)
        yield Change(Bump.MAJOR, "column renamed", f"{where}.{name}", f"now {other}")
    yield from (Change(Bump.MAJOR, "column removed", f"{where}.{name}") for name in gone)
    yield from (Change(Bump.MINOR, "column added", f"{where}.{name}", str(two[name].type)[:60]) for name in new)
    kept = [name for name in one if name in two]
    if kept != [name for name in two if name in one]:
        yield Change(Bump.MINOR, "columns in another order", where)
    for name in kept:
        yield from _column(one[name], two[name], f"{where}.{name}")


def _column(before: pa.Field, after: pa.Field, where: str) -> Iterator[Change]:
    import pyarrow as pa

    if after.nullable and not before.nullable:
        yield Change(Bump.MAJOR, "column may be empty", where, "it always had a value")
    elif before.nullable and not after.nullable:
        yield Change(Bump.MINOR, "column is never empty", where)
    one, two = before.type, after.type
    if pa.types.is_list(one) and pa.types.is_list(two):
        yield from _column(one.value_field, two.value_field.with_name(one.value_field.name), f"{where}[]")
    elif pa.types.is_struct(one) and pa.types.is_struct(two):
        pairs = [[kind.field(index) for index in range(kind.num_fields)] for kind in (one, two)]
        yield from _columns(pairs[0], pairs[1], where)
    elif one != two:
        coded = pa.types.is_dictionary(one) and pa.types.is_dictionary(two)
        if coded and one.value_type == two.value_type:
            yield Change(Bump.MINOR, "codes stored in another width", where, f"{one.index_type} -> {two.index_type}")
        else:
            yield Change(Bump.MAJOR, "type changed", where, f"{str(one)[:60]} -> {str(two)[:60]}")


def compare_terms(before: Terms, after: Terms) -> list[Change]:
    """Return the differences of two lists of terms: vocabularies, keys of tables, and rules."""
    return [
        *_vocabularies(before["vocabularies"], after["vocabularies"]),
        *_tables(before["tables"], after["tables"]),
        *_rules(before["rules"], after["rules"]),
    ]


def _vocabularies(before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> Iterator[Change]:
    for name, codes in before.items():
        if name not in after:
            yield Change(Bump.MAJOR, "vocabulary removed", name)
            continue
        yield from (Change(Bump.MAJOR, "code removed", name, code) for code in codes if code not in after[name])
        yield from (Change(Bump.MINOR, "code added", name, code) for code in after[name] if code not in codes)
    yield from (Change(Bump.MINOR, "vocabulary added", name) for name in after if name not in before)


def _tables(before: Mapping[str, Terms], after: Mapping[str, Terms]) -> Iterator[Change]:
    for name, said in before.items():
        if name not in after:
            continue  # the table is gone, which the columns say
        if said["key"] != after[name]["key"]:
            shown = f"{', '.join(said['key'])} -> {', '.join(after[name]['key'])}"
            yield Change(Bump.MAJOR, "key of the table changed", name, shown)
        for column, codes in said["codes"].items():
            other = after[name]["codes"].get(column)
            if other is not None and other != codes:
                yield Change(Bump.MAJOR, "column takes other codes", f"{name}.{column}", f"{codes} -> {other}")


def _rules(before: Mapping[str, Terms], after: Mapping[str, Terms]) -> Iterator[Change]:
    for code, said in after.items():
        error = said["severity"] == "error"
        if code not in before:
            yield Change(
                Bump.MAJOR if error else Bump.MINOR, "rule added", code, f"{said['severity']}: {said['title']}"
            )
            continue
        old = before[code]
        if old["severity"] != said["severity"]:
            what = "severity raised" if error else "severity lowered"
            shown = f"{old['severity']} -> {said['severity']}"
            yield Change(Bump.MAJOR if error else Bump.MINOR, what, code, shown)
        if old["authored_only"] != said["authored_only"]:
            more = old["authored_only"]
            what = "rule binds imported rows too" if more else "rule spares imported rows"
            yield Change(Bump.MAJOR if more else Bump.MINOR, what, code)
        if old["scope"] != said["scope"]:
            yield Change(Bump.MINOR, "rule looks at something else", code, f"{old['scope']} -> {said['scope']}")
        if old["title"] != said["title"]:
            yield Change(Bump.PATCH, "wording changed", code)
    yield from (Change(Bump.MINOR, "rule removed", code) for code in before if code not in after)
