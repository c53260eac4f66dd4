"""The real file of UCDP Candidate: nothing is lost, and the totals are those of the raw file."""

import csv
import io
import zipfile
from collections import Counter

import pyarrow.parquet as pq
import pytest
from importing import counted, real

import casus
from casus.importers import import_files, recognise

MODES = {"1": "state-based", "2": "non-state", "3": "one-sided"}


@pytest.fixture(scope="module")
def raw():
    """The rows of the file, read by the standard library alone."""
    with zipfile.ZipFile(real("ucdp_candidate_22.0.2.csv.zip")) as archive:
        (name,) = (each for each in archive.namelist() if each.startswith("GEDEvent"))
        return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"), newline="")))


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    """The folder of the import."""
    folder = tmp_path_factory.mktemp("ucdp") / "out"
    import_files("ucdp-ged", [real("ucdp_candidate_22.0.2.csv.zip")], folder)
    return folder


def test_it_is_recognised_by_all_its_columns():
    assert str(recognise(real("ucdp_candidate_22.0.2.csv.zip"))) == "ucdp-ged (49 of 49 columns)"


def test_every_row_is_a_record_or_in_quarantine_with_a_true_reason(imported, raw):
    said = counted(imported)
    assert said["rows"] == len(raw)
    assert said["version"] == "22.0.2"
    assert said["records"] / said["rows"] >= 0.95
    assert said["drift"] == {}
    kept = {row["row"] for row in pq.read_table(imported / "quarantine.parquet").to_pylist()}
    broken = {
        number for number, row in enumerate(raw, 1) if not int(row["low"]) <= int(row["best"]) <= int(row["high"])
    }
    assert broken <= kept
    assert kept == broken or set(said["codes"]) > {"CAS202"}


def test_totals_by_country_and_kind_of_violence_are_those_of_the_raw_file(imported, raw):
    kept = {row["row"] for row in pq.read_table(imported / "quarantine.parquet").to_pylist()}
    events, best, civilians = Counter(), Counter(), Counter()
    for number, row in enumerate(raw, 1):
        if number not in kept:
            group = row["country"], MODES[row["type_of_violence"]]
            events[group] += 1
            best[group] += int(row["best"])
            civilians[group] += int(row["deaths_civilians"])
    country = {row["id"]: row["country"] for row in raw}
    found, found_best, found_civilians = Counter(), Counter(), Counter()
    for row in casus.scan(version=imported).to_arrow().to_pylist():
        group = country[row["external_ids"][0]["id"]], row["mode"]
        numbers = {each["key"]: each for each in row["quantities"]}
        found[group] += 1
        found_best[group] += int(numbers["q1"]["best"])
        found_civilians[group] += sum(int(each["best"]) for each in numbers.values() if each["item"] == "civilians")
    assert found == events
    assert found_best == best
    assert +found_civilians == +civilians


def test_no_means_is_invented_and_every_record_can_be_joined_back(imported, raw):
    rows = casus.scan(version=imported).to_arrow().to_pylist()
    assert {row["type"] for row in rows} == {"unspecified-violence"}
    known = {row["id"] for row in raw}
    for row in rows:
        number = row["provenance"]["row_id"]
        assert number in known
        assert row["id"] == f"ucdp-ged:{number}"
    assert casus.validate(imported).ok


def test_states_are_those_of_the_country_column(imported, raw):
    places = {row["id"]: row["country"] for row in casus.load("places", version=imported).to_arrow().to_pylist()}
    country = {row["id"]: row["country"] for row in raw}
    found = {}
    for row in casus.scan(version=imported).to_arrow().to_pylist():
        for each in row["locations"]:
            found.setdefault(country[row["external_ids"][0]["id"]], set()).add(places[each["place"]])
    assert found["Ukraine"] == {"UKR"}
    assert all(len(states) == 1 for states in found.values()), found
