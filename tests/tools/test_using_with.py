"""The snippets of docs/using-with.md work as they stand."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from casus.exports.database import export_sqlite
from casus.exports.text import export_csv, export_jsonl
from casus.releases import Release

PAGE = Path(__file__).parents[2] / "docs/using-with.md"
SLOW = ("datasets", "mlcroissant")

TEXT = PAGE.read_text("utf-8") if PAGE.is_file() else ""
SNIPPETS = re.findall(r"^```(python|r|js)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
PYTHON = [pytest.param(code, marks=pytest.mark.slow if any(f"import {name}" in code for name in SLOW) else ())
          for language, code in SNIPPETS if language == "python"]  # fmt: skip
OTHERS = {language: [code for named, code in SNIPPETS if named == language] for language in ("r", "js")}


@pytest.fixture(scope="module")
def here(folder, tmp_path_factory):
    """A folder with the release and its exports where the page has them."""
    here = tmp_path_factory.mktemp("using")
    shutil.copytree(folder, here / "release")
    release = Release.open(here / "release")
    list(export_csv(release, here / "out/csv"))
    export_sqlite(release, here / "out/casus.sqlite")
    export_jsonl(release, here / "out/records.jsonl")
    return here


def run(command, here):
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(here / "home"), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command, cwd=here, capture_output=True, text=True, check=False, timeout=300, env=os.environ | offline
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip()
    return done.stdout


@pytest.mark.parametrize("code", PYTHON)
def test_python(code, here):
    for name in re.findall(r"^import (\w+)", code, re.MULTILINE):
        if name not in sys.stdlib_module_names:
            pytest.importorskip(name, reason=f"{name} is not installed")
    run([sys.executable, "-W", "ignore", "-c", code], here)


@pytest.mark.slow
@pytest.mark.skipif(not TEXT, reason="the documents are not part of the installed package")
def test_r(here):
    if not shutil.which("Rscript"):
        pytest.skip("R is not installed (Debian: apt-get install r-base-core)")
    (code,) = (code for code in OTHERS["r"] if "arrow::" not in code)
    assert "occurred" in run(["Rscript", "--vanilla", "-e", code], here)


@pytest.mark.slow
@pytest.mark.skipif(not TEXT, reason="the documents are not part of the installed package")
def test_javascript(here, node):
    (code,) = OTHERS["js"]
    (node / "release").symlink_to(here / "release")
    (node / "snippet.mjs").write_text(code, "utf-8")
    assert int(run(["node", "snippet.mjs"], node)) > 0


def test_page_names_every_format_of_the_export():
    from casus.commands.export import export

    if not TEXT:
        pytest.skip("the documents are not part of the installed package")
    assert {name for name in export.commands if f"casus export {name} " in TEXT} == set(export.commands)
