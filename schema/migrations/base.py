"""What a migration is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class About:
    """What a step may know of the release besides the table.

    ``table`` gives any of its tables as the version has it that the step leads from.
    """

    version: str
    as_of: dt.date
    table: Callable[[str], pa.Table]


#: From a table of the old version (one without columns, if the old version has none of that name) to the new one.
Change = Callable[["pa.Table", About], "pa.Table"]


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: the versions that it leads from and to, and what it does to which tables."""

    number: int
    before: str
    after: str
    says: str
    tables: Mapping[str, Change]
