"""A scan over files that are not in memory: filtered and read batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from casus.frames import Scan
from casus.schema.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from casus.imported import Import


class LazyScan(Scan):
    """A lazy look at the files of an import: nothing is read before something asks for rows.

    What can be judged by single values is left to Parquet's statistics and PyArrow; lists are looked at batch by batch.
    """

    def __init__(
        self,
        data: Any,
        name: str,
        version: str,
        of: Import,
        *,
        wanted: Mapping[str, Any] | None = None,
        columns: Sequence[str] | None = None,
        note: str = "",
    ) -> None:
        super().__init__(
            data,
            name,
            version,
            lambda table, filters: of.expressions(table, data.schema, filters),
            wanted=wanted,
            columns=columns,
            note=note,
        )
        self._of = of

    @property
    def _names(self) -> list[str]:
        return list(self._data.schema.names)

    def _with(self, wanted: Mapping[str, Any], columns: Sequence[str] | None) -> LazyScan:
        return LazyScan(self._data, self.name, self.version, self._of, wanted=wanted, columns=columns, note=self.note)

    @property
    def schema(self) -> pa.Schema:
        """The columns that come out."""
        import pyarrow as pa

        return pa.schema([self._data.schema.field(name) for name in self._chosen])

    @property
    def _chosen(self) -> list[str]:
        return list(self._columns if self._columns is not None else self._names)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows that fit, a batch at a time, in order; no more than a few batches are in memory."""
        import pyarrow as pa

        keeps = [
            found
            for name, value in self._wanted.items()
            if self.name == "records" and (found := self._of.keeps(name, value)) is not None
        ]
        needed = list(dict.fromkeys([*self._chosen, *(column for column, _ in keeps)]))
        condition = None
        for expression in self._expressions(self.name, self._wanted):
            condition = expression if condition is None else condition & expression
        try:
            for batch in self._data.scanner(columns=needed, filter=condition).to_batches():
                kept = batch
                for column, keep in keeps:
                    kept = kept.filter(keep(kept.column(column)))
                if kept.num_rows:
                    yield kept.select(self._chosen)
        except (pa.ArrowException, OSError) as error:
            said = str(error).partition("\n")[0]
            raise UsageError(f"{self._of.folder}: a file cannot be read ({said}). Import the files again.") from None

    def to_arrow(self) -> pa.Table:
        """Return the rows as a :class:`pyarrow.Table`."""
        import pyarrow as pa

        return pa.Table.from_batches(self.batches(), self.schema).unify_dictionaries()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        import pyarrow as pa

        return pa.RecordBatchReader.from_batches(self.schema, self.batches()).__arrow_c_stream__(requested_schema)

    def __len__(self) -> int:
        if not self._wanted:
            return int(self._data.count_rows())
        return sum(batch.num_rows for batch in self._with(self._wanted, self._names[:1]).batches())


def scan_import(found: Import, table: str) -> LazyScan:
    """Return a lazy scan of a table of an import: the records, a registry or the quarantine.

    Raises
    ------
    UsageError
        If there is no such table.
    """
    version = f"{found.said['source']} {found.said['version']}"
    return LazyScan(found.dataset(table), table, version, found, note=f"imported, {found.folder}")
