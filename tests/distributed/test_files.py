"""Files on Spark: the verdicts, counts and quarantine of the local run, whatever fails meanwhile."""

import dataclasses
import datetime as dt
import gzip
import json
import os
import signal
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from importing import UCDP, counted, ucdp_rows, ucdp_text
from machine_coded import gdelt_row

from casus.distributed import across_in_duckdb, import_files, tasks, validate_files
from casus.importers.mapping import mapping
from casus.importers.running import run_import
from casus.schema.errors import InvalidRecordsError, QuarantineError, UsageError
from casus.streaming import read_groups

pytestmark = pytest.mark.slow
DAY = {"retrieved": dt.date(2026, 1, 2), "version": "22.0.2"}


def hard_rows(count):
    """Return rows of which some break a rule, cannot be read, or have the id of an earlier one."""
    rows = ucdp_rows(count)
    for number in range(0, count, 7):
        rows[number]["low"] = "5"
    for number in range(3, count, 50):
        rows[number]["date_start"] = "yesterday"
    for number in range(20, count, 40):
        rows[number]["id"] = rows[number - 17]["id"]
    return rows


def quoted_files(folder):
    """Return files of UCDP GED: three plain ones, one of them gzipped."""
    rows = hard_rows(900)
    rows[700]["id"] = rows[10]["id"]
    paths = []
    for number in range(3):
        content = ucdp_text(rows[number * 300 : number * 300 + 300]).encode()
        path = folder / f"GEDEvent_v22_0_{number}.csv"
        if number == 1:
            path, content = path.with_suffix(".csv.gz"), gzip.compress(content)
        path.write_bytes(content)
        paths.append(path)
    return paths


@pytest.fixture
def unquoted(tmp_path, monkeypatch):
    """A file of unquoted lines, which is cut into ranges of bytes."""
    known = mapping("ucdp-ged")
    known = dataclasses.replace(known, form={**known.form, "delimiter": "\t", "quoted": False, "members": "*"})
    monkeypatch.setattr("casus.importers.running.mapping", lambda _: known)
    monkeypatch.setattr("casus.importers.mapping.mapping", lambda _: known)
    lines = ["\t".join(UCDP), *("\t".join(row[name] for name in UCDP) for row in hard_rows(900))]
    lines[77] += "\tone more"
    lines[511] += "\tone more"
    path = tmp_path / "rows.tsv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def content(folder):
    """Return everything that an import has made."""
    parts = sorted((folder / "records").glob("*.parquet"))
    tables = {path.stem: pq.read_table(path).to_pylist() for path in sorted(folder.glob("*.parquet"))}
    tables["records"] = [row for part in parts for row in pq.read_table(part).to_pylist()]
    return tables, json.loads((folder / "import.json").read_text("utf-8"))


def test_an_import_is_that_of_one_machine_row_for_row(tmp_path, spark):
    files = quoted_files(tmp_path)
    run_import("ucdp-ged", files, tmp_path / "local", block=40_000, **DAY)
    import_files(spark, "ucdp-ged", files, tmp_path / "out", block=40_000, task_bytes=200_000, **DAY)
    assert content(tmp_path / "out") == content(tmp_path / "local")
    assert {"CAS202", "CAS602", "CAS606"} <= set(counted(tmp_path / "out")["codes"])
    assert not (tmp_path / "out.partial").exists()


def test_ranges_of_bytes_of_one_file_are_that_import_too(tmp_path, spark, unquoted):
    run_import("ucdp-ged", [unquoted], tmp_path / "local", block=10_000, **DAY)
    import_files(spark, "ucdp-ged", [unquoted], tmp_path / "out", block=10_000, task_bytes=50_000, **DAY)
    assert content(tmp_path / "out") == content(tmp_path / "local")
    assert len(list((tmp_path / "out" / "records").glob("*.parquet"))) > 3
    assert {"CAS605", "CAS606"} <= set(counted(tmp_path / "out")["codes"])


def killing(real, marker, *, when):
    """Return a function of a task that kills its worker once: in the middle of the work, or at the end of it."""

    def perform(task):
        if task.number != 1 or Path(marker).exists():
            return real(task)
        Path(marker).touch()
        if when == "middle":
            import casus.distributed.tasks as inside

            work, count = inside.work, [0]

            def dying(*arguments):
                count[0] += 1
                if count[0] == 2:
                    os.kill(os.getpid(), signal.SIGKILL)
                return work(*arguments)

            inside.work = dying
        real(task)
        os.kill(os.getpid(), signal.SIGKILL)
        return None

    return perform


