"""Every type of event and each of its modes, minimal and full, is valid in every engine."""

import pytest
from columns import EVENT, LOOSE, TYPED, batch_of, records_of, through_parquet

from casus.schema.description import walk
from casus.schema.rules.record import IMPORTED_ONLY
from casus.schema.vocabulary import modes_of

from .counterexamples import full, minimal, sparse, unclaimed
from .engines import LIBRARIES, codes_by_record, codes_by_schema, codes_of_batch
from .making import EVENT_TYPES, STATUSES

EXAMPLES = {
    f"{size.__name__} {event_type} {mode}": size(event_type, mode, imported=event_type in IMPORTED_ONLY)
    for event_type in EVENT_TYPES
    for mode in modes_of(event_type)
    for size in (minimal, full)
}
EXAMPLES |= {
    f"{size.__name__} imported {event_type}": size(event_type, imported=True)
    for event_type in EVENT_TYPES
    for size in (minimal, sparse, full)
}
EXAMPLES |= {
    f"{size.__name__} {status} {event_type}": size(event_type, status=status)
    for event_type in ("talks", "vote", "air-attack")
    for status in STATUSES
    for size in (minimal, sparse, unclaimed)
}
RECORDS = list(EXAMPLES.values())


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_is_valid_for_the_record_engine(name):
    assert codes_by_record(EXAMPLES[name]) == set()


@pytest.mark.parametrize("library", LIBRARIES)
def test_all_are_valid_for_the_schema_engine(library):
    found = {name: codes_by_schema(record, library) for name, record in EXAMPLES.items()}
    assert {name: codes for name, codes in found.items() if codes} == {}


@pytest.mark.parametrize("schema", [LOOSE, TYPED], ids=["loose", "typed"])
def test_all_are_valid_in_columns_and_through_parquet(schema):
    batch = batch_of(RECORDS, schema)
    assert [codes for codes in codes_of_batch(batch) if codes] == []
    assert [codes for codes in codes_of_batch(through_parquet(batch)) if codes] == []


@pytest.mark.parametrize("schema", [LOOSE, TYPED], ids=["loose", "typed"])
def test_all_come_back_from_parquet_valid(schema):
    back = records_of(through_parquet(batch_of(RECORDS, schema)))
    assert [codes for codes in map(codes_by_record, back) if codes] == []


def test_loose_columns_keep_records_as_they_are():
    assert records_of(through_parquet(batch_of(RECORDS))) == RECORDS


def test_every_optional_part_is_absent_in_one_and_present_in_another():
    optional = {path for path, field in walk(EVENT) if not field.required}
    paths = [paths_of(record, EVENT) for record in RECORDS]
    assert {path for path in optional if not any(path in each for each in paths)} == set()
    assert {path for path in optional if not any(_left_out(path, each) for each in paths)} == set()


def _left_out(path, present):
    """Whether the part is absent where it could stand."""
    above = path.rpartition(".")[0]
    return path not in present and (not above or above in present)


def paths_of(record, struct, prefix=""):
    """Return the paths of every field that a record has, in all items of its lists."""
    found = set()
    for name, value in record.items():
        field = struct.field(name)
        path = f"{prefix}{name}[]" if field.many else f"{prefix}{name}"
        found.add(path)
        if field.struct is not None:
            for each in value if field.many else [value]:
                found |= paths_of(each, field.struct, f"{path}.")
    return found
