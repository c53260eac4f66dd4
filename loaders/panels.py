"""Panels: events counted by country or by pair of states, and by day or month, with zeros where there were none."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casus.dyadic import Row, chosen_events, pairs_of, sides_of
from casus.filters import check_day
from casus.frames import Table
from casus.releases import Release, bundled
from casus.schema.errors import UsageError
from casus.schema.rules.field import nearest
from casus.tallying import check_measure, number_of_each

if TYPE_CHECKING:
    import pyarrow as pa

BY = ("country-day", "country-month", "dyad-day", "dyad-month")
DAYS = ("start", "every")
#: Roles of places at which an event happens; from elsewhere it was only launched.
_HERE = ("area", "site", "target")
#: No panel has more rows than this.
_MOST_ROWS = 20_000_000
_IN_A_YEAR = 12

#: A state, or a pair of them; and that in a period, by its first day.
Unit = tuple[str, ...]
Cell = tuple[Unit, dt.date]


def panel(
    by: str = "country-month",
    *,
    days: str = "start",
    measure: str | None = None,
    rule: str | None = None,
    planned: bool = False,
    version: str | Path | None = None,
    **filters: Any,
) -> Table:
    """Count events by country, or by pair of states, and by period; periods without events have zeros.

    The units are those that have an event at all. The periods run without a gap from ``since`` to ``until``; where
    these are not given, from the first to the last event. An event without a day is not counted.

    Parameters
    ----------
    by
        ``country-day`` or ``country-month``: the states, by law, of the places where the event happened (site, target
        or area; not where it was launched). ``dyad-day`` or ``dyad-month``: the source side and the target side of
        :func:`casus.dyads`, other than itself; an event counts once a pair, however many actors the sides had in it.
        What has no state, or no side, is not counted.
    days
        How an event of several days counts: ``start``, once, on its first day; ``every``, in every period that it
        touches. One that lies somewhere in an interval (``date_extent`` is ``within``) always counts once, on the
        interval's first day.
    measure, rule
        Also add up a measure, one number an event by the rule, as :func:`casus.tally` does, in the period of its first
        day. The number of an event that counts in several units is of none of them.
    planned
        Whether events that are only planned, or did not come about, count too, as in :func:`casus.dyads`.
    version, **filters
        Which release and which events; the same as in :func:`casus.load`.

    Returns
    -------
    Table
        ``country``, or ``source`` and ``target``; ``day`` or ``month`` (its first day); ``events``; with a measure
        ``value``, ``counted`` (events with a number under the rule) and ``left_out`` (events that state the measure
        but have none, or count in several units).

    Raises
    ------
    UsageError
        If a name, the version, a filter or its value does not exist, or the panel would have too many rows.

    Examples
    --------
    >>> import casus
    >>> attacks = casus.panel("country-day", type="air-attack", since="2025-06-01", until="2025-06-30")
    """
    _check("panel by", by, BY)
    _check("way of counting days", days, DAYS)
    if (measure is None) != (rule is None):
        raise UsageError("A measure goes with a rule, and a rule with a measure: claimant:ID, min, max or median.")
    release = bundled(version)
    if measure and rule:
        check_measure(measure, rule, release)
    events = [each for each in chosen_events(version, filters, planned=planned) if each["date_start"] is not None]
    of, _, period = by.partition("-")
    units = _countries(release) if of == "country" else _pairs(release)
    first, last = _bounds(events, filters, days)
    counts: dict[Cell, int] = defaultdict(int)
    for event in events:
        for unit, begin in product(units.get(event["id"], ()), _periods(event, period, days, first, last)):
            counts[unit, begin] += 1
    numbers = _numbers(release, events, units, period, measure, rule) if measure and rule else None
    periods = list(_run(_begin(first, period), last, period))
    return Table(_filled(counts, numbers, of, period, periods), f"panel by {by}", release.version, release.note)


def _check(what: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise UsageError(f"There is no {what} {value!r}{nearest(value, known)}. There are: {', '.join(known)}.")


def _countries(release: Release) -> dict[str, list[Unit]]:
    """Return the states in which each event happened."""
    found: dict[str, dict[Unit, None]] = defaultdict(dict)
    for row in release.table("locations").select(["event_id", "role", "country"]).to_pylist():
        if row["role"] in _HERE and row["country"]:
            found[row["event_id"]][row["country"],] = None
    return {event: list(units) for event, units in found.items()}


def _pairs(release: Release) -> dict[str, list[Unit]]:
    """Return the pairs of states of each event."""
    found: dict[str, list[Unit]] = {}
    for event, sides in sides_of(release).items():
        pairs = {(source.side, target.side): None for source, target in pairs_of(sides) if target}
        found[event] = [(one, other) for one, other in pairs if one and other and one != other]
    return found


def _bounds(events: list[Row], filters: Mapping[str, Any], days: str) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of the panel; the last lies before the first where nothing is to be counted."""
    starts = [each["date_start"] for each in events]
    ends = [each["date_end"] or each["date_start"] for each in events] if days == "every" else starts
    first = check_day(filters["since"], "since") if "since" in filters else min(starts, default=dt.date.max)
    last = check_day(filters["until"], "until") if "until" in filters else max(ends, default=dt.date.min)
    return first, last


