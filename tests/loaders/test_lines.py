"""JSON Lines: one record a line, each judged whatever the others are like."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import valid_records
from written import as_lines

import casus.bounded_lines
import casus.line_documents
from casus.bounded_lines import TooMuchError, bounded_lines
from casus.documents import MOST_BYTES
from casus.line_documents import read_lines


def read(content):
    """Return the data of the lines, and code, line and column of every finding."""
    documents = list(read_lines(io.BytesIO(content), "x.jsonl"))
    found = [(each.code, each.line, each.column) for document in documents for each in document.findings]
    return [each.data for each in documents if each.data is not None], found


@given(st.lists(valid_records(), min_size=1, max_size=4), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_records_come_back_with_the_line_of_every_value(records, end, escaped):
    lines = [json.dumps(record, ensure_ascii=escaped) for record in records]
    text = end.join([*lines, ""])
    documents = list(read_lines(io.BytesIO(text.encode()), "x.jsonl"))
    assert [each.data for each in documents] == records
    for number, (document, line, record) in enumerate(zip(documents, lines, records, strict=True), 1):
        assert document.findings == ()
        for name, value in record.items():
            found, column = document.locate((name,), key=True)
            assert found == number
            assert line[column - 1 :].startswith(json.dumps(name))
            if not isinstance(value, dict | list):
                found, column = document.locate((name,))
                assert json.JSONDecoder().raw_decode(line, column - 1)[0] == value


def test_blank_lines_are_passed_over_and_counted():
    assert read(b'\n{"a": 1}\n  \t\n\r\n{"b": 1, "b": 2}') == ([{"a": 1}, {"b": 1}], [("CAS402", 5, 10)])


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b'{"a": 1', ("CAS401", 2, 8)),
        (b'{"a": 1} {"b": 2}', ("CAS401", 2, 10)),
        (b'{"a": "\xff"}', ("CAS406", 2, 8)),
        ('{"\U0001f600": "'.encode() + b'\xff"}', ("CAS406", 2, 8)),
        (b"[" * 100_000, ("CAS411", 2, 61)),
        (b'{"a": 1e999}', ("CAS412", 2, 7)),
        (b'{"a": "' + b"x" * MOST_BYTES + b'"}', ("CAS415", 2, 1)),
        (b"\x00", ("CAS401", 2, 1)),
    ],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_broken_line_is_found_and_the_others_are_read(line, found, end):
    data, findings = read(end.join([b'{"id": "a"}', line, b'{"id": "b"}', b""]))
    assert [each["id"] for each in data if "id" in each] == ["a", "b"]
    assert findings == [found]


def test_line_breaks_of_other_kinds_end_no_line():
    assert read('{"a": "x\u2028y\x85z"}\n{"b": 1, "b": 2}'.encode())[1] == [("CAS402", 2, 10)]


@pytest.mark.parametrize("content", [b"", b"\n", b" \r\n\t\n"])
def test_nothing_is_a_finding(content):
    assert read(content) == ([], [("CAS410", 1, 1)])


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"])
def test_byte_order_mark_is_a_finding(mark):
    assert read(mark + b'{"a": 1}\n{"b": 2}\n') == ([{"b": 2}], [("CAS406", 1, 1)])


def test_bounds_are_kept(monkeypatch):
    monkeypatch.setattr(casus.line_documents, "MOST_RECORDS", 2)
    assert read(as_lines([{"a": each} for each in range(4)]).encode()) == (
        [{"a": 0}, {"a": 1}],
        [("CAS415", 3, 1)],
    )


def test_stream_is_read_no_further_than_is_said(monkeypatch):
    monkeypatch.setattr(casus.bounded_lines, "MOST_STREAM", 30)
    monkeypatch.setattr(bounded_lines, "__defaults__", (MOST_BYTES, 30))
    assert read(b'{"a": 1}\n' * 3 + b'{"a": 2}\n') == ([{"a": 1}] * 3, [("CAS415", 4, 1)])


def test_endless_line_ends():
    class Endless(io.RawIOBase):
        """Zeros without end, as a device or a sparse file gives them."""

        given = 0

        def readline(self, size=-1):
            self.given += size
            return bytes(size)

    stream = Endless()
    with pytest.raises(TooMuchError):
        list(bounded_lines(stream, longest=1_000, most=100_000))
    assert stream.given < 200_000


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", []),
        (b"a", [b"a"]),
        (b"a\nb", [b"a\n", b"b"]),
        (b"aaa\nb\n", [b"aaa\n", b"b\n"]),
        (b"aaaa\nb\n", [None, b"b\n"]),
        (b"aaaaaaaaaa", [None]),
        (b"aaaaaaaaaa\n\nb", [None, b"\n", b"b"]),
    ],
)
def test_lines_longer_than_allowed_are_passed_over(content, lines):
    found = list(bounded_lines(io.BytesIO(content), longest=3))
    assert [each.content for each in found] == lines
    assert [each.number for each in found] == list(range(1, len(lines) + 1))
