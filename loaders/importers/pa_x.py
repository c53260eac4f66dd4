"""PA-X: one row is one document of a peace process that was signed or formally agreed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.importers.acled import read_written_day
from casus.importers.base import About
from casus.importers.countries import to_iso3
from casus.importers.parts import LONGEST_LINE, frame, holds, iso_states, keepers, line, location, paragraph, positive
from casus.importers.rows import Rows, entry_ids, joined, mapped, plain_text, shortened, when

_SUPPORTS = ("title", "type", "date", "status", "locations", "issues")
#: Columns that are kept as notes, and what they are called there.
_NOTES = {
    "Contp": "Conflict about",
    "PP": "Peace process",
    "PPName": "Name of the process",
    "Ver": "Version of the text",
    "Status": "Status",
    "Agtp": "Kind",
    "Stage": "Stage",
    "StageSub": "Stage, finer",
    "OthAgr": "Names other agreements",
    "Loc2ISO": "Second country",
    "Loc2GWNO": "Second country (Gleditsch and Ward)",
    "UcdpCon": "UCDP conflict",
    "UcdpAgr": "UCDP agreement",
    "PamAgr": "Peace Accords Matrix",
    "CowWar": "COW war",
}
_AGREEMENT = "agreement"


def make(rows: Rows, about: About) -> tuple[Mapping[str, Any], Mapping[str, Mapping[str, Any]]]:
    """Return the records of rows of PA-X, and the places that they name."""
    mapping = about.mapping
    number = rows.required("AgtId")
    name = rows.required("Agt")
    day = rows.required("Dat", rows.day("Dat", read_written_day))
    rows.required("Status")
    rows.required("Stage")
    kind = rows.code("Status", mapping.table("Status", "type"))
    stage = plain_text(rows.code("Stage", mapping.table("Stage", "mode")))
    mode = pc.if_else(pa.array(holds(kind, _AGREEMENT)), stage, pa.scalar(None, pa.string()))
    issues = tuple(
        (positive(rows.whole(column, least=0, most=3)), code.to["issue"])
        for column, code in mapping.codes["issues"].items()
    )
    where = rows.text("Con")
    place = plain_text(entry_ids(about.name, when(None, "place ", where)))
    columns = frame(
        about,
        number,
        joined("PA-X, agreement", number),
        supports=_SUPPORTS,
        notes=paragraph(*(when(None, text, ": ", rows.text(column), ".") for column, text in _NOTES.items())),
    )
    columns |= {
        "type": kind,
        "mode": mode,
        "title": shortened(name, LONGEST_LINE),
        "summary": paragraph(
            when(None, name, "."),
            when(None, "Conflict: ", where, "."),
            when(None, "Peace process: ", rows.text("PPName"), "."),
            when(None, "Parties, as PA-X writes them: ", shortened(rows.text("Part"), 1500), "."),
            when(None, "Third parties, as PA-X writes them: ", shortened(rows.text("ThrdPart"), 1500), "."),
        ),
        "status": "occurred",
        "date": {"start": day, "end": day},
        "issues": issues,
        "locations": [location(place, 6)],
    }
    return columns, {"places": _places(rows, place, where, day), "publishers": keepers(about)}


def _places(rows: Rows, place: Any, where: Any, day: Any) -> dict[str, Any]:
    given = mapped(rows.text("Loc1ISO"), lambda word: word if word in iso_states() else None, pa.string())
    numbered = to_iso3("gw", rows.text("Loc1GWNO"), day)
    nothing = pa.nulls(rows.length, pa.float64())
    return {
        "id": place,
        "kind": pa.array(np.full(rows.length, "area"), pa.string()),
        "name": line(where),
        "latitude": nothing,
        "longitude": nothing,
        "coordinates_from": pa.nulls(rows.length, pa.string()),
        "country": pc.coalesce(plain_text(given), plain_text(numbered)),
    }
