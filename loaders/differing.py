"""What differs between two releases, or between a release and the working tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from casus.bundle import version_key
from casus.diff_parts import Added, Changed, Gone, Part
from casus.diff_report import Diff
from casus.diff_sides import HEAD, KINDS, Row, Side, side, title_of
from casus.diff_values import Change, changes
from casus.manifest import RECORDS
from casus.releases import Release
from casus.schema.corpus import MODELS
from casus.schema.description import describe

#: How many entries are compared field by field at a time.
_BATCH = 4096


def diff(old: str | Path | Release, new: str | Path | Release) -> Diff:
    """Return what differs between two versions: records and registries, added, withdrawn, merged and changed by field.

    Items of lists are matched by their key, and sets are compared as sets. Entries are compared by a digest first,
    and only those that differ field by field.

    Parameters
    ----------
    old, new
        A version that is bundled (one of ``casus.versions()``), the folder of a release, or an authored dataset folder
        (what would be built from it now).

    Raises
    ------
    UsageError
        If one of them is no version and no such folder.
    InvalidRecordsError
        If a release is damaged, or a record of a dataset folder is invalid.

    Examples
    --------
    >>> import casus
    >>> old, new = casus.versions()[-2:]  # doctest: +SKIP
    >>> print(casus.diff(old, new))  # doctest: +SKIP
    """
    return compare(side(old), side(new))


def compare(old: Side, new: Side) -> Diff:
    """Return what differs between two sides."""
    parts = {table: _part(table, old, new) for table in KINDS}
    head = tuple(
        Change(name, old.head.get(name), new.head.get(name))
        for name in HEAD
        if old.head.get(name) != new.head.get(name)
    )
    return Diff(old.label, new.label, parts.pop(RECORDS), parts, head)


def compare_records(old: Side | None, new: Side) -> Part:
    """Return what the records of two sides differ in; without the older one all are added."""
    if old is not None:
        return _part(RECORDS, old, new)
    titles = new.titles(RECORDS, new.ids(RECORDS))
    return Part(0, len(titles), tuple(Added(name, title) for name, title in titles.items()))


def _part(table: str, old: Side, new: Side) -> Part:
    before, after = old.digests(table), new.digests(table)
    fresh = [name for name in after if name not in before]
    lost = [name for name in before if name not in after]
    both = [name for name, digest in after.items() if name in before and before[name] != digest]
    gone = _gone(table, lost, old, new)
    why = _reasons(old, new) if table == RECORDS and both else {}
    return Part(
        len(before),
        len(after),
        tuple(Added(name, title) for name, title in new.titles(table, fresh).items()),
        tuple(each for each, kind in gone if kind != "merged"),
        tuple(each for each, kind in gone if kind == "merged"),
        tuple(_in_batches(both, lambda ids: _changed(table, old.rows(table, ids), new.rows(table, ids), why))),
    )


def _in_batches(ids: list[str], make: Callable[[list[str]], Iterator[Any]]) -> Iterator[Any]:
    for first in range(0, len(ids), _BATCH):
        yield from make(ids[first : first + _BATCH])


def _reasons(old: Side, new: Side) -> dict[str, str]:
    """Return why records were changed since the older side, by id: in several versions, one after the other."""
    since = version_key(old.label)
    found: dict[str, list[str]] = {}
    for version, name, reason in new.reasons():
        if version_key(version) > since:
            found.setdefault(name, []).append(reason)
    return {name: " ".join(dict.fromkeys(said)) for name, said in found.items()}


def _changed(table: str, old: Mapping[str, Row], new: Mapping[str, Row], why: Mapping[str, str]) -> Iterator[Changed]:
    struct = describe(MODELS[KINDS[table]])
    for name, row in new.items():
        found = tuple(changes(struct, old[name], row))
        if found:  # none where only the order of a set differs
            yield Changed(name, title_of(row), found, why.get(name))


def _gone(table: str, lost: list[str], old: Side, new: Side) -> list[tuple[Gone, str]]:
    stones = new.gone() if table == RECORDS and lost else {}
    found = []
    for name, row in old.rows(table, lost).items() if lost else ():
        stone = stones.get(name, {})
        said = {key: stone.get(key) for key in ("reason", "on", "replaced_by")}
        found.append((Gone(name, title_of(row), **said), str(stone.get("kind", ""))))
    return found
