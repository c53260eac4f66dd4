"""Near-duplicates: two records that look like the same event, recorded twice (CAS506).

Suspected are two authored records of one type, of overlapping days (or a day apart), with an actor in common, and a
near place or a similar title. What makes them more or less alike is a table of marks; what tells two events apart for
certain (another initiator, another ordinal in the title, the same claimant's other number, a link between the two)
ends the suspicion at once.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from math import asin, cos, radians, sin, sqrt
from typing import Any, NamedTuple

from casus.schema.corpus import Corpus, Entry
from casus.schema.findings import Path
from casus.schema.rules.similarity import similarity

CODE = "CAS506"
Fault = tuple[Entry, Path, Mapping[str, Any]]

#: From how many points on two records are suspected: of the same days, and of days that only touch.
_ENOUGH, _ENOUGH_APART = 4.0, 8.0
#: Titles of this likeness (0 to 100) are similar.
_SIMILAR = 70.0
_NEAR_KM = 25.0
#: Longer events are compared with every event of the type, instead of day by day.
_MANY_DAYS = 31
#: Two numbers closer than this are one number told in two ways.
_SAME_NUMBER = 0.02
_HOURS_APART = 3.0
_LONGEST_NUMBER = 16
_YEARS = range(1800, 2200)
_COARSE = ("country", "region", "area", "sea")

_ORDINALS = {
    **{word: n for n, word in enumerate(("first", "second", "third", "fourth", "fifth", "sixth", "seventh"), 1)},
    **{word: n for n, word in enumerate(("eighth", "ninth", "tenth", "eleventh", "twelfth"), 8)},
}
_ENDINGS = ("st", "nd", "rd", "th")
_WORD = re.compile(r"\w+")


class Suspect:
    """What the comparison needs of one record, read leniently: the record may be broken in any way."""

    def __init__(self, entry: Entry, corpus: Corpus) -> None:
        self.entry = entry
        self.corpus = corpus
        data = entry.data
        self.type = _text(data.get("type"))
        self.mode = _text(data.get("mode"))
        self.title = _text(data.get("title"))
        self.span = _span(data.get("date"))

    @cached_property
    def actors(self) -> frozenset[str]:
        """The participants, each as the state that it belongs to, or as itself."""
        return frozenset(_side(each, self.corpus) for each in self._actors())

    @cached_property
    def initiators(self) -> frozenset[str]:
        """Those of them who began it."""
        return frozenset(_side(each, self.corpus) for each in self._actors("initiator"))

    @cached_property
    def places(self) -> frozenset[str]:
        """The ids of its places."""
        return frozenset(filter(None, (_text(each.get("place")) for each in _groups(self.entry.data, "locations"))))

    @cached_property
    def pages(self) -> frozenset[str]:
        """The addresses of its sources."""
        return frozenset(filter(None, (_text(each.get("url")) for each in _groups(self.entry.data, "sources"))))

    @cached_property
    def links(self) -> frozenset[str]:
        """The events that it links to."""
        return frozenset(filter(None, (_text(each.get("target")) for each in _groups(self.entry.data, "links"))))

    @cached_property
    def topics(self) -> frozenset[str]:
        """Its issues and targets."""
        values = [*_list(self.entry.data.get("issues")), *_list(self.entry.data.get("targets"))]
        return frozenset(each for each in values if isinstance(each, str))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of its title, in small letters; 1,200 is one word."""
        return tuple(_WORD.findall(self.title.casefold().replace(",", "")))

    @cached_property
    def ordinals(self) -> frozenset[int]:
        """The ordinals in its title: 2 for "second round"."""
        named = {_ORDINALS[word] for word in self.words if word in _ORDINALS}
        return frozenset(
            named | {int(word[:-2]) for word in self.words if word.endswith(_ENDINGS) and _digits(word[:-2])}
        )

    @cached_property
    def numerals(self) -> frozenset[int]:
        """The numbers in its title; years say nothing, as the days are compared."""
        numbers = (int(word) for word in self.words if _digits(word))
        return frozenset(number for number in numbers if number not in _YEARS)

    @cached_property
    def numbers(self) -> Mapping[tuple[str, str, str], frozenset[float]]:
        """What each claimant says of each measure and item."""
        said: dict[tuple[str, str, str], set[float]] = {}
        for row in _groups(self.entry.data, "quantities"):
            value = next((row[name] for name in ("best", "low", "high") if name in row), None)
            if isinstance(value, int | float) and not isinstance(value, bool):
                key = (_text(row.get("measure")), _text(row.get("item")), _text(row.get("claimant")))
                said.setdefault(key, set()).add(float(value))
        return {key: frozenset(values) for key, values in said.items()}

    @cached_property
    def minute(self) -> float | None:
        """The minute of the day, in UTC, at which it began."""
        date = self.entry.data.get("date")
        clock, offset = (date.get("start_time"), date.get("utc_offset")) if isinstance(date, Mapping) else (None, None)
        try:
            then = dt.datetime.fromisoformat(f"2000-01-01T{clock}{offset}")
        except ValueError:
            return None
        shift = then.utcoffset()
        return None if shift is None else then.hour * 60 + then.minute - shift.total_seconds() / 60

    def _actors(self, role: str | None = None) -> Iterator[str]:
        for each in _groups(self.entry.data, "participants"):
            actor = _text(each.get("actor"))
            if actor and (role is None or role in _list(each.get("roles"))):
                yield actor


