"""Every rule of imports has a counterexample, and a row that is changed so ends in quarantine by it, and says so."""

import json

import pyarrow.parquet as pq
import pytest
from importing import UCDP, counted, write

from casus.importers import import_files
from casus.schema.rules import ALL_RULES
from casus.schema.rules.base import Row

ROWS = [each for each in ALL_RULES if isinstance(each.counterexample, Row)]


def test_all_rules_of_imports_have_a_row():
    assert [each.code for each in ROWS] == [each.code for each in ALL_RULES if each.code.startswith("CAS6")]


@pytest.mark.parametrize("rule", ROWS, ids=lambda each: each.code)
def test_the_row_ends_in_quarantine_with_its_code_and_no_other(rule, tmp_path):
    example = rule.counterexample
    rows = [UCDP | dict(example.cells)] * (2 if example.twice else 1)
    path = write(tmp_path, [UCDP | {"id": "7"}, *rows, UCDP | {"id": "8"}], raw=example.cells if example.raw else ())
    import_files("ucdp-ged", [path], tmp_path / "out")
    said = counted(tmp_path / "out")
    assert said["codes"] == {rule.code: 1}
    (found,) = pq.read_table(tmp_path / "out" / "quarantine.parquet").to_pylist()
    assert (found["code"], found["reason"]) == (rule.code, example.says)
    assert found["row"] == (3 if example.twice else 2)
    assert found["file"] == path.name
    assert example.raw or json.loads(found["raw"])["side_a"] == UCDP["side_a"]


def test_what_is_wrong_with_a_row_is_all_found_in_one_run(tmp_path):
    path = write(tmp_path, [UCDP | {"latitude": "91", "type_of_violence": "x", "best": "two"}])
    report = import_files("ucdp-ged", [path], tmp_path / "out")
    assert dict(report.codes) == {"CAS601": 1, "CAS603": 1}  # two of the three cells are numbers
    found = pq.read_table(tmp_path / "out" / "quarantine.parquet").to_pylist()
    assert {each["path"] for each in found} == {"latitude", "type_of_violence", "best"}
    assert report.quarantined == 1


def test_a_fault_of_the_schema_is_said_in_the_words_of_the_record_engine(tmp_path):
    import_files("ucdp-ged", [write(tmp_path, [UCDP | {"low": "3"}])], tmp_path / "out")
    (found,) = pq.read_table(tmp_path / "out" / "quarantine.parquet").to_pylist()
    assert (found["code"], found["reason"]) == ("CAS202", "low 3.0, best 2.0 and high 3.0 are not in ascending order.")
