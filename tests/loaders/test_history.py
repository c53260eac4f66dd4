"""The history of the records over several releases, and what a build asks to be explained."""

import datetime as dt
import json
import re

import pytest
from support import EXAMPLE, FIRST_ROUND, patched

from casus.building import build_release
from casus.differing import diff
from casus.history import resolve
from casus.releases import Release
from casus.schema import InvalidRecordsError
from casus.schema.rules.build import BUILD_RULES
from casus.validating import validate

OTHER = patched(EXAMPLE, FIRST_ROUND)
OLD, NEW = OTHER["id"], EXAMPLE["id"]


class Dataset:
    """A dataset folder whose records, lists and version are set one by one."""

    def __init__(self, folder):
        self.folder = folder

    def put(self, record):
        path = self.folder / "records" / record["id"][:4] / f"{record['id']}.yaml"
        path.write_text(json.dumps(record))

    def remove(self, record_id):
        next((self.folder / "records").rglob(f"{record_id}.yaml")).unlink()

    def listed(self, name, *entries):
        (self.folder / f"{name}.yaml").write_text(json.dumps(entries))

    def version(self, version):
        head = self.folder / "dataset.yaml"
        head.write_text(re.sub("(?m)^version: .*$", f"version: {version}", head.read_text()))

    def build(self):
        return Release.open(build_release(self.folder).folder)

    def codes(self):
        """The codes that a build is refused with, and those of its warnings."""
        try:
            report = build_release(self.folder).report
        except InvalidRecordsError as error:
            return sorted(each.code for each in error.findings)
        return sorted(each.code for each in report.findings)


@pytest.fixture
def data(small_dataset):
    found = Dataset(small_dataset)
    found.build()
    return found


def stone(record_id, kind="withdrawn", **more):
    return {"id": record_id, "kind": kind, "on": "2025-07-01", "reason": "It was not so.", **more}


def reason(version, *ids):
    return {"version": version, "ids": list(ids), "reason": "The source corrected it."}


def losses(version, *tables):
    return [{"version": version, "table": table, "reason": "A record was withdrawn."} for table in tables]


def history(release):
    return [
        (row["id"], row["version"], row["kind"], row["fields"], row["reason"], row["replaced_by"])
        for row in release.table("revisions").to_pylist()
    ]


def withdrawn(data, version, record_id, **more):
    """Withdraw a record and say why tables shrink."""
    data.version(version)
    data.remove(record_id)
    data.listed("revisions", stone(record_id, **more))
    try:
        build_release(data.folder)
    except InvalidRecordsError as error:
        names = [each.message.partition(" ")[0] for each in error.findings if each.code == "CAS464"]
        data.listed("losses", *losses(version, *names))
    return data.build()


def test_first_release_adds_all(data):
    release = Release.open(data.folder / "releases/0.1.0")
    assert history(release) == [(OLD, "0.1.0", "added", None, None, None), (NEW, "0.1.0", "added", None, None, None)]
    assert release.table("revisions").column("on").to_pylist() == [dt.date(2025, 7, 1)] * 2


def test_history_grows_from_release_to_release(data):
    data.version("0.1.1")
    data.put(patched(EXAMPLE, {"quantities[0].best": 68, "title": "Second round"}))
    data.listed("changes", reason("0.1.1", NEW))
    second = data.build()
    assert history(second)[2:] == [(NEW, "0.1.1", "changed", "title;quantities", "The source corrected it.", None)]
    third = withdrawn(data, "0.2.0", NEW)
    assert history(third)[:3] == history(second)
    assert history(third)[3:] == [(NEW, "0.2.0", "withdrawn", None, "It was not so.", None)]
    data.version("0.2.1")
    data.put(patched(OTHER, {"title": "First round"}))
    data.listed("changes", reason("0.1.1", NEW), reason("0.2.1", OLD))
    assert history(data.build())[4:] == [(OLD, "0.2.1", "changed", "title", "The source corrected it.", None)]


def test_building_again_gives_the_same_history(data):
    data.version("0.1.1")
    data.put(patched(EXAMPLE, {"title": "Second round"}))
    data.listed("changes", reason("0.1.1", NEW))
    data.build()
    assert build_release(data.folder).unchanged


def test_release_of_an_older_schema_begins_the_history():
    """A release that was built before there was a history is compared, not asked."""
    from casus.history import known_rows
    from casus.releases import bundled

    bundled_first = bundled("0.1.0")
    rows = known_rows([bundled_first])
    assert len(rows) == len(bundled_first.table("records"))
    assert {row["kind"] for row in rows} == {"added"}
    assert {row["version"] for row in rows} == {"0.1.0"}


def test_reasons_are_part_of_the_diff(data):
    data.version("0.1.1")
    data.put(patched(EXAMPLE, {"title": "Second round"}))
    data.listed("changes", reason("0.1.1", NEW))
    before = data.folder / "releases/0.1.0"
    for new in (data.folder, build_release(data.folder).folder):
        (changed,) = diff(before, new).changed
        assert changed.reason == "The source corrected it."
        assert "The source corrected it." in diff(before, new).to_markdown()


def test_nothing_changed_needs_no_reason(data):
    data.version("0.1.1")
    assert data.codes() == []


