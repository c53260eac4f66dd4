"""From nested records and registries to the rows of the flat tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from casus.registries import Registries
from casus.schema.event import Event, EventDate
from casus.schema.rules.dataset import independent_groups
from casus.schema.tables import TABLES
from casus.schema.vocabulary import vocabulary

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]
#: The table whose rows come from comparing releases: :mod:`casus.history`.
HISTORY = "revisions"
_WEEK, _MONTH, _NIGHT = 7, 31, 2


def flat_table(name: str, events: Sequence[Event], registries: Registries, history: Iterable[Row] = ()) -> pa.Table:
    """Return one flat table, its rows in the order of the events (registries: of their files; history: as given)."""
    import pyarrow as pa

    from casus.schema.geometry import GEOMETRY, with_geometry
    from casus.schema.render_arrow import table_schema

    table = TABLES[name]
    rows: list[Row]
    if name == HISTORY:
        rows = list(history)
    elif name in _FROM_EVENTS:
        derive = _FROM_EVENTS[name]
        rows = [row for event in events for row in derive(event, registries)]
    else:
        rows = list(_FROM_REGISTRIES[name](registries))
    made = pa.Table.from_pylist(rows, table_schema(table.columns))
    return with_geometry(made) if GEOMETRY in made.column_names else made


def from_events(name: str) -> bool:
    """Whether a flat table has the rows of events, not of registries or lists."""
    return name in _FROM_EVENTS


def date_precision(date: EventDate) -> str:
    """Return the code of ``date-precisions`` that a date's start, end and extent come to."""
    if date.start is None:
        return "unknown"
    if date.end is None or date.end == date.start:
        return "day"
    days = (date.end - date.start).days + 1
    if days == _NIGHT and date.extent == "spans" and date.start_time is not None:
        return "night"
    return "days" if days < _WEEK else "week" if days == _WEEK else "month" if days <= _MONTH else "year"


def _scalars(part: object) -> Row:
    return {
        name: value
        for name, value in vars(part).items()
        if not isinstance(value, tuple) and not hasattr(value, "model_fields_set")
    }


def _period(prefix: str, period: Any) -> Row:
    return {f"{prefix}_start": period.start, f"{prefix}_end": period.end} if period else {}


def _when(event: Event) -> dt.date | None:
    return event.date.start or event.date.end or event.date.announced


def _event(event: Event, registries: Registries) -> Iterator[Row]:
    date = {f"date_{key}" if key in ("start", "end", "extent", "basis") else key: value
            for key, value in _scalars(event.date).items()}  # fmt: skip
    first = event.locations[0] if event.locations else None
    latitude, longitude = registries.point(first.place if first else None)
    outcome = event.outcome
    yield {
        **_scalars(event),
        **date,
        **_period("concerns", event.date.concerns),
        "domain": vocabulary("event-types")[event.type].extra["domain"],
        "date_precision": date_precision(event.date),
        "place": first and first.place,
        "place_name": first
        and (registries.place[first.place].name if first.place in registries.place else first.place),
        "country": registries.country(first.place if first else None, _when(event)),
        "latitude": latitude,
        "longitude": longitude,
        "where_precision": first and first.precision,
        "outcome": outcome and outcome.result,
        "votes_for": outcome and outcome.votes_for,
        "votes_against": outcome and outcome.votes_against,
        "abstentions": outcome and outcome.abstentions,
        "n_locations": len(event.locations),
        "n_participants": len(event.participants),
        "n_quantities": len(event.quantities),
        "n_claims": len(event.claims),
        "n_positions": len(event.positions),
        "n_links": len(event.links),
        "n_sources": len(event.sources),
        "n_independent": len(_independent(event, registries)),
        "coding_method": event.coding.method,
        "coded_on": event.coding.coded_on,
    }


def _independent(event: Event, registries: Registries) -> tuple[str, ...]:
    return independent_groups({"sources": [vars(source) for source in event.sources]}, registries.publisher_entries)


def _locations(event: Event, registries: Registries) -> Iterator[Row]:
    for part in event.locations:
        latitude, longitude = registries.point(part.place)
        place = registries.place.get(part.place)
        yield {
            "event_id": event.id,
            **_scalars(part),
            "place_name": place.name if place else part.place,
            "country": registries.country(part.place, _when(event)),
            "latitude": latitude,
            "longitude": longitude,
        }


def _participants(event: Event, registries: Registries) -> Iterator[Row]:
    for part in event.participants:
        derived = {
            "actor_name": registries.name(part.actor),
            "side": registries.side(part.actor, _when(event)),
        }
        yield {"event_id": event.id, **_scalars(part), "role": part.roles[0], **derived}


def _participant_roles(event: Event, _registries: Registries) -> Iterator[Row]:
    for part in event.participants:
        for role in part.roles:
            yield {"event_id": event.id, "key": part.key, "actor": part.actor, "role": role}


