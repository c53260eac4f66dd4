"""CAS506: one event recorded twice is suspected, two events that are alike are not."""

import copy
import datetime as dt
import sys

import pytest

from casus.checking import check
from casus.releases import bundled
from casus.schema.corpus import Corpus, Entry
from casus.schema.rules import similarity

#: Records as a second coder might write them: of, title, days later, pages that both read, numbers kept, more changes.
TWICE = (
    ("2025-06-02-istanbul-talks", "Russia and Ukraine meet for a second time in Istanbul", 0, 0, 0, {}),
    ("2025-06-02-istanbul-talks", "Delegations of Kyiv and Moscow meet at Ciragan Palace", 0, 2, 1, {}),
    ("2025-06-02-istanbul-talks", "Second round of Istanbul talks between Ukraine and Russia", 1, 3, 1, {}),
    ("2025-06-02-istanbul-talks", "Istanbul talks, second round", 0, 0, 0, {"locations": [{"place": "tur-istanbul"}]}),
    ("2025-05-31-air-attack-ukraine", "Russia attacks Ukraine with 472 drones and 7 missiles", 0, 0, 2, {}),
    ("2025-05-31-air-attack-ukraine", "Russian attack on Ukraine with over 470 drones", 0, 2, 0, {"mode": "drones"}),
    ("2025-05-31-air-attack-ukraine", "Russian drone and missile attack on Ukraine, record of 472 drones", 1, 2, 3, {}),
    ("2025-06-09-prisoner-exchange", "Prisoners under 25 exchanged by Russia and Ukraine", 0, 1, 0, {}),
    ("2025-06-09-prisoner-exchange", "Russia and Ukraine exchange prisoners under 25", 1, 3, 0, {}),
    ("2025-06-11-bodies-return", "Ukraine receives 1,212 bodies from Russia", 0, 0, 1, {}),
    ("2025-06-11-bodies-return", "Russia hands over the bodies of 1,212 fallen soldiers to Ukraine", 1, 2, 2, {}),
    ("2025-05-20-eu-17th-sanctions-package", "EU adopts the 17th sanctions package against Russia", 0, 1, 0, {}),
    ("2025-05-20-uk-sanctions", "UK announces 100 new sanctions on Russia", 0, 1, 1, {}),
    ("2025-05-30-fidan-kyiv-visit", "Hakan Fidan visits Kyiv for talks", 0, 0, 0, {}),
    ("2025-06-03-sumy-rocket-attack", "Russian rockets hit the centre of Sumy", 0, 0, 0,
     {"participants": [{"actor": "RUS", "roles": ["initiator"]}, {"actor": "UKR", "roles": ["target"]}]}),
    ("2025-06-02-russia-memorandum", "Russia hands Ukraine a memorandum on a settlement", 0, 2, 0, {"locations": []}),
    ("2025-05-28-ukraine-memorandum", "Ukraine gives Russia its memorandum on a ceasefire", 0, 1, 0, {}),
    ("2025-06-04-trump-putin-call", "Phone call of Trump and Putin after the airfield raid", 0, 1, 0, {}),
    ("2025-06-02-vilnius-summit", "Bucharest Nine and Nordic leaders hold a summit in Vilnius", 0, 0, 0, {}),
    ("2025-05-17-bilopillia-bus-attack", "Drone hits a bus at Bilopillia in Sumy Oblast", 0, 0, 1, {}),
)  # fmt: skip

