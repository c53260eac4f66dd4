"""Measure as ratios, both sides in one run.

``python benchmarks/run.py start`` measures processes: the import, and ``casus info``.
``python benchmarks/run.py load --rows N`` measures reading records with and without validation.
``python benchmarks/run.py stream --rows N`` measures validation in bounded memory, at N and at N/10 rows.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

IMPORT_CASUS = "import casus"
IMPORT_PYDANTIC = "from pydantic import BaseModel"
DEFINE_MODELS = "import pyarrow.parquet; import casus.schema"
INFO = "import sys; sys.argv = ['casus', 'info']; from casus.cli import main; main()"

#: name, the measured side, the baseline, the bound on their ratio
PAIRS = (
    ("import casus / import pydantic.BaseModel", IMPORT_CASUS, IMPORT_PYDANTIC, 1.5),
    ("casus info / import pyarrow.parquet and define the models", INFO, DEFINE_MODELS, 3.0),
)
INVALID_EVERY = 10_000
#: Records that the slow sides are measured on.
SAMPLE = 2_000


def seconds(code: str) -> float:
    """Return the time of a new process that runs the code."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def timed(sides: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Return the median time of every side over interleaved rounds, after one round that is not counted."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds + 1):
        for name, side in sides.items():
            start = time.perf_counter()
            side()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(taken[1:]) for name, taken in times.items()}


def start(rounds: int) -> dict[str, Any]:
    """Return the ratios of processes, each with its bound."""
    found = {}
    for name, code, baseline, bound in PAIRS:
        times = timed({"one": lambda code=code: seconds(code), "other": lambda base=baseline: seconds(base)}, rounds)
        found[name] = {"ratio": times["one"] / times["other"], "at_most": bound}
    return found


def load(rows: int, rounds: int) -> dict[str, Any]:
    """Return what validation costs on top of the fastest raw read of the same rows, and whether it finds everything."""
    import pyarrow.parquet as pq
    from synthetic import ROW_GROUP, planted, write_file

    from casus.streaming import read_groups

    with tempfile.TemporaryDirectory() as folder:
        path = write_file(Path(folder) / "records.parquet", rows, invalid_every=INVALID_EVERY)
        plain = pq.ParquetFile(path)

        def groups(threads: int) -> None:
            for _ in read_groups(path, threads=threads):
                pass

        def raw_groups(*, use_threads: bool) -> None:
            for index in range(plain.num_row_groups):
                plain.read_row_group(index, use_threads=use_threads)

        times = timed(
            {
                "raw, row groups": lambda: raw_groups(use_threads=True),
                "raw, row groups, one thread": lambda: raw_groups(use_threads=False),
                "raw, whole table": lambda: pq.read_table(path),
                "validated": lambda: groups(2),
                "validated, one thread": lambda: groups(1),
            },
            rounds,
        )
        found = [group.first + row for group in read_groups(path) for row in group.verdicts.suspects()]
        sample = plain.read_row_group(0).slice(0, SAMPLE)
    wanted = planted(rows, INVALID_EVERY)
    raw = min(taken for name, taken in times.items() if name.startswith("raw"))
    return {
        "rows": rows,
        "row_group": ROW_GROUP,
        "seconds": times,
        "validated_over_fastest_raw": times["validated"] / raw,
        **_record_by_record(sample, times["validated"] / rows),
        "planted": len(wanted),
        "found": len(set(found) & set(wanted)),
        "false_alarms": len(set(found) - set(wanted)),
    }


STREAM = """
import resource, sys, time
from casus.schema.columnar.across import Across
from casus.streaming import check_file
across = Across() if sys.argv[2] == "across" else None
start = time.perf_counter()
found = check_file(sys.argv[1], across=across)
taken = time.perf_counter() - start
print(taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, found.records, found.invalid)
"""


def stream(rows: int, rounds: int) -> dict[str, Any]:
    """Return time and peak memory of validating a file in a process of its own, at a tenth of the rows and at all."""
    from synthetic import planted, write_file

    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        paths = {count: Path(folder) / f"{count}.parquet" for count in (rows // 10, rows)}
        for count, path in paths.items():
            write_file(path, count, invalid_every=INVALID_EVERY)
        for kind in ("record", "across"):
            runs: dict[int, list[list[float]]] = {count: [] for count in paths}
            for _ in range(rounds):
                for count, path in paths.items():
                    command = [sys.executable, "-c", STREAM, str(path), kind]
                    done = subprocess.run(command, capture_output=True, text=True, check=True)
                    runs[count].append([float(each) for each in done.stdout.split()])
            small, large = (_medians(runs[count]) for count in paths)
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


def _medians(runs: list[list[float]]) -> list[float]:
    return [statistics.median(column) for column in zip(*runs, strict=True)]


def _record_by_record(sample: Any, validated: float) -> dict[str, float]:
    """Return how many times longer a record takes with Pydantic, and with jsonschema, from the same Parquet rows."""
    import jsonschema
    from pydantic import ValidationError

    from casus.parquet_records import rows
    from casus.schema import Event
    from casus.schema.render_json import event_schema

    checker = jsonschema.Draft202012Validator(event_schema(), format_checker=jsonschema.FormatChecker())

    def by_pydantic() -> None:
        for row in rows(sample):
            try:
                Event.model_validate_json(json.dumps(row))
            except ValidationError:
                continue

    def by_jsonschema() -> None:
        for row in rows(sample.slice(0, SAMPLE // 10)):
            list(checker.iter_errors(row))

    times = timed({"pydantic": by_pydantic, "jsonschema": by_jsonschema}, 1)
    return {
        "pydantic_over_validated": times["pydantic"] / sample.num_rows / validated,
        "jsonschema_over_validated": times["jsonschema"] / (sample.num_rows // 10) / validated,
    }


def main() -> int:
    """Print the ratios; return 1 if one is above its bound."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("start", "load", "stream"))
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    if chosen.what == "start":
        found = start(chosen.rounds)
    else:
        found = {"load": load, "stream": stream}[chosen.what](chosen.rows, chosen.rounds)
    print(json.dumps(found, indent=2) if chosen.json else _as_text(found))
    return int(any(isinstance(each, dict) and each.get("ratio", 0) > each.get("at_most", 0) for each in found.values()))


def _as_text(found: dict[str, Any]) -> str:
    lines = []
    for name, value in found.items():
        inner = value.items() if isinstance(value, dict) else [("", value)]
        lines += [f"{number:12.4g}  {name} {part}".rstrip() for part, number in inner]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
