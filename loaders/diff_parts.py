"""What a difference consists of: entries that are new, gone or changed, in the records and in each registry."""

from __future__ import annotations

from dataclasses import dataclass

from casus.diff_values import Change


@dataclass(frozen=True, slots=True)
class Added:
    """An entry that is new: its id and what it is called."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Gone:
    """An entry that is gone; the reason, the day and what replaces it are those of its tombstone, if it has one."""

    id: str
    title: str
    reason: str | None = None
    on: str | None = None
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """An entry that is in both and differs: its fields, each with old and new value, and why if that is known."""

    id: str
    title: str
    changes: tuple[Change, ...]
    reason: str | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The top-level fields that differ."""
        return tuple(dict.fromkeys(each.path.replace("/", ".").partition(".")[0] for each in self.changes))


@dataclass(frozen=True, slots=True)
class Part:
    """What differs in the records, or in one registry."""

    before: int = 0
    after: int = 0
    added: tuple[Added, ...] = ()
    withdrawn: tuple[Gone, ...] = ()
    merged: tuple[Gone, ...] = ()
    changed: tuple[Changed, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many entries were added, withdrawn, merged and changed."""
        return {name: len(getattr(self, name)) for name in ("added", "withdrawn", "merged", "changed")}

    def __bool__(self) -> bool:
        return any(self.counts.values())
