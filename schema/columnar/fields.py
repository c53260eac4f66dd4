"""The checks of single fields over columns (CAS1xx), from the constraints of the description.

Each check is a cheap test of the whole column first; the positions of what is wrong are worked out where it fails.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.schema.columnar.buffers import text_ends, truths
from casus.schema.columnar.levels import Level, Values
from casus.schema.columnar.texts import may_be_unclean, same_texts, unmatched
from casus.schema.constraints import Coded, Constraint, Items, Length, Pattern, Range, Reference
from casus.schema.description import Field, Kind
from casus.schema.errors import SchemaDefinitionError
from casus.schema.types import CLEAN
from casus.schema.vocabulary import vocabulary

#: A code, the path below the level, the level, and the positions in it.
Fault = tuple[str, str, Level, Any]
_FIRST_DAY = (dt.date(1800, 1, 1) - dt.date(1970, 1, 1)).days
_FEW = 6
_LAST_DAY = (dt.date(2199, 12, 31) - dt.date(1970, 1, 1)).days


def check_level(level: Level) -> Iterator[Fault]:
    """Yield what is wrong in the fields of a level and of all levels below it."""
    for field in level.struct.fields:
        if field.many:
            yield from _check_list(level, field)
        elif field.struct is not None:
            inner = level.level(field.name)
            if field.required:
                yield from _missing(level, field, inner.valid)
            if not inner.nothing:
                yield from check_level(inner)
        elif field.required or field.kind is not Kind.BOOLEAN:
            values = level.values(field.name)
            if field.required:
                yield from _missing(level, field, values.valid)
            for code, wrong in _scalar_faults(field, values):
                yield code, field.name, level, wrong


def _missing(level: Level, field: Field, valid: Any) -> Iterator[Fault]:
    if valid is None or valid.all():
        return
    absent = ~valid if level.valid is None else level.valid & ~valid
    if absent.any():
        yield "CAS102", field.name, level, np.flatnonzero(absent)


def _check_list(level: Level, field: Field) -> Iterator[Fault]:
    items, lengths, _ = level.items(field.name)
    if not len(items) and not field.items.least:
        return
    own = list(_item_faults(level, field))
    below: list[Fault] = []
    if field.struct is not None:
        inner = level.level(field.name)
        # An item that is null is wrong itself, and hides nothing of the items beside it.
        below, own = [(code, "", inner, found) for code, found in own], []
        below.extend(check_level(inner))
    if len(lengths) and (lengths.min() < field.items.least or lengths.max() > field.items.most):
        absent, wrong = _wrong_lengths(level, field)
        if len(absent):
            yield "CAS102", field.name, level, absent
        if len(wrong):
            yield "CAS108", field.name, level, wrong
        own, below = _without(wrong, _items_level(level, field), own, below)
    for code, found in own:
        yield code, f"{field.name}[]", level, np.unique(_items_level(level, field).parents[found])
    yield from below
    if field.items.distinct and field.struct is None:
        values, inner = level.item_values(field.name)
        repeated = repeated_items(values, inner)
        if len(repeated):
            # A list is searched for repetitions only where its length and its items are right.
            judged = [inner.parents[found] for _, found in own]
            judged.append(np.flatnonzero((lengths < field.items.least) | (lengths > field.items.most)))
            repeated = np.setdiff1d(repeated, np.concatenate(judged))
        if len(repeated):
            yield "CAS111", field.name, level, repeated


def _items_level(level: Level, field: Field) -> Level:
    return level.item_values(field.name)[1] if field.struct is None else level.level(field.name)


def _item_faults(level: Level, field: Field) -> Iterator[tuple[str, Any]]:
    """Yield what is wrong with the items themselves: a code, and positions among the items."""
    items = level.items(field.name).array
    if items.null_count:
        yield "CAS109", np.flatnonzero(truths(pc.is_null(items)))
    if field.struct is None:
        yield from _scalar_faults(field, level.item_values(field.name)[0])


def _wrong_lengths(level: Level, field: Field) -> tuple[Any, Any]:
    """Return the positions of the lists that are absent and must not be, and of those too short or too long."""
    lengths = level.items(field.name).lengths
    wrong = (lengths < field.items.least) | (lengths > field.items.most)
    wrong = wrong if level.valid is None else wrong & level.valid
    column = level.column(field.name)
    absent = np.zeros(level.length, np.bool_)
    if field.items.least and column.null_count:
        absent = truths(pc.is_null(column)) & wrong
    return np.flatnonzero(absent), np.flatnonzero(wrong & ~absent)


def _without(
    wrong: Any, inner: Level, own: list[tuple[str, Any]], below: list[Fault]
) -> tuple[list[tuple[str, Any]], list[Fault]]:
    """Leave out what is wrong inside lists of a wrong length: their items are not judged."""
    own = [(code, found[~np.isin(inner.parents[found], wrong)]) for code, found in own]
    below = [
        (code, name, at, found[~np.isin(inner.parents[_ancestors(at, found, inner)], wrong)])
        for code, name, at, found in below
    ]
    return [each for each in own if len(each[1])], [each for each in below if len(each[3])]


def _ancestors(at: Level, positions: Any, inner: Level) -> Any:
    """Return the positions, in a level above, of the structs that hold those at the positions."""
    while at is not inner and at.parent is not None:
        positions, at = at.parents[positions], at.parent
    return positions


def repeated_items(values: Values, inner: Level) -> Any:
    """Return the positions of the parents whose list holds a value twice."""
    most = int(inner.lengths.max()) if len(inner.lengths) else 0
    if most < 2:  # noqa: PLR2004 - a list of one repeats nothing
        return np.empty(0, np.int64)
    if most <= _FEW:
        return _repeated_in_short_lists(values, inner, most)
    if values.codes is not None:
        codes, count = values.codes.astype(np.int64), len(values.words or ())
    else:
        encoded = values.text.dictionary_encode()
        codes, count = np.asarray(pc.fill_null(encoded.indices, 0)).astype(np.int64), len(encoded.dictionary)
    pairs = (inner.parents * (count + 1) + codes)[values.there()]
    ordered = np.sort(pairs)
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]] // (count + 1))


def _repeated_in_short_lists(values: Values, inner: Level, most: int) -> Any:
    """Compare every item with those at most so many places further on in the same list."""
    found = []
    for step in range(1, most):
        # An item has another so many places on if its list is long enough.
        longer = [np.flatnonzero(inner.lengths > step + place) for place in range(most - step)]
        first = np.concatenate([inner.starts[lists] + place for place, lists in enumerate(longer)])
        if values.codes is not None:
            same = values.codes[first] == values.codes[first + step]
            if values.valid is not None:
                same &= values.valid[first] & values.valid[first + step]
        else:
            same = same_texts(values.text, first, first + step)
        if same.any():
            found.append(inner.parents_of(first[same]))
    return np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)


def _scalar_faults(field: Field, values: Values) -> Iterator[tuple[str, Any]]:
    if values.nothing:
        return
    if field.kind is Kind.DATE:
        yield from _outside("CAS105", values, _FIRST_DAY, _LAST_DAY)
    elif field.kind in (Kind.INTEGER, Kind.NUMBER) and not field.constraint(Range):
        raise SchemaDefinitionError(f"{field.name}: every number is bounded.")
    if values.words is not None and not _strange_words(field, values.words):
        return
    judged = np.empty(0, np.int64)
    # A text that is empty or too long is not also judged by its form.
    for constraint in sorted(field.constraints, key=lambda each: not isinstance(each, Length)):
        for code, wrong in CHECKS[type(constraint)](constraint, values):
            more = np.setdiff1d(wrong, judged) if len(judged) else wrong
            if len(more):
                judged = np.union1d(judged, more)
                yield code, more


#: Words that were found good, by the constraints of their field: the same few stand in one batch after another.
_GOOD_WORDS: dict[tuple[Constraint, ...], frozenset[str | None]] = {}
_MOST_REMEMBERED = 100_000
#: More fresh words than these are judged as one text, which is faster than word by word.
_MANY_WORDS = 500
#: The last words of each field that were found good, as they stand in memory.
_LAST_GOOD: dict[Field, list[str | None]] = {}


def _strange_words(field: Field, words: list[str | None]) -> bool:
    """Whether a distinct word of a column may be wrong; what was found good once is remembered."""
    if _LAST_GOOD.get(field) is words:
        return False
    known = _GOOD_WORDS.get(field.constraints, frozenset((None,)))
    fresh = frozenset(words) - known
    if not fresh:
        _LAST_GOOD[field] = words
        return False
    strange = False
    listed = list(fresh)
    one_by_one = Values(len(listed), None, np.arange(len(listed)), listed)
    together = (
        Values(len(listed), None, text=pa.array(listed, pa.string())) if len(listed) > _MANY_WORDS else one_by_one
    )
    for constraint in field.constraints:
        whole = together if isinstance(constraint, (Pattern, Length)) else one_by_one
        strange |= any(len(wrong) for _, wrong in CHECKS[type(constraint)](constraint, whole))
    if not strange and len(known) + len(fresh) <= _MOST_REMEMBERED:
        _GOOD_WORDS[field.constraints] = known | fresh
    return strange


def _coded(coded: Coded, values: Values) -> Iterator[tuple[str, Any]]:
    yield from _words("CAS104", values, set(vocabulary(coded.vocabulary).codes).__contains__)


def _words(code: str, values: Values, good: Callable[[str], bool]) -> Iterator[tuple[str, Any]]:
    """Check the distinct words, and find the values only of those that are wrong."""
    bad = {word for word in values.words or () if word is not None and not good(word)}
    if bad:
        yield code, np.flatnonzero(values.table(bad))


def _pattern(pattern: Pattern, values: Values) -> Iterator[tuple[str, Any]]:
    if values.words is not None:
        whole = re.compile(pattern.regex.removesuffix("$") + r"\Z")
        yield from _words("CAS105", values, lambda word: whole.match(word) is not None)
    elif pattern != CLEAN or may_be_unclean(values.text):
        wrong = unmatched(pattern, values.text)
        if len(wrong):
            yield "CAS105", wrong


def _length(length: Length, values: Values) -> Iterator[tuple[str, Any]]:
    if values.words is not None:
        yield from _words("CAS107", values, lambda word: length.least <= len(word) <= length.most)
        return
    text = values.text
    if not len(text):
        return
    sizes = np.diff(text_ends(text))
    there = sizes if values.valid is None else sizes[values.valid]
    # A text has no more characters than bytes.
    if not len(there) or (there.min() >= max(length.least, 1) and there.max() <= length.most and length.least <= 1):
        return
    # A character has one to four bytes: only these can be too long or too short.
    maybe = np.flatnonzero((sizes > length.most) | (sizes < 4 * length.least))
    if values.valid is not None:
        maybe = maybe[values.valid[maybe]]
    characters = np.asarray(pc.utf8_length(text.take(pa.array(maybe))))
    yield "CAS107", maybe[(characters < length.least) | (characters > length.most)]


def _range(limits: Range, values: Values) -> Iterator[tuple[str, Any]]:
    yield from _outside("CAS106", values, limits.least, limits.most)


def _outside(code: str, values: Values, least: float, most: float) -> Iterator[tuple[str, Any]]:
    numbers = values.numbers
    if not len(numbers):
        return
    # Where nothing is there stands zero, which is usually in range too.
    if least <= numbers.min() and numbers.max() <= most:
        return
    # NaN is neither at least nor at most anything.
    wrong = ~((numbers >= least) & (numbers <= most))
    if values.valid is not None:
        wrong &= values.valid
    if wrong.any():
        yield code, np.flatnonzero(wrong)


def _no_check(_constraint: Any, _values: Values) -> Iterator[tuple[str, Any]]:
    """Yield nothing: references are judged by rules, and lists where they are read."""
    return iter(())


#: The check of every kind of constraint. One that is missing here is an error when the plan is made.
CHECKS: Mapping[type, Callable[[Any, Values], Iterator[tuple[str, Any]]]] = {
    Coded: _coded,
    Pattern: _pattern,
    Length: _length,
    Range: _range,
    Reference: _no_check,
    Items: _no_check,
}
