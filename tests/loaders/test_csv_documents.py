"""CSV of the flat template: what a cell becomes, and findings with the line and the column's name."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import valid_records
from support import EXAMPLE, patched
from written import as_csv, flat

import casus.csv_documents
from casus.csv_documents import MOST_CELL, read_csv, separator_of
from casus.digests import lean
from casus.schema.csv_template import Column, column, plain_names
from casus.schema.rules.base import REMOVE

HEADER = "id,type,title,date.start,participants[0].actor,quantities[0].best,issues"


def read(text):
    """Return the data of the rows, and code, line and column name of every finding."""
    content = text if isinstance(text, bytes) else text.encode()
    rows = list(read_csv(io.BytesIO(content), "x.csv"))
    found = [(each.code, each.line, each.column_name) for row in rows for each in row.findings]
    return [row.data for row in rows if row.data is not None], found


def message(text):
    content = text if isinstance(text, bytes) else text.encode()
    (found,) = [each for row in read_csv(io.BytesIO(content), "x.csv") for each in row.findings]
    return found.message


def cell(name, text):
    """Return what a cell becomes, at its own path."""
    found = column(name)
    assert isinstance(found, Column)
    return found.read(text)


def without_empty(value):
    """Return a record without what a table cannot tell from absence; the group of dates is always there."""
    if isinstance(value, dict):
        return {name: each for name, inner in value.items() if (each := without_empty(inner)) not in ({}, [])}
    return [without_empty(each) for each in value] if isinstance(value, list) else value


@given(st.lists(valid_records(), min_size=1, max_size=3), st.sampled_from(",;\t"), st.booleans())
def test_records_come_back_as_they_were(records, delimiter, quoted):
    text = as_csv(records, delimiter, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    data, found = read(text)
    assert found == []
    assert data == [{"date": {}} | without_empty(record) for record in map(lean, records)]


@given(valid_records())
def test_every_value_is_found_in_its_column(record):
    (row,) = [row for row in read_csv(io.BytesIO(as_csv([record]).encode()), "x.csv") if row.data is not None]
    for name, _ in flat(without_empty(lean(record))):
        found = column(name)
        assert row.column_of(found.path) == name
        assert row.locate(found.path) == (2, None)
    assert row.column_of(("nothing", 3, "there")) is None
    assert row.column_of(()) is None


@pytest.mark.parametrize("name", plain_names())
def test_every_field_has_a_column(name):
    full = name.replace("[]", "[0]")
    found = column(full)
    assert isinstance(found, Column)
    assert found.name == full
    assert isinstance(column(f"{full}x"), casus.csv_documents.NoColumn)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("title", "12", "12"),
        ("title", "true", "true"),
        ("title", " a ", " a "),
        ("quantities[0].best", "66", 66),
        ("quantities[0].best", "66.5", 66.5),
        ("quantities[0].best", "1e3", 1000.0),
        ("quantities[0].best", "66,5", "66,5"),
        ("quantities[0].best", "0123", "0123"),
        ("quantities[0].best", "1_000", "1_000"),
        ("quantities[0].best", "9" * 5_000, "9" * 5_000),
        ("quantities[0].best", "nan", "nan"),
        ("locations[0].precision", "1", 1),
        ("locations[0].precision", "1.0", 1.0),
        ("quantities[0].approx", "TRUE", True),
        ("quantities[0].approx", "false", False),
        ("quantities[0].approx", "yes", "yes"),
        ("date.start", "2025-06-02", "2025-06-02"),
        ("issues", "ceasefire", ["ceasefire"]),
        ("issues", "ceasefire; prisoners", ["ceasefire", "prisoners"]),
        ("issues", "ceasefire;", ["ceasefire", ""]),
        ("issues[1]", "a;b", "a;b"),
    ],
)
def test_cell_is_read_by_the_type_of_its_field(name, text, value):
    found = cell(name, text)
    assert found == value
    assert type(found) is type(value)


def test_empty_cells_are_absent_and_lists_close_up():
    text = "id,title,issues[0],issues[3],participants[2].actor,participants[5].actor\na,,,x,,UKR\n"
    (row,) = [row for row in read_csv(io.BytesIO(text.encode()), "x.csv") if row.data]
    assert row.data == {"date": {}, "id": "a", "issues": ["x"], "participants": [{"actor": "UKR"}]}
    assert row.column_of(("participants", 0, "actor")) == "participants[5].actor"
    assert row.column_of(("issues", 0)) == "issues[3]"
    assert row.column_of(("title",)) == "title"  # it is empty


def test_rows_without_anything_are_passed_over():
    data, found = read("id,title\n\na,b\n,\n\n   \n")
    assert [each["id"] for each in data[:1]] == ["a"]
    assert found == [("CAS414", 6, "title")]  # blanks are something


@pytest.mark.parametrize(
    ("heading", "meant"),
    [
        ("titel", "title"),
        ("Title", "title"),
        ("sorces[1].url", "sources[1].url"),
        ("participants.actor", "participants[0].actor"),
        ("participants[0].actors", "participants[0].actor"),
        ("participants[3].represented_by.person", "participants[3].represented_by[0].person"),
        ("title[0]", "title"),
        ("date", "date.start"),
        ("title.text", "title"),
        ("colour of the sky", None),
    ],
)
def test_unknown_heading_is_found_in_the_header(heading, meant):
    rows = list(read_csv(io.BytesIO(f"id,type,{heading}\na,talks,x\n".encode()), "x.csv"))
    ((found,), data) = (rows[0].findings, rows[1].data)
    assert (found.code, found.line, found.column_name, found.nearest) == ("CAS413", 1, heading, meant)
    assert data == {"date": {}, "id": "a", "type": "talks"}


@pytest.mark.parametrize(
    ("header", "where", "said"),
    [
        ("id,title,title", "title", "says the same"),
        ("id,type,issues,issues[0]", "issues[0]", "the same as the column 'issues'"),
        ("id,type,issues[0],issues", "issues", "the same as the column 'issues[0]'"),
        ("id,type,,title", "3", "no heading"),
    ],
)
def test_heading_that_cannot_be_kept_is_found(header, where, said):
    text = f"{header}\n{','.join('abcd'[: header.count(',') + 1])}\n"
    _, found = read(text)
    assert found == [("CAS413", 1, where)]
    assert said in message(text)


@pytest.mark.parametrize(
    ("row", "code", "where", "said"),
    [
        ("a,talks,T", "CAS414", "date.start", "3 cells, and the header 7"),
        ("a,talks,T,2025-06-02,UKR,66,ceasefire,more", "CAS414", "issues", "8 cells"),
        ('a,talks,"T,2025-06-02,UKR,66,ceasefire', "CAS401", "title", "not closed"),
        ('a,talks,"T "x" y",2025-06-02,UKR,66,ceasefire', "CAS401", "title", "within a text"),
        ("a,talks,T\0,2025-06-02,UKR,66,ceasefire", "CAS401", "title", "NUL"),
        ("a,talks,T,2025-06-02,UKR,1e400,ceasefire", "CAS412", "quantities[0].best", "1e400"),
        (f"a,talks,{'x' * (MOST_CELL + 1)},2025-06-02,UKR,66,c", "CAS415", "title", "100,001 characters"),
        (f"a,talks,{'x' * 140_000},2025-06-02,UKR,66,c", "CAS401", None, "field larger"),
        ("a,talks,T\rU,2025-06-02,UKR,66,c", "CAS401", None, "line break of another kind"),
    ],
)
def test_broken_row_is_found_and_the_others_are_read(row, code, where, said):
    good = "good,talks,T,2025-06-02,UKR,66,ceasefire"
    text = f"{HEADER}\n{good}\n{row}\n{good}\n"
    data, found = read(text)
    assert [each["id"] for each in data if each["id"] == "good"] == ["good", "good"]
    assert [each[:2] for each in found] == [(code, 3)]
    if where is not None:
        assert found[0][2] == where
        assert said in message(text)


def test_wrong_byte_is_found_in_its_cell():
    text = HEADER.encode() + b"\na,talks,Caf\xe9,2025-06-02,UKR,66,c\nb,talks,T,2025-06-02,UKR,66,c\n"
    data, found = read(text)
    assert [each["id"] for each in data] == ["b"]
    assert found == [("CAS406", 2, "title")]
    assert "byte 0xe9" in message(text)


def test_row_begins_where_its_first_line_is():
    text = 'id,type,summary\na,talks,"one\ntwo\r\nthree"\nb,talks,x\n'
    rows = [row for row in read_csv(io.BytesIO(text.encode()), "x.csv") if row.data]
    assert [(row.line, row.data["summary"]) for row in rows] == [(2, "one\ntwo\r\nthree"), (5, "x")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_what_spreadsheets_write_is_read(delimiter, end, mark):
    text = end.join(["id;type;issues", 'a;talks;"x;y"', ""]).replace(";", delimiter)
    data, found = read(mark + text.replace(f"x{delimiter}y", "x;y").encode())
    assert found == []
    assert data == [{"date": {}, "id": "a", "type": "talks", "issues": ["x", "y"]}]


def test_utf_16_is_a_finding():
    assert read("id,type\na,talks\n".encode("utf-16"))[1] == [("CAS406", 1, None)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "CAS410"),
        ("\n\n", "CAS410"),
        ("id,type,title\n", "CAS410"),
        ("name,phone\nA,1\n", "CAS416"),
        ("just a text\n", "CAS416"),
        ('id,"type\n', "CAS416"),
        ("x" * 3_000_000, "CAS415"),
    ],
)
def test_what_is_no_table_of_records_is_one_finding(text, code):
    data, found = read(text)
    assert data == []
    assert [each[0] for each in found] == [code]


@pytest.mark.parametrize(
    ("header", "separator"),
    [
        ("id,type,title", ","),
        ("id;type;title", ";"),
        ("id\ttype\ttitle", "\t"),
        ("Id,Type,Title", ","),
        ("id", ","),
        ("a,b,c", None),
        ("id,name,phone", None),
        ("id,type,title,status,summary,x1,x2,x3,x4,x5,x6,x7", ","),
        ("", None),
    ],
)
def test_separator_is_the_one_that_makes_columns(header, separator):
    assert separator_of(header) == separator


def test_bounds_are_kept(monkeypatch):
    monkeypatch.setattr(casus.csv_documents, "MOST_RECORDS", 2)
    data, found = read("id,type\n" + "a,talks\n" * 5)
    assert len(data) == 2
    assert found == [("CAS415", 4, None)]


def test_a_row_over_too_many_lines_ends():
    text = 'id,type,title\na,talks,"' + "x\n" * 1_500_000 + "b,talks,T\n"
    data, found = read(text)
    assert data == []
    assert found[0] == ("CAS401", 2, "title")
    assert {code for code, _, _ in found[1:-1]} == {"CAS414"}  # its lines are rows of too few cells
    assert found[-1] == ("CAS415", 50_002, None)


@given(st.binary(max_size=200))
def test_nothing_raises(content):
    for start in (b"", b"id,type,title\n"):
        for row in read_csv(io.BytesIO(start + content), "x.csv"):
            assert row.data is None or isinstance(row.data, dict)
            assert all(each.line is not None for each in row.findings)


@given(st.text(alphabet='ab,;\t"\n\r\0\ufeff\U0001f600', max_size=60))
def test_what_the_library_reads_is_read(text):
    plain = patched(EXAMPLE, {"links": REMOVE})["id"]
    data, found = read(f"id,title\n{plain},x\n{text}")
    assert data[0]["id"] == plain
    assert all(code.startswith("CAS4") for code, _, _ in found)
