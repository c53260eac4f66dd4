"""Every format over one report with every kind of finding, as committed in ``tests/snapshots``.

After a change that is meant: ``CASUS_UPDATE_SNAPSHOTS=1 pytest tests/loaders/test_reports_snapshots.py``, and look at
the difference.
"""

import difflib
import os
from importlib.metadata import version
from pathlib import Path

import pytest
from reporting import sample

from casus.checking import Report
from casus.reports import FORMATS, render

FOLDER = Path(__file__).resolve().parents[1] / "snapshots"
UPDATE = "CASUS_UPDATE_SNAPSHOTS=1 pytest tests/loaders/test_reports_snapshots.py"
SUFFIXES = {"json": "json", "sarif": "sarif", "junit": "xml", "markdown": "md"}
VARIANTS = {
    **{f"{name}.{SUFFIXES.get(name, 'txt')}": {"format": name} for name in FORMATS},
    "text-80.txt": {"format": "text", "width": 80},
    "text-colour.txt": {"format": "text", "colour": True},
}


def matches(name, text):
    """Compare a text with its committed snapshot; with the flag set, write it."""
    path = FOLDER / name
    if os.environ.get("CASUS_UPDATE_SNAPSHOTS"):
        path.write_text(text, "utf-8", newline="\n")
    known = path.read_text("utf-8") if path.is_file() else ""
    lines = difflib.unified_diff(known.splitlines(), text.splitlines(), f"snapshots/{name}", "now", lineterm="", n=1)
    assert known == text, "\n".join([*list(lines)[:60], f"If this is meant, run: {UPDATE}"])


def without_version(text):
    return text.replace(f'"version": "{version("casus-events")}"', '"version": "0.0.0"')


@pytest.mark.parametrize("name", VARIANTS)
def test_format_is_as_committed(name):
    matches(name, without_version(render(sample(), **VARIANTS[name])))


@pytest.mark.parametrize("name", FORMATS)
def test_report_without_findings_is_as_committed(name):
    matches(f"clean-{name}.{SUFFIXES.get(name, 'txt')}", without_version(render(Report((), 9), name)))


def test_no_snapshot_is_left_over():
    names = {*VARIANTS, *(f"clean-{name}.{SUFFIXES.get(name, 'txt')}" for name in FORMATS)}
    assert {path.name for path in FOLDER.iterdir()} == names
