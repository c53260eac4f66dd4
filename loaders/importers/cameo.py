"""CAMEO: the codes of events that GDELT and ICEWS share, and what machine-coded rows of both become."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.importers.mapping import SourceMapping
from casus.importers.rows import Rows, mapped, plain_text

#: Stands in a title where the row does not name an actor.
UNNAMED = "an unnamed actor"
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
    found = [mapped(codes, mapping.table(column, field).get, pa.string()) for field in ("type", "mode", "source", "target")]
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


def participants(actors: tuple[Any, Any], roles: tuple[Any, Any]) -> list[tuple[Any, Mapping[str, Any]]]:
    """Return source and target as participants, where the row has them."""
    parts: list[tuple[Any, Mapping[str, Any]]] = []
    for key, actor, role in zip(("p1", "p2"), actors, roles, strict=True):
        there = np.asarray(pc.is_valid(actor))
        parts.append((there, {"key": key, "actor": filled(actor, "none"), "roles": ((None, role),)}))
    return parts


def filled(column: Any, word: str) -> Any:
    """Return a column of texts, a dictionary if it was one, with a word where nothing stands."""
    if not pa.types.is_dictionary(column.type):
        return pc.fill_null(column, word)
    if not column.null_count:
        return column
    words = pa.concat_arrays([column.dictionary, pa.array([word], column.dictionary.type)])
    return pa.DictionaryArray.from_arrays(pc.fill_null(column.indices, len(words) - 1), words)


def firsts(ids: Any) -> Any:
    """Return the first row of each distinct value of a dictionary column, in order; registries need no other."""
    numbers = np.asarray(pc.fill_null(ids.indices, len(ids.dictionary)))
    first = np.full(len(ids.dictionary) + 1, -1)
    first[numbers[::-1]] = np.arange(len(numbers))[::-1]
    return pa.array(np.sort(first[:-1][first[:-1] >= 0]))
