"""The registries: actors, places, publishers and states, and the lists kept beside the records."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from casus.schema.base import Record
from casus.schema.constraints import Coded, Items, Pattern
from casus.schema.types import (
    HOST,
    ISO3,
    VERSION,
    WIKIDATA,
    ActorRef,
    Day,
    EntryId,
    EventId,
    EventRef,
    Latitude,
    Line,
    Longitude,
    Maybe,
    Paragraph,
    PlaceRef,
    Sentence,
    StateNumber,
    StateRef,
    Texts,
    Url,
)

TABLE = Pattern("^[a-z_]{2,30}$", "the name of a table", "events")
RULE_CODE = Pattern("^CAS[1-5][0-9]{2}$", "a rule code", "CAS501")


class Membership(Record):
    """What an actor belongs to, or which office a person holds, and when."""

    of: ActorRef = Field(description="The actor that it belongs to, or where the office is.")
    kind: Annotated[str, Coded("membership-kinds")] = Field(
        description="Part of it, member of it, or holder of an office in it."
    )
    office: Maybe[Line] = Field(default=None, description="The office, for persons.")
    start: Maybe[Day] = Field(default=None, description="First day, if known.")
    end: Maybe[Day] = Field(default=None, description="Last day, if it has ended.")
    source: Maybe[Url] = Field(default=None, description="Page that states it.")


class Actor(Record):
    """Somebody who can act or speak: a state, a body, an organisation, an armed unit, a person in office."""

    id: EntryId = Field(description="Stable id: ISO3 for states, otherwise lower-case words.")
    kind: Annotated[str, Coded("actor-kinds")] = Field(description="What kind of actor it is.")
    name: Line = Field(description="English name: Wikidata's label where there is one.")
    aliases: Texts = Field(default=(), description="Other names and spellings, in any script.")
    misspellings: Texts = Field(
        default=(), description="Wrong spellings that were seen in sources, kept so that they can be found."
    )
    wikidata: Maybe[Annotated[str, WIKIDATA]] = Field(default=None, description="Wikidata item.")
    memberships: Annotated[tuple[Membership, ...], Items(most=100)] = Field(
        default=(), description="What it belongs to, by date; the side in an event is derived from this."
    )
    note: Maybe[Sentence] = Field(default=None, description="What a reader must know about the entry.")


class Jurisdiction(Record):
    """The state that a place belongs to by international law, by date."""

    state: StateRef = Field(description="ISO3 of the state.")
    start: Maybe[Day] = Field(default=None, description="First day, if it was not always so.")
    end: Maybe[Day] = Field(default=None, description="Last day, if it is no longer so.")


class Place(Record):
    """A place. Who controls it in fact is a matter of events, not of this registry."""

    id: EntryId = Field(
        description="Stable id: ISO3 of the state it belongs to by law, and a name; ISO3 alone for a country."
    )
    kind: Annotated[str, Coded("place-kinds")] = Field(description="What kind of place it is.")
    name: Line = Field(description="English name; Ukrainian places by their Ukrainian name.")
    aliases: Texts = Field(default=(), description="Other names and spellings.")
    misspellings: Texts = Field(default=(), description="Wrong spellings that were seen in sources.")
    latitude: Maybe[Latitude] = Field(default=None, description="Degrees north, WGS 84, of a point in the place.")
    longitude: Maybe[Longitude] = Field(default=None, description="Degrees east, WGS 84, of a point in the place.")
    coordinates_from: Maybe[Line] = Field(
        default=None, description="Openly licensed source of the coordinates, such as `geonames:703448`."
    )
    countries: Annotated[tuple[Jurisdiction, ...], Items(most=10)] = Field(
        default=(),
        description="State or states that it belongs to by law (a sea may have none); who controls it is kept apart.",
    )
    within: Maybe[PlaceRef] = Field(default=None, description="The larger place that it lies in.")
    wikidata: Maybe[Annotated[str, WIKIDATA]] = Field(default=None, description="Wikidata item.")
    note: Maybe[Sentence] = Field(default=None, description="What a reader must know about the entry.")


class Publisher(Record):
    """Somebody who publishes pages that records cite."""

    id: EntryId = Field(description="Stable id, in one namespace with the actors.")
    name: Line = Field(description="Name of the outlet or site.")
    hosts: Annotated[tuple[Annotated[str, HOST], ...], Items(least=1, most=30, distinct=True)] = Field(
        description="Web hosts it publishes on; subdomains count as the same."
    )
    country: Maybe[Annotated[str, ISO3]] = Field(
        default=None, description="ISO3 of the state where it publishes; absent when unknown."
    )
    owner: Annotated[str, Coded("owner-kinds")] = Field(description="What kind of owner it has.")
    independence_group: EntryId = Field(
        description="Publishers of one owner or one state share a group; two sources of one group are not independent."
    )
    note: Maybe[Sentence] = Field(default=None, description="What a reader must know about the entry.")


class State(Record):
    """One spell of a state, with its numbers in the field's two state lists."""

    iso3: Annotated[str, ISO3] = Field(description="ISO 3166-1 alpha-3 code.")
    name: Line = Field(description="Short English name.")
    gwn: Maybe[StateNumber] = Field(default=None, description="Gleditsch-Ward number; absent where that list has none.")
    cow: Maybe[StateNumber] = Field(
        default=None, description="Correlates of War code; absent where that list has none."
    )
    start: Maybe[Day] = Field(
        default=None, description="First day of the spell; absent where neither list has the state."
    )
    start_of: Maybe[Annotated[str, Coded("state-lists")]] = Field(
        default=None, description="The list that the first day is taken from."
    )
    end: Maybe[Day] = Field(default=None, description="Last day of the spell, if it has ended.")


