"""The flat tables of a release: which columns each has, and where these come from.

Columns that come straight from the record keep the record's own description; derived ones are described here.
All tables hold scalars only, so that every reader (R's nanoparquet, CSV) can take them; lists have long tables of
their own (``tags``, ``participant_roles``, ``citations``, ``names``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from pydantic import BaseModel

from casus.schema.constraints import Coded, Range
from casus.schema.description import Field, Kind, Struct, describe
from casus.schema.event import (
    Claim,
    Event,
    EventDate,
    Link,
    Location,
    Participant,
    Position,
    Quantity,
    Representative,
    Source,
    StatusRow,
)
from casus.schema.geometry import GEOMETRY
from casus.schema.registry import Actor, DatasetCard, Membership, Place, Publisher, Revision, State, Wanted


@dataclass(frozen=True, slots=True)
class Table:
    """One flat table: its columns, and which of them identify a row."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Field, ...]


def _plain(model: type[BaseModel], *names: str, optional: bool = False) -> tuple[Field, ...]:
    """Return a model's own scalar fields as columns (all of them, if none is named)."""
    struct = describe(model)
    chosen = [field for field in struct.fields if not field.many and field.struct is None]
    if names:
        chosen = [_named(struct, name) for name in names]
    return tuple(replace(field, required=False, default=None) for field in chosen) if optional else tuple(chosen)


def _named(struct: Struct, name: str) -> Field:
    field = struct.field(name)
    if field is None:
        raise KeyError(f"{struct.name} has no field {name}")
    return field


def _prefixed(prefix: str, fields: tuple[Field, ...]) -> tuple[Field, ...]:
    return tuple(replace(field, name=f"{prefix}_{field.name}") for field in fields)


def _text(name: str, description: str, *, required: bool = False, codes: str | None = None) -> Field:
    return Field(name, description, Kind.TEXT, required, constraints=(Coded(codes),) if codes else ())


def _count(name: str, description: str) -> Field:
    return Field(name, description, Kind.INTEGER, required=True, constraints=(Range(0, 100_000),))


EVENT_ID = replace(_named(describe(Event), "id"), name="event_id", description="Id of the event (events.id).")
_PERIOD = (
    Field("start", "First day of the period.", Kind.DATE, required=False),
    Field("end", "Last day of the period.", Kind.DATE, required=False),
)
_ACTOR_NAME = _text("actor_name", "English name of the actor (derived from the registry).", required=True)
_SIDE = _text(
    "side",
    "ISO3 of the state that the actor is, or belongs to on the day of the event (derived); absent for others.",
)
_CLAIMANT_SIDE = _text("claimant_side", "ISO3 of the state that the claimant is or belongs to on that day (derived).")

_EVENT_DATE = tuple(
    replace(field, name=f"date_{field.name}" if field.name in ("start", "end", "extent", "basis") else field.name)
    for field in _plain(EventDate)
)

