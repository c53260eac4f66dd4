"""POLECAT: tab-separated, with its known malformed rows."""

from __future__ import annotations

from pathlib import Path

from imported_sources import imported, written

ROW = {
    "Event ID": "2024-1", "Event Date": "2024-01-02", "Event Type": "CONSULT", "Event Mode": "visit",
    "Actor Name": "Ministry of Examples", "Actor Country": "TUR", "Primary Actor Sector": "GOV",
    "Wikipedia Actor ID": "Ministry_of_Examples", "Recipient Name": "A private person", "Recipient Country": "UKR",
    "Primary Recipient Sector": "CVL", "Placename": "Ankara", "City": "Ankara", "Country": "TUR", "Latitude": "39.9",
    "Longitude": "32.9", "GeoNames ID": "323786", "Source": "Example News", "Publication Date": "2024-01-03",
    "Contexts": "diplomatic; military",
}  # fmt: skip


def test_types_of_plover_and_actors(tmp_path: Path) -> None:
    rows = [
        ROW,
        ROW | {"Event ID": "2024-2", "Event Type": "SANCTION", "Event Mode": "", "Wikipedia Actor ID": "",
               "Primary Actor Sector": "", "Publication Date": "2024-01-02", "City": "", "Province": "Ankara"},
        ROW | {"Event ID": "2024-3", "Event Type": "PROTEST", "Event Mode": "demo"},
        ROW | {"Event ID": "2024-4", "Event Mode": "hug"},
    ]  # fmt: skip
    got = imported("polecat", written(tmp_path / "polecat.txt", rows, "polecat"), tmp_path / "out")
    first, second = got.records
    assert (first["type"], first["mode"], first["date"]["basis"]) == ("meeting", None, "stated")
    assert [got.name("actors", each["actor"]) for each in first["participants"]] == ["Ministry of Examples", "UKR-CVL"]
    assert "private person" not in str(first)
    assert str(first["date"]["published"]) == "2024-01-03"
    assert first["locations"][0]["precision"] == 2
    assert (second["type"], second["mode"], second["date"]["basis"]) == ("relations", None, "inferred")
    assert second["participants"][0]["actor"] == "TUR"
    assert second["locations"][0]["precision"] == 4
    assert got.report.skipped == {"protests": 1}
    assert got.reasons() == {4: {"CAS603"}}


def test_a_tab_too_many_and_a_name_too_many_in_the_header(tmp_path: Path) -> None:
    path = written(tmp_path / "polecat.txt", [ROW, ROW | {"Event ID": "2024-2"}], "polecat")
    head, first, second = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([head, first, second.replace("Ankara", "Ankara\t", 1)]) + "\n", "utf-8")
    got = imported("polecat", path, tmp_path / "out")
    assert got.reasons() == {2: {"CAS605"}}
    assert "41 cells where 40" in got.quarantine[0]["reason"]
    path.write_text("\n".join([f"{head}\tHeadline", f"{first}\tWords", second]) + "\n", "utf-8")
    again = imported("polecat", path, tmp_path / "again")
    assert (again.report.records, again.reasons()) == (1, {2: {"CAS605"}})
    assert "Words" not in str(again.records)
