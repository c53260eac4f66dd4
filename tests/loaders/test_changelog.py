"""What happened to the records, as text: from the release, and computed into CHANGELOG.md."""

import json
from itertools import pairwise

import pytest
from support import EXAMPLE, FIRST_ROUND, patched

import casus
from casus.building import build_release
from casus.bundle import bundled_versions, releases_folder
from casus.changelogs import changelog, parts, updated
from casus.releases import Release
from casus.schema import ReleaseError, UsageError

OLD, NEW = FIRST_ROUND["id"], EXAMPLE["id"]
BEGIN = "<!-- data 0.1.0 to 0.2.0: computed by `casus changelog --update` -->"
END = "<!-- end of data -->"


@pytest.fixture
def two(small_dataset):
    """A folder of two releases: in the second, one record was merged into the other, which was changed."""
    build_release(small_dataset)
    (small_dataset / "records/2025/2025-05-16-istanbul-talks.yaml").unlink()
    record = patched(EXAMPLE, {"title": "Second *round*", "links": []})
    (small_dataset / "records/2025/2025-06-02-istanbul-talks.yaml").write_text(json.dumps(record))
    stone = {"id": OLD, "kind": "merged", "on": "2025-07-01", "reason": "One event.", "replaced_by": NEW}
    (small_dataset / "revisions.yaml").write_text(json.dumps([stone]))
    why = [{"version": "0.2.0", "ids": [NEW], "reason": "The [source] says so."}]
    (small_dataset / "changes.yaml").write_text(json.dumps(why))
    head = small_dataset / "dataset.yaml"
    head.write_text(head.read_text().replace("0.1.0", "0.2.0"))
    tables = {each.name for each in Release.open(small_dataset / "releases/0.1.0").manifest.tables}
    lost = tables - {"actors", "memberships", "places", "publishers", "names", "states", "revisions", "wanted"}
    excused = [{"version": "0.2.0", "table": name, "reason": "A record was merged."} for name in sorted(lost)]
    (small_dataset / "losses.yaml").write_text(json.dumps(excused))
    build_release(small_dataset)
    return small_dataset / "releases"


@pytest.fixture
def second(two, monkeypatch):
    """The second release, as if it were the one that is bundled."""
    release = Release.open(two / "0.2.0")
    for module in ("querying", "changelogs"):
        monkeypatch.setattr(f"casus.{module}.bundled", lambda _version=None: release)
    return release


@pytest.mark.usefixtures("second")
def test_changelog_says_what_happened():
    found = changelog()
    assert found.versions == ("0.2.0", "0.1.0")
    assert str(found) == (
        "## 0.2.0\n\n0 added, 1 changed, 0 withdrawn, 1 merged.\n\n"
        f"### Changed\n\n- `{NEW}` (title, links): The \\[source\\] says so.\n\n"
        f"### Merged\n\n- `{OLD}` into `{NEW}`: One event.\n\n"
        f"## 0.1.0\n\n2 added, 0 changed, 0 withdrawn, 0 merged.\n\n### Added\n\n- `{OLD}`\n- `{NEW}`"
    )


@pytest.mark.usefixtures("second")
def test_changelog_needs_the_release_alone(two):
    (two / "0.1.0/records.parquet").write_bytes(b"")
    assert changelog().versions == ("0.2.0", "0.1.0")


@pytest.mark.usefixtures("second")
def test_merged_ids_are_followed_where_asked():
    assert len(casus.load(id=OLD)) == 0
    assert casus.load(id=OLD, follow_merged=True).to_arrow().column("id").to_pylist() == [NEW]
    assert [event.id for event in casus.records(id=[OLD, NEW], follow_merged=True)] == [NEW]
    assert list(casus.records(id=OLD)) == []
    claims = casus.load("claims", event_id=OLD, follow_merged=True)
    assert set(claims.to_arrow().column("event_id").to_pylist()) == {NEW}


def test_circle_in_a_release_is_a_clear_error(second):
    import pyarrow as pa

    table = second.table("revisions")
    circle = [*table.to_pylist(), {**table.to_pylist()[-1], "id": NEW, "kind": "merged", "replaced_by": OLD}]
    circle += [{**table.to_pylist()[-1], "id": OLD, "kind": "merged", "replaced_by": NEW}]
    second._tables["revisions"] = pa.Table.from_pylist(circle, schema=table.schema)
    with pytest.raises(ReleaseError, match="which is a circle"):
        casus.load(id=OLD, follow_merged=True)


def test_data_part_is_computed_between_its_marks(two):
    text = f"# Changelog\n\n{BEGIN}\n\nold words\n\n{END}\n\nThe end, which stays.\n"
    new = updated(text, two)
    assert new.startswith(f"# Changelog\n\n{BEGIN}\n\n1 record merged, 1 record changed")
    assert new.endswith(f"\n{END}\n\nThe end, which stays.\n")
    assert "old words" not in new
    assert "- `title`: `Second round of direct" in new
    assert updated(new, two) == new
    assert parts(new) == [("0.1.0", "0.2.0")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{BEGIN}\n", "have no end"),
        (f"{BEGIN}\n{BEGIN}\n{END}\n", "have no end"),
        (f"{BEGIN.replace('0.2.0', '0.3.0')}\n{END}\n", "no release 0.3.0"),
        (f"{BEGIN.replace('0.2.0', '../x')}\n{END}\n", "no release"),
    ],
)
def test_marks_that_do_not_fit_are_usage_errors(two, text, message):
    with pytest.raises(UsageError, match=message):
        updated(text, two)


def test_commands(casus_command, two, tmp_path):
    assert "## 0.1.0" in casus_command("changelog", "--version", "0.1.0").stdout
    file = tmp_path / "CHANGELOG.md"
    file.write_text(f"{BEGIN}\n{END}\n")
    first = casus_command("changelog", "--update", file, "--releases", two)
    assert first.stdout.strip() == f"{file}: written."
    assert "up to date" in casus_command("changelog", "--update", file, "--releases", two).stdout
    file.write_text(f"{BEGIN.replace('0.1.0', '9.9.8')}\n{END}\n")
    assert casus_command("changelog", "--update", file).returncode == 2


def test_changelog_file_holds_the_computed_part_of_every_release(root):
    file = root / "CHANGELOG.md"
    if not file.is_file():
        pytest.skip("the changelog is not part of the installed package")
    text = file.read_text("utf-8")
    versions = bundled_versions()
    assert set(pairwise(versions)) == set(parts(text))
    assert updated(text, releases_folder()) == text