#: Other events of the same kind: like, title, days later, pages in common, numbers kept, more changes.
ANOTHER = (
    ("2025-06-20-prisoner-exchange", "Russia and Ukraine exchange wounded prisoners", 1, 1, 0, {}),
    ("2025-06-09-prisoner-exchange", "Russia and Ukraine exchange a second group of prisoners", 0, 2, 0, {}),
    ("2025-06-09-prisoner-exchange", "Russia and Ukraine exchange a group of prisoners", 8, 2, 0, {}),
    ("2025-05-31-air-attack-ukraine", "Russian drone and missile attack on Ukraine, night to 2 June 2025", 1, 1, 0, {}),
    ("2025-05-31-air-attack-ukraine", "Russian drone and missile attack on Ukraine (118 drones reported)", 1, 1, 0, {}),
    ("2025-06-03-sumy-rocket-attack", "Russian rocket artillery strike on Sumy", 1, 1, 0, {}),
    ("2025-06-03-sumy-rocket-attack", "Russian rocket artillery strike on Kharkiv", 0, 0, 0,
     {"locations": [{"place": "ukr-kharkiv"}], "mode": "artillery"}),
    ("2025-06-02-istanbul-talks", "Direct Russia-Ukraine talks in Istanbul", 30, 0, 0, {}),
    ("2025-06-11-bodies-return", "Russia returns 1,200 bodies to Ukraine", 1, 0, 0, {}),
    ("2025-05-20-uk-sanctions", "United States imposes new sanctions on Russia", 0, 1, 0,
     {"participants": [{"actor": "USA", "roles": ["initiator"]}, {"actor": "RUS", "roles": ["target"]}],
      "locations": [{"place": "usa-washington"}]}),
    ("2025-05-20-eu-17th-sanctions-package", "EU Council adopts the 18th package of sanctions on Russia", 0, 1, 0, {}),
    ("2025-05-28-trump-two-weeks-statement", "Trump says that he is disappointed by the attacks", 0, 1, 0,
     {"issues": ["airspace"], "mode": "condemnation"}),
    ("2025-06-02-russia-local-truce-offer", "Russia offers to exchange all seriously ill prisoners", 0, 1, 0,
     {"issues": ["prisoners"], "mode": "other-offer"}),
    ("2025-05-30-fidan-kyiv-visit", "Poland's foreign minister Sikorski visits Kyiv", 0, 0, 0,
     {"participants": [{"actor": "POL", "roles": ["guest"]}, {"actor": "UKR", "roles": ["host"]}], "mode": "summit"}),
    ("2025-06-04-trump-putin-call", "Trump and Zelenskyy speak by phone after the airfield raid", 0, 0, 0,
     {"participants": [{"actor": "USA", "roles": ["initiator"]}, {"actor": "UKR", "roles": ["party"]}]}),
    ("2025-06-04-trump-putin-call", "Trump and Putin speak by phone about Iran", 10, 0, 0, {}),
    ("2025-05-27-drone-attack-russia", "Ukrainian drones attack Moscow in the night to 29 May 2025", 1, 1, 0, {}),
    ("2025-06-01-training-ground-strike", "Russian missile strike on a training ground in Chernihiv Oblast", 0, 0, 0,
     {"locations": [{"place": "ukr-chernihiv"}], "mode": "drones"}),
)  # fmt: skip


@pytest.fixture(scope="module")
def released():
    """All entries of the bundled release; links are left out, as by a coder who does not know the other record."""
    return [
        Entry(each.kind, {name: value for name, value in each.data.items() if name != "links"}, each.file)
        for each in bundled().entries()
    ]


def recoded(released, of, title, days, pages, numbers, more):
    record = copy.deepcopy(next(each.data for each in released if each.id == of))
    start = dt.date.fromisoformat(record["date"]["start"])
    end = dt.date.fromisoformat(record["date"].get("end", record["date"]["start"]))
    day = dt.timedelta(days=days)
    kept = [source | {"key": f"s{number}"} for number, source in enumerate(record["sources"][:pages], 1)]
    own = {
        "key": "s9",
        "url": f"https://second.example/{of}",
        "publisher": "ap",
        "title": title,
        "accessed": "2025-12-01",
    }
    record |= {
        "id": f"{(start + day).isoformat()}-second-coder",
        "title": title,
        "date": {"start": (start + day).isoformat(), "end": (end + day).isoformat()},
        "sources": [*kept, own],
        "quantities": record.get("quantities", [])[:numbers],
    }
    return Entry("event", record | more, "new.yaml")


def suspicions(released, entry):
    report = check(Corpus((*released, entry)), only=[entry])
    return [finding for finding in report.findings if finding.code == "CAS506"]


@pytest.mark.parametrize("case", TWICE, ids=lambda case: f"{case[0]} as {case[1][:30]}")
def test_one_event_recorded_twice_is_suspected(released, case):
    found = suspicions(released, recoded(released, *case))
    (finding,) = [each for each in found if case[0] in each.message]
    assert "the same type" in finding.message
    assert str(finding.severity) == "warning"


