"""The rules about the keys of a record over columns: unique in the record, and every reference leads to one.

Nearly all lists number their items: ``s1``, ``s2``, ``s3``. There a key is right if it is its place in the list, and
a reference leads to something if the list is long enough. The records that name theirs otherwise are judged by bits:
which keys each record has, 64 a word.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from casus.schema.columnar.buffers import looked_up
from casus.schema.columnar.levels import Level, Values
from casus.schema.description import Struct, describe
from casus.schema.event import Event
from casus.schema.rules import expressions as ex

_WORD = 64
_LISTS = {"source": "sources", "quantity": "quantities"}
#: A key that is the letters of its list and its place.
_NUMBERED = re.compile("([a-z]{1,8})([1-9][0-9]{0,2})")
_NOWHERE = 2**15 - 1
#: How many of the records may name their keys otherwise before all are judged by bits.
_MANY = 0.2


@dataclass(frozen=True, slots=True)
class Numbered:
    """The lists of a batch as numbered ones: the letter of each, and the records that name their keys otherwise."""

    levels: dict[str, Level]
    letters: dict[str, str]
    odd: Any

    def places(self, name: str, words: list[str | None]) -> Any:
        """Return for distinct words the place in the list that each is the key of (from 0), or nowhere."""
        letter = self.letters.get(name)
        found = (_NUMBERED.fullmatch(word or "") for word in words)
        return np.array([int(each[2]) - 1 if each and each[1] == letter else _NOWHERE for each in found], np.int16)

    def least(self, name: str) -> int:
        """Return how many items the shortest of the lists of that name has."""
        return int(self.levels[name].lengths.min(initial=_NOWHERE))

    def lacks(self, name: str, rows: Any, places: Any) -> Any:
        """Return whether the lists of the rows' records are too short to have the places."""
        return places >= self.levels[name].lengths[rows]


def _numbered(root: Level) -> Numbered:
    """Return the lists of a batch as numbered ones, worked out once."""
    found = root.kept.get("numbered")
    if found is None:
        levels = _keyed(root)
        letters: dict[str, str] = {}
        for name, level in levels.items():
            words = level.values("key").words or []
            first = _NUMBERED.fullmatch(words[level.values("key").codes[0]] or "") if level.length else None
            if first and first[1] not in letters.values():
                letters[name] = first[1]
        odd = np.zeros(root.length, np.bool_)
        found = Numbered(levels, letters, odd)
        for name, level in levels.items():
            if level.length:
                values = level.values("key")
                of = found.places(name, values.words or [])
                # Dictionaries mostly hold the words in the order of their first places.
                places = values.codes if (of == np.arange(len(of))).all() else of[values.codes]
                if values.valid is not None:
                    places = np.where(values.valid, places, _NOWHERE)
                if not _in_order(places, level):
                    odd[level.rows_of(np.flatnonzero(places != level.places))] = True
        root.kept["numbered"] = found
    return found


def _keyed(root: Level) -> dict[str, Level]:
    names = [field.name for field in root.struct.fields if field.many and field.struct and field.struct.field("key")]
    return {name: root.level(name) for name in names}


def _judge(root: Level, by_number: Callable[[Numbered, Level], Any], by_bits: Callable[[Level], Any]) -> Any:
    """Return the rows that break a rule: by number where keys are numbers, by bits in the records where not."""
    numbered = _numbered(root)
    odd = np.flatnonzero(numbered.odd)
    if len(odd) > _MANY * root.length:
        return by_bits(root)
    wrong = by_number(numbered, root)
    if not len(odd):
        return wrong
    others = root.kept.get("odd")
    if others is None:
        others = root.kept["odd"] = root.subset(odd, _keys_and_references(root.struct))
    return np.union1d(wrong[~numbered.odd[wrong]], odd[by_bits(others)])


def distinct_keys(_expr: ex.DistinctKeys, level: Level) -> Any:
    """Return the records in which a key stands twice; among numbered lists of different letters none does."""
    return _judge(level, lambda _numbered, _level: np.empty(0, np.int64), _distinct_by_bits)


def local_references(_expr: ex.LocalReferencesResolve, level: Level) -> Any:
    """Return the records in which a key or a pointer leads to nothing."""
    return _judge(level, _references_by_number, _references_by_bits)


