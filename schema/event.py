"""The event: one record is one event, nested.

The same fields stand in an authored YAML file, in a JSON document and in a row of ``records.parquet``.
What is unknown is left out. Two profiles share the model: *authored* records (ids such as
``2025-06-02-istanbul-talks``, bound by registry and editorial rules) and *imported* rows (ids such as
``ucdp-ged:412345`` with a ``provenance``, which those rules leave alone).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, model_validator

from casus.schema.base import EXPERIMENTAL, Record
from casus.schema.constraints import Coded, Items
from casus.schema.types import (
    CURRENCY,
    VERSION,
    ActorRef,
    Clock,
    Day,
    EventId,
    EventRef,
    Key,
    Language,
    Line,
    Maybe,
    Number,
    Offset,
    Paragraph,
    PersonRef,
    PlaceRef,
    Pointer,
    PublisherRef,
    QuantityRef,
    Sentence,
    SomeSourceRefs,
    SourceRefs,
    SpeakerRef,
    SpeakerRefs,
    Url,
    Votes,
    WherePrecision,
)

#: As the context of a validation: judge the fields alone, for callers that apply the rules of a record themselves.
FIELDS_ALONE = object()

Issue = Annotated[str, Coded("issues")]
Issues = Annotated[tuple[Issue, ...], Items(most=50, distinct=True)]


class Period(Record):
    """A span of days, both ends included; either end may be open."""

    start: Maybe[Day] = Field(default=None, description="First day of the period.")
    end: Maybe[Day] = Field(default=None, description="Last day of the period.")


class EventDate(Record):
    """When the event took place, or is planned to: never the date of a page that reports it."""

    start: Maybe[Day] = Field(
        default=None,
        description="First day on which the event took place or is planned; absent only while it is pending, "
        "scheduled, postponed, cancelled or lapsed without a set day.",
    )
    end: Maybe[Day] = Field(
        default=None,
        description="Last day of the event, the same as `start` for an event of one day; absent only while ongoing "
        "or not yet dated. Midnight at an end belongs to the day before.",
    )
    extent: Annotated[str, Coded("date-extents")] = Field(
        default="spans",
        description="Whether the event fills the days from start to end (`spans`) or lies among them (`within`).",
    )
    start_time: Maybe[Clock] = Field(default=None, description="Time of day at which it began, at `utc_offset`.")
    end_time: Maybe[Clock] = Field(default=None, description="Time of day at which it ended, at `utc_offset`.")
    utc_offset: Maybe[Offset] = Field(
        default=None,
        description="Offset from UTC of the two times, at the place of the event (of the speaker for a speech).",
    )
    basis: Annotated[str, Coded("date-bases")] = Field(
        default="stated",
        description="Whether a source states the date or the coder inferred it from what sources state.",
    )
    announced: Maybe[Day] = Field(default=None, description="Day on which the event was announced beforehand.")
    published: Maybe[Day] = Field(
        default=None, description="Day on which the text (proposal, agreement, law) became public."
    )
    signed: Maybe[Day] = Field(default=None, description="Day of signature.")
    effective: Maybe[Day] = Field(
        default=None, description="Day from which the measure, truce or agreement has effect."
    )
    ended: Maybe[Day] = Field(
        default=None, description="Last day on which the measure, truce or agreement was in force."
    )
    concerns: Maybe[Period] = Field(
        default=None,
        description="The period that an offer, threat or demand speaks of, which is not the event's own date.",
    )


class StatusRow(Record):
    """One step of what became of the event: planned, postponed, held, called off."""

    key: Key = Field(description="Key of this row, unique in the record.")
    status: Annotated[str, Coded("statuses")] = Field(description="The status that held from `as_of` on.")
    as_of: Day = Field(description="Day from which this status held, as the source states it.")
    planned: Maybe[Period] = Field(default=None, description="The dates that were planned at that time.")
    claimant: Maybe[SpeakerRef] = Field(default=None, description="Who announced this status, if one side did.")
    sources: SomeSourceRefs = Field(description="Keys of the sources that state it.")


class Location(Record):
    """A place of the event. Coordinates and countries stand in the place registry only."""

    key: Key = Field(description="Key of this location, unique in the record.")
    place: PlaceRef = Field(description="The place, by its id in the place registry.")
    role: Annotated[str, Coded("location-roles")] = Field(
        default="site",
        description="What the place is to the event: where it happened, its target, where it was launched.",
    )
    precision: WherePrecision = Field(
        default=1,
        description="How exactly the place is known, 1 (exact) to 7, as in UCDP's where_prec (see `precisions`).",
    )
    controlled_by: Maybe[ActorRef] = Field(
        default=None,
        description="Who controlled the place in fact at that time; says nothing of whose it is by law.",
    )
    asserted_by: SpeakerRefs = Field(
        default=(), description="Who says so, where the location or its control is contested."
    )


class Representative(Record):
    """A person who acts for a participant, in the office held then."""

    person: PersonRef = Field(description="The person, by id in the actor registry.")
    office: Maybe[Line] = Field(default=None, description="Office held at the time of the event.")


class Participant(Record):
    """An actor's part in the event: the most specific institution that a source names."""

    key: Key = Field(description="Key of this participant, unique in the record.")
    actor: ActorRef = Field(description="The actor, by id in the actor registry.")
    roles: Annotated[tuple[Annotated[str, Coded("roles")], ...], Items(least=1, most=11, distinct=True)] = Field(
        description="What the actor did in the event. Mediators, hosts and guarantors are never initiators."
    )
    level: Maybe[Annotated[str, Coded("levels")]] = Field(
        default=None, description="Rank of the highest person who took part for this actor."
    )
    represented_by: Annotated[tuple[Representative, ...], Items(most=60)] = Field(
        default=(), description="Persons who acted for it, the head of delegation first."
    )
    asserted_by: SpeakerRefs = Field(default=(), description="Who says that it took part, where this is only alleged.")


