"""casus.tally: one number per event, by a named rule, so that rivals are never added."""

import pytest
from support import EXAMPLE, write_dataset

import casus
from casus import tallying
from casus.building import build_release
from casus.releases import Release

ATTACK = {
    "id": "2025-06-01-attack",
    "type": "air-attack",
    "mode": "drones",
    "title": "A night of drones",
    "summary": "Drones were launched.",
    "status": "occurred",
    "date": {"start": "2025-06-01", "end": "2025-06-01"},
    "participants": EXAMPLE["participants"][1:2],
    "sources": EXAMPLE["sources"],
    "coding": EXAMPLE["coding"],
}


def number(key, claimant, **values):
    row = {"key": key, "measure": "drones-launched", "claimant": claimant, "sources": ["s1"]}
    return row | values


@pytest.fixture
def tally(tmp_path, monkeypatch):
    """Tally over one attack with the quantities given."""

    def run(*quantities, **wanted):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        write_dataset(folder, [ATTACK | {"quantities": list(quantities)}])
        release = Release.open(build_release(folder).folder)
        monkeypatch.setattr(tallying, "bundled", lambda _version: release)
        monkeypatch.setattr("casus.querying.bundled", lambda _version: release)
        return casus.tally("drones-launched", **wanted).to_arrow().to_pylist()

    return run


def test_rival_numbers_are_not_added(tally):
    (row,) = tally(number("q1", "UKR", best=472), number("q2", "RUS", best=100), rule="max", by="year")
    assert (row["year"], row["value"], row["events"], row["left_out"]) == ("2025", 472.0, 1, 0)
    assert (row["unit"], row["rule"]) == ("drones", "max")


@pytest.mark.parametrize(
    ("rule", "value"), [("min", 100.0), ("max", 472.0), ("median", 300.0), ("claimant:RUS", 100.0)]
)
def test_rule_chooses_the_number(tally, rule, value):
    rows = [number("q1", "UKR", best=472), number("q2", "RUS", best=100), number("q3", "example-news", best=300)]
    assert tally(*rows, rule=rule)[0]["value"] == value


def test_side_counts_where_its_bodies_agree(tally):
    assert tally(number("q1", "a-minister", best=472), rule="claimant:UKR")[0]["value"] == 472.0


def test_replaced_numbers_do_not_count(tally):
    rows = [number("q1", "UKR", best=400), number("q2", "UKR", best=472, replaces="q1")]
    assert tally(*rows, rule="min")[0]["value"] == 472.0


def test_running_totals_and_single_places_do_not_count(tally):
    rows = [
        number("q1", "UKR", best=472),
        number("q2", "UKR", best=9000, cumulative=True),
        number("q3", "UKR", best=7, place="tur-istanbul"),
    ]
    assert tally(*rows, rule="max")[0]["value"] == 472.0
    assert tally(*rows, rule="min", by="month")[0]["value"] == 472.0


def test_number_for_all_things_wins_over_kinds_of_things(tally):
    rows = [number("q1", "UKR", best=472, item="drones"), number("q2", "UKR", best=300, item="strike-drones")]
    assert tally(*rows, rule="max")[0]["value"] == 472.0


def test_chosen_item_counts(tally):
    rows = [number("q1", "UKR", best=472, item="drones"), number("q2", "UKR", best=300, item="strike-drones")]
    assert tally(*rows, rule="max", item="strike-drones")[0]["value"] == 300.0


def test_several_kinds_without_a_whole_are_left_out_and_counted(tally):
    rows = [number("q1", "UKR", best=200, item="strike-drones"), number("q2", "UKR", best=100, item="decoy-drones")]
    (row,) = tally(*rows, rule="max")
    assert (row["value"], row["events"], row["left_out"]) == (None, 0, 1)


def test_what_each_side_receives_is_never_added(tally):
    rows = [number("q1", "UKR", best=1212, recipient="UKR"), number("q2", "UKR", best=27, recipient="RUS")]
    assert tally(*rows, rule="max")[0]["left_out"] == 1
    assert tally(*rows, rule="max", recipient="RUS")[0]["value"] == 27.0


def test_words_are_left_out_and_counted(tally):
    (row,) = tally(number("q1", "UKR", words="dozens"), rule="max")
    assert (row["value"], row["left_out"]) == (None, 1)


def test_bounds_stand_for_the_number(tally):
    assert tally(number("q1", "UKR", low=100, high=200), rule="max")[0]["value"] == 150.0


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"rule": "sum"}, "The rules are claimant:ID, min, max and median"),
        ({"rule": "claimant:"}, "There is no rule"),
        ({"rule": "claimant:UKRAINE"}, "There is no claimant"),
        ({"rule": "max", "by": "colour"}, "no column 'colour'"),
        ({"rule": "max", "type": "attack"}, "no type 'attack'"),
    ],
)
def test_wrong_request_says_what_is_allowed(wanted, said):
    with pytest.raises(casus.UsageError, match=said):
        casus.tally("drones-launched", **wanted)


def test_unknown_measure_is_named():
    with pytest.raises(casus.UsageError, match="did you mean 'drones-launched'"):
        casus.tally("drones-launch", rule="max")


def test_the_rule_must_be_named():
    with pytest.raises(TypeError, match="rule"):
        casus.tally("drones-launched")


def test_bundled_release_tallies_the_record_night():
    rows = casus.tally("drones-launched", rule="claimant:ukr-air-force", id="2025-05-31-air-attack-ukraine")
    assert rows.to_arrow().column("value").to_pylist() == [472.0]


def test_bundled_release_tallies_the_bodies_that_ukraine_received():
    rows = casus.tally("bodies-returned", by="month", rule="claimant:UKR", recipient="UKR")
    months = {row["month"]: (row["value"], row["events"]) for row in rows.to_arrow().to_pylist()}
    assert months["2025-06"] == (6057.0, 5)
