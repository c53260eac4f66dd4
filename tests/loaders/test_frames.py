"""Right types in everyone's tools."""

import pytest

import casus

pandas = pytest.importorskip("pandas")
polars = pytest.importorskip("polars")
duckdb = pytest.importorskip("duckdb")


def test_pandas_types():
    frame = casus.load().to_pandas()
    assert frame["date_start"].dtype.kind == "M"
    assert isinstance(frame["type"].dtype, pandas.CategoricalDtype)
    assert frame["where_precision"].dtype == pandas.Int32Dtype()
    assert frame["latitude"].dtype == "float64"
    assert casus.load("quantities").to_pandas()["approx"].dtype == bool


def test_polars_types():
    frame = casus.load().to_polars()
    assert frame.schema["date_start"] == polars.Date
    assert frame.schema["where_precision"] == polars.Int32
    assert frame.filter(polars.col("type") == "talks").height == len(casus.load(type="talks"))


def test_duckdb_relation():
    relation = casus.load().to_duckdb()
    assert relation.filter("type = 'talks'").aggregate("count(*)").fetchall()[0][0] == len(casus.load(type="talks"))


def test_arrow_capsule_is_read_without_an_adapter():
    scan = casus.scan().filter(type="talks")
    assert polars.DataFrame(scan).height == len(scan)
    if hasattr(pandas.DataFrame, "from_arrow"):  # pandas 3
        assert len(pandas.DataFrame.from_arrow(scan)) == len(scan)
    events = casus.load()
    assert duckdb.sql("select count(*) from events").fetchall()[0][0] == len(events)


def test_files_are_read_without_the_package():
    path = str(casus.get_path("quantities"))
    expected = len(casus.load("quantities"))
    assert len(pandas.read_parquet(path)) == expected
    assert polars.read_parquet(path).height == expected
    assert duckdb.sql(f"select count(*) from '{path}'").fetchall()[0][0] == expected


def test_nested_records_are_read_by_duckdb():
    path = str(casus.get_path("records"))
    rows = duckdb.sql(f"select id, unnest(quantities, recursive := true) from '{path}'").fetchall()
    assert len(rows) == len(casus.load("quantities"))


def test_missing_library_says_what_to_install(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(casus.UsageError, match=r"pip install 'casus-events\[polars\]'"):
        casus.load().to_polars()
