"""What a record is judged against: the index gives the verdicts that the whole entries give."""

import copy
import json
import random
import shutil
from functools import cache

import pytest
from support import EXAMPLE, FIRST_ROUND, patched, write_dataset

import casus
from casus.building import build_release
from casus.bundle import newest
from casus.checking import check
from casus.context import folder_context, release_context
from casus.gathering import gather
from casus.release_index import index_content, index_file, make_index, read_index, stored_index
from casus.releases import bundled
from casus.schema.corpus import READ, Corpus, Entry, lean_entry
from casus.schema.rules.dataset import check_corpus


def shown(report):
    return [
        (each.code, each.message, each.path, each.severity, each.record, each.file, each.fix)
        for each in report.findings
    ]


@cache
def whole_entries():
    return tuple(bundled().entries())


def full(entry):
    """The verdict on an entry against the whole entries of the bundled release."""
    context = [each for each in whole_entries() if not (each.kind == "event" and each.id == entry.id)]
    as_of = bundled().manifest.as_of.isoformat()
    return check(Corpus((*context, entry), as_of=as_of), only=[entry])


def quick(entry):
    """The verdict on it against the index."""
    known = release_context({entry.id})
    return check(Corpus((*known.entries, entry), as_of=known.as_of), only=[entry])


@pytest.fixture(scope="module")
def records():
    return [each.data for each in whole_entries() if each.kind == "event"]


#: What goes wrong between records, each as a change of a record, given another one.
MUTATIONS = {
    "same id": lambda _, other: {"id": other["id"]},
    "link to nothing": lambda _, other: {"links": [link(f"{other['id']}x")]},
    "link to a wanted one": lambda *_: {"links": [link("2025-05-10-coalition-ceasefire-demand")]},
    "link": lambda _, other: {"links": [link(other["id"])]},
    "part of": lambda _, other: {"links": [link(other["id"], "part-of")]},
    "part of a part": lambda _, other: {
        "links": [link(each["target"], "part-of") for each in other.get("links", [])[:1]]
    },
    "cancels": lambda _, other: {"links": [link(other["id"], "cancels")]},
    "page with another title": lambda record, other: {
        "sources": [*record["sources"], other["sources"][0] | {"key": "s99", "title": "Another title"}]
    },
    "page in another language": lambda record, other: {
        "sources": [*record["sources"], other["sources"][-1] | {"key": "s99", "language": "fr"}]
    },
    "page on another host": lambda record, other: {
        "sources": [record["sources"][0] | {"publisher": other["sources"][-1]["publisher"]}, *record["sources"][1:]]
    },
    "unknown publisher": lambda record, _: {
        "sources": [record["sources"][0] | {"publisher": "no-such-paper"}, *record["sources"][1:]]
    },
    "unknown actor": lambda *_: {"participants": [{"key": "p1", "actor": "UKRN", "roles": ["party"]}]},
    "publisher as actor": lambda *_: {"participants": [{"key": "p1", "actor": "ap", "roles": ["party"]}]},
    "unknown place": lambda *_: {"locations": [{"key": "l1", "place": "ukr-kiev"}]},
    "state as person": lambda *_: {
        "participants": [
            {"key": "p1", "actor": "UKR", "roles": ["party"], "represented_by": [{"person": "RUS"}]},
        ]
    },
    "one source": lambda record, _: {"sources": record["sources"][:1]},
    "two of one voice": lambda record, _: {
        "sources": [record["sources"][0], record["sources"][0] | {"key": "s2", "url": "https://a.example/x"}]
    },
    "long overdue": lambda *_: {"status": "scheduled"},
    "the other again": lambda _, other: {**other, "id": f"{other['id']}-again", "links": []},
    "the other a day later": lambda _, other: {
        **other,
        "id": f"{other['id']}-later",
        "links": [],
        "date": {"start": "2025-06-03", "end": "2025-06-03"},
    },
    "broken list": lambda *_: {"sources": [7, {"url": ["x"]}], "links": "none"},
    "broken parts": lambda *_: {"participants": {"actor": "UKR"}, "date": [], "title": 7, "type": ["talks"]},
}


def link(target, relation="follows"):
    return {"key": "k1", "relation": relation, "target": target, "sources": ["s1"]}


@pytest.mark.parametrize("name", MUTATIONS)
def test_the_index_gives_the_verdicts_of_the_whole_entries(records, name):
    draw = random.Random(name)
    seen = set()
    for _ in range(12):
        record, other = draw.sample(records, 2)
        data = copy.deepcopy(record) | copy.deepcopy(MUTATIONS[name](record, other))
        entry = Entry("event", data, "new.yaml")
        report = full(entry)
        assert shown(quick(entry)) == shown(report)
        seen |= {each.code for each in report.findings}
    assert seen or name in ("same id", "link", "part of", "cancels", "part of a part")


@pytest.mark.parametrize("step", [8, pytest.param(1, marks=pytest.mark.slow)])
def test_records_of_the_release_are_judged_the_same(records, step):
    for record in records[::step]:
        assert shown(quick(Entry("event", record, "new.yaml"))) == shown(full(Entry("event", record, "new.yaml")))


