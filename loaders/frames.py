"""What the loaders return: a table that every tool can take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from casus.schema.errors import UsageError
from casus.schema.geometry import GEOMETRY

if TYPE_CHECKING:
    import duckdb
    import geopandas as gpd
    import pandas as pd
    import polars as pl
    import pyarrow as pa

#: Gives the Arrow expressions of filters on a table.
Filters = Callable[[str, Mapping[str, Any]], Iterable[Any]]
_SHOWN_ROWS = 10
_SHOWN_COLUMNS = 8
_SHOWN_TEXT = 40
_SHOWN_IN_CELL = 160
_SHOWN_IN_COLUMN = 28


def _need(package: str, extra: str = "") -> Any:
    try:
        return import_module(package)
    except ImportError:
        raise UsageError(
            f"This needs {package}. Install it with: pip install 'casus-events[{extra or package}]'"
        ) from None


class Table:
    """A validated, Arrow-backed table; prints as a table in a notebook.

    It speaks the Arrow PyCapsule protocol, so that ``polars.DataFrame(table)``, ``pandas.DataFrame.from_arrow(table)``,
    ``duckdb.sql("from table")`` and ``pyarrow.table(table)`` take it as it is.

    Parameters
    ----------
    data
        The rows.
    name
        Name of the table, such as ``"events"``.
    version
        Version of the release that the rows are from.
    note
        Where that release is from, if it is not one of the published ones.
    """

    def __init__(self, data: pa.Table, name: str, version: str, note: str = "") -> None:
        self._data = data
        self.note = note
        self.name = name
        self.version = version

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return list(self._data.column_names)

    def to_arrow(self) -> pa.Table:
        """Return a :class:`pyarrow.Table`; each dictionary column has one dictionary."""
        return self._data.unify_dictionaries()

    def to_pandas(self) -> pd.DataFrame:
        """Return a pandas data frame: days as datetimes, whole numbers nullable, codes as categories.

        Raises
        ------
        UsageError
            If pandas is not installed.
        """
        import pyarrow as pa

        pandas = _need("pandas")
        kinds = {pa.int32(): pandas.Int32Dtype(), pa.int64(): pandas.Int64Dtype()}
        frame: pd.DataFrame = self.to_arrow().to_pandas(date_as_object=False, types_mapper=kinds.get)
        return frame

    def to_polars(self) -> pl.DataFrame:
        """Return a Polars data frame.

        Raises
        ------
        UsageError
            If Polars is not installed.
        """
        frame: pl.DataFrame = _need("polars").from_arrow(self.to_arrow())
        return frame

    def to_duckdb(self) -> duckdb.DuckDBPyRelation:
        """Return a DuckDB relation over the rows.

        Raises
        ------
        UsageError
            If DuckDB is not installed.
        """
        relation: duckdb.DuckDBPyRelation = _need("duckdb").from_arrow(self.to_arrow())
        return relation

    def to_geopandas(self) -> gpd.GeoDataFrame:
        """Return a GeoPandas data frame of ``events``; the columns are those of :meth:`to_pandas`, and the points.

        Raises
        ------
        UsageError
            If GeoPandas is not installed, or the table has no column ``geometry``.
        """
        geopandas = _need("geopandas", extra="geo")
        if GEOMETRY not in self.columns:
            raise UsageError(f"{self.name} has no column {GEOMETRY!r} here. Load events with it.")
        frame = self.to_pandas()
        frame[GEOMETRY] = geopandas.GeoSeries.from_wkb(frame[GEOMETRY], crs="OGC:CRS84")
        made: gpd.GeoDataFrame = geopandas.GeoDataFrame(frame, geometry=GEOMETRY)
        return made

    def select(self, *columns: str) -> Table:
        """Return a table of some of the columns.

        Raises
        ------
        UsageError
            If there is no column of a name.
        """
        check_columns(columns, self.columns, self.name)
        return Table(self._data.select(list(columns)), self.name, self.version, self.note)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        return self._data.schema.__arrow_c_schema__()

    def __len__(self) -> int:
        return int(self._data.num_rows)

    def __repr__(self) -> str:
        head = f"casus {shown(self)}, {self.name}: {len(self)} rows, {len(self.columns)} columns"
        return f"{head}\n{self._as_text()}" if len(self) else head

    def _repr_html_(self) -> str:
        from html import escape

        names = self.columns
        rows = self._data.slice(0, _SHOWN_ROWS).to_pylist()
        top = "".join(f"<th>{escape(name)}</th>" for name in names)
        body = "".join(f"<tr>{''.join(_cell(row[name]) for name in names)}</tr>" for row in rows)
        more = f", the first {_SHOWN_ROWS} shown" if len(self) > _SHOWN_ROWS else ""
        caption = f"casus {escape(shown(self))}, {escape(self.name)}: {len(self)} rows{more}"
        return (
            '<div style="overflow-x:auto"><table border="1" class="dataframe">'
            f"<caption>{caption}</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    def _as_text(self) -> str:
        names = self.columns[:_SHOWN_COLUMNS]
        rows = [
            [_shown(row[name], _SHOWN_IN_COLUMN) for name in names]
            for row in self._data.slice(0, _SHOWN_ROWS).to_pylist()
        ]
        widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
        lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
                 for row in [names, *rows]]  # fmt: skip
        hidden = len(self.columns) - len(names)
        tail = [f"... {len(self) - _SHOWN_ROWS} more rows"] if len(self) > _SHOWN_ROWS else []
        tail += [f"... {hidden} more columns: {', '.join(self.columns[_SHOWN_COLUMNS:])}"] if hidden > 0 else []
        return "\n".join([*lines, *tail])


class Scan:
    """A lazy look at a table of a release: filter and choose columns first, read then.

    The file is verified when the scan is made; rows are filtered when something asks for them.
    """

    def __init__(
        self,
        data: pa.Table,
        name: str,
        version: str,
        expressions: Filters,
        *,
        wanted: Mapping[str, Any] | None = None,
        columns: Sequence[str] | None = None,
        note: str = "",
    ) -> None:
        self._data = data
        self.note = note
        self._expressions = expressions
        self._wanted = dict(wanted or {})
        self._columns = columns
        self.name = name
        self.version = version

    def filter(self, **wanted: Any) -> Scan:
        """Return a scan of the rows that fit; the same filters as in :func:`casus.load`.

        Raises
        ------
        UsageError
            If a filter or its value does not exist.
        """
        list(self._expressions(self.name, wanted))
        both = self._wanted | wanted
        again = sorted(set(self._wanted) & set(wanted))
        if again:
            raise UsageError(f"The scan is filtered by {', '.join(again)} already. Give all values at once, as a list.")
        return self._with(both, self._columns)

    def select(self, *columns: str) -> Scan:
        """Return a scan of some of the columns.

        Raises
        ------
        UsageError
            If there is no column of a name.
        """
        check_columns(columns, self._names, self.name)
        return self._with(self._wanted, columns)

    @property
    def _names(self) -> list[str]:
        return list(self._data.column_names)

    def _with(self, wanted: Mapping[str, Any], columns: Sequence[str] | None) -> Scan:
        return Scan(
            self._data, self.name, self.version, self._expressions, wanted=wanted, columns=columns, note=self.note
        )

    def collect(self) -> Table:
        """Return the rows as a :class:`Table`."""
        return Table(self.to_arrow(), self.name, self.version, self.note)

    def to_arrow(self) -> pa.Table:
        """Return the rows as a :class:`pyarrow.Table`."""
        rows = self._data
        for expression in self._expressions(self.name, self._wanted):
            rows = rows.filter(expression)
        return (rows if self._columns is None else rows.select(list(self._columns))).unify_dictionaries()

    def to_pandas(self) -> pd.DataFrame:
        """See :meth:`Table.to_pandas`."""
        return self.collect().to_pandas()

    def to_geopandas(self) -> gpd.GeoDataFrame:
        """See :meth:`Table.to_geopandas`."""
        return self.collect().to_geopandas()

    def to_polars(self) -> pl.DataFrame:
        """See :meth:`Table.to_polars`."""
        return self.collect().to_polars()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def __len__(self) -> int:
        return int(self.to_arrow().num_rows)

    def __repr__(self) -> str:
        state = ", ".join(f"{name}={value!r}" for name, value in self._wanted.items()) or "all rows"
        columns = "all columns" if self._columns is None else ", ".join(self._columns)
        return f"Scan of casus {shown(self)}, {self.name}: {columns}; {state}"


def shown(rows: Table | Scan) -> str:
    """Return the version as it is shown: with where it is from, if that is not one of the published releases."""
    return f"{rows.version} ({rows.note})" if rows.note else rows.version


def check_columns(wanted: Sequence[str], known: Sequence[str], name: str) -> None:
    """Raise if a column does not exist.

    Raises
    ------
    UsageError
        Naming the columns that do.
    """
    from casus.schema.rules.field import nearest

    for column in wanted:
        if column not in known:
            raise UsageError(
                f"{name} has no column {column!r}{nearest(column, known)}. The columns are: {', '.join(known)}."
            )


def _cell(value: Any) -> str:
    from html import escape

    text = _shown(value, _SHOWN_IN_CELL)
    style = "white-space:nowrap" if len(text) <= _SHOWN_TEXT else "min-width:24em"
    return f'<td style="{style}">{escape(text)}</td>'


def _shown(value: Any, most: int) -> str:
    text = "" if value is None else value.hex() if isinstance(value, bytes) else str(value)
    return text if len(text) <= most else text[: most - 1] + "…"
