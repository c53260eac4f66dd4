"""The description of the models: complete, and an error where it could not be."""

import datetime as dt
from typing import Annotated

import pytest
from pydantic import Field

from casus.schema import Event, SchemaDefinitionError
from casus.schema.base import Record
from casus.schema.constraints import Coded, Length
from casus.schema.corpus import MODELS
from casus.schema.description import Kind, describe, walk


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.__name__)
def test_every_field_is_described(model):
    for path, field in walk(describe(model)):
        assert field.description.endswith("."), path
        assert len(field.description) > 10, path


def test_walk_gives_nested_paths():
    paths = dict(walk(describe(Event)))
    assert paths["participants[].represented_by[].person"].kind is Kind.TEXT
    assert paths["date.concerns.start"].kind is Kind.DATE
    assert paths["quantities[].measure"].vocabulary == "measures"
    assert paths["sources[]"].items.least == 1
    assert not paths["mode"].required


def test_unknown_constraint_is_an_error():
    class Loose(Record):
        name: Annotated[str, "of no known kind"] = Field(description="A name.")

    with pytest.raises(SchemaDefinitionError, match=r"Loose\.name: no renderer knows 'of no known kind'"):
        describe(Loose)


def test_unknown_type_is_an_error():
    class Timed(Record):
        at: dt.datetime = Field(description="A moment.")

    with pytest.raises(SchemaDefinitionError, match=r"Timed\.at"):
        describe(Timed)


def test_missing_description_is_an_error():
    class Bare(Record):
        name: str

    with pytest.raises(SchemaDefinitionError, match=r"Bare\.name has no description"):
        describe(Bare)


def test_constraint_on_the_wrong_type_is_an_error():
    with pytest.raises(SchemaDefinitionError):

        class Wrong(Record):
            count: Annotated[int, Length(5)] = Field(description="A count.")


def test_constraints_are_values():
    assert Length(5) == Length(5)
    assert hash(Coded("issues")) == hash(Coded("issues"))
    assert Length(5) != Length(6)
