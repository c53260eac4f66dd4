"""The engines agree on the verdict and on the set of codes, whatever is done to a record."""

from columns import LOOSE, TYPED, batch_of, through_parquet, why_not
from hypothesis import HealthCheck, event, given, settings
from strategies import mutated_records, valid_records

from .engines import (
    codes_by_columns,
    codes_by_record,
    codes_by_schema,
    codes_of_batch,
    has_overlong_list,
    schema_agrees,
)

# Always the same examples: a new one must never turn up in somebody else's change.
FIXED = settings(
    derandomize=True,
    max_examples=300,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


@FIXED
@given(valid_records())
def test_valid_records_are_valid_in_every_engine(record):
    assert codes_by_record(record) == set()
    assert codes_by_columns([record]) == [set()]
    assert codes_by_columns([record], TYPED) == [set()]
    assert codes_by_schema(record) == set()


@FIXED
@given(mutated_records())
def test_columns_agree_with_the_record_engine(record):
    why = why_not(record)
    event(f"in columns: {why or 'yes'}")
    if why is None:
        assert codes_by_columns([record], LOOSE) == [codes_by_record(record)]


@FIXED
@given(mutated_records())
def test_typed_columns_through_parquet_agree_with_the_record_engine(record):
    if why_not(record, TYPED) is None:
        assert codes_of_batch(through_parquet(batch_of([record], TYPED))) == [codes_by_record(record)]


@FIXED
@given(mutated_records())
def test_schema_agrees_with_the_record_engine(record):
    codes, found = codes_by_record(record), codes_by_schema(record)
    if has_overlong_list(record):
        assert "CAS108" in found
    else:
        assert schema_agrees(codes, found), (sorted(codes), sorted(found))
