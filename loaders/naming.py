"""What the entries of the registries are called: names, aliases, misspellings and hosts, by id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from casus.schema.corpus import Entry
from casus.spelling import same_text

if TYPE_CHECKING:
    from pathlib import Path

    from casus.releases import Release

#: The registries whose entries have names.
REGISTRIES = ("actor", "place", "publisher")
#: The registries in which a reference is looked up, by what it refers to.
LOOKED_UP = {
    "actor": ("actor",),
    "person": ("actor",),
    "speaker": ("actor", "publisher"),
    "place": ("place",),
    "publisher": ("publisher",),
}


@dataclass(frozen=True, slots=True)
class Named:
    """An entry of a registry and everything that it is called.

    ``registry`` is ``actor``, ``place`` or ``publisher``; ``kind`` is the entry's own kind, such as ``person``
    (for publishers the kind of owner).
    """

    registry: str
    id: str
    kind: str
    name: str
    aliases: tuple[str, ...] = ()
    misspellings: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """The name, aliases, misspellings and hosts."""
        return (self.name, *self.aliases, *self.misspellings, *self.hosts)


@dataclass(frozen=True)
class Names:
    """The named entries of the registries."""

    entries: tuple[Named, ...]

    @cached_property
    def by_id(self) -> Mapping[tuple[str, str], Named]:
        """The entries by registry and id."""
        return {(each.registry, each.id): each for each in self.entries}

    @cached_property
    def _by_spelling(self) -> Mapping[str, tuple[Named, ...]]:
        found: dict[str, dict[tuple[str, str], Named]] = {}
        for each in self.entries:
            for text in (each.id, *each.spellings):
                found.setdefault(same_text(text), {})[each.registry, each.id] = each
        return {text: tuple(entries.values()) for text, entries in found.items()}

    def known(self, entry_id: str, to: str) -> bool:
        """Whether a reference to an ``actor``, ``speaker``, ``person``, ``place`` or ``publisher`` resolves."""
        found = [self.by_id.get((registry, entry_id)) for registry in LOOKED_UP[to]]
        return any(each is not None and (to != "person" or each.kind == "person") for each in found)

    def called(self, text: str, to: str) -> tuple[Named, ...]:
        """Return the entries that are called exactly so (but for case and spaces) and that a reference may mean."""
        found = self._by_spelling.get(same_text(text), ())
        return tuple(
            each for each in found if each.registry in LOOKED_UP[to] and (to != "person" or each.kind == "person")
        )

    def publisher_of(self, url: str) -> Named | None:
        """Return the publisher to whose hosts the host of an address belongs (the longest such host wins)."""
        host = (urlsplit(url).hostname or "").lower()
        fits = [
            (len(known), each)
            for each in self.entries
            for known in each.hosts
            if host == known or host.endswith(f".{known}")
        ]
        return max(fits, key=lambda pair: pair[0])[1] if fits else None

    def __add__(self, more: Names) -> Names:
        """Return the entries of both; of an id that both have, the one of ``more``."""
        known = more.by_id
        return Names((*(each for each in self.entries if (each.registry, each.id) not in known), *more.entries))


def names_of_entries(entries: Iterable[Entry]) -> Names:
    """Return the names of parsed registry entries; what is not as the schema wants it is left out."""
    return Names(tuple(_named(each) for each in entries if each.kind in REGISTRIES and each.id))


def _named(entry: Entry) -> Named:
    def texts(field: str) -> tuple[str, ...]:
        value = entry.data.get(field)
        return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list | tuple) else ()

    kind = entry.data.get("owner" if entry.kind == "publisher" else "kind")
    name = entry.data.get("name")
    return Named(
        entry.kind,
        entry.id,
        kind if isinstance(kind, str) else "",
        name if isinstance(name, str) else entry.id,
        texts("aliases"),
        texts("misspellings"),
        texts("hosts"),
    )


def names_of_release(release: Release) -> Names:
    """Return the names that a release holds: its tables of actors, places and publishers, and their other names."""
    others: dict[tuple[str, str], dict[str, list[str]]] = {}
    for row in release.table("names").to_pylist():
        others.setdefault((row["registry"], row["id"]), {}).setdefault(row["kind"], []).append(row["name"])
    found: list[Named] = []
    for registry in REGISTRIES:
        kind = "owner" if registry == "publisher" else "kind"
        rows = release.table(f"{registry}s").select(["id", kind, "name"]).to_pylist()
        found += (_row(registry, row, row[kind], others.get((registry, row["id"]), {})) for row in rows)
    return Names(tuple(found))


def _row(registry: str, row: Mapping[str, Any], kind: str, other: Mapping[str, list[str]]) -> Named:
    lists = (tuple(other.get(sort, ())) for sort in ("alias", "misspelling", "host"))
    return Named(registry, row["id"], kind, row["name"], *lists)


def names_for(path: Path | None = None) -> Names:
    """Return the names that records at a path are written with.

    These are the registries of the dataset folder that the path lies in, or else those of the bundled release.
    """
    from casus.collection import dataset_folder_of, read_lists
    from casus.releases import bundled

    folder = dataset_folder_of(path) if path is not None else None
    return names_of_release(bundled()) if folder is None else names_of_entries(read_lists(folder)[0])