def _references_by_number(numbered: Numbered, level: Level) -> Any:
    wrong = []
    for path, to in _reference_paths(level.struct):
        values, inner = _at(level, path)
        if values.length and not values.nothing:
            lost = _led_nowhere(numbered, to, values, inner)
            if len(lost):
                wrong.append(lost)
    return np.unique(np.concatenate(wrong)) if wrong else np.empty(0, np.int64)


def _led_nowhere(numbered: Numbered, to: str, values: Values, inner: Level) -> Any:
    """Return the rows with a value that its record has nothing for.

    What leads into the shortest list of the batch leads somewhere in all records: most words do.
    """
    words = values.words or []
    targets = [(_LISTS[to], word) for word in words] if to != "part" else [_split(word) for word in words]
    doubtful = np.zeros(len(words), np.bool_)
    places = {}
    for name in {name for name, _ in targets if name}:
        if name in numbered.levels:
            mine = np.array([each == name for each, _ in targets])
            places[name] = np.where(mine, numbered.places(name, [key for _, key in targets]), -1)
            doubtful |= places[name] >= numbered.least(name)
        else:
            doubtful |= np.array([each == name for each, _ in targets])
    if not doubtful.any():
        return np.empty(0, np.int64)
    asked = np.flatnonzero(looked_up(doubtful, values.codes))
    asked = asked if values.valid is None else asked[values.valid[asked]]
    rows, codes = inner.rows_of(asked), values.codes[asked]
    lost = np.ones(len(asked), np.bool_)
    for name, of in places.items():
        mine = of[codes] >= 0
        lost[mine] = numbered.lacks(name, rows[mine], of[codes[mine]])
    return rows[lost]


_NOTHING = "?"


def _split(pointer: str | None) -> tuple[str, str | None]:
    """Return the list and the key that a pointer names; no list for the name of a field, which is always there."""
    head, _, key = (pointer or "").partition("/")
    if not key:
        return ("" if head in _fields() else _NOTHING), None
    return head or _NOTHING, key


@cache
def _fields() -> frozenset[str]:
    return frozenset(field.name for field in describe(Event).fields) | {"event"}


def _in_order(places: Any, level: Level) -> bool:
    """Whether every key of a list is its place in it."""
    if level.single:
        return not places.any()
    filled = level.lengths > 0
    if (places.take(level.starts, mode="clip").astype(np.bool_) & filled).any():
        return False
    # Each item's key follows the one before it, but for the first ones, whose key is the first.
    return int(np.count_nonzero(places[1:] == places[:-1] + 1)) == level.length - int(np.count_nonzero(filled))


class Keys:
    """The keys of a batch's records as bits: which keys each record has, by list."""

    def __init__(self, root: Level) -> None:
        self.levels = _keyed(root)
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
    found: Keys | None = root.kept.get("keys")
    if found is None:
        found = root.kept["keys"] = Keys(root)
    return found


_POPCOUNT = np.array([byte.bit_count() for byte in range(256)], np.uint8)


def _distinct_by_bits(level: Level) -> Any:
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


@cache
def _keys_and_references(struct: Struct) -> list[str]:
    """Return the columns that hold keys, or what leads to them."""
    referring_ones = {path.partition(".")[0].removesuffix("[]") for path, _ in _reference_paths(struct)}
    keyed = {field.name for field in struct.fields if field.many and field.struct and field.struct.field("key")}
    return [field.name for field in struct.fields if field.name in referring_ones | keyed]


def _targets(root: Level, to: str, words: list[str | None], keys: Keys) -> list[tuple[str, int]]:
    """Return for each distinct key or pointer the list it points into and the key's place.

    ``("", 0)`` leads to a field, which is always there; ``("", -1)`` to nothing.
    """
    parts = {field.name for field in root.struct.fields} | {"event"}
    if to != "part":
        name = _LISTS[to]
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
    values, level = _at(root, path)
    return values, level.rows


def _at(root: Level, path: str) -> tuple[Values, Level]:
    above, _, last = path.rpartition(".")
    level = root.at(above)
    return level.item_values(last.removesuffix("[]")) if last.endswith("[]") else (level.values(last), level)


def _references_by_bits(level: Level) -> Any:
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


def every_source_used(_expr: ex.EverySourceUsed, level: Level) -> Any:
    """Return the records in which a source neither supports anything nor is pointed to."""
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
    unused = (cited == 0) & (sources.items("supports").lengths == 0) & sources.values("key").there()
    # To a rule, an empty text is absent.
    unused &= ~sources.values("key").table({""})
    return np.unique(sources.rows[unused])
