"""Measure as ratios, both sides in one run.

``python benchmarks/run.py WHAT --rows N [--rounds N] [--folder F] [--json]``; WHAT is one of these, or ``all``:

``load``    reading records with and without validation, against the fastest raw read of the same rows
``stream``  validation in bounded memory, at N and at N/10 rows
``record``  Pydantic, jsonschema and jsonschema-rs, record by record
``peers``   dataframely, pandera and patito (``pip install -r benchmarks/requirements.txt``)
``build``   building a release from JSON lines, against Pydantic over the same lines
``compare`` ``casus.diff`` of two releases, against reading both
``start``   processes: the import, and ``casus info``
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measuring import process_seconds, timed

IMPORT_CASUS = "import casus"
IMPORT_PYDANTIC = "from pydantic import BaseModel"
DEFINE_MODELS = "import pyarrow.parquet; import casus.schema"
INFO = "import sys; sys.argv = ['casus', 'info']; from casus.cli import main; main()"

#: name, the measured side, the baseline, the bound on their ratio
PAIRS = (
    ("import casus / import pydantic.BaseModel", IMPORT_CASUS, IMPORT_PYDANTIC, 1.5),
    ("casus info / import pyarrow.parquet and define the models", INFO, DEFINE_MODELS, 3.0),
)


def start(_rows: int, rounds: int, _folder: Path) -> dict[str, Any]:
    """Return the ratios of processes, each with its bound."""
    found = {}
    for name, code, baseline, bound in PAIRS:
        times = timed(
            {"one": lambda code=code: process_seconds(code), "other": lambda base=baseline: process_seconds(base)},
            rounds,
        )
        found[name] = {"ratio": times["one"] / times["other"], "at_most": bound}
    return found


def _measures() -> dict[str, Callable[[int, int, Path], dict[str, Any]]]:
    from building import build
    from comparing import compare
    from loading import load, stream
    from records import record

    def peers(rows: int, rounds: int, folder: Path) -> dict[str, Any]:
        from peers import peers as compared

        return compared(rows, rounds, folder)

    return {
        "load": load,
        "record": record,
        "peers": peers,
        "stream": stream,
        "build": build,
        "compare": compare,
        "start": start,
    }


def main() -> int:
    """Print the ratios; return 1 if one is above its bound."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("load", "stream", "record", "peers", "build", "compare", "start", "all"))
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", type=Path, help="keep the files there and use those that are there")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        found = _measured(chosen, chosen.folder or Path(temporary))
    print(json.dumps(found, indent=2) if chosen.json else "\n".join(_lines(found)))
    return int(any(each["ratio"] > each["at_most"] for each in _bounded(found)))


def _measured(chosen: argparse.Namespace, folder: Path) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    measures = _measures()
    if chosen.what == "all":
        return {name: measure(chosen.rows, chosen.rounds, folder) for name, measure in measures.items()}
    return measures[chosen.what](chosen.rows, chosen.rounds, folder)


def _bounded(found: Any) -> list[dict[str, float]]:
    if not isinstance(found, dict):
        return []
    return [found] if "at_most" in found else [each for inner in found.values() for each in _bounded(inner)]


def _lines(found: dict[str, Any], prefix: str = "") -> list[str]:
    lines = []
    for name, value in found.items():
        label = f"{prefix}{name.replace('_', ' ')}"
        if isinstance(value, dict):
            lines += _lines(value, f"{label}: ")
        else:
            lines.append(f"{value:14.4g}  {label}" if isinstance(value, int | float) else f"{'':14}  {label}: {value}")
    return lines


if __name__ == "__main__":
    sys.exit(main())
