"""CSV, one file for each flat table, and JSON Lines, one record a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from casus.exports.files import all_written_aside, written_aside
from casus.exports.plain import flat_names, flat_tables
from casus.manifest import RECORDS
from casus.metadata import release_facts
from casus.parquet_records import rows
from casus.releases import Release
from casus.schema.metadata.codebook_rows import CSV_FILE, codebook_csv
from casus.schema.metadata.codebook_rows import rows as rows_of_codebook


def export_csv(release: Release, folder: Path, *, force: bool = False) -> Iterator[tuple[Path, int]]:
    """Write every flat table and the codebook as CSV, and yield path and number of rows.

    Days are written as 2025-06-02, truth values as true and false, points in hexadecimal; what is unknown is an empty,
    unquoted cell.

    Raises
    ------
    UsageError
        If the files exist and ``force`` is false, or the folder cannot be written.
    """
    from pyarrow import csv

    names, done = flat_names(release), []
    facts = release_facts(release.manifest, {name: release.table(name) for name in names})
    with all_written_aside(folder, [*(f"{name}.csv" for name in names), CSV_FILE], force=force) as aside:
        for name, table in flat_tables(release, hexadecimal=True):
            csv.write_csv(table, aside / f"{name}.csv")
            done.append((folder / f"{name}.csv", len(table)))
        (aside / CSV_FILE).write_text(codebook_csv(facts), "utf-8", newline="\n")
        done.append((folder / CSV_FILE, sum(1 for _ in rows_of_codebook(facts))))
    yield from done


def export_jsonl(release: Release, path: Path, *, force: bool = False) -> int:
    """Write the nested records as JSON Lines and return how many there are.

    One record a line, its fields in the order of the schema; absent values and empty lists are left out, so that each
    line is a valid record.

    Raises
    ------
    UsageError
        If the file exists and ``force`` is false, or cannot be written.
    """
    with written_aside(path, force=force) as aside, aside.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows(release.table(RECORDS)):
            file.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")
    return len(release.table(RECORDS))
