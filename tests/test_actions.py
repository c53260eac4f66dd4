"""The action, the workflows and the hooks for others: what they run, and that no input becomes code."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from casus.cli import COMMANDS

HOSTILE = ['"; touch pwned; "', "$(touch pwned)", "`touch pwned`", "--format=json", "a b", "*", "-", "ü\\"]


def read(root, name):
    if not (root / name).is_file():
        pytest.skip("the files of the checkout are not part of the installed package")
    return yaml.safe_load((root / name).read_text("utf-8"))


@pytest.fixture
def steps(root):
    """The scripts of the action by the names of their steps."""
    action = read(root, "action.yml")
    return {step["name"]: step for step in action["runs"]["steps"] if "run" in step}


@pytest.fixture
def run(steps, tmp_path):
    """Run a step of the action as the runner does: ``bash -eo pipefail``, inputs in the environment."""

    def run_step(name, *, command=None, **given):
        work, temp = tmp_path / "work", tmp_path / "temp"
        for folder in (work, temp / "casus-events/bin"):
            folder.mkdir(parents=True, exist_ok=True)
        casus = temp / "casus-events/bin/casus"
        casus.write_text(command or f'#!/bin/sh\nexec "{sys.executable}" -m casus.cli "$@"\n')
        casus.chmod(0o755)
        inputs = {key: str(given.get(key, "")) for key in steps[name]["env"]}
        script = tmp_path / "step.sh"
        script.write_text(steps[name]["run"])
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],  # noqa: S607
            cwd=given.get("cwd", work),
            env=os.environ | {"RUNNER_TEMP": str(temp), "PYTHONIOENCODING": "utf-8"} | inputs,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run_step


RECORDER = f"""#!{sys.executable}
import json, sys
print(json.dumps(sys.argv[1:]))
"""


def test_nothing_is_interpolated_into_a_script(root, steps):
    for step in steps.values():
        assert "${{" not in step["run"]
    for path in (root / ".github/workflows").glob("*.yml"):
        for job in yaml.safe_load(path.read_text("utf-8"))["jobs"].values():
            scripts = [step.get("run", "") for step in job["steps"]]
            assert not any(re.search(r"\$\{\{(?!\s*needs\.\w+\.result)", script) for script in scripts), path


def test_every_input_is_described_and_reaches_a_step(root):
    action = read(root, "action.yml")
    text = (root / "action.yml").read_text("utf-8")
    for name, described in action["inputs"].items():
        assert described["description"]
        assert f"inputs.{name}" in text


def test_actions_are_pinned_by_commit(root):
    for path in [root / "action.yml", *(root / ".github/workflows").glob("*.yml")]:
        if not path.is_file():
            pytest.skip("the files of the checkout are not part of the installed package")
        uses = re.findall(r"uses: (\S+)(.*)", path.read_text("utf-8"))
        assert uses
        for what, comment in uses:
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", what)
            assert re.fullmatch(r" # v[0-9.]+", comment)


def test_options_are_made_of_the_inputs(run):
    done = run(
        "Validate the records",
        command=RECORDER,
        CASUS_PATHS="my records\n\nothers\r\n",
        CASUS_REGISTRY="my registry",
        CASUS_CHANGED_SINCE="origin/main",
        CASUS_STRICT="true",
        CASUS_FORMAT="sarif",
    )
    assert json.loads(done.stdout) == [
        "validate",
        "--registry=my registry",
        "--changed-since=origin/main",
        "--format=sarif",
        "--strict",
        "--",
        "my records",
        "others",
    ]


def test_without_options_only_the_paths_are_given(run):
    done = run("Validate the records", command=RECORDER, CASUS_PATHS="records", CASUS_STRICT="false")
    assert json.loads(done.stdout) == ["validate", "--", "records"]


@pytest.mark.parametrize("value", HOSTILE)
def test_no_input_becomes_code_or_an_option(run, value, tmp_path):
    done = run("Validate the records", command=RECORDER, CASUS_PATHS=value, CASUS_REGISTRY=value, CASUS_FORMAT=value)
    assert json.loads(done.stdout) == ["validate", f"--registry={value}", f"--format={value}", "--", value]
    assert not list(tmp_path.rglob("pwned"))


@pytest.mark.parametrize("version", ["0.1.0; touch pwned", "0.1.0 --index-url=x", "$(id)", "1/2", "a\nb"])
def test_a_version_is_a_version(run, version):
    done = run("Install casus-events", CASUS_VERSION=version)
    assert done.returncode == 2
    assert "::error::version" in done.stdout


@pytest.mark.parametrize(("name", "value"), [("CASUS_STRICT", "yes"), ("CASUS_PATHS", "\n\n")])
def test_wrong_inputs_are_said(run, name, value):
    given = {"CASUS_PATHS": "records", "CASUS_STRICT": "false", name: value}
    done = run("Validate the records", command=RECORDER, **given)
    assert done.returncode == 2
    assert "::error::" in done.stdout


def test_the_step_validates_records_and_fails_with_them(run, small_dataset):
    path = small_dataset / "records/2025/2025-06-02-istanbul-talks.yaml"
    assert run("Validate the records", CASUS_PATHS="records", cwd=small_dataset).returncode == 0
    path.write_text(path.read_text().replace('"mediated"', '"mediatd"'))
    done = run("Validate the records", CASUS_PATHS="records", cwd=small_dataset)
    assert done.returncode == 1
    assert "CAS104" in done.stdout


def test_pull_requests_from_forks_need_no_token(root):
    workflow = read(root, ".github/workflows/records.yml")
    assert list(workflow[True]) == ["pull_request"]  # `on` is true in YAML 1.1
    assert workflow["permissions"] == {"contents": "read"}
    text = (root / ".github/workflows/records.yml").read_text("utf-8")
    assert "secrets." not in text
    assert all(step["with"]["persist-credentials"] is False for step in workflow["jobs"]["records"]["steps"]
               if step.get("uses", "").startswith("actions/checkout"))  # fmt: skip


def test_workflow_and_hooks_run_commands_that_there_are(root):
    workflow = read(root, ".github/workflows/records.yml")
    scripts = [step.get("run", "") for step in workflow["jobs"]["records"]["steps"]]
    hooks = read(root, ".pre-commit-hooks.yaml")
    said = [*scripts, *(hook["entry"] for hook in hooks)]
    used = {name for script in said for name in re.findall(r"\bcasus ([a-z]+)", script)}
    assert {"validate", "preview"} <= used <= set(COMMANDS)


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("dataset/records/2025/a.yaml", True),
        ("records/a.yml", True),
        ("my/records/a.json", True),
        ("records/a.csv", True),
        ("records/a.ndjson", True),
        ("records/a.parquet", True),
        ("dataset/registries/actors.yaml", False),
        ("myrecords/a.yaml", False),
        ("records/readme.md", False),
    ],
)
def test_hook_takes_record_files(root, path, taken):
    (hook,) = read(root, ".pre-commit-hooks.yaml")
    assert bool(re.search(hook["files"], path)) is taken


SCHEMAS = [
    ("vendor.github-actions", ["action.yml"]),
    ("vendor.github-workflows", [".github/workflows/ci.yml", ".github/workflows/records.yml"]),
]


@pytest.mark.parametrize(("schema", "files"), SCHEMAS)
def test_files_keep_to_their_official_schemas(root, schema, files):
    pytest.importorskip("check_jsonschema")
    if not (root / files[0]).is_file():
        pytest.skip("the files of the checkout are not part of the installed package")
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        schema,
        *(str(root / each) for each in files),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_hooks_keep_to_the_manifest_of_pre_commit(root):
    pytest.importorskip("pre_commit")
    path = Path(root, ".pre-commit-hooks.yaml")
    if not path.is_file():
        pytest.skip("the files of the checkout are not part of the installed package")
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_release_workflow_gives_every_job_only_what_it_needs(root):
    workflow = read(root, ".github/workflows/release.yml")
    assert workflow[True] == {"push": {"tags": ["v[0-9]+.[0-9]+.[0-9]+"]}}
    assert workflow["permissions"] == {}
    assert {name: job["permissions"] for name, job in workflow["jobs"].items()} == {
        "build": {"contents": "read"},
        "attest": {"id-token": "write", "attestations": "write"},
        "pypi": {"id-token": "write"},
        "github": {"contents": "write"},
    }
    # What is checked out and run has no token that could write; what has one runs nothing from the checkout.
    for name, job in workflow["jobs"].items():
        used = [step["uses"].partition("@")[0] for step in job["steps"] if "uses" in step]
        assert ("actions/checkout" in used) == (name == "build")
    assert "secrets." not in (root / ".github/workflows/release.yml").read_text("utf-8")


def test_the_release_workflow_verifies_before_anything_is_published(root):
    jobs = read(root, ".github/workflows/release.yml")["jobs"]
    assert any("casus verify" in step.get("run", "") for step in jobs["build"]["steps"])
    assert jobs["attest"]["needs"] == ["build"]
    assert {"build", "attest"} <= set(jobs["pypi"]["needs"])
    assert {"build", "attest", "pypi"} <= set(jobs["github"]["needs"])
