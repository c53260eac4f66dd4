"""Do the engines ever differ? ``python benchmarks/agreement.py --records 1000000 [--seed 1] [--json]``.

Valid records of every type are damaged at random places, and every engine judges them: the record engine (Pydantic and
the record rules, which is the reference), the columnar engine where columns can hold the record, and JSON Schema where
a schema can express what is wrong. The same seed gives the same records. Exit code 1 if any two engines differ.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

# The records and the damage are those of the conformance suite.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from columns import NotRepresentableError, batch_of_rows, row_of
from conformance.engines import (
    LIBRARIES,
    accepted_by_schema,
    codes_by_record,
    codes_of_batch,
    expressible,
)
from conformance.making import EVENT_TYPES, Chance, make
from conformance.mutating import mutated

from casus.schema.rules.record import IMPORTED_ONLY

BATCH = 2_000
PROCESSES = 2
POOL = 600
SHOWN = 5
#: How many of the optional parts the valid records have, and how often a record is damaged.
DENSITIES = (0.05, 0.25, 0.5)
TIMES = (1, 1, 1, 2, 3)


@dataclass
class Tally:
    """What was counted."""

    records: int = 0
    invalid: int = 0
    in_columns: int = 0
    by_schema: int = 0
    not_in_columns: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    disagreements: int = 0
    shown: list[dict[str, Any]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Add what another process counted."""
        self.records += other.records
        self.invalid += other.invalid
        self.in_columns += other.in_columns
        self.by_schema += other.by_schema
        self.not_in_columns += other.not_in_columns
        self.codes += other.codes
        self.disagreements += other.disagreements
        self.shown = (self.shown + other.shown)[:SHOWN]

    def differ(self, engine: str, record: Any, wanted: Any, found: Any) -> None:
        """Count a disagreement, and keep the first few."""
        self.disagreements += 1
        if len(self.shown) < SHOWN:
            self.shown.append(
                {"engine": engine, "record engine": sorted(wanted), "found": found, "record": repr(record)}
            )


@cache
def pool() -> list[dict[str, Any]]:
    """Return the valid records that are damaged, the same ones in every process."""
    return [_valid(number) for number in range(POOL)]


def _valid(number: int) -> dict[str, Any]:
    chance = Chance(number, DENSITIES[number % len(DENSITIES)])
    event_type = EVENT_TYPES[number % len(EVENT_TYPES)]
    record: dict[str, Any] = make(chance, event_type, imported=event_type in IMPORTED_ONLY or chance.flag())
    return record


def judge(work: tuple[int, int, int]) -> Tally:
    """Damage one batch of records, let every engine judge them, and compare."""
    seed, number, count = work
    chance = Chance(seed * 1_000_003 + number)
    records = [mutated(chance.pick(pool()), chance, chance.pick(TIMES)) for _ in range(count)]
    wanted = [codes_by_record(record) for record in records]
    tally = Tally(count, sum(map(bool, wanted)))
    tally.codes.update(code for codes in wanted for code in codes)
    _compare_columns(records, wanted, tally)
    if LIBRARIES[-1] == "jsonschema-rs":
        _compare_schema(records, wanted, tally)
    return tally


def _compare_columns(records: list[Any], wanted: list[set[str]], tally: Tally) -> None:
    rows, held = [], []
    for record, codes in zip(records, wanted, strict=True):
        try:
            rows.append(row_of(record))
        except NotRepresentableError as error:
            tally.not_in_columns[str(error.why)] += 1
        else:
            held.append((record, codes))
    tally.in_columns += len(rows)
    for (record, codes), found in zip(held, codes_of_batch(batch_of_rows(rows)), strict=True):
        if codes != found:
            tally.differ("columns", record, codes, sorted(found))


def _compare_schema(records: list[Any], wanted: list[set[str]], tally: Tally) -> None:
    """Compare verdicts where a schema can express all that is wrong, or nothing of it."""
    wholly, partly = expressible(), expressible("partly")
    for record, codes in zip(records, wanted, strict=True):
        if codes & partly and not codes & wholly:
            continue
        tally.by_schema += 1
        accepted = accepted_by_schema(record)
        if accepted is bool(codes & wholly):
            tally.differ("JSON Schema", record, codes & wholly, "accepted" if accepted else "refused")


def batches(records: int, seed: int) -> Iterator[tuple[int, int, int]]:
    """Yield the work: seed, number of the batch, its size."""
    for number, first in enumerate(range(0, records, BATCH)):
        yield seed, number, min(BATCH, records - first)


def run(records: int, seed: int, told: Callable[[Tally], None]) -> Tally:
    """Judge so many damaged records in two processes."""
    total = Tally()
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as processes:
        for tally in processes.imap_unordered(judge, batches(records, seed)):
            total.add(tally)
            told(total)
    return total


def main() -> int:
    """Print the counts; return 1 if any two engines differ."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print the counts as JSON")
    parser.add_argument("--progress", action="store_true", help="say on stderr how far it is")
    chosen = parser.parse_args()
    start = time.perf_counter()

    def told(total: Tally) -> None:
        if chosen.progress:
            seconds = time.perf_counter() - start
            print(f"{total.records} {total.disagreements} {seconds:.0f}s", file=sys.stderr, flush=True)

    total = run(chosen.records, chosen.seed, told)
    counts = {
        "records": total.records,
        "invalid": total.invalid,
        "in_columns": total.in_columns,
        "not_in_columns": dict(total.not_in_columns.most_common()),
        "by_schema": total.by_schema,
        "disagreements": total.disagreements,
        "codes": dict(sorted(total.codes.items())),
        "seconds": round(time.perf_counter() - start, 1),
        "shown": total.shown,
    }
    print(json.dumps(counts, indent=2) if chosen.json else _as_text(counts))
    return int(total.disagreements > 0)


def _as_text(counts: dict[str, Any]) -> str:
    lines = [
        f"{counts['records']:>10}  damaged records (in {counts['seconds']} s)",
        f"{counts['invalid']:>10}  invalid",
        f"{counts['in_columns']:>10}  compared in columns",
        *(f"{number:>10}  not in columns: {why}" for why, number in counts["not_in_columns"].items()),
        f"{counts['by_schema']:>10}  compared with JSON Schema",
        f"{counts['disagreements']:>10}  disagreements",
        f"{'':>10}  codes: " + ", ".join(f"{code} {number}" for code, number in counts["codes"].items()),
    ]
    return "\n".join([*lines, *(json.dumps(each) for each in counts["shown"])])


if __name__ == "__main__":
    sys.exit(main())
