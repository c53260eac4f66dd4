"""Everything that is generated and committed: ``python -m casus.schema.artefacts --write`` in a checkout.

Without ``--write`` it checks: that nothing is stale, that published schema versions are as they were published, and
that the present version is great enough for what has changed. ``--publish`` freezes the present version.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import yaml

from casus.schema import SCHEMA_VERSION
from casus.schema.errors import UsageError
from casus.schema.evolution import verdict
from casus.schema.metadata import Facts
from casus.schema.metadata.citation import CFF_FILE, ZENODO_FILE, citation_cff, zenodo_json
from casus.schema.publishing import problems, publish
from casus.schema.registry import DatasetCard
from casus.schema.render_codebook import codebook, rules_page
from casus.schema.render_csv import csv_page
from casus.schema.render_engines import engines_page
from casus.schema.render_files import schema_files
from casus.schema.render_json import schema_text
from casus.schema.render_report import report_schema

UPDATE = "python -m casus.schema.artefacts --write"


def artefacts(root: Path) -> dict[str, str]:
    """Return the text of every generated file by its path in the checkout.

    The codebook's hand-written half is read from ``docs/codebook-rules.md`` in the checkout, the
    head of the citation files from ``dataset/dataset.yaml``.
    """
    texts = {f"schema/{name}": text for name, text in schema_files().items()}
    texts["schema/json/report.schema.json"] = schema_text(report_schema())
    texts["docs/codebook.md"] = codebook((root / "docs/codebook-rules.md").read_text("utf-8"))
    texts["docs/csv-template.md"] = csv_page()
    texts["docs/rules.md"] = rules_page()
    texts["docs/engines.md"] = engines_page()
    facts = _facts(root)
    texts[CFF_FILE] = citation_cff(facts)
    texts[ZENODO_FILE] = zenodo_json(facts)
    return texts


def _facts(root: Path) -> Facts:
    head = yaml.safe_load((root / "dataset/dataset.yaml").read_bytes())
    return Facts.of(DatasetCard.model_validate_json(json.dumps(head, default=str)), SCHEMA_VERSION)


def stale(root: Path) -> list[str]:
    """Return the paths of generated files that are missing or differ from what the schema gives."""
    return [path for path, text in artefacts(root).items() if not _is(root / path, text)]


def _is(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text("utf-8") == text


def main(arguments: list[str]) -> int:
    """Write what is stale, or say what is wrong; return the exit code."""
    root = Path.cwd()
    if not (root / "docs/codebook-rules.md").is_file():
        sys.stderr.write("Run this in the root of a checkout (docs/codebook-rules.md is not here).\n")
        return 2
    paths = stale(root)
    if "--write" in arguments:
        for path in paths:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(artefacts(root)[path], "utf-8", newline="\n")
            sys.stdout.write(f"wrote {path}\n")
        return 0
    found = verdict()
    if "--publish" in arguments and not paths and found.great_enough:
        try:
            sys.stdout.write("".join(f"wrote {path}\n" for path in publish(root / "schema")))
        except UsageError as error:
            sys.stderr.write(f"{error}\n")
            return 2
        return 0
    wrong = [f"stale: {path}; run: {UPDATE}" for path in paths]
    wrong += problems(root / "schema", root / "dataset/releases")
    wrong += [] if found.great_enough else found.lines()
    sys.stdout.write("".join(f"{line}\n" for line in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
