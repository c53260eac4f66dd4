"""``casus.find``: words looked for in the records of a release, in its registries and in the codebook."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casus.findable import Thing, codebook_things, record_things, registry_things
from casus.hits import Hit, Hits
from casus.schema.errors import UsageError
from casus.schema.rules.field import nearest
from casus.spelling import latin

if TYPE_CHECKING:
    from casus.releases import Release

#: Where can be looked.
PLACES = ("records", "codebook", "registries")
_WORD = re.compile(r"\w+(?:['\u2019]\w+)*")
_BEFORE, _SNIPPET = 40, 150
_LONGEST = 200
#: How much a match counts that is the whole text, another form, a beginning, or two words.
_WHOLE, _STEM, _PREFIX, _COMPOUND = 1.3, 0.95, 0.8, 0.9
_SHORTEST_PREFIX = 3


def find(
    text: str, *, within: str | Sequence[str] | None = None, limit: int = 20, version: str | Path | None = None
) -> Hits:
    """Find words in the records, the registries and the codebook.

    All words must be found, each anywhere in the thing: the beginning of a word is enough, and case, accents, script,
    plurals and hyphens do not matter.

    Parameters
    ----------
    text
        One or more words.
    within
        Where to look: ``"records"`` (titles, summaries, statements, codes, ids, names of actors and places, sources),
        ``"registries"`` (names and aliases) or ``"codebook"`` (fields and codes with their definitions), or several of
        these. None looks everywhere.
    limit
        How many to return at most.
    version
        Version of the release; the newest that is bundled unless given.

    Returns
    -------
    Hits
        What was found, the best first.

    Raises
    ------
    UsageError
        If the text has no letter or digit, or there is no such place to look.
    """
    places = PLACES if within is None else (within,) if isinstance(within, str) else tuple(within)
    for place in places:
        if place not in PLACES:
            raise UsageError(f"There is no place {place!r} to look{nearest(place, PLACES)}. There are: {_listed()}.")
    if limit < 1:
        raise UsageError(f"The limit must be at least 1, not {limit}.")
    if len(text) > _LONGEST:
        raise UsageError(f"The text to look for has {len(text)} characters; {_LONGEST} are allowed. Give a few words.")
    words = latin(text).split()
    if not words:
        raise UsageError(f"{text!r} has no letter or digit to look for. Give a word.")
    things = list(_things(places, version))
    found = sorted(_found(things, words), key=lambda hit: (-hit.score, hit.kind, hit.id))
    return Hits(text, found[:limit], len(found), () if found else _near(things, words))


def _listed() -> str:
    return ", ".join(PLACES)


def _things(places: Sequence[str], version: str | Path | None) -> Iterator[Thing]:
    from casus.releases import bundled

    release: Release | None = bundled(version) if {"records", "registries"} & set(places) else None
    if release is not None and "records" in places:
        yield from record_things(release)
    if release is not None and "registries" in places:
        yield from registry_things(release)
    if "codebook" in places:
        yield from codebook_things()


def _found(things: Iterable[Thing], words: list[str]) -> Iterator[Hit]:
    #: "cease-fire" is also looked for as "ceasefire".
    ways = [words, ["".join(words)]] if len(words) > 1 else [words]
    for thing in things:
        tokens = [latin(each.text).split() for each in thing.texts]
        hits = [hit for way in ways if (hit := _hit(thing, tokens, way)) is not None]
        if hits:
            yield max(hits, key=lambda hit: hit.score)


def _hit(thing: Thing, tokens: list[list[str]], words: list[str]) -> Hit | None:
    """Return the hit of a thing in which every word stands somewhere, or None."""
    best = [0.0] * len(words)
    by_text = []
    for text, found in zip(thing.texts, tokens, strict=True):
        scores = [_quality(word, found) * text.weight for word in words]
        if found == words:
            scores = [_WHOLE * score for score in scores]
        # A text that has all the words, side by side, is worth more than the same words apart.
        phrase = 1.25 if len(words) > 1 and all(scores) and " ".join(words) in " ".join(found) else 1.0
        best = [max(pair) for pair in zip(best, scores, strict=True)]
        by_text.append(phrase * sum(scores))
    if not all(best):
        return None
    top = max(range(len(by_text)), key=lambda number: by_text[number])
    whole = 2.0 if latin(thing.id).split() == words else 1.0
    score = whole * max(sum(best), by_text[top]) / len(words)
    snippet, match = _snippet(thing.texts[top].text, words)
    others = sum(score > 0 for score in by_text) - 1
    return Hit(thing.kind, thing.id, thing.title, thing.texts[top].where, snippet, match, round(score, 2), others)


def _quality(word: str, tokens: list[str]) -> float:
    """Return how well a word is found among others: as it is, but for its plural, as a beginning, or as two words."""
    if word in tokens:
        return 1.0
    stem = _stem(word)
    if any(_stem(each) == stem for each in tokens):
        return _STEM
    if any(one + other == word for one, other in pairwise(tokens)):
        return _COMPOUND
    return _PREFIX if len(word) >= _SHORTEST_PREFIX and any(each.startswith(word) for each in tokens) else 0.0


def _stem(word: str) -> str:
    return word[:-1] if len(word) > _SHORTEST_PREFIX and word.endswith("s") and not word.endswith("ss") else word


def _snippet(text: str, words: Sequence[str]) -> tuple[str, tuple[int, int]]:
    """Return the text around the first found word, and where that stands in it."""
    start, end = _first_match(text, words)
    first = max(0, start - _BEFORE) if len(text) > _SNIPPET else 0
    if first:
        first = text.find(" ", first, start) + 1 or first
    shown = text[first : first + _SNIPPET].rstrip()
    before, after = "…" if first else "", "…" if first + len(shown) < len(text.rstrip()) else ""
    shift = len(before) - first
    return f"{before}{shown}{after}", (start + shift, min(end + shift, len(before) + len(shown)))


def _first_match(text: str, words: Sequence[str]) -> tuple[int, int]:
    spans = [(match.start(), match.end(), latin(match.group())) for match in _WORD.finditer(text)]
    for quality in (1.0, _STEM, _PREFIX, 0.0):
        for number, (start, end, token) in enumerate(spans):
            found = token.split()
            if any(quality and _quality(word, found) == quality for word in words):
                return start, end
            pair = token + spans[number + 1][2] if number + 1 < len(spans) else ""
            if not quality and pair in words:
                return start, spans[number + 1][1]
    return 0, 0


def _near(things: Iterable[Thing], words: Sequence[str]) -> list[str]:
    """Return the words of the texts that are most like those which were not found."""
    import difflib

    known: set[str] = set()
    for thing in things:
        for text in thing.texts:
            known.update(latin(text.text).split())
    close: list[Any] = [difflib.get_close_matches(word, sorted(known), 2, 0.75) for word in words if word not in known]
    return [each for found in close for each in found][:4]
