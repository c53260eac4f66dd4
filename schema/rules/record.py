"""The rules that look at one record (CAS2xx, and the editorial CAS5xx that need nothing else)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from casus.schema.description import describe
from casus.schema.event import Event, profile_of
from casus.schema.findings import Finding, Path, Severity
from casus.schema.rules.base import REMOVE, Patch, Rule, Scope
from casus.schema.rules.expressions import (
    Absent,
    AllOf,
    AnyOf,
    Ascending,
    AtLeast,
    AtMost,
    ContainsBoth,
    Distinct,
    DistinctKeys,
    EverySourceUsed,
    Expr,
    Implies,
    InTable,
    Is,
    IsNamespaced,
    LocalReferencesResolve,
    Not,
    NotAfterLatest,
    Ordered,
    Present,
    ReplacesOwnNumber,
    Same,
    View,
    Whole,
)
from casus.schema.rules.pasting import line
from casus.schema.rules.wording import closest, did_you_mean, likeliest_first
from casus.schema.vocabulary import Value, modes_of, vocabulary

#: The places for values in a message, and the numbers of a quantity.
_PLACES = re.compile(r"\{([a-z_]+)\}")
_NUMBERS = ("low", "best", "high")
NOT_YET = ("pending", "scheduled", "postponed", "cancelled", "lapsed")


def _codes(name: str, **wanted: object) -> tuple[str, ...]:
    """Return the codes of a vocabulary whose extra keys have the wanted values."""

    def fits(value: Value) -> bool:
        return all(value.extra.get(key) == want for key, want in wanted.items())

    return tuple(value.code for value in vocabulary(name).values if fits(value))


MONEY = _codes("measures", quantity_kind="money")
SHARES = _codes("measures", quantity_kind="share")
COUNTS = _codes("measures", integer=True)
VIOLENCE = _codes("event-types", domain="military")
ASSERTED = _codes("relations", asserted=True)
IMPORTED_ONLY = _codes("event-types", imported_only=True)
MODES = tuple((code, modes_of(code)) for code in vocabulary("event-types"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRule(Rule):
    """A rule over one record: an expression that must hold for every struct at the paths ``at``.

    A finding points at the first of the fields in ``spots`` that is there, or (with ``blames``) at the very field that
    breaks the expression, where there is one.
    """

    check: Expr
    at: tuple[str, ...] = ("",)
    spots: tuple[str, ...] = ()
    blames: bool = False
    scope: Scope = Scope.RECORD


RECORD_RULES: tuple[RecordRule, ...] = (
    RecordRule(
        code="CAS201",
        title="An end is not before its start",
        reason="A period that ends before it begins holds no day.",
        at=("date", "date.concerns", "status_history[].planned"),
        check=Ordered(("start", "end")),
        spots=("end",),
        message="The end {end} is before the start {start}.",
        fix="Correct the day that is wrong; for an event of one day write the same day twice.",
        counterexample=Patch({"date.end": "2025-06-01"}),
    ),
    RecordRule(
        code="CAS202",
        title="low <= best <= high",
        reason="The bounds of one claimant's number enclose it.",
        at=("quantities[]",),
        check=Ordered(("low", "best", "high")),
        spots=("best", "high"),
        message="{numbers} are not in ascending order.",
        fix="Order the bounds; numbers of different claimants belong in rows of their own.",
        counterexample=Patch({"quantities[0].low": 120, "quantities[0].best": 70}),
    ),
    RecordRule(
        code="CAS203",
        title="The mode belongs to the type",
        reason="Each type has its own modes; a mode of another type says that the type is wrong.",
        check=AllOf((InTable("type", "mode", MODES), InTable("type", "other_modes", MODES))),
        message="{value} is not a mode of the type {key}{nearest}.",
        fix="Choose a mode of the type, or the type that the mode belongs to (codebook: decision tree).",
        counterexample=Patch({"mode": "drones"}),
    ),
    RecordRule(
        code="CAS204",
        title="What has occurred has dates",
        reason="An open end means that the event goes on.",
        check=AllOf(
            (
                Implies(Is("status", ("occurred",)), AllOf((Present("date.start"), Present("date.end")))),
                Implies(Is("status", ("ongoing",)), AllOf((Present("date.start"), Absent("date.end")))),
            )
        ),
        spots=("date",),
        message="The status is {status}, and the date goes from {date.start} to {date.end}.",
        fix="`occurred` needs start and end (the same day for one day); `ongoing` needs a start and no end.",
        counterexample=Patch({"date.end": REMOVE}),
    ),
    RecordRule(
        code="CAS205",
        title="What has not taken place has no outcome",
        about_key=True,
        reason="An event that is planned, put off or called off cannot have had a result.",
        check=Implies(Is("status", NOT_YET), Absent("outcome")),
        spots=("outcome",),
        message="The status is {status}, yet the record gives an outcome.",
        fix="Remove the outcome, or set the status that reports support.",
        counterexample=Patch({"status": "cancelled", "status_history[1].status": "cancelled"}),
    ),
    RecordRule(
        code="CAS206",
        title="What has occurred is not later than its sources",
        reason="A page cannot report what had not happened when it was read.",
        check=Implies(
            Is("status", ("occurred", "ongoing")),
            AllOf(
                (
                    NotAfterLatest("date.start", "sources[].accessed"),
                    NotAfterLatest("date.end", "sources[].accessed"),
                )
            ),
        ),
        spots=("date.start",),
        message="The event is said to have occurred ({date.start} to {date.end}) after the last source was read.",
        fix="Set the status to scheduled, or correct the date or `accessed`.",
        counterexample=Patch({"date.start": "2199-01-01", "date.end": "2199-01-01"}),
    ),
    RecordRule(
        code="CAS207",
        title="A scheduled event was scheduled before its date",
        reason="From its date on, an event has occurred, or was put off, called off or lapsed.",
        check=Implies(
            Is("status", ("scheduled",)),
            AllOf((Ordered(("status_history[-1].as_of", "date.end")), Ordered(("date.announced", "date.end")))),
        ),
        spots=("status",),
        message="The event is scheduled as of {status_history[-1].as_of}, which is after its date {date.end}.",
        fix="Set the status that holds (occurred, postponed, cancelled, lapsed), or correct `as_of`.",
        counterexample=Patch(
            {
                "status": "scheduled",
                "outcome": REMOVE,
                "date.start": "2025-08-01",
                "date.end": "2025-08-01",
                "status_history": [
                    {"key": "h1", "status": "scheduled", "as_of": "2025-08-05", "sources": ["s1"]},
                ],
            }
        ),
    ),
    RecordRule(
        code="CAS208",
        title="The history ends with the status",
        reason="The status is the last step of the history.",
        check=Same("status_history[-1].status", "status"),
        spots=("status",),
        message="The status is {status}, but the history ends with {status_history[-1].status}.",
        fix="Add the last step to `status_history`, or correct `status`.",
        counterexample=Patch({"status_history[1].status": "scheduled"}),
    ),
    RecordRule(
        code="CAS209",
        title="The history is in order of time",
        reason="Readers take the rows as a sequence.",
        check=Ascending("status_history[].as_of"),
        spots=("status_history",),
        message="A step of the history is dated {second}, before the step above it ({first}).",
        fix="Sort the rows of `status_history` by `as_of`, oldest first.",
        counterexample=Patch({"status_history[0].as_of": "2025-06-03"}),
    ),
    RecordRule(
        code="CAS210",
        title="Every number and claim has a claimant, or says that it has none",
        reason="A number without its speaker would pass for the truth.",
        at=("quantities[]", "claims[]"),
        check=AllOf(
            (
                Implies(Is("attribution", ("named", "anonymous")), Present("claimant")),
                Implies(Is("attribution", ("unattributed",)), Absent("claimant")),
            )
        ),
        spots=("attribution",),
        message="The attribution is {attribution} and the claimant is {claimant}.",
        fix="Name the claimant (for an anonymous official the outlet that relays it), or write `attribution: "
        "unattributed` and no claimant.",
        counterexample=Patch({"quantities[0].claimant": REMOVE}),
    ),
    RecordRule(
        code="CAS211",
        title="A superlative has a scope",
        reason="'The largest' says nothing without: of what, where, since when.",
        at=("claims[]",),
        check=Implies(Is("kind", ("superlative",)), Present("scope")),
        spots=("kind",),
        message="The claim is a superlative and has no scope.",
        fix="Add `scope`: what is compared, where, and since when, as the claimant says it.",
        counterexample=Patch({"claims[0].kind": "superlative"}),
    ),
    RecordRule(
        code="CAS212",
        title="Keys are unique in the record",
        reason="Pointers use keys.",
        check=DistinctKeys(),
        message="The key {value} stands twice in the record.",
        fix="Give one of the two parts another key.",
        counterexample=Patch({"claims[0].key": "q1"}),
    ),
    RecordRule(
        code="CAS213",
        title="Keys and pointers lead to a part of the record",
        reason="A number whose source key leads nowhere has no source.",
        check=LocalReferencesResolve(),
        message="{value} leads to nothing in this record{nearest}.",
        fix="Correct the key, or add the part that it should lead to.",
        counterexample=Patch({"quantities[0].sources": ["s9"]}),
    ),
    RecordRule(
        code="CAS214",
        title="A quantity says how much",
        reason="A row without a number or a word for one holds nothing.",
        at=("quantities[]",),
        check=AnyOf((Present("low"), Present("best"), Present("high"), Present("words"))),
        spots=("measure",),
        message="The quantity has neither low, best, high nor words.",
        fix="Give the number that the claimant states, or the word (`words: dozens`); otherwise remove the row.",
        counterexample=Patch({"quantities[0].best": REMOVE}),
    ),
    RecordRule(
        code="CAS215",
        title="Money, and only money, has a currency",
        reason="A sum without its currency cannot be compared.",
        at=("quantities[]",),
        check=AllOf(
            (
                Implies(Is("measure", MONEY), Present("currency")),
                Implies(Present("currency"), Is("measure", MONEY)),
            )
        ),
        spots=("currency", "measure"),
        message="The measure is {measure} and the currency is {currency}.",
        fix="Add the ISO 4217 code for sums of money; remove it elsewhere.",
        counterexample=Patch({"quantities[0].currency": "EUR"}),
    ),
    RecordRule(
        code="CAS216",
        title="A share names its base and is at most 100",
        reason="A percentage says nothing without: of what.",
        at=("quantities[]",),
        check=Implies(
            Is("measure", SHARES),
            AllOf((Present("base"), AtMost("low", 100), AtMost("best", 100), AtMost("high", 100))),
        ),
        spots=("measure",),
        blames=True,
        message="The share has the base {base} and the numbers {numbers}.",
        fix="Add `base`: the whole that the percentage is a part of; percentages lie between 0 and 100.",
        counterexample=Patch({"quantities[0].measure": "aircraft-hit-share"}),
    ),
    RecordRule(
        code="CAS217",
        title="Counts are whole numbers",
        reason="Half a person or half a drone is a slip of the pen.",
        at=("quantities[]",),
        check=Implies(Is("measure", COUNTS), AllOf((Whole("low"), Whole("best"), Whole("high")))),
        spots=("best",),
        blames=True,
        message="The measure {measure} counts, and not all of its numbers are whole: {numbers}.",
        fix="Give the whole number that the claimant states.",
        counterexample=Patch({"quantities[1].best": 1000.5}),
    ),
    RecordRule(
        code="CAS218",
        title="A time of day has an offset and the end is not before the start",
        reason="14:43 in Istanbul, Kyiv and Moscow are different moments in winter.",
        at=("date",),
        check=AllOf(
            (
                Implies(AnyOf((Present("start_time"), Present("end_time"))), Present("utc_offset")),
                Implies(AllOf((Same("start", "end"), Present("end"))), Ordered(("start_time", "end_time"))),
            )
        ),
        spots=("utc_offset",),
        blames=True,
        message="The times are {start_time} to {end_time} at the offset {utc_offset}.",
        fix='Add `utc_offset` such as "+03:00"; on one day the end time is not before the start time.',
        counterexample=Patch({"date.utc_offset": REMOVE}),
    ),
    RecordRule(
        code="CAS219",
        title="Imported rows, and only these, have a provenance",
        reason="A row must be traceable to the dataset it came from.",
        check=AllOf(
            (
                Implies(IsNamespaced("id"), Present("provenance")),
                Implies(Not(IsNamespaced("id")), Absent("provenance")),
            )
        ),
        spots=("id",),
        message="The id {id} and the presence of `provenance` do not fit together.",
        fix="Ids such as `ucdp-ged:412345` need `provenance`; authored records have none.",
        counterexample=Patch({"id": "ucdp-ged:412345"}),
    ),
    RecordRule(
        code="CAS220",
        title="An authored record has a mode, and a type that is not for imports only",
        reason="Who reads the sources can say how it was done.",
        check=AllOf((Present("mode"), Not(Is("type", IMPORTED_ONLY)))),
        spots=("type",),
        message="The type is {type} and the mode is {mode}.",
        fix="Choose the type by the decision tree of the codebook, and one of its modes.",
        authored_only=True,
        counterexample=Patch({"mode": REMOVE}),
    ),
    RecordRule(
        code="CAS221",
        title="Third parties do not initiate",
        about_key=True,
        reason="Mediators, hosts and guarantors have roles of their own.",
        at=("participants[]",),
        check=Not(ContainsBoth("roles", ("initiator",), ("mediator", "host", "guarantor"))),
        spots=("roles",),
        message="{actor} is initiator and also mediator, host or guarantor.",
        fix="Keep the one role that fits.",
        counterexample=Patch({"participants[2].roles": ["host", "initiator"]}),
    ),
    RecordRule(
        code="CAS222",
        title="Only votes have votes",
        about_key=True,
        reason="Counts of votes outside a vote are counts of something else.",
        check=Implies(
            AnyOf(
                (
                    Present("outcome.votes_for"),
                    Present("outcome.votes_against"),
                    Present("outcome.abstentions"),
                )
            ),
            Is("type", ("vote",)),
        ),
        spots=("outcome",),
        message="The type is {type}, yet the outcome counts votes.",
        fix="Set the type to vote, or remove the counts.",
        counterexample=Patch({"outcome.votes_for": 27}),
    ),
    RecordRule(
        code="CAS223",
        title="A link leads to another event",
        reason="No event follows or causes itself.",
        at=("links[]",),
        check=Not(AllOf((Present("target"), Same("target", "/id")))),
        spots=("target",),
        message="The link leads to the record itself.",
        fix="Give the id of the other event, or remove the link.",
        counterexample=Patch({"links[0].target": "2025-06-02-istanbul-talks"}),
    ),
    RecordRule(
        code="CAS224",
        title="Only violence has targets",
        about_key=True,
        reason="`targets` says what was attacked; what talks are about are issues.",
        check=Implies(Present("targets"), Is("type", VIOLENCE)),
        spots=("targets",),
        message="The type {type} attacks nothing, yet the record lists targets.",
        fix="Remove `targets`, or use `issues`.",
        counterexample=Patch({"targets": ["energy"]}),
    ),
    RecordRule(
        code="CAS225",
        title="An event that lies within a period has both ends of it",
        reason="`within` is a statement about an interval.",
        at=("date",),
        check=Implies(Is("extent", ("within",)), AllOf((Present("start"), Present("end")))),
        spots=("extent",),
        message="The extent is `within`, and the date goes from {start} to {end}.",
        fix="Give the first and the last day on which it may have happened.",
        counterexample=Patch(
            {"date.extent": "within", "date.end": REMOVE, "status": "alleged", "status_history": REMOVE}
        ),
    ),
    RecordRule(
        code="CAS226",
        title="A page stands among the sources once",
        reason="Two entries for one page would count as two sources.",
        check=Distinct("sources[].url"),
        message="The address {value} stands twice among the sources.",
        fix="Keep one entry and point to its key.",
        counterexample=Patch(
            {
                "sources[2]": {
                    "key": "s3",
                    "url": "https://example.org/talks",
                    "publisher": "example-news",
                    "title": "Talks held",
                    "published": "2025-06-02",
                    "accessed": "2025-06-03",
                    "supports": ["date"],
                }
            }
        ),
    ),
    RecordRule(
        code="CAS227",
        title="A number replaces an earlier one of the same claimant",
        reason="A rival's number is not a correction.",
        check=ReplacesOwnNumber(),
        message="`replaces: {value}` leads to another claimant's number, another measure, or in a circle.",
        fix="Point to the same claimant's earlier row of the same measure; rivals stand side by side.",
        counterexample=Patch({"quantities[1].replaces": "q1"}),
    ),
    RecordRule(
        code="CAS228",
        title="What is in force ends after it begins",
        reason="A measure, truce or agreement cannot end before it has effect.",
        at=("date",),
        check=Ordered(("effective", "ended")),
        spots=("ended",),
        message="It ended on {ended}, before it had effect on {effective}.",
        fix="Correct the day that is wrong.",
        counterexample=Patch({"date.effective": "2025-06-03", "date.ended": "2025-06-02"}),
    ),
    RecordRule(
        code="CAS501",
        title="More than one source",
        reason="One report can be wrong, copied or machine-made.",
        check=AtLeast("sources", 2),
        spots=("sources",),
        message="The record has a single source.",
        fix="Look for an independent second publisher; if there is none, say so in `coding.notes`.",
        severity=Severity.WARNING,
        authored_only=True,
        counterexample=Patch(
            {
                "sources": [
                    {
                        "key": "s1",
                        "url": "https://example.org/talks",
                        "publisher": "example-news",
                        "title": "Talks held",
                        "accessed": "2025-06-03",
                        "supports": ["date"],
                    }
                ],
                "status_history": REMOVE,
                "quantities": REMOVE,
                "claims": REMOVE,
                "positions": REMOVE,
                "outcome": REMOVE,
                "links": REMOVE,
                "coding.confidence": REMOVE,
            }
        ),
    ),
    RecordRule(
        code="CAS503",
        title="An asserted relation has its asserter",
        reason="That one event avenges, results from or bears on another is somebody's statement.",
        at=("links[]",),
        check=Implies(Is("relation", ASSERTED), Present("asserted_by")),
        spots=("relation",),
        message="The link says {relation} and not who says so.",
        fix="Add `asserted_by`, or use a relation that nobody has to assert (follows, about).",
        severity=Severity.WARNING,
        authored_only=True,
        counterexample=Patch({"links[0].relation": "retaliates-for"}),
    ),
    RecordRule(
        code="CAS505",
        title="Every source supports something",
        reason="A page that supports nothing in the record only looks like evidence.",
        check=EverySourceUsed(),
        message="The source {value} supports nothing.",
        fix="Add `supports`, point to it from the rows that it carries, or remove it.",
        severity=Severity.WARNING,
        authored_only=True,
        counterexample=Patch(
            {"sources[1].supports": REMOVE, "quantities[0].sources": ["s1"], "claims[0].sources": ["s1"]}
        ),
    ),
)

_EVENT = describe(Event)
#: The fields that each rule reads: whether from the record's root, and the names on the way.
_STEPS_READ = {
    rule.code: tuple(
        (name.startswith("/"), tuple(step.partition("[")[0] for step in name.lstrip("/").split(".")))
        for name in rule.check.reads()
    )
    for rule in RECORD_RULES
}


def check_record(
    record: object,
    *,
    severities: tuple[Severity, ...] = (Severity.ERROR,),
    broken: frozenset[Path] = frozenset(),
) -> Iterator[Finding]:
    """Yield what the record rules find in one record.

    Parameters
    ----------
    record
        An :class:`~casus.schema.event.Event`, or the same as parsed text (dates as ISO strings).
    severities
        Which rules to apply.
    broken
        Paths at which the fields themselves are wrong; a rule that would read one of them is left out there,
        so that one mistake is not reported twice.
    """
    root = View(_EVENT, record, (), record, _EVENT)
    record_id = root.get("id")
    imported = profile_of(record_id) == "imported"
    for rule in RECORD_RULES:
        if rule.severity in severities and not (imported and rule.authored_only):
            for finding in _apply(rule, root, broken):
                yield finding.at(record=record_id if isinstance(record_id, str) else None)


def _apply(rule: RecordRule, root: View, broken: frozenset[Path]) -> Iterator[Finding]:
    for at in rule.at:
        for view in root.views(at):
            if broken and _touches(rule, view, broken):
                continue
            for path, values in rule.check.faults(view):
                where = view.path + (path or _best_spot(rule, view))
                yield _said(rule, where, _values(rule, view, values))


def _said(rule: RecordRule, path: Path, values: dict[str, object]) -> Finding:
    """Return the finding; what is allowed, and what was probably meant, are data of it."""
    allowed, value = values.get("allowed", ()), values.get("value")
    words = allowed if isinstance(allowed, tuple) else ()
    meant = closest(value, words)
    message = rule.say(values | {"nearest": did_you_mean(meant)})
    return Finding(
        rule.code,
        message,
        path,
        rule.severity,
        fix=rule.fix,
        allowed=likeliest_first(value, words, meant) if words else str(allowed or ""),
        nearest=meant,
        paste=line(path, meant) if meant else None,
    )


def _values(rule: RecordRule, view: View, more: Mapping[str, object]) -> dict[str, object]:
    names = {*rule.check.reads(), *(name for name in _PLACES.findall(rule.message) if view.struct.field(name))}
    values: dict[str, object] = {name: view.get(name) for name in names if "[]" not in name}
    given = [f"{name} {value}" for name in _NUMBERS if (value := values.get(name)) is not None]
    values["numbers"] = " and ".join(filter(None, [", ".join(given[:-1]), *given[-1:]])) or None
    values |= more
    values.setdefault("id", view.get("/id"))
    return {name: "nothing" if value is None else value for name, value in values.items()}


def _best_spot(rule: RecordRule, view: View) -> Path:
    blamed = rule.check.blamed(view) if rule.blames else None
    there = next((name for name in (blamed, *rule.spots) if name and view.get(name) is not None), None)
    chosen = there or (rule.spots[0] if rule.spots else "")
    steps = chosen.split(".") if chosen else []
    while steps and view.get(".".join(steps)) is None:
        steps.pop()
    return tuple(steps)


def _touches(rule: RecordRule, view: View, broken: frozenset[Path]) -> bool:
    """Whether the rule would read something that is broken as a field."""
    for from_root, steps in _STEPS_READ[rule.code]:
        base: Path = () if from_root else view.path
        read = (*base, *steps)
        for path in broken:
            plain = tuple(step for index, step in enumerate(path) if isinstance(step, str) or index < len(base))
            if plain[: len(read)] == read or read[: len(plain)] == plain:
                return True
    return False
