"""GSDB: synthetic cases in the documented shape."""

from __future__ import annotations

from pathlib import Path

from imported_sources import imported, written

from casus.importers.gsdb import names_in
from casus.importers.mapping import mapping

ROW = {
    "case_id": "1", "sanctioned_state": "Korea, North", "sanctioning_state": "Japan,Korea, South,Example League",
    "begin": "2006", "end": "2010", "trade": "1", "descr_trade": "exp_part,imp_part", "arms": "1", "military": "0",
    "financial": "0", "travel": "0", "other": "0", "objective": "policy_change,end_war", "success": "failed,ongoing",
}  # fmt: skip


def test_a_comma_in_a_name_is_no_end_of_a_name() -> None:
    whole = mapping("gsdb").codes["names"]
    assert names_in("Korea, North", whole) == ["Korea, North"]
    assert names_in("Iran,Korea, North,Cuba", whole) == ["Iran", "Korea, North", "Cuba"]
    assert names_in("Iran, Cuba,", whole) == ["Iran", "Cuba"]
    assert names_in("Korea, North, South", whole) == ["Korea, North", "South"]


def test_cases_lie_within_the_year_in_which_they_began(tmp_path: Path) -> None:
    rows = [
        ROW,
        ROW | {"case_id": "2", "trade": "0", "sanctioned_state": "Cuba"},
        ROW | {"case_id": "3", "arms": "0"},
        ROW | {"case_id": "4", "sanctioned_state": "Elsewhere, North"},
        ROW | {"case_id": "5", "begin": "ninety"},
        ROW | {"case_id": "6", "trade": "yes"},
        ROW | {"case_id": "7", "sanctioning_state": ""},
        ROW,
    ]
    got = imported("gsdb", written(tmp_path / "GSDB_V4.csv", rows, "gsdb"), tmp_path / "out")
    first, second, third = got.records
    assert (first["type"], first["mode"], second["mode"], third["mode"]) == (
        "sanction", "package", "export-control", None,
    )  # fmt: skip
    assert (str(first["date"]["start"]), str(first["date"]["end"])) == ("2006-01-01", "2006-12-31")
    assert first["date"]["extent"] == "within"
    assert [(each["actor"], each["roles"]) for each in first["participants"]] == [
        ("JPN", ["initiator"]), ("KOR", ["initiator"]), (first["participants"][2]["actor"], ["initiator"]),
        ("PRK", ["target"]),
    ]  # fmt: skip
    assert got.name("actors", first["participants"][2]["actor"]) == "Example League"
    assert second["participants"][3]["actor"] == "CUB"
    assert first["provenance"]["version"] == "4"
    assert got.reasons() == {4: {"CAS603"}, 5: {"CAS601"}, 6: {"CAS601"}, 7: {"CAS604"}, 8: {"CAS606"}}
