"""A corpus: records and registries together, as the rules across records see them.

Entries hold parsed text, so that what is wrong across records is found in the same run as what is wrong in a field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from casus.schema.base import Record
from casus.schema.event import Event, profile_of
from casus.schema.findings import Finding, Path
from casus.schema.registry import Actor, Loss, Place, Publisher, ReasonedChange, Revision, RuleException, State, Wanted


class Locate(Protocol):
    """Says at which line and column a path stands, or its key; the column is None where a table has only names."""

    def __call__(self, path: Path, *, key: bool = False) -> tuple[int, int | None] | None: ...  # noqa: D102


#: The kinds of entries, and the model of each.
MODELS: Mapping[str, type[Record]] = {
    "event": Event,
    "actor": Actor,
    "place": Place,
    "publisher": Publisher,
    "state": State,
    "revision": Revision,
    "wanted": Wanted,
    "exception": RuleException,
    "change": ReasonedChange,
    "loss": Loss,
}

#: What the rules across records read of an entry that is not judged itself, by kind: fields, and fields of the groups
#: in a field. The index of a release holds just this.
READ: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "event": {
        "id": (),
        "type": (),
        "mode": (),
        "title": (),
        "status": (),
        "issues": (),
        "targets": (),
        "date": ("start", "end", "start_time", "utc_offset"),
        "locations": ("place",),
        "participants": ("actor", "roles"),
        "quantities": ("measure", "item", "claimant", "low", "best", "high"),
        "links": ("relation", "target"),
        "sources": ("url", "publisher", "title", "published", "language", "kind"),
    },
    "actor": {"id": (), "kind": (), "name": (), "aliases": (), "misspellings": (), "memberships": ("of", "kind")},
    "place": {
        "id": (),
        "kind": (),
        "name": (),
        "aliases": (),
        "misspellings": (),
        "latitude": (),
        "longitude": (),
        "within": (),
    },
    "publisher": {"id": (), "name": (), "hosts": (), "independence_group": ()},
    "state": {"iso3": (), "name": ()},
    "revision": {"id": (), "kind": (), "on": (), "replaced_by": ()},
    "wanted": {"id": ()},
}


def lean_entry(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what :data:`READ` names of an entry's data."""
    kept: dict[str, Any] = {}
    for name, inner in READ[kind].items():
        value = data.get(name)
        if value is None:
            continue
        if inner and isinstance(value, Mapping):
            value = {key: value[key] for key in inner if key in value}
        elif inner:
            value = [{key: each[key] for key in inner if key in each} for each in value]
        kept[name] = value
    return kept


@dataclass(frozen=True, slots=True)
class Entry:
    """One record or registry entry as parsed text, and where it came from.

    ``base`` is the path of the entry in its file, for files that hold a list; ``column_of`` names the column of a path,
    for files that are tables.
    """

    kind: str
    data: Mapping[str, Any]
    file: str | None = None
    base: Path = ()
    row: int | None = None
    locate: Locate | None = field(default=None, compare=False)
    column_of: Callable[[Path], str | None] | None = field(default=None, compare=False)

    @property
    def id(self) -> str:
        """The entry's id as far as it is a text; states go by their ISO3 code."""
        value = self.data.get("iso3" if self.kind == "state" else "id")
        return value if isinstance(value, str) else ""

    @property
    def imported(self) -> bool:
        """Whether it is an imported row, which registry and editorial rules leave alone."""
        return self.kind == "event" and profile_of(self.id) == "imported"

    def placed(self, finding: Finding) -> Finding:
        """Return the finding with the entry's file and position."""
        path = (*self.base, *finding.path)
        spot = self.locate(path, key=finding.about_key) if self.locate else None
        line, column = spot or (None, None)
        name = self.column_of(path) if self.column_of else None
        return finding.at(
            record=self.id or None, file=self.file, row=self.row, line=line, column=column, column_name=name
        )


@dataclass(frozen=True)
class Corpus:
    """All entries, in the order in which they were read.

    Where ``only`` is given, these entries alone are judged, and all the others are there as context: of them only
    what :data:`READ` names is read, so that an index can stand in for them.
    """

    entries: tuple[Entry, ...]
    as_of: str | None = None
    only: tuple[Entry, ...] | None = None

    @cached_property
    def _by_kind(self) -> Mapping[str, tuple[Entry, ...]]:
        return {kind: tuple(entry for entry in self.entries if entry.kind == kind) for kind in MODELS}

    def of(self, kind: str) -> tuple[Entry, ...]:
        """Return the entries of one kind."""
        return self._by_kind[kind]

    def judged(self, *kinds: str) -> tuple[Entry, ...]:
        """Return the entries that are to be judged, of some kinds or of all."""
        if self.only is None and len(kinds) == 1:
            return self.of(kinds[0])
        chosen = self.entries if self.only is None else self.only
        return tuple(entry for entry in chosen if not kinds or entry.kind in kinds)

    @cached_property
    def _ids(self) -> Mapping[str, Mapping[str, Entry]]:
        return {kind: {entry.id: entry for entry in reversed(self.of(kind))} for kind in MODELS}

    def ids(self, kind: str) -> Mapping[str, Entry]:
        """Return the entries of one kind by id (the first, where an id stands twice)."""
        return self._ids[kind]

    def resolve(self, to: str, entry_id: str) -> Entry | None:
        """Return what an id refers to: an ``actor``, ``speaker``, ``person``, ``place``, ``publisher`` or ``state``."""
        if to in ("speaker", "actor"):
            found = self.ids("actor").get(entry_id)
            return found or (self.ids("publisher").get(entry_id) if to == "speaker" else None)
        if to == "person":
            found = self.ids("actor").get(entry_id)
            return found if found and found.data.get("kind") == "person" else None
        return self.ids(to).get(entry_id)

    def authored(self) -> Iterator[Entry]:
        """Yield the judged events that are not imported rows."""
        return (entry for entry in self.judged("event") if not entry.imported)
