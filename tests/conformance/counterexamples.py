"""Counterexamples, each naming the codes that it must raise.

Those of fields are generated from the description: every field, every kind of constraint. Which codes they must raise
follows from the constraint's kind alone, never from what an engine says. Those of record rules are the rules' own, and
a table of more for rules that can be broken in several ways.
"""

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from support import EXAMPLE, patched

from casus.schema import types
from casus.schema.constraints import Coded, Length, Pattern, Range, Reference
from casus.schema.description import Field, Kind, walk
from casus.schema.rules.base import REMOVE
from casus.schema.rules.record import RECORD_RULES
from casus.schema.vocabulary import vocabulary

from .making import EVENT, Full, Minimal, Sparse, make

#: References that one record must satisfy by itself.
LOCAL = ("source", "quantity", "part")


@dataclass(frozen=True)
class Case:
    """A record and the codes that every engine must find in it."""

    name: str
    record: dict[str, Any]
    codes: frozenset[str]


def full(event_type, mode=None, *, imported=False):
    """Return a record with every optional part that its type allows."""
    record = make(Full(), event_type, mode, imported=imported)
    money = {"key": "q9", "measure": "amount", "best": 5, "currency": "EUR", "claimant": "UKR", "sources": ["s1"]}
    record["quantities"].append(money)
    return record


def minimal(event_type, mode=None, *, imported=False, status=None):
    """Return a record without any optional part that it can do without."""
    return make(Minimal(), event_type, mode, imported=imported, status=status)


def sparse(event_type, mode=None, *, imported=False, status=None):
    """Return a record with every group of fields, and in these no more than they need."""
    return make(Sparse(), event_type, mode, imported=imported, status=status)


def unclaimed(event_type, mode=None, *, imported=False, status=None):
    """Return a sparse record in which nobody is named as claimant, and words stand for numbers."""
    chooser = Sparse("attribution", "words", "planned", "concerns", "represented_by")
    return make(chooser, event_type, mode, imported=imported, status=status)


def _base(event_type, *, imported=False):
    """Return a full record in which nothing leads to the last item of a list."""
    record = full(event_type, imported=imported)
    for claim in record["claims"]:
        claim["about"] = ["event", "date"]
    return record


_BASES = (_base("vote"), _base("air-attack"), _base("talks", imported=True))
_LEAST = minimal("talks")


def _place(record, path):
    """Return the struct, in the last items of lists, that has or could have the field at a path."""
    *above, _ = path.split(".")
    node = record
    for step in above:
        node = node.get(step.removesuffix("[]")) if isinstance(node, dict) else None
        if step.endswith("[]") and node:
            node = node[-1]
        if node is None:
            return None
    return node


def _holder(path, field):
    """Return a copy of a base in which the field is there, and the struct that it is in."""
    for base in (_LEAST, *_BASES) if path == "sources[]" else _BASES:
        record = copy.deepcopy(base)
        lists = [record["quantities"]] if path.startswith("quantities[].") else []
        for rows in lists:
            # The last row is the one that is changed: it must have the field.
            rows.sort(key=lambda row: field.name in row)
        node = _place(record, path)
        if node is not None and field.name in node:
            return record, node
    raise LookupError(path)


def field_cases() -> Iterator[Case]:
    """Yield the counterexamples of every constraint of every field."""
    yield _case("record", "unknown", _BASES[0], {"extra": "x"}, {"CAS101"})
    for path, field in walk(EVENT):
        for what, value, codes in _damage(field):
            record, node = _holder(path, field)
            if value is REMOVE:
                del node[field.name]
            else:
                node[field.name] = value(node[field.name]) if callable(value) else value
            yield Case(f"{path}: {what}", record, frozenset(codes))
        if field.struct is not None:
            record, node = _holder(path, field)
            inner = node[field.name][-1] if field.many else node[field.name]
            inner["extra"] = "x"
            yield Case(f"{path}: unknown", record, frozenset({"CAS101"}))


def _case(path, what, base, change, codes):
    return Case(f"{path}: {what}", copy.deepcopy(base) | change, frozenset(codes))


#: What is done to a field: its name, the new value (or a function of the old one), the codes that it must raise.
_Damage = Iterator[tuple[str, Any, set[str]]]


