"""The semantic difference of two schemas: what a change is called, and which version it takes."""

import copy
import json

import pyarrow as pa
import pytest

from casus.schema import SCHEMA_VERSION, UsageError
from casus.schema.evolution import (
    Bump,
    Change,
    compare,
    compare_documents,
    compare_tables,
    compare_terms,
    edition,
    judge,
    least_bump,
    least_version,
    present_edition,
    published_edition,
    verdict,
)
from casus.schema.evolution.__main__ import main
from casus.schema.render_files import schema_files
from casus.schema.versions import Version, parse, published

NONE, PATCH, MINOR, MAJOR = Bump.NONE, Bump.PATCH, Bump.MINOR, Bump.MAJOR
DOCUMENT = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://example.org/0.1.0/event.schema.json",
    "title": "Event",
    "type": "object",
    "properties": {
        "id": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 40, "description": "Its id."},
        "type": {"type": "string", "enum": ["talks", "exchange"], "markdownEnumDescriptions": ["Talks", "Exchange"]},
        "votes": {"type": "integer", "minimum": 0, "maximum": 1000},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 5},
        "days": {"type": "array", "items": {"$ref": "#/$defs/Day"}, "minItems": 1, "uniqueItems": True},
        "last": {"$ref": "#/$defs/Day"},
        "open": {"type": "boolean", "default": False},
    },
    "required": ["id", "type"],
    "additionalProperties": False,
    "allOf": [
        {
            "$comment": "CAS203",
            "title": "The mode belongs to the type",
            "if": {"properties": {"type": {"const": "talks"}}},
            "then": {"properties": {"tags": {"items": {"enum": ["direct", "mediated"]}}}},
        }
    ],
    "$defs": {
        "Day": {
            "type": "object",
            "properties": {"on": {"type": "string", "format": "date"}, "of": {"$ref": "#/$defs/Day"}},
            "required": ["on"],
        }
    },
}
GONE = object()


def changed(document, sets):
    """Return a copy with the values at paths set; GONE takes them away."""
    new = copy.deepcopy(document)
    for path, value in sets.items():
        *parents, last = path.split("/")
        node = new
        for step in parents:
            node = node[int(step)] if isinstance(node, list) else node[step]
        if value is GONE:
            del node[last]
        else:
            node[last] = value
    return new


