"""The words that messages share: how a value is shown, and which right value was probably meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from casus.schema.vocabulary import vocabulary

_SHOWN = 80
#: Longer texts are no slips of the pen of a known word.
_LONGEST_WORD = 160
#: How alike two words must be: "planned" is no slip of the pen for "lapsed".
_CUTOFF = 0.65
#: So many words are compared with one that is wrong; of more, those that begin like it.
_MANY = 2_000
_BEGINNING = 4
#: So few words are shown in their own order.
_FEW = 6
_APART = re.compile(r"[^\w]+|_+")


def shown(value: Any) -> str:
    """Return a value as messages show it: quoted, control characters escaped, cut where it is long."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({len(text)} characters)"


class Lexicon:
    """Words that are right, and which of them was probably meant by one that is not.

    Parameters
    ----------
    known
        The words that are right.
    names
        Other words for these (labels, names, aliases), each with the right word; they count only if they are equal
        but for case, spaces and hyphens.
    """

    def __init__(self, known: Iterable[str], names: Mapping[str, str] | None = None) -> None:
        self._words = {_plain(word): word for word in reversed(list(known))}
        self._names = {_plain(name): word for name, word in reversed(list((names or {}).items()))}
        self._meant: dict[str, str | None] = {}

    def closest(self, value: object) -> str | None:
        """Return the word that was probably meant, or None; a value that comes again is not looked up again."""
        if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_WORD:
            return None
        if value not in self._meant:
            self._meant[value] = self._looked_up(_plain(value))
        return self._meant[value]

    def _looked_up(self, wanted: str) -> str | None:
        equal = self._words.get(wanted) or self._names.get(wanted)
        if equal:
            return equal
        words: Iterable[str] = self._words
        if len(self._words) > _MANY:  # comparing takes time: in a large registry the beginning must be right
            words = [word for word in self._words if word[:_BEGINNING] == wanted[:_BEGINNING]][:_MANY]
        close = _alike(wanted, tuple(words), 1, _CUTOFF)
        return self._words[close[0]] if close else None


def closest(value: object, known: Iterable[str], names: Mapping[str, str] | None = None) -> str | None:
    """Return the known word that was probably meant, or None; see :class:`Lexicon`."""
    return Lexicon(known, names).closest(value)


def likeliest_first(value: object, known: Iterable[str], meant: str | None = None) -> tuple[str, ...]:
    """Return the known words, those that look most like the value first, the others in their order."""
    words = tuple(known)
    if len(words) <= _FEW or not isinstance(value, str) or len(value) > _LONGEST_WORD:
        return words
    plain = {_plain(word): word for word in reversed(words)}
    close = [plain[each] for each in _alike(_plain(value), tuple(plain), 3, 0.5)]
    first = dict.fromkeys([*([meant] if meant in words else []), *close])
    return tuple(dict.fromkeys([*filter(None, first), *words]))


def did_you_mean(word: str | None) -> str:
    """Return ``(did you mean 'x'?)`` with a space before it, or nothing."""
    return f" (did you mean {word!r}?)" if word else ""


def nearest(value: str, known: Any) -> str:
    """Return ``(did you mean 'x'?)`` for the closest known value, or nothing."""
    return did_you_mean(closest(value, known))


def labels(name: str) -> Mapping[str, str]:
    """Return the codes of a vocabulary by their labels."""
    return {value.label: value.code for value in vocabulary(name).values}


@lru_cache(maxsize=256)
def _alike(wanted: str, words: tuple[str, ...], most: int, cutoff: float) -> list[str]:
    """Return the words that look most like one that is wrong; the same mistake is often made in many records."""
    return difflib.get_close_matches(wanted, words, n=most, cutoff=cutoff)


def _plain(word: str) -> str:
    return _APART.sub("-", word.casefold()).strip("-")