@pytest.mark.parametrize("when", ["middle", "end"])
def test_a_worker_that_is_killed_loses_and_doubles_no_row(tmp_path, spark, unquoted, monkeypatch, when):
    run_import("ucdp-ged", [unquoted], tmp_path / "local", block=10_000, **DAY)
    marker = tmp_path / "killed"
    monkeypatch.setattr(tasks, "perform_import", killing(tasks.perform_import, str(marker), when=when))
    import_files(spark, "ucdp-ged", [unquoted], tmp_path / "out", block=10_000, task_bytes=50_000, **DAY)
    assert marker.exists()
    assert content(tmp_path / "out") == content(tmp_path / "local")


def test_a_run_that_was_stopped_goes_on_and_does_nothing_twice(tmp_path, spark, unquoted, monkeypatch):
    run_import("ucdp-ged", [unquoted], tmp_path / "local", block=10_000, **DAY)
    options = {"block": 10_000, "task_bytes": 50_000, **DAY}
    real = tasks.perform_import

    def failing(task):
        if task.number == 2:
            raise RuntimeError("out of luck")
        return real(task)

    monkeypatch.setattr(tasks, "perform_import", failing)
    with pytest.raises(Exception, match="out of luck"):
        import_files(spark, "ucdp-ged", [unquoted], tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()
    first = tmp_path / "out.partial" / "done" / "part-000000.json"
    written = first.stat().st_mtime_ns
    seen = tmp_path / "seen"
    seen.mkdir()
    time.sleep(0.01)

    def noting(task):
        (seen / task.name).touch()
        return real(task)

    monkeypatch.setattr(tasks, "perform_import", noting)
    with pytest.raises(UsageError, match="of other files or options"):
        import_files(spark, "ucdp-ged", [unquoted], tmp_path / "out", **options | {"version": "22.0.3"})
    assert first.stat().st_mtime_ns == written
    import_files(spark, "ucdp-ged", [unquoted], tmp_path / "out", **options)
    assert content(tmp_path / "out") == content(tmp_path / "local")
    assert "part-000000" not in {path.name for path in seen.iterdir()}


def test_too_much_quarantine_makes_no_folder(tmp_path, spark, unquoted):
    with pytest.raises(QuarantineError, match="are in quarantine"):
        import_files(spark, "ucdp-ged", [unquoted], tmp_path / "out", most_quarantined=0.01, **DAY)
    assert not (tmp_path / "out").exists()


def test_the_verdicts_on_files_are_those_of_the_streamed_check(tmp_path, spark, spoiled):
    paths = [spoiled(tmp_path / f"{name}.parquet") for name in "ab"]
    expected = [
        (str(path), group.first + int(row), where, code)
        for path in paths
        for group in read_groups(path)
        for row, where, code in zip(group.verdicts.rows, group.verdicts.paths, group.verdicts.codes, strict=True)
    ]
    checked = validate_files(spark, paths, across=False)
    assert [tuple(row.values()) for row in checked.verdicts.to_pylist()] == expected
    assert (checked.rows, checked.invalid) == (120, 14)
    both = validate_files(spark, paths)
    assert both.verdicts.num_rows == len(expected) + across_in_duckdb(paths).num_rows
    assert set(both.verdicts.column("code").to_pylist()) >= {"CAS301", "CAS302"}


def test_a_file_of_other_columns_is_refused(tmp_path, spark):
    pq.write_table(pa.table({"a": [1]}), tmp_path / "other.parquet")
    with pytest.raises(InvalidRecordsError):
        validate_files(spark, [tmp_path / "other.parquet"])


def test_rows_out_of_scope_are_counted_alike(tmp_path, spark):
    codes = ("195", "141", "042", "111", "999", "010")
    path = tmp_path / "20220302001500.export.CSV"
    path.write_text("".join(gdelt_row(number, EventCode=codes[number % 6]) for number in range(1, 400)), "utf-8")
    day = {"retrieved": dt.date(2026, 1, 2)}
    run_import("gdelt", [path], tmp_path / "local", block=20_000, **day)
    import_files(spark, "gdelt", [path], tmp_path / "out", block=20_000, task_bytes=40_000, **day)
    assert content(tmp_path / "out") == content(tmp_path / "local")
    said = counted(tmp_path / "out")
    assert min(said["records"], said["quarantined"], *said["out_of_scope"].values()) > 0
