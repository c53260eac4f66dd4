"""The history of the records: the rows of the table ``revisions``.

One row for every record and release in which it was added, changed, withdrawn or merged. A build asks
:func:`revision_rows` for the rows of the release that it builds; those of earlier releases are taken over from the
newest of them that has a history, or made by comparing the releases one with another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from casus.releases import TOMBSTONES
from casus.schema.versions import parse

if TYPE_CHECKING:
    import datetime as dt

    from casus.releases import Release
    from casus.schema.event import Event
    from casus.schema.registry import Revision

Row = dict[str, Any]
#: The first schema version whose releases hold a history.
_SINCE = parse("0.2.0")


def revision_rows(
    version: str,
    as_of: dt.date,
    events: Sequence[Event],
    tombstones: Sequence[Revision] = (),
    previous: Sequence[Release] = (),
) -> list[Row]:
    """Return the rows of the table ``revisions`` of a release that is being built.

    Parameters
    ----------
    version
        Version of the release that is built.
    as_of
        Day up to which its records were kept.
    events
        Its records.
    tombstones
        The authored entries for records that were withdrawn or merged.
    previous
        The releases before it, oldest first.

    Returns
    -------
    list of dict
        One dictionary a row (``id``, ``version``, ``on``, ``kind``, ``fields``, ``reason``, ``replaced_by``): the
        earlier releases' first, then by id.
    """
    now = {event.id: event.model_dump(mode="json") for event in events}
    if not previous:
        return _step({}, now, version, as_of, tombstones, set())
    *older, last = previous
    earlier = _known(last, older)
    told = {row["id"] for row in earlier if row["kind"] in TOMBSTONES}
    return [*earlier, *_step(_records(last), now, version, as_of, tombstones, told)]


def _known(last: Release, older: Sequence[Release]) -> list[Row]:
    """Return the history up to a release: its own table, or made from the releases before it."""
    if parse(last.manifest.schema_version) >= _SINCE:
        return list(last.table("revisions").to_pylist())
    head = last.manifest
    rows_before = _known(older[-1], older[:-1]) if older else []
    before = _records(older[-1]) if older else {}
    told = {row["id"] for row in rows_before if row["kind"] in TOMBSTONES}
    own = _step(before, _records(last), head.version, head.as_of, (), told)
    return [*rows_before, *own, *(row for row in last.table("revisions").to_pylist() if row["id"] not in told)]


def _step(
    before: Mapping[str, Row],
    now: Mapping[str, Row],
    version: str,
    as_of: dt.date,
    tombstones: Sequence[Revision],
    told: set[str],
) -> list[Row]:
    """Return the rows of one release, by id."""
    empty: Row = {"version": version, "on": as_of, "fields": None, "reason": None, "replaced_by": None}
    found = [{**empty, "id": each, "kind": "added"} for each in now if each not in before]
    for each in now:
        fields = list(_differing(before[each], now[each])) if each in before else []
        if fields:
            found.append({**empty, "id": each, "kind": "changed", "fields": ";".join(fields)})
    for gone in tombstones:
        if gone.id not in told:
            said = {"kind": gone.kind, "on": gone.on, "reason": gone.reason, "replaced_by": gone.replaced_by}
            found.append({**empty, "id": gone.id, **said})
    return sorted(found, key=lambda row: str(row["id"]))


def _differing(before: Row, now: Row) -> Iterator[str]:
    """Yield the fields of a record that differ, in the order of the record."""
    yield from (name for name in dict.fromkeys([*now, *before]) if now.get(name) != before.get(name))


def _records(release: Release) -> dict[str, Row]:
    return {event.id: event.model_dump(mode="json") for event in release.events()}
