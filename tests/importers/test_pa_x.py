"""PA-X: CSV and Excel, synthetic rows in the documented shape."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import pytest
from imported_sources import imported, written

from casus.importers.mapping import mapping
from casus.schema.errors import UsageError

ROW = {
    "Con": "Exampleland", "Contp": "Government", "PP": "7", "PPName": "Example process", "AgtId": "101", "Ver": "1",
    "Agt": "Agreement on a Ceasefire between A, B and C", "Dat": "2019-05-06", "Status": "Multiparty signed/agreed",
    "Agtp": "Intra", "Stage": "Cea", "StageSub": "Ceas", "Part": "Government of Exampleland; the Front",
    "ThrdPart": "Example League", "Loc1ISO": "UKR", "Ce": "3", "TjPrire": "0",
}  # fmt: skip


def test_documents_their_stage_and_issues(tmp_path: Path) -> None:
    rows = [
        ROW,
        ROW | {"AgtId": "102", "Status": "Unilateral document", "Ce": "0", "TjPrire": "2", "Agt": "Word " * 80},
        ROW | {"AgtId": "103", "Stage": "SubComp", "Loc1ISO": "", "Loc1GWNO": "369"},
        ROW | {"AgtId": "104", "Stage": "Later"},
        ROW | {"AgtId": "105", "Dat": "06/05/2019"},
        ROW | {"AgtId": "106", "Ce": "4"},
        ROW | {"AgtId": "107", "Agt": ""},
        ROW,
    ]
    path = written(tmp_path / "pax_v8.csv", rows, "pa-x")
    lines = path.read_text("utf-8").splitlines()  # further matters are no drift
    path.write_text("\n".join([f"{lines[0]},TjSan,SsrFf", *(f"{each},0,1" for each in lines[1:])]) + "\n", "utf-8")
    got = imported("pa-x", path, tmp_path / "out")
    first, second, third = got.records
    assert (first["type"], first["mode"], first["issues"]) == ("agreement", "ceasefire-terms", ["ceasefire"])
    assert "the Front" in first["summary"]
    assert first["participants"] == []
    assert first["provenance"]["version"] == "8"
    assert (second["type"], second["mode"], second["issues"]) == ("statement", None, ["prisoners"])
    assert len(second["title"]) == 160
    assert third["mode"] == "peace"
    assert got.registries["places"][0]["country"] == "UKR"
    assert got.reasons() == {4: {"CAS603"}, 5: {"CAS602"}, 6: {"CAS601"}, 7: {"CAS604"}, 8: {"CAS606"}}
    assert not got.report.drift


def workbook(path: Path, rows: list[dict[str, Any]]) -> Path:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Agreements")
    header = mapping("pa-x").layouts[0]
    sheet.append(list(header))
    for row in rows:
        sheet.append([row.get(name) for name in header])
    book.create_sheet("Notes").append(["not read"])
    book.save(path)
    return path


def test_excel_is_read_as_csv_is_and_formulas_are_set_aside(tmp_path: Path) -> None:
    typed = {"AgtId": 101, "Dat": dt.date(2019, 5, 6), "Ce": 3, "TjPrire": 0, "PP": 7, "Ver": 1}
    rows = [
        ROW | typed,
        ROW | typed | {"AgtId": 102, "Ce": "=1+2"},
        ROW | typed | {"AgtId": 103, "Agt": '=HYPERLINK("https://example.org", "Agreement")'},
        {},
        ROW | typed | {"AgtId": 104},
    ]
    path = workbook(tmp_path / "pax_v8.xlsx", rows)
    got = imported("pa-x", path, tmp_path / "out")
    plain = imported("pa-x", written(tmp_path / "pax_v8.csv", [ROW], "pa-x"), tmp_path / "plain")
    assert got.records[0] == plain.records[0]
    assert [each["id"] for each in got.records] == ["pa-x:101", "pa-x:104"]
    assert [(each["row"], each["code"], each["path"]) for each in got.quarantine] == [
        (2, "CAS607", "Ce"),
        (3, "CAS607", "Agt"),
    ]
    assert "'=1+2'" in got.quarantine[0]["reason"]


def test_damaged_excel_files_are_refused_in_words(tmp_path: Path) -> None:
    path = workbook(tmp_path / "pax.xlsx", [ROW])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UsageError, match="cannot be read"):
        imported("pa-x", path, tmp_path / "none")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<not xml")
        archive.writestr("[Content_Types].xml", "<Types/>")
    with pytest.raises(UsageError, match="cannot be read"):
        imported("pa-x", path, tmp_path / "none")
