"""The Arrow schema and what it carries."""

import pyarrow as pa
import pytest

from casus.schema import SCHEMA_VERSION
from casus.schema.render_arrow import records_schema, table_schema
from casus.schema.tables import TABLES


def test_required_fields_and_lists_are_not_nullable():
    schema = records_schema()
    assert not schema.field("id").nullable
    assert not schema.field("claims").nullable
    assert schema.field("mode").nullable
    assert not schema.field("claims").type.value_field.nullable


def test_codes_are_dictionaries_at_any_depth():
    schema = records_schema()
    assert pa.types.is_dictionary(schema.field("type").type)
    quantity = schema.field("quantities").type.value_type
    assert pa.types.is_dictionary(quantity.field("measure").type)
    assert quantity.field("best").type == pa.float64()
    assert schema.field("date").type.field("start").type == pa.date32()


def test_fields_carry_their_descriptions():
    field = records_schema().field("quantities").type.value_type.field("replaces")
    assert b"earlier number" in field.metadata[b"description"]


def test_schema_carries_its_version():
    assert records_schema().metadata[b"casus_schema_version"].decode() == SCHEMA_VERSION


@pytest.mark.parametrize("name", TABLES)
def test_flat_tables_hold_scalars_only(name):
    for field in table_schema(TABLES[name].columns):
        assert not pa.types.is_nested(field.type), field.name


@pytest.mark.parametrize("name", TABLES)
def test_keys_are_columns(name):
    assert set(TABLES[name].key) <= {column.name for column in TABLES[name].columns}
