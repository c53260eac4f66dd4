"""PLOVER: JSON lists and JSON lines."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from imported_sources import imported, real

from casus.schema.errors import UsageError

EVENT: dict[str, Any] = {
    "id": "E1",
    "date": "2024-03-01",
    "enddate": "2024-03-02",
    "actor": [{"code": "RUS", "sector": "MIL", "entity_text": "army"}, {"code": "RUS", "sector": "MIL"}],
    "recipient": [{"code": "UKR", "sector": None}],
    "event": ["ASSAULT"],
    "mode": ["aerial"],
    "event_loc": {"resolved_place": "Odesa", "lat": 46.48, "lon": 30.72, "country_code": "UKR", "resolution": 4},
    "dead": 3,
    "injured": "dozens",
    "text": "Words of an article.",
    "context": ["military"],
}


def lines(path: Path, *events: Any) -> Path:
    path.write_text("\n".join(each if isinstance(each, str) else json.dumps(each) for each in events), "utf-8")
    return path


def test_lines_of_version_2(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "events.jsonl",
        EVENT,
        EVENT | {"id": "E2", "event": "CONSULT", "mode": "phone", "dead": None, "injured": None},
        EVENT | {"id": "E3", "event": "PROTEST", "mode": "riot"},
        EVENT | {"id": "E4", "event": ["ASSAULT", "COERCE"], "mode": None},
        EVENT | {"id": "E5", "mode": "curfew"},
        EVENT | {"id": "E6", "dead": "many"},
        EVENT | {"id": "E7", "date": "in March"},
        '{"id": "E8", "date": ',
        EVENT | {"id": "E1"},
        EVENT | {"id": "E9", "recipient": "Ukraine"},
        EVENT | {"id": "E10", "event_loc": {"resolved_place": "Odesa", "lat": 130.7, "lon": 46.5}},
    )
    got = imported("plover", path, tmp_path / "out")
    first, second = got.records
    assert (first["type"], first["mode"], first["date"]["end"].isoformat()) == ("air-attack", None, "2024-03-02")
    assert [(each["actor"], each["roles"]) for each in first["participants"]] == [
        ("plover:RUS-MIL", ["initiator"]),
        ("UKR", ["target"]),
    ]
    assert [(each["measure"], each["best"], each["words"]) for each in first["quantities"]] == [
        ("killed", 3.0, None),
        ("wounded", None, "dozens"),
    ]
    assert first["quantities"][0]["claimant"] == "plover:oeda"
    assert first["locations"][0]["precision"] == 2
    assert "article" not in json.dumps(first, default=str)
    assert (second["type"], second["mode"]) == ("meeting", "phone-call")
    assert {tuple(each["roles"]) for each in second["participants"]} == {("party",)}
    assert got.report.skipped == {"protests": 1}
    assert got.reasons() == {
        4: {"CAS603"}, 5: {"CAS603"}, 6: {"CAS601"}, 7: {"CAS602"}, 8: {"CAS605"}, 9: {"CAS606"}, 10: {"CAS603"},
        11: {"CAS601"},
    }  # fmt: skip


def test_a_list_is_read_piece_by_piece_and_a_cut_one_is_refused(tmp_path: Path) -> None:
    events = [EVENT | {"id": f"E{number}", "text": "x" * 1000} for number in range(500)]
    whole = json.dumps(events, indent=1)
    (tmp_path / "events.json").write_text(whole, "utf-8")
    assert imported("plover", tmp_path / "events.json", tmp_path / "out", block=50_000).report.records == 500
    (tmp_path / "cut.json").write_text(whole[:-30], "utf-8")
    with pytest.raises(UsageError, match="no whole JSON list"):
        imported("plover", tmp_path / "cut.json", tmp_path / "none")
    (tmp_path / "other.json").write_text("[1, 2]", "utf-8")
    with pytest.raises(UsageError, match="no JSON objects"):
        imported("plover", tmp_path / "other.json", tmp_path / "none")


def test_the_real_gold_records(tmp_path: Path) -> None:
    got = imported("plover", real("plover_gold_standard.json"), tmp_path / "out")
    assert (got.report.rows, got.report.records, got.report.quarantined) == (323, 253, 2)
    assert got.report.skipped["protests"] == 27
    assert got.reasons() == {8: {"CAS603"}, 293: {"CAS603"}}
    record = got.record("PLOVER-GSR01-ASSAULT-0011")
    assert (record["type"], record["mode"]) == ("unspecified-violence", None)
    assert [(each["measure"], each["best"]) for each in record["quantities"]] == [("killed", 1.0), ("wounded", 2.0)]
    actors = {each["actor"] for record in got.records for each in record["participants"]}
    assert {"USA", "plover:JAP", "plover:ISR-MIL"} <= actors
    assert "JAP" not in actors


def test_other_files_are_not_read_to_their_end(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("id,date,event\n" * 10, "utf-8")
    with pytest.raises(UsageError, match="this is no JSON"):
        imported("plover", tmp_path / "table.csv", tmp_path / "none")


def test_packed_cut_and_otherwise_encoded_files(tmp_path: Path) -> None:
    text = "\n".join(json.dumps(EVENT | {"id": f"E{number}", "comment": str(number**9)}) for number in range(3000))
    (tmp_path / "events.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    assert imported("plover", tmp_path / "events.jsonl.gz", tmp_path / "out").report.records == 3000
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(text.encode())[:-5000])
    with pytest.raises(UsageError, match="damaged or was cut off"):
        imported("plover", tmp_path / "cut.jsonl.gz", tmp_path / "none")
    accented = json.dumps(EVENT | {"comment": "déjà vu"}, ensure_ascii=False)
    (tmp_path / "latin.jsonl").write_bytes(accented.encode("latin-1"))
    with pytest.raises(UsageError, match="not utf-8"):
        imported("plover", tmp_path / "latin.jsonl", tmp_path / "none")


def test_nobody_is_named(tmp_path: Path) -> None:
    nobody = {key: value for key, value in EVENT.items() if key not in ("actor", "recipient")}
    path = lines(
        tmp_path / "events.jsonl",
        nobody,
        nobody | {"id": "E2", "event": "PROTEST", "mode": "riot"},
        {"id": "E3", "event": ""},
    )
    got = imported("plover", path, tmp_path / "out")
    assert [each["participants"] for each in got.records] == [[]]
    assert got.reasons() == {3: {"CAS604"}}
    alone = lines(tmp_path / "protest.jsonl", nobody | {"event": "PROTEST", "mode": None})
    assert imported("plover", alone, tmp_path / "alone").report.skipped == {"protests": 1}