@pytest.mark.parametrize("case", ANOTHER, ids=lambda case: f"{case[0]} and {case[1][:30]}")
def test_another_event_is_not_suspected(released, case):
    assert suspicions(released, recoded(released, *case)) == []


def test_few_records_of_the_release_are_suspected_without_their_links(released):
    found = [each for each in check(Corpus(tuple(released))).findings if each.code == "CAS506"]
    assert len(found) < 0.07 * len(released)


def test_a_link_between_the_two_says_that_they_are_two(released):
    entry = recoded(released, *TWICE[0])
    entry.data["links"] = [{"key": "k1", "relation": "same-series", "target": TWICE[0][0]}]
    assert suspicions(released, entry) == []


@pytest.mark.parametrize("installed", [True, False])
def test_whether_an_exception_is_stale_is_told_only_with_rapidfuzz(released, monkeypatch, installed):
    exception = Entry("exception", {"code": "CAS506", "id": released[0].id, "reason": "None."}, "exceptions.yaml")
    monkeypatch.setattr("casus.schema.rules.dataset.installed", lambda: installed)
    codes = {each.code for each in check(Corpus((*released[:3], exception))).findings}
    assert ("CAS319" in codes) is installed


@pytest.mark.parametrize("listed", ["new", "old"])
def test_an_exception_for_either_of_the_two_silences_it_and_is_not_stale(released, listed):
    entry = recoded(released, *TWICE[0])
    record = entry.id if listed == "new" else TWICE[0][0]
    exception = Entry("exception", {"code": "CAS506", "id": record, "reason": "Two events."}, "exceptions.yaml")
    assert suspicions([*released, exception], entry) == []
    report = check(Corpus((*released, entry, exception)))
    told = {each.code for each in report.findings if each.file == entry.file or entry.id in each.message}
    assert told & {"CAS506", "CAS319"} == set()
    assert "CAS319" not in {each.code for each in report.findings}


def test_of_two_new_records_the_later_is_named(released):
    first = recoded(released, *TWICE[0])
    second = Entry("event", first.data | {"id": "2025-06-02-third-coder"}, "newer.yaml")
    context = [each for each in released if each.id != TWICE[0][0]]
    report = check(Corpus((*context, first, second)), only=[first, second])
    found = [each for each in report.findings if each.code == "CAS506"]
    assert [(each.file, first.id in each.message) for each in found] == [("newer.yaml", True)]


@pytest.mark.parametrize("broken", [{"date": "2 June"}, {"participants": [7]}, {"sources": {"url": 1}}, {"title": None},
                                    {"locations": [{"place": ["x"]}]}, {"quantities": [{"best": True}]},
                                    {"date": {"start": "2025-06-02", "end": 7}}])  # fmt: skip
def test_a_broken_record_is_compared_as_far_as_it_can_be_read(released, broken):
    entry = recoded(released, *TWICE[0][:5], broken)
    assert {each.code for each in check(Corpus((*released, entry)), only=[entry]).findings} & {
        "CAS101",
        "CAS103",
        "CAS109",
    }


def test_imported_rows_are_not_compared(released):
    entry = recoded(released, *TWICE[0])
    row = Entry("event", entry.data | {"id": "ucdp-ged:1"}, "rows.json")
    assert suspicions(released, row) == []


@pytest.fixture
def without_rapidfuzz(monkeypatch):
    """As if the extra were not installed."""
    monkeypatch.setitem(sys.modules, "rapidfuzz", None)
    monkeypatch.setitem(sys.modules, "rapidfuzz.fuzz", None)
    similarity._ratio.cache_clear()
    yield
    monkeypatch.undo()
    similarity._ratio.cache_clear()


@pytest.mark.usefixtures("without_rapidfuzz")
def test_the_standard_library_gives_the_same_verdicts(released):
    assert not similarity.installed()
    assert [case for case in TWICE if not suspicions(released, recoded(released, *case))] == []
    assert [case for case in ANOTHER if suspicions(released, recoded(released, *case))] == []


def test_rapidfuzz_is_used_where_it_is_installed():
    pytest.importorskip("rapidfuzz")
    similarity._ratio.cache_clear()
    assert similarity.installed()


def test_titles_without_words_are_alike_to_nothing():
    assert similarity.similarity("...", "Talks") == 0.0
    assert similarity.plain_ratio("talks in istanbul", "istanbul talks") == 100.0
