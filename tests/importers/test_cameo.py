"""CAMEO's codes: every one leads somewhere with a reason, as the vocabulary of types says."""

from __future__ import annotations

import pytest

from casus.importers.mapping import Code, shared_codes
from casus.schema.vocabulary import vocabulary

CODES = shared_codes("cameo.csv")
TYPES = {each.code: each for each in vocabulary("event-types").values}
#: Where the vocabulary says what one of our types may be there, and CAMEO's code says less than the type.
SAYS_LESS = "unspecified-violence"


def test_every_parent_of_a_code_is_there_and_no_root() -> None:
    assert {code[:2] for code in CODES} == {f"{root:02}" for root in range(1, 21)}
    assert {code[:3] for code in CODES} <= CODES.keys()
    assert all(code.isdigit() and 3 <= len(code) <= 4 for code in CODES)


def test_a_code_that_lost_its_zero_is_no_other_code() -> None:
    assert not {str(int(code)) for code in CODES if code.startswith("0")} & CODES.keys()


@pytest.mark.parametrize("code", CODES.values(), ids=CODES)
def test_a_code_leads_to_a_type_and_a_mode_of_it(code: Code) -> None:
    if not code.to:
        assert code.scope
        return
    assert code.to.keys() >= {"type", "source", "target"}
    roles = {each.code for each in vocabulary("roles").values}
    assert {*code.to["source"].split(), *code.to["target"].split()} <= roles
    if "mode" in code.to:
        assert code.to["mode"] in {mode.code for mode in TYPES[code.to["type"]].modes}


def test_protests_are_out_of_scope() -> None:
    assert {code.scope for code in CODES.values() if code.code.startswith("14")} == {"protests"}


def test_codes_agree_with_the_vocabulary_of_types() -> None:
    listed: dict[str, set[str]] = {}
    for each in TYPES.values():
        for code in each.extra["crosswalk"]["cameo"]:
            listed.setdefault(code, set()).add(each.code)
    assert listed.keys() <= CODES.keys()
    for code, types in listed.items():
        entry = CODES[code]
        assert not entry.to or entry.to["type"] in types | {SAYS_LESS}, code
