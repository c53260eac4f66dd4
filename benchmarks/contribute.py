"""Measure ``casus.validate`` on a folder of YAML records as a ratio to parsing them with PyYAML and Pydantic.

``python benchmarks/contribute.py`` writes a thousand records in files of their own (the authored ones, and copies of
them under other ids and in other years) and measures, interleaved in one run:

- PyYAML's C loader and Pydantic: ``yaml.load(text, CSafeLoader)`` and ``Event.model_validate_json`` (the bound is over
  this), and the same with the fields alone, without the rules of a record that the model applies;
- ``casus.validate``: strict reading with positions, fields, the rules of a record and across records, warnings; and the
  same where every record has a mistake, so that every file is asked for a position;
- and of both the reading alone.

"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from measuring import timed

from casus.documents import read_document
from casus.schema.event import FIELDS_ALONE, Event
from casus.validating import validate

BOUND = 1.5
DATASET = Path(__file__).resolve().parents[1] / "dataset"
_DAY = re.compile(r"\b(19|20)(\d\d)(?=-\d\d(-\d\d)?\b)")
_PAGE = re.compile(r"\burl: https?://[^/\s]+/")


def earlier(text: str, years: int) -> str:
    """Return the text of a record with every day so many years earlier, ids and addresses too."""
    if not years:
        return text
    moved = _DAY.sub(lambda found: str(int(found[0]) - years), text).replace("-02-29", "-02-28")
    return _PAGE.sub(rf"\g<0>{years}-years-earlier/", moved)


def write_records(into: Path, records: int) -> list[Path]:
    """Write at least so many records: the authored ones, and whole sets of copies of them in earlier years.

    Copies in the same year would all be near-duplicates of each other, which no folder of records is.
    """
    authored = sorted((DATASET / "records").rglob("*.yaml"))
    sets = range(-(-records // len(authored)))
    written = []
    for years, source in itertools.product(sets, authored):
        name = earlier(source.stem, years)
        path = into / name[:4] / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(earlier(source.read_text("utf-8"), years), "utf-8")
        written.append(path)
    return written


def sides(folder: Path, files: list[Path]) -> dict[str, Callable[[], Any]]:
    """Return what is measured, by name."""

    def load(path: Path) -> Any:
        return yaml.load(path.read_bytes(), yaml.CSafeLoader)

    def model(path: Path, context: Any = None) -> Event:
        text = json.dumps(load(path), ensure_ascii=False, default=str)
        return Event.model_validate_json(text, context=context)

    return {
        "PyYAML and Pydantic": lambda: [model(path) for path in files],
        "PyYAML and fields": lambda: [model(path, FIELDS_ALONE) for path in files],
        "casus.validate": lambda: validate(folder / "right"),
        "casus.validate, all wrong": lambda: validate(folder / "wrong"),
        "PyYAML alone": lambda: [load(path) for path in files],
        "reading alone": lambda: [read_document(path) for path in files],
        "reading, with positions": lambda: [read_document(path).locate(("id",)) for path in files],
    }


def measured(records: int, rounds: int) -> dict[str, Any]:
    """Return the ratios, and what ``casus.validate`` found."""
    with tempfile.TemporaryDirectory() as work:
        files = write_records(Path(work, "right"), records)
        for path in files:
            text = re.sub(r"^status: ", "status: un", path.read_text("utf-8"), count=1, flags=re.MULTILINE)
            copy = Path(work, "wrong", path.parent.name, path.name)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text, "utf-8")
        report, wrong = validate(Path(work, "right")), validate(Path(work, "wrong"))
        medians = timed(sides(Path(work), files), rounds)
    both, fields, alone = (medians[f"PyYAML {name}"] for name in ("and Pydantic", "and fields", "alone"))
    return {
        "validate": medians["casus.validate"] / both,
        "validate, all wrong": medians["casus.validate, all wrong"] / both,
        "validate over fields": medians["casus.validate"] / fields,
        "reading": medians["reading alone"] / alone,
        "reading, with positions": medians["reading, with positions"] / alone,
        "at_most": BOUND,
        "seconds": medians,
        "records": report.checked,
        "errors": len(report.errors),
        "warnings": len(report.warnings),
        "errors, all wrong": len(wrong.errors),
    }


def main() -> int:
    """Print the ratios; return 1 if one with a bound is above it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    found = measured(chosen.records, chosen.rounds)
    if chosen.json:
        print(json.dumps(found, indent=2))
    else:
        lines = {
            "validate": f"(at most {BOUND})  validated, over PyYAML and Pydantic",
            "validate, all wrong": f"(at most {BOUND})  the same where every record has a mistake",
            "validate over fields": "validated, over PyYAML and Pydantic's fields alone",
            "reading": "read, over PyYAML alone",
            "reading, with positions": "read and asked for a position, over PyYAML alone",
        }
        print("\n".join(f"{found[name]:8.3f}  {text}" for name, text in lines.items()))
        print(f"{found['records']} records, {found['errors']} errors, {found['warnings']} warnings", end="; ")
        print(f"where every record has a mistake, {found['errors, all wrong']} errors")
    return int(max(found["validate"], found["validate, all wrong"]) > BOUND)


if __name__ == "__main__":
    sys.exit(main())