def test_the_rules_read_no_more_of_the_context_than_the_index_holds():
    whole = whole_entries()
    lean = [Entry(entry.kind, lean_entry(entry.kind, entry.data), entry.file, row=entry.row) for entry in whole]
    mine = [Entry("event", patched(EXAMPLE, {"id": "2025-06-02-new"}), "new.yaml"),
            Entry("actor", {"id": "ap", "kind": "group", "name": "Ukraine"}, "actors.yaml"),
            Entry("place", {"id": "ukr-kyiv", "kind": "city", "name": "Kyiv", "countries": []}, "p")]  # fmt: skip

    def found(context):
        return [str(each) for each in check_corpus(Corpus((*context, *mine), as_of="2030-01-01", only=tuple(mine)))]

    assert found(lean) == found(whole)
    assert len(found(lean)) > 3


def test_the_bundled_index_is_that_of_the_bundled_release(root):
    folder = newest()
    index = stored_index(folder)
    assert index is not None, "write it with: casus build"
    assert {kind: list(rows) for kind, rows in index.rows.items()} == dict(make_index(folder).rows)
    assert set(index.rows) == set(READ)
    records = root / "dataset" / "records"
    if records.is_dir():
        for path in records.rglob("*.yaml"):
            assert index.record_of(path.read_bytes(), "x").id == path.stem


def test_the_verdict_is_the_same_without_the_index_file(small_release):
    entries = list(read_index(small_release).entries(small_release))
    index = make_index(small_release)
    index_file(small_release).write_bytes(index_content(small_release, index))
    assert stored_index(small_release) == index
    assert list(read_index(small_release).entries(small_release)) == entries
    assert len([each for each in entries if each.kind == "event"]) == 2


@pytest.mark.parametrize("damage", ["cut", "flip", "other release", "other format", "not JSON", "empty", "folder"])
def test_an_index_that_is_not_whole_or_not_of_the_release_is_not_used(small_release, damage):
    content = index_content(small_release, make_index(small_release))
    file = index_file(small_release)
    head, body = content.split(b"\n", 1)
    damaged = {
        "cut": content[:-50],
        "flip": content.replace(b"istanbul", b"istanbol"),
        "other format": json.dumps(json.loads(head) | {"format": 0}).encode() + b"\n" + body,
        "not JSON": b"\xff\xfe" + content,
        "empty": b"",
    }
    if damage == "folder":
        file.mkdir()
    else:
        file.write_bytes(damaged.get(damage, content))
    if damage == "other release":
        manifest = small_release / "manifest.json"
        manifest.write_text(manifest.read_text().replace("A small dataset", "A dataset"))
    assert stored_index(small_release) is None
    assert len(read_index(small_release).rows["event"]) == 2


def test_damaged_release_without_index_is_said_to_be_damaged(small_release):
    path = small_release / "records.parquet"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(casus.InvalidRecordsError, match="CAS443"):
        read_index(small_release)


@pytest.fixture
def built(tmp_path):
    """A dataset folder whose records are released."""
    folder = write_dataset(tmp_path / "data", [patched(EXAMPLE, FIRST_ROUND), EXAMPLE])
    build_release(folder)
    return folder


def test_records_of_the_folder_are_taken_from_the_index_while_their_files_are_unchanged(built, monkeypatch):
    import casus.context

    parsed = []
    monkeypatch.setattr(casus.context, "read_records", lambda paths: parsed.extend(paths) or ([], []))
    context = folder_context(built, set())
    assert parsed == []
    assert sorted(each.id for each in context.entries if each.kind == "event") == [
        "2025-05-16-istanbul-talks",
        "2025-06-02-istanbul-talks",
    ]


def test_context_from_the_index_is_that_from_the_files(built):
    quick = folder_context(built, set())
    shutil.rmtree(built / "releases")
    whole = folder_context(built, set())
    assert whole.as_of == quick.as_of == "2025-07-01"

    def known(context):
        return sorted((each.kind, each.id, each.file) for each in context.entries)

    assert known(quick) == known(whole)


def test_a_record_that_is_not_released_yet_is_seen(built):
    new = patched(EXAMPLE, FIRST_ROUND | {"id": "2025-05-17-new", "sources[0].url": "https://example.org/new"})
    (built / "records/2025/2025-05-17-new.yaml").write_text(json.dumps(new))
    path = built / "records/2025/2025-06-02-istanbul-talks.yaml"
    path.write_text(path.read_text().replace('"2025-05-16-istanbul-talks"', '"2025-05-17-new"'))
    assert casus.validate(path).errors == ()


def test_a_changed_record_is_read_as_it_is(built):
    first = built / "records/2025/2025-05-16-istanbul-talks.yaml"
    first.write_text(first.read_text().replace("Talks held", "Talks begun").replace("first-round", "talks"))
    (finding, *_) = casus.validate(built / "records/2025/2025-06-02-istanbul-talks.yaml").findings
    assert finding.code == "CAS310"
    assert "Talks begun" in finding.message


