"""A difference to read and to keep: lines, Markdown for release notes, and a JSON document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from casus.diff_parts import Added, Changed, Gone, Part
from casus.diff_values import Change
from casus.manifest import RECORDS
from casus.schema.visible import visible

#: Version of the JSON form: a property that is added raises the second number, anything else the first.
DIFF_VERSION = "1.0"
#: How many characters of a value are shown, and how many of these stand before the place of the difference.
_SHOWN, _BEFORE = 60, 20
_ONE = {RECORDS: "record", "actors": "actor", "places": "place", "publishers": "publisher", "states": "state",
        "wanted": "wanted event"}  # fmt: skip
_MANY = {"wanted": "wanted events"}


@dataclass(frozen=True)
class Diff:
    """What differs between two versions of the dataset.

    Attributes
    ----------
    old, new
        The two versions, or "the working tree".
    records
        What differs in the records.
    registries
        What differs in ``actors``, ``places``, ``publishers``, ``states`` and ``wanted``.
    head
        What differs in the title, description, licence and day of the whole.
    """

    old: str
    new: str
    records: Part
    registries: Mapping[str, Part] = field(default_factory=dict)
    head: tuple[Change, ...] = ()

    @property
    def added(self) -> tuple[Added, ...]:
        """The records that are new."""
        return self.records.added

    @property
    def withdrawn(self) -> tuple[Gone, ...]:
        """The records that are gone; one without a reason has no tombstone."""
        return self.records.withdrawn

    @property
    def merged(self) -> tuple[Gone, ...]:
        """The records that were merged into others."""
        return self.records.merged

    @property
    def changed(self) -> tuple[Changed, ...]:
        """The records that are in both and differ."""
        return self.records.changed

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """How many entries were added, withdrawn, merged and changed, by table."""
        return {RECORDS: self.records.counts, **{name: part.counts for name, part in self.registries.items()}}

    def __bool__(self) -> bool:
        return bool(self.records or self.head or any(self.registries.values()))

    def to_dict(self) -> dict[str, Any]:
        """Return the difference as plain values, for JSON."""
        return as_dict(self)

    def to_text(self) -> str:
        """Return the difference as lines to read."""
        return as_text(self)

    def to_markdown(self) -> str:
        """Return the difference as Markdown, for release notes."""
        return as_markdown(self)

    def __str__(self) -> str:
        return self.to_text()

    def _repr_markdown_(self) -> str:
        return self.to_markdown()


def as_dict(diff: Diff) -> dict[str, Any]:
    """Return a difference as plain values.

    ``{"version": "1.0", "old", "new", "counts": {table: {added, withdrawn, merged, changed}}, "head": [change],
    "records": part, "registries": {table: part}}``, where a part has ``before`` and ``after`` (how many entries) and
    the lists ``added``, ``withdrawn``, ``merged`` and ``changed``, and a change is ``{path, old, new}`` with null for
    what is absent.
    """
    return {
        "version": DIFF_VERSION,
        "old": diff.old,
        "new": diff.new,
        "counts": diff.counts,
        "head": [asdict(each) for each in diff.head],
        "records": asdict(diff.records),
        "registries": {name: asdict(part) for name, part in diff.registries.items()},
    }


def as_json(diff: Diff) -> str:
    """Return a difference as JSON; everything beyond ASCII is escaped, so that it can be printed anywhere."""
    return json.dumps(as_dict(diff), ensure_ascii=True, indent=2) + "\n"


def as_text(diff: Diff) -> str:
    """Return a difference as lines: what was added, withdrawn, merged and changed, long values cut."""
    if not diff:
        return f"{diff.old} and {diff.new} hold the same."
    lines = [f"{diff.old} -> {diff.new}: {_summary(diff)}."]
    lines += [f"  {each.path}: {_pair(each)}" for each in diff.head]
    for name, part in _parts(diff):
        lines.extend(_part_lines(name, part))
    return "\n".join(lines)


def _part_lines(name: str, part: Part) -> Iterator[str]:
    if part:
        yield ""
        yield f"{name} ({part.before} -> {part.after})"
    for new in part.added:
        yield f"  + {_line(new.id)}  {_line(new.title)}"
    for gone in (*part.withdrawn, *part.merged):
        yield f"  - {_line(gone.id)}  {_line(_gone(gone))}"
    for entry in part.changed:
        yield f"  ~ {_line(entry.id)}{f'  {_line(entry.reason)}' if entry.reason else ''}"
        for each in entry.changes:
            yield f"      {_line(each.path)}: {_pair(each)}"


def as_markdown(diff: Diff) -> str:
    """Return a difference as Markdown."""
    if not diff:
        return f"{diff.old} and {diff.new} hold the same.\n"
    lines = [f"{_first_upper(_summary(diff))}.", ""]
    lines += [f"- {each.path}: {_pair(each, code=True)}" for each in diff.head]
    lines += [""] if diff.head else []
    for name, part in _parts(diff):
        for title, entries in _lists(part):
            lines += [f"**{title} {name}**", "", *entries, ""]
    return "\n".join(lines)


def _lists(part: Part) -> Iterator[tuple[str, list[str]]]:
    if part.added:
        yield "Added", [f"- {_code(each.id)}: {in_prose(each.title)}" for each in part.added]
    for title, gone in (("Withdrawn", part.withdrawn), ("Merged", part.merged)):
        if gone:
            yield title, [f"- {_code(each.id)}: {in_prose(_gone(each))}" for each in gone]
    if part.changed:
        yield "Changed", [line for each in part.changed for line in _changed_lines(each)]


def _changed_lines(entry: Changed) -> Iterator[str]:
    yield f"- {_code(entry.id)}{f': {in_prose(entry.reason)}' if entry.reason else ''}"
    for each in entry.changes:
        yield f"  - {_code(each.path)}: {_pair(each, code=True)}"


def _parts(diff: Diff) -> Iterator[tuple[str, Part]]:
    yield RECORDS, diff.records
    yield from ((_MANY.get(name, name), part) for name, part in diff.registries.items())


def _summary(diff: Diff) -> str:
    said = []
    for name, counts in diff.counts.items():
        for what, number in counts.items():
            if number:
                said.append(f"{number} {_ONE[name] if number == 1 else _MANY.get(name, name)} {what}")
    return ", ".join(said) or "only the description of the whole differs"


def _gone(gone: Gone) -> str:
    into = f"merged into {gone.replaced_by}" if gone.replaced_by else "withdrawn"
    return f"{gone.title} ({into}{f': {gone.reason}' if gone.reason else ', no reason is given'})"


def _pair(change: Change, *, code: bool = False) -> str:
    """Return old and new value, both cut around the place where they differ."""
    if change.old is None:
        return f"added {_value(change.new, 0, code=code)}"
    if change.new is None:
        return f"removed {_value(change.old, 0, code=code)}"
    old, new = _shown(change.old), _shown(change.new)
    same = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    return f"{_value(change.old, same, code=code)} -> {_value(change.new, same, code=code)}"


def _value(value: Any, same: int, *, code: bool) -> str:
    text = _shown(value)
    start = max(0, same - _BEFORE) if len(text) > _SHOWN else 0
    end = start + _SHOWN
    cut = f"{'...' if start else ''}{text[start:end]}{'...' if end < len(text) else ''}"
    return _code(cut) if code else _line(cut)


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value if value.strip() == value and value else json.dumps(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)


def _line(text: str) -> str:
    return visible(text)


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _code(text: str) -> str:
    """Return text as a Markdown code span, whatever is in it."""
    plain = visible(text)
    ticks = "`"
    while ticks in plain:
        ticks += "`"
    pad = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{ticks}{pad}{plain}{pad}{ticks}"


def in_prose(text: str) -> str:
    """Return text that means nothing to Markdown but itself."""
    return "".join(f"\\{char}" if char in "\\`*_[]<>|#" else char for char in visible(text))
