"""casus validate --changed-since: a finding counts if the change touches or causes it."""

import json
import shutil
import subprocess

import pytest
from support import CONTEXT, EXAMPLE, FIRST_ROUND, patched, write_dataset

import casus

if shutil.which("git") is None:
    pytest.skip("git is not installed", allow_module_level=True)

TALKS = "records/2025/2025-06-02-istanbul-talks.yaml"
FIRST = "records/2025/2025-05-16-istanbul-talks.yaml"
#: A warning that has stood in the second record for long.
OLD = {"sources[1].relays": ["example-news"]}


def git(folder, *arguments):
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S607
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(folder, message="change"):
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)


@pytest.fixture
def repository(tmp_path):
    """A repository with a dataset folder in it; the second record has an old warning, and a branch is checked out."""
    root = tmp_path / "a répo"
    write_dataset(root / "data", [patched(EXAMPLE, FIRST_ROUND), patched(EXAMPLE, OLD)])
    git(root, "init", "-q")
    commit(root, "first")
    git(root, "checkout", "-q", "-b", "work")
    return root


def change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def found(root, path="data", ref="main", **more):
    report = casus.validate(root / path, changed_since=ref, **more)
    return [(each.code, each.file.rpartition("/")[2]) for each in report.findings], report.untouched


def test_old_findings_are_counted_and_do_not_fail(repository):
    assert [each.code for each in casus.validate(repository / "data").findings] == ["CAS502"]
    report = casus.validate(repository / "data", changed_since="main", strict=True)
    assert (report.ok, report.findings, report.untouched) == (True, (), 1)
    assert "In what the change does not touch: 1 finding, not shown." in report.summary()


@pytest.mark.parametrize("how", ["committed", "staged", "only saved"])
def test_findings_of_a_modified_file_count_all(repository, how):
    change(repository / "data" / TALKS, '"mediated"', '"mediatd"')
    if how == "staged":
        git(repository, "add", "-A")
    elif how == "committed":
        commit(repository)
    assert found(repository) == (
        [("CAS104", "2025-06-02-istanbul-talks.yaml"), ("CAS502", "2025-06-02-istanbul-talks.yaml")],
        0,
    )


@pytest.mark.parametrize("how", ["committed", "untracked", "ignored"])
def test_a_new_file_counts(repository, how):
    name = "2025-06-07-más-talks ü.yaml"
    (repository / "data/records/2025" / name).write_text("id: [\n")
    if how == "ignored":
        (repository / ".gitignore").write_text("*.yaml\n")
    if how == "committed":
        commit(repository)
    assert found(repository) == ([("CAS401", name)], 1)


def test_what_main_did_meanwhile_does_not_count(repository):
    git(repository, "checkout", "-q", "main")
    change(repository / "data" / FIRST, '"mediated"', '"mediatd"')
    commit(repository)
    git(repository, "checkout", "-q", "work")
    change(repository / "data" / TALKS, '"Delegations met', '"The delegations met')
    assert found(repository) == ([("CAS502", "2025-06-02-istanbul-talks.yaml")], 0)


def test_a_deleted_record_that_others_link_to_counts_where_it_is_missed(repository):
    (repository / "data" / FIRST).unlink()
    commit(repository)
    assert found(repository) == ([("CAS302", "2025-06-02-istanbul-talks.yaml")], 1)


def test_a_renamed_file_is_a_new_one(repository):
    git(repository, "mv", f"data/{FIRST}", "data/records/2025/renamed.yaml")
    assert found(repository) == ([("CAS408", "renamed.yaml")], 1)


def test_a_registry_entry_that_is_taken_away_counts_where_it_is_missed(repository):
    path = repository / "data/registries/places.yaml"
    path.write_text("[]\n")
    names = ("2025-05-16-istanbul-talks.yaml", "2025-06-02-istanbul-talks.yaml")
    assert found(repository) == ([("CAS305", name) for name in names], 1)


def test_a_change_of_the_registry_counts_when_only_records_are_asked_for(repository):
    path = repository / "data/registries/places.yaml"
    change(path, '"city"', '"citty"')
    assert found(repository, "data/records") == ([("CAS104", "places.yaml")], 1)


def test_an_old_fault_of_a_changed_file_that_was_not_asked_for_does_not_count(repository):
    change(repository / "data" / TALKS, '"Delegations met', '"The delegations met')
    assert found(repository, f"data/{FIRST}") == ([], 1)


def test_one_file_is_asked_for(repository):
    change(repository / "data" / TALKS, '"Delegations met', '"The delegations met')
    assert found(repository, f"data/{TALKS}") == ([("CAS502", "2025-06-02-istanbul-talks.yaml")], 0)


