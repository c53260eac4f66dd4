"""What a dataset folder would change: the records that it adds, changes and removes, as a table in Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from casus.collection import read_collection
from casus.reports.harmless import cut, one_line
from casus.reports.markdown import code, escaped
from casus.schema.event import Event

_TITLE = 120
_PUBLISHERS = 4


@dataclass(frozen=True, slots=True)
class Changes:
    """Records that differ between two states of the dataset, as parsed text, in the order of their ids.

    Attributes
    ----------
    added, changed, removed
        The records; those that changed as they are now.
    fields
        The fields that differ, by the id of a record that changed.
    """

    added: tuple[Mapping[str, Any], ...]
    changed: tuple[Mapping[str, Any], ...]
    removed: tuple[Mapping[str, Any], ...]
    fields: Mapping[str, tuple[str, ...]]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def changes(folder: Path, base: Path | None = None) -> Changes:
    """Compare the records of a dataset folder with those of another one, or of the bundled release.

    Files that cannot be read are left out: ``casus validate`` reports them. A record that is written differently and
    says the same has not changed.

    Raises
    ------
    UsageError
        If a folder is not a dataset folder.
    """
    now, before = _records(folder), _bundled() if base is None else _records(base)
    fields = {name: _differing(before[name], now[name]) for name in sorted(now.keys() & before.keys())}
    return Changes(
        added=tuple(now[name] for name in sorted(now.keys() - before.keys())),
        changed=tuple(now[name] for name, differing in fields.items() if differing),
        removed=tuple(before[name] for name in sorted(before.keys() - now.keys())),
        fields={name: differing for name, differing in fields.items() if differing},
    )


def preview(found: Changes, *, most: int = 50) -> str:
    """Return the changes as Markdown: a table of what is added, lists of what is changed and removed.

    Parameters
    ----------
    found
        What differs.
    most
        How many records of each kind are shown; the others are counted.
    """
    counts = ", ".join(
        f"{len(records):,} {what}"
        for what, records in (("added", found.added), ("changed", found.changed), ("removed", found.removed))
    )
    parts = [f"### Records: {counts}\n"]
    if found.added:
        parts.append("| id | type | date | title | sources |\n| --- | --- | --- | --- | --- |")
        parts.extend(_row(record) for record in found.added[:most])
        parts.append(_more(found.added, most))
    for what, records in (("Changed", found.changed), ("Removed", found.removed)):
        if records:
            parts.append(f"{what}:\n")
            parts.extend(_item(record, found.fields) for record in records[:most])
            parts.append(_more(records, most))
    return "\n".join(parts).rstrip() + "\n"


def _records(folder: Path) -> dict[str, Mapping[str, Any]]:
    entries = read_collection(folder).corpus.of("event")
    return {entry.id or (entry.file or ""): entry.data for entry in entries}


def _bundled() -> dict[str, Mapping[str, Any]]:
    from casus.releases import bundled

    return {entry.id: entry.data for entry in bundled().entries() if entry.kind == "event"}


def _differing(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the fields that differ; where one of the two is invalid, as they stand in the files."""
    old, new = _said(before), _said(now)
    if old is None or new is None:
        old, new = before, now
    return tuple(name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name))


def _said(data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return what a record says: defaults left out, dates and numbers in one form; None for an invalid one."""
    try:
        event = Event.model_validate_json(json.dumps(data))
    except ValidationError:
        return None
    return event.model_dump(mode="json", exclude_defaults=True)


def _row(record: Mapping[str, Any]) -> str:
    cells = (
        code(_text(record.get("id")) or "no id"),
        escaped(cut(_text(record.get("type")), _TITLE)),
        escaped(_date(record.get("date"))),
        escaped(cut(_text(record.get("title")), _TITLE)),
        escaped(_sources(record.get("sources"))),
    )
    return f"| {' | '.join(cells)} |"


def _item(record: Mapping[str, Any], fields: Mapping[str, tuple[str, ...]]) -> str:
    name = _text(record.get("id"))
    differing = fields.get(name, ())
    said = f": {', '.join(code(each) for each in differing)}" if differing else ""
    return f"- {code(name or 'no id')}{said}"


def _more(records: tuple[Any, ...], most: int) -> str:
    return f"\n{len(records) - most:,} more are not shown.\n" if len(records) > most else ""


def _date(date: Any) -> str:
    if not isinstance(date, Mapping):
        return ""
    days = [_text(date.get(name)) for name in ("start", "end")]
    return " to ".join(dict.fromkeys(cut(day, _TITLE) for day in days if day))


def _sources(sources: Any) -> str:
    """Return how many sources there are, and the first publishers."""
    if not isinstance(sources, list | tuple):
        return ""
    publishers = list(dict.fromkeys(_publishers(sources)))
    shown = ", ".join(cut(each, _TITLE) for each in publishers[:_PUBLISHERS])
    rest = ", ..." if len(publishers) > _PUBLISHERS else ""
    return f"{len(sources)}: {shown}{rest}" if shown else str(len(sources))


def _publishers(sources: Iterable[Any]) -> Iterator[str]:
    for source in sources:
        publisher = source.get("publisher") if isinstance(source, Mapping) else None
        if isinstance(publisher, str):
            yield one_line(publisher)


def _text(value: Any) -> str:
    return one_line(value) if isinstance(value, str) else "" if value is None else one_line(str(value))
