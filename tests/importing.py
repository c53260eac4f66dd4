"""Files of sources for the tests: real ones where they are at hand, and synthetic ones in the documented shape."""

import csv
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from casus.importers.mapping import mapping

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

#: One row of UCDP GED that breaks no rule.
UCDP = {
    "id": "1001",
    "relid": "EXA-2022-1-1001-1",
    "year": "2022",
    "active_year": "1",
    "code_status": "Clear",
    "type_of_violence": "1",
    "conflict_new_id": "13246",
    "conflict_name": "Exampleland: Government",
    "dyad_new_id": "14001",
    "dyad_name": "Government of Exampleland - Example Front",
    "side_a_new_id": "59",
    "side_a": "Government of Exampleland",
    "side_b_new_id": "6001",
    "side_b": "Example Front",
    "number_of_sources": "1",
    "source_article": "Example News, 2022-02-09",
    "source_office": "Example News",
    "source_date": "2022-02-09",
    "source_headline": "Two die",
    "source_original": "police",
    "where_prec": "1",
    "where_coordinates": "Example town",
    "where_description": "The market of Example town",
    "latitude": "48.0",
    "longitude": "37.8",
    "geom_wkt": "POINT (37.8 48.0)",
    "country": "Ukraine",
    "country_id": "369",
    "region": "Europe",
    "event_clarity": "1",
    "date_prec": "1",
    "date_start": "2022-02-08 00:00:00.000",
    "date_end": "2022-02-08 00:00:00.000",
    "deaths_a": "1",
    "deaths_b": "1",
    "deaths_civilians": "0",
    "deaths_unknown": "0",
    "best": "2",
    "high": "3",
    "low": "2",
    "gwnoa": "369",
    "gwnob": "",
}


def ucdp_text(rows, *, header=None, raw=()):
    """Return the text of a file in the layout of UCDP GED; cells named in ``raw`` are written unquoted."""
    names = header or mapping("ucdp-ged").layouts[0]
    lines = io.StringIO()
    csv.writer(lines, quoting=csv.QUOTE_ALL).writerow(names)
    for row in rows:
        cells = [row.get(name, "") for name in names]
        quoted = ['"{}"'.format(cell.replace('"', '""')) for cell in cells]
        lines.write(",".join(c if n in raw else q for n, c, q in zip(names, cells, quoted, strict=True)) + "\r\n")
    return lines.getvalue()


def ucdp_rows(count, **cells):
    """Return rows that differ in id, day and place."""
    return [
        UCDP
        | {
            "id": str(1000 + number),
            "date_start": f"2022-02-{number % 28 + 1:02} 00:00:00.000",
            "date_end": f"2022-02-{number % 28 + 1:02} 00:00:00.000",
            "where_coordinates": f"Town {number % 50}",
        }
        | cells
        for number in range(count)
    ]


def write(folder, rows, name="GEDEvent_v22_0_2.csv", **options):
    """Write rows as a file of UCDP GED and return its path."""
    path = folder / name
    path.write_text(ucdp_text(rows, **options), "utf-8", newline="")
    return path


def counted(folder):
    """Return the counts of an import, after checking that they add up and are those of its files."""
    said = json.loads((folder / "import.json").read_text("utf-8"))
    parts = sorted((folder / "records").glob("*.parquet"))
    quarantine = pq.read_table(folder / "quarantine.parquet")
    held = len(set(zip(*(quarantine.column(name).to_pylist() for name in ("file", "row")), strict=True)))
    assert said["rows"] == said["records"] + said["quarantined"] + sum(said["out_of_scope"].values())
    assert said["records"] == sum(pq.read_metadata(part).num_rows for part in parts)
    assert said["quarantined"] == held
    return said


def real(name):
    """Return the path of a real file, or skip the test with the reason."""
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"{name} is not at hand: get it from its source and put it into ../shared/data")
    return path
