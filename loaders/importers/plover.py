"""PLOVER records in JSON: who did what to whom, by type, mode and context."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.importers.base import About
from casus.importers.mapping import Code, SourceMapping
from casus.importers.parts import (
    counted,
    frame,
    holds,
    iso_states,
    keepers,
    labels,
    line,
    listed,
    location,
    outside,
    paragraph,
    participant,
    text_or,
    together,
)
from casus.importers.rows import Rows, entry_id, entry_ids, joined, mapped, plain_text, read_day, when
from casus.schema.vocabulary import vocabulary

#: What the sector of an actor holds where it is not known.
_NO_SECTOR = frozenset(("", "***", "UNK"))
_SUPPORTS = ("title", "type", "date", "status", "participants", "locations")
#: By type of ours: what those who act and those who are acted on are in the event, where it is not as below.
_ROLES = {
    "meeting": ("party", "party"),
    "ceasefire": ("party", "party"),
    "exchange": ("party", "party"),
    "aid": ("initiator", "beneficiary"),
}
#: Columns that are kept as notes, and what they are called there.
_NOTES = {
    "context": "Contexts",
    "size": "Size",
    "arrested": "Arrested",
    "time": "Time, without an offset",
    "endtime": "End time, without an offset",
    "link": "Link",
    "publication": "Text from",
    "coder": "Coder",
    "version": "Version of PLOVER",
    "comment": "Comment of the coder",
}


def all_codes(mapping: SourceMapping) -> dict[str, Code]:
    """Return the types, and the types with a mode (``CONSULT/visit``)."""
    return {**mapping.codes["event"], **mapping.codes["mode"]}


def kinds(rows: Rows, columns: tuple[str, str], coded: Any, mapping: SourceMapping) -> tuple[Any, Any]:
    """Return type and mode of a column of types with modes; an unknown type, or mode of it, is at fault."""
    codes = all_codes(mapping)
    known = mapped(coded, lambda word: word.partition("/")[0] in codes, pa.bool_())
    whole = mapped(coded, codes.__contains__, pa.bool_())
    rows.note("CAS603", columns[0], np.asarray(pc.fill_null(pc.invert(known), fill_value=False)))
    rows.note("CAS603", columns[1], np.asarray(pc.fill_null(pc.and_(known, pc.invert(whole)), fill_value=False)))
    kind = mapped(coded, lambda word: codes[word].to.get("type") if word in codes else None, pa.string())
    mode = mapped(coded, lambda word: codes[word].to.get("mode") if word in codes else None, pa.string())
    return kind, plain_text(mode)


def role(kind: Any, acted_on: bool) -> Any:
    """Return what those who act, or are acted on, are in events of these types."""
    speech = {each.code for each in vocabulary("event-types").values if each.extra.get("speech_act")}

    def of(word: str) -> str:
        pair = _ROLES.get(word, ("initiator", "addressee" if word in speech else "target"))
        return pair[1] if acted_on else pair[0]

    return mapped(kind, of, pa.string())


def one(column: Any) -> Any:
    """Return cells that hold a list of one value as that value; lists of several stay as they are."""

    def read(cell: str) -> str | None:
        values = parsed(cell) if cell.startswith("[") else None
        if isinstance(values, list) and len(values) <= 1:
            return str(values[0]) if values else None
        return cell

    return mapped(column, read, pa.string())


def parsed(cell: str) -> Any:
    """Return the value of a cell of JSON, or None."""
    try:
        return json.loads(cell)
    except ValueError:
        return None


def _coded(rows: Rows) -> Any:
    event, mode = plain_text(one(rows.text("event"))), plain_text(one(rows.text("mode")))
    return pc.if_else(pc.is_valid(event), joined(event, mode, between="/"), pa.scalar(None, pa.string()))


def scope(rows: Rows, about: About) -> Mapping[str, Any]:
    """Return which rows are protests and the like."""
    return outside(_coded(rows), about.mapping, "event", "mode")


def make(rows: Rows, about: About) -> tuple[Mapping[str, Any], Mapping[str, Mapping[str, Any]]]:
    """Return the records of objects of PLOVER, and the actors and places that they name."""
    mapping = about.mapping
    number = rows.required("id")
    rows.required("event")
    kind, mode = kinds(rows, ("event", "mode"), _coded(rows), mapping)
    start = rows.required("date", rows.day("date", read_day))
    end = pc.coalesce(rows.day("enddate", read_day), start)
    sides = [_people(rows, names) for names in (("actor", "source"), ("recipient", "target"))]
    people, actors, named = _participants(about, kind, sides)
    place, places, precision = _places(rows, about)
    label = joined(labels(kind))
    nobody = pa.nulls(rows.length, pa.string())
    by, to = (joined(nobody, *side, between=", ") for side in named)
    title = line(label, by, between=": ")
    title = line(title, when(None, "to ", to), between=" ")
    notes = paragraph(
        when(None, "Coded as ", _coded(rows), "."),
        *(when(None, text, ": ", rows.text(name), ".") for name, text in _NOTES.items()),
    )
    columns = frame(about, number, joined("PLOVER record", number), supports=_SUPPORTS, notes=notes)
    columns |= {
        "type": kind,
        "mode": mode,
        "title": title,
        "summary": paragraph(joined(title, ".", between=""), when(None, "Dated ", start.cast(pa.string()), ".")),
        "status": "occurred",
        "date": {"start": start, "end": end},
        "locations": [location(place, precision)],
        "participants": people,
        "quantities": [_number(rows, about, "q1", "dead", "killed"), _number(rows, about, "q2", "injured", "wounded")],
    }
    return columns, {"actors": actors, "places": places, "publishers": keepers(about)}


def _people(rows: Rows, names: tuple[str, ...]) -> list[Any]:
    """Return the actors of a side as ``code`` or ``code-sector``: the first of each row, the second, and so on."""
    cells = text_or(rows, *names)
    for name in names:
        known = mapped(rows.text(name), lambda cell: "yes" if _actors_in(cell) is not None else None, pa.string())
        wrong = pc.and_(pc.is_valid(rows.text(name)), pc.is_null(known))
        rows.note("CAS603", name, np.asarray(wrong))
    return listed(cells, lambda cell: _actors_in(cell) or ())


def _actors_in(cell: str) -> list[str] | None:
    """Return the actors of a cell, or None if it holds anything else."""
    values = parsed(cell)
    values = [values] if isinstance(values, dict) else values
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        return None
    found = []
    for value in values:
        code, sector = (str(value.get(name) or "").strip() for name in ("code", "sector"))
        found.append(code if sector in _NO_SECTOR else f"{code or 'UNK'}-{sector}")
    return found


def actor_id(source: str, word: str) -> str:
    """Return the id of an actor: ISO3 for a state as such, otherwise of the source."""
    return word if word in iso_states() else entry_id(source, word)


def _participants(about: About, kind: Any, sides: list[list[Any]]) -> tuple[list[Any], dict[str, Any], list[list[Any]]]:
    found: list[Any] = []
    tables: list[dict[str, Any]] = []
    for side, columns in enumerate(sides):
        what = role(kind, bool(side))
        for column in columns:
            ids = mapped(column, lambda word: actor_id(about.name, word), pa.string())
            found.append(participant(f"p{len(found) + 1}", ids, what))
            state = mapped(column, lambda word: word[:3] if word[:3] in iso_states() else None, pa.string())
            tables.append({"id": ids, "name": line(mapped(column, _name, pa.string())), "of": state})
    entries = together(*tables)
    own = pc.fill_null(pc.match_substring(entries["id"], ":"), fill_value=False)
    return found, {name: column.filter(own) for name, column in entries.items()}, sides


def _name(word: str) -> str:
    code, _, sector = word.partition("-")
    return f"{code} ({sector})" if sector else code


def _places(rows: Rows, about: About) -> tuple[Any, dict[str, Any], Any]:
    cells = text_or(rows, "event_loc", "eventLoc")

    def field(*names: str) -> Callable[[str], str | None]:
        def read(cell: str) -> str | None:
            value = parsed(cell)
            found = value if isinstance(value, dict) else {}
            return next((str(found[name]).strip() for name in names if found.get(name)), None)

        return read

    name = mapped(cells, field("resolved_place", "name", "extracted_place", "city", "province", "country"), pa.string())
    latitude, longitude = (mapped(cells, field(each), pa.string()) for each in ("lat", "lon"))
    resolution = mapped(cells, field("resolution"), pa.string())
    table = about.mapping.table("resolution", "precision")
    precision = mapped(resolution, table.get, pa.string())
    column = "event_loc" if "event_loc" in rows else "eventLoc"
    degrees = []
    for texts, most in ((latitude, 90), (longitude, 180)):
        read = Rows({"degrees": plain_text(texts)}, rows.length)
        degrees.append(read.number("degrees", least=-most, most=most))
        rows.note("CAS601", column, read.wrong(), wanted=f"a place with degrees from -{most} to {most}")
    place = entry_ids(about.name, joined(name, latitude, longitude))
    country = mapped(cells, field("country_code"), pa.string())
    known = mapped(country, lambda word: word if word in iso_states() else None, pa.string())
    entries = {
        "id": place,
        "kind": pa.repeat(pa.scalar("area"), rows.length),
        "name": line(name),
        "latitude": degrees[0],
        "longitude": degrees[1],
        "coordinates_from": pc.if_else(pc.is_valid(degrees[0]), about.name, pa.scalar(None, pa.string())),
        "country": known,
    }
    return place, entries, pc.fill_null(plain_text(precision).cast(pa.int32()), 6)


def _number(rows: Rows, about: About, key: str, name: str, measure: str) -> Any:
    """Return a number, or the word that stands for one."""
    words = about.mapping.table("words", "words")
    cells = rows.text(name)
    word = mapped(cells, lambda cell: words.get(cell.lower()), pa.string())
    figure = mapped(cells, lambda cell: float(cell) if cell.isascii() and cell.isdigit() else None, pa.float64())
    there = np.asarray(pc.or_(pc.is_valid(word), pc.is_valid(figure)))
    rows.note("CAS601", name, np.asarray(pc.is_valid(cells)) & ~there, wanted="a whole number or a word for one")
    return counted(key, measure, there & ~holds(cells, "0"), about, best=figure, words=plain_text(word))
