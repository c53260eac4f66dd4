"""What makes two records alike: days, places, actors, types, texts and numbers, each as a part from 0 to 1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from math import asin, cos, radians, sin, sqrt
from typing import Any

from casus.match_sides import Row, Side, Spot, spots_of, tokens
from casus.schema.corpus import Corpus, Entry
from casus.schema.rules.duplicates import Suspect
from casus.schema.rules.similarity import similarity
from casus.schema.vocabulary import modes_of, vocabulary

#: How much each part counts; a part that cannot be told counts nothing.
WEIGHTS: Mapping[str, float] = {"days": 2.0, "place": 2.5, "actors": 2.5, "type": 2.0, "text": 2.0, "numbers": 1.5}
#: What a score is multiplied by for each thing that speaks for two events; see :func:`_apart`.
APART = 0.6
#: Likeness of types of one domain that no crosswalk leads from one to the other.
_ONE_DOMAIN = 0.2
#: Two texts about different things are this alike (0 to 100); only what is above it counts.
_CHANCE = 40.0
#: How alike the actors are at least where one side has all those of the other; what other persons leave of it.
_ALL, _OTHER_PEOPLE = 0.7, 0.6
_LONGEST_TEXT = 400
#: How much of the likeness of texts is that of the titles; the rest is that of the summaries.
_TITLE = 0.7
_SAME_NUMBER = 0.02
#: Mean radius of the earth; and from which distance on places that are not exact have nothing in common.
EARTH_KM, COARSE_KM = 6371.0, 500.0
#: What counts for the place and the actors where they cannot be told, at this share of their weight.
_UNKNOWN, _UNKNOWN_WEIGHT = 0.5, 0.5
_ISO3 = 3

Names = frozenset[str]


@dataclass(frozen=True, slots=True)
class Look:
    """What is compared of one record."""

    type: str
    mode: str | None
    first: int
    last: int
    within: bool
    spots: tuple[Spot, ...]
    actors: tuple[Names, ...]
    initiators: Names
    states: Names
    people: tuple[Names, ...]
    ordinals: frozenset[int]
    title: str
    summary: str
    numbers: Mapping[str, tuple[tuple[float, float], ...]]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two records are.

    Attributes
    ----------
    score
        0 to 100.
    days_apart
        Days between them, 0 where they overlap.
    km
        The distance of their nearest exact places, if both have one.
    parts
        By part: 0 to 1, or None where it cannot be told.
    """

    score: float
    days_apart: int
    km: float | None
    parts: Mapping[str, float | None]


def look_at(row: Row, side: Side) -> Look:
    """Return what is compared of a record."""
    date = row["date"]
    first = date["start"].toordinal()
    last = (date["end"] or date["start"]).toordinal()
    people = [
        tokens(each["person"], side.actors) for part in row["participants"] for each in part["represented_by"] or ()
    ]
    initiators = [each for each in row["participants"] if "initiator" in each["roles"]]
    return Look(
        row["type"],
        row["mode"],
        first,
        last,
        date["extent"] == "within" and last > first,
        tuple(spots_of(row["locations"], side.places)),
        tuple(dict.fromkeys(tokens(each["actor"], side.actors) for each in row["participants"])),
        frozenset(name for each in initiators for name in tokens(each["actor"], side.actors) if _is_state(name)),
        frozenset(
            name for each in row["participants"] for name in tokens(each["actor"], side.actors) if _is_state(name)
        ),
        tuple(frozenset(name for name in names if not _is_state(name)) for names in people),
        Suspect(Entry("event", {"title": row["title"]}, ""), Corpus(())).ordinals,
        row["title"],
        row["summary"][:_LONGEST_TEXT],
        _numbers(row["quantities"]),
    )


