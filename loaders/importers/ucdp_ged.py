"""UCDP GED and Candidate: one row is one incident of organised violence with at least one death."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.importers.base import About
from casus.importers.countries import to_iso3
from casus.importers.rows import Rows, entry_ids, joined, mapped, shortened, when

#: UCDP's number of the side "Civilians" in one-sided violence is the same for all of them.
_ONE_SIDED = "one-sided"
_AGGREGATE = "2"


def make(rows: Rows, about: About) -> tuple[Mapping[str, Any], Mapping[str, Mapping[str, Any]]]:
    """Return the records of rows of UCDP GED, and the actors, places and publishers that they name."""
    source, mapping = about.name, about.mapping
    number = rows.required("id")
    start, end = rows.required("date_start", rows.day("date_start")), rows.required("date_end", rows.day("date_end"))
    mode = rows.required("type_of_violence", rows.code("type_of_violence", mapping.table("type_of_violence", "mode")))
    label = mapped(
        mode,
        {
            "state-based": "State-based violence",
            "non-state": "Non-state violence",
            "one-sided": "One-sided violence",
        }.get,
        pa.string(),
    )
    one_sided = np.asarray(pc.fill_null(pc.equal(joined(mode), _ONE_SIDED), fill_value=False))
    sides = _side(rows, source, "a"), _side(rows, source, "b")
    place, places = _places(rows, source, start)
    within = _within(rows, start, end)
    names = rows.text("dyad_name")
    where = rows.text("where_coordinates")
    low, best, high = (rows.whole(name, least=0) for name in ("low", "best", "high"))
    claimant = f"{source}:ucdp"
    total = {"key": "q1", "measure": "killed", "low": _float(low), "best": _float(best), "high": _float(high)}
    total |= {"claimant": claimant, "sources": ("s1",)}
    parts = [
        _part("q2", rows, "deaths_a", claimant, {"subject": sides[0]}),
        _part("q3", rows, "deaths_b", claimant, {"subject": sides[1]}),
        _part("q4", rows, "deaths_civilians", claimant, {"item": "civilians"}),
    ]
    parts[1] = (parts[1][0] & ~one_sided, parts[1][1])  # there side b are the civilians
    columns = {
        "id": joined(f"{source}:", number, between=""),
        "type": "unspecified-violence",
        "mode": mode,
        "title": shortened(joined(joined(label, names, between=": "), where, between=", "), 160),
        "summary": shortened(_summary(rows, label, names, low, best, high), 4000),
        "status": "occurred",
        "date": {"start": start, "end": end, "extent": within},
        "locations": [
            (
                np.asarray(pc.is_valid(place)),
                {"key": "l1", "place": pc.fill_null(place, f"{source}:none"), "precision": _precision(rows)},
            )
        ],
        "participants": [
            _participant("p1", sides[0], one_sided, "initiator"),
            _participant("p2", sides[1], one_sided, "target"),
        ],
        "quantities": [(np.asarray(pc.is_valid(best)), total), *parts],
        "sources": [
            (
                None,
                {
                    "key": "s1",
                    "url": mapping.page,
                    "publisher": claimant,
                    "title": joined(f"UCDP Georeferenced Event Dataset {about.version}, event", number),
                    "accessed": about.retrieved,
                    "kind": "analysis",
                    "supports": ("title", "date", "status", "participants", "locations"),
                },
            )
        ],
        "coding": {
            "method": "imported",
            "coders": (mapping.keeper,),
            "coded_on": about.retrieved,
            "notes": shortened(_notes(rows), 4000),
        },
        "external_ids": [(None, {"dataset": source, "id": number})],
        "provenance": {"dataset": source, "version": about.version, "row_id": number, "licence": mapping.licence},
    }
    publishers = {"id": pa.array([claimant]), "name": pa.array([mapping.publisher])}
    return columns, {"actors": _actors(rows, sides, start), "places": places, "publishers": publishers}


def _side(rows: Rows, source: str, side: str) -> Any:
    """Return the actor ids of a side, by UCDP's number of the actor."""
    numbers = rows.text(f"side_{side}_new_id")
    return mapped(rows.required(f"side_{side}", numbers), lambda word: f"{source}:actor-{word}", pa.string())


