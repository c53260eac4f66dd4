"""Every rule has a counterexample, and every counterexample raises its rule and no other."""

import copy
import json

import pytest
from support import EXAMPLE, corpus_of, patched

from casus.checking import check, check_entry
from casus.collection import read_records
from casus.schema import UsageError
from casus.schema.corpus import Entry
from casus.schema.rules import ALL_RULES, rule
from casus.schema.rules.base import Damage, Patch, Text
from casus.schema.rules.file import RELEASE_RULES

PATCHES = [each for each in ALL_RULES if isinstance(each.counterexample, Patch)]
TEXTS = [each for each in ALL_RULES if isinstance(each.counterexample, Text)]


def codes(report):
    return sorted({finding.code for finding in report.findings})


def test_the_example_breaks_no_rule():
    assert codes(check(corpus_of(copy.deepcopy(EXAMPLE)))) == []


@pytest.mark.parametrize("each", PATCHES, ids=lambda each: each.code)
def test_counterexample_raises_its_code_and_no_other(each):
    record = patched(EXAMPLE, each.counterexample.sets)
    assert codes(check(corpus_of(record, each.counterexample.also))) == [each.code]


@pytest.mark.parametrize("each", TEXTS, ids=lambda each: each.code)
def test_text_counterexample_raises_its_code(each, tmp_path):
    path = tmp_path / each.counterexample.name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(each.counterexample.content)
    _, findings = read_records([path])
    found = [finding for finding in findings if finding.code == each.code]
    assert found
    assert all(finding.line for finding in found)
    assert each.code == "CAS407" or all(finding.column or finding.column_name for finding in found)


def test_release_rules_name_a_damage():
    assert all(isinstance(each.counterexample, Damage) for each in RELEASE_RULES)


@pytest.mark.parametrize("each", ALL_RULES, ids=lambda each: each.code)
def test_rule_says_what_holds_why_and_what_to_do(each):
    assert each.title
    assert each.reason.endswith(".")
    assert each.fix.endswith((".", ")"))
    assert each.message


def test_message_of_a_finding_is_filled_in():
    record = patched(EXAMPLE, {"quantities[0].low": 120, "quantities[0].best": 70})
    (finding,) = check(corpus_of(record)).findings
    assert finding.message == "low 120 and best 70 are not in ascending order."
    assert finding.path == ("quantities", 0, "best")


def test_one_mistake_is_reported_once():
    record = patched(EXAMPLE, {"quantities[0].best": "67"})
    assert [finding.code for finding in check_entry(Entry("event", record))] == ["CAS103"]


def test_everything_wrong_is_found_in_one_run():
    record = patched(
        EXAMPLE,
        {
            "type": "talk",
            "date.end": "2025-06-01",
            "claims[0].about": ["quantities/q9"],
            "participants[0].actor": "ukr-nobody",
        },
    )
    assert codes(check(corpus_of(record))) == ["CAS104", "CAS201", "CAS213", "CAS304"]


def test_imported_rows_are_free_of_registry_and_editorial_rules():
    record = patched(
        EXAMPLE,
        {
            "id": "ucdp-ged:412345",
            "provenance": {"dataset": "ucdp-ged", "version": "25.1", "row_id": "412345", "licence": "CC-BY-4.0"},
            "type": "unspecified-violence",
            "mode": "state-based",
            "participants[0].actor": "gdelt:UKRGOV",
            "locations[0].place": "ucdp-ged:p17",
            "sources[1].relays": ["example-news"],
        },
    )
    assert codes(check(corpus_of(record))) == []


def test_an_authored_record_is_bound_by_them(example):
    example["participants"][0]["actor"] = "gdelt:UKRGOV"
    assert "CAS304" in codes(check(corpus_of(example)))


def test_exception_silences_the_rule_for_its_record_only(example):
    broken = patched(example, {"sources[1].relays": ["example-news"]})
    exception = {"code": "CAS502", "id": example["id"], "reason": "Only one outlet was there."}
    assert codes(check(corpus_of(broken, {"exception": [exception]}))) == []


def test_codes_are_unique_and_stable_in_form():
    assert len({each.code for each in ALL_RULES}) == len(ALL_RULES)
    assert all(each.code.startswith("CAS") and each.code[3:].isdigit() for each in ALL_RULES)


def test_unknown_code_is_named_with_the_nearest():
    with pytest.raises(UsageError, match="did you mean"):
        rule("CAS20l")


def test_relaying_one_report_is_one_source(example):
    both = patched(example, {"sources[0].relays": ["wire"], "sources[1].relays": ["wire"]})
    corpus = corpus_of(both, {"publisher": [{"id": "wire", "name": "Wire", "hosts": ["wire.example"],
                                             "owner": "private", "independence_group": "wire"}]})  # fmt: skip
    assert codes(check(corpus)) == ["CAS502"]


def test_two_outlets_of_one_group_are_one_source(example):
    one = json.loads(json.dumps(example))
    one["sources"][1] |= {"publisher": "sister-news", "url": "https://sister.example/talks"}
    sister = {"id": "sister-news", "name": "Sister", "hosts": ["sister.example"], "owner": "private",
              "independence_group": "example-news"}  # fmt: skip
    assert codes(check(corpus_of(one, {"publisher": [sister]}))) == ["CAS502"]


def test_a_list_with_a_bad_item_is_not_called_too_short():
    record = patched(EXAMPLE, {"participants[0].roles": ["participant"]})
    assert codes(check(corpus_of(record))) == ["CAS104"]


def test_a_malformed_id_is_not_also_called_unknown():
    record = patched(EXAMPLE, {"participants[0].actor": "UKRAINE"})
    assert codes(check(corpus_of(record))) == ["CAS105"]


def test_the_items_of_a_list_that_is_too_long_are_not_judged():
    record = patched(EXAMPLE, {"issues": ["no such issue", *(f"bad-{number}" for number in range(60))]})
    assert codes(check(corpus_of(record))) == ["CAS108"]


@pytest.mark.parametrize("value", [[1], {"a": 1}, 7, True])
@pytest.mark.parametrize("path", ["quantities[0].key", "quantities[1].replaces"])
def test_a_key_of_another_type_is_a_finding_and_no_crash(path, value):
    found = codes(check(corpus_of(patched(EXAMPLE, {path: value}))))
    assert "CAS103" in found or "CAS105" in found