def _damage(field: Field) -> _Damage:
    yield "null", None, {"CAS109"}
    if field.required:
        yield "missing", REMOVE, {"CAS102"}
    if not field.many:
        yield from _wrong_values(field)
        return
    yield "no list", "text", {"CAS103"}
    yield "a mapping for a list", {}, {"CAS103"}
    yield "a null item", lambda items: [*items, None], {"CAS109"}
    yield "too many", lambda items: _many(items, field), {"CAS108"}
    if field.items.least:
        yield "empty", [], {"CAS108"}
    if field.items.distinct:
        yield "repeated", lambda items: [*items, items[0]], {"CAS111"}
        yield "repeated far apart", lambda items: [*_others(items, field), items[0]], {"CAS111"}
    for what, value, codes in _wrong_values(field):
        yield f"an item: {what}", lambda items, value=value: [*items[:-1], value], codes


def _many(items, field):
    if field.struct is None or not field.struct.field("key"):
        return [items[-1]] * (field.items.most + 1)
    return [items[-1] | {"key": f"n{number}"} for number in range(field.items.most + 1)]


def _others(items, field):
    """Return distinct valid items, as many as fit beside one more: long lists are searched in another way."""
    coded, reference = field.constraint(Coded), field.constraint(Reference)
    if coded:
        allowed = [code for code in vocabulary(coded.vocabulary).codes if code not in items]
        # Modes must be of the record's type, and third parties do not initiate.
        return items if coded.vocabulary in ("modes", "roles") else [*items, *allowed][: field.items.most - 1]
    if reference and reference.to == "part":
        more = ("issues", "targets", "quantities", "claims", "positions", "coding", "id", "type", "mode", "status")
        return [*items, *(each for each in more if each not in items)]
    if reference and reference.to in LOCAL:
        return items
    return [*items, *(f"x{number}" for number in range(field.items.most - 1 - len(items)))]


def _wrong_values(field: Field) -> _Damage:
    yield from _WRONG[field.kind](field)


def _wrong_structs(_field):
    yield "a text for a group", "text", {"CAS103"}
    yield "a list for a group", ["x"], {"CAS103"}


def _wrong_truths(_field):
    for value in (0, "true", [True]):
        yield f"{value!r} for a truth", value, {"CAS103"}


def _wrong_days(_field):
    yield "a number for a day", 5, {"CAS103"}
    for value in ("2 June 2025", "20250602", "2025-06-02T00:00:00", "2025-06-02\n", "", "1799-12-31", "2200-01-01"):
        yield repr(value), value, {"CAS105"}
    for value in ("2025-02-30", "2023-02-29", "2025-06-31"):
        yield repr(value), value, {"CAS110"}


def _wrong_numbers(field):
    limits = field.constraint(Range)
    yield "a text for a number", "5", {"CAS103"}
    yield "a truth for a number", True, {"CAS103"}
    yield "a list for a number", [5], {"CAS103"}
    yield "below", limits.least - 1, {"CAS106"}
    yield "far below", -1e300 if field.kind is Kind.NUMBER else -(2**31), {"CAS106"}
    yield "above", limits.most + 1 if limits.most < 1e9 else limits.most * 1.01, {"CAS106"}
    if field.kind is Kind.INTEGER:
        yield "no whole number", limits.least + 0.5, {"CAS103"}
        yield "too large as a decimal", 1e9, {"CAS106"}
        yield "too large for 32 bits", 2**31, {"CAS106"}
    else:
        for value in (math.nan, math.inf, -math.inf):
            yield repr(value), value, {"CAS106"}


