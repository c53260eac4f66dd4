"""What is built holds everything, and puts nothing where it does not belong."""

import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib.metadata import requires, version

import pytest

import casus

MAPPING = {"loaders": "casus", "schema": "casus/schema", "dataset": "casus/dataset"}


@pytest.fixture(scope="module")
def built(root, tmp_path_factory):
    """A wheel and an sdist built from a copy of the checkout, as ``(names in the wheel, names in the sdist)``."""
    if not (root / "loaders").is_dir():
        pytest.skip("the sources are not part of the installed package")
    work = tmp_path_factory.mktemp("build")
    tree = work / "tree"
    ignored = shutil.ignore_patterns("build", "dist", ".venv", ".git", "*.egg-info", "__pycache__", ".*_cache", ".ci")
    shutil.copytree(root, tree, ignore=ignored)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(work / "dist"), str(tree)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = (work / "dist").glob("*.whl")
    (sdist,) = (work / "dist").glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive, tarfile.open(sdist) as tar:
        names = [name.partition("/")[2] for name in tar.getnames()]
        return set(archive.namelist()), set(names)


def expected(root, folder, patterns):
    return {
        f"{MAPPING[folder]}/{path.relative_to(root / folder).as_posix()}"
        for pattern in patterns
        for path in (root / folder).rglob(pattern)
        if "__pycache__" not in path.parts
    }


@pytest.mark.parametrize("folder", MAPPING)
def test_every_module_reaches_the_wheel(built, root, folder):
    wheel, _ = built
    assert expected(root, folder, ["*.py"]) <= wheel


def test_data_reach_the_wheel(built, root):
    wheel, _ = built
    assert (
        expected(
            root,
            "dataset",
            ["*.parquet", "manifest.json", "releases.json", "*.yaml", "*/*/*.json", "*/*/*.csv", "*/*/*.md"],
        )
        <= wheel
    )
    assert expected(root, "schema", ["*.yaml", "*.json"]) <= wheel
    assert "casus/py.typed" in wheel


def test_nothing_reaches_site_packages_but_casus(built):
    wheel, _ = built
    tops = {name.partition("/")[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"casus"}


def test_sdist_holds_tests_and_documents(built):
    _, sdist = built
    assert {"pyproject.toml", "README.md", "LICENSE", "LICENSE-DATA", "loaders/__init__.py"} <= sdist


def test_one_version():
    assert casus.__version__ == version("casus-events")


def test_version_stands_in_one_place(root):
    if not (root / "pyproject.toml").is_file() or not (root / "loaders").is_dir():
        pytest.skip("the sources are not part of the installed package")
    number = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    assert number == casus.__version__
    holders = [path for path in (root / "loaders").rglob("*.py") if f'"{number}"' in path.read_text("utf-8")]
    assert not holders


def test_core_requires_the_named_libraries_and_no_more():
    core = {
        name.partition(" ")[0].split(">")[0].split("<")[0].lower()
        for name in requires("casus-events") or []
        if "extra ==" not in name
    }
    assert core == {"click", "jsonschema", "numpy", "pyarrow", "pydantic", "pyyaml", "rich"}
