"""How far two codings of the same events agree: Krippendorff's alpha, shares and F1, each with an interval.

The codings lie in ``reliability/<version>/`` of the dataset folder: ``sample.json`` says how the events were drawn,
``first.jsonl`` and ``second.jsonl`` hold the two codings as they were made, and ``again.jsonl``, where there is one, a
coding after entries of the codebook had been written anew.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from casus.schema.errors import UsageError

Event = Mapping[str, Any]
Codings = Mapping[str, Event]
Pair = tuple[Any, Any]

#: The folder of double codings in a dataset folder, and its files.
FOLDER = "reliability"
SAMPLE, FIRST, SECOND, AGAIN = "sample.json", "first.jsonl", "second.jsonl", "again.jsonl"
#: Below this a field is marked as experimental in the schema (Krippendorff's lower bound for tentative conclusions).
EXPERIMENTAL_BELOW = 0.667
_RESAMPLES = 1000
_LEVEL = 0.95
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_STRATUM_FIELDS = {"name", "release", "domains", "n", "ids"}


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two codings agree on one thing.

    Attributes
    ----------
    name
        What was compared.
    measure
        ``alpha (nominal)``, ``alpha (ordinal)``, ``alpha (interval)``, ``share`` or ``F1``.
    value, low, high
        The figure, and the bounds of its 95 % interval by bootstrap over events; NaN where nothing was compared.
    n, events
        How many pairs were compared (for F1: how many items both codings hold together), of how many events.
    target
        The figure that is aimed at, if there is one.
    field
        The field of an event that it tells of, such as ``participants.roles``.
    """

    name: str
    measure: str
    value: float
    low: float
    high: float
    n: int
    events: int
    target: float | None = None
    field: str = ""

    @property
    def falls_short(self) -> bool:
        """Whether the figure is below its target."""
        return self.target is not None and not self.value >= self.target


