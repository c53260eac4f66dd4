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

#: Spells of a code: from, to (both included; None is open), the state.
Spells = tuple[tuple[dt.date | None, dt.date | None, str], ...]


_EPOCH = dt.date(1970, 1, 1)
_FOREVER = 2**31


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
    encoded = column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)
    words = encoded.dictionary.to_pylist()
    numbers: dict[str | None, int] = {None: -1}
    alone = [numbers.setdefault(state, len(numbers) - 1) for state in (iso3(system, word or "") for word in words)]
    place = np.asarray(encoded.indices.fill_null(-1))
    found = np.append(np.array(alone, np.int64), -1)[place]
    known, days = np.asarray(day.is_valid()), np.asarray(day.cast(pa.int32()).fill_null(0))
    for number, word in enumerate(words):
        spells = table.get(word, ())
        if not spells or (len(spells) == 1 and spells[0][:2] == (None, None)):
            continue
        rows = np.flatnonzero((place == number) & known)
        mine = np.full(len(rows), -1, np.int64)
        for start, end, state in reversed(spells):  # the first one that fits holds
            fits = (days[rows] >= _count(start, -_FOREVER)) & (days[rows] <= _count(end, _FOREVER))
            mine[fits] = numbers.setdefault(state, len(numbers) - 1)
        found[rows] = mine
    states = pa.array([state for state in numbers if state is not None], pa.string())
    return states.take(pa.array(found, mask=found < 0))


def _count(day: dt.date | None, otherwise: int) -> int:
    return otherwise if day is None else (day - _EPOCH).days
