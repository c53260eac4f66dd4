"""Reading records with and without validation, whole and streamed."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from measuring import INVALID_EVERY, kept, medians, over, read_validated, timed
from records import over_validated
from synthetic import planted

from casus.building import WRITER
from casus.streaming import load_records

#: The layouts under which the same rows are read raw; the first is the release's own.
LAYOUTS: dict[str, dict[str, Any]] = {
    "release": {},
    "lean": {"write_statistics": False, "data_page_size": 4 * 2**20},
    "lz4": {"compression": "lz4"},
    "zstd": {"compression": "zstd"},
}
#: Above so many rows only the two fastest layouts are written.
_MANY = 2_000_000
_FEW = 10_000


def read_row_groups(path: Path) -> pa.Table:
    """Return the whole file as a table, read raw, one row group after another."""
    with pq.ParquetFile(path, memory_map=True) as file:
        return pa.concat_tables([file.read_row_group(index) for index in range(file.num_row_groups)])


def write_layouts(folder: Path, rows: int) -> dict[str, Path]:
    """Write the same rows under every layout, and once with plain texts instead of dictionaries."""
    names = list(LAYOUTS) if rows <= _MANY else list(LAYOUTS)[:2]
    own = kept(folder, rows)
    paths = {"release": own}
    for name in [*names[1:], "plain strings"]:
        paths[name] = folder / f"{name.replace(' ', '-')}-{rows}.parquet"
        if not paths[name].exists():
            _rewrite(own, paths[name], LAYOUTS.get(name, {}), plain=name == "plain strings")
    return paths


def _rewrite(source: Path, target: Path, layout: dict[str, Any], *, plain: bool) -> None:
    with pq.ParquetFile(source) as file:
        schema = file.schema_arrow
        if plain:
            schema = pa.schema([field.with_type(_plain(field.type)) for field in schema])
        with pq.ParquetWriter(target, schema, **(WRITER | layout)) as writer:
            for index in range(file.num_row_groups):
                table = file.read_row_group(index)
                writer.write_table(table.cast(schema) if plain else table)


def _plain(kind: Any) -> Any:
    """Return a type with plain texts instead of dictionaries."""
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_plain(kind.value_type)))
    if pa.types.is_struct(kind):
        inner = [kind.field(index) for index in range(kind.num_fields)]
        return pa.struct([field.with_type(_plain(field.type)) for field in inner])
    return pa.string() if pa.types.is_dictionary(kind) else kind


def load(rows: int, rounds: int, folder: Path) -> dict[str, Any]:
    """Return what validation costs on top of the fastest raw read of the same rows, and whether it finds everything."""
    paths = write_layouts(folder, rows)
    own = paths["release"]
    sides: dict[str, Callable[[], Any]] = {}
    for name, path in paths.items():
        sides[f"raw, {name}, mapped"] = lambda path=path: pq.read_table(path, memory_map=True)
        if name in ("release", "lean"):
            sides[f"raw, {name}"] = lambda path=path: pq.read_table(path)
            sides[f"raw, {name}, row groups"] = lambda path=path: read_row_groups(path)
    sides["validated"] = lambda: read_validated(own)
    sides["sha256"] = lambda: hashlib.sha256(own.read_bytes()).hexdigest()
    times = timed(sides, rounds)
    explained = timed({"explained": lambda: load_records(own), "validated": lambda: read_validated(own)}, 1)
    _, found = read_validated(own)
    slower = over_validated(own, times["validated"] / rows, ("pydantic", "jsonschema"))
    sizes = {name: path.stat().st_size / 1e6 for name, path in paths.items()}
    wanted = planted(rows, INVALID_EVERY)
    dictionaries = {name: taken for name, taken in times.items() if name.startswith("raw") and "plain" not in name}
    raw = min(dictionaries.values())
    fastest = min(dictionaries, key=dictionaries.__getitem__)
    # The least of many medians is below that side's own time by chance, and sides follow others that leave memory in
    # another state: the side that is found to be the fastest is measured once more, in turn with the validated one.
    again = over(sides["validated"], sides[fastest], 2 * rounds)
    return {
        "rows": rows,
        "megabytes": sizes,
        "seconds": times,
        "fastest_raw": fastest,
        "validated_over_fastest_raw": again,
        "validated_over_least_median_of_raw": times["validated"] / raw,
        "validated_over_raw_plain_strings": times["validated"] / times["raw, plain strings, mapped"],
        "sha256_over_fastest_raw": times["sha256"] / raw,
        "explaining_the_first_hundred_seconds": explained["explained"] - explained["validated"],
        **slower,
        "planted": len(wanted),
        "found": len(set(found) & set(wanted)),
        "false_alarms": len(set(found) - set(wanted)),
    }


STREAM = """
import resource, sys, time
from casus.schema.columnar.across import Across
from casus.streaming import check_file
across = Across() if sys.argv[2] == "across" else None
check_file(sys.argv[3], across=across and Across())
start = time.perf_counter()
found = check_file(sys.argv[1], across=across)
taken = time.perf_counter() - start
print(taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, found.records, found.invalid)
"""


def stream(rows: int, rounds: int, folder: Path) -> dict[str, Any]:
    """Return time and peak memory of validating a file in a process of its own, at a tenth of the rows and at all.

    Before the time is taken each process validates a small file, so that what is done once is not counted as growth.
    """
    found: dict[str, Any] = {}
    paths = {count: kept(folder, count) for count in (rows // 10, rows)}
    warming = kept(folder, _FEW)
    for kind in ("record", "across"):
        runs: dict[int, list[list[float]]] = {count: [] for count in paths}
        for _ in range(rounds):
            for count, path in paths.items():
                command = [sys.executable, "-c", STREAM, str(path), kind, str(warming)]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                runs[count].append([float(each) for each in done.stdout.split()])
        small, large = (medians(runs[count]) for count in paths)
        found[f"{kind} rules"] = {
            "seconds_small": small[0],
            "seconds_large": large[0],
            "time_a_row_large_over_small": large[0] / small[0] / 10,
            "peak_mb_small": small[1],
            "peak_mb_large": large[1],
            "bytes_a_row_more": (large[1] - small[1]) * 2**20 / (rows - rows // 10),
            "invalid_found": large[3],
            "invalid_planted": float(len(planted(rows, INVALID_EVERY))),
        }
    return found
