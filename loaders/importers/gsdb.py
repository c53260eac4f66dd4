"""GSDB: one row is one case of sanctions, by years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.importers.base import About
from casus.importers.countries import to_iso3
from casus.importers.mapping import SourceMapping
from casus.importers.parts import frame, keepers, line, listed, paragraph, participant, together
from casus.importers.rows import Rows, entry_ids, joined, mapped, plain_text, when

_SUPPORTS = ("title", "type", "date", "status", "participants")
_FIRST, _LAST = 1500, 2999


def make(rows: Rows, about: About) -> tuple[Mapping[str, Any], Mapping[str, Mapping[str, Any]]]:
    """Return the records of rows of GSDB, and the actors that they name."""
    mapping = about.mapping
    number = rows.required("case_id")
    begin = rows.required("begin", rows.whole("begin", least=_FIRST, most=_LAST))
    end = rows.whole("end", least=_FIRST, most=_LAST)
    start, last = (mapped_year(begin, month, day) for month, day in ((1, 1), (12, 31)))
    mode, measures = _measures(rows, mapping)
    people: list[Any] = []
    tables: list[dict[str, Any]] = []
    for name, role in (("sanctioning_state", "initiator"), ("sanctioned_state", "target")):
        for column in _names(rows, name, mapping):
            entry = _actor(column, about, mapping, start)
            people.append(participant(f"p{len(people) + 1}", entry["id"], role))
            tables.append(entry)
    entries = together(*tables)
    own = pc.fill_null(pc.match_substring(entries["id"], ":"), fill_value=False)
    by, on = rows.text("sanctioning_state"), rows.text("sanctioned_state")
    columns = frame(
        about,
        number,
        joined("GSDB, case", number),
        supports=_SUPPORTS,
        notes=paragraph(
            when(None, "Aims, as GSDB takes them from documents: ", rows.text("objective"), "."),
            when(None, "How far each was reached, as GSDB judges: ", rows.text("success"), "."),
        ),
    )
    columns |= {
        "type": "sanction",
        "mode": mode,
        "title": line("Sanctions of", by, "on", on, between=" "),
        "summary": paragraph(
            when(None, "Sanctions of ", by, " on ", on, " that began in ", begin.cast(pa.string()), "."),
            when(None, "They are said to have been in force until ", end.cast(pa.string()), "."),
            when(None, "Measures: ", measures, "."),
            when(None, "Trade: ", rows.text("descr_trade"), "."),
        ),
        "status": "occurred",
        "date": {"start": start, "end": last, "extent": "within"},
        "participants": people,
    }
    return columns, {
        "actors": {name: column.filter(own) for name, column in entries.items()},
        "publishers": keepers(about),
    }


def mapped_year(year: Any, month: int, day: int) -> Any:
    """Return a day of each year."""
    encoded = pc.dictionary_encode(year)
    days = [None if each is None else dt.date(each, month, day) for each in encoded.dictionary.to_pylist()]
    return pa.array(days, pa.date32()).take(encoded.indices)


def _measures(rows: Rows, mapping: SourceMapping) -> tuple[Any, Any]:
    """Return the mode, and the measures in words."""
    count = np.zeros(rows.length, int)
    mode = pa.nulls(rows.length, pa.string())
    told = []
    for name, code in mapping.codes["measures"].items():
        there = np.asarray(pc.fill_null(pc.equal(rows.whole(name, least=0, most=1), 1), fill_value=False))
        count += there
        mode = pc.if_else(pa.array(there), pa.scalar(code.to.get("mode"), pa.string()), mode)
        told.append(when(there, code.label))
    alone = pc.if_else(pa.array(count == 1), mode, pa.scalar(None, pa.string()))
    return pc.if_else(pa.array(count > 1), pa.scalar("package"), alone), joined(*told, between=", ")


def _names(rows: Rows, column: str, mapping: SourceMapping) -> list[Any]:
    """Return the names of a list in which the comma stands in names too; a piece of a name alone is at fault."""
    cells = rows.required(column)
    whole, pieces = mapping.codes["names"], mapping.codes["pieces"]
    known = {word: names_in(word, whole) for word in pc.unique(cells).to_pylist() if word is not None}
    torn = mapped(cells, lambda word: any(name in pieces for name in known[word]), pa.bool_())
    rows.note("CAS603", column, np.asarray(pc.fill_null(torn, fill_value=False)))
    return listed(cells, known.__getitem__)


def names_in(cell: str, whole: Mapping[str, Any]) -> list[str]:
    """Return the names of a cell: what stands between commas, but for names that hold one themselves.

    Examples
    --------
    >>> names_in("Iran,Korea, North,Cuba", {"Korea, North": ...})
    ['Iran', 'Korea, North', 'Cuba']
    """
    names: list[str] = []
    for part in cell.split(","):
        word = part.strip()
        both = f"{names[-1]}, {word}" if names else ""
        if both in whole:
            names[-1] = both
        elif word:
            names.append(word)
    return names


def _actor(name: Any, about: About, mapping: SourceMapping, day: Any) -> dict[str, Any]:
    """Return the entry of a name: a state by its name on that day, otherwise what the database calls it."""
    countries = mapping.table("names", "country")
    country = mapped(name, lambda word: countries.get(word, word), pa.string())
    state = plain_text(to_iso3("name", plain_text(country), day))
    return {
        "id": pc.coalesce(state, plain_text(entry_ids(about.name, name))),
        "name": line(name),
        "of": pa.nulls(len(name), pa.string()),
    }
