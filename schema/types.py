"""The field types that records are made of: plain Python types with constraints."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, TypeVar

from casus.schema.constraints import Coded, IsoDate, Items, Length, NotNull, Pattern, Plain, Range, Reference

T = TypeVar("T")

#: Absent when unknown. An explicit null is a finding.
Maybe = Annotated[T | None, NotNull()]

_NAME = "[a-z0-9]+(-[a-z0-9]+)*"
_ROW = "[A-Za-z0-9][A-Za-z0-9._-]*"

EVENT_ID = Pattern(
    f"^([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}-{_NAME}|{_NAME}:{_ROW})$",
    "an event id: a date and a short name in lower case, or dataset:row for imported rows",
    "2025-06-02-istanbul-talks",
    plain=Plain(":", not_first="-._", ranges=(("-", "."), ("0", "9"), ("A", "Z"), ("_", "_"), ("a", "z"))),
)
ENTRY_ID = Pattern(
    f"^([A-Z]{{3}}|{_NAME}(:{_ROW})?)$",
    "a registry id: ISO3 for states, otherwise lower-case words joined by hyphens",
    "ukr-air-force",
)
KEY = Pattern("^[a-z][a-z0-9-]{0,15}$", "a short key in lower case, unique in its record", "q2", few=True)
POINTER = Pattern(
    "^([a-z_]{2,20}|[a-z_]{2,20}/[a-z][a-z0-9-]{0,15})$",
    "a pointer to a part of the record: a field, or list/key",
    "quantities/q2",
)
URL = Pattern(
    '^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[^ \\t\\r\\n"<>\\\\^`{|}]*)?$',
    "a web address",
    "https://example.org/page",
    plain=Plain("://", not_first="/", ranges=(("-", "9"), ("A", "Z"), ("a", "z"))),
)
CLEAN = Pattern(
    "^[^\\u0000-\\u0008\\u000b-\\u001f\\u007f\\u202a-\\u202e\\u2066-\\u2069]*$",
    "text without control characters or direction overrides",
    "Second round of talks in Istanbul",
)
CLOCK = Pattern("^([01][0-9]|2[0-3]):[0-5][0-9]$", "a time of day in 24 hours", "14:43", few=True)
OFFSET = Pattern("^[+-](0[0-9]|1[0-4]):(00|15|30|45)$", "an offset from UTC", "+03:00", few=True)
ISO3 = Pattern("^[A-Z]{3}$", "an ISO 3166-1 alpha-3 code", "UKR", few=True)
LANGUAGE = Pattern("^[a-z]{2,3}$", "an ISO 639 language code", "uk", few=True)
CURRENCY = Pattern("^[A-Z]{3}$", "an ISO 4217 currency code", "EUR", few=True)
WIKIDATA = Pattern("^Q[1-9][0-9]{0,10}$", "a Wikidata item", "Q212")
HOST = Pattern("^[a-z0-9-]+(\\.[a-z0-9-]+)+$", "a web host in lower case", "pravda.com.ua")
VERSION = Pattern("^[0-9A-Za-z][0-9A-Za-z.+-]{0,39}$", "a version", "25.1")

Day = Annotated[dt.date, IsoDate()]
Clock = Annotated[str, CLOCK]
Offset = Annotated[str, OFFSET]
Key = Annotated[str, KEY]
Url = Annotated[str, URL, Length(2000)]
Language = Annotated[str, LANGUAGE]
Line = Annotated[str, CLEAN, Length(160)]
Sentence = Annotated[str, CLEAN, Length(1200)]
Paragraph = Annotated[str, CLEAN, Length(4000)]

EventId = Annotated[str, EVENT_ID, Length(120)]
EventRef = Annotated[str, EVENT_ID, Length(120), Reference("event")]
EntryId = Annotated[str, ENTRY_ID, Length(80)]
ActorRef = Annotated[str, ENTRY_ID, Length(80), Reference("actor")]
PersonRef = Annotated[str, ENTRY_ID, Length(80), Reference("person")]
SpeakerRef = Annotated[str, ENTRY_ID, Length(80), Reference("speaker")]
PlaceRef = Annotated[str, ENTRY_ID, Length(80), Reference("place")]
PublisherRef = Annotated[str, ENTRY_ID, Length(80), Reference("publisher")]
StateRef = Annotated[str, ISO3, Reference("state")]
SourceRef = Annotated[str, KEY, Reference("source")]
QuantityRef = Annotated[str, KEY, Reference("quantity")]
Pointer = Annotated[str, POINTER, Reference("part")]

Number = Annotated[float, Range(0, 1e15)]
Votes = Annotated[int, Range(0, 1000)]
WherePrecision = Annotated[int, Range(1, 7)]
Latitude = Annotated[float, Range(-90, 90)]
Longitude = Annotated[float, Range(-180, 180)]
StateNumber = Annotated[int, Range(1, 999)]

Code = Coded
SourceRefs = Annotated[tuple[SourceRef, ...], Items(most=50, distinct=True)]
SomeSourceRefs = Annotated[tuple[SourceRef, ...], Items(most=50, least=1, distinct=True)]
SpeakerRefs = Annotated[tuple[SpeakerRef, ...], Items(most=50, distinct=True)]
Texts = Annotated[tuple[Line, ...], Items(most=100, distinct=True)]
