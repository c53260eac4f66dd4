"""A release read by everyone's tools, with the right types: the files as they are, without Casus."""

import csv
import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from casus.digests import lean
from casus.exports.text import export_csv
from casus.frames import Table
from casus.manifest import read_manifest
from casus.releases import Release
from casus.schema.description import Kind
from casus.schema.tables import TABLES

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def tables(folder):
    return {each.name: pq.read_table(folder / f"{each.name}.parquet") for each in read_manifest(folder).tables}


def columns(kind):
    """The columns of the flat tables of a kind that is not a vocabulary's, as (table, column)."""
    return [
        (name, column.name) for name, table in TABLES.items() for column in table.columns if column.kind is kind
    ]  # fmt: skip


def coded():
    return [(name, column.name) for name, table in TABLES.items() for column in table.columns if column.vocabulary]


# --- PyArrow, pandas, Polars, DuckDB, GeoPandas ---------------------------------------------------------------------


def test_pyarrow(tables):
    kinds = {Kind.DATE: pa.date32(), Kind.INTEGER: pa.int32(), Kind.NUMBER: pa.float64(), Kind.BOOLEAN: pa.bool_(),
             Kind.BYTES: pa.binary()}  # fmt: skip
    for kind, wanted in kinds.items():
        assert columns(kind) or kind is Kind.BOOLEAN
        for name, column in columns(kind):
            assert tables[name].schema.field(column).type == wanted
    for name, column in coded():
        assert pa.types.is_dictionary(tables[name].schema.field(column).type)
    nested = tables["records"].schema
    assert pa.types.is_list(nested.field("quantities").type)
    assert pa.types.is_struct(nested.field("quantities").type.value_type)
    assert pa.types.is_list(nested.field("issues").type)


def test_pandas_with_arrow_types(folder, tables):
    pandas = pytest.importorskip("pandas")
    for name in TABLES:
        frame = pandas.read_parquet(folder / f"{name}.parquet", dtype_backend="pyarrow")
        assert frame.dtypes.map(lambda each: each.pyarrow_dtype).to_list() == tables[name].schema.types
    records = pandas.read_parquet(folder / "records.parquet", dtype_backend="pyarrow")
    assert isinstance(records["quantities"].iloc[0], list)


def test_pandas_from_the_table(folder, tables):
    pandas = pytest.importorskip("pandas")
    frames = {name: Table(tables[name], name, folder.name).to_pandas() for name in tables}
    for name, column in columns(Kind.DATE):
        assert str(frames[name][column].dtype).startswith("datetime64"), (name, column)
    for name, column in columns(Kind.INTEGER):
        assert frames[name][column].dtype == pandas.Int32Dtype(), (name, column)
    for name, column in coded():
        assert isinstance(frames[name][column].dtype, pandas.CategoricalDtype), (name, column)
    assert frames["events"]["votes_for"].isna().any()
    assert frames["records"]["issues"].map(len).sum() == sum(map(len, tables["records"]["issues"].to_pylist()))


def test_polars(folder, tables):
    polars = pytest.importorskip("polars")
    frames = {name: polars.read_parquet(folder / f"{name}.parquet") for name in tables}
    kinds = {Kind.DATE: polars.Date, Kind.INTEGER: polars.Int32, Kind.NUMBER: polars.Float64,
             Kind.BOOLEAN: polars.Boolean, Kind.BYTES: polars.Binary}  # fmt: skip
    for kind, wanted in kinds.items():
        for name, column in columns(kind):
            assert frames[name].schema[column] == wanted, (name, column)
    for name, column in coded():
        assert frames[name].schema[column] in (polars.Categorical, polars.Enum), (name, column)
    assert isinstance(frames["records"].schema["quantities"], polars.List)
    assert isinstance(frames["records"].schema["quantities"].inner, polars.Struct)
    for name in TABLES:
        assert frames[name].to_dicts() == tables[name].to_pylist()


def test_duckdb(folder, tables):
    duckdb = pytest.importorskip("duckdb")
    kinds = {Kind.DATE: "DATE", Kind.INTEGER: "INTEGER", Kind.NUMBER: "DOUBLE", Kind.BOOLEAN: "BOOLEAN"}
    with duckdb.connect() as connection:
        for name in TABLES:
            read = connection.sql(f"from '{folder / f'{name}.parquet'}'")
            types = dict(zip(read.columns, map(str, read.types), strict=True))
            for kind, wanted in kinds.items():
                for table, column in columns(kind):
                    assert table != name or types[column] == wanted, (name, column)
            assert read.fetchall() == [tuple(row.values()) for row in tables[name].to_pylist()]
        nested = connection.sql(f"select quantities, issues from '{folder / 'records.parquet'}'")
        assert str(nested.types[0]).startswith("STRUCT(") and str(nested.types[0]).endswith("[]")  # noqa: PT018
        query = f"select count(*) from (select unnest(quantities) from '{folder / 'records.parquet'}')"
        assert connection.sql(query).fetchall() == [(len(tables["quantities"]),)]


