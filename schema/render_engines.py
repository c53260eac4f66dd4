"""The page that says which engine can express which rule, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from casus.schema.findings import Severity
from casus.schema.render_rules import rendering
from casus.schema.rules.base import Rule
from casus.schema.rules.field import FIELD_RULES
from casus.schema.rules.record import RECORD_RULES, RecordRule

_HEAD = """\
<!-- Generated from the schema. Edit schema/ and run: python -m casus.schema.artefacts --write -->

# Which engine checks which rule

A record is checked by any of three engines, from one description of the fields and one text of every rule:

- **record**: the Pydantic models and the rules over one parsed record (`casus validate`, `casus.records()`);
- **columns**: Arrow batches, as they stand in `records.parquet` (`casus.schema.columnar.check_batch`);
- **JSON Schema**: `schema/json/event.schema.json`, for any validator of draft 2020-12 that asserts `format`. The code
  of a rule is the `$comment` beside its `title`; `casus.schema_engine` gives the codes of the fields too.

What a JSON Schema cannot say it accepts; it never refuses what the record engine accepts. Rules across records
(CAS3xx), files (CAS4xx) and the other editorial rules need more than one record and are no part of this page.

"""
#: What columns say of the rules of fields, where it is not a plain yes.
_COLUMNS: Mapping[str, str] = {
    "CAS101": "no: an unknown column is refused for the whole batch",
    "CAS103": "no: a column of another type is refused for the whole batch",
    "CAS109": "partly: in Arrow a null is absence; only a null in a list is found",
    "CAS110": "no: a column of days holds no other",
}
#: What a JSON Schema needs for the rules of fields, where it is not a plain yes.
_SCHEMA: Mapping[str, str] = {
    "CAS106": "yes (NaN and infinity are no JSON)",
    "CAS110": "yes, where the validator asserts `format`",
}


def engines_page() -> str:
    """Return the page: one row for every rule that looks at one record."""
    return _HEAD + "\n".join(_table()) + "\n"


def _table() -> Iterator[str]:
    yield "| rule | what holds | record | columns | JSON Schema |"
    yield "| --- | --- | --- | --- | --- |"
    for rule in FIELD_RULES:
        yield _row(rule, _COLUMNS.get(rule.code, "yes"), _SCHEMA.get(rule.code, "yes"))
    for record_rule in RECORD_RULES:
        yield _row(record_rule, "yes", _by_schema(record_rule))


def _row(rule: Rule, columns: str, schema: str) -> str:
    record = "yes" if rule.severity is Severity.ERROR else "yes, as a warning"
    return f"| [{rule.code}](rules.md#{rule.code.lower()}) | {rule.title} | {record} | {columns} | {schema} |"


def _by_schema(rule: RecordRule) -> str:
    found = rendering(rule)
    if found.grade == "partly":
        return f"partly: leaves out the part that {', '.join(found.lacks)}"
    return f"no: {', '.join(found.lacks)}" if found.grade == "no" else "yes"
