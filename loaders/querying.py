"""What a user types: load, scan, records, tally."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casus.filters import check_code, check_day, equals, listed
from casus.frames import Scan, Table
from casus.manifest import RECORDS
from casus.releases import Release, bundled
from casus.schema.errors import UsageError
from casus.schema.event import Event
from casus.schema.rules.field import nearest

if TYPE_CHECKING:
    import pyarrow as pa

    from casus.imported import Import

#: Filters that are more than the equality of a column, and what they mean.
SPECIAL = {
    "since": "events that end on or after the day",
    "until": "events that begin on or before the day",
    "actor": "events in which the actor, or somebody who belongs to that state, takes part",
    "role": "events in which somebody has the role",
    "place": "events at the place or at a place within it",
    "country": "events at a place of the state (ISO3)",
    "issue": "events that are about the issue",
    "target": "events that attack the kind of target",
}
#: Columns of ``events`` by which the other tables can be filtered too.
OF_EVENTS = ("type", "domain", "mode", "status")


def load(
    table: str = "events",
    *,
    version: str | Path | None = None,
    columns: Sequence[str] | None = None,
    follow_merged: bool = False,
    **filters: Any,
) -> Table:
    """Load a table of the bundled release, verified and validated.

    Parameters
    ----------
    table
        Name of a flat table (``events``, ``participants``, ``quantities``, ``claims``, ``positions``, ``links``,
        ``sources``, ``actors``, ``places`` ...) or ``records`` for the nested records.
    version
        Version of a release that is bundled or was fetched, or the folder of a release of your own or of an import;
        the newest that is bundled unless given.
    columns
        Which columns; all unless given.
    follow_merged
        Whether ids of events in the filters that were merged into other records mean those now; without it they
        select nothing.
    **filters
        Rows to keep: any column of the table, ``type``, ``domain``, ``mode``, ``status`` of the event, and ``since``,
        ``until``, ``actor``, ``role``, ``place``, ``country``, ``issue``, ``target``. A list of values means any of
        them.

    Returns
    -------
    Table
        One row per event, or per part of an event for the other tables.

    Raises
    ------
    UsageError
        If the table, the version, a column, a filter or its value does not exist.
    InvalidRecordsError
        If the release is damaged or a row is invalid: which file, row, field and rule.

    Examples
    --------
    >>> import casus
    >>> talks = casus.load(type="talks", since="2025-06-01")
    >>> claims = casus.load("claims", actor="RUS", kind="superlative")
    """
    wanted = filters
    if follow_merged and _import(version) is None:
        wanted = _followed(bundled(version), filters)
    found = scan(table, version=version).filter(**wanted)
    return (found.select(*columns) if columns is not None else found).collect()


def scan(table: str = RECORDS, *, version: str | Path | None = None) -> Scan:
    """Return a lazy scan of a table, of the nested records unless another is named.

    The file is verified, and every record validated, when the scan is made; rows are filtered when they are asked
    for. Of an import (``version=Path("out")``) nothing is read before rows are asked for: its records were validated
    when it was made, and :func:`casus.validate` checks them again. Polars, pandas, DuckDB and PyArrow read it through
    ``__arrow_c_stream__``.

    Raises
    ------
    UsageError
        If the table or the version does not exist.
    InvalidRecordsError
        If the release is damaged or a row is invalid.
    """
    if (found := _import(version)) is not None:
        from casus.lazy import scan_import

        return scan_import(found, table)
    release = bundled(version)
    data = release.table(table)
    return Scan(
        data, table, release.version, lambda name, wanted: _expressions(release, name, wanted), note=release.note
    )


def records(*, version: str | Path | None = None, follow_merged: bool = False, **filters: Any) -> Iterator[Event]:
    """Yield records as validated models; the same filters as in :func:`load`, and the same ``follow_merged``.

    Raises
    ------
    UsageError
        If the version, a filter or its value does not exist.
    InvalidRecordsError
        If the release is damaged or a row is invalid.
    """
    release = bundled(version)
    events = release.events()
    wanted = _followed(release, filters) if follow_merged else filters
    ids = set(scan("events", version=version).filter(**wanted).to_arrow().column("id").to_pylist())
    return (event for event in events if event.id in ids)


def get_path(table: str = "events", *, version: str | Path | None = None) -> Path:
    """Return the path of a table's Parquet file, for tools that read files themselves.

    The file is as it was built: that of a release of an older schema has the columns of that schema.

    Raises
    ------
    UsageError
        If the table or the version does not exist.
    """
    return bundled(version).path(table)


def tally(
    measure: str,
    *,
    by: str | None = None,
    rule: str,
    item: str | None = None,
    subject: str | None = None,
    recipient: str | None = None,
    version: str | Path | None = None,
    **filters: Any,
) -> Table:
    """Add up a measure over events, one number per event, so that rival claims are never added.

    Parameters
    ----------
    measure
        Code of a measure, such as ``"drones-launched"``.
    by
        What to group by: ``"year"``, ``"month"``, ``"day"``, or a column of ``events`` such as ``"type"``. None
        gives one row per event.
    rule
        Whose number counts for an event: ``"claimant:ID"`` (that claimant's, or that of somebody of that side),
        ``"min"``, ``"max"`` or ``"median"`` of the claimants' numbers.
    item, subject, recipient
        Count only this kind of things, those of this side, or those that this side receives. Rows for one place of
        many, and running totals, never count.
    **filters
        Which events; the same as in :func:`load`.

    Returns
    -------
    Table
        The group, ``value`` (in the unit of the measure), ``events`` (how many have a number under the rule),
        ``left_out`` (how many state the measure but have no single number under the rule: only bounds in words, only
        numbers for parts, or several items of which none was chosen) and ``rule``.

    Raises
    ------
    UsageError
        If the measure, the rule, the grouping or a filter does not exist.
    """
    from casus.tallying import tally_table

    parts = {"item": item, "subject": subject, "recipient": recipient}
    return tally_table(measure, by=by, rule=rule, parts=parts, version=version, filters=filters)


def _import(version: str | Path | None) -> Import | None:
    """Return the import that a version is the folder of, if it is one."""
    from casus.imported import Import, is_import

    return Import.open(version) if version is not None and is_import(version) else None


def _followed(release: Release, filters: Mapping[str, Any]) -> dict[str, Any]:
    """Return filters with the ids of merged records replaced by those of the records that hold their content now."""
    from casus.history import resolve

    names = ("id", "event_id", "target")
    return {
        name: list(resolve(release, map(str, listed(value)))) if name in names else value
        for name, value in filters.items()
    }


def _expressions(release: Release, table: str, wanted: Mapping[str, Any]) -> Iterator[Any]:
    """Yield an Arrow expression for every filter."""
    import pyarrow.compute as pc

    columns = release.table(table).column_names
    key = "event_id" if "event_id" in columns else "id"
    of_events = table in ("events", RECORDS) or "event_id" in columns
    for name, value in wanted.items():
        if name in SPECIAL and of_events and not (name in columns and name not in ("place", "country")):
            yield pc.field(key).isin(_special(release, name, value))
        elif name in columns:
            yield equals(release.table(table), table, name, value)
        elif name in OF_EVENTS and of_events:
            events = release.table("events")
            yield pc.field(key).isin(events.filter(equals(events, "events", name, value)).column("id").combine_chunks())
        else:
            allowed = [*(OF_EVENTS if of_events else ()), *(SPECIAL if of_events else ()), *columns]
            shown = ", ".join(dict.fromkeys(allowed))
            raise UsageError(f"{table} cannot be filtered by {name!r}{nearest(name, allowed)}. Filters: {shown}.")


def _special(release: Release, name: str, value: Any) -> pa.Array:
    """Return the ids of the events that a special filter keeps."""
    import pyarrow as pa

    return pa.array(sorted(_FINDERS[name](release, value)), pa.string())


def _ids(release: Release, table: str, column: str, values: set[str]) -> set[str]:
    rows = release.table(table)
    key = "event_id" if "event_id" in rows.column_names else "id"
    pairs = zip(rows.column(key).to_pylist(), rows.column(column).to_pylist(), strict=True)
    return {event_id for event_id, found in pairs if found in values}


def _since(release: Release, value: Any) -> set[str]:
    day = check_day(value, "since")
    return {
        row["id"] for row in _dates(release) if (last := row["date_end"] or row["date_start"]) is None or last >= day
    }


def _until(release: Release, value: Any) -> set[str]:
    day = check_day(value, "until")
    return {row["id"] for row in _dates(release) if (row["date_start"] or row["date_end"] or day) <= day}


def _dates(release: Release) -> list[dict[str, Any]]:
    rows = release.table("events").select(["id", "date_start", "date_end", "status"]).to_pylist()
    return [row | {"date_end": None if row["status"] == "ongoing" else row["date_end"]} for row in rows]


def _actor(release: Release, value: Any) -> set[str]:
    values = set(listed(value))
    known = {
        *release.table("actors").column("id").to_pylist(),
        *release.table("participants").column("actor").to_pylist(),
    }
    _known(values, known, "actor")
    return _ids(release, "participants", "actor", values) | _ids(release, "participants", "side", values)


def _role(release: Release, value: Any) -> set[str]:
    for each in listed(value):
        check_code("roles", each, "role")
    return _ids(release, "participant_roles", "role", set(listed(value)))


def _tag(field: str, vocabulary_name: str, what: str) -> Any:
    def find(release: Release, value: Any) -> set[str]:
        for each in listed(value):
            check_code(vocabulary_name, each, what)
        rows = release.table("tags").to_pylist()
        return {row["event_id"] for row in rows if row["field"] == field and row["code"] in listed(value)}

    return find


def _place(release: Release, value: Any) -> set[str]:
    values = set(listed(value))
    places = release.table("places").select(["id", "within"]).to_pylist()
    _known(values, {place["id"] for place in places}, "place")
    grown = 0
    while grown != len(values):
        grown = len(values)
        values |= {place["id"] for place in places if place["within"] in values}
    return _ids(release, "locations", "place", values)


def _country(release: Release, value: Any) -> set[str]:
    _known(set(listed(value)), set(release.table("states").column("iso3").to_pylist()), "country")
    return _ids(release, "locations", "country", set(listed(value)))


def _known(values: set[str], known: set[str], what: str) -> None:
    for value in sorted(map(str, values)):
        if value not in known:
            raise UsageError(f"There is no {what} {value!r} in this release{nearest(value, known)}.")


_FINDERS: Mapping[str, Any] = {
    "since": _since,
    "until": _until,
    "actor": _actor,
    "role": _role,
    "place": _place,
    "country": _country,
    "issue": _tag("issues", "issues", "issue"),
    "target": _tag("targets", "targets", "target"),
}