def test_records_of_ones_own_with_a_registry(tmp_path):
    root = tmp_path / "own"
    for kind, rows in CONTEXT.items():
        own = [{**row, "id": f"own-{row['id'].lower()}"} for row in rows if "id" in row and kind == "publisher"]
        if own:
            (root / "registry").mkdir(parents=True)
            for row in own:
                row |= {"name": f"Own {row['name']}", "independence_group": row["id"]}
            (root / "registry/publishers.yaml").write_text(json.dumps(own, indent=1))
    record = patched(EXAMPLE, {"sources[0].publisher": "own-example-news", "sources[1].publisher": "own-other-news",
                               "id": "2024-06-02-own", "date": {"start": "2024-06-02", "end": "2024-06-02"},
                               "quantities[0].claimant": "own-example-news", "claims[0].claimant": "UKR"})  # fmt: skip
    (root / "records").mkdir()
    (root / "records/2024-06-02-own.yaml").write_text(json.dumps(record, indent=1))
    git(root, "init", "-q")
    commit(root)
    before = casus.validate(root / "records", registry=root / "registry")
    assert before.findings
    assert found(root, "records", registry=root / "registry") == ([], len(before.findings))
    change(root / "registry/publishers.yaml", "own-other-news", "own-another-news")
    now, untouched = found(root, "records", registry=root / "registry")
    assert now == [("CAS306", "2024-06-02-own.yaml")]
    assert untouched == len(before.findings)


def test_in_a_folder_with_a_dataset_no_path_is_needed(repository, monkeypatch):
    monkeypatch.chdir(repository / "data")
    (repository / "data/records/2025/new.yaml").write_text("id: [\n")
    report = casus.validate(changed_since="main")
    assert [(each.code, each.file) for each in report.findings] == [("CAS401", "records/2025/new.yaml")]
    monkeypatch.chdir(repository)
    with pytest.raises(casus.UsageError, match="no dataset folder here"):
        casus.validate(changed_since="main")


def test_relative_paths_from_a_folder_inside(repository, monkeypatch):
    monkeypatch.chdir(repository / "data/records")
    (repository / "data" / FIRST).unlink()
    report = casus.validate("2025", changed_since="main")
    assert [each.code for each in report.findings] == ["CAS302"]


def test_a_new_dataset_is_new_as_a_whole(repository):
    write_dataset(repository / "more", [patched(EXAMPLE, OLD | {"links": []})])
    assert found(repository, "more") == ([("CAS502", "2025-06-02-istanbul-talks.yaml")], 0)


@pytest.mark.parametrize("ref", ["nowhere", "--output=x", "", "main:data", "0123456"])
def test_an_unknown_reference_is_a_usage_error(repository, ref):
    with pytest.raises(casus.UsageError, match="branch, tag or commit"):
        casus.validate(repository / "data", changed_since=ref)


def test_no_repository_is_a_usage_error(small_dataset, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(small_dataset.parent))
    with pytest.raises(casus.UsageError, match="no git repository"):
        casus.validate(small_dataset, changed_since="main")


def test_no_git_is_a_usage_error(repository, monkeypatch):
    monkeypatch.setenv("PATH", str(repository))
    with pytest.raises(casus.UsageError, match="git is not installed"):
        casus.validate(repository / "data", changed_since="main")


def test_a_shallow_clone_is_told_to_fetch_its_history(repository, tmp_path):
    change(repository / "data" / TALKS, '"Delegations met', '"The delegations met')
    commit(repository)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repository}", str(clone))
    for ref in ("main", git(repository, "rev-parse", "main")):
        with pytest.raises(casus.UsageError, match=r"shallow.*git fetch --unshallow.*fetch-depth: 0"):
            casus.validate(clone / "data", changed_since=ref)


def test_histories_without_a_common_commit_are_a_usage_error(repository):
    git(repository, "checkout", "-q", "--orphan", "other")
    commit(repository, "other")
    with pytest.raises(casus.UsageError, match="no common ancestor"):
        casus.validate(repository / "data", changed_since="main")


def test_paths_outside_the_repository_are_a_usage_error(repository, tmp_path):
    other = write_dataset(tmp_path / "other", [])
    with pytest.raises(casus.UsageError, match="does not lie in the git repository"):
        casus.validate([repository / "data", other], changed_since="main")


def test_a_record_in_memory_has_no_history():
    with pytest.raises(casus.UsageError, match="no history"):
        casus.validate({"id": "x"}, changed_since="main")


def test_configuration_of_the_repository_runs_nothing(repository):
    marker = repository / "ran"
    for name in ("core.fsmonitor", "diff.external", "diff.x.textconv", "filter.x.smudge"):
        git(repository, "config", name, f"touch '{marker}'; cat")
    (repository / ".gitattributes").write_text("*.yaml diff=x\n")
    change(repository / "data" / TALKS, '"Delegations met', '"The delegations met')
    assert found(repository)[0] == [("CAS502", "2025-06-02-istanbul-talks.yaml")]
    assert not marker.exists()


def test_what_lies_outside_the_repository_has_no_history_and_counts(repository, tmp_path):
    outside = tmp_path / "outside.yaml"
    outside.write_text("id: [\n")
    (repository / "own").mkdir()
    (repository / "own/actors.yaml").symlink_to(outside)
    commit(repository)
    git(repository, "branch", "-f", "main")
    assert found(repository, registry=repository / "own") == ([("CAS401", "actors.yaml")], 1)


def test_a_link_out_of_the_folder_is_a_usage_error(repository, tmp_path):
    (tmp_path / "outside.yaml").write_text("id: [\n")
    (repository / "data/records/2025/link.yaml").symlink_to(tmp_path / "outside.yaml")
    with pytest.raises(casus.UsageError, match="leads out of"):
        casus.validate(repository / "data", changed_since="main")
