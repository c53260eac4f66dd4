"""From the tables of an older schema to those of the present one, in numbered steps.

Every step is a module ``m0001_...`` that leads from one published version to the next that has other columns. It names
the tables that it touches, and for each a pure function from the old table to the new one. Nothing on disk is ever
changed: a release is read, checked as what it was built as, and upgraded in memory.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from casus.schema.migrations.base import About, Change, Migration
from casus.schema.migrations.m0001_geometry_and_history import MIGRATION as M0001
from casus.schema.versions import parse

if TYPE_CHECKING:
    import pyarrow as pa

#: All steps, in their order.
MIGRATIONS: tuple[Migration, ...] = (M0001,)


def steps(version: str) -> tuple[Migration, ...]:
    """Return the steps from a schema version to the present one."""
    first = parse(version)
    return tuple(each for each in MIGRATIONS if parse(each.after) > first)


def upgrade(name: str, version: str, about: About) -> pa.Table:
    """Return a table of a release as the present schema has it.

    Parameters
    ----------
    name
        Name of the table.
    version
        The schema version that the release follows.
    about
        The release; its ``table`` gives the tables as they were built (without columns, if it has none of that name).
    """
    return _through(name, steps(version), about)


def _through(name: str, chain: tuple[Migration, ...], about: About) -> pa.Table:
    """Return a table after some steps; each step is given the other tables as they are before it."""
    if not chain:
        return about.table(name)
    *before, last = chain
    table = _through(name, tuple(before), about)
    if name not in last.tables:
        return table
    return last.tables[name](table, replace(about, table=lambda other: _through(other, tuple(before), about)))


__all__ = ["MIGRATIONS", "About", "Change", "Migration", "steps", "upgrade"]
