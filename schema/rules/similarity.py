"""How alike two titles are, from 0 to 100: by rapidfuzz where it is installed, else by the standard library.

Both compare sets of words, as rapidfuzz's ``token_set_ratio`` does: what the two titles share counts once, whatever
the order; they differ by a few points, and the tests hold that this changes no verdict on the pairs they know.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from functools import cache

_WORD = re.compile(r"\w+")


def similarity(one: str, other: str) -> float:
    """Return the likeness of two titles, from 0 to 100; 0 if one of them has no words."""
    first, second = _words(one), _words(other)
    return _ratio()(first, second) if first and second else 0.0


def installed() -> bool:
    """Whether rapidfuzz (extra ``dedupe``) is there."""
    return _ratio() is not plain_ratio


@cache
def _ratio() -> Callable[[str, str], float]:
    try:
        from rapidfuzz.fuzz import token_set_ratio
    except ImportError:
        return plain_ratio
    return token_set_ratio


def _words(text: str) -> str:
    """Return a title in small letters without punctuation."""
    return " ".join(_WORD.findall(text.casefold()))


def plain_ratio(one: str, other: str) -> float:
    """Return what ``token_set_ratio`` returns, by :mod:`difflib`: the best of three comparisons of the word sets."""
    first, second = set(one.split()), set(other.split())
    both = " ".join(sorted(first & second))
    left = " ".join(filter(None, (both, " ".join(sorted(first - second)))))
    right = " ".join(filter(None, (both, " ".join(sorted(second - first)))))
    pairs = [(left, right), *(((both, left), (both, right)) if both else ())]
    return max(100.0 * difflib.SequenceMatcher(None, a, b, autojunk=False).ratio() for a, b in pairs)
