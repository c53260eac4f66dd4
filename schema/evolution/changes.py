"""What a change of the schema is, and how much of a version it takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from casus.schema.versions import Version


class Bump(IntEnum):
    """Which part of a version must be raised; the greater ones are greater."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3

    @property
    def word(self) -> str:
        """How people call it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One difference between two versions of the schema.

    Parameters
    ----------
    bump
        What it takes at least.
    what
        What kind of change it is, in two or three words.
    where
        Where: a file or table, and the field in it.
    detail
        From what to what, or which.
    """

    bump: Bump
    what: str
    where: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.bump.word}: {self.what}: {self.where}" + (f" ({self.detail})" if self.detail else "")


def least_bump(changes: Iterable[Change]) -> Bump:
    """Return the greatest bump that one of the changes takes."""
    return max((change.bump for change in changes), default=Bump.NONE)


def least_version(before: Version, bump: Bump) -> Version:
    """Return the least version after one with changes that take a bump.

    While the major version is 0 the form is not promised to last: what is major there takes a minor version.
    """
    match bump:
        case Bump.NONE:
            return before
        case Bump.PATCH:
            return Version(before.major, before.minor, before.patch + 1)
        case Bump.MAJOR if before.major:
            return Version(before.major + 1, 0, 0)
        case _:
            return Version(before.major, before.minor + 1, 0)