def _periods(event: Row, period: str, days: str, first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Return the periods in which an event counts, by their first days."""
    start, end = event["date_start"], event["date_end"] or event["date_start"]
    if days == "start" or event["date_extent"] == "within":
        end = start
    elif event["date_end"] is None and event["status"] == "ongoing":
        end = last
    start, end = (max(start, first), min(end, last)) if end >= first else (last, first)
    return _run(_begin(start, period), end, period) if start <= end else iter(())


def _run(begin: dt.date, end: dt.date, period: str) -> Iterator[dt.date]:
    """Yield the first days of the periods from one that begins then to the one in which the end lies."""
    if period == "day":
        yield from map(dt.date.fromordinal, range(begin.toordinal(), end.toordinal() + 1))
        return
    for month in range(_months(begin), _months(end) + 1):
        yield dt.date(month // _IN_A_YEAR, month % _IN_A_YEAR + 1, 1)


def _begin(day: dt.date, period: str) -> dt.date:
    return day if period == "day" else day.replace(day=1)


def _months(day: dt.date) -> int:
    return day.year * _IN_A_YEAR + day.month - 1


def _numbers(
    release: Release, events: list[Row], units: Mapping[str, list[Unit]], period: str, measure: str, rule: str
) -> dict[Cell, tuple[float, int, int]]:
    """Return, by unit and period: the sum, how many events have a number, and how many have none."""
    sums: dict[Cell, tuple[float, int, int]] = {}
    days = {event["id"]: event["date_start"] for event in events}
    for event, value in number_of_each(release, measure, rule, set(days)).items():
        mine = units.get(event, ())
        for unit in mine:
            cell = unit, _begin(days[event], period)
            total, counted, left_out = sums.get(cell, (0.0, 0, 0))
            usable = value is not None and len(mine) == 1
            sums[cell] = (total + (value or 0.0) * usable, counted + usable, left_out + (not usable))
    return sums


def _filled(
    counts: Mapping[Cell, int],
    numbers: Mapping[Cell, tuple[float, int, int]] | None,
    of: str,
    period: str,
    periods: list[dt.date],
) -> pa.Table:
    """Return the panel with a row for every unit and period."""
    import pyarrow as pa

    units = sorted({unit for unit, _ in counts})
    if len(units) * len(periods) > _MOST_ROWS:
        raise UsageError(
            f"The panel would have {len(units) * len(periods):,} rows. Choose months, or a period (since, until)."
        )
    cells = list(product(units, periods))
    names = ("country",) if of == "country" else ("source", "target")
    data = {name: pa.array([unit[at] for unit, _ in cells], pa.string()) for at, name in enumerate(names)}
    data[period] = pa.array([begin for _, begin in cells], pa.date32())
    data["events"] = pa.array([counts.get(cell, 0) for cell in cells], pa.int64())
    if numbers is not None:
        rows = [numbers.get(cell, (0.0, 0, 0)) for cell in cells]
        # Where events state the measure and none has a number under the rule, the sum is not known.
        sums = [None if left_out and not counted else total for total, counted, left_out in rows]
        data["value"] = pa.array(sums, pa.float64())
        data["counted"] = pa.array([counted for _, counted, _ in rows], pa.int64())
        data["left_out"] = pa.array([left_out for _, _, left_out in rows], pa.int64())
    return pa.table(data)
