"""What filters mean, whether on a table of a release or on the files of an import."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from casus.manifest import RECORDS
from casus.schema.errors import UsageError
from casus.schema.event import Event
from casus.schema.rules.field import nearest
from casus.schema.vocabulary import vocabulary

if TYPE_CHECKING:
    import pyarrow as pa


def listed(value: Any) -> list[Any]:
    """Return the values of a filter: one, or any of several."""
    return list(value) if isinstance(value, list | tuple | set | frozenset) else [value]


def equals(rows: pa.Table, table: str, column: str, value: Any) -> Any:
    """Return the expression that a column has one of the values.

    Raises
    ------
    UsageError
        If the column is a list or a group, or takes no such value.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = rows.schema.field(column).type
    values = listed(value)
    if pa.types.is_nested(kind):
        raise UsageError(
            f"{table} cannot be filtered by {column!r}: it is a list or a group. Load the flat table of that name."
        )
    if pa.types.is_dictionary(kind):
        name = _vocabulary_of(table, column)
        seen = rows.column(column).unique().to_pylist() if name else []
        for each in values if name else ():
            check_code(name, each, column, seen)
        return pc.field(column).cast(pa.string()).isin(pa.array(values, pa.string()))
    if pa.types.is_date(kind):
        values = [check_day(each, column) for each in values]
    try:
        return pc.field(column).isin(pa.array(values, kind))
    except (pa.ArrowException, TypeError, ValueError):
        raise UsageError(f"The filter {column} takes {kind}, not {value!r}.") from None


def _vocabulary_of(table: str, column: str) -> str:
    from casus.schema.description import describe
    from casus.schema.tables import TABLES

    fields = describe(Event).fields if table == RECORDS else TABLES[table].columns
    return next(field.vocabulary or "" for field in fields if field.name == column)


def check_code(name: str, value: Any, what: str, seen: Sequence[str | None] = ()) -> None:
    """Raise unless a code is of the vocabulary, or stands in the data (a newer schema may have more).

    Raises
    ------
    UsageError
        Naming the codes that there are.
    """
    codes = tuple(dict.fromkeys([*vocabulary(name).codes, *filter(None, seen)]))
    if value not in codes:
        raise UsageError(f"There is no {what} {value!r}{nearest(str(value), codes)}. There are: {', '.join(codes)}.")


def check_day(value: Any, what: str) -> dt.date:
    """Return the day that a filter names.

    Raises
    ------
    UsageError
        If it is none.
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise UsageError(f"{what} takes a day such as '2025-06-02', not {value!r}.") from None
