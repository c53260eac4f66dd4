"""Which records of two collections are of the same event: pairs with scores. Nothing is ever merged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casus.frames import Table
from casus.match_features import COARSE_KM, EARTH_KM, WEIGHTS, Likeness, Look, compare, look_at
from casus.match_sides import Row, Side, open_side
from casus.schema.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

DAYS, KM, LEAST = 1, 50.0, 60.0
#: From this score on, each other's best partners are taken for one event; how often that holds: docs/matching.md.
SAME = 70.0
#: Events longer than this are compared with every event of the other side, instead of by their days.
_MANY_DAYS = 31
#: So many pairs are looked at a time.
_CHUNK = 200_000

#: Called with how many records of A were compared, and of how many.
Progress = Callable[[int, int], None]


def match(
    a: str | Path,
    b: str | Path,
    *,
    days: int = DAYS,
    km: float = KM,
    least: float = LEAST,
    progress: Progress | None = None,
) -> Table:
    """Find which records of two collections are of the same event, each pair with a score and what it is made of.

    Compared are records whose days overlap or lie at most ``days`` apart, and whose exact places lie at most ``km``
    apart; places that are not exact (a country, a region) only have to be of one state, and records without a place are
    compared by their days. Nothing is merged: what is the same is for the reader to decide.

    Parameters
    ----------
    a, b
        Each a version of the dataset, a release folder, a dataset folder, the folder of an import, or a Parquet file of
        records. The same twice looks for pairs within it.
    days
        How many days may lie between two records of one event.
    km
        How many kilometres may lie between their exact places.
    least
        The least score of the pairs that are returned, 0 to 100.
    progress
        Called now and then with how many records of A were compared, and of how many.

    Returns
    -------
    Table
        One row a pair, the best first: ``a`` and ``b`` (ids), ``score`` (0 to 100), ``best_of_a`` and ``best_of_b``
        (whether no partner of it has a better score), ``ahead`` (of the best other pair of either; 0 for a tie, below 0
        where another is better, absent where there is none), ``days_apart``, ``km``, the parts ``days``, ``place``,
        ``actors``, ``type``, ``text`` and ``numbers`` (0 to 1; absent where it cannot be told), and type, first day and
        title of both.

    Raises
    ------
    UsageError
        If one of the two is none of these, or a number is out of range.
    InvalidRecordsError
        If records are invalid.

    Examples
    --------
    >>> import casus
    >>> pairs = casus.match("0.1.1", "out/ucdp")  # doctest: +SKIP
    """
    if days < 0 or km <= 0 or not 0 <= least <= 100:  # noqa: PLR2004
        raise UsageError(f"Days are 0 or more, km more than 0, least 0 to 100; not {days}, {km} and {least}.")
    one = open_side(a)
    same = Path(a) == Path(b)
    other = one if same else open_side(b)
    return Table(match_sides(one, other, days, km, least, progress), f"pairs of {one.name} and {other.name}", "matched")


def match_sides(
    one: Side, other: Side, days: int = DAYS, km: float = KM, least: float = LEAST, progress: Progress | None = None
) -> pa.Table:
    """Return the pairs of two sides as :func:`match` does."""
    import pyarrow as pa

    rows: list[Row] = []
    for mine, theirs in candidates(one, other, days, km, progress):
        looks = _looks(one, mine), _looks(other, theirs)
        for left, right in zip(mine.tolist(), theirs.tolist(), strict=True):
            found = compare(looks[0][left], looks[1][right], days=days, km=km, least=least)
            if found is not None:
                rows.append({"left": left, "right": right, **_told(found)})
    rows.sort(key=lambda row: (-row["score"], row["left"], row["right"]))
    _rank(rows, same=one is other)
    return pa.Table.from_pylist(_named(rows, one, other), schema=_schema())


def _rank(rows: list[Row], *, same: bool) -> None:
    """Say of each pair whether it is the best of both, and how far it is ahead of their other pairs."""
    scores: tuple[dict[int, list[float]], dict[int, list[float]]] = ({}, {})
    if same:
        scores = scores[0], scores[0]
    for row in rows:  # the best first
        scores[0].setdefault(row["left"], []).append(row["score"])
        scores[1].setdefault(row["right"], []).append(row["score"])
    for row in rows:
        mine, theirs = scores[0][row["left"]], scores[1][row["right"]]
        row["best_of_a"], row["best_of_b"] = mine[0] == row["score"], theirs[0] == row["score"]
        rivals = [found[1] if found[0] == row["score"] else found[0] for found in (mine, theirs) if len(found) > 1]
        row["ahead"] = round(row["score"] - max(rivals), 1) if rivals else None


def candidates(
    one: Side, other: Side, days: int, km: float, progress: Progress | None = None
) -> Iterator[tuple[Any, Any]]:
    """Yield the pairs that are compared, as two arrays of row numbers, some at a time."""
    import numpy as np

    first, last = one.dates
    known = np.flatnonzero(last >= first)
    theirs, their_last = other.dates
    dated = np.flatnonzero(their_last >= theirs)
    is_long = their_last[dated] - theirs[dated] >= _MANY_DAYS
    long = dated[is_long]
    short = dated[~is_long][np.argsort(theirs[dated][~is_long], kind="stable")]
    starts = theirs[short]
    begin = np.searchsorted(starts, first[known] - days - _MANY_DAYS)
    counts = np.searchsorted(starts, last[known] + days, side="right") - begin
    ends = np.cumsum(counts + len(long))
    at = 0
    while at < len(known):
        done = ends[at - 1] if at else 0
        stop = max(at + 1, int(np.searchsorted(ends, done + _CHUNK, side="right")))
        mine, many = known[at:stop], counts[at:stop]
        offsets = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
        left = np.concatenate([np.repeat(mine, many), np.repeat(mine, len(long))])
        right = np.concatenate([short[np.repeat(begin[at:stop], many) + offsets], np.tile(long, len(mine))])
        near = (first[left] - days <= their_last[right]) & (theirs[right] <= last[left] + days)
        if one is other:
            near &= left < right
        left, right = left[near], right[near]
        near = _near(one, other, left, right, km)
        if near.any():
            yield left[near], right[near]
        at = stop
        if progress is not None:
            progress(at, len(known))


def _near(one: Side, other: Side, left: Any, right: Any, km: float) -> Any:
    """Return which pairs may be at one place.

    Exact places by their distance, the others by their state; where that is not known by a large distance.
    """
    import numpy as np

    north, east, exact, state = (each[left] for each in one.main_places)
    other_north, other_east, other_exact, other_state = (each[right] for each in other.main_places)
    half = np.sin(np.radians(other_north - north) / 2) ** 2
    half += np.cos(np.radians(north)) * np.cos(np.radians(other_north)) * np.sin(np.radians(other_east - east) / 2) ** 2
    distance = np.nan_to_num(2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(1.0, half))), nan=0.0)
    stated = (state >= 0) & (other_state >= 0)
    roughly = np.where(stated, state == other_state, distance <= km + COARSE_KM)
    return np.where(exact & other_exact, distance <= km, roughly)


def _looks(side: Side, numbers: Any) -> dict[int, Look]:
    return {number: look_at(row, side) for number, row in side.rows(numbers).items()}


def _told(found: Likeness) -> Row:
    parts = {name: None if value is None else round(value, 3) for name, value in found.parts.items()}
    km = None if found.km is None else round(found.km, 1)
    return {"score": round(found.score, 1), "days_apart": found.days_apart, "km": km, **parts}


def _named(rows: list[Row], one: Side, other: Side) -> list[Row]:
    """Return the pairs with what the records are called."""
    looked = one.rows([row["left"] for row in rows]), other.rows([row["right"] for row in rows])
    for row in rows:
        for name, found in (("a", looked[0][row["left"]]), ("b", looked[1][row["right"]])):
            row[name] = found["id"]
            row |= {f"{name}_{field}": found[field] for field in ("type", "title")}
            row[f"{name}_start"] = found["date"]["start"]
    return rows


def _schema() -> pa.Schema:
    import pyarrow as pa

    text, number, yes = pa.string(), pa.float64(), pa.bool_()
    head = {"a": text, "b": text, "score": number, "best_of_a": yes, "best_of_b": yes, "ahead": number}
    tail = {f"{side}_{name}": text if name != "start" else pa.date32() for side in "ab"
            for name in ("type", "start", "title")}  # fmt: skip
    return pa.schema(head | {"days_apart": pa.int32(), "km": number} | dict.fromkeys(WEIGHTS, number) | tail)
