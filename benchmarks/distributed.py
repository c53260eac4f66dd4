"""Measure Spark against the run on one machine, as ratios: ``python benchmarks/distributed.py --rows N [--rounds N]``.

Both sides have two workers: threads in this process, or ``local[2]``. Start-up stands apart: the session is there, and
each worker has done a small run of the same kind before anything is timed. The sides take turns; medians are printed,
with the bounds that are asked of them.

``import``    GDELT-shaped lines to records, quarantine and registries: ``run_import``, and ``import_files`` in ranges
``validate``  a Parquet file of records: the streamed check, and ``validate_files`` over its row groups
``frame``     ``mapInArrow`` that validates the same records, and one that reads the batches and does nothing
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pv
from measuring import INVALID_EVERY, timed
from synthetic import write_file

from casus.distributed import import_files, validate_files, validate_frame
from casus.importers.mapping import mapping
from casus.importers.running import run_import
from casus.streaming import check_file

BOUNDS = {"import": 1.4, "validate": 1.4, "frame": 1.3}
_SMALL = 20_000
_DAY = dt.date(2026, 1, 2)
_CODES = (
    "010",
    "020",
    "036",
    "040",
    "042",
    "051",
    "057",
    "061",
    "111",
    "112",
    "120",
    "141",
    "173",
    "190",
    "193",
    "195",
)
_PEOPLE = ("GOV", "MIL", "REB", "CVL", "BUS", "OPP")


def write_gdelt(path: Path, rows: int) -> Path:
    """Write rows in the layout of GDELT 2, with one in so many whose day is none."""
    chance = np.random.default_rng(rows)
    layout = next(each for each in mapping("gdelt").layouts if "Actor1Geo_ADM2Code" in each)
    day = np.datetime64("2023-01-01") + chance.integers(0, 700, rows)
    days = np.char.replace(day.astype(str), "-", "")
    days[INVALID_EVERY // 2 :: INVALID_EVERY] = "20231345"
    states = chance.choice([f"{a}{b}{c}" for a in "RUGFI" for b in "SKBRN" for c in "ARWMD"], (2, rows))
    people = chance.choice(_PEOPLE, (2, rows))
    code = chance.choice(_CODES, rows)
    place = chance.integers(0, 20_000, (3, rows))
    columns: dict[str, Any] = {name: pa.array([""] * rows) for name in layout}
    columns |= {"GLOBALEVENTID": np.arange(rows) + 410_000_000, "SQLDATE": days, "EventCode": code}
    columns |= {"MonthYear": "202301", "Year": "2023", "FractionDate": "2023.0100"}
    columns |= {"EventBaseCode": [each[:3] for each in code], "EventRootCode": [each[:2] for each in code]}
    columns |= {"IsRootEvent": "1", "QuadClass": "4", "GoldsteinScale": "-10.0", "AvgTone": chance.normal(-2, 3, rows)}
    columns |= dict.fromkeys(("NumMentions", "NumSources", "NumArticles"), chance.integers(1, 40, rows))
    for side in (0, 1):
        columns |= {f"Actor{side + 1}Code": np.char.add(states[side], people[side])}
        columns |= {f"Actor{side + 1}Name": np.char.add("ACTOR OF ", states[side])}
        columns |= {f"Actor{side + 1}CountryCode": states[side], f"Actor{side + 1}Type1Code": people[side]}
    for number, name in enumerate(("Actor1", "Actor2", "Action")):
        spot = place[number]
        columns |= {f"{name}Geo_Type": "4", f"{name}Geo_CountryCode": "UP", f"{name}Geo_ADM1Code": "UP08"}
        columns |= {f"{name}Geo_FullName": np.char.add(np.char.add("Town ", spot.astype(str)), ", Example, Ukraine")}
        columns |= {f"{name}Geo_Lat": 44 + spot / 3000, f"{name}Geo_Long": 22 + spot / 1500}
        columns |= {f"{name}Geo_FeatureID": -spot - 1_000_000}
    columns["DATEADDED"] = np.char.add(np.char.replace(day.astype(str), "-", ""), "001500")
    host, page = chance.integers(0, 3000, rows).astype(str), chance.integers(0, rows, rows).astype(str)
    columns["SOURCEURL"] = np.char.add(np.char.add("https://news", host), np.char.add(".example.org/story/", page))
    table = {
        name: pa.repeat(pa.scalar(column), rows) if isinstance(column, str) else pa.array(column)
        for name, column in columns.items()
    }
    options = pv.WriteOptions(include_header=False, delimiter="\t", quoting_style="none")
    pv.write_csv(pa.table(table).select(list(layout)), path, options)
    return path


def session() -> Any:
    """Return a session of two workers."""
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("casus-benchmarks")
    options = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "2", "spark.driver.memory": "2g"}
    options |= {"spark.driver.host": "127.0.0.1", "spark.ui.showConsoleProgress": "false"}
    for name, value in options.items():
        builder = builder.config(name, value)
    found = builder.getOrCreate()
    found.sparkContext.setLogLevel("ERROR")
    return found


def emptied(make: Callable[[Path], Any], folder: Path) -> Callable[[], Any]:
    """Return a call that makes a folder anew; an old one is removed by renaming, which takes no time."""

    def call() -> Any:
        for each in (folder, folder.with_name(f"{folder.name}.partial")):
            if each.exists():
                each.rename(folder.with_name(f"old-{os.urandom(4).hex()}"))
        return make(folder)

    return call


def nothing(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Read batches and yield no row."""
    names = pa.schema([("id", pa.string()), ("path", pa.string()), ("code", pa.string())])
    for _ in batches:
        yield pa.RecordBatch.from_pylist([], schema=names)


def sides(spark: Any, folder: Path, rows: int) -> dict[str, dict[str, Callable[[], Any]]]:
    """Return both sides of every measure, for so many rows."""
    lines = write_gdelt(folder / f"{rows}.csv", rows)
    records = write_file(folder / f"{rows}.parquet", rows, invalid_every=INVALID_EVERY)
    frame = spark.read.parquet(f"file://{records}")
    said = {"retrieved": _DAY, "version": "2"}
    return {
        "import": {
            "spark": emptied(lambda out: import_files(spark, "gdelt", [lines], out, **said), folder / "spark"),
            "local": emptied(lambda out: run_import("gdelt", [lines], out, **said), folder / "local"),
        },
        "validate": {
            "spark": lambda: validate_files(spark, [records], across=False).invalid,
            "local": lambda: check_file(records).invalid,
        },
        "frame": {
            "spark": lambda: validate_frame(frame).count(),
            "local": lambda: frame.mapInArrow(nothing, "id string, path string, code string").count(),
        },
    }


def main() -> int:
    """Print the ratios; return 1 if one is above its bound."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=sorted(BOUNDS))
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spark = session()
        for pair in sides(spark, folder, _SMALL).values():
            pair["spark"]()
            pair["spark"]()
        found = {}
        for what, pair in sides(spark, folder, chosen.rows).items():
            if chosen.only in {None, what}:
                times = timed(pair, chosen.rounds)
                ratio = times["spark"] / times["local"]
                rate = round(chosen.rows / times["spark"])
                found[what] = {"ratio": round(ratio, 2), "at_most": BOUNDS[what], "rows_a_second": rate}
                print(json.dumps({what: found[what]}), flush=True)
                for old in folder.glob("old-*"):
                    shutil.rmtree(old)
        spark.stop()
    return int(any(each["ratio"] > each["at_most"] for each in found.values()))


if __name__ == "__main__":
    raise SystemExit(main())
