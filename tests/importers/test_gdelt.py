"""GDELT 1 and 2: layouts, codes, places, sources, and files that are not what they should be."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest
from imported_sources import DATA, entry, imported
from machine_coded import gdelt_row

from casus.importers.mapping import mapping
from casus.importers.recognising import recognise
from casus.schema.errors import UsageError

SAMPLE = DATA / "gdelt2_events_sample.tsv"


@pytest.mark.parametrize("layout", [57, 58, 61])
def test_every_layout_is_read(tmp_path: Path, layout: int) -> None:
    file = tmp_path / "20220302.export.CSV"
    file.write_text(gdelt_row(layout=layout, DATEADDED="20220302"))
    got = imported("gdelt", file, tmp_path / "out")
    assert got.report.version == "20220302"
    [record] = got.records
    assert (record["id"], record["type"], record["mode"]) == ("gdelt:410000001", "air-attack", None)
    assert record["provenance"]["row_id"] == record["external_ids"][0]["id"] == "410000001"
    assert [(each["actor"], each["roles"]) for each in record["participants"]] == [
        ("gdelt:RUSMIL", ["initiator"]),
        ("gdelt:UKR", ["target"]),
    ]
    assert str(record["sources"][0]["accessed"]) == "2022-03-02"
    assert record["sources"][0]["publisher"] == ("gdelt:gdelt" if layout == 57 else "gdelt:example.org")
    assert entry(got, "actors", "gdelt:RUSMIL")["of"] == "RUS"
    assert entry(got, "places", "gdelt:4--1")["country"] == "UKR"


@pytest.mark.parametrize("packed", ["zip", "gz"])
def test_packed_files_are_read(tmp_path: Path, packed: str) -> None:
    text = gdelt_row(1) + gdelt_row(2)
    file = tmp_path / f"20220302001500.export.CSV.{packed}"
    if packed == "zip":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("20220302001500.export.CSV", text)
    else:
        file.write_bytes(gzip.compress(text.encode()))
    got = imported("gdelt", file, tmp_path / "out")
    assert got.report.records == 2
    assert got.report.version == "20220302001500"


def test_a_file_of_two_layouts_says_so(tmp_path: Path) -> None:
    file = tmp_path / "mixed.csv"
    file.write_text(gdelt_row(1, 57) + gdelt_row(2, 58) + gdelt_row(3, 57))
    got = imported("gdelt", file, tmp_path / "out")
    assert [record["id"] for record in got.records] == ["gdelt:410000001", "gdelt:410000003"]
    [bad] = got.quarantine
    assert (bad["row"], bad["code"]) == (2, "CAS605")
    assert "58 cells where 57 belong" in bad["reason"]


def test_a_file_with_a_number_of_columns_that_no_layout_has_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mentions.csv"
    file.write_text("\t".join("abcdefghijklmnop") + "\n")
    with pytest.raises(UsageError, match=r"the first row has 16 cells; .* has 61 or 58 or 57"):
        imported("gdelt", file, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_status_is_by_the_number_of_outlets(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(gdelt_row(1, NumSources="1") + gdelt_row(2, NumSources="3") + gdelt_row(3, NumSources=""))
    got = imported("gdelt", file, tmp_path / "out")
    assert [record["status"] for record in got.records] == ["alleged", "occurred", "alleged"]
    assert got.records[1]["coding"]["notes"].startswith("Coded by machine")
    assert "10, 3, 10" in got.records[1]["coding"]["notes"]


@pytest.mark.parametrize(
    ("code", "type_", "mode", "roles"),
    [
        ("040", "meeting", None, ["party", "party"]),
        ("042", "meeting", None, ["party", "party+host"]),
        ("043", "meeting", None, ["party+host", "party"]),
        ("045", "talks", "mediated", ["mediator", "party"]),
        ("138", "statement", "threat", ["initiator", "addressee"]),
        ("190", "unspecified-violence", None, ["initiator", "target"]),
        ("1952", "air-attack", "drones", ["initiator", "target"]),
        ("073", "aid", "humanitarian", ["initiator", "beneficiary"]),
    ],
)
def test_codes_keep_their_zeros_and_roles_fit_the_type(
    tmp_path: Path, code: str, type_: str, mode: str | None, roles: list[str]
) -> None:
    file = tmp_path / "a.csv"
    file.write_text(gdelt_row(EventCode=code))
    got = imported("gdelt", file, tmp_path / "out")
    [record] = got.records
    assert (record["type"], record["mode"]) == (type_, mode)
    assert ["+".join(each["roles"]) for each in record["participants"]] == roles
    assert f"CAMEO {code}," in record["summary"]


def test_protests_are_counted_apart_and_unknown_codes_are_not_guessed(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    codes = ["141", "1411", "0241", "40", "", "195"]
    file.write_text("".join(gdelt_row(place, EventCode=code) for place, code in enumerate(codes)))
    got = imported("gdelt", file, tmp_path / "out")
    assert got.report.skipped == {"protests": 2, "domestic politics": 1}
    assert [(row["row"], row["code"]) for row in got.quarantine] == [(4, "CAS603"), (5, "CAS604")]
    assert got.report.records == 1


@pytest.mark.parametrize(
    ("kind", "feature", "precision", "place", "what"),
    [
        ("1", "UP", 6, "gdelt:1-UP", "country"),
        ("2", "ID", 4, "gdelt:2-ID", "region"),
        ("3", "944840", 1, "gdelt:3-944840", "city"),
        ("5", "-2598067", 4, "gdelt:5--2598067", "region"),
    ],
)
def test_places_are_as_exact_as_their_type(
    tmp_path: Path, kind: str, feature: str, precision: int, place: str, what: str
) -> None:
    file = tmp_path / "a.csv"
    file.write_text(gdelt_row(ActionGeo_Type=kind, ActionGeo_FeatureID=feature))
    got = imported("gdelt", file, tmp_path / "out")
    [location] = got.records[0]["locations"]
    assert (location["place"], location["precision"]) == (place, precision)
    assert entry(got, "places", place)["kind"] == what


def test_a_row_without_place_or_second_actor_is_a_record(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    nothing = dict.fromkeys(("Actor2Code", "Actor2Name", "Actor2CountryCode", "ActionGeo_FeatureID"), "")
    empty = {"ActionGeo_Type": "0", "ActionGeo_FullName": "", "ActionGeo_Lat": "", "ActionGeo_Long": ""}
    file.write_text(gdelt_row(**nothing, **empty))
    got = imported("gdelt", file, tmp_path / "out")
    [record] = got.records
    assert record["locations"] == []
    assert [each["key"] for each in record["participants"]] == ["p1"]
    assert record["title"] == "Employ aerial weapons: RUSSIAN MILITARY"


def test_a_report_without_an_address_is_relayed(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    addresses = ["BBC Monitoring", "https://example.org/a b", "http://Example.ORG:8080/x"]
    file.write_text("".join(gdelt_row(place, SOURCEURL=each) for place, each in enumerate(addresses)))
    got = imported("gdelt", file, tmp_path / "out")
    relayed, spaced, upper = (record["sources"][0] for record in got.records)
    assert relayed["url"] == spaced["url"] == mapping("gdelt").page
    assert entry(got, "publishers", relayed["relays"][0])["name"] == "BBC Monitoring"
    assert upper["publisher"] == "gdelt:example.org"
    assert upper["url"] == "http://Example.ORG:8080/x"


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"SQLDATE": "20220231"}, "CAS602"),
        ({"SQLDATE": "2022-03-01"}, "CAS602"),
        ({"SQLDATE": ""}, "CAS604"),
        ({"GLOBALEVENTID": ""}, "CAS604"),
        ({"ActionGeo_Lat": "130.5", "ActionGeo_Long": "50.5"}, "CAS601"),
        ({"ActionGeo_Type": "9"}, "CAS603"),
        ({"DATEADDED": "20220101000000"}, "CAS206"),
    ],
)
def test_bad_cells_go_to_quarantine_with_the_reason(tmp_path: Path, cells: dict[str, str], code: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(gdelt_row(1, NumSources="2") + gdelt_row(2, NumSources="2", **cells))
    got = imported("gdelt", file, tmp_path / "out")
    assert got.report.records == 1
    assert {(row["row"], row["code"]) for row in got.quarantine} == {(2, code)}


def test_ids_that_stand_twice_are_found(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(gdelt_row(1) + gdelt_row(2) + gdelt_row(1))
    got = imported("gdelt", file, tmp_path / "out")
    assert [(row["row"], row["code"]) for row in got.quarantine] == [(3, "CAS606")]


@pytest.mark.parametrize("layout", [57, 58, 61])
def test_it_is_recognised_without_a_header(tmp_path: Path, layout: int) -> None:
    file = tmp_path / "some.CSV"
    file.write_text(gdelt_row(layout=layout))
    assert recognise(file).source == "gdelt"


def test_batches_do_not_change_what_comes_out(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    codes = ["195", "141", "042", "40", "020"]
    rows = [gdelt_row(place % 90, EventCode=codes[place % 5], NumSources=str(place % 3)) for place in range(100)]
    file.write_text("".join(rows))
    whole = imported("gdelt", file, tmp_path / "whole")
    parts = imported("gdelt", file, tmp_path / "parts", block=4096)
    assert parts.records == whole.records
    assert parts.quarantine == whole.quarantine
    assert parts.report.skipped == whole.report.skipped


@pytest.mark.skipif(not SAMPLE.is_file(), reason="the sample of GDELT 2 is not here")
def test_the_real_sample_is_read(tmp_path: Path) -> None:
    got = imported("gdelt", SAMPLE, tmp_path / "out")
    raw = [line.split("\t") for line in SAMPLE.read_text().splitlines()]
    assert got.report.rows == len(raw)
    assert got.report.quarantined == 0
    by_id = {row[0]: row for row in raw}
    for record in got.records:
        row = by_id[record["provenance"]["row_id"]]
        assert record["date"]["start"].strftime("%Y%m%d") == row[1]
        assert record["sources"][0]["url"] == row[60]
        assert f"CAMEO {row[26]}," in record["summary"]
        assert [each["actor"] for each in record["participants"]] == [f"gdelt:{row[at]}" for at in (5, 15) if row[at]]
