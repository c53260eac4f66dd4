"""casus.crosswalk: the codes of other datasets and the types here, as a table."""

import pytest

import casus
from casus.crosswalking import OTHERS, cameo_of, matches
from casus.schema.vocabulary import modes_of, vocabulary

TYPES = vocabulary("event-types")


def rows(one, other, **wanted):
    found = casus.crosswalk(one, other).to_arrow().to_pylist()
    return [row for row in found if all(row[name] == value for name, value in wanted.items())]


def test_cameo_code_leads_to_types():
    found = rows("cameo", "casus", source="1952")
    assert {row["target"] for row in found} == {"air-attack"}
    assert {row["stated_by"] for row in found} >= {"view", "codebook"}


def test_type_and_mode_lead_to_one_cameo_code():
    (row,) = rows("casus", "cameo", source="aid", source_mode="military", stated_by="view")
    assert (row["target"], row["exactness"]) == ("072", "close")


def test_codes_are_texts_with_their_zeros():
    assert "040" in {row["source"] for row in rows("cameo", "casus")}


def test_plover_has_modes_and_contexts():
    (row,) = rows("plover", "casus", source="SANCTION", source_mode="expel", stated_by="codebook")
    assert (row["source_context"], row["target"]) == ("diplomatic", "relations")


def test_acled_sub_events_stand_in_the_mode():
    found = rows("acled", "casus", source="Battles", source_mode="Armed clash", stated_by="codebook")
    assert [row["target"] for row in found] == ["ground-combat"]


def test_ucdp_kinds_are_modes_of_unspecified_violence():
    (row,) = rows("ucdp", "casus", source="one-sided", target="unspecified-violence")
    assert (row["target_mode"], row["exactness"]) == ("one-sided", "close")


@pytest.mark.parametrize("other", OTHERS)
def test_both_directions_say_the_same(other):
    turned = {"broad": "narrow", "narrow": "broad"}

    def seen(row, one, two):
        return tuple(row[f"{end}{part}"] for end in (one, two) for part in ("", "_mode", "_context"))

    there = {(*seen(row, "source", "target"), row["exactness"]) for row in rows(other, "casus") if row["target"]}
    back = {
        (*seen(row, "target", "source"), turned.get(row["exactness"], row["exactness"])) for row in rows("casus", other)
    }
    assert there == back


def test_exactness_is_read_from_the_pairs():
    retreats = rows("plover", "casus", source="RETREAT", stated_by="codebook")
    found = {(row["source_mode"], row["target"]): row["exactness"] for row in retreats}
    assert found["release", "exchange"] == "close"
    known = {"broad", "narrow", "close", "overlap"}
    assert {row["exactness"] for other in OTHERS for row in rows("casus", other)} <= known


def test_every_type_and_mode_has_a_reason_and_is_known():
    from casus.crosswalking import _cameo_table

    table = _cameo_table()
    assert [(row["type"], row["mode"]) for row in table] == [
        (event_type, mode) for event_type in TYPES for mode in modes_of(event_type)
    ]
    assert all(row["why"] and ("cameo" in row) == ("exactness" in row) for row in table)
    assert all(isinstance(code, str) and code.isdigit() for code in cameo_of().values())


def test_cameo_codes_of_the_views_are_of_the_codebooks_families():
    """A code of the views is one that the codebook names for the type, or lies above or below one."""
    for (event_type, mode), code in cameo_of().items():
        named = TYPES[event_type].extra["crosswalk"]["cameo"]
        family = [each for each in named if code.startswith(each.rstrip("0")) or each.startswith(code.rstrip("0"))]
        assert family, (event_type, mode, code)


def test_targets_are_of_the_vocabulary():
    for other in OTHERS:
        for match in matches(other):
            assert match.ours.type in TYPES or (match.ours == (None, None, None) and match.stated_by == "importer")
            assert match.ours.mode is None or match.ours.mode in modes_of(match.ours.type)


def test_every_code_has_one_row_of_its_importer():
    for other in OTHERS:
        found = rows(other, "casus", stated_by="importer")
        codes = [(row["source"], row["source_mode"]) for row in found]
        assert found
        assert len(set(codes)) == len(codes)
        assert all(row["note"] for row in found)


def test_codes_that_the_importer_leaves_out_have_no_type():
    (row,) = rows("cameo", "casus", source="141", stated_by="importer")
    assert (row["target"], row["target_mode"], row["exactness"]) == (None, None, None)
    assert all(row["source"] for row in rows("casus", "cameo"))


def test_importer_and_views_agree_where_both_name_a_mode():
    imported = {row["source"]: row for row in rows("cameo", "casus", stated_by="importer")}
    for (event_type, mode), code in cameo_of().items():
        row = imported[code]
        if row["target_mode"] is not None:
            assert (row["target"], row["target_mode"]) == (event_type, mode)


def test_ucdp_numbers_lead_to_kinds_of_violence():
    found = rows("ucdp", "casus", stated_by="importer")
    assert [(row["source"], row["target"], row["target_mode"]) for row in found] == [
        ("1", "unspecified-violence", "state-based"),
        ("2", "unspecified-violence", "non-state"),
        ("3", "unspecified-violence", "one-sided"),
    ]


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        (("cameoo", "casus"), "no crosswalk of 'cameoo'.*did you mean 'cameo'"),
        (("cameo", "plover"), "between 'casus' and one of acled, cameo, plover, ucdp"),
        (("casus", "casus"), "between 'casus' and one of"),
        (("", "casus"), "There are: casus, acled, cameo, plover, ucdp"),
    ],
)
def test_wrong_names_say_which_there_are(pair, said):
    with pytest.raises(casus.UsageError, match=said):
        casus.crosswalk(*pair)