class Pair(NamedTuple):
    """Two records that are compared."""

    one: Suspect
    other: Suspect
    near: float
    alike: float
    same_days: bool


#: What tells two events apart for certain.
_APART: tuple[Callable[[Suspect, Suspect], bool], ...] = (
    lambda one, other: other.entry.id in one.links or one.entry.id in other.links,
    lambda one, other: bool(one.initiators and other.initiators and not one.initiators & other.initiators),
    lambda one, other: bool(one.ordinals and other.ordinals and not one.ordinals & other.ordinals),
    lambda one, other: _all_other(_compared(one, other)),
    lambda one, other: one.span == other.span and _hours(one, other) > _HOURS_APART,
)


class Mark(NamedTuple):
    """One mark of likeness: how many points, and how it is said."""

    points: Callable[[Pair], float]
    says: str


_MARKS = (
    Mark(lambda pair: pair.near, "near places"),
    Mark(lambda pair: _by_steps(pair.alike, ((85, 2), (_SIMILAR, 1.5), (55, 1), (45, 0), (0, -1))), "similar titles"),
    Mark(lambda pair: 1 if pair.one.mode == pair.other.mode else -2, "the same mode"),
    Mark(lambda pair: _cast(pair.one.actors, pair.other.actors), "the same actors"),
    Mark(lambda pair: _by_steps(_shared(pair.one.topics, pair.other.topics), ((0.5, 1), (0.01, 0), (0, -1)))
         if pair.one.topics and pair.other.topics else 0, "the same issues"),
    Mark(lambda pair: _pages(pair.one.pages, pair.other.pages), "the same pages as sources"),
    Mark(lambda pair: 2 if _same_numbers(pair.one, pair.other) else 0, "the same numbers"),
    Mark(lambda pair: -2 if not pair.same_days and _no_numeral_shared(pair.one, pair.other) else 0, ""),
)  # fmt: skip


def near_duplicates(corpus: Corpus) -> Iterator[Fault]:
    """Yield every judged record that looks like another one, with the other and the reasons.

    Of two judged records the later is named. A record that the exceptions list is named itself, so that the exception
    applies whichever of the two is judged.
    """
    excepted = {entry.id for entry in corpus.of("exception") if entry.data.get("code") == CODE}
    judged = {id(entry): number for number, entry in enumerate(corpus.authored())}
    shelves = _shelved(corpus)
    for number, entry in enumerate(corpus.authored()):
        suspect = Suspect(entry, corpus)
        for other in shelves.near(suspect):
            if judged.get(id(other.entry), -1) >= number or other.entry.id == entry.id:
                continue
            why = reasons(suspect, other)
            if why:
                subject, like = (other, suspect) if other.entry.id in excepted else (suspect, other)
                yield subject.entry, ("id",), {"value": like.entry.id, "why": ", ".join(why)}