def _wrong_texts(field):
    coded, pattern, length = field.constraint(Coded), field.constraint(Pattern), field.constraint(Length)
    reference = field.constraint(Reference)
    if coded:
        first = vocabulary(coded.vocabulary).codes[0]
        for value in (5, ["x"], {"a": 1}, "no-such-code", first.upper(), f"{first} ", f"{first}\n", ""):
            yield repr(value), value, {"CAS104"}
        return
    for value in (5, True, ["x"], {"a": 1}):
        yield f"{value!r} for a text", value, {"CAS103"}
    # A key that is in no right form leads nowhere as well.
    nowhere = {"CAS213"} if reference and reference.to in LOCAL else set()
    for value in _MISFORMED.get(pattern, ("Bad value!", " ", "\u00fc", f"{pattern.example}\n")):
        yield repr(value), value, {"CAS105"} | nowhere
    if length:
        yield "an empty text", "", {"CAS107"} | nowhere
        yield "too long", _LONG[pattern] + "a" * (length.most + 1 - len(_LONG[pattern])), {"CAS107"}
        yield "too long and in no right form", "\u0007" * (length.most + 1), {"CAS107"}
    else:
        yield "an empty text", "", {"CAS105"} | nowhere
    if pattern is types.CLEAN:
        yield "too long in characters beyond 16 bits", "\U0001f54a" * (length.most + 1), {"CAS107"}
    if nowhere:
        dangling = ("nothing", "quantities/q99", "id/q1", "date/s1", "event/s1") if reference.to == "part" else ("z99",)
        for value in dangling:
            yield f"{value!r} leads nowhere", value, {"CAS213"}


_MISFORMED = {
    types.CLEAN: ("a\u0007b", "\u0000", "a\u202eb", "a\u2066b", "a\u007f", "a\r\n", "\u2069"),
    types.URL: ("ftp://example.org", "https://example.org/a b", "example.org", "https://", "https://example.org/\n"),
    types.CLOCK: ("24:00", "9:05", "14:43:00", "14:43\n", "14.43"),
    types.OFFSET: ("03:00", "+15:00", "+03:10", "+03:00\n"),
    types.EVENT_ID: ("x:", "2025-06-02", "Talks", "a b:c", "2025-06-02-istanbul-talks\n"),
}
_LONG = {
    types.EVENT_ID: "2025-06-02-",
    types.ENTRY_ID: "a",
    types.URL: "https://example.org/",
    types.CLEAN: "a",
}
_WRONG = {
    Kind.STRUCT: _wrong_structs,
    Kind.BOOLEAN: _wrong_truths,
    Kind.DATE: _wrong_days,
    Kind.NUMBER: _wrong_numbers,
    Kind.INTEGER: _wrong_numbers,
    Kind.TEXT: _wrong_texts,
}