def test_imported_rows_need_no_reason(data):
    row = patched(
        OTHER,
        {
            "id": "ucdp-ged:1",
            "provenance": {"dataset": "ucdp-ged", "version": "25.1", "row_id": "1", "licence": "CC-BY-4.0"},
            "title": "A row",
        },
    )
    (data.folder / "records/imported.yaml").write_text(json.dumps(row))
    data.version("0.2.0")
    data.build()
    (data.folder / "records/imported.yaml").write_text(json.dumps(row | {"title": "Another title"}))
    data.version("0.3.0")
    assert history(data.build())[-1] == ("ucdp-ged:1", "0.3.0", "changed", "title", None, None)


def break_step(data, how):
    data.version("0.2.0")
    match how:
        case "remove a record":
            data.remove(NEW)
            data.listed("losses", *losses("0.2.0", *NAMES_THAT_SHRINK))
        case "change a record":
            data.put(patched(EXAMPLE, {"title": "Second round"}))
        case "give a reason for a record that is the same":
            data.listed("changes", reason("0.2.0", NEW))
        case "lose rows of a table":
            data.put(patched(EXAMPLE, {"claims": []}))
            data.listed("changes", reason("0.2.0", NEW))
        case "give a reason for a loss that is none":
            data.listed("losses", *losses("0.2.0", "claims"))
        case "let a table grow":
            grown = patched(EXAMPLE, {"sources[0].supports": ["title", "summary", "date", "participants"]})
            many = [f"n{number}" for number in range(3, 60)]
            grown["sources"] += [
                {**EXAMPLE["sources"][1], "key": key, "url": f"https://other.example/{key}"} for key in many
            ]
            data.put(grown)
            data.listed("changes", reason("0.2.0", NEW))
        case _:
            raise AssertionError(how)


NAMES_THAT_SHRINK = (
    "records", "events", "status_history", "locations", "participants", "participant_roles", "representatives",
    "quantities", "claims", "positions", "sources", "citations", "tags", "links",
)  # fmt: skip


@pytest.mark.parametrize("rule", BUILD_RULES, ids=lambda rule: rule.code)
def test_every_rule_of_a_step_is_raised(data, rule, monkeypatch):
    monkeypatch.setattr("casus.release_step._SMALL", 1)
    break_step(data, rule.counterexample.how)
    assert set(data.codes()) == {rule.code}
    assert (data.folder / "releases/0.2.0").exists() == (rule.severity == "warning")


def test_findings_say_where_and_what_to_do(data):
    data.version("0.2.0")
    data.listed("changes", reason("0.2.0", NEW))
    said = r"changes\.yaml:1:\d+ CAS463 ids\[0\]: .*release 0\.1\.0.*Remove the id"
    with pytest.raises(InvalidRecordsError, match=said):
        build_release(data.folder)
    data.listed("changes")
    data.put(patched(EXAMPLE, {"title": "Second round"}))
    said = r"CAS462 .* differs from release 0\.1\.0 in title.*version, ids, reason"
    with pytest.raises(InvalidRecordsError, match=said):
        build_release(data.folder)


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("changes", {"version": "0.2.0", "ids": [], "reason": "x"}),
        ("changes", {"version": "0.2.0", "ids": [NEW], "reason": ""}),
        ("losses", {"version": "0.2.0", "table": "A b", "reason": "x"}),
    ],
)
def test_lists_of_reasons_are_validated(data, name, entry):
    data.listed(name, entry)
    report = validate(data.folder)
    assert [each.code[:4] for each in report.errors] == ["CAS1"]
    assert report.errors[0].file.endswith(f"{name}.yaml")


def test_chain_is_followed_to_its_end(data):
    data.put(patched(EXAMPLE, {"links": []}))
    data.version("0.2.0")
    data.listed("changes", reason("0.2.0", NEW))
    data.remove(OLD)
    stones = [
        stone("2025-05-01-oldest", "merged", replaced_by=OLD),
        stone(OLD, "merged", replaced_by=NEW),
        stone("2025-05-02-gone"),
        stone("2025-05-03-into-gone", "merged", replaced_by="2025-05-02-gone"),
    ]
    data.listed("revisions", *stones)
    data.listed("losses", *losses("0.2.0", *NAMES_THAT_SHRINK))
    assert data.codes() == []
    release = data.build()
    asked = ["2025-05-01-oldest", OLD, NEW, "2025-05-02-gone", "2025-05-03-into-gone", "unknown"]
    assert list(resolve(release, asked)) == [NEW, NEW, NEW, "2025-05-02-gone", "2025-05-02-gone", "unknown"]


def test_circle_of_mergers_is_a_finding(data):
    data.listed(
        "revisions",
        stone("2025-05-01-a", "merged", replaced_by="2025-05-01-b"),
        stone("2025-05-01-b", "merged", replaced_by="2025-05-01-a"),
        stone("2025-05-01-c", "merged", replaced_by="2025-05-01-a"),
    )
    report = validate(data.folder)
    assert [(each.code, each.record) for each in report.errors] == [
        ("CAS322", "2025-05-01-a"),
        ("CAS322", "2025-05-01-b"),
    ]
    assert "2025-05-01-a is merged into 2025-05-01-b is merged into 2025-05-01-a" in report.errors[0].message


def test_merged_into_nothing_is_still_a_finding(data):
    data.listed("revisions", stone("2025-05-01-a", "merged", replaced_by="2025-05-01-nowhere"))
    assert [each.code for each in validate(data.folder).errors] == ["CAS313"]
