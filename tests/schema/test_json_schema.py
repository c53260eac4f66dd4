"""The JSON Schema: clean, and of the same opinion as the models where it can have one."""

import json
import re

import jsonschema
import pytest
from support import EXAMPLE, patched

from casus.schema.render_json import event_schema, list_schema
from casus.schema.rules import ALL_RULES, RULES
from casus.schema.rules.base import Patch

SCHEMA = json.loads(json.dumps(event_schema()))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
FIELD_PATCHES = [r for r in ALL_RULES if r.code.startswith("CAS1") and isinstance(r.counterexample, Patch)]


def parts(node, path=""):
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from parts(value, f"{path}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from parts(value, f"{path}/{index}")


def test_it_is_a_valid_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for kind in ("actor", "place", "publisher", "state", "revision", "wanted", "exception"):
        jsonschema.Draft202012Validator.check_schema(json.loads(json.dumps(list_schema(kind))))


def test_it_accepts_the_example():
    assert list(VALIDATOR.iter_errors(EXAMPLE)) == []


@pytest.mark.parametrize("rule", FIELD_PATCHES, ids=lambda rule: rule.code)
def test_it_refuses_what_the_fields_refuse(rule):
    assert not VALIDATOR.is_valid(patched(EXAMPLE, rule.counterexample.sets))


def test_mode_must_belong_to_the_type():
    errors = list(VALIDATOR.iter_errors(patched(EXAMPLE, {"mode": "drones"})))
    assert [list(error.path) for error in errors] == [["mode"]]


def test_nothing_is_null_or_one_of_several_types():
    for path, node in parts(SCHEMA):
        assert "oneOf" not in node, path
        assert node.get("type") != "null", path
        if not path.endswith("/properties"):
            assert "default" not in node or node["default"] is not None, path


def test_patterns_are_portable():
    patterns = [node["pattern"] for _, node in parts(SCHEMA) if isinstance(node.get("pattern"), str)]
    assert patterns
    for pattern in patterns:
        assert not re.search(r"\\[dwsbAZz]|\(\?", pattern), pattern


def test_patterns_of_fields_are_anchored():
    patterns = [node["pattern"] for _, node in parts(SCHEMA) if "description" in node and "pattern" in node]
    assert patterns
    for pattern in patterns:
        assert pattern.startswith("^"), pattern
        assert pattern.endswith("$"), pattern


@pytest.mark.parametrize("path", ["date.start", "sources[0].url", "quantities[0].key", "links[0].target", "id"])
def test_no_line_break_slips_past_the_end_of_a_pattern(example, path):
    *steps, last = path.replace("[0]", ".0").split(".")
    node = example
    for step in steps:
        node = node[int(step)] if step.isdigit() else node[step]
    node[last] += "\n"
    assert not VALIDATOR.is_valid(example)


def test_a_title_may_end_with_a_line_break():
    assert VALIDATOR.is_valid(patched(EXAMPLE, {"title": "Talks\n"}))


def test_every_entry_of_all_of_is_a_rule_with_its_title():
    entries = [
        entry
        for path, node in parts(SCHEMA)
        if path == "" or (path.startswith("/$defs/") and path.count("/") == 2)
        for entry in node.get("allOf", ())
    ]
    assert len(entries) > 10
    for entry in entries:
        assert entry["title"] == RULES[entry["$comment"]].title


def test_every_object_is_closed_and_every_property_described():
    for path, node in parts(SCHEMA):
        if node.get("type") == "object":
            assert node["additionalProperties"] is False, path
            assert all(each.get("description") for each in node["properties"].values()), path
