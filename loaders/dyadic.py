"""Dyads and panels: the events as rows from a source to a target, and as counts by country or pair and period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from casus.crosswalking import cameo_of
from casus.frames import Table
from casus.querying import scan
from casus.releases import Release, bundled

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]
#: The statuses of what took place, as far as is said; the others are of what was only planned.
HAPPENED = ("alleged", "occurred", "ongoing")
#: The roles to which an initiator's act goes, the first that an actor has.
TOWARDS = ("target", "addressee", "beneficiary")


_COLUMNS = (
    "event_id",
    "date_start",
    "date_end",
    "type",
    "mode",
    "status",
    "source",
    "source_side",
    "source_role",
    "target",
    "target_side",
    "target_role",
    "cameo",
    "country",
)


class Side(NamedTuple):
    """An actor of an event, in one of its roles."""

    actor: str
    side: str | None
    role: str


def dyads(*, version: str | Path | None = None, monadic: bool = False, planned: bool = False, **filters: Any) -> Table:
    """Return the events as rows from a source actor to a target actor, in the manner of ICEWS and GDELT.

    An initiator's act goes to every target, addressee and beneficiary. Parties act on equal footing: every two of them
    give two rows, one in each direction, and each of them one to every beneficiary of an event without an initiator.
    Mediators, hosts, guests, observers, guarantors and sponsors give no rows. One event gives as many rows as it has
    such pairs: count events by their distinct ``event_id``, not by rows.

    Parameters
    ----------
    version
        Version of a release or a folder, as in :func:`casus.load`.
    monadic
        Whether initiators and parties without anybody to act on stand in a row without a target.
    planned
        Whether events that are only planned, or did not come about, are there too (pending, scheduled, postponed,
        cancelled, lapsed). A filter by ``status`` decides that as well.
    **filters
        Which events; the same as in :func:`casus.load`.

    Returns
    -------
    Table
        ``event_id``, ``date_start``, ``date_end``, ``type``, ``mode``, ``status``, ``source``, ``source_side`` (ISO3),
        ``source_role``, ``target``, ``target_side``, ``target_role``, ``cameo`` and ``country``, by day and event.
        ``cameo`` is the one code of :func:`casus.crosswalk` (``stated_by`` is ``view``) for the type and mode, where
        one fits and the event was not only planned.

    Raises
    ------
    UsageError
        If the version, a filter or its value does not exist.

    Examples
    --------
    >>> import casus
    >>> from_russia = casus.dyads(domain="military").to_pandas().query("source_side == 'RUS'")
    """
    import pyarrow as pa

    release = bundled(version)
    codes = cameo_of()
    rows: list[Row] = []
    events = chosen_events(version, filters, planned=planned)
    sides = sides_of(release)
    for event in events:
        head = {name: event[name] for name in ("date_start", "date_end", "type", "mode", "status", "country")}
        code = codes.get((event["type"], event["mode"])) if event["status"] in HAPPENED else None
        for source, target in pairs_of(sides.get(event["id"], ()), monadic=monadic):
            end = target or Side("", None, "")
            rows.append(
                {"event_id": event["id"], **head, "source": source.actor, "source_side": source.side}
                | {"source_role": source.role, "target": end.actor or None, "target_side": end.side}
                | {"target_role": end.role or None, "cameo": code}
            )
    return Table(pa.Table.from_pylist(rows, schema=_schema()), "dyads", release.version, release.note)


def chosen_events(version: str | Path | None, filters: Mapping[str, Any], *, planned: bool) -> list[Row]:
    """Return the rows of ``events`` that fit, by day and id; what was only planned is left out unless asked for."""
    names = ["id", "date_start", "date_end", "date_extent", "type", "domain", "mode", "status", "country"]
    rows = scan("events", version=version).filter(**filters).to_arrow().select(names).to_pylist()
    if not planned and "status" not in filters:
        rows = [row for row in rows if row["status"] in HAPPENED]
    return sorted(rows, key=lambda row: (str(row["date_start"]), row["id"]))


def sides_of(release: Release) -> dict[str, list[Side]]:
    """Return, for every event, its actors in each of their roles, in the order of the record."""
    side = {
        (row["event_id"], row["key"]): row["side"]
        for row in release.table("participants").select(["event_id", "key", "side"]).to_pylist()
    }
    found: dict[str, list[Side]] = defaultdict(list)
    for row in release.table("participant_roles").to_pylist():
        found[row["event_id"]].append(Side(row["actor"], side[row["event_id"], row["key"]], row["role"]))
    return found


def pairs_of(sides: list[Side] | tuple[Side, ...], *, monadic: bool = False) -> Iterator[tuple[Side, Side | None]]:
    """Yield who acts on whom in one event; with ``monadic`` also who acts on nobody. No pair comes twice."""
    first: dict[tuple[str, str], Side] = {}
    for each in sides:
        first.setdefault((each.role, each.actor), each)
    by_role: dict[str, list[Side]] = defaultdict(list)
    for each in first.values():
        by_role[each.role].append(each)
    initiators, parties = by_role["initiator"], by_role["party"]
    ends = {each.actor: each for role in reversed(TOWARDS) for each in by_role[role]}
    towards = [(source, target) for source in initiators for target in ends.values()]
    among = [(source, target) for source in parties for target in parties]
    among += [] if initiators else [(source, each) for source in parties for each in by_role["beneficiary"]]
    seen: set[tuple[str, str]] = set()
    for source, target in (*towards, *among):
        if source.actor != target.actor and (source.actor, target.actor) not in seen:
            seen.add((source.actor, target.actor))
            yield source, target
    if monadic:
        acting = {source for source, _ in seen}
        lonely = {each.actor: each for each in (*parties, *initiators) if each.actor not in acting}
        yield from ((each, None) for each in lonely.values())


def _schema() -> pa.Schema:
    import pyarrow as pa

    days = ("date_start", "date_end")
    return pa.schema([pa.field(name, pa.date32() if name in days else pa.string()) for name in _COLUMNS])
