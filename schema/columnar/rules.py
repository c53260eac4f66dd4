"""The record rules over columns: the same expressions, evaluated for all structs of a level at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.schema.columnar.fields import repeated_items
from casus.schema.columnar.levels import Level, Values
from casus.schema.description import Struct
from casus.schema.errors import SchemaDefinitionError
from casus.schema.rules import expressions as ex
from casus.schema.rules.record import RecordRule

#: Keys and pointers of a record as bits: 64 keys a word.
_WORD = 64


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

    ``touched`` gives the structs in which the rule would read a field that is wrong itself: there it is left out, as
    in the record engine, so that one mistake is not reported twice.
    """
    found = []
    for at in rule.at:
        level = root.at(at)
        if level.length:
            positions = _wrong(rule.check, level)
            if len(positions) and touched is not None:
                positions = positions[~touched(rule, at, level)[positions]]
            if len(positions):
                found.append(level.rows[positions])
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
        last = np.where(there, inner.starts + inner.lengths - 1, 0)
        values = get(inner, rest)
        if not inner.length:
            return Values(level.length, there, np.zeros(level.length, np.int64), [""], np.zeros(level.length))
        return values.take(last, there)
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
        return level.items(head)[1] > 0
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
    found = getattr(root, "_imported", None)
    if found is None:
        found = _with_colon(root.values("id"))
        root._imported = found  # type: ignore[attr-defined]  # noqa: SLF001
    return found


def _with_colon(values: Values) -> Any:
    if values.words is not None:
        return values.table({word for word in values.words if word and ":" in word})
    found = pc.match_substring(values.text, ":")
    return np.asarray(pc.fill_null(found, False).to_numpy(zero_copy_only=False))  # noqa: FBT003


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
    columns = [get(level, name) for name in expr.fields]
    if all(column.words is not None for column in columns):
        columns = _one_vocabulary(columns)
    good = np.ones(level.length, np.bool_)
    highest: Any = None
    for column in columns:
        if column.nothing:
            continue
        numbers, there = _comparable(column).astype(np.float64), column.there()
        if highest is None:
            highest = np.where(there, numbers, -np.inf)
            continue
        good &= ~there | ~(numbers < highest)
        highest = np.where(there, numbers, highest)
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
    if first.text is not None or second.text is not None:
        equal = pc.fill_null(pc.equal(_as_text(first), _as_text(second)), True)  # noqa: FBT003
        return np.asarray(equal.to_numpy(zero_copy_only=False))
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
    both = np.ones(level.length, np.bool_)
    for group in (expr.first, expr.second):
        both &= np.bincount(inner.parents, values.table(frozenset(group)), level.length) > 0
    return both


def _at_least(expr: ex.AtLeast, level: Level) -> Any:
    return level.items(expr.field)[1] >= expr.count


def _not_after_latest(expr: ex.NotAfterLatest, level: Level) -> Any:
    day = get(level, expr.day)
    name, _, field = expr.among.partition("[].")
    inner = level.level(name)
    days = get(inner, field)
    numbers = np.where(days.there(), days.numbers, np.iinfo(np.int32).min)
    filled = inner.lengths > 0
    latest = np.full(level.length, np.iinfo(np.int32).min, np.int64)
    if filled.any():
        latest[filled] = np.maximum.reduceat(numbers, inner.starts[filled])
    known = latest > np.iinfo(np.int32).min
    return ~known | ~day.there() | (day.numbers <= latest)


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
    ex.AllOf: lambda expr, level: np.logical_and.reduce([holds(each, level) for each in expr.exprs]),
    ex.AnyOf: lambda expr, level: np.logical_or.reduce([holds(each, level) for each in expr.exprs]),
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
    keys = key.codes if inner is None else key.codes[inner.parents]
    there = values.there() & (key.there() if inner is None else key.there()[inner.parents])
    wrong = there & ~pairs[keys, values.codes]
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


