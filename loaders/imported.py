"""The folder of an import: read lazily, filtered as nested records, and checked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casus.filters import check_code, check_day, equals, listed
from casus.manifest import RECORDS
from casus.schema.errors import ReleaseError, UsageError
from casus.schema.rules.field import nearest
from casus.schema.vocabulary import vocabulary

if TYPE_CHECKING:
    import pyarrow as pa

#: What an import says of itself; the folder is whole if it is there.
REPORT = "import.json"
STATE = "state.json"
#: From a batch of records, which of them a filter keeps.
Keep = Callable[[Any], Any]
#: What the filters of an import are, besides the columns.
_SPECIAL = ("since", "until", "actor", "role", "place", "country", "issue", "target", "domain")
_LISTS = {"issue": "issues", "target": "targets"}


def is_import(path: str | Path | None) -> bool:
    """Whether a path is the folder of an import, whole or stopped."""
    if path is None:
        return False
    folder = Path(path)
    try:
        return (folder / REPORT).is_file() or (folder / STATE).is_file()
    except OSError:
        return False


@dataclass(frozen=True)
class Import:
    """The folder of an import.

    Attributes
    ----------
    folder
        Where it is.
    said
        What it says of itself: source, version, counts.
    """

    folder: Path
    said: Mapping[str, Any]

    @classmethod
    def open(cls, path: str | Path) -> Import:
        """Open the folder of an import.

        Raises
        ------
        UsageError
            If the import was stopped.
        ReleaseError
            If what it says of itself cannot be read.
        """
        folder = Path(path)
        if not (folder / REPORT).is_file():
            raise UsageError(f"{folder} is an import that was stopped. Run the same `casus import` again to finish it.")
        try:
            said = json.loads((folder / REPORT).read_text("utf-8"))
            counts = [said[name] for name in ("source", "version", "records", "quarantined", "rows")]
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise ReleaseError(f"{folder / REPORT} cannot be read ({error}). Import the files again.") from None
        if not all(isinstance(each, int) for each in counts[2:]):
            raise ReleaseError(f"{folder / REPORT} has counts that are no numbers. Import the files again.")
        return cls(folder, said)

    @cached_property
    def parts(self) -> tuple[Path, ...]:
        """The files of records, in order."""
        return tuple(sorted((self.folder / RECORDS).glob("*.parquet")))

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of what can be read."""
        return (RECORDS, *sorted(path.stem for path in self.folder.glob("*.parquet")))

    def dataset(self, table: str) -> Any:
        """Return the files of a table as a :class:`pyarrow.dataset.Dataset`: records, a registry or the quarantine.

        Raises
        ------
        UsageError
            If there is no such table.
        """
        import pyarrow.dataset as ds

        from casus.schema.render_arrow import records_schema

        if table not in self.tables:
            raise UsageError(
                f"An import has no table {table!r}{nearest(table, self.tables)}; there are: {', '.join(self.tables)}. "
                "The nested records hold what the flat tables of a release hold."
            )
        if table == RECORDS:
            return ds.dataset([str(part) for part in self.parts], schema=records_schema(), format="parquet")
        return ds.dataset(str(self.folder / f"{table}.parquet"), format="parquet")

    def registry(self, name: str) -> pa.Table:
        """Return a registry of the import; empty if it has none."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self.folder / f"{name}.parquet"
        return pq.read_table(path) if path.is_file() else pa.table({"id": pa.array([], pa.string())})

    def expressions(self, table: str, schema: Any, wanted: Mapping[str, Any]) -> Iterator[Any]:
        """Yield the Arrow expressions of the filters that are about a single value of a record."""
        import pyarrow.compute as pc

        for name, value in wanted.items():
            if table == RECORDS and name in ("since", "until"):
                yield _days(name, check_day(value, name))
            elif table == RECORDS and name == "domain":
                yield pc.field("type").isin(_types(value))
            elif table == RECORDS and name in _SPECIAL:
                self.keeps(name, value)  # its value is checked
            elif name in schema.names:
                yield equals(schema.empty_table(), table, name, value)
            else:
                allowed = [*(_SPECIAL if table == RECORDS else ()), *schema.names]
                raise UsageError(
                    f"{table} cannot be filtered by {name!r}{nearest(name, allowed)}. Filters: {', '.join(allowed)}."
                )

    def keeps(self, name: str, value: Any) -> tuple[str, Keep] | None:
        """Return the column that a filter on a list looks at, and what it does with it; None for other filters."""
        values = listed(value)
        if name in _LISTS:
            for each in values:
                check_code(_LISTS[name], each, name)
            return _LISTS[name], lambda column: _has(column, values)
        if name == "role":
            for each in values:
                check_code("roles", each, name)
            return "participants", lambda column: _has(column, values, "roles")
        if name == "actor":
            ids = self._ids("actors", "of", values)
            return "participants", lambda column: _has(column, ids, "actor")
        if name in ("place", "country"):
            ids = self._ids("places", "within" if name == "place" else "country", values, whole=name == "country")
            return "locations", lambda column: _has(column, ids, "place")
        return None

    def _ids(self, registry: str, column: str, values: list[Any], *, whole: bool = False) -> list[str]:
        """Return the ids among the values, and those of entries whose column has one of them."""
        table = self.registry(registry)
        ids = table.column("id").to_pylist()
        above = table.column(column).to_pylist() if column in table.column_names else [None] * len(ids)
        unknown = sorted({str(each) for each in values} - {*(() if whole else ids), *filter(None, above)})
        if unknown:
            raise UsageError(f"The {registry} of this import have no {unknown[0]!r}.")
        found = {one for one, other in zip(ids, above, strict=True) if other in values}
        return sorted(found | (set() if whole else set(values) & set(ids)))


def _days(name: str, day: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    first, last = pc.field("date", "start"), pc.field("date", "end")
    limit = pa.scalar(day, pa.date32())
    if name == "until":
        return pc.coalesce(first, last, limit) <= limit
    ongoing = pc.field("status").cast(pa.string()) == "ongoing"
    return pc.if_else(ongoing, pc.coalesce(first, limit), pc.coalesce(last, first, limit)) >= limit


def _types(value: Any) -> Any:
    import pyarrow as pa

    types = vocabulary("event-types")
    domains = {types[code].extra["domain"] for code in types.codes}
    for each in listed(value):
        if each not in domains:
            raise UsageError(f"There is no domain {each!r}{nearest(str(each), domains)}.")
    return pa.array([code for code in types.codes if types[code].extra["domain"] in listed(value)], pa.string())


def _has(column: Any, values: list[Any], inner: str = "") -> Any:
    """Return which rows have one of the values in a list, or in a field of the groups in a list."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    rows, items = pc.list_parent_indices(column), pc.list_flatten(column)
    if inner:
        items = pc.struct_field(items, inner)
    if pa.types.is_list(items.type):
        rows, items = rows.take(pc.list_parent_indices(items)), pc.list_flatten(items)
    plain = items.cast(pa.string())
    mask = np.zeros(len(column), bool)
    mask[np.asarray(rows.filter(pc.is_in(plain, value_set=pa.array(values, pa.string()))))] = True
    return pa.array(mask)
