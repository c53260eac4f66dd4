"""Codes of countries: what each system's code stood for on a day."""

from __future__ import annotations

import datetime as dt
from importlib.resources import files
from itertools import pairwise

import pyarrow as pa
import pytest
import yaml

from casus.importers.countries import codes, iso3, to_iso3

SYSTEMS = ("gw", "cow", "fips", "cameo", "name")


@pytest.mark.parametrize(
    ("system", "code", "day", "state"),
    [
        ("gw", "365", "1985-01-01", "SUN"),
        ("gw", "365", "2022-02-24", "RUS"),
        ("gw", "345", "1999-03-24", "YUG"),
        ("gw", "345", "2005-01-01", "SCG"),
        ("gw", "345", "2010-01-01", None),
        ("gw", "340", "2010-01-01", "SRB"),
        ("cow", "345", "2010-01-01", "SRB"),
        ("gw", "260", "2020-01-01", "DEU"),
        ("cow", "255", "2020-01-01", "DEU"),
        ("cow", "260", "2020-01-01", None),
        ("gw", "265", "1989-11-09", "DDR"),
        ("gw", "678", "2020-01-01", "YEM"),
        ("cow", "678", "2020-01-01", None),
        ("cow", "679", "2020-01-01", "YEM"),
        ("gw", "680", "1980-01-01", "YMD"),
        ("gw", "625", "2020-01-01", "SDN"),
        ("gw", "626", "2010-01-01", None),
        ("gw", "626", "2012-01-01", "SSD"),
        ("gw", "315", "1990-01-01", "CSK"),
        ("gw", "316", "1993-01-01", "CZE"),
        ("fips", "UP", "2022-02-24", "UKR"),
        ("fips", "RS", "2022-02-24", "RUS"),
        ("fips", "GM", "2022-02-24", "DEU"),
        ("fips", "GE", "2022-02-24", None),
        ("fips", "CH", "2022-02-24", "CHN"),
        ("fips", "SZ", "2022-02-24", "CHE"),
        ("fips", "SF", "2022-02-24", "ZAF"),
        ("fips", "ZA", "2022-02-24", "ZMB"),
        ("fips", "OD", "2012-01-01", "SSD"),
        ("fips", "GZ", "2022-02-24", "PSE"),
        ("fips", "UR", "1985-01-01", "SUN"),
        ("cameo", "ROM", "2020-01-01", "ROU"),
        ("cameo", "ZAR", "1990-01-01", "COD"),
        ("cameo", "TMP", "2005-01-01", "TLS"),
        ("cameo", "WSB", "2020-01-01", "PSE"),
        ("cameo", "EUR", "2020-01-01", None),
        ("cameo", "AFR", "2020-01-01", None),
        ("name", "Russian Federation", "2018-06-01", "RUS"),
        ("name", "the former Yugoslav Republic of Macedonia", "2018-06-01", "MKD"),
        ("name", "Congo", "2018-06-01", "COG"),
        ("name", "Democratic Republic of Congo", "2018-06-01", "COD"),
        ("name", "Atlantis", "2018-06-01", None),
    ],
)
def test_a_code_is_the_state_that_it_stood_for_that_day(system: str, code: str, day: str, state: str | None) -> None:
    assert iso3(system, code, dt.date.fromisoformat(day)) == state


def test_columns_resolve_row_by_row() -> None:
    column = pa.array(["365", "365", None, "999", "2"])
    days = pa.array([dt.date(1985, 1, 1), dt.date(2022, 1, 1), *[dt.date(2000, 1, 1)] * 3])
    assert to_iso3("gw", column, days).to_pylist() == ["SUN", "RUS", None, None, "USA"]


@pytest.mark.parametrize("system", SYSTEMS)
def test_spells_do_not_overlap(system: str) -> None:
    for code, spells in codes(system).items():
        for (_, end, _), (start, _, _) in pairwise(spells):
            assert end is not None, code
            assert start is not None, code
            assert end < start, code


def test_the_numbers_are_those_of_the_registry_of_states() -> None:
    text = (files("casus.dataset") / "registries" / "states.yaml").read_text("utf-8")
    for state in yaml.safe_load(text):
        day = dt.date(2020, 1, 1)
        for system, key in (("gw", "gwn"), ("cow", "cow")):
            if key in state:
                assert iso3(system, str(state[key]), day) == state["iso3"]
