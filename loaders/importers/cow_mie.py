"""COW Militarized Interstate Events: what two states did to each other, with dead on each side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.importers.base import About
from casus.importers.countries import to_iso3
from casus.importers.dates import extent_of, spell
from casus.importers.parts import counted, frame, keepers, line, outside, paragraph, participant, together
from casus.importers.rows import Rows, entry_ids, joined, mapped, plain_text, when

_SUPPORTS = ("title", "type", "date", "status", "participants")
_UNKNOWN = -9


def scope(rows: Rows, about: About) -> Mapping[str, Any]:
    """Return which rows are no militarized action."""
    return outside(rows.text("action"), about.mapping, "action")


def make(rows: Rows, about: About) -> tuple[Mapping[str, Any], Mapping[str, Mapping[str, Any]]]:
    """Return the records of rows of MIE, and the states that they name."""
    mapping = about.mapping
    number = joined(rows.required("micnum"), rows.required("eventnum"), between="-")
    rows.required("action")
    kind = rows.code("action", mapping.table("action", "type"))
    mode = mapped(rows.text("action"), mapping.table("action", "mode").get, pa.string())
    label = mapped(rows.text("action"), {code: entry.label for code, entry in mapping.codes["action"].items()}.get,
                   pa.string())  # fmt: skip
    first = spell(rows, "styear", "stmon", "stday")
    last = spell(rows, "endyear", "endmon", "endday")
    start, end = rows.required("styear", first.start), rows.required("endyear", last.end)
    states = [_state(rows, about, side, start) for side in "12"]
    said = joined(label)
    named = joined(states[0]["id"], states[1]["id"], between=" and ")
    columns = frame(
        about,
        number,
        joined("COW MIE, event", number),
        supports=_SUPPORTS,
        notes=paragraph(
            when(None, "Confrontation ", rows.text("micnum"), "."),
            when(None, "Coded as action ", rows.text("action"), " (", label, ")."),
            when(None, "Level of hostility: ", rows.text("hostlev"), "."),
            when(None, "First state on side A: ", rows.text("sidea1"), "."),
        ),
    )
    columns |= {
        "type": kind,
        "mode": plain_text(mode),
        "title": line(pc.utf8_capitalize(said), named, between=": "),
        "summary": paragraph(
            when(None, pc.utf8_capitalize(said), " between ", named, "."),
            when(None, "From ", start.cast(pa.string()), " to ", end.cast(pa.string()), " at the most."),
        ),
        "status": "occurred",
        "date": {"start": start, "end": end, "extent": extent_of(first, last)},
        "participants": [participant(f"p{side}", states[side - 1]["id"], "party") for side in (1, 2)],
        "quantities": [_dead(rows, about, side, states[int(side) - 1]["id"]) for side in "12"],
    }
    entries = together(*states)
    own = pc.fill_null(pc.match_substring(entries["id"], ":"), fill_value=False)
    return columns, {
        "actors": {name: column.filter(own) for name, column in entries.items()},
        "publishers": keepers(about),
    }


def _state(rows: Rows, about: About, side: str, day: Any) -> dict[str, Any]:
    code = rows.required(f"ccode{side}")
    rows.whole(f"ccode{side}", least=1, most=999)
    state = plain_text(to_iso3("cow", code, day))
    own = plain_text(entry_ids(about.name, when(None, "ccode-", code)))
    return {"id": pc.coalesce(state, own), "name": line(when(None, "State number ", code, " of COW")), "of": state}


def _dead(rows: Rows, about: About, side: str, state: Any) -> Any:
    """Return the dead of one state, where at least one bound is known."""
    low, high = (_known(rows.whole(f"fatal{bound}{side}", least=_UNKNOWN)) for bound in ("min", "max"))
    there = np.asarray(pc.or_(pc.is_valid(low), pc.is_valid(high)))
    return counted(f"q{side}", "killed", there, about, low=low, high=high, subject=state)


def _known(number: Any) -> Any:
    return pc.if_else(pc.greater_equal(number, 0), number, pa.scalar(None, pa.int64())).cast(pa.float64())