def compare(one: Look, other: Look, *, days: int, km: float, least: float = 0.0) -> Likeness | None:
    """Return how alike two records are, or None if less than ``least``.

    ``days`` and ``km`` are the distances at which nothing is left of the likeness of days and places. Texts, which take
    longest, are compared last, and only where the score can still reach the least one.
    """
    apart = max(one.first - other.last, other.first - one.last, 0)
    distance = _distance(one, other)
    parts = {
        "days": _days(one, other, apart, days),
        "place": _place(one, other, distance, km),
        "actors": _actors(one, other),
        "type": type_likeness(one.type, one.mode, other.type, other.mode),
        "text": 1.0,
        "numbers": _same_numbers(one, other),
    }
    factor = 1.0
    for differs in _apart(one, other):
        factor *= APART if differs else 1
    if factor * _mean(parts) < least:
        return None
    parts["text"] = _TITLE * _texts(one.title, other.title) + (1 - _TITLE) * _texts(one.summary, other.summary)
    score = factor * _mean(parts)
    return Likeness(score, apart, distance, parts) if score >= least else None


def _mean(parts: Mapping[str, float | None]) -> float:
    """Return the weighted mean of the parts, from 0 to 100; a pair of which less is known is less sure."""
    told = [(WEIGHTS[name], value) for name, value in parts.items() if value is not None]
    told += [(WEIGHTS[name] * _UNKNOWN_WEIGHT, _UNKNOWN) for name in ("place", "actors") if parts[name] is None]
    return 100 * sum(weight * value for weight, value in told) / sum(weight for weight, _ in told)


def _apart(one: Look, other: Look) -> Iterator[bool]:
    """Yield whether something speaks for two events.

    That is: initiators of other states; states on both sides that the other does not have (a coder may leave some out,
    but puts no others in their place); another ordinal in the title; types of which no crosswalk leads from one to the
    other.
    """
    yield bool(one.initiators and other.initiators and not one.initiators & other.initiators)
    yield bool(one.states - other.states and other.states - one.states)
    yield bool(one.ordinals and other.ordinals and not one.ordinals & other.ordinals)
    yield type_likeness(one.type, one.mode, other.type, other.mode) <= _ONE_DOMAIN


def _days(one: Look, other: Look, apart: int, most: int) -> float:
    if apart:
        return 0.5 * (1 - apart / (most + 1))
    lengths = sorted((one.last - one.first + 1, other.last - other.first + 1))
    inside = one.first >= other.first and one.last <= other.last
    outside = one.first <= other.first and one.last >= other.last
    if (other.within and inside) or (one.within and outside):
        return 0.9  # somewhere in an interval, and this is in it
    return 0.6 + 0.4 * lengths[0] / lengths[1]


def _distance(one: Look, other: Look, *, coarse: bool = False) -> float | None:
    """Return the distance of the nearest exact places, or of the nearest places of any kind."""
    return min(
        (
            kilometres(here, there)
            for here in one.spots
            for there in other.spots
            if here.latitude is not None and there.latitude is not None and (coarse or not here.coarse | there.coarse)
        ),
        default=None,
    )


def kilometres(here: Spot, there: Spot) -> float:
    """Return the great-circle distance of two places (haversine, mean radius 6371 km)."""
    north, other_north = radians(here.latitude or 0), radians(there.latitude or 0)
    east = radians((there.longitude or 0) - (here.longitude or 0))
    half = sin((other_north - north) / 2) ** 2 + cos(north) * cos(other_north) * sin(east / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, half)))


def _place(one: Look, other: Look, distance: float | None, most: float) -> float | None:
    if not one.spots or not other.spots:
        return None
    named = [here.coarse | there.coarse for here in one.spots for there in other.spots if here.names & there.names]
    if False in named:
        return 1.0
    if distance is not None:
        return max(0.0, 1 - distance / most)
    return 0.5 if named else _roughly(one, other)


def _roughly(one: Look, other: Look) -> float | None:
    """Return how near places are that are not exact: by their states, and where these are not known by their points."""
    mine, theirs = ({spot.country for spot in each.spots} for each in (one, other))
    if mine & theirs - {None}:
        return 0.5
    if None not in mine | theirs:
        return 0.0
    distance = _distance(one, other, coarse=True)
    return None if distance is None else 0.5 * max(0.0, 1 - distance / COARSE_KM)


