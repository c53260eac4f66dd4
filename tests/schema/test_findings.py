"""What a finding carries to put things right: what is allowed, what was meant, and a fix to paste."""

import copy
import re

import pytest
import yaml
from support import EXAMPLE, corpus_of, patched

from casus.checking import check, check_entry
from casus.schema.corpus import Entry
from casus.schema.description import describe, walk
from casus.schema.event import Event
from casus.schema.findings import Finding, pointer
from casus.schema.rules import ALL_RULES
from casus.schema.rules.base import Patch
from casus.schema.rules.pasting import day, scalar
from casus.schema.rules.wording import Lexicon, closest, likeliest_first
from casus.schema.vocabulary import vocabulary

PATCHES = [each for each in ALL_RULES if isinstance(each.counterexample, Patch)]


def found(sets, code):
    """Return the one finding of that code in the example with these changes."""
    (finding,) = (each for each in check(corpus_of(patched(EXAMPLE, sets))).findings if each.code == code)
    return finding


@pytest.mark.parametrize(
    ("sets", "code", "nearest", "paste"),
    [
        ({"titel": "Talks"}, "CAS101", "title", "title: Talks"),
        ({"Title": "Talks"}, "CAS101", "title", "title: Talks"),
        ({"quantites": [{"key": "q1"}]}, "CAS101", "quantities", "quantities: ..."),
        ({"quantities[0].best": "66"}, "CAS103", None, "best: 66"),
        ({"quantities[0].best": "66.5"}, "CAS103", None, "best: 66.5"),
        ({"quantities[0].approx": "yes"}, "CAS103", None, "approx: true"),
        ({"title": 12}, "CAS103", None, 'title: "12"'),
        ({"issues": "ceasefire"}, "CAS103", None, "issues: [ceasefire]"),
        ({"type": ["talks"]}, "CAS104", "talks", "type: talks"),
        ({"type": "talk"}, "CAS104", "talks", "type: talks"),
        ({"type": "TALKS"}, "CAS104", "talks", "type: talks"),
        ({"participants[0].roles": ["party", "medator"]}, "CAS104", "mediator", "mediator"),
        ({"date.start": "2 June 2025"}, "CAS105", "2025-06-02", "start: 2025-06-02"),
        ({"date.start": "2025-6-2"}, "CAS105", "2025-06-02", "start: 2025-06-02"),
        ({"date.start": "02/06/2025"}, "CAS105", None, None),
        ({"mode": "direkt"}, "CAS104", "direct", "mode: direct"),
        ({"quantities[0].sources": ["s22"]}, "CAS213", "s2", "s2"),
        ({"claims[0].about": ["quantities/q22"]}, "CAS213", "quantities/q2", "quantities/q2"),
        ({"links[0].target": "2025-05-16-istanbul-talk"}, "CAS302", "2025-05-16-istanbul-talks",
         "target: 2025-05-16-istanbul-talks"),
        ({"participants[0].actor": "a-ministr"}, "CAS304", "a-minister", "actor: a-minister"),
        ({"participants[0].actor": "minister-a"}, "CAS304", "a-minister", "actor: a-minister"),
        ({"participants[0].actor": "ukraine"}, "CAS304", "UKR", "actor: UKR"),
        ({"locations[0].place": "istanbul"}, "CAS305", "tur-istanbul", "place: tur-istanbul"),
        ({"sources[0].publisher": "exmple-news"}, "CAS306", "example-news", "publisher: example-news"),
    ],
)  # fmt: skip
def test_what_was_probably_meant_and_the_fix_to_paste(sets, code, nearest, paste):
    finding = found(sets, code)
    assert (finding.nearest, finding.paste) == (nearest, paste)
    assert nearest is None or f"did you mean {nearest!r}" in finding.message


def test_a_missing_field_comes_with_its_form():
    record = copy.deepcopy(EXAMPLE)
    del record["sources"]
    missing = next(each for each in check_entry(Entry("event", record)) if each.path == ("sources",))
    assert missing.paste == "sources:\n  - {key: ..., url: ..., publisher: ..., title: ..., accessed: ...}"
    del record["type"]
    missing = next(each for each in check_entry(Entry("event", record)) if each.path == ("type",))
    assert missing.paste == "type: ..."
    assert missing.allowed == vocabulary("event-types").codes
    assert missing.see == "casus codebook type"


@pytest.mark.parametrize("each", PATCHES, ids=lambda each: each.code)
def test_what_can_be_pasted_is_yaml_and_puts_it_right(each):
    record = patched(EXAMPLE, each.counterexample.sets)
    for finding in check(corpus_of(record, each.counterexample.also)).findings:
        if finding.paste is None:
            continue
        data = yaml.safe_load(finding.paste)
        if "..." in finding.paste or isinstance(finding.path[-1], int):
            continue
        ((name, value),) = data.items()
        value = value if isinstance(value, str | int | float | list) else str(value)
        node = record
        for step in finding.path[:-1]:
            node = node[step]
        del node[finding.path[-1]]
        node[name] = value
        again = check(corpus_of(record, each.counterexample.also)).findings
        assert each.code not in {one.code for one in again}


