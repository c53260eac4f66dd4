"""The history of the records: the rows of the table ``revisions``.

One row for every record and release in which it was added, changed, withdrawn or merged. A build asks
:func:`revision_rows` for the rows of the release that it builds; those of earlier releases are taken over from the
newest of them that has a history, or made by comparing the releases one with another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casus.bundle import version_key, versions_in
from casus.diff_parts import Part
from casus.releases import TOMBSTONES, Release
from casus.schema.errors import ReleaseError
from casus.schema.versions import parse

if TYPE_CHECKING:
    import datetime as dt

    from casus.schema.registry import Revision

Row = dict[str, Any]
#: The first schema version whose releases hold a history.
_SINCE = parse("0.2.0")


def previous_releases(version: str, *folders: Path) -> list[Release]:
    """Return the releases before a version, oldest first; of one in several folders, that in the first."""
    found: dict[str, Path] = {}
    for folder in folders:
        for each in versions_in(folder):
            if version_key(each.name) < version_key(version):
                found.setdefault(each.name, each)
    return [Release.open(found[name]) for name in sorted(found, key=version_key)]


def revision_rows(
    version: str,
    as_of: dt.date,
    part: Part,
    tombstones: Sequence[Revision] = (),
    previous: Sequence[Release] = (),
    reasons: Mapping[str, str] | None = None,
) -> list[Row]:
    """Return the rows of the table ``revisions`` of a release that is being built.

    Parameters
    ----------
    version
        Version of the release that is built.
    as_of
        Day up to which its records were kept.
    part
        What its records differ in from those of the release before it (from nothing, if it is the first).
    tombstones
        The authored entries for records that were withdrawn or merged.
    previous
        The releases before it, oldest first.
    reasons
        Why records were changed, by id.

    Returns
    -------
    list of dict
        One dictionary a row (``id``, ``version``, ``on``, ``kind``, ``fields``, ``reason``, ``replaced_by``): the
        earlier releases' first, then by id.
    """
    earlier = known_rows(previous)
    told = {row["id"] for row in earlier if row["kind"] in TOMBSTONES}
    gone = [
        {"id": each.id, "kind": each.kind, "on": each.on, "reason": each.reason, "replaced_by": each.replaced_by}
        for each in tombstones
        if each.id not in told
    ]
    return [*earlier, *_step(version, as_of, part, gone, reasons or {})]


def known_rows(releases: Sequence[Release]) -> list[Row]:
    """Return the history up to the newest of some releases: its own table, or made from the releases."""
    from casus.diff_sides import ReleaseSide
    from casus.differing import compare_records

    if not releases:
        return []
    *older, last = releases
    table: list[Row] = last.table("revisions").to_pylist()
    if parse(last.manifest.schema_version) >= _SINCE:
        return table
    earlier = known_rows(older)
    told = {row["id"] for row in earlier if row["kind"] in TOMBSTONES}
    part = compare_records(ReleaseSide(older[-1]) if older else None, ReleaseSide(last))
    gone = [row for row in table if row["id"] not in told]
    return [*earlier, *_step(last.version, last.manifest.as_of, part, gone, {})]


def _step(version: str, as_of: dt.date, part: Part, gone: Iterable[Row], reasons: Mapping[str, str]) -> list[Row]:
    """Return the rows of one release, by id."""
    empty: Row = {"version": version, "on": as_of, "fields": None, "reason": None, "replaced_by": None}
    found = [{**empty, "id": each.id, "kind": "added"} for each in part.added]
    for each in part.changed:
        said = {"fields": ";".join(each.fields), "reason": reasons.get(each.id)}
        found.append({**empty, "id": each.id, "kind": "changed", **said})
    found.extend({**empty, **row, "version": version} for row in gone)
    return sorted(found, key=lambda row: str(row["id"]))


def resolve(release: Release, ids: Iterable[str]) -> Iterator[str]:
    """Yield for each id that of the record that holds its content now: the same, unless it was merged into another.

    Raises
    ------
    ReleaseError
        If the mergers of the release go round in a circle.
    """
    rows = release.table("revisions").select(["id", "kind", "replaced_by"]).to_pylist()
    into = {row["id"]: row["replaced_by"] for row in rows if row["kind"] == "merged" and row["replaced_by"]}
    for each in ids:
        seen = [each]
        while seen[-1] in into:
            seen.append(into[seen[-1]])
            if seen[-1] in seen[:-1]:
                raise ReleaseError(f"Release {release.version}: {' is merged into '.join(seen)}, which is a circle.")
        yield seen[-1]
