"""Which source a file is of, by the names of its columns, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from casus.importers.mapping import SourceMapping, mapping, sources
from casus.importers.reading import header_of, members
from casus.schema.errors import UsageError

#: With a smaller share of columns in common a file is not taken for one of the source.
_LEAST = 0.6


@dataclass(frozen=True, slots=True)
class Recognised:
    """A source that a file may be of.

    Attributes
    ----------
    source
        Name of the source.
    found, wanted
        How many of the documented columns of the nearest layout the file has, and how many there are.
    extra
        How many columns the file has besides.
    by
        What was compared: ``columns`` by name, or ``cells`` where the source's files have no header.
    """

    source: str
    found: int
    wanted: int
    extra: int
    by: str

    @property
    def sure(self) -> float:
        """How sure it is, 0 to 1: the share of columns in common."""
        return self.found / (self.wanted + self.extra)

    def __str__(self) -> str:
        more = f", {self.extra} more" if self.extra else ""
        return f"{self.source} ({self.found} of {self.wanted} {self.by}{more})"


def recognise(path: Path) -> Recognised:
    """Return the source that a file is of.

    Raises
    ------
    UsageError
        If the file cannot be read, or is of no source, or of several as likely.
    """
    found = candidates(path)
    likely = [each for each in found if each.sure >= _LEAST]
    if not likely:
        nearest = f" The nearest is {found[0]}." if found else ""
        raise UsageError(
            f"{path}: no source has these columns.{nearest} The sources are: {', '.join(sources())}; name one of them "
            "if you know better."
        )
    best = [each for each in likely if each.sure == likely[0].sure]
    if len(best) > 1:
        raise UsageError(f"{path}: it may be {' or '.join(map(str, best))}. Name the source.")
    return best[0]


def candidates(path: Path) -> list[Recognised]:
    """Return all sources that have columns in common with a file, the likeliest first.

    Raises
    ------
    UsageError
        If the file is not there.
    """
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file.")
    found = []
    for name in sources():
        known = mapping(name)
        try:
            header = header_of(members(path, known.form.get("members", "*"))[0], known)
        except UsageError:  # not of the form of this source's files
            continue
        each = _compared(known, header)
        if each.found:
            found.append(each)
    return sorted(found, key=lambda each: (-each.sure, each.source))


def _compared(known: SourceMapping, header: Sequence[str]) -> Recognised:
    names = set(header)
    layouts = known.layouts or (tuple(known.known),)
    layout = max((set(each) for each in layouts), key=lambda each: len(names & each) / len(names | each))
    by = "columns" if known.form.get("header", True) else "cells"
    return Recognised(known.name, len(names & layout), len(layout), 0 if known.others else len(names - layout), by)
