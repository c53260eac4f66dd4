"""Comparing two releases of so many records, against reading both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from building import dataset_of, lines_of, parsed
from measuring import timed

from casus.building import build_release
from casus.differing import diff
from casus.releases import Release

#: One record in so many is changed from the first release to the second.
CHANGED_EVERY = 100
#: At most so many times as long as reading both.
AT_MOST = 10.0


def releases(rows: int, folder: Path) -> tuple[Path, Path]:
    """Build two releases of so many records, unless they are there."""
    into = folder / f"releases-{rows}"
    lines = lines_of(rows, folder / f"records-{rows}.jsonl")
    for version in ("0.1.0", "0.2.0"):
        if not (into / version).is_dir():
            records = parsed(lines) if version == "0.1.0" else _changed(lines)
            build_release(dataset_of(folder / "dataset", version), into, records=records)
    return into / "0.1.0", into / "0.2.0"


def _changed(lines: Path) -> Iterator[Any]:
    for number, record in enumerate(parsed(lines)):
        yield {**record, "title": f"{record['title']}, corrected"} if number % CHANGED_EVERY == 0 else record


def compare(rows: int, rounds: int, folder: Path) -> dict[str, Any]:
    """Return how many times as long ``casus.diff`` takes as reading both releases, and what it finds."""
    old, new = releases(rows, folder)

    def raw() -> None:
        for release in (old, new):
            for path in sorted(release.glob("*.parquet")):
                with pq.ParquetFile(path) as file:
                    file.read()

    def verified() -> None:
        for release in map(Release.open, (old, new)):
            for name in release.names:
                release.table(name)

    times = timed({"diff": lambda: diff(old, new), "raw": raw, "verified": verified}, rounds)
    found = diff(old, new)
    return {
        "rows": rows,
        "seconds": times,
        "planted": len(range(0, rows, CHANGED_EVERY)),
        "found": len(found.changed),
        "diff / a raw read of both": {"ratio": times["diff"] / times["raw"], "at_most": AT_MOST},
        "diff / loading both": {"ratio": times["diff"] / times["verified"], "at_most": AT_MOST},
    }
