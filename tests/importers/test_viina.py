"""VIINA: labels of news reports."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from imported_sources import imported, real, written

from casus.schema.errors import UsageError

ROW = {
    "viina_version": "2.0", "event_id_1pd": "7", "date": "20230105", "geonameid": "703448", "asciiname": "Kyiv",
    "ADM1_NAME": "Kiev", "longitude": "30.5", "latitude": "50.4", "GEO_PRECISION": "ADM3", "n_reports": "3",
    "sources": "nv;unian", "t_mil_b": "1",
}  # fmt: skip


def test_labels_decide_the_type_and_all_of_them_are_noted(tmp_path: Path) -> None:
    rows = [
        ROW | {"event_id_1pd": "1", "t_artillery_b": "1", "t_airstrike_b": "1", "a_rus_b": "1", "a_rus_init_b": "1"},
        ROW | {"event_id_1pd": "2", "t_raid_b": "1.0", "a_ukr_b": "1"},
        ROW | {"event_id_1pd": "3"},
        ROW | {"event_id_1pd": "4", "t_mil_b": "0", "t_arrest_b": "1"},
        ROW | {"event_id_1pd": "5", "t_mil_b": "2"},
        ROW | {"event_id_1pd": "6", "GEO_PRECISION": "STREET", "date": "5 January"},
    ]
    got = imported("viina", written(tmp_path / "event_1pd.csv", rows, "viina"), tmp_path / "out")
    first, second, third = got.records
    assert (first["type"], first["mode"]) == ("air-attack", None)
    assert "air strike, artillery, military event" in first["coding"]["notes"]
    assert [(each["actor"], each["roles"]) for each in first["participants"]] == [("viina:a_rus", ["initiator"])]
    assert (second["type"], second["mode"]) == ("ground-combat", "raid")
    assert [each["roles"] for each in second["participants"]] == [["party"]]
    assert (third["type"], third["participants"]) == ("unspecified-violence", [])
    assert third["date"]["basis"] == "inferred"
    assert third["locations"][0]["precision"] == 2
    assert got.report.skipped == {"no label says what happened": 1}
    assert got.reasons() == {5: {"CAS601"}, 6: {"CAS602"}}


def test_single_reports_need_their_labels(tmp_path: Path) -> None:
    row = ROW | {"event_id": "11", "t_uav_b": "1"}
    path = written(tmp_path / "joined.csv", [{k: v for k, v in row.items() if k not in ("n_reports", "sources")}],
                   "viina-reports")  # fmt: skip
    (record,) = imported("viina-reports", path, tmp_path / "out").records
    assert record["id"] == "viina-reports:11"
    assert record["type"] == "unspecified-violence"
    assert "Event of the day: 7." in record["coding"]["notes"]
    bare = tmp_path / "event_info.csv"
    bare.write_text(path.read_text("utf-8").split("t_mil_b")[0].rstrip(",") + "\n", "utf-8")
    with pytest.raises(UsageError, match="t_mil_b"):
        imported("viina-reports", bare, tmp_path / "none")


def test_a_real_derived_table(tmp_path: Path) -> None:
    got = imported("viina-derived", real("viina_2022_derived.csv"), tmp_path / "out")
    assert (got.report.rows, got.report.records, got.report.quarantined) == (2060, 2060, 0)
    assert not got.report.drift
    types = Counter(record["type"] for record in got.records)
    assert set(types) == {"unspecified-violence", "incident"}
    assert all(record["mode"] is None for record in got.records)
    assert sum(bool(record["participants"]) for record in got.records) < 800
    record = got.record("106315")
    assert record["targets"] == ["airfield"]
    assert "Ніж" not in record["title"] + record["summary"] + (record["coding"]["notes"] or "")
    assert record["provenance"]["version"] == "2022"
