"""What the records of every source say in the same way: their source, coding, provenance, and entries of registries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.importers.base import About
from casus.importers.countries import codes
from casus.importers.mapping import SourceMapping
from casus.importers.rows import Rows, entry_id, filled, joined, mapped, plain_text, shortened
from casus.schema.vocabulary import vocabulary

#: Part of a list: which rows have it, and its fields.
Part = tuple[Any, dict[str, Any]]
LONGEST_LINE, LONGEST_PARAGRAPH = 160, 4000
#: More actors of one cell than these are not taken apart: such a cell is no list.
MOST_NAMES = 100


def keeper_id(about: About) -> str:
    """Return the id of the source's keeper as a publisher and claimant, such as ``acled:acled``."""
    return entry_id(about.name, about.mapping.keeper.lower())


def keepers(about: About) -> dict[str, Any]:
    """Return the entry of the source's keeper among the publishers."""
    return {"id": pa.array([keeper_id(about)]), "name": pa.array([about.mapping.publisher])}


def frame(
    about: About, number: Any, title: Any, *, supports: Sequence[str], notes: Any = None, kind: str = "analysis"
) -> dict[str, Any]:
    """Return what says where a record comes from: its id, source, coding, outer id and provenance.

    Parameters
    ----------
    about
        What is known of the file.
    number
        The id of the row.
    title
        The title of the source, a text or a column.
    supports
        The parts of the record that the row states and that have no sources of their own.
    notes
        What is worth keeping and has no field.
    kind
        The kind of source.
    """
    mapping = about.mapping
    source = {
        "key": "s1",
        "url": mapping.page,
        "publisher": keeper_id(about),
        "title": title,
        "accessed": about.retrieved,
        "kind": kind,
        "supports": tuple(supports),
    }
    coding = {"method": "imported", "coders": (mapping.keeper,), "coded_on": about.retrieved}
    if notes is not None:
        coding["notes"] = shortened(notes, LONGEST_PARAGRAPH)
    return {
        "id": joined(f"{about.name}:", number, between=""),
        "sources": [(None, source)],
        "coding": coding,
        "external_ids": [(None, {"dataset": about.name, "id": number})],
        "provenance": {
            "dataset": about.name,
            "version": about.version,
            "row_id": number,
            "licence": mapping.licence,
        },
    }


def participant(key: str, actor: Any, role: Any) -> Part:
    """Return a participant of those rows whose actor is known; the role is one for all rows or a column."""
    there = np.asarray(pc.is_valid(actor))
    roles = (role,) if isinstance(role, str) else ((None, filled(role, "party")),)
    return there, {"key": key, "actor": filled(actor, "none"), "roles": roles}


def location(place: Any, precision: Any) -> Part:
    """Return the location of those rows whose place is known."""
    there = np.asarray(pc.is_valid(place))
    known = precision if isinstance(precision, int) else pc.fill_null(precision, 6).cast(pa.int32())
    return there, {"key": "l1", "place": filled(place, "none"), "precision": known}


def counted(key: str, measure: str, there: Any, about: About, **fields: Any) -> Part:
    """Return a number that the source's keeper states."""
    return there, {"key": key, "measure": measure, "claimant": keeper_id(about), "sources": ("s1",), **fields}


def positive(number: Any) -> Any:
    """Return a mask of the rows in which a number is there and not 0."""
    return np.asarray(pc.fill_null(pc.greater(number, 0), fill_value=False))


def holds(column: Any, word: str) -> Any:
    """Return a mask of the rows in which a column holds a word."""
    return np.asarray(pc.fill_null(pc.equal(plain_text(column), word), fill_value=False))


def split(column: Any, between: str = ";", most: int = MOST_NAMES) -> list[Any]:
    """Return the members of lists in cells: their first ones, their second ones, and so on; null where there is none.

    A member that stands twice in a cell is taken once.
    """
    return listed(column, lambda word: [part.strip() for part in word.split(between)], most)


def listed(column: Any, read: Callable[[str], Iterable[str]], most: int = MOST_NAMES) -> list[Any]:
    """Return the members that a function reads out of each cell, as :func:`split` does."""
    encoded = pc.dictionary_encode(plain_text(column))
    lists = [
        list(dict.fromkeys(part for part in read(word) if part))[:most] if word is not None else []
        for word in encoded.dictionary.to_pylist()
    ]
    longest = max(map(len, lists), default=0)
    columns = []
    for place in range(longest):
        words = pa.array([names[place] if place < len(names) else None for names in lists], pa.string())
        columns.append(words.take(encoded.indices))
    return columns


def together(*tables: Mapping[str, Any]) -> dict[str, Any]:
    """Return entries of a registry one below the other; they have the same columns."""
    return {
        name: pa.concat_arrays([plain_text(table[name]) for table in tables]) if tables else pa.array([], pa.string())
        for name in (tables[0] if tables else ("id", "name", "of"))
    }


def labels(kind: Any, vocabulary_name: str = "event-types") -> Any:
    """Return the labels of a column of codes of a vocabulary."""
    names = {value.code: value.label for value in vocabulary(vocabulary_name).values}
    return mapped(kind, names.get, pa.string())


@cache
def iso_states() -> frozenset[str]:
    """Return the ISO3 codes of all states that the lists of countries know."""
    systems = ("gw", "cow", "fips", "cameo", "name")
    return frozenset(state for system in systems for spells in codes(system).values() for *_, state in spells)


def month_of(day: dt.date) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of a day's month."""
    following = dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return day.replace(day=1), following - dt.timedelta(days=1)


def text_or(rows: Rows, *names: str) -> Any:
    """Return, row by row, the first of these columns that holds something."""
    return pc.coalesce(*[plain_text(rows.text(name)) for name in names])


def line(*parts: Any, between: str = ", ") -> Any:
    """Return parts joined to one line of a record."""
    return shortened(joined(*parts, between=between), LONGEST_LINE)


def paragraph(*parts: Any) -> Any:
    """Return sentences joined to one paragraph of a record; a part that is None is left out."""
    return shortened(joined(*(part for part in parts if part is not None)), LONGEST_PARAGRAPH)


def outside(cells: Any, mapping: SourceMapping, *tables: str) -> dict[str, Any]:
    """Return which rows are out of scope by the code in a column, by reason."""
    found: dict[str, list[str]] = {}
    for table in tables:
        for reason, names in mapping.out_of_scope(table).items():
            found.setdefault(reason, []).extend(names)
    return {
        reason: np.asarray(pc.fill_null(pc.is_in(plain_text(cells), value_set=pa.array(names)), fill_value=False))
        for reason, names in found.items()
    }
