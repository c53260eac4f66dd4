"""Whether the declared schema version is great enough for what has changed since the last published one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from casus.schema.errors import UsageError
from casus.schema.evolution.changes import Bump, Change, least_bump, least_version
from casus.schema.evolution.editions import Edition, compare, present_edition, published_edition
from casus.schema.versions import Version, parse, published

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """What has changed, which version that takes at least, and which is declared."""

    before: Version
    declared: Version
    changes: tuple[Change, ...]

    @property
    def bump(self) -> Bump:
        """The greatest bump that one of the changes takes."""
        return least_bump(self.changes)

    @property
    def least(self) -> Version:
        """The least version that the changes allow."""
        return least_version(self.before, self.bump)

    @property
    def great_enough(self) -> bool:
        """Whether the declared version is at least that."""
        return self.declared >= self.least

    def lines(self) -> Iterator[str]:
        """Yield what is to be said, one line each."""
        if self.declared < self.before:
            yield f"The schema version is {self.declared}, and {self.before} is published already."
        kind = f"a {self.bump.word} change" if self.bump else "nothing"
        since = f"since the published schema {self.before}: {kind}"
        if self.great_enough:
            yield f"schema {self.declared}: {since}, which takes at least {self.least}; good."
            return
        yield f"schema {self.declared} is too small: {since}, which takes at least {self.least}:"
        deciding = [change for change in self.changes if least_version(self.before, change.bump) > self.declared]
        yield from (f"  {change}" for change in deciding[:_SHOWN])
        if len(deciding) > _SHOWN:
            yield f"  ... and {len(deciding) - _SHOWN} more: python -m casus.schema.evolution diff {self.before}"
        yield f'Set SCHEMA_VERSION = "{self.least}" in schema/__init__.py, or take the changes back.'


def judge(before: Edition, after: Edition, declared: str | None = None) -> Verdict:
    """Return the verdict on a version that follows another."""
    changes: Sequence[Change] = compare(before, after)
    return Verdict(parse(before.version), parse(declared or after.version), tuple(changes))


def verdict() -> Verdict:
    """Return the verdict on the present version: compared with the last that is published.

    Raises
    ------
    UsageError
        If none is published.
    """
    known = published()
    if not known:
        raise UsageError("No schema version is published yet.")
    return judge(published_edition(known[-1]), present_edition())
