"""Fixtures for the tools that read a release."""

import shutil
import subprocess
from pathlib import Path

import pytest

from casus.building import build_release

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def folder(dataset_folder, tmp_path_factory):
    """The authored records as a release of the present schema."""
    return build_release(dataset_folder, tmp_path_factory.mktemp("releases")).folder


@pytest.fixture(scope="session")
def node(tmp_path_factory):
    """A folder in which Node finds hyparquet."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("Node and npm are not installed")
    folder = tmp_path_factory.mktemp("node")
    for name in ("package.json", "package-lock.json", "read_release.mjs"):
        shutil.copy(HERE / name, folder)
    done = subprocess.run(
        [shutil.which("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    if any(code in done.stderr for code in ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "ENOTCACHED")):
        pytest.skip("npm cannot reach its registry, and hyparquet is not in its cache")
    assert done.returncode == 0, done.stderr
    return folder
