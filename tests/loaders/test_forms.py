"""Records of every form, in one run: the same records have the same findings, and are judged together."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import mutated_records, valid_records
from support import EXAMPLE, FIRST_ROUND, patched
from written import as_csv, as_lines, write_parquet, write_singles

import casus
import casus.parquet_documents
from casus.checking import check
from casus.collection import read_records
from casus.digests import lean
from casus.schema import Event, UsageError
from casus.schema.corpus import Corpus
from casus.schema.csv_template import column
from casus.schema.findings import Severity

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
FORMS = {".yaml", ".json", ".jsonl", ".ndjson", ".csv", ".parquet"}


def write(folder, record, suffix):
    """Write one record in a form, under its own name."""
    path = folder / f"record{suffix}"
    if suffix == ".parquet":
        return write_parquet(path, [record])
    texts = {
        # A copy, so that no part stands in it twice: that would be written as an anchor.
        ".yaml": lambda: yaml.safe_dump(
            json.loads(json.dumps(record)), sort_keys=False, allow_unicode=True, width=10_000
        ),
        ".json": lambda: json.dumps(record, indent=2),
        ".jsonl": lambda: as_lines([record]),
        ".ndjson": lambda: as_lines([record]),
        ".csv": lambda: as_csv([record]),
    }
    path.write_text(texts[suffix](), "utf-8")
    return path


def judged(path):
    """Return the data of a file, and code and path of all that is found, but that the file's name is another."""
    entries, findings = read_records([path])
    report = check(Corpus(tuple(entries), as_of="2025-07-01"), found=findings)
    found = {(each.code, each.path) for each in report.findings if each.code not in ("CAS408", "CAS409")}
    return [lean(entry.data) for entry in entries], found


@SHARED
@given(mutated_records())
def test_yaml_and_json_give_the_same_findings(tmp_path, record):
    plain = judged(write(tmp_path, record, ".json"))
    assert judged(write(tmp_path, record, ".jsonl")) == plain
    try:
        text = write(tmp_path, record, ".yaml")
    except yaml.YAMLError:  # no YAML holds this text
        return
    assert judged(text) == plain


@SHARED
@given(valid_records())
def test_all_forms_give_the_same_findings(tmp_path, record):
    whole = Event.model_validate_json(json.dumps(record))
    _, found = judged(write(tmp_path, record, ".yaml"))
    for suffix in sorted(FORMS - {".yaml"}):
        (data,), same = judged(write(tmp_path, record, suffix))
        assert (suffix, same) == (suffix, found)
        # Absent is the default, as Parquet says it; a table knows no group without a value.
        known = without_empty(whole.model_dump(mode="json"))
        assert without_empty(Event.model_validate_json(json.dumps(data)).model_dump(mode="json")) == known


def without_empty(value):
    """Return a record without absent values and empty groups and lists."""
    if isinstance(value, dict):
        return {name: each for name, inner in value.items() if (each := without_empty(inner)) not in (None, {}, [])}
    return [without_empty(each) for each in value] if isinstance(value, list) else value


WRONG = {
    "type": ("talk", "CAS104"),
    "date.start": ("2025-02-30", "CAS110"),
    "participants[1].actor": ("no-such-actor", "CAS304"),
    "quantities[1].low": (5000, "CAS202"),
    "sources[0].url": ("example.org", "CAS105"),
}


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
@pytest.mark.parametrize("name", WRONG)
def test_mistake_is_found_in_every_form(tmp_path, suffix, name):
    value, code = WRONG[name]
    path = write(tmp_path, patched(EXAMPLE, {name: value}), suffix)
    steps = column(name).path[:-1]  # of the group
    findings = casus.validate(path).findings
    found = next(each for each in findings if each.code == code and each.path[: len(steps)] == steps)
    if suffix == ".csv":
        shown = name.replace("low", "best") if code == "CAS202" else name
        assert (found.line, found.column, found.column_name) == (2, None, shown)
        assert found.where() == f"{path}:2 column {shown}"
    else:
        line = path.read_text("utf-8").splitlines()[found.line - 1]
        token = "1000" if code == "CAS202" else json.dumps(value)
        assert line[found.column - 1 :].startswith(token)


