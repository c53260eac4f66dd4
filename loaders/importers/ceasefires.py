"""ETH/PRIO ceasefires: truces in civil conflicts, with the days of declaration, effect and end kept apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.importers.base import About
from casus.importers.countries import to_iso3
from casus.importers.dates import spell
from casus.importers.parts import frame, keepers, line, location, paragraph, participant
from casus.importers.rows import Rows, entry_ids, joined, plain_text, when

_SUPPORTS = ("title", "type", "date", "status", "locations", "participants")
_MOST_LINKS = 35
#: Columns that are kept as notes, and what they are called there.
_NOTES = {
    "uniq_id": "Further id of the row",
    "ucdp_actor_id": "UCDP actor",
    "ucdp_acd_id": "UCDP conflict",
    "ucdp_dyad": "UCDP dyad",
    "pax_id": "PA-X agreement",
    "side": "Side",
    "ceasefire_class": "Class",
    "partial": "Partial",
    "written": "In writing",
    "fixed": "With a set end",
    "fixed_time": "Set time",
    "timing": "Timing",
    "implement": "Implementation",
    "enforcement": "Enforcement",
    "ddr": "Disarmament",
    "mediator_nego": "Mediation",
    "mediator_send": "Passed on",
    "nsa_frac": "Group split",
    "splinter": "Splinter",
    "truce": "Called a truce",
    "cf_pp": "Part of a peace process",
    "link": "Linked",
}


def make(rows: Rows, about: About) -> tuple[Mapping[str, Any], Mapping[str, Mapping[str, Any]]]:
    """Return the records of rows of the dataset, and the actors and places that they name."""
    number = rows.required("cf_id")
    actor = rows.required("actor_name")
    date, ongoing = _date(rows)
    ids = plain_text(entry_ids(about.name, actor))
    where = rows.text("location")
    place = plain_text(entry_ids(about.name, when(None, "place ", where)))
    mode, purposes = _purposes(rows, about)
    links = joined(*(rows.text(f"link_id{number}") for number in range(1, _MOST_LINKS + 1)), between=", ")
    columns = frame(
        about,
        number,
        joined("Civil Conflict Ceasefire Dataset, ceasefire", number),
        supports=_SUPPORTS,
        notes=paragraph(
            *(when(None, text, ": ", rows.text(name), ".") for name, text in _NOTES.items()),
            when(None, "Linked declarations: ", links, "."),
        ),
    )
    columns |= {
        "type": "ceasefire",
        "mode": mode,
        "title": line(when(None, "Ceasefire of ", actor), where),
        "summary": paragraph(
            when(None, "A ceasefire that was declared by ", actor, "."),
            when(None, "Conflict in ", where, "."),
            when(None, "Purpose: ", purposes, "."),
        ),
        "status": pc.if_else(pa.array(ongoing), pa.scalar("ongoing"), pa.scalar("occurred")),
        "date": date,
        "locations": [location(place, 6)],
        "participants": [participant("p1", ids, "party")],
    }
    state = plain_text(to_iso3("name", where, date["start"]))
    nothing = pa.nulls(rows.length, pa.float64())
    places = {
        "id": place,
        "kind": pa.repeat(pa.scalar("country"), rows.length),
        "name": line(where),
        "latitude": nothing,
        "longitude": nothing,
        "coordinates_from": pa.nulls(rows.length, pa.string()),
        "country": state,
    }
    actors = {"id": ids, "name": line(actor), "of": pa.nulls(rows.length, pa.string())}
    return columns, {"actors": actors, "places": places, "publishers": keepers(about)}


def _date(rows: Rows) -> tuple[dict[str, Any], Any]:
    """Return the date, and which truces had not ended."""
    declared = spell(rows, "cf_dec_yr", "cf_dec_month", "cf_dec_day")
    effective = spell(rows, "cf_effect_yr", "cf_effect_month", "cf_effect_day")
    last = spell(rows, "end_yr", "end_month", "end_day")
    over = rows.whole("ended", least=-1, most=1)
    start = rows.required("cf_dec_yr", declared.start)
    ended = np.asarray(pc.fill_null(pc.equal(over, 1), fill_value=False)) & np.asarray(pc.is_valid(last.end))
    ongoing = np.asarray(pc.fill_null(pc.equal(over, 0), fill_value=False))
    end = pc.if_else(pa.array(ended), last.end, declared.end)
    end = pc.if_else(pa.array(ongoing), pa.scalar(None, pa.date32()), end)
    exact = declared.exact & (last.exact | ~ended) | ongoing
    return {
        "start": start,
        "end": end,
        "extent": pc.if_else(pa.array(exact), pa.scalar("spans"), pa.scalar("within")),
        "announced": declared.day,
        "effective": effective.day,
        "ended": pc.if_else(pa.array(ended), last.day, pa.scalar(None, pa.date32())),
    }, ongoing


def _purposes(rows: Rows, about: About) -> tuple[Any, Any]:
    """Return the mode, and the purposes in words."""
    mode = pa.nulls(rows.length, pa.string())
    told = []
    for name, code in about.mapping.codes["purposes"].items():
        there = np.asarray(pc.fill_null(pc.equal(rows.whole(name, least=-1, most=1), 1), fill_value=False))
        if code.to.get("mode"):
            mode = pc.if_else(pa.array(there), pa.scalar(code.to["mode"]), mode)
        told.append(when(there, code.label))
    return mode, joined(*told, between=", ")