def test_a_deleted_record_is_not_there(built):
    (built / "records/2025/2025-05-16-istanbul-talks.yaml").unlink()
    report = casus.validate(built / "records/2025/2025-06-02-istanbul-talks.yaml")
    assert [each.code for each in report.findings] == ["CAS302"]


def test_a_changed_registry_is_read_as_it_is(built):
    path = built / "registries/actors.yaml"
    path.write_text(path.read_text().replace('"TUR"', '"TUX"'))
    report = casus.validate(built / "records/2025/2025-06-02-istanbul-talks.yaml")
    assert {each.code for each in report.findings} == {"CAS304"}


@pytest.mark.parametrize("released", [True, False])
def test_file_by_file_finds_what_the_whole_folder_finds(built, released):
    names = sorted((built / "records/2025").glob("*.yaml"))
    names[1].write_text(names[1].read_text().replace('"UKR"', '"UKX"').replace("Talks held", "Held"))
    if not released:
        shutil.rmtree(built / "releases")
    whole = {
        (each.code, each.path, each.record) for each in casus.validate(built).findings if each.file == str(names[1])
    }
    alone = {(each.code, each.path, each.record) for each in casus.validate(names[1]).findings}
    assert alone == whole
    assert {code for code, _, _ in alone} >= {"CAS304"}


def test_what_replaces_a_released_record_is_a_change(tmp_path):
    record = next(casus.records(type="talks"))
    path = tmp_path / f"{record.id}.json"
    path.write_text(record.model_dump_json(exclude_none=True))
    assert casus.validate(path).errors == ()


def test_two_new_files_of_one_id_are_duplicates(tmp_path):
    record = next(casus.records(id="2025-05-16-istanbul-talks")).model_dump_json(exclude_none=True)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "2025-05-16-istanbul-talks.json").write_text(record)
    (finding,) = casus.validate(tmp_path).errors
    assert finding.code == "CAS301"
    assert "a/2025-05-16-istanbul-talks.json" in finding.message


def test_everything_wrong_is_said_also_when_one_of_several_files_is_broken(small_dataset):
    good = small_dataset / "records/2025/2025-06-02-istanbul-talks.yaml"
    text = good.read_text().replace('"talks"', '"talk"', 1).replace('"TUR"', '"TUX"').replace('"66"', '"1"')
    good.write_text(text.replace('"end": "2025-06-02",\n  "start_time"', '"end": "2025-06-01",\n  "start_time"'))
    (small_dataset / "records/2025/broken.yaml").write_text("id: [\n")
    codes = {each.code for each in casus.validate(small_dataset / "records").findings}
    assert {"CAS401", "CAS104", "CAS201", "CAS304"} <= codes


def test_a_registry_file_can_be_judged_alone(small_dataset):
    path = small_dataset / "registries/actors.yaml"
    rows = json.loads(path.read_text())
    path.write_text(json.dumps([*rows, rows[0], {"id": "x-y", "kind": "grup", "name": "X"}], indent=1))
    report = casus.validate(path)
    assert {each.code for each in report.findings} == {"CAS104", "CAS301"}
    assert (report.checked, report.entries) == (0, 6)
    assert casus.validate(small_dataset / "registries").entries == 12


def test_paths_of_two_dataset_folders_are_a_usage_error(tmp_path):
    folders = [write_dataset(tmp_path / name, [EXAMPLE | {"links": []}]) for name in ("one", "two")]
    with pytest.raises(casus.UsageError, match="several dataset folders"):
        casus.validate([folder / "records" for folder in folders])


def test_a_dataset_folder_among_several_paths_is_read_as_one(small_dataset, tmp_path):
    extra = tmp_path / "2025-05-17-new.json"
    extra.write_text(json.dumps(patched(EXAMPLE, {"id": "2025-05-17-new", "participants[0].actor": "nobody"})))
    report = casus.validate([small_dataset, extra])
    assert {each.file for each in report.errors} == {str(extra)}
    assert report.checked == 3


def test_a_file_from_outside_replaces_the_record_of_the_folder(small_dataset, tmp_path):
    copied = tmp_path / "new" / "2025-06-02-istanbul-talks.yaml"
    copied.parent.mkdir()
    copied.write_text((small_dataset / "records/2025/2025-06-02-istanbul-talks.yaml").read_text())
    assert casus.validate([copied, small_dataset / "records/2025/2025-05-16-istanbul-talks.yaml"]).findings == ()


def test_an_overdue_record_is_told_when_it_is_judged_alone(small_dataset):
    path = small_dataset / "records/2025/2025-06-02-istanbul-talks.yaml"
    late = {"status": "scheduled", "status_history": [], "outcome": {}, "quantities": [], "claims": []}
    path.write_text(json.dumps(EXAMPLE | late))
    assert "CAS504" in {each.code for each in casus.validate(path).findings}


def test_gathering_nothing_is_a_usage_error(tmp_path):
    with pytest.raises(casus.UsageError, match="no record file"):
        gather([tmp_path])