@pytest.fixture
def mixed(tmp_path):
    """A folder with a record in every form, and the ids of these."""
    folder = tmp_path / "mixed"
    folder.mkdir()
    for number, suffix in enumerate(sorted(FORMS)):
        record = patched(EXAMPLE, {"id": f"2025-06-0{number + 1}-round", "title": f"Round {number}"})
        write(folder, record, suffix).rename(folder / f"{record['id']}{suffix}")
    (folder / "README.md").write_text("# Not a record\n")
    (folder / "notes.txt").write_text("not a record\n")
    return folder


def test_folder_of_all_forms_is_judged_together(mixed):
    report = casus.validate(mixed)
    assert report.checked == len(FORMS)
    assert {Path(each.file).suffix for each in report.findings} == FORMS
    assert not [each for each in report.findings if each.code.startswith("CAS4")]


def test_links_lead_from_one_form_to_another(tmp_path, mixed):
    record = patched(EXAMPLE, {"links[0].target": "2025-06-02-round"})
    path = tmp_path / "more.jsonl"
    path.write_text(as_lines([record, patched(record, {"id": "2025-06-09-x", "links[0].target": "2025-06-99-no"})]))
    lost = [each for each in casus.validate([mixed, path]).findings if each.code == "CAS302"]
    assert [(each.record, each.line) for each in lost if each.file == str(path)] == [("2025-06-09-x", 2)]


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_same_event_in_two_forms_is_a_near_duplicate(tmp_path, suffix):
    write_singles(tmp_path, [EXAMPLE], ".yaml")
    write(tmp_path, patched(EXAMPLE, {"id": "2025-06-02-istanbul-meeting"}), suffix)
    report = casus.validate(tmp_path)
    assert "CAS506" in {each.code for each in report.findings}


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_id_that_stands_twice_is_found_within_a_file_and_across_forms(tmp_path, suffix):
    if suffix == ".parquet":
        path = write_parquet(tmp_path / "two.parquet", [EXAMPLE, EXAMPLE])
        places = ["two.parquet row 0"]
    else:
        path = tmp_path / f"two{suffix}"
        path.write_text((as_lines if suffix == ".jsonl" else as_csv)([EXAMPLE, EXAMPLE]))
        places = ["two.jsonl:1:8"] if suffix == ".jsonl" else ["two.csv:2 column id"]
    (within,) = [each for each in casus.validate(path).findings if each.code == "CAS301"]
    assert places[0] in within.message
    single = write_singles(tmp_path / "single", [EXAMPLE], ".yaml")
    across = [each for each in casus.validate([single, path]).findings if each.code == "CAS301"]
    assert len(across) == 2


def test_records_of_one_file_without_ids_are_told_apart(tmp_path):
    nameless = [patched(EXAMPLE, {"participants[0].actor": actor}) for actor in ("Not An Id", "no-such-actor")]
    for each in nameless:
        del each["id"]
    path = tmp_path / "x.jsonl"
    path.write_text(as_lines(nameless))
    at = ("participants", 0, "actor")
    found = {(each.line, each.code) for each in casus.validate(path).findings if each.path == at}
    assert found == {(1, "CAS105"), (2, "CAS304")}


def test_dataset_folder_may_hold_all_forms(small_dataset):
    folder = small_dataset / "records"
    second = patched(EXAMPLE, {"id": "2025-06-03-second", "links": []})
    third = patched(EXAMPLE, {"id": "2025-06-04-third", "links": [{"key": "k1", "relation": "follows",
                              "target": "2025-06-03-second", "sources": ["s1"]}]})  # fmt: skip
    (folder / "more.jsonl").write_text(as_lines([second]))
    (folder / "2025" / "2025-06-04-third.json").write_text(json.dumps(third))
    report = casus.validate(folder / "2025" / "2025-06-04-third.json")
    assert report.context == 3
    assert "CAS302" not in {each.code for each in report.findings}


