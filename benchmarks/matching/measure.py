"""Measure how often ``casus match`` is right, on the authored dataset and records of it told again by hand.

The records that were not told again are dealt to two sides, so that none of them has a partner on the other, but many
have a neighbour there: the same days, the same actors, often the same type and place. The originals of the copies go
to one side, the copies to the other. Whatever else the matching pairs is wrong, because one event is one record.

Usage: python benchmarks/matching/measure.py DATASET [--sample copies.yaml] [--show]
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import yaml

from casus.match_sides import Side, actors_of, open_side, places_of
from casus.matching import LEAST, candidates, match_sides

HERE = Path(__file__).parent
PREFIX = "other:"


def copy_of(said: dict[str, Any], row: dict[str, Any]) -> tuple[dict[str, Any], list[Any], list[Any]]:
    """Return a record told again, and the places and actors that it names."""
    number = f"{PREFIX}{said['of']}"
    date = row["date"] | {
        "start": day(said.get("start", row["date"]["start"])),
        "end": day(said.get("end", row["date"]["end"])),
    }
    date["extent"] = "within" if said.get("within") else "spans"
    places, locations = [], []
    if "place" in said:
        name, latitude, longitude, country = said["place"]
        kind = "country" if name == "Ukraine" else "city"
        places = [{"id": f"{number}-place", "name": name, "latitude": latitude, "longitude": longitude,
                   "country": country, "kind": kind}]  # fmt: skip
        locations = [{"key": "l1", "place": places[0]["id"], "role": "site", "precision": 1, "asserted_by": []}]
    actors, participants = [], []
    for at, (name, state, role) in enumerate(said["actors"]):
        actors.append({"id": f"{number}-actor-{at}", "name": name, "of": state})
        participants.append(
            {"key": f"p{at}", "actor": actors[-1]["id"], "roles": [role], "represented_by": [], "asserted_by": []}
        )
    quantities = [
        {
            "key": f"q{at}",
            "measure": measure,
            "best": float(value),
            "cumulative": False,
            "approx": False,
            "attribution": "named",
            "sources": ["s1"],
        }
        for at, (measure, value) in enumerate(said.get("numbers", {}).items())
    ]
    changed = {name: said[name] for name in ("title", "summary", "type", "mode") if name in said}
    parts = {"date": date, "locations": locations, "participants": participants, "quantities": quantities}
    return row | changed | parts | {"id": number}, places, actors


def day(value: Any) -> Any:
    return value if value is None or isinstance(value, dt.date) else dt.date.fromisoformat(str(value))


def sides_of_sample(dataset: Path, sample: Path) -> tuple[Side, Side, int]:
    """Return the two sides, and how many copies there are."""
    whole = open_side(dataset)
    said = {each["of"]: each for each in yaml.safe_load(sample.read_text("utf-8"))}
    ids = np.array(whole.table.column("id").to_pylist())
    original = np.isin(ids, sorted(said))
    rows = {row["id"]: row for row in whole.table.filter(pa.array(original)).to_pylist()}
    told = [copy_of(each, rows[name]) for name, each in said.items() if name in rows]
    others = np.flatnonzero(~original)
    order = np.argsort(ids[others])  # by day and id, so that every second one is a neighbour of the first
    dealt = others[order]
    copies = pa.Table.from_pylist([copy for copy, _, _ in told], schema=whole.table.schema)
    one = replace(
        whole,
        table=pa.concat_tables([copies, whole.table.take(pa.array(dealt[::2]))]).unify_dictionaries(),
        places={**whole.places, **places_of([place for _, places, _ in told for place in places])},
        actors={**whole.actors, **actors_of([actor for _, _, actors in told for actor in actors])},
    )
    other = replace(
        whole, table=whole.table.take(pa.array(np.sort(np.concatenate([dealt[1::2], np.flatnonzero(original)]))))
    )
    return one, other, len(told)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("dataset", type=Path)
    options.add_argument("--sample", type=Path, default=HERE / "later.yaml", help="records told again")
    options.add_argument("--show", action="store_true", help="print the wrong pairs and the copies that were not found")
    given = options.parse_args()
    one, other, copies = sides_of_sample(given.dataset, given.sample)
    compared = sum(len(left) for left, _ in candidates(one, other, 1, 50.0))
    pairs = match_sides(one, other, least=0).to_pylist()
    print(f"{len(one)} records ({copies} copies) and {len(other)} records, {compared} pairs compared")
    print("score  pairs  right  precision  found")
    best = [pair for pair in pairs if pair["best_of_a"] and pair["best_of_b"]]
    for least in (50, 55, 60, 65, 70, 75, 80, 85):
        taken = [pair for pair in best if pair["score"] >= least]
        right = sum(pair["a"] == PREFIX + pair["b"] for pair in taken)
        share = f"{right / len(taken):9.2f}" if taken else "        -"
        print(f"{least:5.0f}  {len(taken):5}  {right:5}  {share}  {right / copies:5.2f}")
    alone(one, other, copies)
    first = sum(pair["best_of_a"] and pair["a"] == PREFIX + pair["b"] for pair in pairs)
    print(f"the best partner of a copy is its original: {first} of {copies}")
    if given.show:
        show(best, pairs)
    return 0


def alone(one: Side, other: Side, copies: int) -> None:
    """Print what the copies are paired with where their originals are there, and where they are not."""
    told = replace(one, table=one.table.slice(0, copies))
    originals = {name.removeprefix(PREFIX) for name in told.table.column("id").to_pylist()}
    kept = pa.array([each not in originals for each in other.table.column("id").to_pylist()])
    there = [pair for pair in match_sides(told, other, least=0).to_pylist() if pair["best_of_a"] and pair["best_of_b"]]
    gone = match_sides(told, replace(other, table=other.table.filter(kept)), least=0).to_pylist()
    gone = [pair for pair in gone if pair["best_of_a"] and pair["best_of_b"]]
    print("copies alone: score, right, wrong, wrong where the original is missing")
    for least in (50, 55, 60, 65, 70, 75, 80):
        taken = [pair["a"] == PREFIX + pair["b"] for pair in there if pair["score"] >= least]
        missing = sum(pair["score"] >= least for pair in gone)
        print(f"{least:5.0f}  {sum(taken):5}  {len(taken) - sum(taken):5}  {missing:5}")


def show(best: list[dict[str, Any]], pairs: list[dict[str, Any]]) -> None:
    parts = ("days", "place", "actors", "type", "text", "numbers")
    for pair in best:
        if pair["a"] != PREFIX + pair["b"] and pair["score"] >= LEAST:
            print("wrong", pair["score"], pair["a"], pair["b"], [pair[name] for name in parts])
    for pair in pairs:
        if pair["a"] == PREFIX + pair["b"]:
            print(
                "right" if pair["best_of_a"] and pair["best_of_b"] else "LOST ",
                pair["score"],
                pair["b"],
                [pair[name] for name in parts],
            )


if __name__ == "__main__":
    sys.exit(main())