@dataclass(frozen=True, slots=True)
class Stratum:
    """One part of the sample: ``n`` events of some domains, drawn from a release.

    Attributes
    ----------
    name
        Its name.
    release
        The release that it was drawn from.
    domains
        The domains of the event types that belong to it.
    n
        How many events.
    ids
        Those drawn, in the order of their ids.
    """

    name: str
    release: str
    domains: tuple[str, ...]
    n: int
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DoubleCoding:
    """A sample of events with two codings, and perhaps one after the codebook was mended.

    Attributes
    ----------
    version
        The release that it belongs to.
    seed
        The seed of the draw.
    strata
        The parts of the sample.
    first, second, again
        The codings, by the id of the event; ``again`` is empty where nothing was recoded.
    notes
        What a reader must know of this coding, a paragraph each.
    """

    version: str
    seed: int
    strata: tuple[Stratum, ...]
    first: Codings
    second: Codings
    again: Codings
    notes: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the sample."""
        return tuple(id_ for stratum in self.strata for id_ in stratum.ids)


def draw(ids: Iterable[str], n: int, seed: int) -> tuple[str, ...]:
    """Return ``n`` of the ids, drawn by the digest of seed and id, so that a draw does not depend on their order.

    Parameters
    ----------
    ids
        The ids to draw from.
    n
        How many.
    seed
        A number; the same seed draws the same ids.

    Returns
    -------
    tuple of str
        The drawn ids, sorted.

    Examples
    --------
    >>> draw(["2025-01-01-a", "2025-01-02-b", "2025-01-03-c"], 2, seed=1)
    ('2025-01-01-a', '2025-01-02-b')
    """
    each = sorted(set(ids), key=lambda id_: hashlib.sha256(f"{seed}:{id_}".encode()).hexdigest())
    if len(each) < n:
        raise UsageError(f"{n} events are to be drawn and there are only {len(each)}.")
    return tuple(sorted(each[:n]))


def read_double_coding(folder: Path, version: str | None = None) -> DoubleCoding:
    """Read the double coding of a dataset folder.

    Parameters
    ----------
    folder
        The dataset folder.
    version
        The release that it belongs to; the latest by default.

    Raises
    ------
    UsageError
        If there is none, a file cannot be read, or the codings are not those of the sample.
    """
    found = sorted(
        (path for path in (folder / FOLDER).glob("*") if _VERSION.fullmatch(path.name)),
        key=lambda path: tuple(map(int, path.name.split("."))),
    )
    names = [path.name for path in found]
    if not found or (version is not None and version not in names):
        what = f"of version {version} " if version else ""
        raise UsageError(
            f"There is no double coding {what}in {folder / FOLDER}; there is {', '.join(names) or 'none'}."
        )
    place = found[-1] if version is None else found[names.index(version)]
    sample = place / SAMPLE
    try:
        said = json.loads(_read(sample))
    except ValueError as error:
        raise UsageError(f"{sample} cannot be read ({error}).") from None
    if not isinstance(said, Mapping):
        raise UsageError(f"{sample} cannot be read: it is no mapping.")
    try:
        seed = int(said["seed"])
    except (KeyError, TypeError, ValueError):
        raise UsageError(f"{sample}: seed is to be a whole number.") from None
    strata = tuple(_stratum(each, sample) for each in said.get("strata", ()))
    wanted = {id_ for stratum in strata for id_ in stratum.ids}
    first, second = (_codings(place / name, wanted, every=True) for name in (FIRST, SECOND))
    again = _codings(place / AGAIN, wanted, every=False) if (place / AGAIN).is_file() else {}
    return DoubleCoding(place.name, seed, strata, first, second, again, tuple(map(str, said.get("notes", ()))))


def agreements(first: Codings, second: Codings, *, seed: int = 0) -> tuple[Agreement, ...]:
    """Return how far two codings agree on the events that both hold, field by field.

    Parameters
    ----------
    first, second
        Records by the id of the event.
    seed
        Seed of the bootstrap.

    Returns
    -------
    tuple of Agreement
        One for each thing that is compared; intervals are percentiles of 1,000 resamples of the events.

    Raises
    ------
    UsageError
        If the codings share no event, or the package ``krippendorff`` is not installed.
    """
    ids = sorted(set(first) & set(second))
    if not ids:
        raise UsageError("The two codings share no event.")
    return tuple(_agreement(each, [(first[id_], second[id_]) for id_ in ids], seed) for each in _COMPARED)


@dataclass(frozen=True, slots=True)
class _Compared:
    field: str
    name: str
    measure: str
    pairs: Callable[[Event, Event], Iterable[Pair]]
    target: float | None = None


def _agreement(compared: _Compared, events: Sequence[tuple[Event, Event]], seed: int) -> Agreement:
    figure = _FIGURES[compared.measure]
    units = [list(compared.pairs(one, other)) for one, other in events]
    chance = random.Random(f"{seed} {compared.name}")  # noqa: S311
    drawn = sorted(
        value
        for _ in range(_RESAMPLES)
        if not math.isnan(value := figure([pair for unit in chance.choices(units, k=len(units)) for pair in unit]))
    )
    low, high = (
        (drawn[int((1 - _LEVEL) / 2 * len(drawn))], drawn[min(int((1 + _LEVEL) / 2 * len(drawn)), len(drawn) - 1)])
        if drawn
        else (math.nan, math.nan)
    )
    pairs = [pair for unit in units for pair in unit]
    return Agreement(
        compared.name,
        compared.measure,
        figure(pairs),
        low,
        high,
        len(pairs),
        sum(map(bool, units)),
        compared.target,
        compared.field,
    )


def _alpha(level: Literal["nominal", "ordinal", "interval"]) -> Callable[[Sequence[Pair]], float]:
    """Return Krippendorff's alpha of pairs; 1 where both codings hold one and the same value throughout."""

    def figure(pairs: Sequence[Pair]) -> float:
        try:
            import krippendorff
        except ImportError:
            raise UsageError("Agreement needs a further package: pip install 'casus-events[reliability]'.") from None
        values = sorted({value for pair in pairs for value in pair})
        if len(values) <= 1:  # alpha has no meaning without variation; nothing was disagreed on
            return 1.0 if values else math.nan
        numbers = {value: float(place) if level == "nominal" else float(value) for place, value in enumerate(values)}
        data = [[numbers[one] for one, _ in pairs], [numbers[other] for _, other in pairs]]
        return float(krippendorff.alpha(reliability_data=data, level_of_measurement=level))

    return figure


def _share(pairs: Sequence[Pair]) -> float:
    return sum(one == other for one, other in pairs) / len(pairs) if pairs else math.nan


