"""Standard input: `casus validate -`."""

import io
import json
import sys

import pytest
import yaml
from support import EXAMPLE, FIRST_ROUND, patched
from written import as_csv, as_lines, write_parquet, write_singles

import casus
from casus.schema import UsageError
from casus.standard_input import guessed

BAD = patched(EXAMPLE, {"type": "talk"})
TEXTS = {
    "yaml": yaml.safe_dump(BAD, sort_keys=False),
    "json": json.dumps(BAD, indent=1),
    "jsonl": as_lines([BAD, patched(BAD, FIRST_ROUND)]),
    "csv": as_csv([BAD]),
}


@pytest.fixture
def given(monkeypatch):
    """Give bytes on standard input."""

    def give(content):
        content = content if isinstance(content, bytes) else content.encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    return give


@pytest.mark.parametrize("form", TEXTS)
@pytest.mark.parametrize("said", [True, False])
def test_every_form_is_read_whether_it_is_said_or_not(given, form, said):
    given(TEXTS[form])
    report = casus.validate("-", stdin_format=form if said else None)
    found = next(each for each in report.findings if each.code == "CAS104")
    assert found.file == "<stdin>"
    line = TEXTS[form].splitlines()[found.line - 1]
    if form == "csv":
        assert (found.line, found.column_name) == (2, "type")
    else:
        assert line[found.column - 1 :].strip('"').startswith("talk")
    assert report.checked == (2 if form == "jsonl" else 1)


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"", "yaml"),
        (b"id: a\n", "yaml"),
        (b"# x\nid: a\n", "yaml"),
        (b"title: id, type, title\n", "yaml"),
        (b"- {id: a}\n", "yaml"),
        (b'{"id": "a"}', "json"),
        (b'{"id": "a"}\n\n', "json"),
        (b'\n\n  {\n"id": "a"}', "json"),
        (b"[1, 2]\n", "json"),
        (b'{"id": \n', "json"),
        (b"{" * 100_000, "json"),
        (b'{"id": "a"}\n{"id": "b"}\n', "jsonl"),
        (b'{"id": "a"}\n{broken\n', "jsonl"),
        (b"id,type,title\n", "csv"),
        (b"\xef\xbb\xbfid;type;title\r\na;b;c\r\n", "csv"),
        (b"\xff\xfe\x00", "yaml"),
    ],
)
def test_form_is_guessed_from_how_the_input_begins(content, form):
    assert guessed(content) == form


@pytest.mark.parametrize("content", [b"", b"\n", b"\x00", b"\xff", b"[" * 100_000, b"id,type\n"])
@pytest.mark.parametrize("form", [None, *TEXTS])
def test_what_holds_no_record_gives_findings(given, content, form):
    given(content)
    report = casus.validate("-", stdin_format=form)
    assert report.findings
    assert {each.file for each in report.findings} == {"<stdin>"}


def test_too_much_is_a_finding(given):
    given(b"# " + b"x" * 2_000_001)
    assert [each.code for each in casus.validate("-").findings] == ["CAS407"]


def test_standard_input_is_judged_together_with_files(given, tmp_path):
    write_singles(tmp_path, [patched(EXAMPLE, {"links[0].target": "2025-06-05-from-stdin"})], ".yaml")
    given(json.dumps(patched(EXAMPLE, {"id": "2025-06-05-from-stdin", "links": []})))
    report = casus.validate([tmp_path, "-"])
    assert report.checked == 2
    assert "CAS302" not in {each.code for each in report.findings}


def test_record_of_a_dataset_may_be_given_changed(given, small_dataset):
    given(json.dumps(EXAMPLE))
    report = casus.validate([small_dataset / "records" / "2025" / "2025-05-16-istanbul-talks.yaml", "-"])
    assert "CAS301" not in {each.code for each in report.findings}


@pytest.mark.parametrize(
    ("target", "options", "said"),
    [
        (["-", "-"], {}, "only once"),
        ("-", {"stdin_format": "toml"}, "no form"),
        ("-", {"changed_since": "HEAD"}, "no history"),
        (None, {"stdin_format": "csv"}, "not among the paths"),
        (["record.yaml"], {"stdin_format": "csv"}, "not among the paths"),
    ],
)
def test_what_cannot_be_done_is_a_usage_error(given, target, options, said):
    given(TEXTS["yaml"])
    with pytest.raises(UsageError, match=said):
        casus.validate(target, **options)


def test_parquet_is_refused(given, tmp_path):
    given(write_parquet(tmp_path / "x.parquet", [EXAMPLE]).read_bytes())
    with pytest.raises(UsageError, match="path of the file"):
        casus.validate("-")


def test_closed_standard_input_is_a_usage_error(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UsageError, match="no standard input"):
        casus.validate("-")


@pytest.mark.parametrize(
    ("form", "place"),
    [
        ("text", "<stdin>:2:7 CAS104 error:"),
        ("concise", "<stdin>:2:7: CAS104 "),
        ("github", "file=<stdin>,line=2,endLine=2,col=7,endColumn=11"),
        ("junit", "&lt;stdin&gt;:2:7: CAS104"),
    ],
)
def test_command_reads_it_and_shows_the_line(casus_command, form, place):
    done = casus_command("validate", "-", "--format", form, input=TEXTS["yaml"])
    assert done.returncode == 1
    assert place in done.stdout
    if form == "text":
        assert "  2 | type: talk\n    |       ^^^^\n" in done.stdout


def test_command_takes_the_form(casus_command):
    done = casus_command("validate", "-", "--stdin-format", "csv", "--format", "concise", input=TEXTS["csv"])
    assert done.returncode == 1
    assert "<stdin>:2:1: CAS104 column type: 'talk' is not in the vocabulary" in done.stdout
    assert casus_command("validate", "-", "--stdin-format", "xml", input="").returncode == 2
