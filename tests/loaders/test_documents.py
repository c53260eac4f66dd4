"""Parsing: YAML 1.2 values, positions, and findings in place of surprises."""

import json

import pytest

from casus.documents import MOST_BYTES, Document, parse, read_document
from casus.schema import UsageError


def codes(document):
    return [(finding.code, finding.line, finding.column) for finding in document.findings]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("0123", "0123"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("2025-06-02", "2025-06-02"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("7", 7),
        ("-7", -7),
        ("7.5", 7.5),
        ("1e3", 1000.0),
        ('"7"', "7"),
        ("'true'", "true"),
        ("9" * 60, "9" * 60),
    ],
)
def test_scalars_are_read_as_yaml_1_2(text, value):
    found = parse(f"key: {text}\n".encode(), "x.yaml").data["key"]
    assert found == value
    assert type(found) is type(value)


def test_positions_of_values_and_keys():
    text = b"id: a\ndate:\n  start: 2025-06-02\nsources:\n  - url: x\n    publisher: y\n"
    document = parse(text, "x.yaml")
    assert document.locate(("id",)) == (1, 5)
    assert document.locate(("date", "start")) == (3, 10)
    assert document.locate(("sources", 0, "publisher")) == (6, 16)
    assert document.locate(("date", "end")) == (2, 1)
    assert document.locate(("sources",)) == (4, 1)


def test_json_has_positions_too():
    document = parse(b'{\n  "id": "a",\n  "date": {"start": "2025-06-02"}\n}', "x.json", is_json=True)
    assert document.data == {"id": "a", "date": {"start": "2025-06-02"}}
    assert document.locate(("date", "start")) == (3, 21)


def test_json_text_keeps_its_escapes():
    text = json.dumps({"id": "a", "title": "\U0001f600 / \t"}).replace("/", "\\/")
    assert parse(text.encode(), "x.json", is_json=True).data["title"] == "\U0001f600 / \t"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a: 1\nb: 2\na: 3\n", [("CAS402", 3, 1)]),
        (b"a: &x 1\nb: *x\n", [("CAS403", 1, 4), ("CAS403", 2, 4)]),
        (b"a: !!python/object/apply:os.system [ls]\n", [("CAS404", 1, 4)]),
        (b"a: 1\n---\nb: 2\n", [("CAS405", 2, 1)]),
        (b"\xef\xbb\xbfa: 1\n", [("CAS406", 1, 1)]),
        ("a: 1\n".encode("utf-16"), [("CAS406", 1, 1)]),
        (b"a: 1\nb: \xff\n", [("CAS406", 2, 4)]),
        (b"a: 1e400\n", [("CAS412", 1, 4)]),
        (b"a: .nan\n", [("CAS412", 1, 4)]),
        (b"a: [1, 2\n", [("CAS401", 1, 4)]),
        (b"a:\n\t- 1\n", [("CAS401", 2, 1)]),
        (b"a: b: c\n", [("CAS401", 1, 5)]),
        (b"a: \x00\n", [("CAS401", 1, 4)]),
        (b"[1]: x\n", [("CAS401", 1, 1)]),
        (b"a: &a [x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n", None),
    ],
)
def test_what_could_mislead_is_a_finding(content, expected):
    document = parse(content, "x.yaml")
    found = codes(document)
    assert found, content
    if expected is not None:
        assert found == expected


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"a": 1, "a": 2}', "CAS402"),
        (b'{"a": NaN}', "CAS412"),
        (b'{"a": 1e400}', "CAS412"),
        (b'{"a": ', "CAS401"),
        (b"[" * 100_000, "CAS411"),
    ],
)
def test_json_is_checked_alike(content, code):
    assert code in [found for found, _, _ in codes(parse(content, "x.json", is_json=True))]


def test_large_file_is_not_read(tmp_path):
    path = tmp_path / "x.yaml"
    with path.open("wb") as stream:
        stream.truncate(1_000_000_000)
    assert [finding.code for finding in read_document(path).findings] == ["CAS407"]
    assert MOST_BYTES < 1_000_000_000


def test_missing_file_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read_document(tmp_path / "none.yaml")


def test_crlf_is_read():
    assert parse(b"a: 1\r\nb: 2\r\n", "x.yaml").data == {"a": 1, "b": 2}


@pytest.mark.parametrize("content", [b"", b"# only a comment\n", b"---\n"])
def test_empty_file_has_no_data(content):
    document = parse(content, "x.yaml")
    assert isinstance(document, Document)
    assert document.data is None


def test_deep_nesting_is_a_finding():
    # Which column is named depends on how far the YAML library looks ahead.
    (found,) = parse(b"a: " + b"[" * 100_000, "file.yaml").findings
    assert (found.code, found.line) == ("CAS411", 1)