_IMPORTED = {
    "id": "ucdp-ged:412345",
    "provenance": {"dataset": "ucdp-ged", "version": "25.1", "row_id": "412345", "licence": "CC-BY-4.0"},
}
_PLAN = {"status_history": REMOVE, "outcome": REMOVE}
_SHARE = {"quantities[0].measure": "aircraft-hit-share", "quantities[0].base": "the fleet"}
_WITHOUT_KEY = {"key": "", "url": "https://example.org/more", "publisher": "example-news", "title": "More"}
#: More ways to break a rule, or to break a field that a rule would read: patches of the example.
_MORE = (
    ("CAS105", {"sources[2]": _WITHOUT_KEY | {"accessed": "2025-06-03"}}),
    ("CAS201", {"date.concerns": {"start": "2025-06-02", "end": "2025-06-01"}}),
    ("CAS201", {"status_history[0].planned.end": "2025-06-01"}),
    ("CAS202", {"quantities[0].high": 66}),
    ("CAS202", {"quantities[0].best": REMOVE, "quantities[0].low": 3, "quantities[0].high": 2.5}),
    ("CAS203", {"other_modes": ["proximity", "drones"]}),
    ("CAS204", {"date.start": REMOVE, "date.end": REMOVE}),
    ("CAS204", {"date.start": REMOVE}),
    ("CAS204", {"status": "ongoing", "status_history": REMOVE}),
    ("CAS204", {"status": "ongoing", "status_history": REMOVE, "date.start": REMOVE, "date.end": REMOVE}),
    ("CAS205", {"status": "pending", "status_history": REMOVE}),
    ("CAS205", {"status": "lapsed", "status_history": REMOVE}),
    ("CAS206", {"date.end": "2199-01-01"}),
    ("CAS206", {"status": "ongoing", "status_history": REMOVE, "date.start": "2025-06-05", "date.end": REMOVE}),
    ("CAS207", _PLAN | {"status": "scheduled", "date.announced": "2025-06-03"}),
    ("CAS208", {"status": "alleged"}),
    ("CAS209", {"status_history[1].as_of": "2025-05-31"}),
    ("CAS210", {"claims[0].claimant": REMOVE}),
    ("CAS210", {"claims[0].attribution": "unattributed"}),
    ("CAS210", {"quantities[1].attribution": "anonymous", "quantities[1].claimant": REMOVE}),
    ("CAS212", {"status_history[1].key": "h1"}),
    ("CAS212", {"locations[0].key": "s1"}),
    ("CAS213", {"sources[0].supports": ["title", "nothing"]}),
    ("CAS213", {"claims[0].about": ["sources/q1"]}),
    ("CAS213", {"outcome.sources": ["q1"]}),
    ("CAS213", {"coding.confidence[0].field": "claims/c2"}),
    ("CAS213", {"quantities[1].replaces": "s1"}),
    ("CAS215", {"quantities[0].measure": "amount"}),
    ("CAS216", _SHARE | {"quantities[0].best": 101}),
    ("CAS216", _SHARE | {"quantities[0].low": 1, "quantities[0].high": 100.5}),
    ("CAS217", {"quantities[1].low": 999.5}),
    ("CAS217", {"quantities[1].high": 1200.25}),
    ("CAS218", {"date.start_time": REMOVE, "date.utc_offset": REMOVE}),
    ("CAS218", {"date.end_time": "14:42"}),
    ("CAS219", {"provenance": _IMPORTED["provenance"]}),
    ("CAS220", {"type": "unspecified-violence", "mode": "state-based"}),
    ("CAS221", {"participants[0].roles": ["initiator", "party", "guarantor"]}),
    ("CAS221", {"participants[2].roles": ["mediator", "initiator"]}),
    ("CAS222", {"outcome.votes_against": 0}),
    ("CAS222", {"outcome.abstentions": 1}),
    ("CAS223", _IMPORTED | {"links[0].target": "ucdp-ged:412345"}),
    ("CAS225", {"date.extent": "within", "date.start": REMOVE, "status": "alleged", "status_history": REMOVE}),
    ("CAS227", {"quantities[0].replaces": "q1"}),
    ("CAS227", {"quantities[1].measure": "duration", "quantities[1].replaces": "q1"}),
    ("CAS503", {"links[0].relation": "results-from"}),
)
#: Patches that break nothing, next to those that do.
HARMLESS = {
    "an end time before the start on another day": {"date.end": "2025-06-03", "date.end_time": "00:10"},
    "bounds that are equal": {"quantities[0].low": 67, "quantities[0].high": 67},
    "a whole number written as a decimal": {"locations[0].precision": 1.0, "quantities[1].best": 1000.0},
    "a half of what is no count": {"quantities[0].best": 66.5},
    "a share of all": _SHARE | {"quantities[0].best": 100},
    "a circle of pointers that are no replacements": {"claims[0].about": ["claims/c1", "event"]},
    "a time of day with its offset alone": {"date.start_time": REMOVE, "date.end_time": REMOVE},
    "a code that is the default, written out": {"date.extent": "spans", "quantities[0].attribution": "named"},
    "an imported row without a mode, with one source": _IMPORTED
    | {"mode": REMOVE, "sources[0].supports": REMOVE, "links[0].relation": "retaliates-for"},
    "empty lists": {"targets": [], "external_ids": [], "links": []},
    "the last and the first day": {"date.published": "1800-01-01", "date.effective": "2199-12-31"},
}


def rule_cases() -> Iterator[Case]:
    """Yield the counterexamples of the record rules."""
    for rule in RECORD_RULES:
        yield Case(f"{rule.code}: its own", patched(EXAMPLE, rule.counterexample.sets), frozenset({rule.code}))
    for number, (code, patch) in enumerate(_MORE):
        yield Case(f"{code}: more {number}", patched(EXAMPLE, patch), frozenset({code}))


def harmless() -> Iterator[Case]:
    """Yield valid neighbours of the counterexamples."""
    for name, patch in HARMLESS.items():
        yield Case(name, patched(EXAMPLE, patch), frozenset())


CASES = (*field_cases(), *rule_cases(), *harmless())