def _f1(pairs: Sequence[Pair]) -> float:
    """Return F1 of items that the first, the second or both codings hold: twice the shared over all of both."""
    both = sum(one and other for one, other in pairs)
    held = sum(bool(one) + bool(other) for one, other in pairs)
    return 2 * both / held if held else math.nan


_FIGURES: dict[str, Callable[[Sequence[Pair]], float]] = {
    "alpha (nominal)": _alpha("nominal"),
    "alpha (ordinal)": _alpha("ordinal"),
    "alpha (interval)": _alpha("interval"),
    "share": _share,
    "F1": _f1,
}


def _value(name: str) -> Callable[[Event, Event], Iterable[Pair]]:
    return lambda one, other: [(str(one.get(name)), str(other.get(name)))]


def _mode_of_the_same_type(one: Event, other: Event) -> Iterator[Pair]:
    if one.get("type") == other.get("type"):
        yield str(one.get("mode")), str(other.get("mode"))


def _items(items: Callable[[Event], Iterable[Any]]) -> Callable[[Event, Event], Iterable[Pair]]:
    """Compare sets of items: one pair an item, of whether each coding holds it; repeated items count each time."""

    def pairs(one: Event, other: Event) -> Iterator[Pair]:
        mine, yours = Counter(items(one)), Counter(items(other))
        for item in sorted(mine | yours, key=repr):
            both = min(mine[item], yours[item])
            yield from [(True, True)] * both
            yield from [(True, False)] * (mine[item] - both)
            yield from [(False, True)] * (yours[item] - both)

    return pairs


def _shared(
    name: str, key: Callable[[Event], Any], value: Callable[[Event], Any]
) -> Callable[[Event, Event], Iterable[Pair]]:
    """Compare the values of groups that both codings hold once, by their key."""

    def pairs(one: Event, other: Event) -> Iterator[Pair]:
        mine, yours = (_once(event.get(name, ()), key) for event in (one, other))
        for shared in sorted(mine.keys() & yours.keys(), key=repr):
            found = value(mine[shared]), value(yours[shared])
            if None not in found:
                yield found

    return pairs


def _once(groups: Iterable[Event], key: Callable[[Event], Any]) -> dict[Any, Event]:
    """Return the groups by key, without those that another replaces and those whose key stands more than once."""
    groups = list(groups)
    replaced = {group.get("replaces") for group in groups}
    left = [group for group in groups if group.get("key") not in replaced or group.get("key") is None]
    count = Counter(map(key, left))
    return {key(group): group for group in left if count[key(group)] == 1}


def _dates_overlap(one: Event, other: Event) -> Iterator[Pair]:
    spans = [_span(event.get("date") or {}) for event in (one, other)]
    if None not in spans:
        (start, end), (start2, end2) = spans  # type: ignore[misc]
        yield start <= end2 and start2 <= end, True


def _same_days(one: Event, other: Event) -> Iterator[Pair]:
    spans = [_span(event.get("date") or {}) for event in (one, other)]
    if None not in spans:
        yield spans[0], spans[1]


def _span(date: Event) -> tuple[dt.date, dt.date] | None:
    start, end = date.get("start"), date.get("end")
    if not start:
        return None
    return dt.date.fromisoformat(str(start)), dt.date.fromisoformat(str(end)) if end else dt.date.max


def _number(quantity: Event) -> float | None:
    for name in ("best", "low", "high"):
        if quantity.get(name) is not None:
            return float(quantity[name])
    return None


def _log(quantity: Event) -> float | None:
    number = _number(quantity)
    return None if number is None else math.log10(1 + number)


def _actors(event: Event) -> Iterator[Any]:
    return (each.get("actor") for each in event.get("participants", ()))


def _places(event: Event) -> Iterator[Any]:
    return (each.get("place") for each in event.get("locations", ()))


def _quantities(event: Event) -> Iterator[Any]:
    return map(_measured_as, event.get("quantities", ()))


def _measured_as(quantity: Event) -> tuple[Any, ...]:
    number = _number(quantity)
    return quantity.get("measure"), quantity.get("words") if number is None else number


def _measured_by(quantity: Event) -> tuple[Any, ...]:
    return tuple(quantity.get(name) for name in ("measure", "claimant", "place"))


