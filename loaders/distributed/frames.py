"""DataFrames that are in Spark already: the pure batch functions through ``mapInArrow``.

Spark hands over plain texts and nullable elements and cannot take dictionaries back, so that only plain ones go out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from casus.importers.base import About
from casus.importers.reading import Batch

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

#: Where a row of a DataFrame comes from, if it says so.
FILE, ROW = "_file", "_row"
_VERDICTS = pa.schema([("id", pa.string()), ("path", pa.string()), ("code", pa.string())])


def validate_frame(frame: DataFrame) -> DataFrame:
    """Return what is wrong with the records of a DataFrame: ``id``, ``path`` and ``code``, a row for each finding.

    All fields and all rules of one record are judged. Ids that stand twice and links that lead nowhere are the queries
    of :mod:`casus.distributed.across`.

    Parameters
    ----------
    frame
        The columns of ``records.parquet``.
    """
    return frame.mapInArrow(verdicts_of, _spark_schema(_VERDICTS))


def verdicts_of(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield the verdicts of batches of records: what :func:`validate_frame` runs, for any engine that maps batches."""
    from casus.schema.columnar import check_batch

    for batch in batches:
        verdicts = check_batch(batch)
        if len(verdicts.rows):
            ids = batch.column("id").take(pa.array(verdicts.rows)).cast(pa.string())
            columns = [ids, pa.array(verdicts.paths, pa.string()), pa.array(verdicts.codes, pa.string())]
            yield pa.RecordBatch.from_arrays(columns, schema=_VERDICTS)


def import_frame(frame: DataFrame, source: str, *, version: str, retrieved: dt.date) -> DataFrame:
    """Return what becomes of the rows of a source that are in a DataFrame.

    Parameters
    ----------
    frame
        The columns of the source, all of them texts. The columns ``_file`` and ``_row`` say where a row comes from, if
        they are there.
    source
        Name of the source, such as ``ucdp-ged``.
    version
        The version of the source.
    retrieved
        The day on which the rows were got.

    Returns
    -------
    DataFrame
        ``fate`` is ``record`` (``record`` holds it), ``quarantine`` (``code``, ``path``, ``reason``, ``raw``; a row
        that is at fault twice stands there twice) or ``out-of-scope`` (``reason``; ``count`` rows of a batch). ``file``
        and ``row`` are those of the frame. Rows whose id stands twice are not looked for: count the ids in Spark.
    """
    from casus.importers.mapping import mapping

    about = About(mapping(source), version, retrieved)
    schema = _outcome()

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            if batch.num_rows:
                yield from outcomes_of(batch, about)

    return frame.mapInArrow(run, _spark_schema(schema))


def outcomes_of(batch: pa.RecordBatch, about: About) -> Iterator[pa.RecordBatch]:
    """Yield what becomes of the rows of a batch; see :func:`import_frame`."""
    from casus.importers.working import work

    count = batch.num_rows
    known = dict(zip(batch.schema.names, batch.columns, strict=True))
    files = known.pop(FILE, pa.nulls(count, pa.string()))
    numbers = known.pop(ROW, pa.nulls(count, pa.int64())).cast(pa.int64())
    rows = pa.RecordBatch.from_arrays([each.cast(pa.string()) for each in known.values()], names=list(known))
    done = work(Batch(rows, np.arange(count), ()), about, "")
    schema = _outcome()

    def outcome(fate: str, length: int, at: Any, **values: Any) -> pa.RecordBatch:
        columns = {"fate": pa.array([fate] * length, pa.string()), **values}
        if at is not None:
            columns |= {"file": files.take(at), "row": numbers.take(at)}
        arrays = [columns[each.name] if each.name in columns else pa.nulls(length, each.type) for each in schema]
        return pa.RecordBatch.from_arrays(arrays, schema=schema)

    if done.records.num_rows:
        plain = done.records.cast(_plain_records())
        yield outcome("record", plain.num_rows, pa.array(done.rows), record=plain.to_struct_array())
    if done.quarantine.num_rows:
        parts = {name: done.quarantine.column(name) for name in ("code", "path", "reason", "raw")}
        yield outcome("quarantine", done.quarantine.num_rows, done.quarantine.column("row"), **parts)
    if done.skipped:
        counts = pa.array(list(done.skipped.values()), pa.int64())
        yield outcome("out-of-scope", len(counts), None, reason=pa.array(list(done.skipped)), count=counts)


def _plain_records() -> pa.Schema:
    """Return the schema of records with plain texts, everything nullable."""
    from casus.schema.render_arrow import records_schema

    return pa.schema([pa.field(each.name, _plain(each.type)) for each in records_schema()])


def _plain(kind: Any) -> Any:
    if pa.types.is_dictionary(kind):
        return kind.value_type
    if pa.types.is_struct(kind):
        inner = (kind.field(index) for index in range(kind.num_fields))
        return pa.struct([pa.field(each.name, _plain(each.type)) for each in inner])
    return pa.list_(_plain(kind.value_type)) if pa.types.is_list(kind) else kind


def _outcome() -> pa.Schema:
    texts = ("file", "code", "path", "reason", "raw")
    fields = [pa.field(name, pa.string()) for name in texts]
    return pa.schema(
        [
            pa.field("fate", pa.string()),
            *fields[:1],
            pa.field("row", pa.int64()),
            *fields[1:],
            pa.field("count", pa.int64()),
            pa.field("record", pa.struct(list(_plain_records()))),
        ]
    )


def _spark_schema(schema: pa.Schema) -> Any:
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(schema)
