"""One number per event, by a named rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from casus.frames import Table, check_columns
from casus.querying import scan
from casus.releases import Release, bundled
from casus.schema.errors import UsageError
from casus.schema.rules.field import nearest
from casus.schema.vocabulary import vocabulary

Row = dict[str, Any]
_PERIODS = {"year": 4, "month": 7, "day": 10}
_OVER_CLAIMANTS: Mapping[str, Callable[[list[float]], float]] = {"min": min, "max": max, "median": median}


def tally_table(
    measure: str,
    *,
    by: str | None,
    rule: str,
    parts: Mapping[str, str | None],
    version: str | Path | None,
    filters: Mapping[str, Any],
) -> Table:
    """See :func:`casus.tally`."""
    import pyarrow as pa

    release = bundled(version)
    check_measure(measure, rule, release)
    events = {row["id"]: row for row in scan("events", version=version).filter(**filters).to_arrow().to_pylist()}
    if by is not None and by not in _PERIODS:
        check_columns([by], release.table("events").column_names, "events")
    sums: dict[Any, float] = defaultdict(float)
    counts: dict[Any, int] = defaultdict(int)
    left_out: dict[Any, int] = defaultdict(int)
    for event_id, value in number_of_each(release, measure, rule, set(events), parts).items():
        group = event_id if by is None else _group(events[event_id], by)
        if value is None:
            left_out[group] += 1
        else:
            sums[group] += value
            counts[group] += 1
    groups = sorted({*counts, *left_out}, key=lambda group: (group is None, str(group)))
    data = {
        by or "event": pa.array([None if group is None else str(group) for group in groups], pa.string()),
        "value": pa.array([sums[group] if group in counts else None for group in groups], pa.float64()),
        "unit": pa.array([vocabulary("measures")[measure].extra["unit"]] * len(groups), pa.string()),
        "events": pa.array([counts[group] for group in groups], pa.int32()),
        "left_out": pa.array([left_out[group] for group in groups], pa.int32()),
        "rule": pa.array([rule] * len(groups), pa.string()),
    }
    return Table(pa.table(data), f"tally of {measure}", release.version)


def check_measure(measure: str, rule: str, release: Release) -> None:
    """Check the names of a measure and a rule.

    Raises
    ------
    UsageError
        If there is no such measure, rule or claimant.
    """
    _chooser(rule, release)
    measures = vocabulary("measures")
    if measure not in measures:
        raise UsageError(
            f"There is no measure {measure!r}{nearest(measure, measures)}. There are: {', '.join(measures)}."
        )


def number_of_each(
    release: Release, measure: str, rule: str, ids: set[str], parts: Mapping[str, str | None] | None = None
) -> dict[str, float | None]:
    """Return the one number under the rule of every event that states the measure; None where it has no single one."""
    choose = _chooser(rule, release)
    chosen = parts or {"item": None, "subject": None, "recipient": None}
    stated = _stated(release, measure, chosen, ids)
    return {event_id: choose(_whole(rows, measure, chosen)) for event_id, rows in stated.items()}


def _chooser(rule: str, release: Release) -> Callable[[list[Row]], float | None]:
    kind, _, claimant = rule.partition(":")
    if kind == "claimant" and claimant:
        known = {
            *release.table("actors").column("id").to_pylist(),
            *release.table("publishers").column("id").to_pylist(),
        }
        if claimant not in known:
            raise UsageError(f"There is no claimant {claimant!r} in this release{nearest(claimant, known)}.")
        return lambda rows: _of_claimant(rows, claimant)
    if rule in _OVER_CLAIMANTS:
        return lambda rows: _over_claimants(rows, _OVER_CLAIMANTS[rule])
    raise UsageError(f"There is no rule {rule!r}. The rules are claimant:ID, min, max and median; name one.")


def _stated(release: Release, measure: str, parts: Mapping[str, str | None], ids: set[str]) -> dict[str, list[Row]]:
    """Return the rows of the measure by event, without replaced ones, running totals, and parts not asked for."""
    quantities = release.table("quantities").to_pylist()
    rows = [row for row in quantities if row["event_id"] in ids and row["measure"] == measure]
    replaced = {(row["event_id"], row["replaces"]) for row in rows}
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        chosen = all(wanted is None or row[name] == wanted for name, wanted in parts.items())
        if chosen and not row["cumulative"] and (row["event_id"], row["key"]) not in replaced:
            found[row["event_id"]].append(row)
    return found


def _whole(rows: list[Row], measure: str, parts: Mapping[str, str | None]) -> list[Row]:
    """Return the rows that speak of the whole event: no place, and one and the same item, subject and recipient.

    Where an event states the measure for all things together (no item, or one that means all of them) and also for
    some kinds, the former count. Where it states it only for several kinds apart, none does, for adding them is the
    reader's choice (``item``, ``subject``, ``recipient``).
    """
    general = {"item": {None, *vocabulary("measures")[measure].extra.get("whole_items", ())}}
    whole = [row for row in rows if row["place"] is None]
    for name, wanted in parts.items():
        if wanted is None:
            whole = _general(whole, name, general.get(name, {None}))
    return whole


def _general(rows: list[Row], name: str, general: set[str | None]) -> list[Row]:
    """Return the rows of a general kind, or all rows where these are of a single kind."""
    kinds = {row[name] for row in rows}
    return rows if len(kinds) == 1 else [row for row in rows if row[name] in general]


def _number(row: Row) -> float | None:
    """Return the claimant's number: the best, else the middle of both bounds, else the one bound given."""
    if row["best"] is not None:
        return float(row["best"])
    bounds = [row[name] for name in ("low", "high") if row[name] is not None]
    return float(sum(bounds) / len(bounds)) if bounds else None


def _of_claimant(rows: list[Row], claimant: str) -> float | None:
    """Return the claimant's own number, else the one that all of its side agree on."""
    own = {_number(row) for row in rows if row["claimant"] == claimant} - {None}
    if not own:
        own = {_number(row) for row in rows if row["claimant_side"] == claimant} - {None}
    return own.pop() if len(own) == 1 else None


def _over_claimants(rows: list[Row], over: Callable[[list[float]], float]) -> float | None:
    numbers = [number for number in map(_number, rows) if number is not None]
    return over(numbers) if numbers else None


def _group(event: Row, by: str) -> Any:
    if by in _PERIODS:
        start = event["date_start"]
        return None if start is None else start.isoformat()[: _PERIODS[by]]
    return event[by]