@pytest.mark.parametrize("name", ["contacts.csv", "contacts.parquet"])
def test_table_of_something_else_is_said_and_passed_over_in_a_folder(tmp_path, name):
    write_singles(tmp_path, [EXAMPLE], ".yaml")
    if name.endswith(".csv"):
        (tmp_path / name).write_text("name,phone\nA,1\n")
    else:
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.table({"name": ["A"], "phone": ["1"]}), tmp_path / name)
    report = casus.validate(tmp_path)
    (found,) = [each for each in report.findings if each.code == "CAS416"]
    assert (found.file, found.severity, report.checked) == (str(tmp_path / name), Severity.WARNING, 1)
    (named,) = casus.validate(tmp_path / name).findings
    assert (named.code, named.severity) == ("CAS416", Severity.ERROR)


def test_list_of_records_says_what_to_use(tmp_path):
    path = tmp_path / "many.json"
    path.write_text(json.dumps([EXAMPLE, EXAMPLE]))
    (found,) = casus.validate(path).findings
    assert (found.code, found.line, found.column) == ("CAS410", 1, 1)
    assert "a list of 2 records" in found.message
    assert ".jsonl" in found.fix


def test_endings_in_capitals_are_read(tmp_path):
    (tmp_path / "X.CSV").write_text(as_csv([EXAMPLE]))
    (tmp_path / "Y.JSONL").write_text(as_lines([patched(EXAMPLE, FIRST_ROUND)]))
    assert casus.validate(tmp_path).checked == 2


def test_folder_without_records_says_which_files_are_read(tmp_path):
    (tmp_path / "README.md").write_text("nothing")
    with pytest.raises(UsageError, match=r"\.yaml, \.yml, \.json, \.jsonl, \.ndjson, \.csv, \.parquet\."):
        casus.validate(tmp_path)


@pytest.mark.parametrize(
    ("content", "code"), [(b"no parquet", "CAS447"), (b"", "CAS447"), (b"PAR1" + bytes(20) + b"PAR1", "CAS447")]
)
def test_parquet_that_cannot_be_read_is_a_finding_beside_others(tmp_path, content, code):
    write_singles(tmp_path, [EXAMPLE], ".yaml")
    (tmp_path / "x.parquet").write_bytes(content)
    report = casus.validate(tmp_path)
    assert [each.code for each in report.findings if each.file.endswith(".parquet")] == [code]
    assert report.checked == 1


def test_parquet_too_large_for_company_is_judged_alone(tmp_path, monkeypatch):
    path = write_parquet(tmp_path / "x.parquet", [EXAMPLE, patched(EXAMPLE, FIRST_ROUND)])
    single = write_singles(tmp_path / "single", [patched(EXAMPLE, {"id": "2025-06-03-x"})], ".json")
    monkeypatch.setattr(casus.parquet_documents, "MOST_RECORDS", 1)
    found = [each for each in casus.validate([path, single]).findings if each.file == str(path)]
    assert [each.code for each in found] == ["CAS415"]
    assert "alone" in found[0].fix
    assert casus.validate(path).checked == 2


def test_registry_of_ones_own_counts_for_parquet_of_any_size(tmp_path, monkeypatch):
    registry = tmp_path / "registry"
    registry.mkdir()
    (registry / "publishers.yaml").write_text(
        "- {id: example-news, name: Example News, hosts: [example.org], owner: private, independence_group: a}\n"
        "- {id: other-news, name: Other News, hosts: [other.example], owner: private, independence_group: b}\n"
    )
    path = write_parquet(tmp_path / "x.parquet", [EXAMPLE])
    for most in (1_000, 0):
        monkeypatch.setattr(casus.parquet_documents, "MOST_RECORDS", most)
        assert "CAS306" in {each.code for each in casus.validate(path).findings}
        assert "CAS306" not in {each.code for each in casus.validate(path, registry=registry).findings}


@given(st.sampled_from(sorted(FORMS - {".parquet"})), st.binary(max_size=300))
@SHARED
def test_no_bytes_end_in_an_exception(tmp_path, suffix, content):
    path = tmp_path / f"any{suffix}"
    path.write_bytes(content)
    entries, findings = read_records([path])
    assert entries or findings
