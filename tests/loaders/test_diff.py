"""What differs between two versions: every kind of change is named with old and new value, and nothing else."""

import copy
import json

import pytest
from support import EXAMPLE, FIRST_ROUND, patched, write_dataset

import casus
from casus.building import build_release
from casus.diff_parts import Added, Changed, Part
from casus.diff_report import Diff, as_json, as_markdown, as_text
from casus.diff_values import Change, changes
from casus.differing import diff
from casus.schema import Event, InvalidRecordsError, UsageError
from casus.schema.description import describe

OTHER = patched(EXAMPLE, FIRST_ROUND)


def rebuilt(folder, record):
    """Write the record into a dataset folder and return what the release and the folder differ in."""
    path = next((folder / "records").rglob(f"{record['id']}.yaml"))
    path.write_text(json.dumps(record))


@pytest.fixture
def released(small_dataset):
    build_release(small_dataset)
    return small_dataset, small_dataset / "releases/0.1.0"


def found(released, sets):
    folder, release = released
    rebuilt(folder, patched(EXAMPLE, sets))
    result = diff(release, folder)
    assert result.counts["records"] == {"added": 0, "withdrawn": 0, "merged": 0, "changed": 1}
    (changed,) = result.changed
    assert changed.id == EXAMPLE["id"]
    return {each.path: (each.old, each.new) for each in changed.changes}


def test_same_is_the_same(released):
    folder, release = released
    result = diff(release, folder)
    assert not result
    assert str(result) == "0.1.0 and the working tree hold the same."
    assert not any(number for counts in result.counts.values() for number in counts.values())


@pytest.mark.parametrize(
    ("sets", "paths"),
    [
        ({"title": "Another title"}, {"title": (EXAMPLE["title"], "Another title")}),
        ({"date.end_time": "16:00"}, {"date.end_time": ("15:50", "16:00")}),
        ({"quantities[0].best": 68}, {"quantities/q1.best": (67.0, 68.0)}),
        ({"participants[2].level": "minister"}, {"participants/p3.level": (None, "minister")}),
        ({"participants[0].represented_by[0].office": "Minister"},
         {"participants/p1.represented_by/a-minister.office": ("Minister of Defence", "Minister")}),
        ({"outcome.result": "Nothing."}, {"outcome.result": ("An exchange was agreed.", "Nothing.")}),
        ({"claims[0].stance": "denies"}, {"claims/c1.stance": ("asserts", "denies")}),
        ({"issues[2]": "territory"}, {"issues": (["ceasefire", "prisoners"], ["ceasefire", "prisoners", "territory"])}),
        ({"coding.confidence[0].level": "low"}, {"coding.confidence/date.level": ("high", "low")}),
        ({"external_ids[0].id": "43"}, {"external_ids/example-events.id": ("42", "43")}),
        ({"participants[2].roles": ["mediator", "host"]},
         {"participants/p3.roles": (["host", "mediator"], ["mediator", "host"])}),
    ],
)  # fmt: skip
def test_a_field_is_named_with_old_and_new(released, sets, paths):
    assert found(released, sets) == paths


def test_an_item_that_is_new_or_gone_is_one_change(released):
    added = {**EXAMPLE["quantities"][1], "key": "q3", "measure": "prisoners-released"}
    assert set(found(released, {"quantities[2]": added})) == {"quantities/q3"}


def test_items_are_matched_by_key_and_their_order_is_one_change(released):
    swapped = [EXAMPLE["quantities"][1], {**EXAMPLE["quantities"][0], "best": 70}]
    assert found(released, {"quantities": swapped}) == {
        "quantities/q1.best": (67.0, 70.0),
        "quantities": (["q1", "q2"], ["q2", "q1"]),
    }


def test_order_of_a_set_is_no_change(released):
    folder, release = released
    rebuilt(folder, patched(EXAMPLE, {"issues": ["prisoners", "ceasefire"]}))
    assert not diff(release, folder)