def test_geopandas(folder, tables):
    geopandas = pytest.importorskip("geopandas", reason="GeoPandas is not installed (pip install 'casus-events[geo]')")
    frame = geopandas.read_parquet(folder / "events.parquet")
    assert frame.crs.to_authority() == ("OGC", "CRS84")
    known = frame[frame.latitude.notna()]
    assert (known.geometry.x == known.longitude).all()
    assert (known.geometry.y == known.latitude).all()
    assert frame.geometry.isna().sum() == tables["events"]["geometry"].null_count > 0
    assert set(known.cx[25:45, 40:55].country) >= {"UKR"}
    some = geopandas.read_parquet(folder / "events.parquet", columns=["id", "geometry"])
    assert list(some.columns) == ["id", "geometry"]


# --- Hugging Face ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_hugging_face_datasets_offline(folder, tables, tmp_path):
    pytest.importorskip("datasets", reason="datasets is not installed (pip install datasets)")
    program = """
import json, sys
import datasets
folder, cache, *names = sys.argv[1:]
said = {}
for name in names:
    read = datasets.load_dataset(folder, name, split="train", cache_dir=cache)
    said[name] = [len(read), {key: getattr(each, "dtype", "list") for key, each in read.features.items()}]
first = datasets.load_dataset(folder, cache_dir=cache)["train"]
said["default"] = [first.info.config_name, first[0]["date_start"].isoformat()]
print(json.dumps(said))
"""
    names = [name for name, table in tables.items() if len(table)]
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder), str(tmp_path / "cache"), *names],
        capture_output=True, text=True, check=False, timeout=600, env=os.environ | offline,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout.splitlines()[-1])
    assert {name: said[name][0] for name in names} == {name: len(tables[name]) for name in names}
    kinds = said["events"][1]
    assert (kinds["date_start"], kinds["votes_for"], kinds["latitude"], kinds["type"]) == (
        "date32", "int32", "float64", "string")  # fmt: skip
    assert said["default"] == ["events", tables["events"]["date_start"][0].as_py().isoformat()]


# --- R --------------------------------------------------------------------------------------------------------------

_R_CLASSES = {Kind.TEXT: "character", Kind.INTEGER: "integer", Kind.NUMBER: "numeric", Kind.BOOLEAN: "logical",
              Kind.DATE: "Date", Kind.BYTES: "character"}  # fmt: skip


@pytest.mark.slow
def test_r_reads_the_csv_export_with_types(folder, tables, tmp_path):
    if not shutil.which("Rscript"):
        pytest.skip("R is not installed (Debian: apt-get install r-base-core)")
    list(export_csv(Release.open(folder), tmp_path / "csv"))
    (tmp_path / "again").mkdir()
    command = ["Rscript", "--vanilla", str(HERE / "read_release.R"), str(tmp_path / "csv"), str(tmp_path / "again")]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=600, env=os.environ | {"LC_ALL": "C.UTF-8"}
    )
    assert (done.returncode, done.stderr) == (0, "")
    said = {(line.split()[0], line.split()[1]): line.split()[2:] for line in done.stdout.splitlines()}
    for name, table in TABLES.items():
        for column in table.columns:
            kind = "factor" if column.vocabulary else _R_CLASSES[column.kind]
            assert said[name, column.name] == [kind, str(tables[name][column.name].null_count)], (name, column.name)
        with (tmp_path / f"again/{name}.csv").open(encoding="utf-8", newline="") as file:
            read = list(csv.DictReader(file))
        assert len(read) == len(tables[name])
        for row, wanted in zip(read, tables[name].to_pylist(), strict=True):
            for column in table.columns:
                assert _r_value(row[column.name], wanted[column.name]) == wanted[column.name], (name, column.name)


def _r_value(text, wanted):
    if text == "":
        return None
    if isinstance(wanted, bool):
        return {"TRUE": True, "FALSE": False}[text]
    if isinstance(wanted, int | float):
        return type(wanted)(text)
    if isinstance(wanted, bytes):
        return bytes.fromhex(text)
    return dt.date.fromisoformat(text) if isinstance(wanted, dt.date) else text


# --- JavaScript -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_javascript_reads_every_table(folder, tables, node):
    done = subprocess.run(
        [shutil.which("node"), "read_release.mjs", str(folder)],
        cwd=node,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, "")
    read = json.loads(done.stdout)
    assert set(read) == set(tables)
    for name, table in tables.items():
        for row, wanted in zip(read[name], table.to_pylist(), strict=True):
            if name == "events":
                # hyparquet turns the points of GeoParquet into GeoJSON.
                where = wanted.pop("geometry") and [wanted["longitude"], wanted["latitude"]]
                assert (row.pop("geometry") or {}).get("coordinates") == where
            assert lean(row) == lean(_tagged(wanted)), name


def _tagged(value):
    if isinstance(value, dt.date):
        return {"day": value.isoformat()}
    if isinstance(value, dict):
        return {key: _tagged(each) for key, each in value.items()}
    return [_tagged(each) for each in value] if isinstance(value, list) else value
