"""Valid records, made by code from the description of the models.

:func:`make` walks the description and asks a *chooser* at every turn: is the optional field there, which code, how
many items. What rules of the record demand is settled afterwards. The same walk makes minimal and full records,
random ones and those that Hypothesis draws.
"""

import random

from casus.schema import Event, types
from casus.schema.constraints import Coded, Pattern, Range, Reference
from casus.schema.description import Kind, describe
from casus.schema.rules.record import ASSERTED, COUNTS, IMPORTED_ONLY, MONEY, NOT_YET, SHARES, VIOLENCE
from casus.schema.vocabulary import modes_of, vocabulary

EVENT = describe(Event)
EVENT_TYPES = vocabulary("event-types").codes
STATUSES = ("occurred", "ongoing", "scheduled", "alleged", "postponed", "cancelled", "pending", "lapsed")
DAYS = ("2025-06-02", "2025-06-03", "1800-01-01", "2024-02-29", "2025-05-31")
LATE_DAYS = ("2025-07-01", "2025-07-02", "2199-12-31")
CLOCKS = ("14:43", "00:00", "23:59", "09:05")
SAMPLES = {
    types.EVENT_ID: ("2025-05-16-istanbul-talks", "ucdp-ged:412345", "2024-01-01-a", "x:A.b_c-9"),
    types.ENTRY_ID: ("UKR", "RUS", "a-minister", "tur-istanbul", "gdelt:UKRGOV", "x"),
    types.URL: ("https://example.org/page", "http://example.org:8080/a?b=c#d", "https://example.org"),
    types.CLEAN: ("Second round of talks", "Ї, 漢字 \U0001f54a", "two\nlines\tand a tab", "a"),
    types.CLOCK: CLOCKS,
    types.OFFSET: ("+03:00", "-14:45", "+00:15"),
    types.LANGUAGE: ("en", "uk", "crh"),
    types.CURRENCY: ("EUR", "USD"),
    types.VERSION: ("25.1", "0", "2024.10.1-rc+5"),
}
PREFIXES = {
    "status_history": "h",
    "locations": "l",
    "participants": "p",
    "quantities": "q",
    "claims": "c",
    "positions": "pos",
    "links": "k",
    "sources": "s",
}
FIELD_NAMES = ("event", "date", "title", "summary", "participants", "outcome", "sources")
_THIRD_PARTIES = {"mediator", "host", "guarantor"}


class Minimal:
    """Leaves out every optional part."""

    def flag(self, _field=None):
        """Whether an optional part, of that field, is there."""
        return False

    def pick(self, options):
        return options[0]

    def count(self, least, _most):
        return least


class Full(Minimal):
    """Gives every optional part, with two items in every list."""

    def flag(self, _field=None):
        return True

    def count(self, least, most):
        return max(least, min(2, most))


class Sparse(Minimal):
    """Gives every group of fields, with one item in every list, and in it no more than it needs; the last codes.

    ``also`` names fields that are there all the same.
    """

    def __init__(self, *also):
        self._also = also

    def flag(self, field=None):
        return field is not None and ((field in EVENT.fields and field.struct is not None) or field.name in self._also)

    def pick(self, options):
        return options[-1]

    def count(self, least, _most):
        return max(least, 1)


class Chance:
    """Chooses at random, in a way that its seed fixes."""

    def __init__(self, seed, density=0.4):
        self._random = random.Random(seed)
        self._density = density

    def flag(self, _field=None):
        return self._random.random() < self._density

    def pick(self, options):
        return options[int(self._random.random() * len(options))]

    def count(self, least, most):
        return least + int(self._random.random() * (min(most, least + 3) - least + 1))


def make(chooser, event_type, mode=None, *, imported=False, status=None):
    """Return a valid record of a type; an authored one gets the type's first mode where none is given."""
    record = _struct(EVENT, chooser)
    record["type"] = event_type
    record["id"] = "ucdp-ged:412345" if imported else "2025-06-02-istanbul-talks"
    record["status"] = status or chooser.pick(STATUSES)
    _settle_kind(record, chooser, mode, imported=imported)
    _settle_keys(record)
    _settle_sources(record, imported=imported)
    _settle_dates(record)
    _settle_history(record)
    for quantity in record.get("quantities", ()):
        _settle_quantity(quantity, chooser)
    _settle_replacements(record)
    _settle_claims(record)
    _settle_parts(record, chooser)
    _settle_references(record, chooser)
    return record


def value_of(field, chooser):
    """Return a value that the field alone allows; references into the record are settled later."""
    if not field.many:
        return _single(field, chooser)
    count = chooser.count(field.items.least, field.items.most)
    if not field.items.distinct:
        return [_single(field, chooser) for _ in range(count)]
    chosen = []
    for _ in range(count):
        left = [each for each in _options(field) if each not in chosen]
        if not left:
            break
        chosen.append(chooser.pick(left))
    return chosen


def _struct(struct, chooser):
    return {field.name: value_of(field, chooser) for field in struct.fields if field.required or chooser.flag(field)}


def _single(field, chooser):
    return _struct(field.struct, chooser) if field.struct else chooser.pick(_options(field))


def _options(field):
    coded, pattern, reference = field.constraint(Coded), field.constraint(Pattern), field.constraint(Reference)
    if coded:
        return vocabulary(coded.vocabulary).codes
    if reference and reference.to in _LOCAL:
        return _LOCAL[reference.to]
    if pattern:
        # Keys are given out later, each its own.
        return SAMPLES.get(pattern, (pattern.example,))
    return _PLAIN[field.kind](field)


def _days(field):
    return LATE_DAYS if field.name in ("accessed", "coded_on") else DAYS


