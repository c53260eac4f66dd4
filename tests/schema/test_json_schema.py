"""The JSON Schema: clean, and of the same opinion as the models where it can have one."""

import json
import re

import jsonschema
import pytest
from support import EXAMPLE, patched

from casus.schema.render_json import event_schema, list_schema
from casus.schema.rules import ALL_RULES
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


def test_there_is_no_null_and_no_any_of():
    for path, node in parts(SCHEMA):
        assert "anyOf" not in node, path
        assert "oneOf" not in node, path
        assert node.get("type") != "null", path
        if not path.endswith("/properties"):
            assert "default" not in node or node["default"] is not None, path


def test_patterns_are_anchored_and_portable():
    patterns = [node["pattern"] for _, node in parts(SCHEMA) if isinstance(node.get("pattern"), str)]
    assert patterns
    for pattern in patterns:
        assert pattern.startswith("^"), pattern
        assert pattern.endswith("$"), pattern
        assert not re.search(r"\\[dwsbAZz]|\(\?", pattern), pattern


def test_every_object_is_closed_and_every_property_described():
    for path, node in parts(SCHEMA):
        if node.get("type") == "object":
            assert node["additionalProperties"] is False, path
            assert all(each.get("description") for each in node["properties"].values()), path
