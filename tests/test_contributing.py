"""The page for contributors: every command of it is run, in order, and what it shows must be what they print.

After a change that is meant: ``CASUS_UPDATE_CONTRIBUTING=1 pytest tests/test_contributing.py``, and look at the diff.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import casus

PAGE = "CONTRIBUTING.md"
UPDATE = f"CASUS_UPDATE_CONTRIBUTING=1 pytest tests/{Path(__file__).name}"
RECORD = Path("dataset/records/2025/2025-05-30-example-summit-offer.yaml")
#: A block of the page that is marked by a comment before it.
BLOCK = re.compile(
    r"<!-- (?P<mark>[a-z-]+)(?:: (?P<what>\S+))? -->\n```(?P<form>[a-z]+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


@pytest.fixture(scope="module")
def page(root):
    """The text of the page; skips where only the package is installed."""
    path = root / PAGE
    if not path.is_file() or not (root / "dataset/records").is_dir():
        pytest.skip("the files of the checkout are not part of the installed package")
    return path.read_text("utf-8")


@pytest.fixture(scope="module")
def checkout(root, tmp_path_factory):
    """A repository with the dataset and the schemas, as a contributor has it."""
    folder = tmp_path_factory.mktemp("checkout")
    left_out = shutil.ignore_patterns("releases", "*.py", "__pycache__")
    shutil.copytree(root / "dataset", folder / "dataset", ignore=left_out)
    shutil.copytree(root / "schema/json", folder / "schema/json")
    shell(folder, "git init --quiet --initial-branch main && git add --all && git commit --quiet --message first")
    return folder


def shell(folder, command):
    """Run a command as a person would, without settings of one's own, and return what it prints."""
    tools = folder.parent / "tools"
    tools.mkdir(exist_ok=True)
    casus_command = tools / "casus"
    casus_command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m casus.cli "$@"\n')
    casus_command.chmod(0o755)
    names = ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "GITHUB_", "CI"))}
    environment |= {f"GIT_{name}": "somebody@example.org" for name in names}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "COLUMNS": "100"}
    environment |= {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "PYTHONIOENCODING": "utf-8"}
    # The shown mistakes end with 1; what is run after them is run all the same.
    done = subprocess.run(
        ["bash", "-c", command],  # noqa: S607
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stdout
    return done.stdout


def commands(text):
    """Yield the commands of a console block, those that go on over lines as one."""
    for match in re.finditer(r"^\$ ((?:.*\\\n)*.*)$", text, re.MULTILINE):
        yield match[1]


def run_block(folder, text):
    """Return a console block with what its commands print now."""
    return "".join(f"$ {command}\n{ended(shell(folder, command))}" for command in commands(text))


def ended(text):
    return f"{text.rstrip()}\n" if text.strip() else ""


def edited(record, name, block, form):
    """Return the text of a record after an edit that the page tells: a field replaced, or lines of a diff."""
    if form == "yaml":
        pattern = re.compile(rf"^{name}:\n(?:[ #].*\n)*", re.MULTILINE)
        assert len(pattern.findall(record)) == 1
        return pattern.sub(lambda _: block, record)
    old = [line[1:] for line in block.splitlines() if line.startswith("-")]
    new = [line[1:] for line in block.splitlines() if line.startswith("+")]
    assert len(old) == len(new)
    for before, after in zip(old, new, strict=True):
        assert record.count(f"{before}\n") == 1
        record = record.replace(f"{before}\n", f"{after}\n")
    return record


def stable(text):
    """Return a text without the counts that grow with the dataset."""
    return re.sub(r"\b\d+ (other records?|records? checked|registry entries)", r"N \1", text)


@pytest.fixture(scope="module")
def walked(page, checkout):
    """The page after all of its commands: what it should be."""

    def done(match):
        text = match["text"]
        if match["mark"] == "run":
            text = run_block(checkout, text)
        elif match["mark"] == "file":
            path = checkout / match["what"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        elif match["mark"] == "edit":
            path = checkout / RECORD
            path.write_text(edited(path.read_text("utf-8"), match["what"], text, match["form"]), "utf-8")
        return match[0].replace(match["text"], text)

    return BLOCK.sub(done, page)


def test_what_the_page_shows_is_what_the_commands_print(page, walked, root):
    if os.environ.get("CASUS_UPDATE_CONTRIBUTING"):
        (root / PAGE).write_text(walked, "utf-8")
        return
    assert stable(page) == stable(walked), f"If this is meant, run: {UPDATE}"


def test_the_example_ends_green(walked, checkout):
    assert "CAS104 error" in walked
    report = casus.validate(checkout / RECORD)
    assert report.findings == ()
    shown = walked[walked.index("### 6. Repair") : walked.index("### 7.")]
    assert "1 record checked: 0 errors, 0 warnings" in shown
    assert shell(checkout, "git status --porcelain dataset") == ""
    assert "Example: " in (checkout / RECORD).read_text("utf-8")


def test_the_own_repository_ends_green(walked, checkout):
    assert "my/records" in walked
    report = casus.validate(checkout / "my/records", registry=checkout / "my/registry")
    assert report.checked == 1
    assert not report.errors


@pytest.mark.parametrize("name", [PAGE, "README.md"])
def test_what_others_copy_into_their_repository_is_as_its_schema_wants_it(root, name, tmp_path):
    pytest.importorskip("check_jsonschema")
    if not (root / name).is_file():
        pytest.skip("the files of the checkout are not part of the installed package")
    blocks = {match["mark"]: match["text"] for match in BLOCK.finditer((root / name).read_text("utf-8"))}
    workflow = tmp_path / "records.yml"
    workflow.write_text(blocks["workflow"], "utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(workflow)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    action = yaml.safe_load((root / "action.yml").read_text("utf-8"))
    steps = yaml.safe_load(blocks["workflow"])["jobs"]["validate"]["steps"]
    assert set(steps[-1]["with"]) <= set(action["inputs"])
    hooks = yaml.safe_load((root / ".pre-commit-hooks.yaml").read_text("utf-8"))
    used = [hook["id"] for repo in yaml.safe_load(blocks["pre-commit"])["repos"] for hook in repo["hooks"]]
    assert used == [hook["id"] for hook in hooks]


def test_the_hook_of_the_page_runs(page, checkout):
    """Run the hook with the arguments of the page as pre-commit does: with the names of files at the end."""
    blocks = {match["mark"]: match["text"] for match in BLOCK.finditer(page)}
    (hook,) = yaml.safe_load(blocks["pre-commit"])["repos"][0]["hooks"]
    arguments = " ".join(hook["args"])
    said = shell(checkout, f"casus validate {arguments} --format json my/records/2026/*.yaml")
    assert json.loads(said)["summary"]["errors"] == 0
