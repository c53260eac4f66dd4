"""ETH/PRIO ceasefires: synthetic rows in the documented shape."""

from __future__ import annotations

from pathlib import Path

from imported_sources import imported, written

ROW = {
    "cf_id": "EXA-1", "location": "Colombia", "actor_name": "Example Front", "ucdp_actor_id": "77",
    "cf_dec_yr": "2015", "cf_dec_month": "7", "cf_dec_day": "8", "cf_effect_yr": "2015", "cf_effect_month": "7",
    "cf_effect_day": "20", "end_yr": "2016", "end_month": "2", "end_day": "29", "ended": "1", "p_humanitarian": "0",
    "p_holiday": "1", "link_id1": "EXA-2", "link_id3": "EXA-5", "evidence_onset": "Words of an article.",
}  # fmt: skip


def test_three_dates_and_their_unknown_parts(tmp_path: Path) -> None:
    rows = [
        ROW,
        ROW | {"cf_id": "EXA-2", "cf_effect_day": "-1", "end_day": "0", "p_humanitarian": "1"},
        ROW | {"cf_id": "EXA-3", "ended": "0", "end_yr": "-1", "end_month": "-1", "end_day": "-1"},
        ROW | {"cf_id": "EXA-4", "ended": "", "cf_dec_day": "0", "end_yr": "", "end_month": "", "end_day": ""},
        ROW | {"cf_id": "EXA-5", "cf_dec_yr": "0"},
        ROW | {"cf_id": "EXA-6", "end_day": "30"},
        ROW | {"cf_id": "EXA-7", "end_yr": "2014", "end_day": "28"},
        ROW | {"cf_id": "EXA-8", "actor_name": ""},
        ROW,
    ]
    got = imported("ceasefires", written(tmp_path / "ceasefires.csv", rows, "ceasefires"), tmp_path / "out")
    first, second, third, fourth = got.records
    days = {name: str(value) for name, value in first["date"].items() if value is not None}
    assert days["announced"] == days["start"] == "2015-07-08"
    assert (days["effective"], days["ended"], days["end"], days["extent"]) == (
        "2015-07-20", "2016-02-29", "2016-02-29", "spans",
    )  # fmt: skip
    assert (first["type"], first["mode"], first["status"]) == ("ceasefire", None, "occurred")
    assert got.name("actors", first["participants"][0]["actor"]) == "Example Front"
    assert "Linked declarations: EXA-2, EXA-5." in first["coding"]["notes"]
    assert "article" not in str(first)
    assert (second["mode"], second["date"]["effective"], second["date"]["ended"]) == ("humanitarian-pause", None, None)
    assert (str(second["date"]["end"]), second["date"]["extent"]) == ("2016-02-29", "within")
    assert (third["status"], third["date"]["end"]) == ("ongoing", None)
    assert (str(fourth["date"]["start"]), str(fourth["date"]["end"])) == ("2015-07-01", "2015-07-31")
    assert fourth["date"]["announced"] is None
    assert got.registries["places"][0]["country"] == "COL"
    reasons = got.reasons()
    assert (reasons[5], reasons[6], reasons[8], reasons[9]) == ({"CAS604"}, {"CAS602"}, {"CAS604"}, {"CAS606"})
    assert "CAS201" in reasons[7]