DOCUMENT_CHANGES = [
    ("nothing", {}, NONE, set()),
    ("the address only", {"$id": "https://example.org/0.2.0/event.schema.json"}, NONE, set()),
    ("a description", {"properties/id/description": "What it is called."}, PATCH, {"wording changed"}),
    ("a new description", {"properties/votes/description": "In favour."}, PATCH, {"wording changed"}),
    ("the text of a code", {"properties/type/markdownEnumDescriptions": ["A", "B"]}, PATCH, {"wording changed"}),
    ("the title of a rule", {"allOf/0/title": "Other words"}, NONE, set()),
    ("an optional field added", {"properties/mood": {"type": "string"}}, MINOR, {"field added"}),
    (
        "a required field added",
        {"properties/mood": {"type": "string"}, "required": ["id", "type", "mood"]},
        MAJOR,
        {"required field added"},
    ),
    ("an optional field removed", {"properties/votes": GONE}, MAJOR, {"field removed"}),
    (
        "a required field removed",
        {"properties/type": GONE, "required": ["id"]},
        MAJOR,
        {"field removed"},
    ),
    (
        "a field renamed",
        {"properties/votes": GONE, "properties/ballots": {"type": "integer", "minimum": 0, "maximum": 1000}},
        MAJOR,
        {"field renamed"},
    ),
    (
        "a required field renamed",
        {
            "properties/id": GONE,
            "properties/name": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 40, "description": "New."},
            "required": ["name", "type"],
        },
        MAJOR,
        {"field renamed"},
    ),
    (
        "a field replaced by another",
        {"properties/votes": GONE, "properties/ballots": {"type": "integer"}},
        MAJOR,
        {"field removed", "field added"},
    ),
    ("a type", {"properties/votes/type": "number"}, MAJOR, {"type changed"}),
    (
        "one value to many",
        {"properties/votes": {"type": "array", "items": {"type": "integer"}}},
        MAJOR,
        {"type changed", "items added", "limit loosened"},
    ),
    ("optional to required", {"required": ["id", "type", "votes"]}, MAJOR, {"field became required"}),
    ("required to optional", {"required": ["id"]}, MINOR, {"field became optional"}),
    ("the order of the required", {"required": ["type", "id"]}, NONE, set()),
    ("a code added", {"properties/type/enum": ["talks", "exchange", "vote"]}, MINOR, {"code added"}),
    ("a code removed", {"properties/type/enum": ["talks"]}, MAJOR, {"code removed"}),
    ("a code renamed", {"properties/type/enum": ["talks", "swap"]}, MAJOR, {"code removed", "code added"}),
    ("codes in another order", {"properties/type/enum": ["exchange", "talks"]}, NONE, set()),
    ("text limited to codes", {"properties/tags/items/enum": ["a"]}, MAJOR, {"limited to codes"}),
    ("codes no longer listed", {"properties/type/enum": GONE}, MINOR, {"no longer limited to codes"}),
    ("a const for a code", {"properties/type": {"type": "string", "const": "talks"}}, MAJOR, {"code removed"}),
    ("a maximum raised", {"properties/votes/maximum": 2000}, MINOR, {"limit loosened"}),
    ("a maximum lowered", {"properties/votes/maximum": 500}, MAJOR, {"limit tightened"}),
    ("a maximum dropped", {"properties/votes/maximum": GONE}, MINOR, {"limit loosened"}),
    ("a maximum set", {"properties/days/maxItems": 3}, MAJOR, {"limit tightened"}),
    ("a minimum raised", {"properties/votes/minimum": 1}, MAJOR, {"limit tightened"}),
    ("a minimum lowered", {"properties/votes/minimum": -1}, MINOR, {"limit loosened"}),
    ("a minimum dropped", {"properties/votes/minimum": GONE}, MINOR, {"limit loosened"}),
    ("longer texts", {"properties/id/maxLength": 80}, MINOR, {"limit loosened"}),
    ("shorter texts", {"properties/id/maxLength": 20}, MAJOR, {"limit tightened"}),
    ("no empty texts", {"properties/id/minLength": 1}, MAJOR, {"limit tightened"}),
    ("texts of any length as before", {"properties/id/minLength": 0}, MINOR, {"limit loosened"}),
    ("more items", {"properties/tags/maxItems": 9}, MINOR, {"limit loosened"}),
    ("lists may be empty", {"properties/days/minItems": GONE}, MINOR, {"limit loosened"}),
    ("items must differ", {"properties/tags/uniqueItems": True}, MAJOR, {"limit tightened"}),
    ("items may repeat", {"properties/days/uniqueItems": False}, MINOR, {"limit loosened"}),
    ("another pattern", {"properties/id/pattern": "^[a-z0-9]+$"}, MAJOR, {"pattern changed"}),
    ("a pattern set", {"properties/tags/items/pattern": "^x"}, MAJOR, {"pattern added"}),
    ("a pattern dropped", {"properties/id/pattern": GONE}, MINOR, {"pattern dropped"}),
    ("a format set", {"properties/id/format": "uri"}, MAJOR, {"format added"}),
    ("a format dropped", {"$defs/Day/properties/on/format": GONE}, MINOR, {"format dropped"}),
    ("another default", {"properties/open/default": True}, MAJOR, {"default changed"}),
    ("a default set", {"properties/votes/default": 0}, MAJOR, {"default changed"}),
    ("a default dropped", {"properties/open/default": GONE}, MAJOR, {"default changed"}),
    ("other fields allowed", {"additionalProperties": GONE}, MINOR, {"other fields allowed"}),
    ("other fields forbidden", {"$defs/Day/additionalProperties": False}, MAJOR, {"other fields forbidden"}),
    ("a condition", {"properties/id/not": {"const": "x"}}, MAJOR, {"not added"}),
    ("an unknown keyword", {"properties/id/contentEncoding": "base64"}, MAJOR, {"contentEncoding added"}),
    ("another dialect", {"$schema": "http://json-schema.org/draft-07/schema#"}, MAJOR, {"dialect changed"}),
    ("a field deep inside", {"$defs/Day/properties/at": {"type": "string"}}, MINOR, {"field added"}),
    ("a required field deep inside", {"$defs/Day/required": ["on", "of"]}, MAJOR, {"field became required"}),
    ("any schema for one", {"properties/tags/items": True}, MAJOR, {"schema changed"}),
    ("a rule stated", {"allOf": [*DOCUMENT["allOf"], {"$comment": "CAS204", "not": {}}]}, MINOR, {"rule stated"}),
    ("a nameless condition", {"allOf": [*DOCUMENT["allOf"], {"not": {}}]}, MAJOR, {"rule stated"}),
    ("a rule no longer stated", {"allOf": GONE}, MINOR, {"rule no longer stated"}),
    (
        "a rule with more codes",
        {"allOf/0/then/properties/tags/items/enum": ["direct", "mediated", "proximity"]},
        MINOR,
        {"rule follows other codes"},
    ),
    ("a rule that judges otherwise", {"allOf/0/then": {"required": ["tags"]}}, MAJOR, {"rule judges otherwise"}),
]