def test_defaults_written_out_are_no_change(released):
    folder, release = released
    rebuilt(folder, patched(EXAMPLE, {"date.extent": "spans", "claims[0].attribution": "named"}))
    assert not diff(release, folder)


def test_added_withdrawn_and_merged(released):
    folder, release = released
    third = {
        "id": "2025-06-03-third",
        "sources[0].url": "https://example.org/3",
        "sources[1].url": "https://other.example/3",
    }
    new = patched(OTHER, third)
    (folder / "records/2025/2025-06-03-third.yaml").write_text(json.dumps(new))
    (folder / "records/2025/2025-06-02-istanbul-talks.yaml").unlink()
    (folder / "records/2025/2025-05-16-istanbul-talks.yaml").unlink()
    stones = [
        {"id": EXAMPLE["id"], "kind": "withdrawn", "on": "2025-07-01", "reason": "It was another meeting."},
        {"id": OTHER["id"], "kind": "merged", "on": "2025-07-01", "reason": "Twice.", "replaced_by": new["id"]},
    ]
    (folder / "revisions.yaml").write_text(json.dumps(stones))
    result = diff(release, folder)
    assert [each.id for each in result.added] == [new["id"]]
    assert [(each.id, each.reason) for each in result.withdrawn] == [(EXAMPLE["id"], "It was another meeting.")]
    assert [(each.id, each.replaced_by) for each in result.merged] == [(OTHER["id"], new["id"])]
    assert "merged into 2025-06-03-third: Twice." in as_text(result)


def test_a_record_that_vanished_has_no_reason(released):
    folder, release = released
    (folder / "records/2025/2025-06-02-istanbul-talks.yaml").unlink()
    result = diff(release, folder)
    assert [each.reason for each in result.withdrawn] == [None]
    assert "no reason is given" in as_text(result)


@pytest.mark.parametrize(
    ("name", "old", "new", "table", "entry", "path"),
    [
        ("actors", "Minister A.", "Minister Q.", "actors", "a-minister", "aliases"),
        ("actors", '"start": "2023-09-06"', '"start": "2023-09-07"', "actors", "a-minister", "memberships"),
        ("places", '"latitude": 41.01384', '"latitude": 41.5', "places", "tur-istanbul", "latitude"),
        ("publishers", "Example News", "Example Times", "publishers", "example-news", "name"),
        ("states", '"gwn": 640', '"gwn": 641', "states", "TUR@1816-01-01", "gwn"),
    ],
)
def test_registries_are_compared_too(released, name, old, new, table, entry, path):
    folder, release = released
    file = folder / f"registries/{name}.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    result = diff(release, folder)
    assert not result.records
    assert [each.id for each in result.registries[table].changed] == [entry]
    assert result.registries[table].changed[0].fields == (path,)
    assert sum(number for counts in result.counts.values() for number in counts.values()) == 1


def test_the_head_is_compared(released):
    folder, release = released
    head = folder / "dataset.yaml"
    head.write_text(head.read_text().replace("A small dataset", "A dataset"))
    result = diff(release, folder)
    assert [(each.path, each.old, each.new) for each in result.head] == [("title", "A small dataset", "A dataset")]
    assert "title: A small dataset -> A dataset" in as_text(result)


def test_two_releases_and_back(released, tmp_path):
    folder, release = released
    rebuilt(folder, patched(EXAMPLE, {"title": "Another title"}))
    second = build_release(folder, tmp_path / "other").folder
    there, back = diff(release, second), diff(second, release)
    assert [(each.old, each.new) for each in there.changed[0].changes] == [
        (each.new, each.old) for each in back.changed[0].changes
    ]
    assert as_text(there) == as_text(diff(release, folder)).replace("the working tree", "0.1.0")


def test_invalid_record_of_the_working_tree_is_named(released):
    folder, release = released
    rebuilt(folder, patched(EXAMPLE, {"type": "banquet"}))
    with pytest.raises(InvalidRecordsError, match="CAS104"):
        diff(release, folder)


