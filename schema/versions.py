"""Versions of the schema: compared, and which of them are published.

A published version is frozen: its JSON Schemas lie in ``json/<version>/``, the column types of its tables in
``arrow/<version>/``, and their SHA-256 in ``published.json``. The present version (:data:`casus.schema.SCHEMA_VERSION`)
is what the code says; it becomes published when the first release that follows it is made.
"""

from __future__ import annotations

import json
import re
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from casus.schema import SCHEMA_VERSION
from casus.schema.errors import UsageError

_FORM = re.compile(r"(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})")
#: The file that says which versions are published, and what their files must be.
PUBLISHED = "published.json"


class Version(NamedTuple):
    """A semantic version; compares as such."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return ".".join(map(str, self))


def parse(text: str) -> Version:
    """Return a version from its text.

    Raises
    ------
    UsageError
        If it is not three whole numbers with points between them.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise UsageError(f"{text!r} is not a schema version; one looks like 0.2.0.")
    return Version(*map(int, found.groups()))


@cache
def digests() -> dict[str, dict[str, str]]:
    """Return the SHA-256 of every file of every published version, by version and name."""
    found: dict[str, dict[str, str]] = json.loads((files("casus.schema") / PUBLISHED).read_text("utf-8"))
    return found


def published() -> tuple[str, ...]:
    """Return the published versions of the schema, oldest first."""
    return tuple(sorted(digests(), key=parse))


def tables_of(version: str) -> tuple[str, ...]:
    """Return the names of the tables of a published version."""
    names = [name for name in digests()[version] if name.startswith("arrow/")]
    return tuple(name.removeprefix("arrow/").removesuffix(".txt") for name in names)


class Standing(Enum):
    """How a schema version stands to the present one, and with that how a release of it is read."""

    PRESENT = "as it is"
    OLDER = "checked as what it was built as, then upgraded"
    NEWER = "as far as this package knows it"
    UNREADABLE = "not at all"


def standing(version: str) -> Standing:
    """Return how a schema version stands to the present one.

    Raises
    ------
    UsageError
        If it is no version.
    """
    found, present = parse(version), parse(SCHEMA_VERSION)
    if found[:2] == present[:2] and found.patch >= present.patch:
        return Standing.PRESENT  # a patch changes words only
    if found < present:
        return Standing.OLDER if version in published() else Standing.UNREADABLE
    return Standing.NEWER if found.major == present.major else Standing.UNREADABLE


__all__ = ["PUBLISHED", "Standing", "Version", "digests", "parse", "published", "standing", "tables_of"]