@pytest.mark.parametrize(("case", "sets", "bump", "what"), DOCUMENT_CHANGES, ids=[each[0] for each in DOCUMENT_CHANGES])
def test_document_change_takes_its_bump(case, sets, bump, what):
    found = compare_documents(DOCUMENT, changed(DOCUMENT, sets), "event")
    assert least_bump(found) is bump, found
    assert {change.what for change in found} == what, case
    assert all(change.where for change in found)


def test_a_change_says_where_and_from_what_to_what():
    (found,) = compare_documents(DOCUMENT, changed(DOCUMENT, {"properties/votes/maximum": 500}), "event")
    assert str(found) == "major: limit tightened: event.votes (maximum 1000 -> 500)"
    (found,) = compare_documents(DOCUMENT, changed(DOCUMENT, {"$defs/Day/properties/at": {"type": "string"}}), "event")
    assert str(found) == "minor: field added: Day.at"


def test_words_are_told_only_where_nothing_else_changed():
    sets = {"properties/id/description": "Other.", "properties/votes/maximum": 2000}
    assert [each.what for each in compare_documents(DOCUMENT, changed(DOCUMENT, sets), "event")] == ["limit loosened"]


def test_an_inlined_definition_is_the_same():
    inlined = changed(DOCUMENT, {"properties/last": {**DOCUMENT["$defs"]["Day"]}})
    assert compare_documents(DOCUMENT, inlined, "event") == []


def table(*fields):
    return {"events": pa.schema(list(fields))}


ID = pa.field("id", pa.string(), nullable=False)
BEST = pa.field("best", pa.float64())
CODE = pa.field("type", pa.dictionary(pa.int16(), pa.string()))
INNER = pa.field("date", pa.struct([pa.field("start", pa.date32()), pa.field("end", pa.date32())]))
ITEMS = pa.field("links", pa.list_(pa.field("item", pa.struct([ID, BEST]), nullable=False)), nullable=False)
TABLE_CHANGES = [
    ("nothing", table(ID, BEST), table(ID, BEST), NONE, set()),
    ("a table added", table(ID), {**table(ID), "moods": pa.schema([ID])}, MINOR, {"table added"}),
    ("a table removed", {**table(ID), "moods": pa.schema([ID])}, table(ID), MAJOR, {"table removed"}),
    ("a column added", table(ID), table(ID, BEST), MINOR, {"column added"}),
    ("a column removed", table(ID, BEST), table(ID), MAJOR, {"column removed"}),
    ("a column renamed", table(ID, BEST), table(ID, BEST.with_name("low")), MAJOR, {"column renamed"}),
    ("a column replaced", table(ID, BEST), table(ID, CODE), MAJOR, {"column removed", "column added"}),
    ("another order", table(ID, BEST), table(BEST, ID), MINOR, {"columns in another order"}),
    ("another type", table(ID, BEST), table(ID, BEST.with_type(pa.int32())), MAJOR, {"type changed"}),
    ("a wider number", table(BEST.with_type(pa.int32())), table(BEST.with_type(pa.int64())), MAJOR, {"type changed"}),
    ("text for codes", table(CODE), table(CODE.with_type(pa.string())), MAJOR, {"type changed"}),
    (
        "codes in another width",
        table(CODE),
        table(CODE.with_type(pa.dictionary(pa.int32(), pa.string()))),
        MINOR,
        {"codes stored in another width"},
    ),
    ("may be empty", table(ID), table(ID.with_nullable(nullable=True)), MAJOR, {"column may be empty"}),
    ("never empty", table(BEST), table(BEST.with_nullable(nullable=False)), MINOR, {"column is never empty"}),
    (
        "a nested field added",
        table(INNER),
        table(INNER.with_type(pa.struct([*INNER.type, pa.field("extent", pa.string())]))),
        MINOR,
        {"column added"},
    ),
    (
        "a nested field removed",
        table(INNER),
        table(INNER.with_type(pa.struct([INNER.type.field("start")]))),
        MAJOR,
        {"column removed"},
    ),
    (
        "a field of a list's items removed",
        table(ITEMS),
        table(ITEMS.with_type(pa.list_(pa.field("item", pa.struct([ID]), nullable=False)))),
        MAJOR,
        {"column removed"},
    ),
    ("a list for one", table(BEST), table(BEST.with_type(pa.list_(pa.float64()))), MAJOR, {"type changed"}),
    (
        "a description",
        table(ID),
        table(ID.with_metadata({"description": "Other words."})),
        NONE,
        set(),
    ),
]


