"""``casus.codebook`` answers nested fields, tables and their columns, vocabularies and codes."""

import pytest

import casus
from casus.describing import columns, fields
from casus.schema import UsageError
from casus.schema.tables import TABLES
from casus.schema.vocabulary import names, vocabulary


def test_every_field_column_table_vocabulary_and_code_is_answered():
    for path, field in {**columns(), **fields()}.items():
        page = str(casus.codebook(path))
        assert page.startswith(path)
        assert field.description.split()[0] in page
    for name, table in TABLES.items():
        assert all(f"  {column.name}" in str(casus.codebook(name)) for column in table.columns)
    for name in names():
        if name == "modes":
            continue
        for code in vocabulary(name):
            assert code in str(casus.codebook(f"{name} {code}"))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("participants.role", "The first role"),
        ("participant", "participants\n"),
        ("participants[0].represented_by[1].office", "participants.represented_by.office\n"),
        ("quantities.claimant_side", "quantities.claimant_side\n"),
        ("events.date_start", "First day"),
        ("participant_roles.role", "vocabulary roles"),
        ("events.type talks", "Negotiators"),
        ("claimant_side", "claims.claimant_side"),
        ("links", "table links"),
        ("event-type", "event-types: Event type"),
        ("talks mediated", "mediated"),
    ],
)
def test_ways_to_ask(asked, said):
    assert said in str(casus.codebook(asked))


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ("participnts.roles", "participants.roles"),
        ("events.latitud", "events.latitude"),
        ("type tlks", "type talks"),
        ("events.type tlks", "events.type talks"),
        ("quantites", "quantities"),
    ],
)
def test_what_is_unknown_names_what_is_near(asked, near):
    with pytest.raises(UsageError, match=near):
        casus.codebook(asked)
