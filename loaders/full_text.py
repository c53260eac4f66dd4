"""``casus.find``: words looked for in the records of a release, in its registries and in the codebook."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from casus.findable import Thing, codebook_things, record_things, registry_things
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
#: Texts that the id and the title show already.
_OBVIOUS = frozenset({"id", "code", "label", "name", "field", "column"})
_WIDTH = 100
#: Gives a text another look.
Style = Callable[[str], str]
#: How much a match counts that is the whole text, another form, a beginning, or two words.
_WHOLE, _STEM, _PREFIX, _COMPOUND = 1.3, 0.95, 0.8, 0.9
_SHORTEST_PREFIX = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found.

    Attributes
    ----------
    kind
        ``event``, ``actor``, ``place``, ``publisher``, ``field``, ``column``, ``vocabulary`` or ``code``.
    id
        Its id: for ``casus show``, or for ``casus codebook``.
    title
        What it is called; for fields and codes what they mean.
    where
        In which of its texts the best match is.
    snippet
        The text around the match; ``match`` says from where to where the found word stands in it.
    score
        How good the match is; the best comes first.
    others
        In how many more of its texts a word was found.
    """

    kind: str
    id: str
    title: str
    where: str
    snippet: str
    match: tuple[int, int]
    score: float
    others: int

    @property
    def more(self) -> str:
        """In how many more texts a word was found, as it is shown."""
        return f" (+{self.others})" if self.others else ""


class Hits(Sequence[Hit]):
    """What was found, the best first; prints as text in a terminal and as a table in a notebook.

    Attributes
    ----------
    text
        What was looked for.
    total
        How many there are, those beyond the limit included.
    near
        Words that were probably meant, if nothing was found.
    """

    def __init__(self, text: str, hits: Sequence[Hit], total: int, near: Sequence[str] = ()) -> None:
        self.text = text
        self.total = total
        self.near = tuple(near)
        self._hits = tuple(hits)

    @overload
    def __getitem__(self, index: int) -> Hit: ...

    @overload
    def __getitem__(self, index: slice) -> Hits: ...

    def __getitem__(self, index: int | slice) -> Hit | Hits:
        if isinstance(index, slice):
            return Hits(self.text, self._hits[index], self.total, self.near)
        return self._hits[index]

    def __len__(self) -> int:
        return len(self._hits)

    def summary(self) -> str:
        """Return one line that says how much was found."""
        if not self._hits:
            near = f" Did you mean {' or '.join(self.near)}?" if self.near else ""
            return f"Nothing was found for {self.text!r}.{near}"
        shown = f", the best {len(self)} shown" if len(self) < self.total else ""
        return f"{self.total} found for {self.text!r}{shown}."

    def lines(
        self, width: int = _WIDTH, bold: Callable[[str], str] = str, dim: Callable[[str], str] = str
    ) -> list[str]:
        """Return the lines of a text of a width; ``bold`` sets ids and found words off."""
        lines = []
        for each in self._hits:
            lines.append(f"{dim(f'{each.kind:<9}  ')}{bold(each.id)}")
            room = max(20, width - 11)
            if each.where == "title":
                lines.append(f"{'':11}{_marked(each, room, bold)}")
                continue
            lines.append(f"{'':11}{_cut(each.title, room)}")
            if each.where not in _OBVIOUS:
                label = f"{each.where}{each.more}: "
                lines.append(f"{'':11}{dim(label)}{_marked(each, max(20, room - len(label)), bold)}")
        return [*lines, self.summary()]

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        if not self._hits:
            return f"<p>{escape(self.summary())}</p>"
        left = ' style="text-align:left"'
        rows = "".join(
            f"<tr><td{left}>{escape(each.kind)}</td><td{left}><code>{escape(each.id)}</code></td>"
            f"<td{left}>{_html(each)}</td></tr>"
            for each in self._hits
        )
        head = "".join(f"<th{left}>{name}</th>" for name in ("kind", "id", "found"))
        caption = f"<caption>{escape(self.summary())}</caption>"
        return f'<table class="dataframe">{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


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


def _marked(hit: Hit, width: int, mark: Callable[[str], str], plain: Callable[[str], str] = str) -> str:
    """Return the snippet, no wider than so, with the found word marked."""
    start, end = hit.match
    shown = _cut(hit.snippet, width)
    end = min(end, len(shown))
    if end <= start:
        return plain(shown)
    return f"{plain(shown[:start])}{mark(shown[start:end])}{plain(shown[end:])}"


def _html(hit: Hit) -> str:
    marked = _marked(hit, _SNIPPET + 2, lambda text: f"<mark>{escape(text)}</mark>", escape)
    if hit.where == "title":
        return marked
    where = "" if hit.where in _OBVIOUS else f"<br><small>{escape(hit.where)}{hit.more}: {marked}</small>"
    return f"{escape(hit.title)}{where}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _near(things: Iterable[Thing], words: Sequence[str]) -> list[str]:
    """Return the words of the texts that are most like those which were not found."""
    import difflib

    known: set[str] = set()
    for thing in things:
        for text in thing.texts:
            known.update(latin(text.text).split())
    close: list[Any] = [difflib.get_close_matches(word, sorted(known), 2, 0.75) for word in words if word not in known]
    return [each for found in close for each in found][:4]