def _whole_numbers(field):
    limits = field.constraint(Range)
    return (int(limits.least), int(limits.most), 3)


def _numbers(field):
    limits = field.constraint(Range)
    return (67, 1000, limits.least, limits.most, 12.0)


_LOCAL = {"source": ("s1",), "quantity": ("q1",), "part": FIELD_NAMES}
_PLAIN = {
    Kind.DATE: _days,
    Kind.BOOLEAN: lambda _field: (True, False),
    Kind.INTEGER: _whole_numbers,
    Kind.NUMBER: _numbers,
}


def _settle_kind(record, chooser, mode, *, imported):
    """Make mode, targets, votes and provenance fit the type and the profile."""
    event_type = record["type"]
    modes = list(modes_of(event_type))
    record.pop("mode", None)
    if mode or (modes and not imported) or (modes and chooser.flag()):
        record["mode"] = mode or chooser.pick(modes)
    if "other_modes" in record:
        record["other_modes"] = [each for each in modes if each != record.get("mode")][: len(record["other_modes"])]
    if event_type not in VIOLENCE:
        record.pop("targets", None)
    if event_type != "vote":
        for name in ("votes_for", "votes_against", "abstentions"):
            record.get("outcome", {}).pop(name, None)
    if imported:
        provenance = EVENT.field("provenance")
        record.setdefault("provenance", _struct(provenance.struct, chooser))
    else:
        record.pop("provenance", None)
    if event_type in IMPORTED_ONLY and not imported:
        raise ValueError(f"{event_type} is for imports only")


def _settle_keys(record):
    for name, prefix in PREFIXES.items():
        for number, item in enumerate(record.get(name, ()), start=1):
            item["key"] = f"{prefix}{number}"


def _settle_sources(record, *, imported):
    first = record["sources"][0]
    if len(record["sources"]) == 1 and not imported:
        record["sources"].append({**first, "key": "s2"})
    for number, source in enumerate(record["sources"]):
        source["url"] = f"https://example.org/{number}"
        if not source.get("supports") and not imported:
            source["supports"] = ["title"]


def _settle_dates(record):
    date, status = record["date"], record["status"]
    if status in ("occurred", "ongoing"):
        date.setdefault("start", DAYS[0])
    if status == "occurred":
        date.setdefault("end", DAYS[1])
    if status == "ongoing":
        date.pop("end", None)
    if status in NOT_YET:
        record.pop("outcome", None)
    if not {"start", "end"} <= date.keys() and date.get("extent") == "within":
        date["extent"] = "spans"
    _in_order(date, ("start", "end"))
    _in_order(date, ("effective", "ended"))
    _in_order(date.get("concerns", {}), ("start", "end"))
    _in_order(date, ("start_time", "end_time"))
    if {"start_time", "end_time"} & date.keys():
        date.setdefault("utc_offset", "+03:00")
    if status == "scheduled" and "end" in date:
        date.pop("announced", None)


def _in_order(struct, names):
    there = [name for name in names if name in struct]
    struct.update(zip(there, sorted(struct[name] for name in there), strict=True))


def _settle_history(record):
    history = record.get("status_history", [])
    for row, day in zip(history, sorted(row["as_of"] for row in history), strict=True):
        row["as_of"] = day
        _in_order(row.get("planned", {}), ("start", "end"))
    if history:
        history[-1]["status"] = record["status"]
        if record["status"] == "scheduled":
            for row in history:
                row["as_of"] = min(DAYS)


def _settle_quantity(quantity, chooser):
    bounds = [name for name in ("low", "best", "high") if name in quantity]
    measure = quantity["measure"]
    most = 100 if measure in SHARES else 1e15
    for name in bounds:
        number = min(quantity[name], most)
        quantity[name] = float(int(number)) if measure in COUNTS else number
    _in_order(quantity, ("low", "best", "high"))
    if not bounds and "words" not in quantity:
        quantity["best"] = 3
    if measure in MONEY:
        quantity.setdefault("currency", chooser.pick(SAMPLES[types.CURRENCY]))
    else:
        quantity.pop("currency", None)
    if measure in SHARES:
        quantity.setdefault("base", "all of them")
    quantity.pop("replaces", None)
    _settle_claimant(quantity)


def _settle_claimant(row):
    if row.get("attribution") == "unattributed":
        row.pop("claimant", None)
    else:
        row.setdefault("claimant", "UKR")


def _settle_replacements(record):
    """Let the last number replace the first, which makes it one of the same claimant and measure."""
    quantities = record.get("quantities", [])
    if len(quantities) > 1 and "as_of" in quantities[-1]:
        first, last = quantities[0], quantities[-1]
        quantities[-1] = {**first, "key": last["key"], "replaces": first["key"]}


def _settle_claims(record):
    for claim in record.get("claims", ()):
        _settle_claimant(claim)
        if claim.get("kind") == "superlative":
            claim.setdefault("scope", "of this year")


def _settle_parts(record, chooser):
    for participant in record.get("participants", ()):
        roles = participant["roles"]
        if "initiator" in roles:
            participant["roles"] = [role for role in roles if role not in _THIRD_PARTIES]
    for link in record.get("links", ()):
        if link["target"] == record["id"]:
            link["target"] = "2024-01-01-a"
        if link["relation"] in ASSERTED and not link.get("asserted_by"):
            link["asserted_by"] = [chooser.pick(SAMPLES[types.ENTRY_ID])]


def _settle_references(record, chooser):
    """Let the pointers lead to items of the record as well."""
    keyed = [f"{name}/{item['key']}" for name in PREFIXES for item in record.get(name, ())]
    for claim in record.get("claims", ()):
        if chooser.flag():
            claim["about"] = [*claim["about"], chooser.pick(keyed)]
