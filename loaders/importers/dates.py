"""Dates whose parts stand in three columns, of which some may be unknown."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.importers.parts import month_of
from casus.importers.rows import Rows, joined, mapped

#: What stands for an unknown part of a date.
_UNKNOWN = frozenset(("?", "0", "-1", "-9", "-99", "0.0", "-1.0", "-9.0", "-99.0"))
_FIRST_YEAR, _LAST_YEAR = 1000, 2999
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Spell:
    """The days between which a day lies, as far as its parts are known.

    Attributes
    ----------
    start, end
        Columns of days; null where the year is unknown.
    exact
        A mask of the rows in which the day itself is known.
    """

    start: Any
    end: Any
    exact: Any

    @property
    def day(self) -> Any:
        """The day where it is known, else null."""
        return pc.if_else(pa.array(self.exact), self.start, pa.scalar(None, pa.date32()))


def spell(rows: Rows, year: str, month: str, day: str) -> Spell:
    """Return what three columns say of a day; what is no date is at fault (CAS602)."""
    cells = [pc.fill_null(rows.text(name), "?") for name in (year, month, day)]
    parts = joined(*cells, between=" ")
    bounds = {word: _bounds(word) for word in pc.unique(parts).to_pylist()}
    wrong = mapped(parts, lambda word: bounds[word] is None, pa.bool_())
    rows.note("CAS602", year, np.asarray(wrong))
    firsts = {word: each[0] if each else None for word, each in bounds.items()}
    lasts = {word: each[1] if each else None for word, each in bounds.items()}
    found = mapped(parts, firsts.get, pa.date32()), mapped(parts, lasts.get, pa.date32())
    exact = np.asarray(pc.fill_null(pc.equal(*found), fill_value=False))
    return Spell(found[0], found[1], exact)


def _bounds(word: str) -> tuple[dt.date | None, dt.date | None] | None:
    """Return first and last day of ``year month day``: two Nones if the year is unknown, None if it is no date."""
    cells = [None if part in _UNKNOWN else part for part in word.split(" ")]
    try:
        year, month, day = (None if part is None else _whole(part) for part in cells)
        if year is None:
            return (None, None)
        if not _FIRST_YEAR <= year <= _LAST_YEAR or (month is None and day is not None):
            return None
        first = dt.date(year, month or 1, day or 1)
    except ValueError:  # also if there are more than three parts
        return None
    if month is None:
        return first, dt.date(year, _MONTHS, 31)
    return (first, first) if day else month_of(first)


def _whole(part: str) -> int:
    return int(part.removesuffix(".0"))


def extent_of(first: Spell, last: Spell) -> Any:
    """Return the extent of what goes from one day to another: it fills them only where both are known."""
    return pc.if_else(pa.array(first.exact & last.exact), pa.scalar("spans"), pa.scalar("within"))
