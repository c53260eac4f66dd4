"""How far an import is, while it is under way."""

import gzip
import io
import sys
import zipfile

import pytest
from importing import ucdp_rows, ucdp_text, write

from casus.importers import import_files
from casus.waiting import RowsBar

BLOCK = 65_536


def shares(path, tmp_path):
    """Return what was said to be done after each batch."""
    said = []
    import_files("ucdp-ged", [path], tmp_path / "out", block=BLOCK, progress=lambda report: said.append(report.done))
    return said


@pytest.mark.parametrize("packed", [False, True])
def test_the_share_grows_to_all_of_it(tmp_path, packed):
    path = write(tmp_path, ucdp_rows(600))
    if packed:
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.write(path, "ged.csv")
        path = tmp_path / "a.zip"
    said = shares(path, tmp_path)
    assert len(said) > 3
    assert said == sorted(said)
    assert 0 < said[0] < 0.5
    assert said[-1] == pytest.approx(1, abs=0.2)


def test_of_a_file_whose_size_is_not_known_none_is_said(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(ucdp_text(ucdp_rows(50)).encode()))
    assert set(shares(path, tmp_path)) == {None}


def test_the_bar_says_rows_rate_and_quarantine(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("COLUMNS", "120")
    with RowsBar(patience=0) as bar:
        bar(1_000, 0.0, 0.25)
        bar(2_500, 0.125, 0.75)
        task = bar.shown.tasks[0]
    assert task.percentage == pytest.approx(75)
    assert task.description.startswith("2,500 rows, ")
    assert task.description.endswith(" a second, 12.50% in quarantine")