class Quantity(Record):
    """One number, tied to whoever states it. Rival numbers stand side by side, one row per claimant."""

    key: Key = Field(description="Key of this number, unique in the record.")
    measure: Annotated[str, Coded("measures")] = Field(description="What is counted or measured; it fixes the unit.")
    cumulative: bool = Field(
        default=False,
        description="Whether it is a running total over several events; such numbers are not tallied.",
    )
    item: Maybe[Annotated[str, Coded("items")]] = Field(
        default=None, description="Which kind of things or people is counted."
    )
    subject: Maybe[ActorRef] = Field(default=None, description="Whose people or things are counted.")
    recipient: Maybe[ActorRef] = Field(default=None, description="Who received or is to receive them.")
    place: Maybe[PlaceRef] = Field(default=None, description="The place that the number is limited to.")
    low: Maybe[Number] = Field(default=None, description="Lower bound that the claimant gives ('at least').")
    best: Maybe[Number] = Field(default=None, description="The claimant's number.")
    high: Maybe[Number] = Field(default=None, description="Upper bound that the claimant gives ('up to').")
    approx: bool = Field(default=False, description="Whether the claimant says 'about', 'some', 'nearly'.")
    words: Maybe[Annotated[str, Coded("number-words")]] = Field(
        default=None, description="The word that stands for a number where the claimant gives no figure."
    )
    currency: Maybe[Annotated[str, CURRENCY]] = Field(
        default=None, description="ISO 4217 code, for sums of money only."
    )
    base: Maybe[Sentence] = Field(default=None, description="For shares: what the percentage is a part of.")
    as_of: Maybe[Day] = Field(
        default=None, description="Day that the number describes, where it is not the event's own."
    )
    claimant: Maybe[SpeakerRef] = Field(
        default=None,
        description="Who says so: the most specific speaker that a source names; the outlet for its own count.",
    )
    attribution: Annotated[str, Coded("attributions")] = Field(
        default="named",
        description="Whether the claimant is named, an anonymous official (then `claimant` is the outlet that relays "
        "it), or nobody (unattributed).",
    )
    said_on: Maybe[Day] = Field(default=None, description="Day on which the claimant said so.")
    replaces: Maybe[QuantityRef] = Field(
        default=None, description="Key of the same claimant's earlier number that this corrects."
    )
    sources: SomeSourceRefs = Field(description="Keys of the sources that carry the number.")


class Claim(Record):
    """One assertion about the event, tied to whoever makes it; what other parts of the record say is not repeated."""

    key: Key = Field(description="Key of this claim, unique in the record.")
    kind: Annotated[str, Coded("claim-kinds")] = Field(
        default="fact",
        description="What sort of assertion it is: of a fact, a cause, a superlative, an evaluation, a forecast.",
    )
    claimant: Maybe[SpeakerRef] = Field(default=None, description="Who makes it; see Quantity.claimant.")
    attribution: Annotated[str, Coded("attributions")] = Field(default="named", description="See Quantity.attribution.")
    stance: Annotated[str, Coded("claim-stances")] = Field(
        default="asserts",
        description="Whether the claimant asserts, denies, confirms or disputes the statement.",
    )
    about: Annotated[tuple[Pointer, ...], Items(least=1, most=20, distinct=True)] = Field(
        description="The parts of the record that it is about: `date`, `quantities/q2`, `event` for all of it."
    )
    statement: Sentence = Field(description="What is claimed, in own words, as a full sentence.")
    scope: Maybe[Sentence] = Field(
        default=None, description="For superlatives: the largest of what, where, since when. Required there."
    )
    said_on: Maybe[Day] = Field(default=None, description="Day on which it was said.")
    sources: SomeSourceRefs = Field(description="Keys of the sources that carry the claim.")


