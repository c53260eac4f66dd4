"""CAMEO: the codes of events that GDELT and ICEWS share, and what machine-coded rows of both become."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.importers.mapping import SourceMapping
from casus.importers.parts import Part, participant
from casus.importers.rows import Rows, filled, mapped, plain_text

#: Stands in a title where the row does not name an actor.
UNNAMED = "an unnamed actor"
#: How a summary begins, by code.
SUMMARY = 'Coded as CAMEO {code}, "{label}":'
#: The end of CAMEO's labels that says nothing.
_VAGUE = ", not specified below"


class Coded(NamedTuple):
    """What the codes of a batch become: type, mode, and the roles of source and target, each a column."""

    codes: Any
    types: Any
    modes: Any
    source: Any
    target: Any


def skipped(rows: Rows, column: str, mapping: SourceMapping) -> dict[str, Any]:
    """Return which rows have a code that is out of scope: by what they are, a mask."""
    cells = rows.text(column)
    return {
        what: np.asarray(pc.is_in(cells, value_set=pa.array(codes, pa.string())))
        for what, codes in mapping.out_of_scope(column).items()
    }


def coded(rows: Rows, column: str, mapping: SourceMapping) -> Coded:
    """Return what the codes of a column become; those that CAMEO does not have, and empty cells, are at fault."""
    codes = rows.required(column).dictionary_encode()
    rows.code(column, mapping.table(column, "type"), value=codes)
    found = [
        mapped(codes, mapping.table(column, field).get, pa.string()) for field in ("type", "mode", "source", "target")
    ]
    return Coded(codes, *found)


def words(codes: Any, mapping: SourceMapping, column: str, form: str) -> Any:
    """Return a text for each code, such as ``{label}: ``."""
    table = mapping.codes[column]

    def said(code: str) -> str | None:
        return form.format(code=code, label=table[code].label.removesuffix(_VAGUE)) if code in table else None

    return mapped(codes, said, pa.string())


def sides(source: Any, target: Any) -> Any:
    """Return ``RUSSIA to UKRAINE``; the source is unnamed where it is not given, the target left out."""
    first = pc.fill_null(plain_text(source), UNNAMED)
    second = pc.binary_join_element_wise(" to ", plain_text(target), "")
    return pc.binary_join_element_wise(first, second, "", null_handling="skip")


def participants(actors: tuple[Any, Any], roles: tuple[Any, Any]) -> list[Part]:
    """Return source and target as participants, where the row has them; a role may be two, such as ``party host``."""
    parts: list[Part] = []
    for key, actor, role in zip(("p1", "p2"), actors, roles, strict=True):
        first = filled(mapped(role, lambda words: words.split()[0], pa.string()), "party")
        second = mapped(role, lambda words: [*words.split(), None][1], pa.string())
        more = np.asarray(pc.is_valid(second))
        there, part = participant(key, actor, first)
        part["roles"] = ((None, first), (more, filled(second, "host"))) if more.any() else ((None, first),)
        parts.append((there, part))
    return parts
