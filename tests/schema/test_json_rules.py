"""The rules as JSON Schema: the same codes as the record engine, as far as a schema can go."""

import json
import math
import sys

import pytest
from support import EXAMPLE, patched

import casus
from casus.checking import check_entry
from casus.schema import SchemaDefinitionError, UsageError
from casus.schema.corpus import Entry
from casus.schema.description import describe
from casus.schema.event import Event
from casus.schema.render_engines import engines_page
from casus.schema.render_rules import _conjunction, _render, rendering
from casus.schema.rules import expressions as ex
from casus.schema.rules.base import REMOVE
from casus.schema.rules.field import FIELD_RULES
from casus.schema.rules.record import RECORD_RULES
from casus.schema_engine import SchemaEngine, codes_by_schema

EVENT = describe(Event)
QUANTITY = EVENT.field("quantities").struct
PARTLY = {"CAS218"}
NOT = {
    "CAS201", "CAS202", "CAS206", "CAS207", "CAS208", "CAS209", "CAS212", "CAS213", "CAS223", "CAS226", "CAS227",
    "CAS228", "CAS501", "CAS503", "CAS505",
}  # fmt: skip
EXPRESSED = [rule for rule in (*FIELD_RULES, *RECORD_RULES) if rule.code not in NOT]
IMPORTED = {
    "id": "ucdp-ged:412345",
    "provenance": {"dataset": "ucdp-ged", "version": "25.1", "row_id": "412345", "licence": "CC-BY-4.0"},
    "type": "unspecified-violence",
    "mode": REMOVE,
}
FIELD_MISTAKES = {
    "a line break after a day": {"date.start": "2025-06-02\n"},
    "a line break after an address": {"sources[0].url": "https://example.org\n"},
    "a moment for a day": {"date.start": "2025-06-02T00:00:00"},
    "a year without 29 February": {"date.announced": "2023-02-29"},
    "an empty id, which is also no id": {"id": ""},
    "a long address in a wrong form": {"sources[0].url": "x" * 3000},
    "true for a number": {"quantities[0].best": True},
    "a text for a number, which rules read": {"quantities[1].best": "many"},
    "a number for a code": {"status": 5},
    "a fraction of a whole number": {"locations[0].precision": 2.5},
    "a whole number above its range": {"locations[0].precision": 8.0},
    "a huge whole number": {"locations[0].precision": 10**40},
    "infinity": {"quantities[0].best": math.inf},
    "minus infinity": {"quantities[0].best": -math.inf},
    "not a number": {"quantities[0].best": math.nan},
    "infinity for a whole number": {"locations[0].precision": math.inf},
    "half of a surrogate pair": {"title": "\ud800"},
    "a null code": {"status": None},
    "a null in a list": {"issues": [None, None]},
    "a null struct": {"date": None},
    "a null in an unknown field": {"titel": None},
    "a null that a rule reads": {"quantities[0].claimant": None},
    "a repeated code that is no code": {"issues": ["peace", "peace"]},
    "a list for a struct": {"date": []},
    "a text for a list": {"issues": "ceasefire"},
    "a direction override": {"title": "Talks \u202e"},
    "several at once": {"titel": "Talks", "title": REMOVE, "type": "talk", "claims[0].kind": "superlative"},
    "a rule beside a field": {"quantities[0].best": REMOVE, "quantities[1].key": "Q2"},
}  # fmt: skip
ACCEPTED = {
    "the example": {},
    "a whole number written with a point": {"locations[0].precision": 7.0, "quantities[1].best": 1000.0},
    "an imported row, of a type for imports only, without a mode": IMPORTED,
    "empty lists, which are absent": {"targets": [], "other_modes": [], "locations": []},
    "a title with a line break": {"title": "Talks\n"},
    "an unattributed number without a claimant": {
        "quantities[0].attribution": "unattributed",
        "quantities[0].claimant": REMOVE,
    },
    "a vote": {"type": "vote", "mode": REMOVE, "outcome.votes_for": 3, "id": "un:1",
               "provenance": IMPORTED["provenance"]},
    "a sum with a currency": {"quantities[0].measure": "amount", "quantities[0].currency": "EUR"},
    "a share of something": {"quantities[0].measure": "aircraft-hit-share", "quantities[0].base": "All aircraft."},
}  # fmt: skip
RULE_MISTAKES = {
    "CAS203": {"other_modes": ["drones"]},
    "CAS204": {"status": "ongoing", "status_history": REMOVE},
    "CAS210": {"claims[0].attribution": "unattributed"},
    "CAS215": {"quantities[0].measure": "amount"},
    "CAS216": {"quantities[0].measure": "aircraft-hit-share", "quantities[0].base": "All.", "quantities[0].best": 101},
    "CAS219": {"provenance": IMPORTED["provenance"]},
    "CAS220": {"type": "unspecified-violence", "mode": "state-based"},
    "CAS221": {"participants[2].roles": ["initiator", "party", "guarantor"]},
    "CAS225": {"date.extent": "within", "date.start": REMOVE, "status": "alleged", "status_history": REMOVE},
}


@pytest.fixture(scope="module", params=["jsonschema", "jsonschema-rs"])
def engine(request):
    pytest.importorskip(request.param.replace("-", "_"))
    return SchemaEngine(request.param)