def reasons(one: Suspect, other: Suspect) -> tuple[str, ...]:
    """Return why two records look like one event; nothing if they do not."""
    if one.type != other.type or one.span is None or other.span is None or not one.actors & other.actors:
        return ()
    if any(apart(one, other) for apart in _APART):
        return ()
    near = _near(one, other)
    alike = similarity(one.title, other.title)
    if not near and alike < _SIMILAR:
        return ()
    pair = Pair(one, other, near, alike, _same_days(one.span, other.span))
    marks = [(mark.points(pair), mark.says) for mark in _MARKS]
    if sum(points for points, _ in marks) < (_ENOUGH if pair.same_days else _ENOUGH_APART):
        return ()
    days = "the same days" if pair.same_days else "days that touch"
    return ("the same type", days, *(says for points, says in marks if points > 0))


class _Shelves:
    """The records by type and day, so that only those of near days are compared."""

    def __init__(self) -> None:
        self.by_day: dict[tuple[str, int], list[Suspect]] = {}
        self.long: dict[str, list[Suspect]] = {}
        self.all: dict[str, list[Suspect]] = {}

    def put(self, suspect: Suspect) -> None:
        if suspect.span is None or not suspect.type:
            return
        first, last = suspect.span
        self.all.setdefault(suspect.type, []).append(suspect)
        if last - first > _MANY_DAYS:
            self.long.setdefault(suspect.type, []).append(suspect)
            return
        for day in range(first, last + 1):
            self.by_day.setdefault((suspect.type, day), []).append(suspect)

    def near(self, suspect: Suspect) -> list[Suspect]:
        """Return the records of the type whose days overlap with those of the suspect, or are a day apart."""
        if suspect.span is None:
            return []
        first, last = suspect.span[0] - 1, suspect.span[1] + 1
        found = list(self.long.get(suspect.type, ()))
        if last - first > _MANY_DAYS:
            found = self.all.get(suspect.type, [])
        else:
            for day in range(first, last + 1):
                found.extend(self.by_day.get((suspect.type, day), ()))
        unique = {id(each): each for each in found}
        return [each for each in unique.values() if each.span and each.span[0] <= last and first <= each.span[1]]


