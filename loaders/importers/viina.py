"""VIINA 2: what news reports say happened at a place on a day, by labels that a classifier set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.importers.base import About
from casus.importers.parts import frame, keepers, labels, line, location, paragraph, participant, positive
from casus.importers.rows import Rows, entry_ids, joined, read_compact_day, read_day, when

#: The forces that VIINA tells apart, the state of each, and what VIINA calls them.
FORCES = (
    ("rus", "RUS", "Russian forces, as VIINA labels them"),
    ("ukr", "UKR", "Ukrainian forces, as VIINA labels them"),
)
_UNLABELLED = "no label says what happened"
_SUPPORTS = ("title", "type", "date", "status", "participants", "locations")


def scope(rows: Rows, about: About) -> Mapping[str, Any]:
    """Return which rows have no label that a type follows from."""
    some = np.zeros(rows.length, bool)
    for name, code in about.mapping.codes["labels"].items():
        if code.to:
            some |= _yes(rows.text(name))
    broken = np.zeros(rows.length, bool)  # a label that cannot be read is not a no
    for name in about.mapping.codes["labels"]:
        broken |= np.asarray(
            pc.fill_null(pc.invert(pc.is_in(rows.text(name), value_set=pa.array(_SIGNS))), fill_value=False)
        ) & np.asarray(pc.is_valid(rows.text(name)))
    return {_UNLABELLED: ~some & ~broken}


#: How a label is written: CSV writers make floats of whole numbers where some are missing.
_YES = ("1", "1.0", "TRUE", "True")
_SIGNS = (*_YES, "0", "0.0", "FALSE", "False")


def _yes(cells: Any) -> Any:
    return np.asarray(pc.fill_null(pc.is_in(cells, value_set=pa.array(_YES)), fill_value=False))


def make(rows: Rows, about: About) -> tuple[Mapping[str, Any], Mapping[str, Mapping[str, Any]]]:
    """Return the records of labelled rows of VIINA, and the actors and places that they name."""
    mapping = about.mapping
    number = rows.required(mapping.identity)
    kind = pa.nulls(rows.length, pa.string())
    mode = pa.nulls(rows.length, pa.string())
    told: list[Any] = []
    free = np.ones(rows.length, bool)
    for name, code in mapping.codes["labels"].items():
        flag(rows, name)
        there = _yes(rows.text(name))
        told.append(when(there, code.label))
        mine = there & free
        if code.to and mine.any():
            kind = pc.if_else(pa.array(mine), code.to["type"], kind)
            mode = pc.if_else(pa.array(mine), pa.scalar(code.to.get("mode"), pa.string()), mode)
            free &= ~mine
    place, places = place_of(rows, about)
    precision = rows.code("GEO_PRECISION", mapping.table("GEO_PRECISION", "precision"))
    people = [force(rows, about, f"p{index}", name) for index, (name, *_) in enumerate(FORCES, 1)]
    others = [
        when(flag(rows, name), text)
        for name, text in (("a_civ_b", "Civilians are concerned."), ("a_other_b", "A third party is concerned."))
    ]
    notes = paragraph(
        when(None, "Labels of VIINA: ", joined(*told, between=", "), "."),
        *others,
        when(None, "Outlets that VIINA names: ", pc.coalesce(rows.text("sources"), rows.text("source")), "."),
        None
        if mapping.identity == "event_id_1pd"
        else when(None, "Event of the day: ", rows.text("event_id_1pd"), "."),
    )
    columns = reported(rows, about, kind, place)
    columns |= frame(about, number, joined("VIINA, event", number), supports=_SUPPORTS, notes=notes)
    columns |= {
        "type": kind,
        "mode": mode,
        "locations": [location(place, joined(precision).cast(pa.int32()))],
        "participants": people,
    }
    return columns, {"actors": forces(about), "places": places, "publishers": keepers(about)}


def flag(rows: Rows, name: str) -> Any:
    """Return a mask of the rows in which a label is set; what is neither 0 nor 1 is at fault."""
    cells = rows.text(name)
    known = pc.is_in(cells, value_set=pa.array(_SIGNS))
    rows.note("CAS601", name, np.asarray(pc.and_(pc.is_valid(cells), pc.invert(known))), wanted="0 or 1")
    return _yes(cells)


def force(rows: Rows, about: About, key: str, name: str, ending: str = "_b") -> Any:
    """Return the part that one of the two forces has: initiator, or party where nothing says more."""
    began = flag(rows, f"a_{name}_init{ending}")
    there = flag(rows, f"a_{name}{ending}") | began
    actor = pc.if_else(pa.array(there), pa.scalar(f"{about.name}:a_{name}"), pa.scalar(None, pa.string()))
    return participant(key, actor, pc.if_else(pa.array(began), pa.scalar("initiator"), pa.scalar("party")))


def forces(about: About) -> dict[str, Any]:
    """Return the entries of the two forces."""
    return {
        "id": pa.array([f"{about.name}:a_{name}" for name, *_ in FORCES]),
        "name": pa.array([title for *_, title in FORCES]),
        "of": pa.array([state for _, state, _ in FORCES]),
    }


def place_of(rows: Rows, about: About) -> tuple[Any, dict[str, Any]]:
    """Return the ids of the places, and their entries. One GeoNames id may have several points: streets of a city."""
    latitude = rows.required("latitude", rows.number("latitude", least=-90, most=90))
    longitude = rows.required("longitude", rows.number("longitude", least=-180, most=180))
    name = rows.text("asciiname")
    spot = joined(rows.text("geonameid"), rows.text("latitude"), rows.text("longitude"))
    place = entry_ids(about.name, spot)
    table = {
        "id": place,
        "kind": pa.repeat(pa.scalar("area"), rows.length),
        "name": line(pc.coalesce(name, rows.text("ADM1_NAME"), spot)),
        "latitude": latitude,
        "longitude": longitude,
        "coordinates_from": pa.repeat(pa.scalar(about.name), rows.length),
        "country": pa.nulls(rows.length, pa.string()),
    }
    return place, table


def reported(rows: Rows, about: About, kind: Any, place: Any) -> dict[str, Any]:
    """Return the title, summary, status and day of what reports tell."""
    del about, place
    day = rows.required("date", rows.day("date", lambda word: read_compact_day(word) or read_day(word)))
    label = joined(labels(kind))
    reports = rows.whole("n_reports", least=0)
    where = joined(rows.text("asciiname"), rows.text("ADM2_NAME"), rows.text("ADM1_NAME"), between=", ")
    return {
        "title": line(label, rows.text("asciiname")),
        "summary": paragraph(
            when(None, label, " in news reports of ", day.cast(pa.string()), "."),
            when(None, "Place: ", where, "."),
            when(positive(reports), "VIINA counts ", reports.cast(pa.string()), " reports."),
        ),
        "status": "occurred",
        "date": {"start": day, "end": day, "basis": "inferred"},
    }