def codes_of_record(record):
    return {finding.code for finding in check_entry(Entry("event", record))}


def test_the_table_of_what_a_schema_can_express():
    grades = {rule.code: rendering(rule).grade for rule in RECORD_RULES}
    assert {code for code, grade in grades.items() if grade == "no"} == NOT
    assert {code for code, grade in grades.items() if grade == "partly"} == PARTLY


@pytest.mark.parametrize("rule", EXPRESSED, ids=lambda rule: rule.code)
def test_expressed_rule_gives_the_codes_of_the_record_engine(engine, rule):
    record = patched(EXAMPLE, rule.counterexample.sets)
    assert engine.codes(record) == codes_of_record(record) == {rule.code}
    assert not engine.accepts(record)


@pytest.mark.parametrize("rule", [r for r in RECORD_RULES if r.code in NOT], ids=lambda rule: rule.code)
def test_rule_that_a_schema_cannot_express_is_accepted(engine, rule):
    record = patched(EXAMPLE, rule.counterexample.sets)
    assert engine.codes(record) == set()
    assert engine.accepts(record)


@pytest.mark.parametrize("code", RULE_MISTAKES)
def test_other_half_of_a_rule_is_expressed_too(engine, code):
    record = patched(EXAMPLE, RULE_MISTAKES[code])
    assert engine.codes(record) == codes_of_record(record) == {code}


def test_partly_expressed_rule_leaves_out_the_order_of_the_times(engine):
    record = patched(EXAMPLE, {"date.end_time": "14:00"})
    assert codes_of_record(record) == {"CAS218"}
    assert engine.codes(record) == set()


@pytest.mark.parametrize("name", FIELD_MISTAKES)
def test_field_mistake_gives_the_codes_of_the_record_engine(engine, name):
    record = patched(EXAMPLE, FIELD_MISTAKES[name])
    assert engine.codes(record) == codes_of_record(record) - NOT != set()
    assert not engine.accepts(record)


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_the_record_engine_accepts_is_accepted(engine, name):
    record = patched(EXAMPLE, ACCEPTED[name])
    assert codes_of_record(record) - NOT == set()
    assert engine.codes(record) == set()
    assert engine.accepts(record)


def test_every_bundled_record_is_accepted(engine):
    records = [json.loads(record.model_dump_json(exclude_none=True)) for record in casus.records()]
    assert records
    assert {record["id"]: engine.codes(record) for record in records if not engine.accepts(record)} == {}


@pytest.mark.parametrize(("nothing", "code"), [(None, "CAS109"), ([], "CAS103"), ("talks", "CAS103"), (5, "CAS103")])
def test_what_is_no_record_is_refused_as_a_value(engine, nothing, code):
    assert engine.codes(nothing) == {code}


def test_record_is_not_changed(example):
    codes_by_schema(example)
    assert example == EXAMPLE


def test_codes_by_schema_gives_the_codes():
    assert codes_by_schema(patched(EXAMPLE, {"title": "", "outcome.votes_for": 3})) == {"CAS107", "CAS222"}


def test_unknown_library_is_refused():
    with pytest.raises(UsageError, match="jsonschema-rs"):
        SchemaEngine("fastjsonschema")


def test_library_that_is_not_installed_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    with pytest.raises(UsageError, match=r"casus-events\[fast\]"):
        SchemaEngine("jsonschema-rs")


@pytest.mark.parametrize(
    "expr",
    [
        ex.Not(ex.AllOf((ex.Present("low"), ex.Same("low", "best")))),
        ex.Implies(ex.AllOf((ex.Present("low"), ex.Same("low", "best"))), ex.Present("high")),
        ex.AnyOf((ex.Present("low"), ex.Ordered(("low", "high")))),
        ex.Present("/type"),
    ],
    ids=["not", "implies", "any-of", "root"],
)
def test_what_would_be_stronger_than_the_rule_is_left_out(expr):
    assert _render(expr, QUANTITY).schema is None


def test_what_would_be_weaker_is_kept_and_said():
    found = _render(ex.AllOf((ex.Present("low"), ex.Same("low", "best"))), QUANTITY)
    assert (found.schema, found.grade, found.lacks) == ({"required": ["low"]}, "partly", ("compares fields",))


def test_default_counts_where_the_field_is_left_out():
    assert "required" not in _render(ex.Is("attribution", ("named",)), QUANTITY).schema
    assert "required" in _render(ex.Is("attribution", ("anonymous",)), QUANTITY).schema


def test_expression_that_no_table_knows_is_an_error():
    class Unknown(ex.Expr):
        pass

    with pytest.raises(SchemaDefinitionError, match="no rendering"):
        _render(Unknown(), EVENT)


def test_equal_conditions_stand_there_once():
    when = {"required": ["a"]}
    both = _conjunction([{"if": when, "then": {"required": ["b"]}}, {"if": when, "then": {"required": ["c"]}}])
    assert both == {"if": when, "then": {"required": ["b", "c"]}}


def test_page_says_of_every_rule_of_one_record_who_checks_it():
    rows = [line for line in engines_page().splitlines() if line.startswith("| [CAS")]
    assert [row[3:9] for row in rows] == [rule.code for rule in (*FIELD_RULES, *RECORD_RULES)]
    assert all(row.count(" | ") == 4 for row in rows)
