"""Everything that is generated and committed: ``python -m casus.schema.artefacts --write`` in a checkout."""

from __future__ import annotations

import sys
from pathlib import Path

from casus.schema.render_codebook import codebook, rules_page
from casus.schema.render_csv import csv_page
from casus.schema.render_engines import engines_page
from casus.schema.render_json import event_schema, list_name, list_schema, schema_text
from casus.schema.render_report import report_schema

UPDATE = "python -m casus.schema.artefacts --write"
_LISTS = ("actor", "place", "publisher", "state", "revision", "wanted", "exception")


def artefacts(root: Path) -> dict[str, str]:
    """Return the text of every generated file by its path in the checkout.

    The codebook's hand-written half is read from ``docs/codebook-rules.md`` in the checkout.
    """
    from casus.schema.render_arrow import records_schema, schema_lines, table_schema
    from casus.schema.tables import TABLES

    texts = {"schema/json/event.schema.json": schema_text(event_schema())}
    for kind in _LISTS:
        texts[f"schema/json/{list_name(kind)}.schema.json"] = schema_text(list_schema(kind))
    texts["schema/json/report.schema.json"] = schema_text(report_schema())
    texts["schema/arrow/records.txt"] = schema_lines(records_schema())
    for name, table in TABLES.items():
        texts[f"schema/arrow/{name}.txt"] = schema_lines(table_schema(table.columns))
    texts["docs/codebook.md"] = codebook((root / "docs/codebook-rules.md").read_text("utf-8"))
    texts["docs/csv-template.md"] = csv_page()
    texts["docs/rules.md"] = rules_page()
    texts["docs/engines.md"] = engines_page()
    return texts


def stale(root: Path) -> list[str]:
    """Return the paths of generated files that are missing or differ from what the schema gives."""
    return [path for path, text in artefacts(root).items() if not _is(root / path, text)]


def _is(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text("utf-8") == text


def main(arguments: list[str]) -> int:
    """Write what is stale, or say what is; return the exit code."""
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
    for path in paths:
        sys.stdout.write(f"stale: {path}; run: {UPDATE}\n")
    return 1 if paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
