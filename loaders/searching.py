"""Fuzzy search over the names in the registries: whatever the case, the accents, the script or the spelling."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from statistics import fmean

from casus.naming import REGISTRIES, Named, Names, names_for
from casus.schema.errors import UsageError
from casus.schema.rules.field import nearest
from casus.spelling import latin, sound

#: What is less alike than this is not shown.
_LEAST = 65.0
#: A spelling that only sounds alike counts a little less than one that is alike.
_BY_SOUND = 0.97
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Match:
    """An entry of a registry that a search found, how alike it is (0 to 100), and the spelling that is alike."""

    entry: Named
    score: float
    spelling: str


def search_registry(text: str, kind: str | None = None, limit: int = 10, *, names: Names | None = None) -> list[Match]:
    """Return the entries of the registries whose names are most like a text, the best first.

    Parameters
    ----------
    text
        A name, an alias, a misspelling, a host or an id, whole or in part, in Latin or Cyrillic letters.
    kind
        A registry (``actor``, ``place``, ``publisher``) or a kind of entry (``person``, ``city`` ...). None looks
        everywhere.
    limit
        How many to return at most.
    names
        The names to look in; None takes those of the bundled release.

    Raises
    ------
    UsageError
        If there is no such kind, or the text has no letter or digit.
    """
    looked_at = names_for() if names is None else names
    wanted = latin(text)
    if not wanted:
        raise UsageError(f"{text!r} has no letter to look for. Give a name, or a part of one.")
    sounds = sound(text)
    found = []
    for entry in of_kind(looked_at, kind):
        score, spelling = max(_scores(entry, wanted, sounds))
        if score >= _LEAST:
            found.append(Match(entry, round(score, 1), spelling))
    return sorted(found, key=lambda match: (-match.score, match.entry.name, match.entry.id))[:limit]


def of_kind(names: Names, kind: str | None) -> list[Named]:
    """Return the entries of a registry or of a kind; None returns all.

    Raises
    ------
    UsageError
        If there is no such kind.
    """
    if kind is None:
        return list(names.entries)
    found = [each for each in names.entries if kind in (each.registry, each.kind)]
    kinds = sorted({each.kind for each in names.entries} - set(REGISTRIES))
    if not found and kind not in REGISTRIES:
        every = [*REGISTRIES, *kinds]
        raise UsageError(f"There is no kind {kind!r}{nearest(kind, every)}. The kinds are: {', '.join(every)}.")
    return found


def _scores(entry: Named, wanted: str, sounds: str) -> Iterable[tuple[float, str]]:
    for spelling in (entry.id, *entry.spellings):
        yield _alike(wanted, latin(spelling)), spelling
        yield _BY_SOUND * _alike(sounds, sound(spelling)), spelling


def _alike(wanted: str, name: str) -> float:
    """Return how alike a text and a name are, 0 to 100: as a whole, or the text as a part of the name."""
    if not name or not wanted:
        return 0.0
    ratio = _ratio()
    whole = ratio(" ".join(sorted(wanted.split())), " ".join(sorted(name.split())))
    words = name.split()
    best = [max(_word(one, other, ratio) for other in words) for one in wanted.split()]
    # The fewer of its words a name shares with the text, the less it counts: "Kyiv" before "Kyiv Independent".
    share = min(1.0, len(wanted.split()) / len(words))
    return 100 * max(whole, fmean(best) * (0.85 + 0.1 * share))


def _word(one: str, other: str, ratio: Callable[[str, str], float]) -> float:
    if one == other:
        return 1.0
    if len(one) > 2 and other.startswith(one):  # noqa: PLR2004 - two letters begin too many words
        return 0.9 + 0.1 * len(one) / len(other)
    longer = max(len(one), len(other))
    return ratio(one, other) if min(len(one), len(other)) >= _HALF * longer else 0.0


@cache
def _ratio() -> Callable[[str, str], float]:
    """Return the measure of likeness (0 to 1): of rapidfuzz, which is fast, or else of the standard library."""
    try:
        from rapidfuzz.fuzz import ratio
    except ImportError:
        from difflib import SequenceMatcher

        return lambda one, other: SequenceMatcher(None, one, other, autojunk=False).ratio()
    return lambda one, other: ratio(one, other) / 100
