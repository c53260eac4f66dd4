"""Record by record: how many times longer Pydantic and the JSON Schema libraries take over the same Parquet rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from measuring import kept, read_validated, timed
from pydantic import ValidationError

from casus.parquet_records import rows as parsed_rows
from casus.schema import Event
from casus.schema_engine import SchemaEngine

#: Records that each side is measured on.
SAMPLES = {"pydantic": 4_000, "jsonschema-rs": 4_000, "jsonschema": 300}


def over_validated(path: Path, own: float, sides: Sequence[str] = tuple(SAMPLES)) -> dict[str, float]:
    """Return the time a record takes, from Parquet to a verdict, over ``own``, the seconds it takes in columns."""
    with pq.ParquetFile(path) as file:
        sample = file.read_row_group(0)
    engines = {name: SchemaEngine(name) for name in sides if name != "pydantic"}

    def judge(name: str) -> None:
        for row in parsed_rows(sample.slice(0, SAMPLES[name])):
            if name == "pydantic":
                try:
                    Event.model_validate_json(json.dumps(row))
                except ValidationError:
                    continue
            elif not engines[name].accepts(row):
                engines[name].codes(row)

    times = timed({name: lambda name=name: judge(name) for name in sides}, 1)
    return {f"{name.replace('-', '_')}_over_validated": times[name] / SAMPLES[name] / own for name in sides}


def record(rows: int, rounds: int, folder: Path) -> dict[str, Any]:
    """Return how many records a second are validated in columns, and the ratios of the other engines."""
    path = kept(folder, rows)
    own = timed({"validated": lambda: read_validated(path)}, rounds)["validated"] / rows
    return {"rows": rows, "records_a_second": 1 / own, **over_validated(path, own)}
