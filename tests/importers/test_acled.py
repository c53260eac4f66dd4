"""ACLED: synthetic rows in the present and the older layout."""

from __future__ import annotations

import json
from pathlib import Path

from imported_sources import imported, written

from casus.importers.mapping import mapping

ROW = {
    "event_id_cnty": "EXA1", "event_date": "24 February 2022", "year": "2022", "time_precision": "1",
    "event_type": "Battles", "sub_event_type": "Armed clash", "actor1": "Military Forces of Exampleland (2019-)",
    "inter1": "1", "actor2": "Example Front", "assoc_actor_2": "Front Youth; Example Front; Hill Militia",
    "inter2": "Rebel group", "iso": "0", "country": "Exampleland", "location": "Example town", "latitude": "10.5",
    "longitude": "2.5", "geo_precision": "1", "source": "Example News; Other News", "notes": "Words of ACLED.",
    "fatalities": "3", "timestamp": "1700000000",
}  # fmt: skip


def test_types_periods_and_actors(tmp_path: Path) -> None:
    rows = [
        ROW,
        ROW | {"event_id_cnty": "EXA2", "event_type": "Violence against civilians", "sub_event_type": "Attack",
               "actor2": "Civilians (Exampleland)", "inter2": "7", "assoc_actor_2": "", "time_precision": "3"},
        ROW | {"event_id_cnty": "EXA3", "event_type": "Protests", "sub_event_type": "Peaceful protest"},
        ROW | {"event_id_cnty": "EXA4", "event_type": "Strategic developments", "sub_event_type": "Arrests"},
        ROW | {"event_id_cnty": "EXA5", "event_date": "02/24/2022"},
        ROW | {"event_id_cnty": "EXA6", "sub_event_type": "Brawl"},
        ROW | {"event_id_cnty": "EXA7", "latitude": "102.5"},
        ROW | {"event_id_cnty": "EXA8", "time_precision": "2", "event_date": "2022-03-01", "geo_precision": "3"},
        ROW | {"event_id_cnty": "EXA1"},
        ROW | {"event_id_cnty": "EXA9", "fatalities": "-1", "actor1": ""},
    ]  # fmt: skip
    got = imported("acled", written(tmp_path / "acled.csv", rows, "acled"), tmp_path / "out")
    first = got.record("EXA1")
    assert (first["type"], first["mode"]) == ("ground-combat", None)
    assert [each["roles"] for each in first["participants"]] == [["party"]] * 4
    assert [got.name("actors", each["actor"]) for each in first["participants"]] == [
        "Military Forces of Exampleland (2019-)", "Example Front", "Front Youth", "Hill Militia",
    ]  # fmt: skip
    assert first["quantities"][0]["best"] == 3
    assert first["quantities"][0]["claimant"] == "acled:acled"
    assert "Words of ACLED" not in json.dumps(first, default=str)
    second = got.record("EXA2")
    assert (second["type"], [each["roles"] for each in second["participants"]]) == (
        "atrocity", [["initiator"], ["target"]],
    )  # fmt: skip
    assert (str(second["date"]["start"]), str(second["date"]["end"])) == ("2022-02-01", "2022-02-28")
    assert second["date"]["extent"] == "within"
    week = got.record("EXA8")
    assert (str(week["date"]["start"]), str(week["date"]["end"])) == ("2022-02-26", "2022-03-04")
    assert week["locations"][0]["precision"] == 4
    assert got.report.skipped == {"protests and riots": 1, "arrests": 1}
    assert got.reasons() == {
        5: {"CAS602"}, 6: {"CAS603"}, 7: {"CAS601"}, 9: {"CAS606"}, 10: {"CAS601", "CAS604"},
    }  # fmt: skip


def test_the_older_layout(tmp_path: Path) -> None:
    row = ROW | {"data_id": "9", "event_id_no_cnty": "1", "iso3": "UKR"}
    got = imported("acled", written(tmp_path / "acled.csv", [row], "acled", layout=1), tmp_path / "out")
    assert not got.report.drift
    assert got.registries["places"][0]["country"] == "UKR"


def test_the_licence_is_told() -> None:
    assert "pass on" in mapping("acled").notice
    assert "no redistribution" in mapping("acled").licence
