"""Long texts over columns: what their bytes tell at a glance, and what has to be matched one by one."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.schema.columnar.levels import text_bytes, text_ends
from casus.schema.constraints import Pattern, Plain

#: How many texts are matched as one, and how many bytes are looked at in one go.
_BLOCK, _TOGETHER, _PIECE = 2048, 128, 2**18
_LINE_BREAK = 0x0A
_SPACE, _DELETE, _LEAD = 0x20, 0x7F, 0xE2
_ALLOWED_CONTROLS = (0x09, 0x0A)
#: The fewest texts for which the plain ones are looked for.
_MANY = 1000


def unmatched(pattern: Pattern, text: Any) -> Any:
    """Return the positions of the texts that do not match a pattern; a null matches.

    Texts of the pattern's plain form are seen by their bytes, many at a time; the others are matched.
    """
    head = _plain_head(pattern, text) if len(text) >= _MANY else ""
    if pattern.plain is not None and head:
        others = np.flatnonzero(~_are_plain(pattern.plain, head, text))
        if not len(others):
            return others
        if len(others) < len(text) // 2:
            return others[_unmatched(pattern, text.take(pa.array(others)))]
    return _unmatched(pattern, text)


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
    good = np.asarray(pc.fill_null(pc.starts_with(text, head), False))  # noqa: FBT003
    good = good & (ends[1:] - starts > size)
    if not good.any():
        return good
    follows = data[np.where(good, starts + size, 0)]
    for char in plain.not_first:
        good &= follows != ord(char)
    marks = sum(not plain.has(char) for char in head)
    for first in range(0, len(text), _BLOCK):
        block = ends[first : first + _BLOCK + 1].astype(np.int64) - ends[first]
        strange = _strange_bytes(plain, data[ends[first] : ends[first] + block[-1]])
        # The head's own strange bytes stand in every text that has it.
        if np.count_nonzero(strange) != (len(block) - 1) * marks or not good[first : first + _BLOCK].all():
            texts = np.searchsorted(block, np.flatnonzero(strange), "right") - 1
            good[first : first + _BLOCK] &= np.bincount(texts, minlength=len(block) - 1) == marks
    return good


def _strange_bytes(plain: Plain, data: Any) -> Any:
    """Return which bytes are outside of the plain form's class."""
    outside = np.ones(len(data), np.bool_)
    rest = np.empty(len(data), np.uint8)
    for low, high in plain.ranges:
        # Below the range the difference of bytes wraps around to a large one.
        np.subtract(data, np.uint8(ord(low)), out=rest)
        outside &= rest > ord(high) - ord(low)
    return outside


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
    bad = np.flatnonzero(~np.asarray(good)) * _BLOCK
    return np.concatenate([_unmatched_texts(pattern, text.slice(first, _BLOCK)) + first for first in bad])


def _unmatched_texts(pattern: Pattern, text: Any) -> Any:
    matches = pc.match_substring_regex(text, re2(pattern.regex))
    return np.flatnonzero(np.asarray(pc.fill_null(pc.invert(matches), False)))  # noqa: FBT003


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
    sizes = ends[first + 1] - ends[first]
    same = sizes == ends[second + 1] - ends[second]
    maybe = np.flatnonzero(same)
    for back in (1, 2, 3, 5, 8):
        near = maybe[sizes[maybe] >= back]
        same[near] = data[ends[first[near] + 1] - back] == data[ends[second[near] + 1] - back]
        maybe = maybe[same[maybe]]
    if len(maybe):
        equal = pc.equal(text.take(pa.array(first[maybe])), text.take(pa.array(second[maybe])))
        same[maybe] = np.asarray(pc.fill_null(equal, False).to_numpy(zero_copy_only=False))  # noqa: FBT003
    return same
