"""The models are strict, frozen, and refuse what they do not know."""

import json

import pytest
from pydantic import ValidationError
from support import EXAMPLE, patched

from casus.schema import Event
from casus.schema.rules.base import REMOVE
from casus.schema.rules.field import explain


def findings(sets):
    try:
        Event.model_validate_json(json.dumps(patched(EXAMPLE, sets)))
    except ValidationError as error:
        return [(finding.code, finding.path) for finding in explain(Event, error)]
    return []


def test_example_is_valid():
    assert findings({}) == []


def test_record_comes_back_as_it_went_in(example):
    event = Event.model_validate_json(json.dumps(example))
    again = Event.model_validate_json(event.model_dump_json(exclude_none=True))
    assert again == event
    assert hash(again) == hash(event)


def test_records_do_not_change(example):
    event = Event.model_validate_json(json.dumps(example))
    with pytest.raises(ValidationError):
        event.title = "Another"


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("date.start", "1748822400", "CAS105"),
        ("date.start", "2025-06-31", "CAS110"),
        ("date.start", "2025-6-2", "CAS105"),
        ("date.start", 20250602, "CAS103"),
        ("date.start_time", "24:00", "CAS105"),
        ("date.utc_offset", "+3", "CAS105"),
        ("quantities[0].best", "67", "CAS103"),
        ("quantities[0].best", True, "CAS103"),
        ("quantities[0].best", -1, "CAS106"),
        ("quantities[0].best", 1e16, "CAS106"),
        ("quantities[0].approx", 1, "CAS103"),
        ("locations[0].precision", 8, "CAS106"),
        ("locations[0].precision", 1.5, "CAS103"),
        ("locations[0].precision", 10**30, "CAS106"),
        ("title", "x" * 161, "CAS107"),
        ("title", "right-to-left \u202e override", "CAS105"),
        ("summary", "x" * 10_000_000, "CAS107"),
        ("id", "2025-06-02-../../etc/passwd", "CAS105"),
        ("id", "2025-06-02-Istanbul", "CAS105"),
        ("id", "2025-06-02-\u0430ttack", "CAS105"),
        ("mode", None, "CAS109"),
        ("sources[0].url", "javascript:alert(1)", "CAS105"),
        ("sources[0].url", "https://example.org/a b", "CAS105"),
        ("participants[0].roles", [], "CAS108"),
        ("issues", ["ceasefire", "ceasefire"], "CAS111"),
        ("issues", "ceasefire", "CAS103"),
        ("type", "talk", "CAS104"),
        ("coding", REMOVE, "CAS102"),
        ("date.begin", "2025-06-02", "CAS101"),
    ],
)
def test_bad_value_is_refused_with_its_code(path, value, code):
    assert [found for found, _ in findings({path: value})] == [code]


@pytest.mark.parametrize("number", [7, 7.0])
def test_whole_floats_are_judged_one_way(number):
    precision = findings({"locations[0].precision": number})
    assert precision == ([] if number == 7 else precision)
    assert not precision


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_numbers_that_are_not_finite_are_refused(text):
    record = json.dumps(patched(EXAMPLE, {"quantities[0].best": 424242})).replace("424242", text)
    with pytest.raises(ValidationError):
        Event.model_validate_json(record)


def test_record_rules_bind_the_model_too(example):
    example["date"]["end"] = "2025-06-01"
    with pytest.raises(ValidationError, match="CAS201"):
        Event.model_validate_json(json.dumps(example))


def test_null_is_refused_at_any_depth():
    for path in ("outcome", "date.end", "claims[0].scope", "participants[0].level"):
        assert [code for code, _ in findings({path: None})] == ["CAS109"], path
