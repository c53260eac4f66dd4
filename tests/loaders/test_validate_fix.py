"""``casus validate --fix``: the safe repairs first, then the verdict on what they give."""

import json
import os
import re
from pathlib import Path

import pytest

MISTAKES = Path(__file__).resolve().parents[1] / "mistakes"
NAME = "2026-03-10-port-amber-talks.yaml"
TALKS = MISTAKES / "cases/nothing-wrong-talks" / NAME
REGISTRY = ("--registry", MISTAKES / "registry")


@pytest.fixture
def record(tmp_path):
    """A record with what can be repaired: a date, a missing key, a name for an id, and a comment to keep."""
    text = TALKS.read_text("utf-8")
    for old, new in (
        ("announced: 2026-03-02", "announced: 2 March 2026  # by both"),
        ("{key: l1, ", "{"),
        ("actor: TUR,", "actor: Türkiye,"),
        ("actor: XCO, roles", "actor: Corvian Republic, roles"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    path = tmp_path / "records" / "2026" / NAME
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    return path


def test_it_repairs_shows_the_diff_and_judges_the_result(casus_command, record):
    assert casus_command("validate", *REGISTRY, record).returncode == 1
    done = casus_command("validate", "--fix", *REGISTRY, record)
    assert done.returncode == 0
    assert done.stdout.startswith("1 record checked: 0 errors")
    for line in (
        "-  announced: 2 March 2026  # by both",
        "+  announced: 2026-03-02  # by both",
        "-  - {place: xam-port-amber, role: site, precision: 1}",
        "+  - {key: l1, place: xam-port-amber, role: site, precision: 1}",
        "+  - {key: p3, actor: TUR, roles: [mediator]}",
        "+  - {key: p2, actor: XCO, roles: [party], level: deputy-minister}",
    ):
        assert line in [re.sub(" +#", "  #", each) for each in done.stderr.splitlines()]
    assert re.sub(" +# by both", "", record.read_text("utf-8")) == TALKS.read_text("utf-8")


def test_a_second_run_changes_nothing(casus_command, record):
    casus_command("validate", "--fix", *REGISTRY, record)
    before = record.read_bytes()
    done = casus_command("validate", "--fix", *REGISTRY, record)
    assert (done.returncode, done.stderr) == (0, "")
    assert record.read_bytes() == before


def test_what_is_left_is_told(casus_command, record):
    record.write_text(record.read_text("utf-8").replace("best: 130", "best: 999"), "utf-8")
    done = casus_command("validate", "--fix", *REGISTRY, "--format", "json", record)
    assert done.returncode == 1
    assert [each["code"] for each in json.loads(done.stdout)["findings"]] == ["CAS202"]
    assert "2026-03-02" in done.stderr


@pytest.mark.parametrize("whole", [True, False])
def test_a_file_that_is_moved_is_judged_at_its_new_place(casus_command, record, whole):
    wrong = record.parent.parent / "2025" / "talks.yaml"
    wrong.parent.mkdir()
    record.rename(wrong)
    done = casus_command("validate", "--fix", *REGISTRY, wrong.parent if whole else wrong)
    assert done.returncode == 0
    assert f"moved to {record}" in done.stderr
    assert done.stdout.startswith("1 record checked: 0 errors")
    assert record.is_file()
    assert not wrong.exists()


def test_a_file_that_cannot_be_read_is_left_alone_and_reported(casus_command, record):
    record.write_text("id: [\n")
    done = casus_command("validate", "--fix", record)
    assert done.returncode == 1
    assert "left as it is; it cannot be read" in done.stderr
    assert "CAS401" in done.stdout
    assert record.read_text() == "id: [\n"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (None, "--fix repairs files: give record files or folders."),
        ("-", "--fix cannot write to standard input"),
        ("a.json", "only YAML files (.yaml, .yml) are repaired"),
        ("a.jsonl", "only YAML files (.yaml, .yml) are repaired"),
        ("a.csv", "only YAML files (.yaml, .yml) are repaired"),
        ("a.parquet", "only YAML files (.yaml, .yml) are repaired"),
        ("nowhere.yaml", "nowhere.yaml does not exist"),
    ],
)
def test_what_cannot_be_rewritten_is_a_usage_error_and_nothing_is_written(casus_command, record, name, said):
    if name and name.startswith("a."):
        record.with_name(name).write_text("{}")
    before = record.read_bytes()
    given = [] if name is None else [record, name if name == "-" else record.with_name(name)]
    done = casus_command("validate", "--fix", *given, input="")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert record.read_bytes() == before


def test_without_ruamel_it_says_what_to_install(casus_command, record, tmp_path):
    blocked = tmp_path / "blocked" / "ruamel"
    blocked.mkdir(parents=True)
    blocked.joinpath("__init__.py").write_text("raise ImportError('not here')\n")
    path = os.pathsep.join([str(blocked.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    before = record.read_bytes()
    done = casus_command("validate", "--fix", *REGISTRY, record, env={"PYTHONPATH": path})
    assert (done.returncode, done.stdout) == (2, "")
    assert "casus-events[fix]" in done.stderr
    assert record.read_bytes() == before


def test_casus_fix_takes_an_own_registry_too(casus_command, record):
    done = casus_command("fix", "--check", *REGISTRY, record)
    assert done.returncode == 1
    assert "participants[1].actor: Corvian Republic -> XCO" in done.stdout
    assert "Corvian" not in casus_command("fix", "--check", "--quiet", record).stdout
