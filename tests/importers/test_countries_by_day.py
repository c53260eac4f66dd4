"""Codes of countries as columns give what they give one by one."""

import datetime as dt
import random

import pyarrow as pa
import pytest

from casus.importers.countries import codes, iso3, to_iso3


@pytest.mark.parametrize("system", ["gw", "cow", "fips", "cameo"])
@pytest.mark.parametrize("encoded", [True, False])
def test_a_column_gives_what_each_row_gives(system, encoded):
    chance = random.Random(7)
    known = [*codes(system), "unknown", "", None]
    column = [chance.choice(known) for _ in range(3000)]
    days = [chance.choice([None, dt.date(chance.randint(1800, 2025), chance.randint(1, 12), 3)]) for _ in column]
    given = pa.array(column, pa.string())
    found = to_iso3(system, given.dictionary_encode() if encoded else given, pa.array(days, pa.date32()))
    assert found.to_pylist() == [
        code if code is None else iso3(system, code, day) for code, day in zip(column, days, strict=True)
    ]


def test_nothing_gives_nothing():
    for length in (0, 3):
        found = to_iso3("gw", pa.nulls(length, pa.string()), pa.nulls(length, pa.date32()))
        assert found.to_pylist() == [None] * length
