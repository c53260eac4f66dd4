"""The notebooks in examples/: each runs on the bundled release and draws its pictures."""

import os
import struct
import subprocess
import sys

import pytest

pytest.importorskip("altair")
pytest.importorskip("vl_convert")
#: What each notebook draws, and what it must print: of the rounds that anybody would look for, and of every plan.
NOTEBOOKS = {
    "threads.py": (
        ["threads.png", "threads_ties.png"],
        ["2025-06-01-operation-spiderweb", "retaliates-for", "violates", "diplomacy", "military"],
    ),
    "rival_counts.py": (
        ["rival_counts.png", "rival_counts_by_measure.png"],
        ["drones-launched", "2025-06-01-operation-spiderweb", "Ukraine", "Russia", "median"],
    ),
    "talks.py": (["talks.png"], ["2025-06-02-istanbul-talks", "Vladimir Medinsky", "Rustem Umerov", "exchange"]),
    "fate_of_plans.py": (
        ["fate_of_plans.png", "fate_of_plans_over_time.png"],
        ["meeting", "talks", "day passed", "2025-06-07"],
    ),
}


@pytest.fixture(scope="module")
def folder(root):
    if not (root / "examples").is_dir():
        pytest.skip("the examples are not part of the installed package")
    return root / "examples"


def test_every_notebook_is_run_here(folder):
    assert {path.name for path in folder.glob("*.py")} == set(NOTEBOOKS)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebook_runs_and_draws(name, folder, tmp_path):
    pictures, words = NOTEBOOKS[name]
    done = subprocess.run(
        [sys.executable, folder / name, tmp_path],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stderr
    assert [word for word in words if word not in done.stdout] == []
    for picture in pictures:
        data = (tmp_path / picture).read_bytes()
        assert data.startswith(b"\x89PNG")
        width, height = struct.unpack(">II", data[16:24])
        assert width > 600
        assert height > 300
        assert len(data) > 15_000, f"{picture} is hardly more than a blank page"
