"""From the tables of an older schema to those of the present one, in numbered steps.

Every step is a module ``m0001_...`` that leads from one published version to the next that has other columns. It names
the tables that it touches, and for each a pure function from the old table to the new one. Nothing on disk is ever
changed: a release is read, checked as what it was built as, and upgraded in memory.
"""

from __future__ import annotations

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


def upgrade(name: str, table: pa.Table, version: str, about: About) -> pa.Table:
    """Return a table of an older schema version as the present one has it."""
    for step in steps(version):
        if name in step.tables:
            table = step.tables[name](table, about)
    return table


__all__ = ["MIGRATIONS", "About", "Change", "Migration", "steps", "upgrade"]