_TABLES = (
    Table(
        "events",
        "One row per event: what, when, where (the main place) and how much there is about it.",
        ("id",),
        (
            *_plain(Event, "id", "type"),
            _text("domain", "Domain of the type: diplomacy, pressure or military (derived).", required=True),
            *_plain(Event, "mode", "title", "summary", "status"),
            *_EVENT_DATE,
            _text(
                "date_precision",
                "How exact the date is (derived from start, end and extent).",
                required=True,
                codes="date-precisions",
            ),
            *_prefixed("concerns", _PERIOD),
            _text("place", "Id of the first location."),
            _text("place_name", "English name of the first location (derived from the registry)."),
            _text(
                "country",
                "ISO3 of the state that the first location belongs to by law on that day; absent if several.",
            ),
            Field(
                "latitude",
                "Degrees north, WGS 84, of the first location.",
                Kind.NUMBER,
                required=False,
                constraints=(Range(-90, 90),),
            ),
            Field(
                "longitude",
                "Degrees east, WGS 84, of the first location.",
                Kind.NUMBER,
                required=False,
                constraints=(Range(-180, 180),),
            ),
            Field(
                "where_precision",
                "Precision of the first location, 1 (exact) to 7.",
                Kind.INTEGER,
                required=False,
                constraints=(Range(1, 7),),
            ),
            _text("outcome", "What came of it, as far as those who took part agree."),
            Field("votes_for", "Votes in favour.", Kind.INTEGER, required=False, constraints=(Range(0, 1000),)),
            Field("votes_against", "Votes against.", Kind.INTEGER, required=False, constraints=(Range(0, 1000),)),
            Field("abstentions", "Abstentions.", Kind.INTEGER, required=False, constraints=(Range(0, 1000),)),
            _count("n_locations", "Number of locations."),
            _count("n_participants", "Number of participants."),
            _count("n_quantities", "Number of quantities."),
            _count("n_claims", "Number of claims."),
            _count("n_positions", "Number of positions."),
            _count("n_links", "Number of links to other events."),
            _count("n_sources", "Number of sources."),
            _count("n_independent", "Number of sources that are independent of each other (derived)."),
            _text("coding_method", "How the record was coded.", required=True, codes="coding-methods"),
            Field("coded_on", "Day on which the record was coded or last recoded.", Kind.DATE, required=True),
            Field(
                GEOMETRY,
                "The first location as a point in well-known binary (GeoParquet): longitude and latitude, WGS 84.",
                Kind.BYTES,
                required=False,
            ),
        ),
    ),
    Table(
        "status_history",
        "What became of events: planned, postponed, held, called off, by date.",
        ("event_id", "key"),
        (EVENT_ID, *_plain(StatusRow), *_prefixed("planned", _PERIOD)),
    ),
    Table(
        "locations",
        "Places of events.",
        ("event_id", "key"),
        (
            EVENT_ID,
            *_plain(Location),
            _text("place_name", "English name of the place (derived).", required=True),
            _text(
                "country",
                "ISO3 of the state that it belongs to by law on that day (derived); absent if several.",
            ),
            Field(
                "latitude",
                "Degrees north, WGS 84 (derived).",
                Kind.NUMBER,
                required=False,
                constraints=(Range(-90, 90),),
            ),
            Field(
                "longitude",
                "Degrees east, WGS 84 (derived).",
                Kind.NUMBER,
                required=False,
                constraints=(Range(-180, 180),),
            ),
        ),
    ),
    Table(
        "participants",
        "Who took part in events, and as what (all roles: participant_roles).",
        ("event_id", "key"),
        (
            EVENT_ID,
            *_plain(Participant),
            _text("role", "The first role (all of them: participant_roles).", required=True, codes="roles"),
            _ACTOR_NAME,
            _SIDE,
        ),
    ),
    Table(
        "participant_roles",
        "The roles of each participant, one a row.",
        ("event_id", "key", "role"),
        (
            EVENT_ID,
            *_plain(Participant, "key", "actor"),
            _text("role", "One role of the participant.", required=True, codes="roles"),
        ),
    ),
    Table(
        "representatives",
        "The persons who acted for each participant, head of delegation first.",
        ("event_id", "key", "rank"),
        (
            EVENT_ID,
            *_plain(Participant, "key", "actor"),
            _count("rank", "1 for the head of delegation, then upwards."),
            *_plain(Representative),
        ),
    ),
    Table(
        "quantities",
        "Numbers, one row per claimant. Do not add rows of one event: use casus.tally.",
        ("event_id", "key"),
        (
            EVENT_ID,
            *_plain(Quantity),
            _text("unit", "Unit that the measure fixes (derived).", required=True),
            _CLAIMANT_SIDE,
        ),
    ),
    Table(
        "claims",
        "Assertions, one row per claimant.",
        ("event_id", "key"),
        (EVENT_ID, *_plain(Claim), _CLAIMANT_SIDE),
    ),
    Table(
        "positions",
        "What the parties demand, offer, accept or reject, by issue.",
        ("event_id", "key"),
        (EVENT_ID, *_plain(Position)),
    ),
    Table("links", "Typed relations between events.", ("event_id", "key"), (EVENT_ID, *_plain(Link))),
    Table("sources", "The pages that were read, per event.", ("event_id", "key"), (EVENT_ID, *_plain(Source))),
    Table(
        "citations",
        "Which source supports which part of which event, and who asserts or disputes it.",
        ("event_id", "part", "relation", "source"),
        (
            EVENT_ID,
            _text("part", "The part of the record: a field, or list/key such as quantities/q2.", required=True),
            _text("relation", "source, asserted-by, disputed-by, about or relays.", required=True),
            _text(
                "source",
                "Key of the source; for the other relations the speaker's id or the part that it is about.",
                required=True,
            ),
        ),
    ),
    Table(
        "tags",
        "The codes of the record's lists of codes, one a row.",
        ("event_id", "field", "code"),
        (
            EVENT_ID,
            _text("field", "issues, targets, other_modes or agreed.", required=True),
            _text("code", "The code.", required=True),
        ),
    ),
    Table("actors", "The registry of actors.", ("id",), _plain(Actor)),
    Table(
        "memberships",
        "What actors belong to and which offices persons hold, by date.",
        ("actor", "rank"),
        (
            _text("actor", "Id of the actor.", required=True),
            _count("rank", "Position in the actor's list, from 1."),
            *_plain(Membership),
        ),
    ),
    Table(
        "places",
        "The registry of places.",
        ("id",),
        (*_plain(Place), _text("country", "ISO3, where one state holds it by law today.")),
    ),
    Table("publishers", "The registry of publishers.", ("id",), _plain(Publisher)),
    Table(
        "names",
        "Other names and misspellings of actors and places, and the web hosts of publishers.",
        ("registry", "id", "kind", "name"),
        (
            _text("registry", "actor, place or publisher.", required=True),
            _text("id", "Id of the entry.", required=True),
            _text("kind", "alias, misspelling or host.", required=True),
            _text("name", "The name as it was seen.", required=True),
        ),
    ),
    Table("states", "States with their numbers in the field's lists, by date.", ("iso3", "start"), _plain(State)),
    Table(
        "revisions",
        "The history of the records: in which release each was added, changed, withdrawn or merged.",
        ("id", "version"),
        (
            _named(describe(Event), "id"),
            replace(_named(describe(DatasetCard), "version"), description="The release in which it happened."),
            Field(
                "on",
                "The day up to which that release was kept; for withdrawn and merged records the day they went.",
                Kind.DATE,
                required=True,
            ),
            _text("kind", "What happened to the record.", required=True, codes="history-kinds"),
            _text("fields", "For changed records: the fields that differ, separated by `;`."),
            replace(_named(describe(Revision), "reason"), required=False, description="Why, where a reason is given."),
            _named(describe(Revision), "replaced_by"),
        ),
    ),
    Table("wanted", "Events that records link to and that are not recorded yet.", ("id",), _plain(Wanted)),
)

TABLES: Mapping[str, Table] = MappingProxyType({table.name: table for table in _TABLES})
