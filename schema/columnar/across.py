"""The rules across records over columns: unique ids, links that lead somewhere, registries, no event part of itself.

Ids are kept as 64-bit hashes, eight bytes a row. Equal ids have equal hashes, so a link whose hash no id has leads to
nothing for certain; two equal hashes are only suspected of being one id, and the caller compares the texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from casus.schema.columnar.keys import referring
from casus.schema.columnar.levels import Level
from casus.schema.columnar.rules import imported
from casus.schema.description import describe
from casus.schema.event import Event
from casus.schema.rules.expressions import references

#: What is found: code, row in the file, path.
Found = tuple[str, int, str]
_ODD = np.uint64(0x9E3779B97F4A7C15)
#: The rule that a reference breaks if the registry does not have it.
_CODES = {"actor": "CAS304", "speaker": "CAS304", "place": "CAS305", "publisher": "CAS306", "person": "CAS307"}


def hashes(text: Any) -> Any:
    """Return a 64-bit hash of every text of a column; a null has the hash of an empty text."""
    if pa.types.is_dictionary(text.type):
        words = hashes(text.dictionary.cast(pa.string()))
        return words[np.asarray(text.indices.fill_null(0))] if len(words) else np.zeros(len(text), np.uint64)
    text = text.cast(pa.string())
    if not len(text):
        return np.zeros(0, np.uint64)
    ends = np.frombuffer(text.buffers()[1], np.int32)[text.offset : text.offset + len(text) + 1].astype(np.int64)
    lengths = np.diff(ends)
    data = text.buffers()[2]
    found = np.zeros(len(text), np.uint64)
    filled = np.flatnonzero(lengths > 0)
    if data is not None and len(filled):
        content = np.frombuffer(data, np.uint8)[ends[0] : ends[-1]].astype(np.uint64)
        starts = (ends[:-1] - ends[0])[filled]
        place = np.arange(len(content)) - np.repeat(starts, lengths[filled])
        powers = np.cumprod(np.full(max(int(lengths.max()), 1), _ODD, np.uint64))
        found[filled] = np.add.reduceat((content + np.uint64(1)) * powers[place], starts)
    return _mixed(found ^ lengths.astype(np.uint64))


def _mixed(value: Any) -> Any:
    """Spread the bits, as splitmix64 does."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@dataclass
class Across:
    """Looks at batches one after another, and says at the end what does not hold across them.

    Parameters
    ----------
    known
        Ids that links may lead to besides those of the rows: wanted events, tombstones, other releases.
    registries
        The ids of the registries: ``actor``, ``speaker``, ``person``, ``place``, ``publisher``. Without them references
        are not looked up. Imported rows are not bound by them.
    """

    known: tuple[str, ...] = ()
    registries: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rows: int = 0
    #: After the end: the hashes that several rows have.
    repeated: Any = field(default_factory=lambda: np.zeros(0, np.uint64))
    _ids: list[Any] = field(default_factory=list)
    _links: list[tuple[Any, Any]] = field(default_factory=list)
    _parts: list[tuple[Any, Any, Any]] = field(default_factory=list)

    def add(self, batch: Any) -> Iterator[Found]:
        """Take in a batch, and yield what its references to registries find at once."""
        root = Level(describe(Event), batch, "")
        try:
            yield from self._taken_in(root)
        finally:
            root.close()

    def _taken_in(self, root: Level) -> Iterator[Found]:
        ids = hashes(root.column("id"))
        links = root.level("links")
        if links.length:
            targets = hashes(links.column("target"))
            self._links.append((links.rows + self.rows, targets))
            part_of = links.values("relation").table({"part-of"})
            if part_of.any():
                rows = links.rows[part_of]
                self._parts.append((rows + self.rows, ids[rows], targets[part_of]))
        self._ids.append(ids)
        first, self.rows = self.rows, self.rows + root.length
        if self.registries:
            yield from ((code, first + row, path) for code, row, path in _unknown(root, self.registries))

    def finish(self) -> Iterator[Found]:
        """Yield what does not hold across all batches; CAS301 is a suspicion (equal hashes), see :attr:`repeated`."""
        # Sorted in place, so that nothing but this one copy is needed besides the ids.
        ordered = np.concatenate(self._ids) if self._ids else np.zeros(0, np.uint64)
        ordered.sort()
        self.repeated = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
        yield from (("CAS301", row, "id") for row in self._again())
        known = hashes(pa.array(self.known, pa.string()))
        for rows, targets in self._links:
            place = np.searchsorted(ordered, targets)
            found = (place < len(ordered)) & (ordered[np.minimum(place, max(len(ordered) - 1, 0))] == targets)
            lost = ~(found | np.isin(targets, known))
            for row in np.unique(rows[lost]):
                yield "CAS302", int(row), "links[].target"
        yield from (("CAS309", row, "links[].target") for row in self._cycles())

    def _again(self) -> Iterator[int]:
        """Yield the rows whose hash an earlier row has."""
        if not len(self.repeated):
            return
        seen: set[int] = set()
        first = 0
        for ids in self._ids:
            for row in np.flatnonzero(np.isin(ids, self.repeated)):
                hashed = int(ids[row])
                if hashed in seen:
                    yield first + int(row)
                seen.add(hashed)
            first += len(ids)

    def _cycles(self) -> list[int]:
        parents: dict[int, set[int]] = {}
        for _, child, parent in self._parts:
            for one, other in zip(child.tolist(), parent.tolist(), strict=True):
                parents.setdefault(one, set()).add(other)
        return sorted(
            row
            for rows, child, parent in self._parts
            for row, one, other in zip(rows.tolist(), child.tolist(), parent.tolist(), strict=True)
            if one in _ancestors(other, parents)
        )


def _ancestors(start: int, parents: Mapping[int, set[int]]) -> set[int]:
    seen: set[int] = set()
    waiting = [start]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting.extend(parents.get(current, ()))
    return seen


def _unknown(root: Level, registries: Mapping[str, frozenset[str]]) -> Iterator[Found]:
    for path, to in references(root.struct):
        if to not in _CODES or to not in registries:
            continue
        values, rows = referring(root, path)
        lost = {word for word in values.words or () if word is not None and word not in registries[to]}
        if lost:
            found = rows[values.table(lost)]
            for row in np.unique(found[~imported(root)[found]]):
                yield _CODES[to], int(row), path
