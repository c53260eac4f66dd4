"""What the tests of sources need: a file written, imported, and read again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from casus.importers.mapping import mapping
from casus.importers.report import Report
from casus.importers.running import run_import

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"


@dataclass(frozen=True)
class Imported:
    """An import and what it wrote."""

    report: Report
    records: list[dict[str, Any]]
    quarantine: list[dict[str, Any]]
    registries: dict[str, list[dict[str, Any]]]

    def record(self, number: str) -> dict[str, Any]:
        """Return the record of a row's id."""
        return next(each for each in self.records if each["id"].endswith(f":{number}"))

    def reasons(self) -> dict[int, set[str]]:
        """Return the codes of every row in quarantine."""
        found: dict[int, set[str]] = {}
        for each in self.quarantine:
            found.setdefault(each["row"], set()).add(each["code"])
        return found

    def name(self, kind: str, entry: str) -> str:
        """Return the name of an entry of a registry."""
        return next(each["name"] for each in self.registries[kind] if each["id"] == entry)


def entry(got: Imported, kind: str, identity: str) -> dict[str, Any]:
    """Return an entry of a registry."""
    return next(each for each in got.registries[kind] if each["id"] == identity)


def imported(source: str, path: Path, folder: Path, **options: Any) -> Imported:
    """Import a file; every row must have become a record, be in quarantine, or be out of scope."""
    report = run_import(source, [path], folder, retrieved=dt.date(2026, 1, 2), **options)
    assert report.rows == report.records + report.quarantined + sum(report.skipped.values())
    records = pq.read_table(folder / "records").to_pylist() if any((folder / "records").iterdir()) else []
    assert len(records) == report.records
    quarantine = pq.read_table(folder / "quarantine.parquet").to_pylist()
    registries = {
        kind: pq.read_table(folder / f"{kind}.parquet").to_pylist()
        for kind in ("actors", "places", "publishers")
        if (folder / f"{kind}.parquet").is_file()
    }
    known = {each["id"] for entries in registries.values() for each in entries}
    for record in records:
        named = [each["actor"] for each in record["participants"]] + [each["place"] for each in record["locations"]]
        named += [each["claimant"] for each in record["quantities"]] + [each["publisher"] for each in record["sources"]]
        lost = {name for name in named if name is not None and ":" in name} - known
        assert not lost, f"{record['id']} names {lost}, which no registry has."
    return Imported(report, records, quarantine, registries)


def written(path: Path, rows: list[dict[str, Any]], source: str, layout: int = 0) -> Path:
    """Write rows in a documented layout of a source; what a row does not say is empty."""
    import csv

    known = mapping(source)
    header = known.layouts[layout]
    unknown = {name for row in rows for name in row} - set(header)
    assert not unknown, f"The layout has no {unknown}."
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(
            file, header, delimiter=known.form["delimiter"], restval="", lineterminator="\n",
            quoting=csv.QUOTE_MINIMAL if known.form.get("quoted") else csv.QUOTE_NONE, quotechar='"', escapechar=None,
        )  # fmt: skip
        writer.writeheader()
        writer.writerows(rows)
    return path


def real(name: str) -> Path:
    """Return a real file of a source, or skip the test."""
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"the real file {name} is not in {DATA.name}")
    return path


def batch(rows: list[dict[str, str]], names: tuple[str, ...]) -> pa.RecordBatch:
    """Return rows as columns of text."""
    return pa.RecordBatch.from_pydict({name: pa.array([row.get(name, "") for row in rows]) for name in names})
