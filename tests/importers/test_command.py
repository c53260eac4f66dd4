"""``casus import`` as a user types it."""

import gzip
import zipfile

import pytest
from importing import UCDP, counted, ucdp_rows, ucdp_text, write

from casus.importers.mapping import mapping


def test_a_file_becomes_a_folder_and_the_counts_are_told(casus_command, tmp_path):
    path = write(tmp_path, [*ucdp_rows(20), UCDP | {"id": "1", "low": "5"}])
    done = casus_command("import", "ucdp-ged", path, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert counted(tmp_path / "out")["records"] == 20
    assert "21 rows, of which\n20 became records\n 1 are in quarantine (4.76% of those in scope)" in done.stdout
    assert "1 CAS202 low <= best <= high" in done.stdout
    assert "version 22.0.2" in done.stdout
    assert "CC-BY-4.0" in done.stderr
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == [
        "actors.parquet", "import.json", "places.parquet", "publishers.parquet", "quarantine.parquet", "records"
    ]  # fmt: skip


def test_auto_recognises_the_file_and_says_how_sure_it_is(casus_command, tmp_path):
    header = [name for name in mapping("ucdp-ged").layouts[0] if name not in ("relid", "region")]
    path = write(tmp_path, ucdp_rows(3), header=[*header, "novelty"])
    done = casus_command("import", "auto", path, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert f"ucdp-ged ({len(header)} of 49 columns, 1 more)" in done.stderr
    assert "The column 'relid' is missing." in done.stdout
    assert "The column 'novelty' is not known; it is not taken over." in done.stdout


def test_auto_refuses_what_is_of_no_source(casus_command, tmp_path):
    (tmp_path / "some.csv").write_text("a,b,c\n1,2,3\n")
    done = casus_command("import", "auto", tmp_path / "some.csv", "-o", tmp_path / "out")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no source has these columns" in done.stderr


def test_a_renamed_column_is_named(casus_command, tmp_path):
    header = ["conflict_names" if name == "conflict_name" else name for name in UCDP]
    done = casus_command("import", "ucdp-ged", write(tmp_path, ucdp_rows(2), header=header), "-o", tmp_path / "out")
    assert "The column 'conflict_name' seems to be called 'conflict_names' now." in done.stdout


@pytest.mark.parametrize("share", ["0.04", "4%"])
def test_too_much_quarantine_fails_and_leaves_nothing_that_looks_whole(casus_command, tmp_path, share):
    path = write(tmp_path, [*ucdp_rows(20), UCDP | {"id": "1", "low": "5"}])
    command = ("import", "ucdp-ged", path, "-o", tmp_path / "out", "--max-quarantine")
    done = casus_command(*command, share)
    assert done.returncode == 1
    assert "1 of 21 rows are in quarantine (4.8% of those in scope), more than 4.0%" in done.stderr
    assert not (tmp_path / "out").exists()
    assert casus_command(*command, "5%").returncode == 0
    assert counted(tmp_path / "out")["rows"] == 21


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("ucdp-ged",),
        ("ucdp-ged", "none.csv", "-o", "out"),
        ("auto", "none.csv", "-o", "out"),
        ("ucdp", "none.csv", "-o", "out"),
        ("ucdp-ged", "none.csv"),
        ("ucdp-ged", "none.csv", "-o", "out", "--max-quarantine", "5"),
        ("ucdp-ged", "none.csv", "-o", "out", "--retrieved", "yesterday"),
    ],
)
def test_what_cannot_run_ends_with_2(casus_command, tmp_path, arguments):
    done = casus_command("import", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_there_is_left_alone(casus_command, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    done = casus_command("import", "ucdp-ged", write(tmp_path, ucdp_rows(2)), "-o", tmp_path / "out")
    assert done.returncode == 2
    assert "is there already" in done.stderr
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_the_sources_are_listed(casus_command):
    done = casus_command("import", "--list")
    assert "ucdp-ged" in done.stdout


def test_packed_files_are_read(casus_command, tmp_path):
    text = ucdp_text(ucdp_rows(5)).encode()
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(text))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("GEDEvent_v24_1.csv", ucdp_text([UCDP | {"id": "7"}]))
        archive.writestr("readme.txt", "about")
    done = casus_command("import", "auto", tmp_path / "a.csv.gz", tmp_path / "b.zip", "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    said = counted(tmp_path / "out")
    assert (said["rows"], said["files"]) == (6, ["a.csv.gz", "b.zip/GEDEvent_v24_1.csv"])


def test_an_older_layout_is_not_missed_and_read_alike(casus_command, tmp_path):
    older = mapping("ucdp-ged").layouts[1]
    done = casus_command("import", "auto", write(tmp_path, ucdp_rows(4), header=older), "-o", tmp_path / "out")
    assert f"ucdp-ged ({len(older)} of {len(older)} columns)" in done.stderr
    assert counted(tmp_path / "out")["drift"] == {}
    assert counted(tmp_path / "out")["records"] == 4
