"""The record rules over columns: the same expressions, evaluated for all structs of a level at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.schema.columnar.buffers import text_bytes, text_ends, truths
from casus.schema.columnar.fields import repeated_items
from casus.schema.columnar.keys import distinct_keys, every_source_used, local_references
from casus.schema.columnar.levels import Level, Values
from casus.schema.errors import SchemaDefinitionError
from casus.schema.rules import expressions as ex
from casus.schema.rules.record import RecordRule

#: The day of an item that has none: before all others.
_NEVER = -(2**31) + 1


def compile_rules(rules: tuple[RecordRule, ...]) -> None:
    """Make sure that every expression in the rules has a columnar form.

    Raises
    ------
    SchemaDefinitionError
        If one has none: a check is never silently left out.
    """
    for rule in rules:
        for expr in _parts(rule.check):
            if type(expr) not in HOLDS and type(expr) not in WRONG:
                raise SchemaDefinitionError(f"{rule.code}: the columnar engine has no form of {type(expr).__name__}.")


def _parts(expr: ex.Expr) -> list[ex.Expr]:
    match expr:
        case ex.AllOf(exprs) | ex.AnyOf(exprs):
            return [expr, *(part for each in exprs for part in _parts(each))]
        case ex.Implies(when, then):
            return [expr, *_parts(when), *_parts(then)]
        case ex.Not(inner):
            return [expr, *_parts(inner)]
        case _:
            return [expr]


def wrong_rows(rule: RecordRule, root: Level, touched: Any = None) -> Any:
    """Return the rows of the batch that break a rule.

    ``touched`` tells for structs whether the rule would read a field that is wrong itself: there it is left out, as
    in the record engine, so that one mistake is not reported twice.
    """
    found = []
    for at in rule.at:
        level = root.at(at)
        if level.length:
            positions = _wrong(rule.check, level)
            if len(positions) and touched is not None:
                positions = positions[~touched(rule, at, level, positions)]
            if len(positions):
                found.append(level.rows_of(positions))
    return np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)


def _wrong(expr: ex.Expr, level: Level) -> Any:
    """Return the positions of the structs for which an expression does not hold."""
    if type(expr) in WRONG:
        return WRONG[type(expr)](expr, level)
    if isinstance(expr, ex.AllOf) and any(type(each) in WRONG for each in expr.exprs):
        return np.unique(np.concatenate([_wrong(each, level) for each in expr.exprs]))
    good = holds(expr, level)
    if good.all():
        return np.empty(0, np.int64)
    return np.flatnonzero(~good if level.valid is None else ~good & level.valid)


def holds(expr: ex.Expr, level: Level) -> Any:
    """Return, for every struct of the level, whether the expression holds."""
    return HOLDS[type(expr)](expr, level)


def get(level: Level, name: str) -> Values:
    """Return the values of a named field for all structs of the level: see :mod:`casus.schema.rules.expressions`."""
    if name.startswith("/"):
        root = level
        while root.parent is not None:
            root = root.parent
        values = get(root, name[1:])
        return values if root is level else values.take(level.rows)
    head, _, rest = name.partition(".")
    if head.endswith("[-1]"):
        inner = level.level(head[: -len("[-1]")])
        there = inner.lengths > 0
        if not inner.length:
            zeros = np.zeros(level.length, np.int32)
            return Values(level.length, there, zeros, [""], zeros, nothing=True)
        last = np.where(there, inner.starts + inner.lengths - 1, 0)
        return get(inner, rest).take(last, there)
    if rest:
        inner = level.level(head)
        values = get(inner, rest)
        if inner.valid is None:
            return values
        valid = inner.valid if values.valid is None else values.valid & inner.valid
        return Values(values.length, valid, values.codes, values.words, values.numbers, values.text)
    return level.values(head)


def _present(expr: ex.Present, level: Level) -> Any:
    head, _, rest = expr.field.partition(".")
    field = level.struct.field(head) if not expr.field.startswith("/") else None
    if field is not None and not rest and field.many:
        return level.items(head).lengths > 0
    if field is not None and not rest and field.struct is not None:
        valid = level.level(head).valid
        return np.ones(level.length, np.bool_) if valid is None else valid
    return get(level, expr.field).there()


def _is(expr: ex.Is, level: Level) -> Any:
    values = get(level, expr.field)
    return values.table(frozenset(expr.values))


def _is_namespaced(expr: ex.IsNamespaced, level: Level) -> Any:
    if level.parent is None and expr.field == "id":
        return imported(level)
    return _with_colon(get(level, expr.field))


def imported(root: Level) -> Any:
    """Return which records of a batch are imported rows, worked out once."""
    found = root.kept.get("imported")
    if found is None:
        found = root.kept["imported"] = _with_colon(root.values("id"))
    return found


def _with_colon(values: Values) -> Any:
    if values.words is not None:
        return values.table({word for word in values.words if word and ":" in word})
    data, ends = text_bytes(values.text), text_ends(values.text)
    # The rows of one source mostly have their colon at the place where the first one has it.
    place = (values.text[0].as_py() or "").encode().find(b":") if values.length else -1
    if place >= 0:
        places = ends[:-1] + place
        if bool((data.take(places, mode="clip") == ord(":")).all() and (places < ends[1:]).all()):
            return values.there()
    marks = np.flatnonzero(data == ord(":"))
    found = np.zeros(values.length, np.bool_)
    found[np.searchsorted(ends[1:], marks, side="right")] = True
    return found if values.valid is None else found & values.valid


def _comparable(values: Values) -> Any:
    """Return numbers, or texts as ranks, that compare as the values do."""
    if values.numbers is not None:
        return values.numbers
    words = values.words or []
    order = sorted(range(len(words)), key=lambda index: words[index] or "")
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    return ranks[values.codes] if order else values.codes


def _ordered(expr: ex.Ordered, level: Level) -> Any:
    columns = [column for column in (get(level, name) for name in expr.fields) if not column.nothing]
    if all(column.words is not None for column in columns):
        columns = _one_vocabulary(columns)
    good = np.ones(level.length, np.bool_)
    highest: Any = None
    seen: Any = None
    for column in columns:
        numbers, valid = _comparable(column), column.valid
        if highest is None:
            highest, seen = numbers, valid
            continue
        falls = numbers < highest
        for there in (valid, seen):
            falls = falls if there is None else falls & there
        good &= ~falls
        if column is columns[-1]:
            break
        if valid is not None:
            numbers = np.where(valid, numbers, highest)
            seen = None if seen is None else seen | valid
        else:
            seen = None
        highest = numbers
    return good


def _one_vocabulary(columns: list[Values]) -> list[Values]:
    words = sorted({word or "" for column in columns for word in column.words or ()})
    place = {word: index for index, word in enumerate(words)}
    recoded = []
    for column in columns:
        mapping = np.fromiter((place[word or ""] for word in column.words or ()), np.int64, len(column.words or ()))
        codes = mapping[column.codes] if len(mapping) else column.codes
        recoded.append(Values(column.length, column.valid, codes, list(words)))
    return recoded


def _at_most(expr: ex.AtMost, level: Level) -> Any:
    values = get(level, expr.field)
    good = values.numbers <= expr.limit
    return good if values.valid is None else good | ~values.valid


def _whole(expr: ex.Whole, level: Level) -> Any:
    values = get(level, expr.field)
    good = values.numbers == np.floor(values.numbers)
    return good if values.valid is None else good | ~values.valid


def _same(expr: ex.Same, level: Level) -> Any:
    first, second = get(level, expr.first), get(level, expr.second)
    if first.nothing or second.nothing:
        return np.ones(level.length, np.bool_)
    if first.text is not None or second.text is not None:
        equal = pc.fill_null(pc.equal(_as_text(first), _as_text(second)), True)  # noqa: FBT003
        return truths(equal)
    if first.words is not None and second.words is not None:
        first, second = _one_vocabulary([first, second])
        equal = first.codes == second.codes
    else:
        equal = first.numbers == second.numbers
    return equal | ~first.there() | ~second.there()


def _as_text(values: Values) -> Any:
    if values.text is not None:
        return values.text if values.valid is None else pc.if_else(pa.array(values.valid), values.text, None)
    words = pa.array(values.words, pa.string())
    return words.take(pa.array(np.where(values.there(), values.codes, 0)))


def _contains_both(expr: ex.ContainsBoth, level: Level) -> Any:
    values, inner = level.item_values(expr.field)
    both = np.zeros(level.length, np.bool_)
    if inner.length and inner.lengths.max() > 1:
        first, second = (_holders(values.table(frozenset(group)), inner) for group in (expr.first, expr.second))
        both = first & second
    return both


def _holders(mask: Any, inner: Level) -> Any:
    """Return which parents have an item in the mask."""
    found = np.zeros(len(inner.lengths), np.bool_)
    found[inner.parents_of(np.flatnonzero(mask))] = True
    return found


def _at_least(expr: ex.AtLeast, level: Level) -> Any:
    return level.items(expr.field).lengths >= expr.count


def _not_after_latest(expr: ex.NotAfterLatest, level: Level) -> Any:
    day = get(level, expr.day)
    name, _, field = expr.among.partition("[].")
    inner = level.level(name)
    days = get(inner, field)
    good = np.ones(level.length, np.bool_)
    if day.nothing or days.nothing or not inner.length:
        return good
    # What is not after the earliest of all days is not after the latest of its own.
    numbers = days.numbers if days.valid is None else np.where(days.valid, days.numbers, _NEVER)
    earliest = numbers.min() if days.valid is None else numbers.min(where=days.valid, initial=-_NEVER)
    late = np.flatnonzero((day.numbers > earliest) & day.there() & (inner.lengths > 0))
    if len(late):
        counts = inner.lengths[late]
        begins = np.cumsum(counts) - counts
        items = np.arange(counts.sum()) + np.repeat(inner.starts[late] - begins, counts)
        latest = np.maximum.reduceat(numbers[items], begins)
        good[late] = (latest == _NEVER) | (day.numbers[late] <= latest)
    return good


def _implies(expr: ex.Implies, level: Level) -> Any:
    when = holds(expr.when, level)
    return ~when | holds(expr.then, level) if when.any() else ~when


HOLDS: Mapping[type, Callable[[Any, Level], Any]] = {
    ex.Present: _present,
    ex.Absent: lambda expr, level: ~_present(ex.Present(expr.field), level),
    ex.Is: _is,
    ex.IsNamespaced: _is_namespaced,
    ex.Ordered: _ordered,
    ex.AtMost: _at_most,
    ex.Whole: _whole,
    ex.Same: _same,
    ex.Not: lambda expr, level: ~holds(expr.expr, level),
    ex.AllOf: lambda expr, level: reduce(np.logical_and, (holds(each, level) for each in expr.exprs)),
    ex.AnyOf: lambda expr, level: reduce(np.logical_or, (holds(each, level) for each in expr.exprs)),
    ex.Implies: _implies,
    ex.ContainsBoth: _contains_both,
    ex.AtLeast: _at_least,
    ex.NotAfterLatest: _not_after_latest,
}


def _in_table(expr: ex.InTable, level: Level) -> Any:
    allowed = dict(expr.table)
    key = get(level, expr.key)
    field = level.field(expr.field)
    values, inner = level.item_values(expr.field) if field.many else (get(level, expr.field), None)
    if not values.length:
        return np.empty(0, np.int64)
    pairs = np.ones((len(key.words or ()), len(values.words or ())), np.bool_)
    for row, word in enumerate(key.words or ()):
        if word in allowed:
            pairs[row] = [each is None or each in allowed[word] for each in values.words or ()]
    if pairs.all():
        return np.empty(0, np.int64)
    keys = key.codes if inner is None else key.codes[inner.parents]
    # One look-up by number costs half of one by row and column.
    wrong = ~pairs.reshape(-1).take(np.multiply(keys, pairs.shape[1], dtype=np.intp) + values.codes)
    if not wrong.any():
        return np.empty(0, np.int64)
    wrong &= values.there() & (key.there() if inner is None else key.there()[inner.parents])
    return np.flatnonzero(wrong) if inner is None else np.unique(inner.parents[wrong])


def _ascending(expr: ex.Ascending, level: Level) -> Any:
    name, _, field = expr.among.partition("[].")
    inner = level.level(name)
    if inner.length < 2:  # noqa: PLR2004
        return np.empty(0, np.int64)
    values = get(inner, field)
    numbers, there = _comparable(values), values.there()
    falls = (inner.parents[1:] == inner.parents[:-1]) & there[1:] & there[:-1] & (numbers[1:] < numbers[:-1])
    return np.unique(inner.parents[1:][falls])


def _distinct(expr: ex.Distinct, level: Level) -> Any:
    name, _, field = expr.among.partition("[].")
    inner = level.level(name)
    return repeated_items(get(inner, field), inner)


def _replaces_own(expr: ex.ReplacesOwnNumber, level: Level) -> Any:
    """Look at the few records that have a replacement one by one, with the record engine's own expression."""
    quantities = level.level("quantities")
    replaces = quantities.values("replaces")
    if replaces.nothing or not quantities.length:
        return np.empty(0, np.int64)
    rows = np.unique(quantities.rows_of(np.flatnonzero(replaces.there())))
    wrong = []
    for row in rows:
        first = quantities.starts[row]
        count = quantities.lengths[row]
        node = {"quantities": _plain_rows(quantities, first, count)}
        view = ex.View(level.struct, node, (), node, level.struct)
        if any(True for _ in expr.faults(view)):
            wrong.append(row)
    return np.array(wrong, np.int64)


def _plain_rows(quantities: Level, first: int, count: int) -> list[dict[str, Any]]:
    columns = {}
    for name in ("key", "replaces", "measure", "claimant"):
        values = quantities.values(name)
        there = values.there()
        columns[name] = [
            (values.words or [])[values.codes[index]] if there[index] else None for index in range(first, first + count)
        ]
    return [
        {name: column[index] for name, column in columns.items() if column[index] is not None} for index in range(count)
    ]


#: Expressions that say themselves which structs are wrong.
WRONG: Mapping[type, Callable[[Any, Level], Any]] = {
    ex.InTable: _in_table,
    ex.Ascending: _ascending,
    ex.Distinct: _distinct,
    ex.DistinctKeys: distinct_keys,
    ex.LocalReferencesResolve: local_references,
    ex.EverySourceUsed: every_source_used,
    ex.ReplacesOwnNumber: _replaces_own,
}