@pytest.mark.parametrize(
    ("case", "before", "after", "bump", "what"), TABLE_CHANGES, ids=[each[0] for each in TABLE_CHANGES]
)
def test_table_change_takes_its_bump(case, before, after, bump, what):
    found = compare_tables(before, after)
    assert least_bump(found) is bump, found
    assert {change.what for change in found} == what, case


TERMS = {
    "vocabularies": {"event-types": ["talks", "exchange"], "modes of talks": ["direct"]},
    "tables": {"events": {"key": ["id"], "codes": {"type": "event-types"}}},
    "rules": {
        "CAS201": {"title": "In order", "scope": "record", "severity": "error", "authored_only": False},
        "CAS501": {"title": "Two sources", "scope": "record", "severity": "warning", "authored_only": True},
    },
}
RULE = {"title": "New", "scope": "record", "severity": "error", "authored_only": False}
TERM_CHANGES = [
    ("nothing", {}, NONE, set()),
    ("a code added", {"vocabularies/event-types": ["talks", "exchange", "vote"]}, MINOR, {"code added"}),
    ("a code removed", {"vocabularies/event-types": ["talks"]}, MAJOR, {"code removed"}),
    ("a mode removed from a type", {"vocabularies/modes of talks": []}, MAJOR, {"code removed"}),
    ("a vocabulary added", {"vocabularies/moods": ["good"]}, MINOR, {"vocabulary added"}),
    ("a vocabulary removed", {"vocabularies/modes of talks": GONE}, MAJOR, {"vocabulary removed"}),
    ("another key", {"tables/events/key": ["id", "version"]}, MAJOR, {"key of the table changed"}),
    ("other codes", {"tables/events/codes": {"type": "moods"}}, MAJOR, {"column takes other codes"}),
    ("an error added", {"rules/CAS202": RULE}, MAJOR, {"rule added"}),
    ("a warning added", {"rules/CAS502": {**RULE, "severity": "warning"}}, MINOR, {"rule added"}),
    ("a rule removed", {"rules/CAS201": GONE}, MINOR, {"rule removed"}),
    ("a severity raised", {"rules/CAS501/severity": "error"}, MAJOR, {"severity raised"}),
    ("a severity lowered", {"rules/CAS201/severity": "warning"}, MINOR, {"severity lowered"}),
    ("imported rows bound", {"rules/CAS501/authored_only": False}, MAJOR, {"rule binds imported rows too"}),
    ("imported rows spared", {"rules/CAS201/authored_only": True}, MINOR, {"rule spares imported rows"}),
    ("another scope", {"rules/CAS201/scope": "dataset"}, MINOR, {"rule looks at something else"}),
    ("another title", {"rules/CAS201/title": "Ordered"}, PATCH, {"wording changed"}),
]


@pytest.mark.parametrize(("case", "sets", "bump", "what"), TERM_CHANGES, ids=[each[0] for each in TERM_CHANGES])
def test_change_of_terms_takes_its_bump(case, sets, bump, what):
    found = compare_terms(TERMS, changed(TERMS, sets))
    assert least_bump(found) is bump, found
    assert {change.what for change in found} == what, case