def _claimants(event: Event) -> Iterator[Any]:
    return (each.get("claimant") for each in event.get("claims", ()))


def _kinds_of_claims(event: Event) -> Iterator[Any]:
    return ((each.get("kind", "fact"), each.get("claimant")) for each in event.get("claims", ()))


def _positions(event: Event) -> Iterator[Any]:
    return (tuple(each.get(name) for name in ("actor", "issue", "stance")) for each in event.get("positions", ()))


_COMPARED = (
    _Compared("type", "type", "alpha (nominal)", _value("type"), 0.8),
    _Compared("mode", "mode", "alpha (nominal)", _value("mode"), 0.667),
    _Compared("mode", "mode, where the type is the same", "alpha (nominal)", _mode_of_the_same_type),
    _Compared("status", "status", "alpha (nominal)", _value("status"), 0.8),
    _Compared("date", "dates that overlap", "share", _dates_overlap, 0.95),
    _Compared("date", "dates that are the same days", "share", _same_days),
    _Compared("participants", "participants", "F1", _items(_actors)),
    _Compared(
        "participants.roles",
        "roles of a participant in both",
        "alpha (nominal)",
        _shared("participants", lambda each: each.get("actor"), lambda each: "+".join(sorted(each.get("roles", ())))),
    ),
    _Compared("locations", "places", "F1", _items(_places)),
    _Compared(
        "locations.precision",
        "precision of a place in both",
        "alpha (ordinal)",
        _shared("locations", lambda each: each.get("place"), lambda each: each.get("precision", 1)),
    ),
    _Compared("issues", "issues", "F1", _items(lambda event: event.get("issues", ()))),
    _Compared("targets", "targets", "F1", _items(lambda event: event.get("targets", ()))),
    _Compared("quantities", "quantities, by measure and number", "F1", _items(_quantities)),
    _Compared(
        "quantities.claimant",
        "claimant of a measure and number in both",
        "alpha (nominal)",
        _shared("quantities", _measured_as, lambda each: str(each.get("claimant"))),
    ),
    _Compared(
        "quantities.best",
        "number of a measure and claimant in both (log)",
        "alpha (interval)",
        _shared("quantities", _measured_by, _log),
    ),
    _Compared("claims", "claims, by claimant", "F1", _items(_claimants)),
    _Compared("claims", "claims, by kind and claimant", "F1", _items(_kinds_of_claims)),
    _Compared("positions", "positions, by actor, issue and stance", "F1", _items(_positions)),
    _Compared(
        "positions.stance",
        "stance of an actor on an issue in both",
        "alpha (nominal)",
        _shared("positions", lambda each: (each.get("actor"), each.get("issue")), lambda each: str(each.get("stance"))),
    ),
)


def _stratum(data: Any, path: Path) -> Stratum:
    if not isinstance(data, Mapping) or set(data) != _STRATUM_FIELDS:
        raise UsageError(f"{path}: a stratum has the fields {', '.join(sorted(_STRATUM_FIELDS))}.")
    ids = tuple(data["ids"])
    if len(ids) != data["n"] or len(set(ids)) != len(ids):
        raise UsageError(f"{path}: the stratum {data['name']} names {len(set(ids))} events and says n: {data['n']}.")
    return Stratum(str(data["name"]), str(data["release"]), tuple(data["domains"]), int(data["n"]), ids)


def _codings(path: Path, wanted: set[str], *, every: bool) -> Codings:
    """Read one coding: a JSON line a record."""
    found: dict[str, Event] = {}
    for number, line in enumerate(_read(path).decode("utf-8", "replace").splitlines(), 1):
        try:
            record = json.loads(line)
            found[record["id"]] = record
        except (ValueError, KeyError, TypeError):
            raise UsageError(f"{path}:{number}: this line is not a record in JSON with an id.") from None
    foreign, missing = sorted(set(found) - wanted), sorted(wanted - set(found)) if every else []
    if foreign or missing:
        said = [f"not in the sample: {', '.join(foreign)}"] if foreign else []
        said += [f"missing: {', '.join(missing)}"] if missing else []
        raise UsageError(f"{path} does not hold the sample: {'; '.join(said)}.")
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror or error}).") from None
