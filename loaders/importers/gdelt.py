"""GDELT 1 and 2: one row is what a machine took for one event in the reports of a quarter of an hour or a day."""

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
from casus.importers.rows import Rows, entry_id, entry_ids, joined, mapped, plain_text, read_compact_day, shortened
from casus.schema.types import URL

_HOST = re.compile(r"https?://(?:www\.)?([A-Za-z0-9.-]+)")
_ADDRESS = re.compile(URL.regex)
_LONGEST_ADDRESS = 2000
_PRECISION = {"1": 6, "2": 4, "3": 1, "4": 1, "5": 4}
_KIND = {"1": "country", "2": "region", "3": "city", "4": "city", "5": "region"}


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
    kind = rows.code("ActionGeo_Type", {"0": None} | _KIND)
    place, places = _places(rows, source, kind, day)
    where = rows.text("ActionGeo_FullName")
    who = sides(*(_names(rows, side) for side in "12"))
    page, publishers = _page(rows, about)
    columns = {
        "id": joined(f"{source}:", number, between=""),
        "type": code.types,
        "mode": code.modes,
        "title": shortened(joined(words(code.codes, mapping, "EventCode", "{label}:"), _ended(who, where)), 160),
        "summary": shortened(
            joined(words(code.codes, mapping, "EventCode", 'Coded as CAMEO {code}, "{label}":'), _ended(who, where, ".")),
            4000,
        ),
        "status": _status(rows),
        "date": {"start": day, "end": day},
        "locations": [
            (
                np.asarray(pc.is_valid(place)),
                {
                    "key": "l1",
                    "place": filled(place, f"{source}:none"),
                    "precision": pc.fill_null(mapped(rows.text("ActionGeo_Type"), _PRECISION.get, pa.int32()), 6),
                },
            )
        ],
        "participants": participants(actors, (code.source, code.target)),
        "sources": [(None, page | {"title": joined("GDELT event", number)})],
        "coding": {
            "method": "imported",
            "coders": (mapping.keeper,),
            "coded_on": about.retrieved,
            "notes": _notes(rows),
        },
        "external_ids": [(None, {"dataset": source, "id": number})],
        "provenance": {"dataset": source, "version": about.version, "row_id": number, "licence": mapping.licence},
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
    rows_of = firsts(place)
    table = {
        "id": plain_text(place.take(rows_of)),
        "kind": plain_text(kind.take(rows_of)),
        "name": shortened(name.take(rows_of), 160),
        "latitude": latitude.take(rows_of),
        "longitude": longitude.take(rows_of),
        "coordinates_from": pa.repeat(pa.scalar(source), len(rows_of)),
        "country": to_iso3("fips", rows.text("ActionGeo_CountryCode").take(rows_of), day.take(rows_of)),
    }
    return place, table


def _actors(rows: Rows, actors: tuple[Any, Any], day: Any) -> dict[str, Any]:
    tables = []
    for side, ids in zip("12", actors, strict=True):
        here = firsts(ids)
        state = to_iso3("cameo", rows.text(f"Actor{side}CountryCode").take(here), day.take(here))
        name = shortened(_names(rows, side).take(here), 160)
        tables.append({"id": plain_text(ids.take(here)), "name": name, "of": plain_text(state)})
    return {name: pa.concat_arrays([table[name] for table in tables]) for name in ("id", "name", "of")}


def _page(rows: Rows, about: About) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the report as a source, or GDELT's row where the report has no address; and the publishers."""
    source = about.name
    keeper = f"{source}:{source}"
    report = rows.text("SOURCEURL").dictionary_encode()
    address = mapped(report, lambda word: word if _is_address(word) else None, pa.string())
    host = mapped(report, _host, pa.string())
    publisher = mapped(host, lambda word: entry_id(source, word), pa.string())
    named = mapped(report, lambda word: None if _is_address(word) else word, pa.string())
    relayed = mapped(named, lambda word: entry_id(source, word), pa.string())
    online = pc.is_valid(address)
    read = mapped(rows.text("DATEADDED"), _read_stamp, pa.date32())
    page = {
        "key": "s1",
        "url": filled(plain_text(address), about.mapping.page),
        "publisher": filled(publisher, keeper),
        "language": pc.if_else(online, "und", "en"),
        "accessed": pc.fill_null(read, pa.scalar(about.retrieved, pa.date32())),
        "kind": pc.if_else(online, "news", "analysis"),
        "relays": ((np.asarray(pc.is_valid(relayed)), filled(relayed, keeper)),),
        "supports": ("title", "date", "status", "participants", "locations"),
    }
    tables = [(publisher, host), (relayed, named)]
    ids, names = [pa.array([keeper])], [pa.array([about.mapping.publisher])]
    for entries, called in tables:
        here = firsts(entries)
        ids.append(plain_text(entries.take(here)))
        names.append(shortened(called.take(here), 160))
    return page, {"id": pa.concat_arrays(ids), "name": pa.concat_arrays(names)}


def _is_address(word: str) -> bool:
    return len(word) <= _LONGEST_ADDRESS and _ADDRESS.match(word) is not None


def _host(word: str) -> str | None:
    found = _HOST.match(word) if _is_address(word) else None
    return found[1].lower().strip(".-") or None if found else None


def _read_stamp(word: str) -> dt.date | None:
    """Return the day of 20150218 (GDELT 1) or 20150218230000 (GDELT 2)."""
    return read_compact_day(word[:8])
