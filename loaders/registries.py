"""The registries as objects, and what is derived from them: sides, countries, names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from casus.schema.corpus import Entry
from casus.schema.registry import Actor, Place, Publisher, Revision, State, Wanted


@dataclass(frozen=True)
class Registries:
    """All registries of a dataset, in the order of their files."""

    actors: tuple[Actor, ...] = ()
    places: tuple[Place, ...] = ()
    publishers: tuple[Publisher, ...] = ()
    states: tuple[State, ...] = ()
    revisions: tuple[Revision, ...] = ()
    wanted: tuple[Wanted, ...] = ()

    @cached_property
    def actor(self) -> Mapping[str, Actor]:
        """Actors by id."""
        return {actor.id: actor for actor in self.actors}

    @cached_property
    def place(self) -> Mapping[str, Place]:
        """Places by id."""
        return {place.id: place for place in self.places}

    @cached_property
    def publisher(self) -> Mapping[str, Publisher]:
        """Publishers by id."""
        return {publisher.id: publisher for publisher in self.publishers}

    @cached_property
    def publisher_entries(self) -> Mapping[str, Entry]:
        """Publishers by id, as the rules across records read them."""
        return {publisher.id: Entry("publisher", vars(publisher)) for publisher in self.publishers}

    def name(self, speaker: str) -> str:
        """Return the English name of an actor or publisher; its id where no registry has it (imported rows)."""
        entry = self.actor.get(speaker) or self.publisher.get(speaker)
        return entry.name if entry else speaker

    def side(self, actor: str | None, on: dt.date | None) -> str | None:
        """Return the ISO3 code of the state that an actor is, or belongs to on a day.

        Memberships of the kinds ``part-of`` and ``office`` are followed upwards; being a member of an alliance
        does not make a side. A publisher, or an actor that belongs to no state, has no side.
        """
        seen: set[str] = set()
        waiting = [actor] if actor else []
        while waiting:
            entry = self.actor.get(waiting.pop(0))
            if entry is None or entry.id in seen:
                continue
            if entry.kind == "state":
                return entry.id
            seen.add(entry.id)
            waiting.extend(row.of for row in entry.memberships if row.kind != "member" and _holds(row, on))
        return None

    def country(self, place: str | None, on: dt.date | None) -> str | None:
        """Return the ISO3 code of the state that a place belongs to by law on a day; None if it is not one."""
        entry = self.place.get(place or "")
        states = [row.state for row in entry.countries if _holds(row, on)] if entry else []
        return states[0] if len(states) == 1 else None

    def point(self, place: str | None) -> tuple[float | None, float | None]:
        """Return latitude and longitude of a place, or of the nearest larger place that has them."""
        seen: set[str] = set()
        while place and place not in seen and (entry := self.place.get(place)):
            if entry.latitude is not None:
                return entry.latitude, entry.longitude
            seen.add(place)
            place = entry.within
        return None, None


def _holds(row: object, on: dt.date | None) -> bool:
    start, end = getattr(row, "start", None), getattr(row, "end", None)
    return on is None or ((start is None or start <= on) and (end is None or on <= end))
