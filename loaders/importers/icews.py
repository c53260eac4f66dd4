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
from casus.importers.cameo import coded, filled, firsts, participants, sides, skipped, words
from casus.importers.countries import to_iso3
from casus.importers.rows import Rows, entry_ids, joined, plain_text, read_day, shortened, when

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
    publisher = entry_ids(source, rows.text("Publisher"))
    keeper = f"{source}:{source}"
    text = pc.binary_join_element_wise(who, pc.fill_null(when(None, ", ", named), ""), "")
    columns = {
        "id": joined(f"{source}:", number, between=""),
        "type": code.types,
        "mode": code.modes,
        "title": shortened(joined(words(code.codes, mapping, "CAMEO Code", "{label}:"), text), 160),
        "summary": shortened(
            joined(
                words(code.codes, mapping, "CAMEO Code", 'Coded as CAMEO {code}, "{label}":'),
                pc.binary_join_element_wise(text, ".", ""),
            ),
            4000,
        ),
        "status": "alleged",
        "date": {"start": day, "end": day},
        "locations": [
            (
                np.asarray(pc.is_valid(place)),
                {"key": "l1", "place": filled(place, f"{source}:none"), "precision": precision},
            )
        ],
        "participants": participants(actors, (code.source, code.target)),
        "sources": [
            (
                None,
                {
                    "key": "s1",
                    "url": mapping.page,
                    "publisher": keeper,
                    "title": joined("ICEWS event", number),
                    "accessed": about.retrieved,
                    "kind": "analysis",
                    "relays": ((np.asarray(pc.is_valid(publisher)), filled(publisher, keeper)),),
                    "supports": ("title", "date", "status", "participants", "locations"),
                },
            )
        ],
        "coding": {
            "method": "imported",
            "coders": (mapping.keeper,),
            "coded_on": about.retrieved,
            "notes": joined(
                "Coded by machine and read by nobody. Story",
                joined(
                    filled(rows.text("Story ID"), "?"), ", sentence ", filled(rows.text("Sentence Number"), "?"), between=""
                ),
            ),
        },
        "external_ids": [(None, {"dataset": source, "id": number})],
        "provenance": {"dataset": source, "version": about.version, "row_id": number, "licence": mapping.licence},
    }
    here = firsts(publisher)
    publishers = {
        "id": pa.concat_arrays([pa.array([keeper]), plain_text(publisher.take(here))]),
        "name": pa.concat_arrays([pa.array([mapping.publisher]), shortened(rows.text("Publisher").take(here), 160)]),
    }
    return columns, {"actors": _actors(rows, actors, day), "places": places, "publishers": publishers}


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
        "id": plain_text(place.take(here)),
        "kind": kinds.take(level.take(here)),
        "name": shortened(named.take(here), 160),
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
        name = shortened(rows.text(f"{side} Name").take(here), 160)
        tables.append({"id": plain_text(ids.take(here)), "name": name, "of": plain_text(state)})
    return {name: pa.concat_arrays([table[name] for table in tables]) for name in ("id", "name", "of")}


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
