"""0.1.0 to 0.2.0: `events` get their point, and `revisions` becomes the history of the records.

A release of schema 0.1.0 says of no record when it was added or changed: the upgraded table has the tombstones only,
dated by the release that they stand in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from casus.schema.geometry import with_geometry
from casus.schema.migrations.base import About, Migration

if TYPE_CHECKING:
    import pyarrow as pa


def events(table: pa.Table, _about: About) -> pa.Table:
    """Add `geometry` from longitude and latitude."""
    return with_geometry(table)


def revisions(table: pa.Table, about: About) -> pa.Table:
    """Give the tombstones the columns of the history."""
    import pyarrow as pa

    kinds = pa.dictionary(pa.int16(), pa.string())
    columns = [
        (pa.field("id", pa.string(), nullable=False), table.column("id")),
        (pa.field("version", pa.string(), nullable=False), pa.array([about.version] * len(table), pa.string())),
        (pa.field("on", pa.date32(), nullable=False), table.column("on")),
        (pa.field("kind", kinds, nullable=False), table.column("kind").cast(kinds)),
        (pa.field("fields", pa.string()), pa.nulls(len(table), pa.string())),
        (pa.field("reason", pa.string()), table.column("reason")),
        (pa.field("replaced_by", pa.string()), table.column("replaced_by")),
    ]
    return pa.table([values for _, values in columns], schema=pa.schema([field for field, _ in columns]))


MIGRATION = Migration(
    number=1,
    before="0.1.0",
    after="0.2.0",
    says="geometry in events; revisions becomes the history of the records",
    tables={"events": events, "revisions": revisions},
)