class Keys:
    """The keys of a batch's records as bits: which keys each record has, by list."""

    def __init__(self, root: Level) -> None:
        lists = [
            field.name for field in root.struct.fields if field.many and field.struct and field.struct.field("key")
        ]
        self.levels = {name: root.level(name) for name in lists}
        self.place: dict[str, int] = {}
        for level in self.levels.values():
            for word in level.values("key").words or ():
                self.place.setdefault(word or "", len(self.place))
        self.width = max(1, -(-len(self.place) // _WORD))
        self.length = root.length
        self.bits = {name: self._bits(level) for name, level in self.levels.items()}

    def codes(self, level: Level) -> Any:
        """Return the place of each struct's key."""
        values = level.values("key")
        mapping = np.fromiter(
            (self.place[word or ""] for word in values.words or ()), np.int64, len(values.words or ())
        )
        return mapping[values.codes] if len(mapping) else np.zeros(level.length, np.int64)

    def _bits(self, level: Level) -> Any:
        bits = np.zeros((self.length, self.width), np.uint64)
        if not level.length:
            return bits
        values = level.values("key")
        places = [self.place[word or ""] for word in values.words or ()]
        filled = level.lengths > 0
        every = bool(filled.all())
        starts = level.starts if every else level.starts[filled]
        for word in range(self.width):
            masks = np.array([1 << (p % _WORD) if p // _WORD == word else 0 for p in places], np.uint64)
            ones = masks[values.codes]
            if values.valid is not None:
                # A key that is missing is no key, least of all the first word's.
                ones = np.where(values.valid, ones, np.uint64(0))
            if len(ones) == self.length and every:
                bits[:, word] = ones
            else:
                bits[slice(None) if every else filled, word] = np.bitwise_or.reduceat(ones, starts)
        return bits

    def has(self, name: str, rows: Any, codes: Any) -> Any:
        """Return whether the rows' records have the keys in the list; -1 is no key of this batch."""
        bits = self.bits[name]
        known = codes >= 0
        safe = np.where(known, codes, 0)
        word = bits[rows, 0] if self.width == 1 else bits[rows, safe // _WORD]
        return known & ((word >> (safe % _WORD).astype(np.uint64)) & np.uint64(1)).astype(np.bool_)


def keys_of(root: Level) -> Keys:
    """Return the keys of a batch, worked out once."""
    found = getattr(root, "_keys", None)
    if found is None:
        found = Keys(root)
        root._keys = found  # type: ignore[attr-defined]  # noqa: SLF001
    return found


_POPCOUNT = np.array([byte.bit_count() for byte in range(256)], np.uint8)


def _distinct_keys(_expr: ex.DistinctKeys, level: Level) -> Any:
    keys = keys_of(level)
    union = np.zeros((level.length, keys.width), np.uint64)
    count = np.zeros(level.length, np.int64)
    for name, inner in keys.levels.items():
        union |= keys.bits[name]
        there = inner.values("key").valid
        count += inner.lengths if there is None else np.bincount(inner.parents, there, level.length).astype(np.int64)
    return np.flatnonzero(_popcount(union) != count)


def _popcount(words: Any) -> Any:
    """Return the number of set bits of every row (numpy counts bits itself from version 2 on)."""
    if hasattr(np, "bitwise_count"):
        return np.bitwise_count(words).sum(1)
    return _POPCOUNT[np.ascontiguousarray(words).view(np.uint8)].reshape(len(words), -1).sum(1)


@cache
def _reference_paths(struct: Struct) -> tuple[tuple[str, str], ...]:
    return tuple((path, to) for path, to in ex.references(struct) if to in ("source", "quantity", "part"))


def _targets(root: Level, to: str, words: list[str | None], keys: Keys) -> list[tuple[str, int]]:
    """Return for each distinct key or pointer the list it points into and the key's place.

    ``("", 0)`` leads to a field, which is always there; ``("", -1)`` to nothing.
    """
    parts = {field.name for field in root.struct.fields} | {"event"}
    if to != "part":
        name = {"source": "sources", "quantity": "quantities"}[to]
        return [(name, keys.place.get(word or "", -1)) for word in words]
    found = []
    for word in words:
        head, _, key = (word or "").partition("/")
        if not key:
            found.append(("", 0 if head in parts else -1))
        else:
            found.append((head, keys.place.get(key, -1)) if head in keys.levels else ("", -1))
    return found


def referring(root: Level, path: str) -> tuple[Values, Any]:
    """Return the values at a path such as ``quantities[].sources[]``, and their rows."""
    above, _, last = path.rpartition(".")
    level = root.at(above)
    if last.endswith("[]"):
        values, inner = level.item_values(last.removesuffix("[]"))
        return values, inner.rows
    return level.values(last), level.rows


def _local_references(_expr: ex.LocalReferencesResolve, level: Level) -> Any:
    keys = keys_of(level)
    wrong = []
    for path, to in _reference_paths(level.struct):
        values, rows = referring(level, path)
        if not values.length or values.nothing:
            continue
        targets = _targets(level, to, values.words or [], keys)
        names = sorted({name for name, _ in targets})
        places = np.fromiter((place for _, place in targets), np.int64, len(targets))[values.codes]
        which = np.fromiter((names.index(name) for name, _ in targets), np.int64, len(targets))[values.codes]
        good = ~values.there()
        for index, name in enumerate(names):
            mine = _all_true(values.length) if len(names) == 1 else which == index
            good |= mine & ((places == 0) if not name else keys.has(name, rows, places))
        if not good.all():
            wrong.append(rows[~good])
    return np.unique(np.concatenate(wrong)) if wrong else np.empty(0, np.int64)


def _all_true(length: int) -> Any:
    return np.ones(length, np.bool_)


def _every_source_used(_expr: ex.EverySourceUsed, level: Level) -> Any:
    keys = keys_of(level)
    used = np.zeros((level.length, keys.width), np.uint64)
    for path, to in _reference_paths(level.struct):
        values, rows = referring(level, path)
        if to == "source" and values.length:
            places = np.fromiter((keys.place.get(word or "", -1) for word in values.words or ()), np.int64)[
                values.codes
            ]
            known = (places >= 0) & values.there()
            flat = used.reshape(-1)
            np.bitwise_or.at(
                flat,
                rows[known] * keys.width + places[known] // _WORD,
                np.uint64(1) << (places[known] % _WORD).astype(np.uint64),
            )
    sources = level.level("sources")
    codes = keys.codes(sources)
    cited = (used[sources.rows, codes // _WORD] >> (codes % _WORD).astype(np.uint64)) & np.uint64(1)
    unused = (cited == 0) & (sources.items("supports")[1] == 0) & sources.values("key").there()
    # To a rule, an empty text is absent.
    unused &= ~sources.values("key").table({""})
    return np.unique(sources.rows[unused])


def _replaces_own(expr: ex.ReplacesOwnNumber, level: Level) -> Any:
    """Look at the few records that have a replacement one by one, with the record engine's own expression."""
    quantities = level.level("quantities")
    there = quantities.values("replaces").valid
    if there is None:
        there = _all_true(quantities.length)
    rows = np.unique(quantities.rows[there])
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
    ex.DistinctKeys: _distinct_keys,
    ex.LocalReferencesResolve: _local_references,
    ex.EverySourceUsed: _every_source_used,
    ex.ReplacesOwnNumber: _replaces_own,
}
