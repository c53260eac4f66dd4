"""casus.dyads and casus.panel: events as rows between actors, and as counts with zeros."""

import datetime as dt
import re

import pytest
from support import EXAMPLE, write_dataset

import casus
from casus.building import build_release
from casus.dyadic import Side, pairs_of

DAY = dt.date


def side(actor, role):
    return Side(actor, actor, role)


def shown(sides, **options):
    return [(one.actor, two.actor if two else None) for one, two in pairs_of(sides, **options)]


def test_initiators_act_on_targets_addressees_and_beneficiaries():
    sides = [side("A", "initiator"), side("B", "target"), side("C", "addressee"), side("D", "beneficiary")]
    assert sorted(shown(sides)) == [("A", "B"), ("A", "C"), ("A", "D")]


def test_parties_give_both_directions():
    assert shown([side("A", "party"), side("B", "party")]) == [("A", "B"), ("B", "A")]


def test_third_parties_give_no_rows():
    others = [side(name, name) for name in ("mediator", "host", "guest", "observer", "guarantor", "sponsor")]
    assert shown([side("A", "party"), side("B", "party"), *others]) == [("A", "B"), ("B", "A")]


def test_nobody_acts_on_itself_and_no_pair_comes_twice():
    sides = [side("A", "initiator"), side("A", "beneficiary"), side("B", "target"), side("B", "addressee")]
    assert shown(sides) == [("A", "B")]
    assert next(pairs_of(sides))[1].role == "target"


def test_parties_act_on_a_beneficiary_only_without_an_initiator():
    sides = [side("A", "party"), side("B", "party"), side("A", "beneficiary")]
    assert shown(sides) == [("A", "B"), ("B", "A")]
    assert shown([side("A", "party"), side("C", "beneficiary")]) == [("A", "C")]
    assert shown([side("X", "initiator"), side("A", "party"), side("C", "beneficiary")]) == [("X", "C")]


def test_monadic_rows_are_of_those_who_act_on_nobody():
    assert shown([side("A", "initiator")]) == []
    assert shown([side("A", "initiator"), side("M", "mediator")], monadic=True) == [("A", None)]
    assert shown([side("A", "initiator"), side("B", "target")], monadic=True) == [("A", "B")]


def attack(number, start, end=None, **more):
    people = [
        {"key": "p1", "actor": "RUS", "roles": ["initiator"]},
        {"key": "p2", "actor": "UKR", "roles": ["target"]},
    ]
    return {
        "id": f"{start}-attack-{number}",
        "type": "air-attack",
        "mode": "drones",
        "title": f"Attack number {number}",
        "summary": "Drones were launched.",
        "status": "occurred",
        "date": {"start": start, "end": end or start},
        "participants": people,
        "locations": [{"key": "l1", "place": "tur-istanbul"}],
        "quantities": [
            {"key": "q1", "measure": "drones-launched", "claimant": "UKR", "best": 10 * number, "sources": ["s1"]}
        ],
        "sources": EXAMPLE["sources"],
        "coding": EXAMPLE["coding"],
    } | more


RECORDS = [
    attack(1, "2025-01-30", "2025-02-02"),
    attack(2, "2025-03-10"),
    attack(3, "2025-03-11", "2025-03-20", date={"start": "2025-03-11", "end": "2025-03-20", "extent": "within"}),
    attack(4, "2025-06-01", status="scheduled", quantities=[]),
]


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """A release of four attacks, the last of them only planned."""
    folder = tmp_path_factory.mktemp("dyads") / "data"
    write_dataset(folder, RECORDS)
    return build_release(folder).folder


def counts(table, period):
    return {row[period].isoformat(): row["events"] for row in table.to_arrow().to_pylist()}


def test_dyads_of_a_release(release):
    found = casus.dyads(version=release).to_arrow().to_pylist()
    assert len(found) == 3
    first = found[0]
    assert (first["source"], first["source_role"], first["target"], first["target_role"]) == (
        "RUS", "initiator", "UKR", "target",
    )  # fmt: skip
    assert (first["cameo"], first["country"], first["date_start"]) == ("1952", "TUR", DAY(2025, 1, 30))


def test_planned_events_are_asked_for_and_have_no_cameo_code(release):
    found = casus.dyads(version=release, planned=True).to_arrow().to_pylist()
    assert [(row["status"], row["cameo"]) for row in found][-1] == ("scheduled", None)
    assert len(casus.dyads(version=release, status="scheduled")) == 1


def test_filters_are_those_of_load(release):
    assert len(casus.dyads(version=release, since="2025-03-01", until="2025-03-10")) == 1
    with pytest.raises(casus.UsageError, match="no type 'attack'"):
        casus.dyads(version=release, type="attack")


