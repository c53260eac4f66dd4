"""One text of SQL for the rules across records: DuckDB, and the columnar engine, find the same."""

import pyarrow.compute as pc
import pytest

from casus.distributed import across_in_duckdb
from casus.schema.columnar.across import Across
from casus.streaming import check_file


def test_the_rows_that_sql_finds_are_those_of_the_streamed_check(tmp_path, linked):
    path = linked(tmp_path)
    found = across_in_duckdb([path], ["2025-01-01-known-elsewhere"])
    findings = check_file(path, across=Across(known=("2025-01-01-known-elsewhere",)))
    expected = sorted((each.row, each.code) for each in findings.found if each.code in {"CAS301", "CAS302"})
    assert sorted(zip(found.column("row").to_pylist(), found.column("code").to_pylist(), strict=True)) == expected
    assert {code for _, code in expected} == {"CAS301", "CAS302"}


def test_ids_are_unique_over_all_files(tmp_path, linked):
    first, second = (linked(tmp_path / name) for name in ("a + b%20c", "b"))
    found = across_in_duckdb([second, first])
    repeated = found.filter(pc.equal(found.column("code"), "CAS301"))
    counts = {row["values"]: row["counts"] for row in repeated.column("file").value_counts().to_pylist()}
    assert counts == {str(first.resolve()): 2, str(second.resolve()): 42}


@pytest.mark.slow
def test_spark_and_duckdb_find_the_same(tmp_path, linked, spark):
    from casus.distributed import across_in_spark

    paths = [linked(tmp_path / name) for name in ("a + b%20c", "b")]
    assert across_in_spark(spark, paths, ["2025-01-01-known-elsewhere"]).equals(
        across_in_duckdb(paths, ["2025-01-01-known-elsewhere"])
    )
