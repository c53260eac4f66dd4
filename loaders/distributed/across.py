"""The rules across records as SQL: unique ids, and links that lead somewhere. One text, in DuckDB and in Spark.

Both engines bring three views. ``ids`` and ``links`` have a row for each id and each link: ``part`` and ``number`` say
where it stands (file, or task, and row), ``id`` or ``target`` what it is. ``known`` holds, as ``id``, what links may
lead to besides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

#: Up to so many ids are sorted on the driver (24 bytes each).
_FEW_IDS = 10_000_000
#: The rows whose id an earlier row has. Only ids that stand twice are ranked.
REPEATED = """
WITH again AS (SELECT id FROM ids WHERE id IS NOT NULL GROUP BY id HAVING COUNT(*) > 1)
SELECT part, number
FROM (
    SELECT ids.part, ids.number, ROW_NUMBER() OVER (PARTITION BY ids.id ORDER BY ids.part, ids.number) AS nth
    FROM ids JOIN again ON ids.id = again.id
) AS ranked
WHERE nth > 1
"""
#: The rows with a link that leads to no record.
LOST = """
SELECT DISTINCT links.part, links.number
FROM links
WHERE links.target IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM ids WHERE ids.id = links.target)
    AND NOT EXISTS (SELECT 1 FROM known WHERE known.id = links.target)
"""
#: By code: the path of the field, and the query.
CHECKS: Mapping[str, tuple[str, str]] = {"CAS301": ("id", REPEATED), "CAS302": ("links[].target", LOST)}

_DUCKDB = """
CREATE TEMP VIEW records AS
SELECT filename AS part, file_row_number AS number, id, links
FROM read_parquet({files}, filename = true, file_row_number = true);
CREATE TEMP VIEW ids AS SELECT part, number, id FROM records;
CREATE TEMP VIEW links AS SELECT part, number, link.target FROM (
    SELECT part, number, UNNEST(links) AS link FROM records
);
"""
#: Spark gives a file as a URI.
_PART = "url_decode(regexp_replace(replace(_metadata.file_path, '+', '%2B'), '^file:/+', '/'))"


def across_in_duckdb(files: Sequence[Path], known: Sequence[str] = ()) -> pa.Table:
    """Return what does not hold across the records of some files, judged by DuckDB.

    Parameters
    ----------
    files
        Parquet files of records. An earlier row is one of a file before it by path, or above it.
    known
        Ids that links may lead to besides those of the records.

    Returns
    -------
    pyarrow.Table
        ``file``, ``row`` (from 0), ``path`` and ``code``, sorted.
    """
    import duckdb
    import pyarrow as pa

    listed = ", ".join("'" + path.resolve().as_posix().replace("'", "''") + "'" for path in files)
    with duckdb.connect() as database:
        database.execute(_DUCKDB.format(files=f"[{listed}]"))
        others = pa.table({"id": pa.array(known, pa.string())})
        database.register("known", others)
        found = {code: database.execute(query).fetchall() for code, (_, query) in CHECKS.items()}
    return _told(found)


def across_in_spark(spark: Any, files: Sequence[Path], known: Sequence[str] = ()) -> pa.Table:
    """Return what does not hold across the records of some files, judged by Spark: as :func:`across_in_duckdb`."""
    records = spark.read.parquet(*map(_uri, files))
    records = records.selectExpr(f"{_PART} AS part", "_metadata.row_index AS number", "id", "links")
    records.select("part", "number", "id").createOrReplaceTempView("ids")
    records.selectExpr("part", "number", "explode(links) AS link").selectExpr(
        "part", "number", "link.target AS target"
    ).createOrReplaceTempView("links")
    spark.createDataFrame([(each,) for each in known], "id string").createOrReplaceTempView("known")
    return _told({code: spark.sql(query).collect() for code, (_, query) in CHECKS.items()})


def repeated(spark: Any, folder: Path) -> dict[int, list[int]]:
    """Return, by task of an import, its rows whose id stands in an earlier row of any task.

    Few ids are sorted on the driver, which takes less time than Spark needs to begin; many are left to Spark.
    """
    import pyarrow.parquet as pq

    count = sum(pq.read_metadata(path).num_rows for path in folder.glob("*.parquet"))
    return repeated_here(folder) if count <= _FEW_IDS else repeated_in_spark(spark, folder)


def repeated_here(folder: Path) -> dict[int, list[int]]:
    """Return what :func:`repeated_in_spark` does, by sorting all ids in memory."""
    import numpy as np
    import pyarrow.parquet as pq

    table = pq.read_table(folder)
    part, number, hashed = (table.column(name).to_numpy() for name in table.column_names)
    order = np.lexsort((number, part, hashed))
    again = order[1:][hashed[order][1:] == hashed[order][:-1]]
    return {int(each): np.sort(number[again][part[again] == each]).tolist() for each in np.unique(part[again])}


def repeated_in_spark(spark: Any, folder: Path) -> dict[int, list[int]]:
    """Return, by task of an import, its rows whose id stands in an earlier row of any task."""
    spark.read.parquet(_uri(folder)).createOrReplaceTempView("ids")
    found: dict[int, list[int]] = {}
    for part, number in spark.sql(REPEATED).collect():
        found.setdefault(part, []).append(number)
    return {part: sorted(rows) for part, rows in found.items()}


def _uri(path: Path) -> str:
    """Return a path as Spark takes it: its own characters, but signs of patterns behind a backslash."""
    return "file://" + re.sub(r"([*?{}\[\]\\])", r"\\\1", path.resolve().as_posix())


def _told(found: Mapping[str, Sequence[Any]]) -> pa.Table:
    import pyarrow as pa

    rows = sorted((part, number, CHECKS[code][0], code) for code, each in found.items() for part, number in each)
    columns = list(zip(*rows, strict=True)) or [()] * 4
    kinds = {"file": pa.string(), "row": pa.int64(), "path": pa.string(), "code": pa.string()}
    return pa.table({name: pa.array(values, kinds[name]) for name, values in zip(kinds, columns, strict=True)})
