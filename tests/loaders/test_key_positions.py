"""A finding about a field that stands there points at its key; one about its value, at the value."""

import json

import pytest
import yaml
from support import EXAMPLE, patched

from casus.checking import check_entry
from casus.collection import record_entry
from casus.documents import parse
from casus.schema.rules import ALL_RULES, RULES

ABOUT_KEYS = {rule.code for rule in ALL_RULES if rule.about_key}

CASES = [
    ("CAS101", {"titel": "Talks"}, "titel"),
    ("CAS101", {"sources[0].titel": "Talks"}, "titel"),
    ("CAS101", {"coder": ["a"]}, "coder"),
    ("CAS111", {"issues": ["ceasefire", "ceasefire"]}, "issues"),
    ("CAS205", {"status": "cancelled", "status_history[1].status": "cancelled"}, "outcome"),
    ("CAS221", {"participants[2].roles": ["host", "initiator"]}, "roles"),
    ("CAS224", {"targets": ["energy"]}, "targets"),
]


def as_yaml(record):
    return yaml.safe_dump(record, sort_keys=False, allow_unicode=True), False


def as_flow(record):
    return yaml.safe_dump(record, sort_keys=False, default_flow_style=True, width=10_000), False


def as_json(record):
    return json.dumps(record, indent=1), True


@pytest.mark.parametrize("write", [as_yaml, as_flow, as_json])
@pytest.mark.parametrize(("code", "sets", "key"), CASES)
def test_finding_points_at_the_key(code, sets, key, write):
    text, is_json = write(patched(EXAMPLE, sets))
    entry, findings = record_entry(parse(text.encode(), "record", is_json=is_json))
    assert not findings
    found = next(each for each in check_entry(entry) if each.code == code)
    rest = text.split("\n")[found.line - 1][found.column - 1 :]
    assert rest.startswith((f"{key}:", f'"{key}":', f"{{{key}:")), rest


@pytest.mark.parametrize("write", [as_yaml, as_flow, as_json])
@pytest.mark.parametrize(
    ("code", "sets", "value"),
    [
        ("CAS103", {"quantities[0].best": "66"}, ("'66'", '"66"')),
        ("CAS104", {"type": "talk"}, ("talk", '"talk"')),
        ("CAS109", {"mode": None}, ("null",)),
    ],
)
def test_finding_points_at_the_value(code, sets, value, write):
    text, is_json = write(patched(EXAMPLE, sets))
    entry, _ = record_entry(parse(text.encode(), "record", is_json=is_json))
    found = next(each for each in check_entry(entry) if each.code == code)
    assert text.split("\n")[found.line - 1][found.column - 1 :].startswith(value)


def test_rules_about_keys_are_these():
    assert sorted(ABOUT_KEYS) == ["CAS101", "CAS111", "CAS205", "CAS221", "CAS222", "CAS224", "CAS320"]
    assert not RULES["CAS104"].about_key
