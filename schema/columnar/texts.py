"""Long texts over columns: what their bytes tell at a glance, and what has to be matched one by one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.schema.columnar.buffers import text_bytes, text_ends, truths
from casus.schema.constraints import Pattern, Plain

#: How many texts are matched as one, and how many bytes are looked at in one go.
_BLOCK, _TOGETHER, _PIECE = 2048, 128, 2**18
#: How many bytes are looked at again and again while they are in the processor's cache.
_CACHED = 2**18
_LINE_BREAK = 0x0A
_SPACE, _DELETE, _LEAD = 0x20, 0x7F, 0xE2
_ALLOWED_CONTROLS = (0x09, 0x0A)
#: The fewest texts for which the plain ones are looked for, and how many others of a block are looked at one by one.
_MANY, _FEW = 1000, 8


def unmatched(pattern: Pattern, text: Any) -> Any:
    """Return the positions of the texts that do not match a pattern; a null matches.

    Texts of the pattern's plain form are seen by their bytes, many at a time; the others are matched.
    """
    if len(text) >= _MANY and _all_same(text):
        wrong = len(_unmatched_texts(pattern, text[:1]))
        return np.arange(len(text)) if wrong else np.empty(0, np.int64)
    head = _plain_head(pattern, text) if len(text) >= _MANY else ""
    if pattern.plain is not None and head:
        others = np.flatnonzero(~_are_plain(pattern.plain, head, text))
        if not len(others):
            return others
        if len(others) < len(text) // 2:
            return others[_unmatched(pattern, text.take(pa.array(others)))]
    return _unmatched(pattern, text)


def _all_same(text: Any) -> bool:
    """Whether all texts are the first one, as in columns that say where rows come from."""
    ends, data = text_ends(text), text_bytes(text)
    size = int(ends[1])
    if text.null_count or not size or len(data) != size * len(text) or (data[-size:] != data[:size]).any():
        return False
    return bool((np.diff(ends) == size).all() and (data.reshape(len(text), size) == data[:size]).all())


def _plain_head(pattern: Pattern, text: Any) -> str:
    """Return how the first text begins, if that is how texts of the pattern's plain form may begin."""
    first = text[0].as_py() or ""
    if pattern.plain is None or pattern.plain.head_ends not in first:
        return ""
    head = first.partition(pattern.plain.head_ends)[0] + pattern.plain.head_ends
    return head if re.match(pattern.regex, head + pattern.plain.ranges[-1][0]) else ""