@pytest.mark.parametrize(
    ("before", "bump", "least"),
    [
        ("1.2.3", NONE, "1.2.3"),
        ("1.2.3", PATCH, "1.2.4"),
        ("1.2.3", MINOR, "1.3.0"),
        ("1.2.3", MAJOR, "2.0.0"),
        ("0.2.3", PATCH, "0.2.4"),
        ("0.2.3", MINOR, "0.3.0"),
        ("0.2.3", MAJOR, "0.3.0"),
    ],
)
def test_least_version(before, bump, least):
    assert least_version(parse(before), bump) == parse(least)


def files(version="1.0.0", **sets):
    texts = {
        "json/event.schema.json": json.dumps(changed(DOCUMENT, sets.get("document", {}))),
        "json/terms.json": json.dumps(changed(TERMS, sets.get("terms", {}))),
        "arrow/events.txt": "id: string not null\nbest: double\n" + sets.get("column", ""),
    }
    return edition(version, texts)


@pytest.mark.parametrize(
    ("declared", "sets", "good"),
    [
        ("1.0.0", {}, True),
        ("1.0.1", {}, True),
        ("0.9.0", {}, False),
        ("1.0.0", {"column": "mood: string\n"}, False),
        ("1.0.1", {"column": "mood: string\n"}, False),
        ("1.1.0", {"column": "mood: string\n"}, True),
        ("1.9.0", {"document": {"properties/votes": GONE}}, False),
        ("2.0.0", {"document": {"properties/votes": GONE}}, True),
        ("1.0.0", {"document": {"properties/id/description": "Other."}}, False),
        ("1.0.1", {"document": {"properties/id/description": "Other."}}, True),
        ("1.0.1", {"terms": {"rules/CAS201/severity": "warning"}}, False),
    ],
)
def test_declared_version_is_judged(declared, sets, good):
    found = judge(files(), files(**sets), declared)
    assert found.great_enough is good
    said = "\n".join(found.lines())
    assert ("good" in said) is good
    if not good and found.changes:
        assert f'Set SCHEMA_VERSION = "{found.least}"' in said
        assert str(found.changes[0]) in said


def test_the_present_schema_is_great_enough():
    found = verdict()
    assert found.great_enough, "\n".join(found.lines())
    assert found.declared == parse(SCHEMA_VERSION)


@pytest.mark.parametrize("version", published())
def test_published_editions_are_read_and_equal_to_themselves(version):
    one = published_edition(version)
    assert one.documents["event"]["$id"].endswith(f"/{version}/event.schema.json")
    assert "records" in one.tables
    assert compare(one, published_edition(version)) == []


def test_the_present_edition_is_equal_to_itself():
    assert compare(present_edition(), present_edition()) == []


def test_what_0_2_0_changed():
    found = compare(published_edition("0.1.0"), edition("0.2.0", schema_files()))
    assert {
        Change(MINOR, "column added", "events.geometry", "binary"),
        Change(MINOR, "column added", "revisions.version", "string"),
        Change(MAJOR, "column may be empty", "revisions.reason", "it always had a value"),
        Change(MAJOR, "column takes other codes", "revisions.kind", "revision-kinds -> history-kinds"),
    } <= set(found)


def test_unpublished_version_is_a_usage_error():
    with pytest.raises(UsageError, match=r"'7\.0\.0' is not published; there are: 0\.1\.0"):
        published_edition("7.0.0")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["check"], 0, "good."),
        (["diff", "0.1.0"], 0, "column added: events.geometry"),
        (["diff", "0.1.0", "0.1.0"], 0, "0 changes; the least version after 0.1.0 is 0.1.0."),
        (["diff", "9.9.9"], 2, "not published"),
        ([], 2, "Usage:"),
        (["diff", "a", "b", "c"], 2, "Usage:"),
    ],
)
def test_command(arguments, code, said, capsys):
    assert main(arguments) == code
    printed = capsys.readouterr()
    assert said in printed.out + printed.err


def test_command_fails_when_the_declared_version_is_too_small(monkeypatch, capsys):
    monkeypatch.setattr("casus.schema.evolution.__main__.verdict", lambda: judge(files(), files(column="a: string\n")))
    assert main(["check"]) == 1
    assert "minor: column added: events.a (string)" in capsys.readouterr().out


def test_version_is_a_tuple_that_reads_as_text():
    assert str(Version(1, 2, 3)) == "1.2.3"
    assert parse("0.10.0") > parse("0.9.9")
