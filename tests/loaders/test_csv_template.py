"""The header to begin with, and the page that explains the template."""

import io
import re

import pytest

from casus.bounded_lines import MOST_RECORDS, MOST_STREAM
from casus.csv_documents import MOST_CELL, read_csv
from casus.csv_headers import header_columns, header_line
from casus.schema import UsageError
from casus.schema.csv_template import Column, column, plain_names
from casus.schema.description import describe
from casus.schema.event import Event
from casus.schema.render_csv import csv_page
from casus.schema.vocabulary import vocabulary


@pytest.mark.parametrize("event_type", [None, *vocabulary("event-types")])
def test_header_of_every_type_is_read(event_type):
    columns = header_columns(event_type)
    assert len(set(columns)) == len(columns)
    assert all(isinstance(column(name), Column) for name in columns)
    row = ",".join(["x"] * len(columns))
    header, record = read_csv(io.BytesIO(f"{header_line(event_type)}\n{row}\n".encode()), "x.csv")
    assert header.findings == record.findings == ()


def test_header_has_all_that_a_record_needs():
    columns = header_columns("statement")
    for field in describe(Event).fields:
        if field.required:
            assert [name for name in columns if re.match(rf"{field.name}(\Z|\[|\.)", name)], field.name
    # Of every group that is there, all required fields.
    groups = {name.rsplit(".", 1)[0] for name in columns if "." in name}
    needed = {name for name in plain_names() if name.rsplit(".", 1)[-1] in ("key", "sources")}
    for group in groups:
        bare = re.sub(r"\[\d+\]", "[]", group)
        assert f"{bare}.key" not in needed or f"{group}.key" in columns


def test_header_is_in_the_order_of_the_schema():
    columns = header_columns("talks")
    assert columns[:6] == ["id", "type", "mode", "title", "summary", "status"]
    tops = [re.split(r"[.\[]", name)[0] for name in columns]
    fields = [field.name for field in describe(Event).fields]
    assert tops == sorted(tops, key=fields.index)


def test_unknown_type_is_a_usage_error():
    with pytest.raises(UsageError, match="did you mean 'talks'"):
        header_columns("talk")


def test_command_prints_the_header_and_writes_nothing(casus_command, tmp_path):
    done = casus_command("new", "talks", "--format", "csv", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"{header_line('talks')}\n")
    assert list(tmp_path.iterdir()) == []
    wrong = casus_command("new", "talks", "--format", "csv", "--coder", "me", "--title", "T")
    assert wrong.returncode == 2
    assert "Leave out --coder, --title" in wrong.stderr


def test_page_names_every_column_and_the_bounds():
    page = csv_page()
    for name in plain_names():
        assert f"| `{name.replace('[]', '[n]')}` |" in page, name
    assert f"{MOST_RECORDS:,}" in page
    assert f"{MOST_CELL:,}" in page
    assert f"{MOST_STREAM // 1_000_000} MB" in page


def test_example_of_the_page_is_read():
    (example,) = re.findall(r"```csv\n(.*?)```", csv_page(), re.DOTALL)
    header, row = read_csv(io.BytesIO(example.encode()), "x.csv")
    assert header.findings == row.findings == ()
    assert row.data["participants"] == [{"actor": "UKR", "roles": ["party"]}, {"actor": "RUS"}]
    assert row.data["quantities"] == [{"best": 66.5}]
    assert row.data["issues"] == ["ceasefire", "prisoners"]
