"""Importing and validating files of other datasets, against parsing the same file and writing it as Parquet.

``python benchmarks/imports.py --rows N [--rounds N] [--source S ...] [--folder F]``: files in the documented shape are
made up; both sides run in processes of their own, in turn, and the largest memory of each is told. The bound on the
ratio of the times holds at a million rows; memory must not grow from one million to ten.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from casus.importers.mapping import mapping

AT_MOST = 3.0
#: The real file of UCDP breaks low <= best <= high in about so many rows, and has so many places.
_BROKEN = 0.02
_SPOTS = 60_000
_CHUNK = 100_000
_WORDS = (
    "market",
    "bridge",
    "village",
    "north",
    "river",
    "station",
    "school",
    "camp",
    "border",
    "port",
    "hill",
    "field",
)

#: Both sides report seconds and the peak of resident memory (MiB).
_SIDE = """
import json, resource, sys, time
from pathlib import Path
source, path, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
{setup}
start = time.perf_counter()
{work}
taken = time.perf_counter() - start
print(json.dumps([taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""
_IMPORT = _SIDE.format(
    setup="from casus.importers.running import run_import; import casus.schema.columnar",
    work="report = run_import(source, [path], out); assert report.rows == report.records + report.quarantined"
    " + sum(report.skipped.values())",
)
_RAW = _SIDE.format(
    setup="import pyarrow as pa, pyarrow.csv as pv, pyarrow.parquet as pq\n"
    "from casus.importers.mapping import mapping\n"
    "form, layout = mapping(source).form, mapping(source).layouts[0]\n"
    "names = None if form.get('header', True) else list(layout)",
    work="""table = pv.read_csv(path, pv.ReadOptions(column_names=names),
    pv.ParseOptions(delimiter=form['delimiter'], newlines_in_values=form.get('quoted', False)))
pq.write_table(table, out, compression='zstd', compression_level=1)""",
)


def _texts(chance: Any, count: int, words: int, distinct: int) -> Any:
    """Return texts of so many words, of which so many are distinct."""
    pool = np.array([" ".join(chance.choice(_WORDS, words)) + f" {number}" for number in range(distinct)])
    return pa.array(pool[chance.integers(0, distinct, count)])


def _numbers(chance: Any, count: int, least: int, most: int) -> Any:
    return pa.array(chance.integers(least, most, count)).cast(pa.string())


def _days(chance: Any, count: int, form: str) -> Any:
    days = pa.array(chance.integers(9_000, 19_000, count).astype("int32"), pa.date32())
    return pc.strftime(days, form)


def ucdp(chance: Any, first: int, count: int) -> dict[str, Any]:
    """Return columns in the shape of UCDP GED."""
    day = _days(chance, count, "%Y-%m-%d 00:00:00.000")
    dead = chance.integers(0, 40, count)
    kind = chance.integers(1, 4, count)
    side_a, side_b = chance.integers(1, 800, count), chance.integers(1000, 3000, count)
    high = dead + chance.integers(0, 5, count)
    low = np.where(chance.random(count) < _BROKEN, high + 1, dead)
    spots = chance.integers(0, _SPOTS, count)
    text = {
        "id": pa.array(np.arange(first, first + count)).cast(pa.string()),
        "type_of_violence": pa.array(kind.astype(str)),
        "conflict_name": _texts(chance, count, 4, 800),
        "dyad_name": _texts(chance, count, 6, 2_000),
        "side_a_new_id": pa.array(side_a.astype(str)),
        "side_b_new_id": pa.array(side_b.astype(str)),
        "side_a": pa.array(np.char.add("Government of ", side_a.astype(str))),
        "side_b": pa.array(np.char.add("Front of ", side_b.astype(str))),
        "where_prec": _numbers(chance, count, 1, 7),
        "where_coordinates": pa.array(np.char.add("Village of ", spots.astype(str))),
        "where_description": _texts(chance, count, 12, 60_000),
        "source_article": _texts(chance, count, 25, 60_000),
        "source_office": _texts(chance, count, 2, 400),
        "source_original": _texts(chance, count, 2, 4_000),
        "source_headline": _texts(chance, count, 9, 60_000),
        "code_status": pa.repeat("Clear", count),
        "latitude": pa.array(np.char.mod("%.6f", spots / _SPOTS * 160 - 80)),
        "longitude": pa.array(np.char.mod("%.6f", spots % 997 / 997 * 340 - 170)),
        "country": _texts(chance, count, 1, 120),
        "country_id": pa.array(chance.choice(["369", "365", "625", "775", "700", "652"], count)),
        "event_clarity": _numbers(chance, count, 1, 3),
        "date_start": day,
        "date_end": day,
        "deaths_a": _numbers(chance, count, 0, 4),
        "deaths_b": _numbers(chance, count, 0, 4),
        "deaths_civilians": _numbers(chance, count, 0, 3),
        "deaths_unknown": _numbers(chance, count, 0, 2),
        "best": pa.array(dead).cast(pa.string()),
        "high": pa.array(high).cast(pa.string()),
        "low": pa.array(low).cast(pa.string()),
        "gwnoa": pa.array(chance.choice(["369", "365", "625", ""], count)),
    }
    other = _numbers(chance, count, 1, 20_000)
    return {name: text.get(name, other) for name in mapping("ucdp-ged").layouts[0]}


def gdelt(chance: Any, first: int, count: int) -> dict[str, Any]:
    """Return columns in the shape of GDELT 2."""
    layout = next(each for each in mapping("gdelt").layouts if len(each) == 61)  # noqa: PLR2004
    code = chance.choice(["010", "020", "036", "040", "042", "051", "112", "138", "173", "190", "193", "194"], count)
    actors = [chance.choice(["USA", "RUSGOV", "UKRMIL", "GBRGOV", "CHN", "COP", "MIL", ""], count) for _ in range(2)]
    day = _days(chance, count, "%Y%m%d")
    spots = chance.integers(0, _SPOTS, count)
    text = {
        "GLOBALEVENTID": pa.array(np.arange(first, first + count)).cast(pa.string()),
        "SQLDATE": day,
        "EventCode": pa.array(code),
        "EventBaseCode": pa.array(code),
        "QuadClass": _numbers(chance, count, 1, 5),
        "Actor1Code": pa.array(actors[0]),
        "Actor2Code": pa.array(actors[1]),
        "Actor1Name": _texts(chance, count, 1, 3_000),
        "Actor2Name": _texts(chance, count, 1, 3_000),
        "Actor1CountryCode": pa.array(chance.choice(["USA", "RUS", "UKR", ""], count)),
        "Actor2CountryCode": pa.array(chance.choice(["USA", "RUS", "UKR", ""], count)),
        "ActionGeo_Type": pa.array((1 + spots % 5).astype(str)),  # a place is of one kind
        "ActionGeo_FullName": pa.array(np.char.add("Town, Region, Country ", spots.astype(str))),
        "ActionGeo_CountryCode": pa.array(chance.choice(["US", "RS", "UP", "CH", "UK"], count)),
        "ActionGeo_Lat": pa.array(np.char.mod("%.4f", spots / _SPOTS * 160 - 80)),
        "ActionGeo_Long": pa.array(np.char.mod("%.4f", spots % 997 / 997 * 340 - 170)),
        "ActionGeo_FeatureID": pa.array(spots.astype(str)),
        "NumMentions": _numbers(chance, count, 1, 40),
        "NumSources": _numbers(chance, count, 1, 4),
        "NumArticles": _numbers(chance, count, 1, 40),
        "DATEADDED": pc.binary_join_element_wise(day, "120000", ""),
        "SOURCEURL": pc.binary_join_element_wise(
            "https://news.example", _numbers(chance, count, 1, 4_000), ".com/world/",
            _numbers(chance, count, 1, 10**7), "-something-that-was-said-and-done.html", "",
        ),
    }  # fmt: skip
    numbers = _numbers(chance, count, 1, 9)
    empty = pa.repeat("", count)
    return {name: text.get(name, numbers if "Num" in name or "Tone" in name else empty) for name in layout}


MAKERS = {"ucdp-ged": ucdp, "gdelt": gdelt}


def made(folder: Path, source: str, rows: int) -> Path:
    """Return a file in the shape of a source, made unless it is there."""
    path = folder / f"{source}-{rows}.csv"
    if path.is_file():
        return path
    form = mapping(source).form
    with path.with_suffix(".writing").open("wb") as file:
        writer = None
        for first in range(0, rows, _CHUNK):
            chance = np.random.default_rng(first)
            table = pa.table(MAKERS[source](chance, first + 1, min(_CHUNK, rows - first)))
            options = pv.WriteOptions(
                include_header=form.get("header", True),
                delimiter=form["delimiter"],
                quoting_style="needed" if form.get("quoted") else "none",
            )
            writer = writer or pv.CSVWriter(file, table.schema, write_options=options)
            writer.write_table(table)
        if writer is not None:
            writer.close()
    path.with_suffix(".writing").rename(path)
    return path


def run(code: str, source: str, path: Path, out: Path) -> tuple[float, float]:
    """Return the seconds and the peak of memory (MiB) of one side, in a process of its own."""
    for each in (out, out.with_name(f"{out.name}.partial")):
        shutil.rmtree(each) if each.is_dir() else each.unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", code, source, str(path), str(out)], check=True, capture_output=True, text=True
    )
    seconds, peak = json.loads(done.stdout)
    return seconds, peak


def measure(source: str, rows: int, rounds: int, folder: Path) -> dict[str, Any]:
    """Return the ratio of the times, and the memory, with the bound."""
    path = made(folder, source, rows)
    runs: dict[str, list[tuple[float, float]]] = {"import": [], "raw": []}
    for number in range(rounds):
        order = ("import", "raw") if number % 2 else ("raw", "import")
        for side in order:
            code = _IMPORT if side == "import" else _RAW
            runs[side].append(run(code, source, path, folder / f"{side}-{source}"))
    seconds = {side: statistics.median(taken for taken, _ in found) for side, found in runs.items()}
    ratios = [one[0] / other[0] for one, other in zip(runs["import"], runs["raw"], strict=True)]
    return {
        "rows": rows,
        "megabytes": round(path.stat().st_size / 2**20),
        "seconds": {side: round(taken, 2) for side, taken in seconds.items()},
        "ratio": round(statistics.median(ratios), 2),
        "at_most": AT_MOST,
        "peak_mebibytes": {side: round(max(peak for _, peak in found)) for side, found in runs.items()},
        "rows_a_second": round(rows / seconds["import"]),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, action="append", help="how many rows; repeatable (1,000,000 unless given)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--source", action="append", choices=sorted(MAKERS))
    parser.add_argument("--folder", type=Path, help="where to keep the files that are made")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        found = {
            f"{source} {rows:,}": measure(source, rows, given.rounds, folder)
            for source in given.source or sorted(MAKERS)
            for rows in given.rows or [1_000_000]
        }
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
