"""The vocabularies: complete texts, codes that hold together, crosswalks that exist."""

import re

import pytest

from casus.schema import SchemaDefinitionError, vocabulary
from casus.schema.corpus import MODELS
from casus.schema.description import describe, walk
from casus.schema.vocabulary import TEXTS, modes_of, names

PLOVER = {
    "AGREE",
    "CONSULT",
    "SUPPORT",
    "CONCEDE",
    "COOPERATE",
    "AID",
    "RETREAT",
    "REQUEST",
    "ACCUSE",
    "REJECT",
    "THREATEN",
    "PROTEST",
    "SANCTION",
    "MOBILIZE",
    "COERCE",
    "ASSAULT",
}
ACLED = {
    "Battles",
    "Explosions/Remote violence",
    "Protests",
    "Riots",
    "Strategic developments",
    "Violence against civilians",
}


def every_value():
    for name in names():
        for value in vocabulary(name).values:
            yield name, value
            for mode in value.modes:
                yield f"{name}/{value.code}", mode


@pytest.mark.parametrize(("where", "value"), list(every_value()), ids=lambda each: getattr(each, "code", each))
def test_value_has_all_its_texts(where, value):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value.code), where
    for text in TEXTS:
        assert getattr(value, text).strip(), f"{where}: {value.code}.{text}"


def test_every_vocabulary_is_used_by_a_field():
    used = {field.vocabulary for model in MODELS.values() for _, field in walk(describe(model))}
    derived = {"date-precisions", "history-kinds", "precisions", "modes"}
    assert set(names()) - derived == used - {None, "modes"}


def test_types_have_modes_domain_and_crosswalk():
    types = vocabulary("event-types")
    assert len(types) == 23
    for value in types.values:
        assert value.modes, value.code
        assert value.extra["domain"] in {"diplomacy", "pressure", "military"}
        walk_ = value.extra["crosswalk"]
        assert set(walk_) == {"plover", "cameo", "acled", "ucdp", "note"}, value.code
        assert {each["type"] for each in walk_["plover"]} <= PLOVER, value.code
        assert all(re.fullmatch(r"[0-9]{2,4}", code) for code in walk_["cameo"]), value.code
        assert {each["event_type"] for each in walk_["acled"]} <= ACLED, value.code
        assert set(walk_["ucdp"]) <= {"state-based", "non-state", "one-sided"}, value.code


def test_codes_with_leading_zeros_stay_text():
    cameo = [code for value in vocabulary("event-types").values for code in value.extra["crosswalk"]["cameo"]]
    assert any(code.startswith("0") for code in cameo)
    assert all(isinstance(code, str) for code in cameo)


def test_measures_fix_their_units():
    items = set(vocabulary("items"))
    for value in vocabulary("measures").values:
        assert value.extra["unit"], value.code
        assert value.extra["quantity_kind"] in {"count", "money", "share", "rate", "extent"}, value.code
        assert set(value.extra.get("whole_items", [])) <= items, value.code


def test_causal_relations_are_marked():
    causal = {value.code for value in vocabulary("relations").values if value.extra["causal"]}
    assert causal == {"retaliates-for", "results-from"}
    asserted = {value.code for value in vocabulary("relations").values if value.extra.get("asserted")}
    assert asserted == causal | {"bears-on"}


def test_modes_of_a_type():
    assert "mediated" in modes_of("talks")
    assert modes_of("no-such-type") == ()


def test_unknown_vocabulary_is_named():
    with pytest.raises(SchemaDefinitionError, match="No vocabulary is named 'colours'"):
        vocabulary("colours")