def test_everything_that_is_allowed_is_data_and_the_likeliest_comes_first():
    finding = found({"type": "talk"}, "CAS104")
    assert finding.allowed[0] == "talks"
    assert sorted(finding.allowed) == sorted(vocabulary("event-types").codes)
    assert finding.allowed_text().endswith("and 17 more; all: casus codebook type")
    assert "unspecified-violence" not in finding.one_line()


def test_the_command_names_the_field_or_the_vocabulary_of_a_registry():
    assert found({"participants[0].roles": ["medator"]}, "CAS104").see == "casus codebook participants.roles"
    actor = Entry("actor", {"id": "UKR", "kind": "stat", "name": "Ukraine"})
    assert [each.see for each in check_entry(actor)] == ["casus codebook actor-kinds"]


def test_a_short_list_is_shown_whole():
    finding = found({"mode": "drones"}, "CAS203")
    assert finding.allowed_text() == "direct, mediated, proximity, technical"


def test_no_text_shows_a_regular_expression():
    regexes = {c.regex for _, field in walk(describe(Event)) for c in field.constraints if hasattr(c, "regex")}
    assert regexes
    for each in PATCHES:
        record = patched(EXAMPLE, each.counterexample.sets)
        for finding in check(corpus_of(record, each.counterexample.also)).findings:
            said = f"{finding.one_line()} {finding.allowed} {finding.paste}"
            assert not any(regex in said for regex in regexes), said
            assert not re.search(r"\[0-9\]|\(\?|\^\(|\)\$", said), said


def test_every_form_comes_with_an_example():
    forms = [
        found({"sources[0].url": "example.org"}, "CAS105"),
        found({"date.utc_offset": "3"}, "CAS105"),
        found({"id": "Istanbul"}, "CAS105"),
    ]
    assert all(", such as " in finding.allowed for finding in forms)


def test_findings_are_values():
    one, other = found({"type": "talk"}, "CAS104"), found({"type": "talk"}, "CAS104")
    assert one == other
    assert len({one, other}) == 1
    assert one.at(line=3).allowed == one.allowed


def test_a_finding_knows_its_rule():
    finding = Finding("CAS104", "x")
    assert (finding.title, finding.explanation) == ("Codes are in the vocabulary", "casus explain CAS104")
    assert finding.documentation == "docs/rules.md#cas104"
    assert Finding("CAS999", "x").title == ""


def test_every_link_to_the_documentation_leads_to_an_anchor(root):
    page = root / "docs/rules.md"
    if not page.is_file():
        pytest.skip("the documentation is not part of the installed package")
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    anchors = [re.sub(r"[^\w -]", "", each).strip().lower().replace(" ", "-") for each in headings]
    assert len(set(anchors)) == len(anchors)
    for rule in ALL_RULES:
        path, _, anchor = Finding(rule.code, "x").documentation.partition("#")
        assert (root / path) == page
        assert anchor in anchors


def test_control_characters_never_reach_a_message():
    finding = found({"participants[0].actor": "x\x1b[31m\u202e"}, "CAS105")
    assert "\x1b" not in finding.one_line()
    assert "\u202e" not in finding.message


def test_pointers_escape():
    assert pointer(("a/b", 0, "c~d")) == "/a~1b/0/c~0d"


@pytest.mark.parametrize(
    ("value", "known", "expected"),
    [
        ("Peace_Talks", ["peace-talks"], "peace-talks"),
        ("", ["a"], None),
        ("x" * 10_000_000, ["a"], None),
        (12, ["12"], None),
        ("zzz", ["talks"], None),
    ],
)
def test_closest(value, known, expected):
    assert closest(value, known) == expected


def test_names_count_only_if_they_are_equal():
    assert closest("Ukraine", ["UKR"], {"Ukraine": "UKR"}) == "UKR"
    assert closest("Ukrane", ["x-1"], {"Ukraine": "x-1"}) is None


def test_a_large_registry_is_searched_quickly():
    import time

    lexicon = Lexicon(f"{year}-01-{day:02}-event-{number}" for year in (2024, 2025) for day in range(30)
                      for number in range(2_000))  # fmt: skip
    start = time.perf_counter()
    assert lexicon.closest("2024-01-07-evnt-77") is not None
    for number in range(20):
        assert lexicon.closest(f"nothing-like-it-{number}") is None
    assert time.perf_counter() - start < 5


def test_likeliest_first_loses_nothing():
    words = vocabulary("event-types").codes
    assert sorted(likeliest_first("tlaks", words)) == sorted(words)


@pytest.mark.parametrize(
    "text", ["a b", "yes", "12", "0x1f", "12:30", "1e5", "null", "- a", "a: b", "a #b", "'", "", "~"]
)
def test_scalars_read_back_as_the_same_text(text):
    assert yaml.safe_load(f"key: {scalar(text)}") == {"key": text}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 June 2025", "2025-06-02"),
        ("June 2, 2025", "2025-06-02"),
        ("2025/06/02", "2025-06-02"),
        ("20250602", "2025-06-02"),
        ("2025-06-02T00:00:00", "2025-06-02"),
        ("2025-06-02T23:30:00Z", None),
        ("6/2/2025", None),
        ("2025-02-30", None),
        ("0001-01-01", None),
        ("tomorrow", None),
    ],
)
def test_a_day_is_read_only_where_it_can_be_read_in_one_way(text, expected):
    assert day(text) == expected
