"""Real mistakes, as contributors make them: what is found, at which line and column, and what helps.

Each folder in ``cases`` holds record files (and registries) with a mistake, most of them with one. What a person would
expect to be told of them stands in ``expected.csv``, and nothing else may be found. The records, actors and publishers
are invented; the bundled release and the entries in ``registry`` are what the records are judged with.
"""

import csv
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import pytest

import casus
from casus.documents import MOST_BYTES
from casus.schema.findings import path_text
from casus.schema.rules import RULES, Scope
from casus.schema.rules.file import MOST_LISTED

HERE = Path(__file__).parent
CASES = sorted(path.name for path in (HERE / "cases").iterdir())
#: What is too large to be kept as a file: made by a test below.
LARGE = {"CAS407", "CAS415", "CAS420"}


class Expected(NamedTuple):
    """What is expected of one finding."""

    file: str
    code: str
    line: int
    column: int | None
    path: str


def _table():
    with (HERE / "expected.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _expected(case):
    rows = [row for row in _table() if row["file"].split("/")[0] == case]
    return {
        Expected(row["file"], row["code"], int(row["line"]), int(row["column"] or 0) or None, row["path"]): row[
            "nearest"
        ]
        for row in rows
    }


def _report(case):
    folder = HERE / "cases" / case
    own = folder / "registry"
    records = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.parent != own]
    return casus.validate(records, registry=[HERE / "registry", *([own] if own.is_dir() else [])])


def _found(report):
    found = defaultdict(list)
    for each in report.findings:
        file = Path(each.file).resolve().relative_to(HERE / "cases").as_posix()
        found[Expected(file, each.code, each.line, each.column, path_text(each.path))].append(each)
    return found


@pytest.mark.parametrize("case", CASES)
def test_mistake(case):
    expected, found = _expected(case), _found(_report(case))
    assert sorted(found) == sorted(expected)
    for spot, (finding, *more) in found.items():
        assert not more
        assert finding.fix or finding.allowed or finding.paste
        if expected[spot]:
            assert finding.nearest == expected[spot]


def test_every_row_of_the_table_is_of_a_file_that_is_there():
    for row in _table():
        assert (HERE / "cases" / row["file"]).is_file()


def test_every_code_that_a_file_can_raise_is_covered():
    codes = {rule.code for rule in RULES.values() if rule.scope not in {Scope.RELEASE, Scope.IMPORT}}
    assert {row["code"] for row in _table()} | LARGE == codes
    assert len(CASES) >= 80


def test_a_file_that_is_too_large(tmp_path):
    path = tmp_path / "2026-03-10-port-amber-talks.yaml"
    path.write_text("id: 2026-03-10-port-amber-talks\nsummary: " + "talks " * (MOST_BYTES // 6))
    (finding,) = casus.validate(path).findings
    assert (finding.code, finding.line, finding.column) == ("CAS407", 1, 1)


def test_a_line_that_is_too_long(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_text('{"id": "2026-03-10-port-amber-talks", "summary": "' + "talks " * (MOST_BYTES // 6) + '"}\n')
    (finding,) = casus.validate(path).findings
    assert (finding.code, finding.line, finding.column) == ("CAS415", 1, 1)


def test_a_file_with_more_mistakes_than_are_listed(tmp_path):
    path = tmp_path / "2026-03-10-port-amber-talks.yaml"
    path.write_text("".join(f"field_{number}: x\n" for number in range(MOST_LISTED + 5)))
    codes = [finding.code for finding in casus.validate(path).findings]
    assert codes.count("CAS420") == 1
    assert len(codes) == MOST_LISTED + 1