def _actors(one: Look, other: Look) -> float | None:
    """Return the share of actors that both have; 0.7 at least where one side has all those of the other."""
    if not one.actors or not other.actors:
        return None
    value = _shared(one.actors, other.actors)
    if one.people and other.people and _shared(one.people, other.people) < _ALL:
        value *= _OTHER_PEOPLE
    return value


def _shared(one: tuple[Names, ...], other: tuple[Names, ...]) -> float:
    mine = [any(_same(names, theirs) for theirs in other) for names in one]
    theirs = [any(_same(names, own) for own in one) for names in other]
    shared = min(sum(mine), sum(theirs))
    either = shared + mine.count(False) + theirs.count(False)
    share = shared / either if either else 0.0
    return _ALL + (1 - _ALL) * share if all(mine) or all(theirs) else 0.5 * share


@cache
def _same(one: Names, other: Names) -> bool:
    """Whether two actors have a name or a state in common, or all words of a longer name of the one."""
    if one & other:
        return True
    words = [[set(name.split()) for name in names if " " in name] for names in (one, other)]
    return any(here <= there or there <= here for here in words[0] for there in words[1])


@cache
def type_likeness(one: str, one_mode: str | None, other: str, other_mode: str | None) -> float:
    """Return how alike two types are: 1 for the same mode, 0.6 where the crosswalks lead from one to the other."""
    if one == other:
        return 1.0 if one_mode == other_mode or one_mode is None or other_mode is None else 0.7
    if _related(one, one_mode, other, other_mode):
        return 0.6
    types = vocabulary("event-types")
    known = one in types and other in types
    return _ONE_DOMAIN if known and types[one].extra["domain"] == types[other].extra["domain"] else 0.0


def _related(one: str, one_mode: str | None, other: str, other_mode: str | None) -> bool:
    """Whether two types share a code of another dataset, and are not of different kinds of violence there."""
    kinds, other_kinds = _violence(one, one_mode), _violence(other, other_mode)
    if kinds and other_kinds:
        return bool(kinds & other_kinds)
    return bool(_codes(one) & _codes(other))


def _violence(event_type: str, mode: str | None) -> frozenset[str]:
    """Return UCDP's kinds of violence that a type goes with; of one that has them as modes, its mode."""
    kinds = frozenset(code for name, code in _codes(event_type) if name == "ucdp")
    return kinds & {mode} if mode in kinds and mode in modes_of(event_type) else kinds


@cache
def _codes(event_type: str) -> frozenset[tuple[str, str]]:
    """Return what a type is called in other datasets."""
    if event_type not in vocabulary("event-types"):
        return frozenset()
    walk = vocabulary("event-types")[event_type].extra["crosswalk"]
    return frozenset((name, str(code)) for name in ("acled", "cameo", "ucdp") for code in walk[name])


def _texts(one: str, other: str) -> float:
    return max(0.0, similarity(one, other) - _CHANCE) / (100 - _CHANCE)


def _numbers(rows: list[Row]) -> dict[str, tuple[tuple[float, float], ...]]:
    """Return, by measure, what is said by anybody of the whole event, each as its bounds."""
    found: dict[str, tuple[tuple[float, float], ...]] = {}
    for row in rows:
        said = [row[name] for name in ("low", "best", "high") if row[name] is not None]
        if said and row["place"] is None and not row["cumulative"]:
            found[row["measure"]] = (*found.get(row["measure"], ()), (min(said), max(said)))
    return found


def _same_numbers(one: Look, other: Look) -> float | None:
    """Return whether a number that both state is the same; None where they state no measure in common."""
    compared = [any(_overlap(here, there)) for here, there in _both(one, other)]
    return None if not compared else float(any(compared))


def _both(one: Look, other: Look) -> Iterator[tuple[Any, Any]]:
    return ((one.numbers[key], other.numbers[key]) for key in one.numbers.keys() & other.numbers.keys())


def _overlap(here: Any, there: Any) -> Iterator[bool]:
    for low, high in here:
        for other_low, other_high in there:
            slack = _SAME_NUMBER * max(abs(high), abs(other_high))
            yield low - slack <= other_high and other_low - slack <= high


def _is_state(name: str) -> bool:
    return len(name) == _ISO3 and name.isupper()