class Position(Record):
    """What a party demands, offers, accepts or rejects on one issue."""

    key: Key = Field(description="Key of this position, unique in the record.")
    actor: SpeakerRef = Field(description="Whose position it is.")
    issue: Issue = Field(description="The issue that it is about.")
    stance: Annotated[str, Coded("position-stances")] = Field(
        description="Whether it is demanded, offered, accepted or rejected."
    )
    statement: Sentence = Field(description="The position in own words.")
    condition: Maybe[Sentence] = Field(default=None, description="What the position is made to depend on.")
    option: Maybe[Line] = Field(
        default=None, description="Name of the alternative it belongs to, where a text offers several."
    )
    said_by: Maybe[SpeakerRef] = Field(
        default=None, description="Who reports the position, where it is not the party itself."
    )
    said_on: Maybe[Day] = Field(default=None, description="Day on which it was put.")
    sources: SomeSourceRefs = Field(description="Keys of the sources that carry it.")


class Outcome(Record):
    """What came of the event, as far as those who took part agree; where they differ, see the claims."""

    result: Sentence = Field(description="What came of it, in a sentence.")
    agreed: Issues = Field(
        default=(),
        description="Issues on which the parties agreed; the terms stand in the agreement's record.",
    )
    votes_for: Maybe[Votes] = Field(default=None, description="Votes in favour.")
    votes_against: Maybe[Votes] = Field(default=None, description="Votes against.")
    abstentions: Maybe[Votes] = Field(default=None, description="Abstentions.")
    sources: SourceRefs = Field(default=(), description="Keys of the sources that state it.")


class Link(Record):
    """A typed relation from this event to another."""

    key: Key = Field(description="Key of this link, unique in the record.")
    relation: Annotated[str, Coded("relations")] = Field(description="What this event is to the other one.")
    target: EventRef = Field(description="Id of the other event.")
    asserted_by: SpeakerRefs = Field(
        default=(),
        description="Who says that the events are so related; needed for retaliates-for, results-from and bears-on.",
    )
    disputed_by: SpeakerRefs = Field(default=(), description="Who denies it.")
    sources: SourceRefs = Field(default=(), description="Keys of the sources that state it.")


class Source(Record):
    """A page that was read, and what it supports."""

    key: Key = Field(description="Key of this source, unique in the record.")
    url: Url = Field(description="Address of the page that was read.")
    publisher: PublisherRef = Field(description="Who published it, by id in the publisher registry.")
    title: Sentence = Field(description="The page's own title.")
    published: Maybe[Day] = Field(
        default=None, description="Day of publication that the page states. Never the event's date."
    )
    language: Language = Field(default="en", description="Language of the page (ISO 639).")
    accessed: Day = Field(description="Day on which the page was read.")
    archive_url: Maybe[Url] = Field(default=None, description="Address of an archived copy.")
    kind: Annotated[str, Coded("source-kinds")] = Field(
        default="news", description="News, official document or analysis."
    )
    relays: SpeakerRefs = Field(default=(), description="Whose report, wire or broadcast the page repeats.")
    supports: Annotated[tuple[Pointer, ...], Items(most=60, distinct=True)] = Field(
        default=(),
        description="Parts of the record that it supports and that have no source keys of their own.",
    )


class Confidence(Record):
    """How sure the coder is of one part of the record."""

    field: Pointer = Field(description="The part of the record.")
    level: Annotated[str, Coded("confidence-levels")] = Field(description="How sure the coder is of it.")


class Coding(Record):
    """How the record was made."""

    method: Annotated[str, Coded("coding-methods")] = Field(description="How the record was coded.")
    coders: Annotated[tuple[Line, ...], Items(least=1, most=20, distinct=True)] = Field(description="Who coded it.")
    coded_on: Day = Field(description="Day on which it was coded or last recoded.")
    notes: Maybe[Paragraph] = Field(default=None, description="Doubts, choices and what stayed open.")
    confidence: Annotated[tuple[Confidence, ...], Items(most=60)] = Field(
        default=(), description="How sure the coder is, part by part, where it matters."
    )


