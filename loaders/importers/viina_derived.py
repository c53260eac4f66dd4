"""Tables derived from VIINA: reports of attacks, explosions and fires at kinds of targets, found by words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.importers.base import About
from casus.importers.parts import frame, keepers, location, paragraph
from casus.importers.rows import Rows, joined, mapped, when
from casus.importers.viina import FORCES, force, forces, place_of, reported

_SUPPORTS = ("title", "type", "date", "status", "targets", "participants", "locations")
_VIOLENCE = "unspecified-violence"


def make(rows: Rows, about: About) -> tuple[Mapping[str, Any], Mapping[str, Mapping[str, Any]]]:
    """Return the records of rows of the table, and the actors and places that they name."""
    mapping = about.mapping
    number = rows.required("event_id_1pd")
    types = mapping.table("attack_terms", "type")
    kind = _each(rows, "attack_terms", types)
    kind = mapped(kind, lambda words: _VIOLENCE if _VIOLENCE in words.split() else words.split()[0], pa.string())
    found = _each(rows, "target_classes", mapping.table("target_classes", "target"))
    kinds = sorted({str(code.to["target"]) for code in mapping.codes["target_classes"].values()})
    targets = tuple(
        (np.asarray(pc.fill_null(pc.match_substring(joined(found), each), fill_value=False)), each) for each in kinds
    )
    place, places = place_of(rows, about)
    people = [force(rows, about, f"p{index}", name, "") for index, (name, *_) in enumerate(FORCES, 1)]
    notes = paragraph(
        when(None, "Outlets that the table names: ", rows.text("sources_matching"), "."),
        when(None, "Reports: ", rows.text("event_ids_matching"), " of VIINA, ", rows.text("source_urls"), "."),
        when(None, "State of the row: ", rows.text("TriageStatus"), "."),
    )
    columns = reported(rows, about, kind, place)
    what = mapped(rows.text("target_classes"), lambda word: _words(word, mapping.codes["target_classes"]), pa.string())
    columns["summary"] = paragraph(columns["summary"], when(None, "Words of the reports name: ", what, "."))
    columns |= frame(about, number, joined("VIINA, event", number), supports=_SUPPORTS, notes=notes)
    columns |= {
        "type": kind,
        "targets": targets,
        "locations": [location(place, 2)],
        "participants": people,
    }
    return columns, {"actors": forces(about), "places": places, "publishers": keepers(about)}


def _each(rows: Rows, name: str, table: Mapping[str, str | None]) -> Any:
    """Return what the words of cells such as ``a|b`` become, with spaces between; an unknown word is at fault."""
    cells = rows.required(name)
    whole = {
        cell: " ".join(dict.fromkeys(table[word] or "" for word in _folded(cell, table)))
        for cell in pc.unique(cells).to_pylist()
        if cell is not None and all(word in table for word in _folded(cell, table))
    }
    return rows.code(name, whole)


def _folded(cell: str, table: Mapping[str, Any]) -> list[str]:
    """Return the words of a cell as the table has them, in its case or in lower case."""
    return [word if word in table else word.lower() for word in cell.split("|")]


def _words(cell: str, codes: Mapping[str, Any]) -> str:
    return ", ".join(codes[word].label if word in codes else word for word in cell.split("|"))
