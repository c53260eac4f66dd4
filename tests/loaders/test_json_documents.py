"""JSON with exact positions: what the library reads, with the place of every key and value."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import valid_records

from casus.documents import MOST_DEPTH, parse
from casus.json_documents import quick_data

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def read(text):
    document = parse(text.encode(), "x.json", is_json=True)
    try:
        quick = quick_data(text)
    except ValueError:
        return document
    # What is read quickly is what is read with positions, and nothing is wrong with it.
    assert document.findings == ()
    assert json.dumps(quick) == json.dumps(document.data)
    return document


def problems(text):
    return [(each.code, each.line, each.column) for each in read(text).findings]


def every_path(value, path=()):
    """Yield every path with its value, that of the whole first."""
    yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in items:
        yield from every_path(inner, (*path, step))


def offset(text, place):
    """Return where in the text a line and column are, counted by hand."""
    line, column = place
    lines = text.split("\n")
    return sum(len(each) + 1 for each in lines[: line - 1]) + column - 1


@given(VALUES, st.sampled_from([None, 0, 1, "\t"]), st.booleans())
def test_reads_what_the_library_reads(value, indent, escaped):
    text = json.dumps(value, indent=indent, ensure_ascii=escaped)
    document = read(text)
    assert document.findings == ()
    assert document.data == value
    assert json.dumps(document.data) == json.dumps(value)  # also True is not 1, and 1.0 not 1


@given(valid_records(), st.sampled_from([None, 1, "\t"]), st.booleans())
def test_every_position_points_at_the_value_and_its_key(record, indent, escaped):
    text = json.dumps(record, indent=indent, ensure_ascii=escaped)
    document = read(text)
    for path, value in every_path(record):
        single = not isinstance(value, dict | list) or not value
        if single or not path or isinstance(path[-1], int):
            at = offset(text, document.locate(path))
            assert json.JSONDecoder().raw_decode(text, at)[0] == value, path
        if path and isinstance(path[-1], str):
            at = offset(text, document.locate(path, key=True))
            assert json.JSONDecoder().raw_decode(text, at)[0] == path[-1], path


@given(st.text(alphabet='{}[]",:0123456789.eE+-\\ud8tfn \n\r\t\U0001f600', max_size=30))
def test_refuses_what_the_library_refuses(text):
    try:
        value, refused = json.loads(text), False
    except (json.JSONDecodeError, ValueError):
        value, refused = None, True
    document = read(text)
    if refused:
        assert document.data is None
        assert document.findings or not text.strip()
    elif not document.findings:  # twice the same key, or half a character, are findings
        assert document.data == value


@pytest.mark.parametrize(
    ("text", "path", "value", "key"),
    [
        ('{"id": "a"}', ("id",), (1, 8), (1, 2)),
        ('{\n\t"id":\t"a"}', ("id",), (2, 8), (2, 2)),
        ('{"a": "\U0001f600", "b": 1}', ("b",), (1, 17), (1, 12)),
        ('{\r\n"a": [1,\r\n2]}', ("a", 1), (3, 1), (3, 1)),
        ('{\r"a": 1}', ("a",), (2, 6), (2, 1)),
        ('{"a": {"b": []}}', ("a", "b"), (1, 13), (1, 8)),
        ('{"a": {"b": [7]}}', ("a", "b"), (1, 8), (1, 8)),
        ('{"a": {"b": 1}}', ("a", "none"), (1, 2), (1, 2)),
        ('{"\\u0061": 1}', ("a",), (1, 12), (1, 2)),
    ],
)
def test_positions_count_characters(text, path, value, key):
    document = read(text)
    assert document.locate(path) == value
    assert document.locate(path, key=True) == key


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "said"),
    [
        ('{"a": 1,}', "CAS401", 1, 8, "No comma may stand before }"),
        ('{\n "a": 1\n "b": 2}', "CAS401", 3, 2, "a comma or }"),
        ('{"a" 1}', "CAS401", 1, 6, "a colon"),
        ("{'a': 1}", "CAS401", 1, 2, "double quotation marks only"),
        ("{a: 1}", "CAS401", 1, 2, "not a"),
        ('{"a": True}', "CAS401", 1, 7, "JSON writes true, false and null"),
        ('{"a": 012}', "CAS401", 1, 7, "a needless 0"),
        ('{"a": .5}', "CAS401", 1, 7, "begins with a digit"),
        ('{"a": +1}', "CAS401", 1, 7, "begins with a digit"),
        ('{"a": 1 // x\n}', "CAS401", 1, 9, "no comments"),
        ('{"a": [1, 2', "CAS401", 1, 12, "the text ends here"),
        ('{"a": "x\ny"}', "CAS401", 1, 9, "closing quotation mark is missing"),
        ('{"a": "x', "CAS401", 1, 7, "no closing quotation mark"),
        ('{"a": "\\x"}', "CAS401", 1, 8, "backslash"),
        ('{"a": "\\u12"}', "CAS401", 1, 9, "four hexadecimal digits"),
        ('{"a": 1} {"b": 2}', "CAS401", 1, 10, "nothing may follow"),
        ('{"a": "ab\\ud83d\\ude00\\ud800x"}', "CAS401", 1, 22, "half of a character"),
        ('{"a": "\\udc00\\ud83d"}', "CAS401", 1, 8, "half of a character"),
        ('{"\\ud83d": 1}', "CAS401", 1, 3, "half of a character"),
        ('{"a": 1,\n "b": 2,\n "a": 3}', "CAS402", 3, 2, "already stands in line 1"),
        ('{"a": {"b": 1, "b": {"c": 1}}}', "CAS402", 1, 16, "already stands in line 1"),
        ('{"a": NaN}', "CAS412", 1, 7, "NaN"),
        ('{"a": [1, -Infinity]}', "CAS412", 1, 11, "-Infinity"),
        ('{"a": 1e400}', "CAS412", 1, 7, "1e400"),
        ('{"a": -1e400}', "CAS412", 1, 7, "-1e400"),
    ],
)
def test_problem_is_found_at_its_place(text, code, line, column, said):
    (found,) = read(text).findings
    assert (found.code, found.line, found.column) == (code, line, column)
    assert said in found.message


def test_of_a_key_that_stands_twice_the_first_counts():
    document = read('{"a": 1, "a": 2, "b": 3}')
    assert document.data == {"a": 1, "b": 3}
    assert [each.code for each in document.findings] == ["CAS402"]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, '[{"a":' * 50_000])
def test_deep_nesting_is_one_finding(text):
    assert [code for code, _, _ in problems(text)] == ["CAS411"]


def test_nesting_may_be_as_deep_as_is_said():
    assert problems("[" * MOST_DEPTH + "]" * MOST_DEPTH) == []
    assert problems("[" * (MOST_DEPTH + 1)) == [("CAS411", 1, MOST_DEPTH + 1)]


def test_huge_whole_numbers_are_read_as_far_as_they_can_be_held():
    assert read(f'{{"a": {"9" * 60}}}').data == {"a": float("9" * 60)}
    assert problems(f'{{"a": {"9" * 5000}}}') == [("CAS412", 1, 7)]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\t\r\n"])
def test_empty_text_has_no_data(text):
    document = read(text)
    assert (document.data, document.findings) == (None, ())


@given(VALUES)
def test_what_is_plain_is_read_quickly(value):
    text = json.dumps(value, ensure_ascii=False)
    deep = "[" * (MOST_DEPTH - 5)
    assert json.dumps(quick_data(text)) == json.dumps(value)
    assert quick_data(f"{deep}1{']' * (MOST_DEPTH - 5)}")


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 2}',
        "[NaN]",
        "[1e400]",
        "[1" + "0" * 50 + "]",
        '["\\ud800"]',
        "[" * 61 + "]" * 61,
        "[" * 100_000,
        "[1",
    ],
)
def test_what_may_be_wrong_is_not_read_quickly(text):
    with pytest.raises(ValueError):  # noqa: PT011 - of any kind
        quick_data(text)
