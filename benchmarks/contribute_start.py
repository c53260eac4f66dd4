"""Measure ``casus validate`` on one file as a ratio to a process that only imports casus.schema, yaml and click.

``python benchmarks/contribute_start.py`` measures one record outside a dataset folder (the context is the bundled
release), one inside the authored dataset, and one inside a folder of a thousand records. Both sides run in new
processes, interleaved, in one run. ``--most`` fails if a ratio is above its bound.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from measuring import process_seconds

BASELINE = "import casus.schema, yaml, click"
VALIDATE = "import sys; sys.argv = ['casus', 'validate', {path!r}]; from casus.cli import main; main()"
BOUND = 1.5
RECORD = "2025-06-02-istanbul-talks"
DATASET = Path(__file__).resolve().parents[1] / "dataset"
PARTS = ("dataset.yaml", "registries", "wanted.yaml", "revisions.yaml", "exceptions.yaml")


def large_folder(into: Path, records: int) -> Path:
    """Write a dataset folder of so many released records: copies of the authored ones under other ids, built."""
    from casus.building import build_release

    into.mkdir()
    for name in PARTS:
        source = DATASET / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, into / name)
    authored = sorted((DATASET / "records").rglob("*.yaml"))
    for path in authored:
        text = path.read_text("utf-8")
        for copy in range(-(-records // len(authored))):
            name = path.stem if copy == 0 else f"{path.stem}-{copy}"
            target = into / "records" / path.parent.name / f"{name}.yaml"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text.replace(f"\nid: {path.stem}\n", f"\nid: {name}\n"), "utf-8")
    build_release(into)
    return into


def measured(cases: dict[str, tuple[Path, Path]], rounds: int) -> dict[str, dict[str, float]]:
    """Return for every case the median of its processes over that of the baseline's, all interleaved."""
    sides = {"baseline": (BASELINE, Path.cwd())}
    sides |= {name: (VALIDATE.format(path=str(path)), folder) for name, (folder, path) in cases.items()}
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds + 1):
        for name, (code, folder) in sides.items():
            times[name].append(process_seconds(code, folder))
    medians = {name: statistics.median(taken[1:]) for name, taken in times.items()}
    return {
        name: {"ratio": medians[name] / medians["baseline"], "at_most": BOUND, "seconds": medians[name]}
        for name in cases
    }


def main() -> int:
    """Print the ratios; return 1 if one is above its bound."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--records", type=int, default=1_000, help="records of the large folder; 0 leaves it out")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    inside = DATASET / "records" / "2025" / f"{RECORD}.yaml"
    with tempfile.TemporaryDirectory() as work:
        outside = Path(work, "own", inside.name)
        outside.parent.mkdir()
        shutil.copy(inside, outside)
        cases = {
            "one file, judged with the bundled release": (outside.parent, Path(outside.name)),
            "one file of the authored dataset": (DATASET.parent, inside.relative_to(DATASET.parent)),
        }
        if chosen.records:
            large = large_folder(Path(work, "large"), chosen.records)
            cases[f"one file of a folder of {chosen.records} records"] = (large, Path("records", "2025", inside.name))
        found: dict[str, Any] = measured(cases, chosen.rounds)
    if chosen.json:
        print(json.dumps(found, indent=2))
    else:
        print("\n".join(f"{each['ratio']:8.3f}  (at most {BOUND})  {name}" for name, each in found.items()))
    return int(any(each["ratio"] > each["at_most"] for each in found.values()))


if __name__ == "__main__":
    sys.exit(main())