class Revision(Record):
    """A tombstone: a record that was withdrawn, or merged into another."""

    id: EventId = Field(description="Id of the record that is gone; it is never used again.")
    kind: Annotated[str, Coded("revision-kinds")] = Field(description="Withdrawn, or merged into another record.")
    on: Day = Field(description="Day on which it went.")
    reason: Sentence = Field(description="Why it was withdrawn or merged.")
    replaced_by: Maybe[EventRef] = Field(
        default=None, description="For merged records: the record that holds its content now."
    )


class ReasonedChange(Record):
    """Why records were changed in a version: an entry of ``changes.yaml``."""

    version: Annotated[str, VERSION] = Field(description="Version of the data in which they were changed.")
    ids: Annotated[tuple[EventId, ...], Items(least=1, most=10_000, distinct=True)] = Field(
        description="The records, by id."
    )
    reason: Sentence = Field(description="Why they were changed.")


class Loss(Record):
    """Why a table lost many rows in a version: an entry of ``losses.yaml``."""

    version: Annotated[str, VERSION] = Field(description="Version of the data in which it has fewer rows than before.")
    table: Annotated[str, TABLE] = Field(description="Name of the table.")
    reason: Sentence = Field(description="Why it lost them.")


class Wanted(Record):
    """An event that records link to and that is not recorded yet."""

    id: EventId = Field(description="The id that it will have.")
    title: Line = Field(description="What it is.")


class RuleException(Record):
    """A known exception from a rule. One that no longer applies is itself an error."""

    code: Annotated[str, RULE_CODE] = Field(description="The rule's code.")
    id: Line = Field(description="Id of the record or registry entry.")
    reason: Sentence = Field(description="Why it may stand.")


class DatasetCard(Record):
    """What the dataset is: the head of ``dataset.yaml``."""

    title: Line = Field(description="Title of the dataset.")
    description: Paragraph = Field(description="What it holds, in a paragraph.")
    version: Annotated[str, VERSION] = Field(description="Version of the data; a release is named after it.")
    as_of: Day = Field(description="Day up to which the records were kept.")
    licence: Line = Field(description="Licence of the data.")
    creators: Texts = Field(default=(), description="Who made it, as they are to be cited.")
    keywords: Texts = Field(default=(), description="Words that people search for.")
    homepage: Maybe[Url] = Field(default=None, description="Its page.")
