"""COW MIE: synthetic rows in the documented shape."""

from __future__ import annotations

from pathlib import Path

from imported_sources import imported, written

ROW = {
    "micnum": "5001", "eventnum": "1", "ccode1": "365", "ccode2": "369", "stmon": "11", "stday": "25", "styear": "2008",
    "endmon": "11", "endday": "25", "endyear": "2008", "sidea1": "1", "action": "17", "hostlev": "4",
    "fatalmin1": "0", "fatalmax1": "-9", "fatalmin2": "2", "fatalmax2": "6", "version": "1.0",
}  # fmt: skip


def test_days_states_and_bounds_of_the_dead(tmp_path: Path) -> None:
    rows = [
        ROW,
        ROW | {"eventnum": "2", "stday": "-9", "endday": "-9", "action": "1", "ccode2": "998", "fatalmin1": "-9",
               "fatalmin2": "-9", "fatalmax2": "-9"},
        ROW | {"eventnum": "3", "action": "0"},
        ROW | {"eventnum": "4", "action": "77"},
        ROW | {"eventnum": "5", "stmon": "13"},
        ROW | {"eventnum": "6", "fatalmin2": "9", "fatalmax2": "6"},
        ROW | {"eventnum": "7", "endyear": "2007"},
        ROW | {"eventnum": "8", "styear": "-9"},
        ROW,
        ROW | {"micnum": "5002"},
    ]  # fmt: skip
    got = imported("cow-mie", written(tmp_path / "mie-1.0.csv", rows, "cow-mie"), tmp_path / "out")
    first = got.record("5001-1")
    assert (first["type"], first["mode"], first["date"]["extent"]) == ("unspecified-violence", "state-based", "spans")
    assert [(each["actor"], each["roles"]) for each in first["participants"]] == [
        ("RUS", ["party"]),
        ("UKR", ["party"]),
    ]
    assert [(each["subject"], each["low"], each["best"], each["high"]) for each in first["quantities"]] == [
        ("RUS", 0.0, None, None),
        ("UKR", 2.0, None, 6.0),
    ]
    second = got.record("5001-2")
    assert (second["type"], second["mode"], second["quantities"]) == ("statement", "threat", [])
    assert (str(second["date"]["start"]), str(second["date"]["end"])) == ("2008-11-01", "2008-11-30")
    assert second["date"]["extent"] == "within"
    assert second["participants"][1]["actor"] == "cow-mie:ccode-998"
    assert got.record("5002-1")["provenance"]["version"] == "1.0"
    assert got.report.skipped == {"no militarized action": 1}
    assert got.reasons() == {
        4: {"CAS603"}, 5: {"CAS602"}, 6: {"CAS202"}, 7: {"CAS201"}, 8: {"CAS604"}, 9: {"CAS606"},
    }  # fmt: skip
