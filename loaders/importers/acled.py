"""ACLED, from one's own download: one row is one event of the same actors, day and place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.importers.base import About
from casus.importers.countries import to_iso3
from casus.importers.parts import (
    counted,
    frame,
    iso_states,
    keepers,
    labels,
    line,
    location,
    month_of,
    outside,
    paragraph,
    participant,
    split,
    together,
)
from casus.importers.rows import Rows, entry_ids, joined, mapped, plain_text, read_day, when

_SUPPORTS = ("title", "type", "date", "status", "participants", "locations")
_WEEK, _MONTH = "2", "3"
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_WORDS = 3


def scope(rows: Rows, about: About) -> Mapping[str, Any]:
    """Return which rows are protests, riots, and strategic developments that are no event of ours."""
    return outside(rows.text("sub_event_type"), about.mapping, "sub_event_type")


def read_written_day(word: str) -> dt.date | None:
    """Return a day of ISO form, or written as 24 February 2022."""
    parts = word.split()
    if len(parts) != _WORDS:
        return read_day(word)
    day, month, year = parts
    if month.lower() not in _MONTHS or not (day.isdigit() and year.isdigit()):
        return None
    try:
        return dt.date(int(year), _MONTHS.index(month.lower()) + 1, int(day))
    except ValueError:
        return None


def make(rows: Rows, about: About) -> tuple[Mapping[str, Any], Mapping[str, Mapping[str, Any]]]:
    """Return the records of rows of ACLED, and the actors and places that they name."""
    mapping = about.mapping
    number = rows.required("event_id_cnty")
    sub = rows.required("sub_event_type")
    kind = rows.code("sub_event_type", mapping.table("sub_event_type", "type"))
    mode = mapped(sub, mapping.table("sub_event_type", "mode").get, pa.string())
    date = _date(rows, about)
    people, actors = _people(rows, about)
    place, places = _places(rows, about, date["start"])
    precision = rows.code("geo_precision", mapping.table("geo_precision", "precision"))
    dead = rows.whole("fatalities", least=0)
    label = joined(labels(kind))
    first, second = rows.text("actor1"), rows.text("actor2")
    title = line(
        joined(label, joined(first, second, between=" and "), between=": "), rows.text("location"), between=", "
    )
    columns = frame(about, number, joined("ACLED, event", number), supports=_SUPPORTS, notes=_notes(rows))
    columns |= {
        "type": kind,
        "mode": plain_text(mode),
        "title": title,
        "summary": paragraph(
            when(None, label, " (ACLED: ", sub, ")."),
            when(None, "First actor: ", first, "."),
            when(None, "Second actor: ", second, "."),
            when(
                None, "Place: ", joined(*(rows.text(x) for x in ("location", "admin1", "country")), between=", "), "."
            ),
            when(None, "ACLED counts ", dead.cast(pa.string()), " dead."),
        ),
        "status": "occurred",
        "date": date,
        "locations": [location(place, plain_text(precision).cast(pa.int32()))],
        "participants": people,
        "quantities": [
            counted("q1", "killed", np.asarray(pc.is_valid(dead)), about, best=dead.cast(pa.float64())),
        ],
    }
    return columns, {"actors": actors, "places": places, "publishers": keepers(about)}


def _date(rows: Rows, about: About) -> dict[str, Any]:
    """Return the date: a day, or the period in which it lies."""
    mapping = about.mapping
    day = rows.required("event_date", rows.day("event_date", read_written_day))
    precision = rows.required("time_precision")
    extent = rows.code("time_precision", mapping.table("time_precision", "extent"))
    basis = rows.code("time_precision", mapping.table("time_precision", "basis"))
    month, week = (pc.fill_null(pc.equal(precision, code), fill_value=False) for code in (_MONTH, _WEEK))
    three = pa.scalar(dt.timedelta(days=3), pa.duration("s"))
    encoded = pc.dictionary_encode(day)
    months = [month_of(each) if each else (None, None) for each in encoded.dictionary.to_pylist()]
    ends = []
    for end, reckon in enumerate((pc.subtract, pc.add)):
        of_month = pa.array([pair[end] for pair in months], pa.date32()).take(encoded.indices)
        of_week = reckon(day.cast(pa.timestamp("s")), three).cast(pa.date32())
        ends.append(pc.if_else(month, of_month, pc.if_else(week, of_week, day)))
    return {"start": ends[0], "end": ends[1], "extent": extent, "basis": basis}


def _people(rows: Rows, about: About) -> tuple[list[Any], dict[str, Any]]:
    mapping = about.mapping
    rows.required("actor1")
    rows.required("event_type")
    names: list[Any] = []
    found: list[Any] = []
    tables: list[dict[str, Any]] = []
    for side, which in (("1", "first"), ("2", "second")):
        role = rows.code("event_type", mapping.table("roles", which))
        kind = rows.code(f"inter{side}", mapping.table("inter", "kind"))
        several = [rows.text(f"actor{side}"), *split(rows.text(f"assoc_actor_{side}"))]
        for number, column in enumerate(several):
            # An actor that stands among those already taken is not taken again.
            fresh = column
            for other in names:
                again = pc.fill_null(pc.equal(column, other), fill_value=False)
                fresh = pc.if_else(again, pa.scalar(None, pa.string()), fresh)
            names.append(column)
            ids = entry_ids(about.name, fresh)
            found.append(participant(f"p{len(found) + 1}", ids, role if number == 0 else "party"))
            unknown = pa.repeat(pa.scalar("group"), rows.length)
            tables.append(
                {
                    "id": ids,
                    "name": line(fresh),
                    "kind": pc.fill_null(plain_text(kind), "group") if number == 0 else unknown,
                }
            )
    return found, together(*tables)


def _places(rows: Rows, about: About, day: Any) -> tuple[Any, dict[str, Any]]:
    name = rows.text("location")
    place = entry_ids(about.name, joined(name, rows.text("latitude"), rows.text("longitude")))
    given = mapped(rows.text("iso3"), lambda word: word if word in iso_states() else None, pa.string())
    latitude = rows.required("latitude", rows.number("latitude", least=-90, most=90))
    longitude = rows.required("longitude", rows.number("longitude", least=-180, most=180))
    return place, {
        "id": place,
        "kind": pa.repeat(pa.scalar("area"), rows.length),
        "name": line(name),
        "latitude": latitude,
        "longitude": longitude,
        "coordinates_from": pa.repeat(pa.scalar(about.name), rows.length),
        "country": pc.coalesce(plain_text(given), plain_text(to_iso3("name", rows.text("country"), day))),
    }


def _notes(rows: Rows) -> Any:
    return paragraph(
        when(None, "Coded as ", rows.text("event_type"), ", ", rows.text("sub_event_type"), "."),
        when(None, "Sources that ACLED names: ", rows.text("source"), "."),
        when(None, rows.text("civilian_targeting"), "."),
        when(None, "Tags: ", rows.text("tags"), "."),
        when(None, "Last changed by ACLED (seconds since 1970): ", rows.text("timestamp"), "."),
    )
