"""DataFrames that are in Spark: the same functions through mapInArrow."""

import datetime as dt
import json

import pyarrow.parquet as pq
import pytest
from importing import ucdp_rows, ucdp_text

from casus.distributed import import_frame, validate_frame
from casus.importers.running import run_import
from casus.streaming import read_groups

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")]
DAY = dt.date(2026, 1, 2)


def test_the_verdicts_on_a_frame_are_those_of_its_file(tmp_path, spark, spoiled):
    path = spoiled(tmp_path / "records.parquet")
    ids = pq.read_table(path, columns=["id"]).column("id").to_pylist()
    expected = sorted(
        (ids[group.first + int(row)], where, code)
        for group in read_groups(path)
        for row, where, code in zip(group.verdicts.rows, group.verdicts.paths, group.verdicts.codes, strict=True)
    )
    found = validate_frame(spark.read.parquet(path.as_uri())).collect()
    assert sorted(tuple(row) for row in found) == expected
    assert len(expected) >= 7


def test_an_import_of_a_frame_is_that_of_its_file(tmp_path, spark):
    rows = ucdp_rows(200)
    for number in range(0, 200, 25):
        rows[number]["low"] = "5"
    path = tmp_path / "GEDEvent_v22_0_2.csv"
    path.write_text(ucdp_text(rows), "utf-8", newline="")
    run_import("ucdp-ged", [path], tmp_path / "local", retrieved=DAY)
    names = list(rows[0])
    lines = [(path.name, number, *(row[name] for name in names)) for number, row in enumerate(rows, 1)]
    frame = spark.createDataFrame(
        lines, ", ".join(["_file string", "_row long", *(f"{each} string" for each in names)])
    )
    out = import_frame(frame, "ucdp-ged", version="22.0.2", retrieved=DAY).cache()
    kept = out.where("fate = 'record'")
    mine = {row.id: row.asDict(recursive=True) for row in kept.select("record.*").collect()}
    local = {row["id"]: row for row in pq.read_table(tmp_path / "local" / "records").to_pylist()}
    assert json.dumps(mine, default=str, sort_keys=True) == json.dumps(local, default=str, sort_keys=True)
    held = out.where("fate = 'quarantine'").select("file", "row", "code", "path", "reason").collect()
    expected = pq.read_table(tmp_path / "local" / "quarantine.parquet").drop_columns(["raw"]).to_pylist()
    assert sorted(map(tuple, held)) == sorted(tuple(row.values()) for row in expected)
    assert (len(mine), len(held)) == (192, 8)
    assert kept.select("file", "row").distinct().count() == 192