@pytest.mark.parametrize("where", ["9.9.9", "no/such/folder"])
def test_unknown_version_says_what_there_is(where):
    with pytest.raises(UsageError, match=r"[Bb]undled are: 0\.1\.0.*Or give the folder"):
        diff("0.1.0", where)


def test_folder_that_is_neither_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="neither a release"):
        diff("0.1.0", tmp_path)


def test_authored_dataset_against_its_release(dataset_folder):
    result = casus.diff("0.1.0", dataset_folder)
    assert not result.withdrawn or all(each.reason for each in result.withdrawn)


def test_long_values_are_cut_where_they_differ(released):
    folder, _release = released
    text = EXAMPLE["summary"] + " More words follow here, and then some more of them until the end of it, which is odd."
    folder_text = patched(EXAMPLE, {"summary": text})
    rebuilt(folder, folder_text)
    second = build_release(folder, folder / "second").folder
    rebuilt(folder, patched(EXAMPLE, {"summary": text.replace("odd", "even")}))
    shown = as_text(diff(second, folder))
    assert "which is odd. -> ..." in shown
    assert "which is even." in shown
    assert "Delegations met" not in shown


def test_nothing_of_the_values_acts_on_the_page():
    change = Change("title", "plain", "A `b` ``c`` <script> [x](y) \u202e\n*z*")
    part = Part(1, 1, (Added("a`b", "*T* <b>"),), (), (), (Changed("x", "X", (change,), "A [reason](y)."),))
    shown = as_markdown(Diff("1", "2", part))
    assert "- ``a`b``: \\*T\\* \\<b\\>" in shown
    assert "- `x`: A \\[reason\\](y)." in shown
    (line,) = [line for line in shown.splitlines() if "script" in line]
    assert line.endswith("``` A `b` ``c`` <script> [x](y) \\u202e\\x0a*z* ```") or "\\u202e\\x0a*z*```" in line
    assert "\u202e" not in as_text(Diff("1", "2", part))


def test_json_document_holds_all(released):
    folder, release = released
    rebuilt(folder, patched(EXAMPLE, {"title": "Another title"}))
    document = json.loads(as_json(diff(release, folder)))
    assert document["version"] == "1.0"
    assert document["counts"]["records"]["changed"] == 1
    assert document["records"]["changed"] == [
        {"id": EXAMPLE["id"], "title": "Another title", "reason": None,
         "changes": [{"path": "title", "old": EXAMPLE["title"], "new": "Another title"}]}
    ]  # fmt: skip


def test_command_prints_all_three(casus_command, released):
    folder, release = released
    rebuilt(folder, patched(EXAMPLE, {"title": "Another title"}))
    assert "~ 2025-06-02-istanbul-talks" in casus_command("diff", release, folder).stdout
    assert "**Changed records**" in casus_command("diff", release, folder, "--format", "markdown").stdout
    assert json.loads(casus_command("diff", release, folder, "--format", "json").stdout)["old"] == "0.1.0"
    failed = casus_command("diff", "9.9.9", folder)
    assert failed.returncode == 2
    assert "Bundled are" in failed.stderr


def test_every_field_of_the_model_can_differ():
    """Removing any field, or item of a list, gives exactly the change that names it."""
    struct = describe(Event)
    for name in EXAMPLE:
        less = copy.deepcopy(EXAMPLE)
        del less[name]
        paths = {each.path.replace("/", ".").split(".")[0] for each in changes(struct, EXAMPLE, less)}
        assert paths == {name}
        plain = [each for each in changes(struct, EXAMPLE, less) if "/" not in each.path]
        assert all(each.new in (None, []) for each in plain)


def test_write_dataset_gives_what_it_was_given(tmp_path):
    """Two datasets of the same records in other files hold the same."""
    one = write_dataset(tmp_path / "a", [OTHER, EXAMPLE])
    two = write_dataset(tmp_path / "b", [EXAMPLE, OTHER])
    assert not diff(one, two)
