"""Every counterexample raises its codes, and no others, in every engine that can hold it."""

import pytest
from columns import EVENT, LOOSE, TYPED, Why, batch_of, records_of, through_parquet, why_not

from casus.schema.constraints import IsoDate, NotNull
from casus.schema.description import Kind, walk
from casus.schema.rules.field import FIELD_RULES
from casus.schema.rules.record import RECORD_RULES

from .counterexamples import CASES
from .engines import (
    LIBRARIES,
    codes_by_columns,
    codes_by_record,
    codes_by_schema,
    codes_of_batch,
    has_overlong_list,
    schema_agrees,
)

SCHEMAS = {"loose": LOOSE, "typed": TYPED}
HELD = {form: [case for case in CASES if why_not(case.record, schema) is None] for form, schema in SCHEMAS.items()}
#: What loose columns cannot hold, and the codes that therefore never occur in them.
NEVER_IN_COLUMNS = {Why.UNKNOWN_FIELD: "CAS101", Why.OTHER_TYPE: "CAS103", Why.NO_DAY: "CAS110"}


#: The slow library has its turn in the long tier, if there is a fast one.
BY_LIBRARY = [pytest.param(each, marks=[pytest.mark.slow] if each != LIBRARIES[-1] else []) for each in LIBRARIES]


def named(case):
    return case.name


def differences(cases, found):
    """Return, by name, what was expected and what was found, where these differ."""
    return {
        case.name: (sorted(case.codes), sorted(codes))
        for case, codes in zip(cases, found, strict=True)
        if case.codes != codes
    }


@pytest.mark.parametrize("case", CASES, ids=named)
def test_record_engine(case):
    assert codes_by_record(case.record) == case.codes


@pytest.mark.parametrize("form", HELD)
def test_columns_all_in_one_batch(form):
    assert differences(HELD[form], codes_by_columns([case.record for case in HELD[form]], SCHEMAS[form])) == {}


@pytest.mark.parametrize("form", HELD)
def test_columns_through_parquet(form):
    batch = through_parquet(batch_of([case.record for case in HELD[form]], SCHEMAS[form]))
    assert differences(HELD[form], codes_of_batch(batch)) == {}


@pytest.mark.parametrize("form", HELD)
def test_records_read_back_from_parquet(form):
    records = records_of(through_parquet(batch_of([case.record for case in HELD[form]], SCHEMAS[form])))
    assert differences(HELD[form], map(codes_by_record, records)) == {}


@pytest.mark.slow
def test_columns_one_by_one():
    alone = [codes_by_columns([case.record])[0] for case in HELD["loose"]]
    assert differences(HELD["loose"], alone) == {}


@pytest.mark.parametrize("library", BY_LIBRARY)
def test_schema_engine(library):
    cases = [case for case in CASES if not has_overlong_list(case.record)]
    found = {case.name: codes_by_schema(case.record, library) for case in cases}
    wrong = {
        case.name: (sorted(case.codes), sorted(found[case.name]))
        for case in cases
        if not schema_agrees(case.codes, found[case.name])
    }
    assert wrong == {}


@pytest.mark.parametrize("library", BY_LIBRARY)
def test_schema_engine_names_a_list_that_is_too_long(library):
    cases = [case for case in CASES if has_overlong_list(case.record)]
    assert cases
    assert [case.name for case in cases if "CAS108" not in codes_by_schema(case.record, library)] == []


def test_every_rule_of_one_record_has_a_counterexample():
    codes = {code for case in CASES for code in case.codes}
    assert {rule.code for rule in (*FIELD_RULES, *RECORD_RULES)} - codes == set()


@pytest.mark.parametrize("path", [path for path, _ in walk(EVENT)])
def test_every_constraint_of_a_field_has_counterexamples(path):
    field = dict(walk(EVENT))[path]
    codes = {code for case in CASES if case.name.startswith(f"{path}: ") for code in case.codes}
    assert wanted_codes(field) - codes == set()


#: The code of each kind of constraint.
CODES = {
    "Coded": {"CAS104"},
    "Pattern": {"CAS105"},
    "Length": {"CAS107"},
    "Range": {"CAS106"},
    NotNull.__name__: {"CAS109"},
    IsoDate.__name__: {"CAS105", "CAS110"},
}


def wanted_codes(field):
    """Return the codes that the field's constraints can raise."""
    wanted = set(CODES[NotNull.__name__])
    for constraint in field.constraints:
        wanted |= CODES.get(type(constraint).__name__, set())
    wanted |= CODES[IsoDate.__name__] if field.kind is Kind.DATE else set()
    wanted |= {"CAS102"} if field.required else set()
    wanted |= {"CAS101"} if field.struct is not None else set()
    wanted |= {"CAS108"} if field.many else set()
    wanted |= {"CAS111"} if field.many and field.items.distinct else set()
    return wanted


@pytest.mark.parametrize("why", NEVER_IN_COLUMNS, ids=lambda why: NEVER_IN_COLUMNS[why])
def test_what_columns_cannot_hold_is_of_codes_that_they_never_give(why):
    # One schema of columns has one type a field: nothing else can stand in them, so nothing can be wrong.
    code = NEVER_IN_COLUMNS[why]
    assert any(code in case.codes for case in CASES if why_not(case.record) is why)
    assert [case.name for case in HELD["loose"] if code in case.codes] == []


def test_null_in_columns_is_wrong_in_lists_only():
    held = [case.name for case in HELD["loose"] if "CAS109" in case.codes]
    assert held
    assert all(name.endswith("a null item") for name in held)