class ExternalId(Record):
    """The same event in another dataset."""

    dataset: Line = Field(description="Short name of the other dataset, such as `ucdp-ged`.")
    id: Line = Field(description="The event's id there.")


class Provenance(Record):
    """Where an imported row came from."""

    dataset: Line = Field(description="Short name of the dataset that the row was imported from.")
    version: Annotated[str, VERSION] = Field(description="Its version.")
    row_id: Line = Field(description="The row's id or number there.")
    licence: Line = Field(description="The licence that the row is under.")


class Event(Record):
    """One event of conflict or diplomacy: what happened, was planned, offered or threatened, and who says so."""

    id: EventId = Field(description="Stable id: a name, not data. Never changed, never used again.")
    type: Annotated[str, Coded("event-types")] = Field(
        description="What happened: one act, by the decision tree of the codebook."
    )
    mode: Maybe[Annotated[str, Coded("modes")]] = Field(
        default=None,
        description="How it was done: one of the modes of the type. Authored records always have one.",
    )
    other_modes: Annotated[tuple[Annotated[str, Coded("modes")], ...], Items(most=12, distinct=True)] = Field(
        default=(), description="Further modes of the same type that apply."
    )
    title: Line = Field(description="Short neutral name of the event; asserts nothing that is contested.")
    summary: Paragraph = Field(
        description="What happened, in a few sentences of own words; contested things with who says so."
    )
    status: Annotated[str, Coded("statuses")] = Field(
        description="Where the event stands: planned, under way, held, called off."
    )
    status_history: Annotated[tuple[StatusRow, ...], Items(most=100)] = Field(
        default=(), description="How the status moved, oldest first; the last row equals `status`."
    )
    issues: Issues = Field(default=(), description="What it is about.")
    targets: Annotated[tuple[Annotated[str, Coded("targets")], ...], Items(most=20, distinct=True)] = Field(
        default=(), description="What kinds of things were attacked, as the sources state; violence only."
    )
    date: EventDate = Field(description="When it took place or is planned to.")
    locations: Annotated[tuple[Location, ...], Items(most=300)] = Field(
        default=(), description="Where; the main place first."
    )
    participants: Annotated[tuple[Participant, ...], Items(most=300)] = Field(
        default=(), description="Who took part, and as what."
    )
    quantities: Annotated[tuple[Quantity, ...], Items(most=500)] = Field(
        default=(), description="Numbers, each with its claimant."
    )
    claims: Annotated[tuple[Claim, ...], Items(most=500)] = Field(
        default=(), description="Assertions, each with its claimant.", json_schema_extra=EXPERIMENTAL
    )
    positions: Annotated[tuple[Position, ...], Items(most=500)] = Field(
        default=(),
        description="What the parties demand, offer, accept or reject, issue by issue.",
        json_schema_extra=EXPERIMENTAL,
    )
    outcome: Maybe[Outcome] = Field(default=None, description="What came of it.")
    links: Annotated[tuple[Link, ...], Items(most=200)] = Field(
        default=(), description="How it relates to other events."
    )
    sources: Annotated[tuple[Source, ...], Items(least=1, most=100)] = Field(description="The pages that were read.")
    coding: Coding = Field(description="How the record was made.")
    external_ids: Annotated[tuple[ExternalId, ...], Items(most=50)] = Field(
        default=(), description="The same event in other datasets."
    )
    provenance: Maybe[Provenance] = Field(default=None, description="For imported rows: where the row came from.")

    @property
    def profile(self) -> str:
        """``"imported"`` for rows with a namespaced id, ``"authored"`` otherwise."""
        return profile_of(self.id)

    @model_validator(mode="after")
    def _keep_record_rules(self, info: ValidationInfo) -> Event:
        if info.context is FIELDS_ALONE:
            return self
        from pydantic_core import PydanticCustomError

        from casus.schema.rules.record import check_record

        findings = list(check_record(self))
        if findings:
            text = "; ".join(finding.one_line() for finding in findings)
            raise PydanticCustomError("record_rule", "{text}", {"text": text, "findings": findings})
        return self


def profile_of(event_id: object) -> str:
    """Return the profile that an event id belongs to: ``"imported"`` if it is namespaced, else ``"authored"``."""
    return "imported" if isinstance(event_id, str) and ":" in event_id else "authored"
