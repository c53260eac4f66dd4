"""The columnar engine gives the same verdicts in whatever form the columns come."""

import pyarrow as pa
import pytest
from columns import LOOSE, TYPED, batch_of, batch_of_rows, retyped, row_of, why_not

from casus.schema.columnar import check_batch

from .counterexamples import CASES
from .engines import BOTH, codes_of_batch, has_overlong_list

HELD = [case for case in CASES if why_not(case.record) is None]
#: int8 indices hold 127 words.
FEW = [case for case in HELD[::12] if not has_overlong_list(case.record)]


def _dictionary(index):
    return lambda kind: pa.dictionary(index, pa.string()) if pa.types.is_string(kind) else kind


def _all_large(kind):
    if pa.types.is_string(kind):
        return pa.large_string()
    return pa.large_list(kind.value_type) if pa.types.is_list(kind) else kind


FORMS = {
    "plain strings": lambda kind: kind,
    "dictionaries with int32 indices": _dictionary(pa.int32()),
    "dictionaries with int16 indices": _dictionary(pa.int16()),
    "large strings": lambda kind: pa.large_string() if pa.types.is_string(kind) else kind,
    "large lists": lambda kind: pa.large_list(kind.value_type) if pa.types.is_list(kind) else kind,
    "large strings and large lists": _all_large,
    "string views": lambda kind: pa.string_view() if pa.types.is_string(kind) else kind,
}
#: Rows that only make room, in a batch that is cut.
FIRST = 3


@pytest.fixture(scope="module")
def rows():
    return [row_of(case.record) for case in HELD]


def differences(cases, found):
    return {
        case.name: (sorted(case.codes), sorted(codes))
        for case, codes in zip(cases, found, strict=True)
        if case.codes != codes
    }


@pytest.mark.parametrize("form", FORMS)
def test_form(form, rows):
    batch = batch_of_rows(rows, retyped(LOOSE, FORMS[form]))
    assert differences(HELD, codes_of_batch(batch)) == {}


@pytest.mark.parametrize("form", FORMS)
def test_form_in_a_slice(form, rows):
    batch = batch_of_rows([*rows[-FIRST:], *rows, *rows[:5]], retyped(LOOSE, FORMS[form]))
    cut = batch.slice(FIRST, len(rows))
    assert differences(HELD, codes_of_batch(cut)) == {}


@pytest.mark.parametrize("form", FORMS)
def test_form_without_rows(form):
    verdicts = check_batch(batch_of_rows([], retyped(LOOSE, FORMS[form])), BOTH)
    assert (verdicts.length, verdicts.suspects()) == (0, [])


def test_dictionaries_with_int8_indices():
    schema = retyped(LOOSE, _dictionary(pa.int8()))
    found = [codes for case in FEW for codes in codes_of_batch(batch_of([case.record], schema))]
    assert differences(FEW, found) == {}


@pytest.mark.parametrize("first", range(0, 70, 7))
def test_slices_of_one_batch_at_any_offset(first, rows):
    cut = batch_of_rows(rows).slice(first, 61)
    assert differences(HELD[first : first + 61], codes_of_batch(cut)) == {}


def test_slices_of_the_typed_schema():
    held = [case for case in CASES if why_not(case.record, TYPED) is None]
    batch = batch_of([case.record for case in held], TYPED)
    found = [codes for first in range(0, len(held), 50) for codes in codes_of_batch(batch.slice(first, 50))]
    assert differences(held, found) == {}


def test_all_rows_invalid():
    broken = [case for case in HELD if case.codes]
    batch = batch_of([case.record for case in broken])
    assert check_batch(batch, BOTH).suspects() == list(range(len(broken)))


def test_unused_bad_words_in_every_dictionary():
    schema = retyped(LOOSE, _dictionary(pa.int32()))
    valid = [case.record for case in HELD if not case.codes]
    # The words of the broken rows stay in the dictionaries when the rows are cut off.
    batch = batch_of([*(case.record for case in HELD), *valid], schema).slice(len(HELD))
    assert [codes for codes in codes_of_batch(batch) if codes] == []
    assert any("no-such-code" in column.dictionary.to_pylist() for column in [batch.column("type")])


def test_null_words_in_a_dictionary():
    schema = retyped(LOOSE, _dictionary(pa.int32()))
    batch = batch_of([case.record for case in HELD], schema)
    indices, words = batch.column("mode").indices, batch.column("mode").dictionary
    column = pa.DictionaryArray.from_arrays(indices, pa.concat_arrays([words, pa.array([None], words.type)]))
    batch = batch.set_column(batch.schema.get_field_index("mode"), "mode", column)
    assert differences(HELD, codes_of_batch(batch)) == {}
