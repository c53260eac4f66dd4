"""Hostile files give findings at their places, in bounded time and memory."""

import json
import os
from collections import Counter, defaultdict

import pytest
from hostile.corpus import LARGE, READ, RECORD, UNREADABLE
from hostile.limits import casus
from support import EXAMPLE

from casus.checking import check, check_entry
from casus.schema.corpus import Corpus, Entry
from casus.schema.findings import Finding, Severity
from casus.schema.rules.file import MOST_LISTED

_MOST_OUTPUT = 1_000_000


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The report of one run over all the small hostile files, as JSON."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, (content, _) in {**UNREADABLE, **READ}.items():
        (folder / name).write_bytes(content)
    done = casus("validate", folder, "--format", "json")
    assert done.code == 1
    assert not done.err
    return done.out


@pytest.fixture(scope="module")
def found(report):
    """What was found, by file name."""
    findings = defaultdict(list)
    for each in json.loads(report)["findings"]:
        findings[each["file"].rpartition("/")[2]].append(each)
    return findings


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_read_has_one_finding(name, found):
    places = [(each["code"], each["line"], each["column"]) for each in found[name]]
    assert places == [UNREADABLE[name][1]]


@pytest.mark.parametrize("name", READ)
def test_a_file_that_can_be_read_has_its_findings(name, found):
    content, expected = READ[name]
    places = {(each["code"], each["line"], each["column"]) for each in found[name]}
    for code, line, column in expected:
        assert any(place[0] == code and line in (place[1], None) and column in (place[2], None) for place in places), (
            places
        )
    lines = content.decode().splitlines()
    for _, line, column in places:
        assert 1 <= line <= len(lines) + 1
        assert 1 <= column <= len(lines[min(line, len(lines)) - 1]) + 1


def test_every_file_is_in_the_report(found):
    assert set(found) == {*UNREADABLE, *READ}


SHOWN = {"version-1.1.yaml": "'NO'", "octal-is-a-text.yaml": "'01'", "sexagesimal-is-a-text.yaml": "'12:30'"}


def test_repairing_leaves_them_alone_or_offers_a_repair(tmp_path):
    pytest.importorskip("ruamel.yaml")
    texts = {name: content for name, (content, _) in {**UNREADABLE, **READ}.items() if name.endswith(".yaml")}
    for name, content in texts.items():
        (tmp_path / name).write_bytes(content)
    done = casus("fix", "--check", tmp_path)
    assert done.code == 1
    assert f"{len(texts)} files looked at" in done.err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == texts


@pytest.mark.parametrize("name", SHOWN)
def test_words_of_yaml_1_1_stay_text(name, found):
    assert any(SHOWN[name] in each["message"] for each in found[name])


def test_what_is_not_seen_is_shown(found, report):
    assert any("\\u202e" in each["message"] for each in found["right-to-left-id.yaml"])
    assert not {"\u202e", "\u200d", "\ufeff"} & set(report)


@pytest.mark.parametrize("name", LARGE)
def test_a_large_file_is_judged_in_bounded_time_and_memory(name, tmp_path):
    make, code = LARGE[name]
    path = tmp_path / name
    path.write_bytes(make())
    done = casus("validate", path, "--format", "concise")
    assert done.code == 1
    assert f" {code} " in done.out
    assert len(done.out) < _MOST_OUTPUT


@pytest.mark.parametrize("name", ["sparse.yaml", "sparse.json"])
def test_a_file_of_a_gigabyte_is_not_read(name, tmp_path):
    with (tmp_path / name).open("wb") as stream:
        stream.truncate(1_000_000_000)
    done = casus("validate", tmp_path, addresses=900 << 20)
    assert done.code == 1
    assert f"{name}:1:1 CAS407" in done.out


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif", "junit", "markdown"])
def test_a_file_with_too_much_wrong_is_a_bounded_report_in_every_format(form, tmp_path):
    (tmp_path / "many.yaml").write_bytes(b"".join(b"k%d: 1\n" % number for number in range(20_000)))
    done = casus("validate", tmp_path, "--format", form)
    assert done.code == 1
    assert "CAS420" in done.out or form in ("github", "markdown")  # these show the first few, and how many there are
    assert len(done.out) < 2 * _MOST_OUTPUT


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_other_line_ends_are_read_the_same(line_end, tmp_path):
    name = "2025-06-02-istanbul-talks.yaml"
    reports = []
    for end in ("\n", line_end):
        (tmp_path / name).write_bytes(RECORD.replace("\n", end).encode())
        reports.append(casus("validate", name, "--format", "concise", cwd=tmp_path).out)
    assert reports[0] == reports[1]
    assert "CAS306" in reports[0]
    assert "CAS4" not in reports[0]


def test_a_tag_runs_nothing(tmp_path):
    owned = tmp_path / "owned"
    (tmp_path / "x.yaml").write_text(f"id: !!python/object/apply:os.system ['touch {owned}']\n")
    assert casus("validate", tmp_path).code == 1
    assert not owned.exists()


def test_the_report_is_the_same_every_time(tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.yaml").write_text("id: a\n")
    outs = set()
    for seed in ("1", "2", "3"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        outs.add(casus("validate", tmp_path, "--format", "concise", env=environment).out)
    assert len(outs) == 1


def test_warnings_do_not_crowd_out_errors():
    warning, error = Finding("CAS501", "w", severity=Severity.WARNING), Finding("CAS101", "e")
    found = [warning.at(file="x.yaml", line=line, column=1) for line in range(1, MOST_LISTED + 2)]
    found.append(error.at(file="x.yaml", line=MOST_LISTED + 5, column=1))
    report = check(Corpus(()), found=found)
    listed = Counter(each.code for each in report.findings)
    assert listed == {"CAS420": 1, "CAS101": 1, "CAS501": MOST_LISTED - 1}
    assert not report.ok


def test_as_much_as_can_be_listed_is_listed():
    found = [Finding("CAS101", "e", file="x.yaml", line=line, column=1) for line in range(1, MOST_LISTED + 1)]
    assert check(Corpus(()), found=found).findings == tuple(found)
    rows = [Finding("CAS101", "e", file="x.parquet", row=row) for row in range(2 * MOST_LISTED)]
    assert check(Corpus(()), found=rows).findings == tuple(rows)  # readers of tables have bounds of their own


def test_a_long_list_of_one_mistake_hides_no_other():
    codes = ["CAS212"] * MOST_LISTED + ["CAS213", "CAS213", "CAS222"]
    found = [Finding(code, "e", file="x.yaml", line=line, column=1) for line, code in enumerate(codes, 1)]
    listed = Counter(each.code for each in check(Corpus(()), found=found).findings)
    assert listed == {"CAS212": MOST_LISTED - 2, "CAS213": 1, "CAS222": 1, "CAS420": 1}


def test_a_record_of_a_thousand_mistakes_is_judged_by_every_rule():
    row = {"key": "q1", "measure": "drones-launched", "best": 1, "claimant": "UKR", "sources": ["s9"]}
    votes = {"outcome": {"result": "None.", "votes_against": 3}}
    record = EXAMPLE | votes | {"quantities": [row] * (MOST_LISTED + 1)}
    codes = {each.code for each in check_entry(Entry("event", record))}
    assert {"CAS108", "CAS212", "CAS213", "CAS222"} <= codes
