"""Both sides in one run: interleaved rounds, medians."""

from __future__ import annotations

import gc
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

INVALID_EVERY = 10_000


def process_seconds(code: str, folder: Path | None = None) -> float:
    """Return the time of a new process that runs the code, with modules compiled as after any installation.

    Where the environment forbids to keep compiled modules, every process would compile them anew.
    """
    kept_at = Path(tempfile.gettempdir(), f"casus-benchmarks-{os.getuid()}")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(kept_at)
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL, cwd=folder, env=environment)
    return time.perf_counter() - begin


def timed(sides: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Return the median time of every side over interleaved rounds, after one round that is not counted.

    Each round has an order of its own: what a side leaves in memory costs or helps the one that follows.
    """
    times: dict[str, list[float]] = {name: [] for name in sides}
    chance = random.Random(rounds)  # noqa: S311
    for _ in range(rounds + 1):
        for name, side in chance.sample(sorted(sides.items()), len(sides)):
            gc.collect()
            start = time.perf_counter()
            result = side()
            times[name].append(time.perf_counter() - start)
            del result
    return {name: statistics.median(taken[1:]) for name, taken in times.items()}


def over(side: Callable[[], Any], other: Callable[[], Any], rounds: int) -> float:
    """Return how long one side takes over the other: the median over rounds in which each begins every second one."""
    ratios = []
    for number in range(rounds + 1):
        taken = {}
        for each in (side, other) if number % 2 else (other, side):
            gc.collect()
            start = time.perf_counter()
            result = each()
            taken[each] = time.perf_counter() - start
            del result
        ratios.append(taken[side] / taken[other])
    return statistics.median(ratios[1:])


def medians(runs: list[list[float]]) -> list[float]:
    """Return the median of every column."""
    return [statistics.median(column) for column in zip(*runs, strict=True)]


def read_validated(path: Path, threads: int = 2) -> tuple[Any, list[int]]:
    """Return the whole file as a table, and the rows that are invalid."""
    import pyarrow as pa

    from casus.streaming import read_groups

    groups = list(read_groups(path, threads=threads, mapped=True))
    suspects = [group.first + row for group in groups for row in group.verdicts.suspects()]
    return pa.concat_tables([group.table for group in groups]), suspects


def kept(folder: Path, rows: int) -> Path:
    """Return the file of so many records in the release's layout; write it unless it is there."""
    from synthetic import write_file

    path = folder / f"release-{rows}.parquet"
    return path if path.exists() else write_file(path, rows, invalid_every=INVALID_EVERY)
