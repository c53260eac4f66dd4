"""Codes of countries in the field's systems, resolved to ISO 3166-1 alpha-3 by date."""

from __future__ import annotations

import csv
import datetime as dt
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.importers.rows import mapped

#: Spells of a code: from, to (both included; None is open), the state.
Spells = tuple[tuple[dt.date | None, dt.date | None, str], ...]


@cache
def codes(system: str) -> dict[str, Spells]:
    """Return what the codes of a system stood for, and when.

    Parameters
    ----------
    system
        ``gw`` (Gleditsch and Ward), ``cow`` (Correlates of War), ``fips`` (FIPS 10-4), ``cameo``, ``name``.
    """
    text = (files("casus.importers") / "countries.csv").read_text("utf-8")
    found: dict[str, list[tuple[dt.date | None, dt.date | None, str]]] = {}
    for row in csv.DictReader(text.splitlines()):
        if row["system"] == system:
            start, end = (dt.date.fromisoformat(row[name]) if row[name] else None for name in ("start", "end"))
            found.setdefault(row["code"], []).append((start, end, row["iso3"]))
    return {code: tuple(spells) for code, spells in found.items()}


def iso3(system: str, code: str, day: dt.date | None = None) -> str | None:
    """Return the state that a code stood for on a day, or None if it stood for none."""
    for start, end, state in codes(system).get(code, ()):
        if day is None or ((start is None or start <= day) and (end is None or day <= end)):
            return state
    return None


def to_iso3(system: str, column: Any, day: Any) -> Any:
    """Return a column of codes as ISO3, each by the day of its row; null where a code stood for no state then."""
    table = codes(system)
    changing = [code for code, spells in table.items() if len(spells) > 1 or spells[0][:2] != (None, None)]
    states = mapped(column, lambda code: iso3(system, code), pa.string()).cast(pa.string())
    by_day = np.flatnonzero(
        np.asarray(pc.fill_null(pc.is_in(_plain(column), value_set=pa.array(changing, pa.string())), fill_value=False))
    )
    if not len(by_day):
        return states
    values = states.to_pylist()
    for row in by_day:
        values[row] = iso3(system, column[int(row)].as_py(), day[int(row)].as_py())
    return pa.array(values, pa.string())


def _plain(column: Any) -> Any:
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
