"""ICEWS: its two forms of date, its codes as text, its duplicates."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from imported_sources import DATA, entry, imported
from machine_coded import icews_header, icews_row

from casus.importers.mapping import mapping
from casus.importers.recognising import recognise
from casus.schema.errors import UsageError

SAMPLE = DATA / "icews_2018_sample.tsv"


def test_both_forms_of_date_are_read_and_no_other(tmp_path: Path) -> None:
    file = tmp_path / "events.tab"
    dates = ["2018-06-01", "1/31/2017", "31/1/2017", "01.06.2018", ""]
    file.write_text(icews_header() + "".join(icews_row(place, Event_Date=day) for place, day in enumerate(dates)))
    got = imported("icews", file, tmp_path / "out")
    assert [str(record["date"]["start"]) for record in got.records] == ["2018-06-01", "2017-01-31"]
    assert [(row["row"], row["code"]) for row in got.quarantine] == [(3, "CAS602"), (4, "CAS602"), (5, "CAS604")]


def test_a_record_says_that_a_machine_made_it_and_whose_report_it_was(tmp_path: Path) -> None:
    file = tmp_path / "events.tab"
    file.write_text(icews_header() + icews_row())
    got = imported("icews", file, tmp_path / "out")
    [record] = got.records
    assert (record["type"], record["status"]) == ("meeting", "alleged")
    assert record["coding"]["notes"] == "Coded by machine and read by nobody. Story 47400351, sentence 2"
    [source] = record["sources"]
    assert source["url"] == mapping("icews").page
    assert entry(got, "publishers", source["relays"][0])["name"] == "Example News"
    states = [entry(got, "actors", each["actor"])["of"] for each in record["participants"]]
    assert states == ["UKR", "RUS"]


@pytest.mark.parametrize(
    ("cells", "name", "kind", "precision"),
    [
        ({}, "Port Amber", "city", 1),
        ({"City": "NA", "District": "Lower District"}, "Lower District", "district", 3),
        ({"City": "NA"}, "Somewhere", "region", 4),
        ({"City": "NA", "Province": "NA"}, "Ukraine", "country", 6),
    ],
)
def test_the_finest_name_is_the_place(
    tmp_path: Path, cells: dict[str, str], name: str, kind: str, precision: int
) -> None:
    file = tmp_path / "events.tab"
    file.write_text(icews_header() + icews_row(**cells))
    got = imported("icews", file, tmp_path / "out")
    [location] = got.records[0]["locations"]
    place = entry(got, "places", location["place"])
    assert (place["name"], place["kind"], place["country"]) == (name, kind, "UKR")
    assert location["precision"] == precision


def test_two_names_that_look_alike_are_two_actors(tmp_path: Path) -> None:
    file = tmp_path / "events.tab"
    file.write_text(icews_header() + icews_row(Source_Name="Citizen (A)", Target_Name="Citizen [A]"))
    got = imported("icews", file, tmp_path / "out")
    assert len({each["actor"] for each in got.records[0]["participants"]}) == 2


def test_ids_that_stand_twice_are_found(tmp_path: Path) -> None:
    file = tmp_path / "events.tab"
    file.write_text(icews_header() + icews_row(1) + icews_row(2) + icews_row(1))
    got = imported("icews", file, tmp_path / "out")
    assert [(row["row"], row["code"]) for row in got.quarantine] == [(3, "CAS606")]


def test_a_table_without_its_codes_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "events.tab"
    names = [name for name in mapping("icews").layouts[0] if name != "CAMEO Code"]
    file.write_text("\t".join(names) + "\n" + "\t".join("x" * len(names)) + "\n")
    with pytest.raises(UsageError, match="'CAMEO Code' is missing"):
        imported("icews", file, tmp_path / "out")


def test_codes_that_a_spreadsheet_took_for_numbers_are_not_guessed(tmp_path: Path) -> None:
    file = tmp_path / "events.tab"
    codes = ["20", "40", "14", "0251", "251", "190"]
    file.write_text(icews_header() + "".join(icews_row(place, CAMEO_Code=code) for place, code in enumerate(codes)))
    got = imported("icews", file, tmp_path / "out")
    assert got.reasons() == {row: {"CAS603"} for row in (1, 2, 3, 5)}
    assert got.report.skipped == {"domestic politics": 1}
    assert [record["type"] for record in got.records] == ["unspecified-violence"]


def test_a_table_of_another_source_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "events.tab"
    file.write_text("conflict\tdeaths\n1\t2\n")
    with pytest.raises(UsageError, match="is not a table of ICEWS"):
        imported("icews", file, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_latin_1_is_read_if_it_is_said(tmp_path: Path) -> None:
    file = tmp_path / "events.tab"
    file.write_text(icews_header() + icews_row(City="Bogotá"), encoding="latin-1")
    with pytest.raises(UsageError, match="not utf-8"):
        imported("icews", file, tmp_path / "out")
    got = imported("icews", file, tmp_path / "again", encoding="latin-1")
    assert entry(got, "places", got.records[0]["locations"][0]["place"])["name"] == "Bogotá"


def test_it_is_recognised_by_its_columns(tmp_path: Path) -> None:
    file = tmp_path / "some.txt"
    file.write_text(icews_header() + icews_row())
    found = recognise(file)
    assert (found.source, found.sure) == ("icews", 1)


@pytest.mark.skipif(not SAMPLE.is_file(), reason="the sample of ICEWS is not here")
def test_the_real_sample_is_read(tmp_path: Path) -> None:
    got = imported("icews", SAMPLE, tmp_path / "out")
    with SAMPLE.open(newline="", encoding="utf-8") as file:
        raw = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    ids = Counter(row["Event ID"] for row in raw)
    assert got.report.rows == len(raw)
    assert got.report.quarantined == got.report.codes["CAS606"] == len(raw) - len(ids)
    outside = {code for codes in mapping("icews").out_of_scope("CAMEO Code").values() for code in codes}
    assert sum(got.report.skipped.values()) == sum(row["CAMEO Code"] in outside for row in raw)
    by_id = {row["Event ID"]: row for row in raw}
    for record in got.records:
        row = by_id[record["provenance"]["row_id"]]
        assert f"CAMEO {row['CAMEO Code']}," in record["summary"]
        assert str(record["date"]["start"]) == row["Event Date"]
    unknown = [row for row in got.registries["places"] if row["country"] is None]
    assert not unknown
