"""Building a release of so many records from JSONL, against Pydantic alone over the same lines."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from measuring import timed
from synthetic import ACTORS, PLACES, PUBLISHERS, make_records

from casus.building import build_release
from casus.digests import canonical_rows
from casus.schema import Event

#: Records that are made at a time.
_PART = 50_000
#: At most so many times as long as Pydantic over the same lines.
AT_MOST = 2.0
_HEAD = """\
title: Synthetic records
description: Imported rows, made by chance.
version: {version}
as_of: 2025-07-01
licence: CC-BY-4.0
"""
_STATE = {"iso3": "UKR", "name": "Ukraine", "gwn": 369, "cow": 369, "start": "1991-12-01", "start_of": "gw"}


def lines_of(rows: int, path: Path) -> Path:
    """Write so many records as JSON lines, unless they are there."""
    if not path.exists():
        with path.open("w", encoding="utf-8") as stream:
            for first in range(0, rows, _PART):
                table = make_records(min(_PART, rows - first), 1, None, first)
                stream.writelines(f"{line}\n" for line in canonical_rows(table))
    return path


def dataset_of(folder: Path, version: str) -> Path:
    """Write a dataset folder without records whose registries hold what the synthetic records name."""
    (folder / "registries").mkdir(parents=True, exist_ok=True)
    (folder / "dataset.yaml").write_text(_HEAD.format(version=version), "utf-8")
    lists = {
        "states": [_STATE],
        "actors": [_actor(number) for number in range(len(ACTORS))],
        "places": [_place(number) for number in range(len(PLACES) // 50)],
        "publishers": [_publisher(number) for number in range(len(PUBLISHERS))],
    }
    for name, entries in lists.items():
        (folder / "registries" / f"{name}.yaml").write_text(json.dumps(entries, indent=0), "utf-8")
    return folder


def _actor(number: int) -> dict[str, Any]:
    return {"id": f"bench-a{number}", "kind": "government-body", "name": f"Actor {number}"}


def _place(number: int) -> dict[str, Any]:
    return {"id": f"ukr-p{number}", "kind": "city", "name": f"Place {number}", "countries": [{"state": "UKR"}]}


def _publisher(number: int) -> dict[str, Any]:
    group = f"bench-s{number}"
    hosts = [f"s{number}.example.org"]
    return {"id": group, "name": f"Paper {number}", "hosts": hosts, "owner": "private", "independence_group": group}


def parsed(path: Path) -> Iterator[Any]:
    """Yield the records of a file of JSON lines."""
    with path.open(encoding="utf-8") as stream:
        yield from map(json.loads, stream)


def build(rows: int, rounds: int, folder: Path) -> dict[str, Any]:
    """Return how many times as long a build takes as Pydantic does over the same lines."""
    path = lines_of(rows, folder / f"records-{rows}.jsonl")
    source = dataset_of(folder / "dataset", "0.1.0")

    def built() -> None:
        shutil.rmtree(folder / "built", ignore_errors=True)
        build_release(source, folder / "built", records=parsed(path))

    def validated() -> None:
        with path.open(encoding="utf-8") as stream:
            for line in stream:
                Event.model_validate_json(line)

    times = timed({"build": built, "pydantic": validated}, rounds)
    ratio = {"ratio": times["build"] / times["pydantic"], "at_most": AT_MOST}
    return {"rows": rows, "seconds": times, "build / Pydantic over the same lines": ratio}
