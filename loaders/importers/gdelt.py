"""GDELT 1 and 2: one row is what a machine took for one event in the reports of a quarter of an hour or a day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.importers.base import About
from casus.importers.cameo import SUMMARY, coded, participants, sides, skipped, words
from casus.importers.countries import to_iso3
from casus.importers.parts import frame, keeper_id, keepers, line, location, paragraph, together
from casus.importers.rows import Rows, entry_id, entry_ids, filled, firsts, joined, mapped, read_compact_day
from casus.schema.types import URL

_HOST_PART = 2
_LONGEST_ADDRESS = 2000
_DAY = len("20150218")
_PRECISION = {"1": 6, "2": 4, "3": 1, "4": 1, "5": 4}
_KIND: Mapping[str, str | None] = {"0": None, "1": "country", "2": "region", "3": "city", "4": "city", "5": "region"}


def scope(rows: Rows, about: About) -> Mapping[str, Any]:
    """Return the rows that are out of scope, by the code of the event."""
    return skipped(rows, "EventCode", about.mapping)


def make(rows: Rows, about: About) -> tuple[Mapping[str, Any], Mapping[str, Mapping[str, Any]]]:
    """Return the records of rows of GDELT, and the actors, places and publishers that they name."""
    source, mapping = about.name, about.mapping
    number = rows.required("GLOBALEVENTID")
    day = rows.required("SQLDATE", rows.day("SQLDATE", read_compact_day))
    code = coded(rows, "EventCode", mapping)
    actors = entry_ids(source, rows.text("Actor1Code")), entry_ids(source, rows.text("Actor2Code"))
    kind = rows.code("ActionGeo_Type", _KIND)
    place, places = _places(rows, source, kind, day)
    where = rows.text("ActionGeo_FullName")
    who = sides(*(_names(rows, side) for side in "12"))
    page, publishers = _page(rows, about)
    columns = frame(
        about,
        number,
        joined("GDELT event", number),
        supports=("title", "date", "status", "participants", "locations"),
        notes=_notes(rows),
    )
    [(_, own)] = columns["sources"]
    columns |= {
        "type": code.types,
        "mode": code.modes,
        "title": line(words(code.codes, mapping, "EventCode", "{label}:"), _ended(who, where), between=" "),
        "summary": paragraph(words(code.codes, mapping, "EventCode", SUMMARY), _ended(who, where, ".")),
        "status": _status(rows),
        "date": {"start": day, "end": day},
        "locations": [location(place, mapped(rows.text("ActionGeo_Type"), _PRECISION.get, pa.int32()))],
        "participants": participants(actors, (code.source, code.target)),
        "sources": [(None, own | page)],
    }
    return columns, {"actors": _actors(rows, actors, day), "places": places, "publishers": publishers}


def _names(rows: Rows, side: str) -> Any:
    return pc.coalesce(rows.text(f"Actor{side}Name"), rows.text(f"Actor{side}Code"))


def _ended(who: Any, where: Any, end: str = "") -> Any:
    """Return who, and where if that is known, with an end."""
    place = pc.fill_null(pc.binary_join_element_wise(", ", where, ""), "")
    return pc.binary_join_element_wise(who, place, end, "")


def _status(rows: Rows) -> Any:
    """Return ``occurred`` where several outlets reported it; what one report says is alleged."""
    several = pc.fill_null(pc.greater(rows.whole("NumSources", least=0), 1), fill_value=False)
    return pa.DictionaryArray.from_arrays(several.cast(pa.int8()).cast(pa.int32()), pa.array(["alleged", "occurred"]))


def _notes(rows: Rows) -> Any:
    """Return what the coding is worth: by a machine, and how much attention the event got."""
    return joined(
        "Coded by machine and read by nobody. Mentions, sources, articles:",
        joined(*(filled(rows.text(f"Num{what}"), "?") for what in ("Mentions", "Sources", "Articles")), between=", "),
    )


def _places(rows: Rows, source: str, kind: Any, day: Any) -> tuple[Any, dict[str, Any]]:
    latitude = rows.number("ActionGeo_Lat", least=-90, most=90)
    longitude = rows.number("ActionGeo_Long", least=-180, most=180)
    name, code = rows.text("ActionGeo_FullName"), rows.text("ActionGeo_Type")
    feature = pc.coalesce(rows.text("ActionGeo_FeatureID"), name)
    spot = pc.if_else(pc.is_valid(kind), pc.binary_join_element_wise(code, feature, "-"), pa.scalar(None, pa.string()))
    place = entry_ids(source, spot)
    here = firsts(place)
    table = {
        "id": place.take(here),
        "kind": kind.take(here),
        "name": line(name.take(here)),
        "latitude": latitude.take(here),
        "longitude": longitude.take(here),
        "coordinates_from": pa.repeat(pa.scalar(source), len(here)),
        "country": to_iso3("fips", rows.text("ActionGeo_CountryCode").take(here), day.take(here)),
    }
    return place, table


def _actors(rows: Rows, actors: tuple[Any, Any], day: Any) -> dict[str, Any]:
    tables = []
    for side, ids in zip("12", actors, strict=True):
        here = firsts(ids)
        state = to_iso3("cameo", rows.text(f"Actor{side}CountryCode").take(here), day.take(here))
        tables.append({"id": ids.take(here), "name": line(_names(rows, side).take(here)), "of": state})
    return together(*tables)


def _page(rows: Rows, about: About) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the report as a source, or GDELT's row where the report has no address; and the publishers."""
    source, keeper = about.name, keeper_id(about)
    given = rows.text("SOURCEURL")
    report = given.dictionary_encode()
    there, host, named = _addresses(report.dictionary)
    online = pc.fill_null(there.take(report.indices), fill_value=False)
    publisher, relayed = (
        mapped(_by_row(names, report), lambda word: entry_id(source, word), pa.string()) for names in (host, named)
    )
    # 20150218 in GDELT 1, 20150218230000 in GDELT 2.
    read = mapped(pc.utf8_slice_codeunits(rows.text("DATEADDED"), 0, _DAY), read_compact_day, pa.date32())
    page = {
        "url": pc.if_else(online, given, about.mapping.page),
        "publisher": filled(publisher, keeper),
        "language": pc.if_else(online, "und", "en"),
        "accessed": pc.fill_null(read, pa.scalar(about.retrieved, pa.date32())),
        "kind": pc.if_else(online, "news", "analysis"),
        "relays": ((np.asarray(pc.is_valid(relayed)), filled(relayed, keeper)),),
    }
    tables = [keepers(about)]
    for entries, names in ((publisher, host), (relayed, named)):
        here = firsts(entries)
        tables.append({"id": entries.take(here), "name": line(names.take(report.indices.take(here)))})
    return page, together(*tables)


def _addresses(reports: Any) -> tuple[Any, Any, Any]:
    """Return which reports are web addresses, their hosts, and the names of those that are none."""
    short = pc.less_equal(pc.binary_length(reports), _LONGEST_ADDRESS)
    there = pc.and_(short, pc.match_substring_regex(reports, URL.regex))
    nothing = pa.scalar(None, pa.string())
    # https://www.example.org:443/a is cut at its slashes, and the few hosts of many addresses are looked at once.
    parts = pc.split_pattern(pc.if_else(there, reports, "//"), "/", max_splits=3)
    host = mapped(pc.list_element(parts, _HOST_PART), _host, pa.string())
    return there, pc.if_else(there, host.cast(pa.string()), nothing), pc.if_else(there, nothing, reports)


def _host(place: str) -> str:
    name = place.lower().partition(":")[0]
    return name.removeprefix("www.") or name


def _by_row(names: Any, of: Any) -> Any:
    """Return what stands for each value of a dictionary column, row by row."""
    compact = names.dictionary_encode()
    return pa.DictionaryArray.from_arrays(compact.indices.take(of.indices), compact.dictionary)
