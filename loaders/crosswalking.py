"""Crosswalks between the types and modes here and the codes of other datasets, as tables to join with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from casus.frames import Table
from casus.schema.errors import UsageError
from casus.schema.rules.field import nearest
from casus.schema.vocabulary import vocabulary

OURS = "casus"
#: The systems of codes that types are related to.
OTHERS = ("acled", "cameo", "plover", "ucdp")
#: Where the tables of the importers are: the source, its columns of codes of types, and what parts these codes have.
_IMPORTERS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "acled": ("acled", {"sub_event_type": "mode"}),
    "cameo": ("icews", {"CAMEO Code": "type"}),
    "plover": ("plover", {"event": "type", "mode": "type/mode"}),
    "ucdp": ("ucdp-ged", {"type_of_violence": "type"}),
}
#: What a row of UCDP becomes is said by its mode alone.
_UCDP_TYPE = "unspecified-violence"
_COLUMNS = ("source", "source_mode", "source_context", "target", "target_mode", "target_context", "exactness", "note",
            "stated_by")  # fmt: skip
#: What a relation is, read from the other end.
_TURNED = {"broad": "narrow", "narrow": "broad", "close": "close", "overlap": "overlap"}


class Code(NamedTuple):
    """A code of one of the systems, of up to three parts (type, mode, context)."""

    type: str | None = None
    mode: str | None = None
    context: str | None = None


class Match(NamedTuple):
    """A code there, what it is here, and what ours is to theirs: broad (wider), narrow, close or overlap.

    A code that is of no type here has neither.
    """

    theirs: Code
    ours: Code
    exactness: str | None
    note: str
    stated_by: str


def crosswalk(source: str, target: str) -> Table:
    """Return how the codes of another dataset and the types and modes here correspond.

    Parameters
    ----------
    source, target
        ``casus``, and one of ``acled``, ``cameo``, ``plover`` and ``ucdp``, in either order.

    Returns
    -------
    Table
        One row a pair: ``source``, ``source_mode``, ``source_context``, ``target``, ``target_mode``,
        ``target_context`` (of ACLED the mode is the sub-event type), ``exactness``, ``note`` and
        ``stated_by``.

        ``exactness`` says what the target is to the source: ``broad`` (wider), ``narrow``, ``close``, or ``overlap``
        where each also goes with others. A mode that is absent is not decided by the code. ``stated_by`` is
        ``codebook`` for the crosswalk of the event types, in which one code may go with several; ``view`` for the one
        CAMEO code of a type and mode that :func:`casus.dyads` gives; ``importer`` for the one type, and mode where one
        is said, that ``casus import`` gives a code: none, and no exactness, for codes that it leaves out.

    Raises
    ------
    UsageError
        If one of the two is not known, or none of them is ``casus``.

    Examples
    --------
    >>> import casus
    >>> codes = casus.crosswalk("cameo", "casus").to_pandas()
    """
    import pyarrow as pa

    known = (OURS, *OTHERS)
    for name in (source, target):
        if name not in known:
            raise UsageError(f"There is no crosswalk of {name!r}{nearest(name, known)}. There are: {', '.join(known)}.")
    if (source == OURS) == (target == OURS):
        raise UsageError(f"A crosswalk runs between {OURS!r} and one of {', '.join(OTHERS)}, in either order.")
    found = matches(source if target == OURS else target)
    rows = [_row(match, from_ours=source == OURS) for match in found if target == OURS or match.ours.type]
    rows.sort(key=lambda row: (row[-1] == "codebook", *(each or "" for each in row[:6])))
    data = {name: pa.array([row[at] for row in rows], pa.string()) for at, name in enumerate(_COLUMNS)}
    return Table(pa.table(data), f"crosswalk from {source} to {target}", _version())


def cameo_of() -> Mapping[tuple[str, str], str]:
    """Return the one CAMEO code of a type and mode, where one fits."""
    return {(row["type"], row["mode"]): row["cameo"] for row in _cameo_table() if "cameo" in row}


@cache
def matches(other: str) -> tuple[Match, ...]:
    """Return all that is said of the codes of another system."""
    found = [*_from_codebook(other), *_from_importer(other)]
    if other == "cameo":
        found += (
            Match(Code(row["cameo"]), Code(row["type"], row["mode"]), _TURNED[row["exactness"]], row["why"], "view")
            for row in _cameo_table()
            if "cameo" in row
        )
    return tuple(found)


def _from_codebook(other: str) -> Iterator[Match]:
    pairs = [
        (_code(each), value)
        for value in vocabulary("event-types").values
        for each in value.extra["crosswalk"].get(other, ())
    ]
    of_theirs = Counter(theirs for theirs, _ in pairs)
    of_ours = Counter(value.code for _, value in pairs)
    for theirs, value in pairs:
        mode = next((each.code for each in value.modes if other == "ucdp" and each.code == theirs.type), None)
        exactness = "close" if mode else _exactness(of_theirs[theirs], of_ours[value.code])
        yield Match(theirs, Code(value.code, mode), exactness, value.extra["crosswalk"]["note"], "codebook")


def _from_importer(other: str) -> Iterator[Match]:
    from casus.importers.mapping import mapping

    source, columns = _IMPORTERS[other]
    known = mapping(source)
    pairs: list[tuple[Code, Code, str]] = []
    for column, parts in columns.items():
        for entry in known.codes[column].values():
            words = dict(zip(parts.split("/"), entry.code.split("/", parts.count("/")), strict=True))
            event_type = _UCDP_TYPE if other == "ucdp" else entry.to.get("type")
            pairs.append((Code(**words), Code(event_type, entry.to.get("mode")), entry.why))
    of_ours = Counter(ours for _, ours, _ in pairs)
    for theirs, ours, why in pairs:
        yield Match(theirs, ours, _exactness(1, of_ours[ours]) if ours.type else None, why, "importer")


def _exactness(ours: int, theirs: int) -> str:
    """Return what ours is to theirs, from with how many of ours theirs goes, and with how many of theirs ours."""
    if ours == 1:
        return "close" if theirs == 1 else "broad"
    return "narrow" if theirs == 1 else "overlap"


def _code(said: str | Mapping[str, str]) -> Code:
    if isinstance(said, str):
        return Code(said)
    if "event_type" in said:
        return Code(said["event_type"], said.get("sub_event_type"))
    return Code(said["type"], said.get("mode"), said.get("context"))


def _row(match: Match, *, from_ours: bool) -> Sequence[str | None]:
    pair: Iterable[Code] = (match.ours, match.theirs) if from_ours else (match.theirs, match.ours)
    exactness = _TURNED.get(match.exactness or "") if from_ours else match.exactness
    return (*(part for code in pair for part in code), exactness, match.note, match.stated_by)


@cache
def _cameo_table() -> tuple[Mapping[str, Any], ...]:
    text = (files("casus") / "cameo.yaml").read_text("utf-8")
    return tuple(yaml.safe_load(text)["values"])


def _version() -> str:
    from casus.schema import SCHEMA_VERSION

    return f"schema {SCHEMA_VERSION}"


__all__ = ["Code", "Match", "cameo_of", "crosswalk", "matches"]
