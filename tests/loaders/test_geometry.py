"""Points of events: GeoParquet 1.1 that every reader of it takes."""

import json
import struct

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import casus
from casus.schema import UsageError
from casus.schema.geometry import GEO, points


def test_a_point_is_well_known_binary():
    made = points(pa.chunked_array([[28.98, None], [1.0]]), pa.chunked_array([[41.01, 2.0], [None]]))
    assert made.type == pa.binary()
    assert made.to_pylist() == [struct.pack("<BIdd", 1, 1, 28.98, 41.01), None, None]


def test_no_points_of_no_rows():
    empty = pa.chunked_array([], pa.float64())
    assert points(empty, empty).to_pylist() == []


def test_the_file_is_geoparquet(small_release):
    file = pq.ParquetFile(small_release / "events.parquet")
    said = json.loads(file.metadata.metadata[GEO])
    assert said == {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {
            "geometry": {
                "encoding": "WKB",
                "geometry_types": ["Point"],
                "bbox": [28.94966, 41.01384, 28.94966, 41.01384],
            }
        },
    }
    assert str(file.schema.column(file.schema.names.index("geometry")).physical_type) == "BYTE_ARRAY"
    assert file.schema.column(file.schema.names.index("geometry")).logical_type.type == "NONE"
    assert {"latitude", "longitude"} <= set(file.schema.names)


def test_geopandas_reads_the_file_and_the_table(small_release):
    geopandas = pytest.importorskip("geopandas", reason="GeoPandas is not installed (extra: geo)")
    frame = geopandas.read_parquet(small_release / "events.parquet")
    assert str(frame.crs) == "OGC:CRS84"
    assert [(point.x, point.y) for point in frame.geometry] == list(zip(frame.longitude, frame.latitude, strict=True))
    loaded = casus.scan("events").filter(type="talks").to_geopandas()
    assert str(loaded.crs) == "OGC:CRS84"
    known = loaded[loaded.longitude.notna()]
    assert len(known)
    assert (known.geometry.x == known.longitude).all()
    assert (known.geometry.y == known.latitude).all()
    assert str(loaded.date_start.dtype).startswith("datetime64")


def test_geopandas_needs_the_points():
    pytest.importorskip("geopandas", reason="GeoPandas is not installed (extra: geo)")
    with pytest.raises(UsageError, match="links has no column 'geometry'"):
        casus.load("links").to_geopandas()


def test_without_geopandas_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "geopandas", None)
    with pytest.raises(UsageError, match=r"casus-events\[geo\]"):
        casus.load().to_geopandas()


def test_duckdb_reads_the_file(small_release):
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed (extra: duckdb)")
    query = f"select longitude, latitude, geometry is not null from '{small_release / 'events.parquet'}'"
    assert duckdb.sql(query).fetchall() == [(28.94966, 41.01384, True)] * 2
    relation = casus.load(type="talks").to_duckdb()
    assert "geometry" in relation.columns