def test_nothing_chosen_keeps_the_columns(release):
    empty = casus.dyads(version=release, type="talks")
    assert len(empty) == 0
    assert empty.to_arrow().schema == casus.dyads(version=release).to_arrow().schema


def test_panel_counts_by_month_with_zeros(release):
    found = casus.panel("country-month", version=release)
    assert counts(found, "month") == {"2025-01-01": 1, "2025-02-01": 0, "2025-03-01": 2}
    assert set(found.to_arrow().column("country").to_pylist()) == {"TUR"}


def test_panel_runs_over_the_period_asked_for(release):
    found = casus.panel("country-month", version=release, since="2024-12-15", until="2025-04-02")
    assert counts(found, "month") == {
        "2024-12-01": 0, "2025-01-01": 1, "2025-02-01": 0, "2025-03-01": 2, "2025-04-01": 0,
    }  # fmt: skip


def test_every_day_of_an_event_counts_if_asked_and_an_interval_once(release):
    found = counts(casus.panel("country-day", days="every", version=release), "day")
    assert [found[f"2025-01-{day}"] for day in (30, 31)] + [found["2025-02-01"], found["2025-02-02"]] == [1] * 4
    assert (found["2025-02-03"], found["2025-03-11"], found["2025-03-12"]) == (0, 1, 0)
    assert sum(found.values()) == 6
    assert sum(counts(casus.panel("country-day", version=release), "day").values()) == 3


def test_event_that_began_before_the_period(release):
    wanted = {"version": release, "since": "2025-02-01", "until": "2025-02-28"}
    assert sum(counts(casus.panel("country-day", days="every", **wanted), "day").values()) == 2
    assert len(casus.panel("country-day", **wanted)) == 0


def test_dyad_month(release):
    found = casus.panel("dyad-month", version=release).to_arrow().to_pylist()
    assert {(row["source"], row["target"]) for row in found} == {("RUS", "UKR")}
    assert [row["events"] for row in found] == [1, 0, 2]


def test_planned_events_count_if_asked(release):
    assert counts(casus.panel(version=release, planned=True), "month")["2025-06-01"] == 1


def test_measure_is_added_by_its_rule(release):
    found = casus.panel(version=release, measure="drones-launched", rule="claimant:UKR").to_arrow().to_pylist()
    assert [(row["value"], row["counted"], row["left_out"]) for row in found] == [(10, 1, 0), (0, 0, 0), (50, 2, 0)]


def test_measure_without_a_number_is_unknown_and_not_zero(release):
    found = casus.panel(version=release, measure="drones-launched", rule="claimant:RUS").to_arrow().to_pylist()
    assert [(row["value"], row["left_out"]) for row in found] == [(None, 1), (0, 0), (None, 2)]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"by": "country-week"}, "There are: country-day, country-month, dyad-day, dyad-month"),
        ({"days": "all"}, "There are: start, every"),
        ({"measure": "killed"}, "A measure goes with a rule"),
        ({"rule": "max"}, "A measure goes with a rule"),
        ({"measure": "dead", "rule": "max"}, "no measure 'dead'"),
        ({"since": "June"}, "since takes a day"),
    ],
)
def test_wrong_request_says_what_is_allowed(release, wanted, said):
    with pytest.raises(casus.UsageError, match=said):
        casus.panel(version=release, **wanted)


def test_panel_ends_where_the_calendar_does(release):
    assert len(casus.panel("country-day", version=release, since="2025-03-10", until="2025-03-11")) == 2
    assert len(casus.panel(version=release, since="9990-01-01", until="9999-12-31", planned=True)) == 0
    assert len(casus.panel(version=release, since="0001-01-01", until="9999-12-31")) == 9999 * 12


def test_panel_that_would_be_too_large_is_refused(release, monkeypatch):
    monkeypatch.setattr("casus.panels._MOST_ROWS", 2)
    with pytest.raises(casus.UsageError, match="would have 3 rows"):
        casus.panel(version=release)


def test_nothing_chosen_is_an_empty_panel(release):
    for by in ("country-day", "dyad-month"):
        assert len(casus.panel(by, version=release, type="talks")) == 0


def test_bundled_release_has_no_events_without_their_pair():
    events = set(casus.load(columns=["id"]).to_arrow().column("id").to_pylist())
    assert set(casus.dyads().to_arrow().column("event_id").to_pylist()) <= events


def test_snippets_of_the_page_work(root, capsys):
    page = root / "docs/views.md"
    if not page.is_file():
        pytest.skip("the documents are not part of the installed package")
    pytest.importorskip("pandas", reason="pandas is not installed")
    for code in re.findall(r"^```python\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE):
        exec(code, {})  # noqa: S102 - the page's own code
    assert capsys.readouterr().out
