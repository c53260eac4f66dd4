"""Fixtures that all tests share."""

import copy
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support import EXAMPLE, FIRST_ROUND, patched, write_dataset

from casus.building import build_release

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def example():
    """A valid record as parsed text, yours to change."""
    return copy.deepcopy(EXAMPLE)


@pytest.fixture(scope="session")
def root():
    """The root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def dataset_folder():
    """The authored dataset; skips where only the package is installed."""
    folder = ROOT / "dataset"
    if not (folder / "records").is_dir():
        pytest.skip("the authored records are not part of the installed package")
    return folder


@pytest.fixture
def casus_command():
    """Run the command in a process of its own; no traceback ever reaches the user."""

    def run(*arguments, **options):
        environment = os.environ | {"COLUMNS": "100", "PYTHONIOENCODING": "utf-8"} | options.pop("env", {})
        done = subprocess.run(
            [sys.executable, "-m", "casus.cli", *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env=environment,
            **options,
        )
        assert "Traceback" not in done.stderr + done.stdout
        return done

    return run


@pytest.fixture
def small_dataset(tmp_path):
    """A dataset folder with two records."""
    return write_dataset(tmp_path / "data", [patched(EXAMPLE, FIRST_ROUND), EXAMPLE])


@pytest.fixture(scope="session")
def _built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built")
    write_dataset(folder / "data", [patched(EXAMPLE, FIRST_ROUND), EXAMPLE])
    return build_release(folder / "data").folder


@pytest.fixture
def small_release(_built, tmp_path):
    """A release of the small dataset, yours to damage."""
    return Path(shutil.copytree(_built, tmp_path / "release"))