def _are_plain(plain: Plain, head: str, text: Any) -> Any:
    """Return which texts have the plain form: the head, something after it, and only bytes of its class."""
    ends, data = text_ends(text), text_bytes(text)
    starts, size = ends[:-1], len(head)
    heads = pc.starts_with(text, head)
    good = truths(pc.fill_null(heads, False) if text.null_count else heads)  # noqa: FBT003
    good = good & (ends[1:] - starts > size)
    if not good.any():
        return good
    follows = data.take(starts + size, mode="clip")
    for char in plain.not_first:
        good &= follows != ord(char)
    outside = _outside(plain, head)
    step = max(1, _CACHED * len(text) // len(data))
    for first in range(0, len(text), step):
        block = ends[first : first + step + 1]
        here, mine = data[block[0] : block[-1]], good[first : first + step]
        strange = outside.of(here)
        if len(strange):
            mine[_texts_at(block, strange)] = False
        for mark, count in outside.marks.items():
            found = here == mark
            # The head's own marks stand in every text that has it: in a good one no more than these.
            others = np.flatnonzero(~mine)[: _FEW + 1]
            theirs = sum(np.count_nonzero(found[slice(*(block[at : at + 2] - block[0]))]) for at in others)
            if len(others) > _FEW or np.count_nonzero(found) - theirs != (len(mine) - len(others)) * count:
                mine &= np.bincount(_texts_at(block, np.flatnonzero(found)), minlength=len(mine)) == count
    return good


def _texts_at(ends: Any, places: Any) -> Any:
    """Return in which of a block's texts the places of its bytes lie."""
    return np.searchsorted(ends, places + ends[0], "right") - 1


@dataclass(frozen=True, slots=True)
class _Outside:
    """Finds the bytes that are neither of a plain form's class nor marks of the head, which it counts.

    The gaps between the bytes that are wanted are looked for: the lowest byte tells more quickly that there is nothing
    in a gap than a comparison of every byte.
    """

    marks: dict[int, int]
    least: Any
    most: Any
    #: Lowest byte and width of each gap.
    gaps: tuple[tuple[Any, Any], ...]

    def of(self, data: Any) -> Any:
        """Return the places of the bytes outside."""
        found = []
        if data.min(initial=_DELETE) < self.least or data.max(initial=0) > self.most:
            found.append(np.flatnonzero((data < self.least) | (data > self.most)))
        rest = np.empty(len(data), np.uint8)
        for low, width in self.gaps:
            # Below the gap the difference of bytes wraps around to a large one.
            if np.subtract(data, low, out=rest).min(initial=_DELETE) <= width:
                found.append(np.flatnonzero(rest <= width))
        return np.concatenate(found) if found else np.empty(0, np.int64)


@lru_cache
def _outside(plain: Plain, head: str) -> _Outside:
    marks = {ord(char): head.count(char) for char in head if not plain.has(char)}
    wanted = [code for code in range(_DELETE + 1) if code in marks or plain.has(chr(code))]
    gaps = [(np.uint8(low + 1), np.uint8(high - low - 2)) for low, high in pairwise(wanted) if high - low > 1]
    return _Outside(marks, np.uint8(wanted[0]), np.uint8(wanted[-1]), tuple(gaps))


def _unmatched(pattern: Pattern, text: Any) -> Any:
    """Match blocks of texts joined by line breaks, which costs half of matching each; then those of bad blocks."""
    if len(text) < 2 * _BLOCK or text.null_count or text_bytes(text).min(initial=_DELETE) <= _LINE_BREAK:
        return _unmatched_texts(pattern, text)
    # Not all at once, so that the joined texts of a large batch need little memory.
    starts = range(0, len(text), _TOGETHER * _BLOCK)
    found = [_unmatched_blocks(pattern, text.slice(first, _TOGETHER * _BLOCK)) + first for first in starts]
    return np.concatenate(found)


def _unmatched_blocks(pattern: Pattern, text: Any) -> Any:
    blocks = pa.LargeListArray.from_arrays(np.append(np.arange(0, len(text), _BLOCK), len(text)), text)
    good = pc.match_substring_regex(pc.binary_join(blocks, "\n"), _re2_of_lines(pattern.regex))
    if pc.all(good).as_py():
        return np.empty(0, np.int64)
    bad = np.flatnonzero(~truths(good)) * _BLOCK
    return np.concatenate([_unmatched_texts(pattern, text.slice(first, _BLOCK)) + first for first in bad])


def _unmatched_texts(pattern: Pattern, text: Any) -> Any:
    matches = pc.match_substring_regex(text, re2(pattern.regex))
    return np.flatnonzero(truths(pc.fill_null(pc.invert(matches), False)))  # noqa: FBT003


def _re2_of_lines(regex: str) -> str:
    one = re2(regex).removeprefix("^").removesuffix(r"\z")
    return rf"^(?:{one}\n)*{one}\z"


def re2(regex: str) -> str:
    """Return a portable expression as RE2 writes it: code points in braces, the end as the very end."""
    return re.sub(r"\\u([0-9a-f]{4})", r"\\x{\1}", regex).removesuffix("$") + r"\z"


def may_be_unclean(text: Any) -> bool:
    """Whether the bytes of a column hold a control character, or what may be a direction override."""
    data = text_bytes(text)
    # In pieces that stay in the processor's cache between the two looks.
    pieces = (data[first : first + _PIECE] for first in range(0, len(data), _PIECE))
    if all(piece.min() >= _SPACE and piece.max() < _DELETE for piece in pieces):
        return False
    low = data < _SPACE
    if low.any() and not np.isin(data[low], _ALLOWED_CONTROLS).all():
        return True
    if (data == _DELETE).any():
        return True
    lead = np.flatnonzero(data[:-2] == _LEAD)  # U+202A and U+2066 begin with E2 80 and E2 81
    second, third = data[lead + 1], data[lead + 2]
    one = (second == 0x80) & (third >= 0xAA) & (third <= 0xAE)  # noqa: PLR2004
    two = (second == 0x81) & (third >= 0xA6) & (third <= 0xA9)  # noqa: PLR2004
    return bool((one | two).any())


def same_texts(text: Any, first: Any, second: Any) -> Any:
    """Return whether the texts at two positions are equal; most that differ do so in their last bytes."""
    ends, data = text_ends(text), text_bytes(text)
    ends_of_first, ends_of_second = ends.take(first + 1), ends.take(second + 1)
    sizes = ends_of_first - ends.take(first)
    same = sizes == ends_of_second - ends.take(second)
    if len(data):
        last = data.take(ends_of_first - 1, mode="clip") == data.take(ends_of_second - 1, mode="clip")
        same &= last | (sizes == 0)
    maybe = np.flatnonzero(same)
    for back in (2, 3, 5, 8):
        near = maybe[sizes[maybe] >= back]
        same[near] = data[ends_of_first[near] - back] == data[ends_of_second[near] - back]
        maybe = maybe[same[maybe]]
    if len(maybe):
        equal = pc.equal(text.take(pa.array(first[maybe])), text.take(pa.array(second[maybe])))
        same[maybe] = truths(pc.fill_null(equal, False))  # noqa: FBT003
    return same