def _representatives(event: Event, _registries: Registries) -> Iterator[Row]:
    for part in event.participants:
        for rank, person in enumerate(part.represented_by, start=1):
            yield {
                "event_id": event.id,
                "key": part.key,
                "actor": part.actor,
                "rank": rank,
                **_scalars(person),
            }


def _quantities(event: Event, registries: Registries) -> Iterator[Row]:
    for part in event.quantities:
        derived = {
            "unit": vocabulary("measures")[part.measure].extra["unit"],
            "claimant_side": registries.side(part.claimant, _when(event)),
        }
        yield {"event_id": event.id, **_scalars(part), **derived}


def _claims(event: Event, registries: Registries) -> Iterator[Row]:
    for part in event.claims:
        side = registries.side(part.claimant, _when(event))
        yield {"event_id": event.id, **_scalars(part), "claimant_side": side}


def _status_history(event: Event, _registries: Registries) -> Iterator[Row]:
    for part in event.status_history:
        yield {"event_id": event.id, **_scalars(part), **_period("planned", part.planned)}


def _parts(name: str) -> Callable[[Event, Registries], Iterator[Row]]:
    def derive(event: Event, _registries: Registries) -> Iterator[Row]:
        for part in getattr(event, name):
            yield {"event_id": event.id, **_scalars(part)}

    return derive


_SPEECH = {"asserted_by": "asserted-by", "disputed_by": "disputed-by", "about": "about", "sources": "source"}


def _citations(event: Event, _registries: Registries) -> Iterator[Row]:
    """Yield each citation once: a part may name its source, and the source the part."""
    seen: set[tuple[str, ...]] = set()
    for row in _all_citations(event):
        key = (row["part"], row["relation"], row["source"])
        if key not in seen:
            seen.add(key)
            yield row


def _all_citations(event: Event) -> Iterator[Row]:
    for source in event.sources:
        for part in source.supports:
            yield {"event_id": event.id, "part": part, "relation": "source", "source": source.key}
        for speaker in source.relays:
            yield {
                "event_id": event.id,
                "part": f"sources/{source.key}",
                "relation": "relays",
                "source": speaker,
            }
    for name in ("status_history", "locations", "participants", "quantities", "claims", "positions", "links"):
        for part in getattr(event, name):
            yield from _cited(event.id, f"{name}/{part.key}", part)
    if event.outcome:
        yield from _cited(event.id, "outcome", event.outcome)


def _cited(event_id: str, part: str, thing: object) -> Iterator[Row]:
    for field, relation in _SPEECH.items():
        for value in getattr(thing, field, ()):
            yield {"event_id": event_id, "part": part, "relation": relation, "source": value}


def _tags(event: Event, _registries: Registries) -> Iterator[Row]:
    lists: Mapping[str, Iterable[str]] = {
        "issues": event.issues,
        "targets": event.targets,
        "other_modes": event.other_modes,
        "agreed": event.outcome.agreed if event.outcome else (),
    }
    for field, codes in lists.items():
        for code in codes:
            yield {"event_id": event.id, "field": field, "code": code}


def _memberships(registries: Registries) -> Iterator[Row]:
    for actor in registries.actors:
        for rank, row in enumerate(actor.memberships, start=1):
            yield {"actor": actor.id, "rank": rank, **_scalars(row)}


def _places(registries: Registries) -> Iterator[Row]:
    for place in registries.places:
        yield {**_scalars(place), "country": registries.country(place.id, None)}


def _names(registries: Registries) -> Iterator[Row]:
    for registry, entries in (("actor", registries.actors), ("place", registries.places)):
        for entry in entries:
            for kind, names in (("alias", entry.aliases), ("misspelling", entry.misspellings)):
                for name in names:
                    yield {"registry": registry, "id": entry.id, "kind": kind, "name": name}
    for publisher in registries.publishers:
        for host in publisher.hosts:
            yield {"registry": "publisher", "id": publisher.id, "kind": "host", "name": host}


def _entries(name: str) -> Callable[[Registries], Iterator[Row]]:
    def derive(registries: Registries) -> Iterator[Row]:
        return (_scalars(entry) for entry in getattr(registries, name))

    return derive


_FROM_EVENTS: Mapping[str, Callable[[Event, Registries], Iterator[Row]]] = {
    "events": _event,
    "status_history": _status_history,
    "locations": _locations,
    "participants": _participants,
    "participant_roles": _participant_roles,
    "representatives": _representatives,
    "quantities": _quantities,
    "claims": _claims,
    "positions": _parts("positions"),
    "links": _parts("links"),
    "sources": _parts("sources"),
    "citations": _citations,
    "tags": _tags,
}
_FROM_REGISTRIES: Mapping[str, Callable[[Registries], Iterator[Row]]] = {
    "actors": _entries("actors"),
    "memberships": _memberships,
    "places": _places,
    "publishers": _entries("publishers"),
    "names": _names,
    "states": _entries("states"),
    "wanted": _entries("wanted"),
}
