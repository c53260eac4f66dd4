"""Measure as ratios, both sides in one run: ``python benchmarks/run.py [--rounds N] [--json]``."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time

IMPORT_CASUS = "import casus"
IMPORT_PYDANTIC = "from pydantic import BaseModel"
DEFINE_MODELS = "import pyarrow.parquet; import casus.schema"
INFO = "import sys; sys.argv = ['casus', 'info']; from casus.cli import main; main()"

#: name, the measured side, the baseline, the bound on their ratio
PAIRS = (
    ("import casus / import pydantic.BaseModel", IMPORT_CASUS, IMPORT_PYDANTIC, 1.5),
    ("casus info / import pyarrow.parquet and define the models", INFO, DEFINE_MODELS, 3.0),
)


def seconds(code: str) -> float:
    """Return the time of a new process that runs the code."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def ratio(code: str, baseline: str, rounds: int) -> float:
    """Return the ratio of the medians over interleaved rounds, after one round that is not counted."""
    times = [(seconds(code), seconds(baseline)) for _ in range(rounds + 1)][1:]
    return statistics.median(one for one, _ in times) / statistics.median(other for _, other in times)


def main() -> int:
    """Print the ratios; return 1 if one is above its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    results = [(name, ratio(code, base, chosen.rounds), bound) for name, code, base, bound in PAIRS]
    if chosen.json:
        print(json.dumps([{"what": name, "ratio": value, "bound": bound} for name, value, bound in results], indent=2))
    else:
        for name, value, bound in results:
            print(f"{value:6.2f}  (at most {bound:g})  {name}")
    return int(any(value > bound for _, value, bound in results))


if __name__ == "__main__":
    sys.exit(main())