def _shelved(corpus: Corpus) -> _Shelves:
    shelves = _Shelves()
    types = {entry.data.get("type") for entry in corpus.authored() if isinstance(entry.data.get("type"), str)}
    for entry in corpus.of("event"):
        if not entry.imported and entry.id and _text(entry.data.get("type")) in types:
            shelves.put(Suspect(entry, corpus))
    return shelves


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _digits(word: str) -> bool:
    return word.isdecimal() and len(word) < _LONGEST_NUMBER


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _groups(data: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    return (each for each in _list(data.get(name)) if isinstance(each, Mapping))


def _span(date: Any) -> tuple[int, int] | None:
    """Return first and last day as ordinals; an open end is the first day."""
    if not isinstance(date, Mapping):
        return None
    days = [_ordinal(date.get("start")), _ordinal(date.get("end", date.get("start")))]
    if days[0] is None or days[1] is None or days[1] < days[0]:
        return None
    return days[0], days[1]


def _ordinal(day: Any) -> int | None:
    try:
        return dt.date.fromisoformat(_text(day)).toordinal()
    except ValueError:
        return None


def _side(actor: str, corpus: Corpus) -> str:
    """Return the state that an actor is part of, or holds an office in; the actor itself where there is none."""
    seen: set[str] = set()
    waiting = [actor]
    while waiting:
        current = waiting.pop(0)
        entry = corpus.ids("actor").get(current)
        if entry is None or current in seen:
            continue
        if entry.data.get("kind") == "state":
            return current
        seen.add(current)
        waiting += [_text(row.get("of")) for row in _groups(entry.data, "memberships") if row.get("kind") != "member"]
    return actor


def _same_days(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether one span of days lies in the other; two nights that share a day are two nights."""
    return (one[0] <= other[0] and other[1] <= one[1]) or (other[0] <= one[0] and one[1] <= other[1])


def _near(one: Suspect, other: Suspect) -> float:
    """Return the points for places: exact ones count more than countries and regions."""
    best = 0.0
    for here in one.places:
        for there in other.places:
            best = max(best, _nearness(here, there, one.corpus))
    return best


def _nearness(here: str, there: str, corpus: Corpus) -> float:
    coarse = any(_text(_place(each, corpus).get("kind")) in _COARSE for each in (here, there))
    if here == there:
        return 1.0 if coarse else 2.0
    if here in _around(there, corpus) or there in _around(here, corpus):
        return 0.5 if coarse else 1.5
    points = [_point(_place(each, corpus)) for each in (here, there)]
    if coarse or points[0] is None or points[1] is None:
        return 0.0
    return 2.0 if _kilometres(points[0], points[1]) <= _NEAR_KM else 0.0


def _place(place: str, corpus: Corpus) -> Mapping[str, Any]:
    entry = corpus.ids("place").get(place)
    return entry.data if entry else {}


def _around(place: str, corpus: Corpus) -> frozenset[str]:
    """Return the larger places that a place lies in."""
    found: set[str] = set()
    current = _text(_place(place, corpus).get("within"))
    while current and current not in found:
        found.add(current)
        current = _text(_place(current, corpus).get("within"))
    return frozenset(found)


def _point(place: Mapping[str, Any]) -> tuple[float, float] | None:
    values = place.get("latitude"), place.get("longitude")
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return None
    return radians(float(values[0] or 0)), radians(float(values[1] or 0))


def _kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the great-circle distance (haversine, mean radius 6371 km)."""
    half = sin((other[0] - one[0]) / 2) ** 2 + cos(one[0]) * cos(other[0]) * sin((other[1] - one[1]) / 2) ** 2
    return 2 * 6371.0 * asin(sqrt(min(1.0, half)))


def _by_steps(value: float, steps: tuple[tuple[float, float], ...]) -> float:
    return next(points for least, points in steps if value >= least)


def _shared(one: frozenset[Any], other: frozenset[Any]) -> float:
    """Return the share of what both have in what either has (Jaccard)."""
    return len(one & other) / len(one | other) if one | other else 0.0


def _cast(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the points for shared actors: a coder may leave some out, but does not put others in their place."""
    if _shared(one, other) >= 0.5:  # noqa: PLR2004
        return 1.0
    return 0.0 if one <= other or other <= one else -2.0


def _pages(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the points for shared pages: one page may speak of many events."""
    number = len(one & other)
    return 2.0 if number > 1 else 0.5 * number


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= _SAME_NUMBER * max(abs(one), abs(other))


def _compared(one: Suspect, other: Suspect) -> Iterator[bool]:
    """Yield, for what both say of one measure and item by one claimant, whether a number is the same."""
    for key in one.numbers.keys() & other.numbers.keys():
        yield any(_close(here, there) for here in one.numbers[key] for there in other.numbers[key])


def _same_numbers(one: Suspect, other: Suspect) -> bool:
    return any(_compared(one, other))


def _all_other(same: Iterator[bool]) -> bool:
    """Whether something was compared, and nothing is the same."""
    compared = list(same)
    return bool(compared) and not any(compared)


def _hours(one: Suspect, other: Suspect) -> float:
    """Return how many hours lie between the beginnings; none where one of them is not known."""
    return 0.0 if one.minute is None or other.minute is None else abs(one.minute - other.minute) / 60


def _no_numeral_shared(one: Suspect, other: Suspect) -> bool:
    return _all_other(_close(here, there) for here in one.numerals for there in other.numerals)
