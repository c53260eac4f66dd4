"""Nested records to Arrow and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from casus.digests import lean
from casus.schema.errors import InvalidRecordsError
from casus.schema.event import Event
from casus.schema.findings import Finding
from casus.schema.rules.field import explain

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 1024


def to_arrow(events: Sequence[Event]) -> pa.Table:
    """Return records as a table of the schema of ``records.parquet``, one row each."""
    import pyarrow as pa

    from casus.schema.render_arrow import records_schema

    return pa.Table.from_pylist([event.model_dump() for event in events], schema=records_schema())


def rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table of records as parsed text: dates as ISO strings, nothing absent."""
    for batch in table.to_batches(max_chunksize=_BATCH):
        for row in batch.to_pylist():
            yield json.loads(json.dumps(lean(row), default=str))


def from_arrow(table: pa.Table, name: str) -> Iterator[Event]:
    """Yield the records of a table as validated models.

    Raises
    ------
    InvalidRecordsError
        At the first row that breaks the schema or a rule; ``name`` says in which file.
    """
    for number, row in enumerate(rows(table)):
        try:
            yield Event.model_validate_json(json.dumps(row))
        except ValidationError as error:
            findings = [_in_row(each, row, name, number) for each in explain(Event, error)]
            raise InvalidRecordsError(findings) from None


def _in_row(found: Finding, row: dict[str, Any], name: str, number: int) -> Finding:
    return found.at(file=name, row=number, record=str(row.get("id", "")) or None)
