"""POLECAT: events that a machine coded from reports, with the types of PLOVER."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from casus.importers.base import About
from casus.importers.parts import (
    frame,
    iso_states,
    keepers,
    labels,
    line,
    location,
    outside,
    paragraph,
    participant,
    together,
)
from casus.importers.plover import kinds, role
from casus.importers.rows import Rows, entry_ids, joined, mapped, plain_text, read_day, when

_SUPPORTS = ("title", "type", "date", "status", "participants", "locations")
_NO_SECTOR = ("UNK", "***")
#: The smallest unit of a place that is given, and how exactly the place is known then.
_UNITS = (("City", 2), ("District", 3), ("Province", 4), ("Country", 6))


def _coded(rows: Rows) -> Any:
    event = pc.utf8_upper(rows.text("Event Type"))
    mode = pc.utf8_lower(rows.text("Event Mode"))
    return pc.if_else(pc.is_valid(event), joined(event, mode, between="/"), pa.scalar(None, pa.string()))


def scope(rows: Rows, about: About) -> Mapping[str, Any]:
    """Return which rows are protests and the like."""
    return outside(_coded(rows), about.mapping, "event", "mode")


def make(rows: Rows, about: About) -> tuple[Mapping[str, Any], Mapping[str, Mapping[str, Any]]]:
    """Return the records of rows of POLECAT, and the actors and places that they name."""
    number = rows.required("Event ID")
    rows.required("Event Type")
    coded = _coded(rows)
    kind, mode = kinds(rows, ("Event Type", "Event Mode"), coded, about.mapping)
    day = rows.required("Event Date", rows.day("Event Date", read_day))
    published = rows.day("Publication Date", read_day)
    same = pc.fill_null(pc.equal(day, published), fill_value=True)
    who = [_actor(rows, about, side) for side in ("Actor", "Recipient")]
    place, places, precision = _places(rows, about)
    title = line(joined(labels(kind)), who[0]["name"], between=": ")
    title = line(title, when(None, "to ", who[1]["name"]), between=" ")
    notes = paragraph(
        when(None, "Coded as ", coded, " by machine."),
        *(
            when(None, text, ": ", rows.text(name), ".")
            for name, text in (
                ("Contexts", "Contexts"),
                ("Source", "Outlet"),
                ("Language", "Language of the report"),
                ("Version", "Version of the coder"),
            )
        ),
    )
    columns = frame(about, number, joined("POLECAT, event", number), supports=_SUPPORTS, notes=notes)
    columns |= {
        "type": kind,
        "mode": mode,
        "title": title,
        "summary": paragraph(
            joined(title, ".", between=""),
            when(None, "Coded by machine from a report of ", published.cast(pa.string()), "."),
        ),
        "status": "occurred",
        "date": {
            "start": day,
            "end": day,
            "published": published,
            "basis": pc.if_else(same, pa.scalar("inferred"), pa.scalar("stated")),
        },
        "locations": [location(place, precision)],
        "participants": [
            participant(f"p{number}", each["id"], role(kind, acted_on=acted_on))
            for number, (each, acted_on) in enumerate(zip(who, (False, True), strict=True), 1)
        ],
    }
    entries = together(*who)
    own = pc.fill_null(pc.match_substring(entries["id"], ":"), fill_value=False)
    return columns, {
        "actors": {name: column.filter(own) for name, column in entries.items()},
        "places": places,
        "publishers": keepers(about),
    }


def _actor(rows: Rows, about: About, side: str) -> dict[str, Any]:
    """Return the entry of those who act or are acted on: a name that the public knows, else country and sector."""
    country = pc.utf8_upper(rows.text(f"{side} Country"))
    sector = rows.text(f"Primary {side} Sector")
    sector = pc.if_else(pc.is_in(sector, value_set=pa.array(_NO_SECTOR)), pa.scalar(None, pa.string()), sector)
    known = pc.is_valid(rows.text(f"Wikipedia {side} ID"))
    name = pc.if_else(known, rows.text(f"{side} Name"), pa.scalar(None, pa.string()))
    state = mapped(country, lambda word: word if word in iso_states() else None, pa.string())
    alone = pc.and_(pc.is_null(name), pc.is_null(sector))
    fallback = joined(country, sector, between="-")
    ids = pc.coalesce(
        pc.if_else(alone, plain_text(state), pa.scalar(None, pa.string())),
        plain_text(entry_ids(about.name, pc.coalesce(when(None, "name ", name), fallback))),
    )
    return {"id": ids, "name": line(pc.coalesce(name, fallback)), "of": plain_text(state)}


def _places(rows: Rows, about: About) -> tuple[Any, dict[str, Any], Any]:
    name = pc.coalesce(*(rows.text(each) for each in ("Placename", "City", "District", "Province", "Country")))
    spot = joined(rows.text("GeoNames ID"), name, rows.text("Latitude"), rows.text("Longitude"))
    place = entry_ids(about.name, spot)
    precision = pa.nulls(rows.length, pa.int32())
    for unit, exact in _UNITS:
        mine = pc.and_(pc.is_null(precision), pc.is_valid(rows.text(unit)))
        precision = pc.if_else(mine, pa.scalar(exact, pa.int32()), precision)
    state = mapped(rows.text("Country"), lambda word: word if word in iso_states() else None, pa.string())
    latitude = rows.number("Latitude", least=-90, most=90)
    return (
        place,
        {
            "id": place,
            "kind": pa.repeat(pa.scalar("area"), rows.length),
            "name": line(pc.coalesce(name, spot)),
            "latitude": latitude,
            "longitude": rows.number("Longitude", least=-180, most=180),
            "coordinates_from": pc.if_else(pc.is_valid(latitude), about.name, pa.scalar(None, pa.string())),
            "country": plain_text(state),
        },
        pc.fill_null(precision, 6),
    )