def _participant(key: str, actor: Any, one_sided: Any, role: str) -> tuple[Any, dict[str, Any]]:
    there = np.asarray(pc.is_valid(actor))
    roles = pc.if_else(pa.array(one_sided), pa.scalar(role), pa.scalar("party"))
    return there, {"key": key, "actor": pc.fill_null(joined(actor), "none"), "roles": ((None, roles),)}


def _part(key: str, rows: Rows, name: str, claimant: str, what: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Return the row of a part of the dead, where there are any: UCDP writes 0 for "none known"."""
    dead = rows.whole(name, least=0)
    there = np.asarray(pc.fill_null(pc.greater(dead, 0), fill_value=False))
    return there, {
        "key": key,
        "measure": "killed",
        "best": _float(dead),
        "claimant": claimant,
        "sources": ("s1",),
    } | dict(what)


def _float(numbers: Any) -> Any:
    return numbers.cast(pa.float64())


def _within(rows: Rows, start: Any, end: Any) -> Any:
    """Return the extent: an incident on an unknown day lies within the interval, a report on a period fills it."""
    aggregate = pc.fill_null(pc.equal(rows.text("event_clarity"), _AGGREGATE), fill_value=False)
    spread = pc.fill_null(pc.not_equal(start, end), fill_value=False)
    return pc.if_else(pc.and_(spread, pc.invert(aggregate)), pa.scalar("within"), pa.scalar("spans"))


def _precision(rows: Rows) -> Any:
    return pc.fill_null(rows.whole("where_prec", least=1, most=7), 6).cast(pa.int32())


def _places(rows: Rows, source: str, day: Any) -> tuple[Any, dict[str, Any]]:
    latitude = rows.number("latitude", least=-90, most=90)
    longitude = rows.number("longitude", least=-180, most=180)
    name = rows.text("where_coordinates")
    spot = pc.binary_join_element_wise(name, rows.text("latitude"), rows.text("longitude"), " ")
    place = entry_ids(source, spot)
    kind = mapped(
        rows.text("where_prec"),
        {"3": "district", "4": "region", "6": "country", "7": "sea"}.get,
        pa.string(),
    )
    table = {
        "id": place,
        "kind": pc.fill_null(joined(kind), "area"),
        "name": shortened(name, 160),
        "latitude": latitude,
        "longitude": longitude,
        "coordinates_from": pa.repeat(pa.scalar(source), rows.length),
        "country": to_iso3("gw", rows.text("country_id"), day),
    }
    return place, table


def _actors(rows: Rows, sides: tuple[Any, Any], day: Any) -> dict[str, Any]:
    tables = []
    for side, ids in zip("ab", sides, strict=True):
        state = to_iso3("gw", rows.text(f"gwno{side}"), day)
        tables.append({"id": joined(ids), "name": shortened(rows.text(f"side_{side}"), 160), "of": joined(state)})
    return {name: pa.concat_arrays([table[name] for table in tables]) for name in ("id", "name", "of")}


def _summary(rows: Rows, label: Any, names: Any, low: Any, best: Any, high: Any) -> Any:
    described = rows.text("where_description")
    country = rows.text("country")
    place = pc.coalesce(described, rows.text("where_coordinates"))
    same = pc.and_(pc.equal(low, best), pc.equal(best, high))
    counted = pc.if_else(
        same,
        joined("UCDP counts", best.cast(pa.string()), "dead."),
        joined(
            "UCDP counts",
            best.cast(pa.string()),
            joined("dead (", low.cast(pa.string()), " to ", high.cast(pa.string()), ").", between=""),
        ),
    )
    return joined(
        when(None, label, " between ", names, "."),
        when(None, "Place: ", place, ", ", country, "."),
        counted,
    )


def _notes(rows: Rows) -> Any:
    unknown = rows.whole("deaths_unknown", least=0)
    some = np.asarray(pc.fill_null(pc.greater(unknown, 0), fill_value=False))
    return joined(
        when(None, "Sources that UCDP names: ", rows.text("source_office"), "."),
        when(None, "Original source: ", rows.text("source_original"), "."),
        when(None, "State of the row: ", rows.text("code_status"), "."),
        when(None, "Conflict: ", rows.text("conflict_name"), "."),
        when(some, "Of the dead, the side is unknown for ", unknown.cast(pa.string()), "."),
    )
