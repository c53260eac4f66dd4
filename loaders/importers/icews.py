"""ICEWS: one row is what a machine took from one sentence of a report, as source, CAMEO code and target."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.importers.base import About
from casus.importers.cameo import SUMMARY, coded, participants, sides, skipped, words
from casus.importers.countries import to_iso3
from casus.importers.parts import frame, keeper_id, keepers, line, location, paragraph, together
from casus.importers.rows import Rows, entry_ids, filled, firsts, joined, read_day

_AMERICAN = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
#: The names of a place, the finest first: column, kind, precision.
_LEVELS = (("City", "city", 1), ("District", "district", 3), ("Province", "region", 4), ("Country", "country", 6))


def scope(rows: Rows, about: About) -> Mapping[str, Any]:
    """Return the rows that are out of scope, by the code of the event."""
    return skipped(rows, "CAMEO Code", about.mapping)


def make(rows: Rows, about: About) -> tuple[Mapping[str, Any], Mapping[str, Mapping[str, Any]]]:
    """Return the records of rows of ICEWS, and the actors, places and publishers that they name."""
    source, mapping = about.name, about.mapping
    number = rows.required("Event ID")
    day = rows.required("Event Date", rows.day("Event Date", read_either_day))
    code = coded(rows, "CAMEO Code", mapping)
    names = rows.text("Source Name"), rows.text("Target Name")
    actors = entry_ids(source, names[0]), entry_ids(source, names[1])
    who = sides(*names)
    place, places, named, precision = _places(rows, source, day)
    text = joined(who, named, between=", ")
    publisher = entry_ids(source, rows.text("Publisher"))
    columns = frame(
        about,
        number,
        joined("ICEWS event", number),
        supports=("title", "date", "status", "participants", "locations"),
        notes=_notes(rows),
    )
    [(_, own)] = columns["sources"]
    relayed = np.asarray(pc.is_valid(publisher))
    columns |= {
        "type": code.types,
        "mode": code.modes,
        "title": line(words(code.codes, mapping, "CAMEO Code", "{label}:"), text, between=" "),
        "summary": paragraph(
            words(code.codes, mapping, "CAMEO Code", SUMMARY), pc.binary_join_element_wise(text, ".", "")
        ),
        "status": "alleged",
        "date": {"start": day, "end": day},
        "locations": [location(place, precision)],
        "participants": participants(actors, (code.source, code.target)),
        "sources": [(None, own | {"relays": ((relayed, filled(publisher, keeper_id(about))),)})],
    }
    here = firsts(publisher)
    relayed_by = {"id": publisher.take(here), "name": line(rows.text("Publisher").take(here))}
    return columns, {
        "actors": _actors(rows, actors, day),
        "places": places,
        "publishers": together(keepers(about), relayed_by),
    }


def _notes(rows: Rows) -> Any:
    """Return what the coding is worth, and where the sentence stands."""
    story, sentence = (filled(rows.text(name), "?") for name in ("Story ID", "Sentence Number"))
    where = joined(story, joined("sentence", sentence), between=", ")
    return joined("Coded by machine and read by nobody. Story", where)


def _places(rows: Rows, source: str, day: Any) -> tuple[Any, dict[str, Any], Any, Any]:
    """Return ids of places, their entries, their names and how exact they are."""
    latitude = rows.number("Latitude", least=-90, most=90)
    longitude = rows.number("Longitude", least=-180, most=180)
    levels = [rows.text(name) for name, _, _ in _LEVELS]
    spot = joined(*levels, rows.text("Latitude"), rows.text("Longitude"), between="|")
    named = pc.coalesce(*levels)
    place = entry_ids(source, pc.if_else(pc.is_valid(named), spot, pa.scalar(None, pa.string())))
    level = pc.case_when(
        pc.make_struct(*(pc.is_valid(each) for each in levels)), *(pa.scalar(n, pa.int32()) for n in range(len(levels)))
    )
    level = pc.fill_null(level, len(levels) - 1)
    kinds, precisions = (pa.array([each[place] for each in _LEVELS]) for place in (1, 2))
    here = firsts(place)
    table = {
        "id": place.take(here),
        "kind": kinds.take(level.take(here)),
        "name": line(named.take(here)),
        "latitude": latitude.take(here),
        "longitude": longitude.take(here),
        "coordinates_from": pa.repeat(pa.scalar(source), len(here)),
        "country": to_iso3("name", rows.text("Country").take(here), day.take(here)),
    }
    return place, table, named, precisions.cast(pa.int32()).take(level)


def _actors(rows: Rows, actors: tuple[Any, Any], day: Any) -> dict[str, Any]:
    tables = []
    for side, ids in zip(("Source", "Target"), actors, strict=True):
        here = firsts(ids)
        state = to_iso3("name", rows.text(f"{side} Country").take(here), day.take(here))
        tables.append({"id": ids.take(here), "name": line(rows.text(f"{side} Name").take(here)), "of": state})
    return together(*tables)


def read_either_day(word: str) -> dt.date | None:
    """Return a day written 2018-06-01, or 1/31/2017 with the month first: the two forms of ICEWS."""
    found = _AMERICAN.fullmatch(word)
    if not found:
        return read_day(word)
    month, day, year = map(int, found.groups())
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
