"""``codebook.json`` and ``codebook.csv``: every field and every code, one a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from casus.schema.constraints import Coded, Length, Pattern, Range, Reference
from casus.schema.description import Field, Kind, describe, walk
from casus.schema.event import Event
from casus.schema.metadata import Facts, json_text, present
from casus.schema.tables import TABLES
from casus.schema.types import CLEAN
from casus.schema.vocabulary import Value, names, vocabulary

JSON_FILE, CSV_FILE = "codebook.json", "codebook.csv"


def _column(name: str, description: str, kind: Kind = Kind.TEXT, *, required: bool = False) -> Field:
    return Field(name, description, kind, required)


#: The columns of ``codebook.csv``, and the keys of the rows in ``codebook.json``.
COLUMNS = (
    _column("kind", "What the row is of: field, vocabulary or code.", required=True),
    _column("table", "For fields: the table that it is a column of; records for fields of the nested record."),
    _column("name", "The field, the vocabulary or the code.", required=True),
    _column("type", "For fields: text, integer, number, boolean, date, struct; list of these for lists."),
    _column("required", "For fields: whether it is always present.", Kind.BOOLEAN),
    _column("limits", "For fields: what may stand in it."),
    _column("vocabulary", "The vocabulary that a field's codes are from, or that the code is of."),
    _column("within", "For modes: the event type that has this mode."),
    _column("label", "For vocabularies and codes: the short name."),
    _column("definition", "What it means.", required=True),
    _column("includes", "For codes: what counts as this."),
    _column("excludes", "For codes: what does not, and what to use instead."),
    _column("example", "An example."),
    _column("since", "For codes: the schema version that brought it."),
)


def codebook_json(facts: Facts) -> str:
    """Return the text of ``codebook.json``: rows without what is empty in them."""
    head = {"title": facts.title, "version": facts.version, "schema_version": facts.schema_version}
    return json_text({**head, "rows": [present(row) for row in rows(facts)]})


def codebook_csv(facts: Facts) -> str:
    """Return the text of ``codebook.csv``."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [column.name for column in COLUMNS], lineterminator="\n")
    writer.writeheader()
    for row in rows(facts):
        required = {True: "true", False: "false"}.get(row["required"], "")
        writer.writerow({**row, "required": required})
    return text.getvalue()


def rows(facts: Facts) -> Iterator[dict[str, Any]]:
    """Yield the rows of the codebook: fields of the records, columns of the flat tables, vocabularies with codes."""
    for path, field in walk(describe(Event)):
        yield _of_field("records", path, field, None)
    for name, table in TABLES.items():
        for column in table.columns:
            yield _of_field(name, column.name, column, facts.examples.get((name, column.name)))
    for name in names():
        words = vocabulary(name)
        yield _row(kind="vocabulary", name=name, label=words.title, definition=words.description)
        if name == "modes":
            continue
        for value in words.values:
            yield _of_code(name, value)
            for mode in value.modes:
                yield _of_code("modes", mode, within=value.code)


def _row(**cells: Any) -> dict[str, Any]:
    return {column.name: cells.get(column.name) for column in COLUMNS}


def _of_field(table: str, name: str, field: Field, seen: Any) -> dict[str, Any]:
    return _row(
        kind="field",
        table=table,
        name=name,
        type=f"list of {field.kind}" if field.many else str(field.kind),
        required=field.required or field.many or field.default is not None,
        limits=limits(field),
        vocabulary=field.vocabulary,
        definition=field.description,
        example=_example(field) or seen,
    )


def _of_code(name: str, value: Value, within: str | None = None) -> dict[str, Any]:
    return _row(
        kind="code",
        name=value.code,
        vocabulary=name,
        within=within,
        label=value.label,
        definition=value.definition,
        includes=value.includes,
        excludes=value.excludes,
        example=value.example,
        since=value.since,
    )


def limits(field: Field) -> str:
    """Return in words what may stand in a field."""
    said = []
    if field.many:
        said.append(f"{field.items.least} to {field.items.most} items" + ", none twice" * field.items.distinct)
    for constraint in field.constraints:
        match constraint:
            case Coded(name):
                said.append(f"code of {name}")
            case Pattern(_, says, _) if constraint != CLEAN:
                said.append(says)
            case Length(most, least):
                said.append(f"{least} to {most} characters")
            case Range(least, most):
                said.append(f"{least:.15g} to {most:.15g}")
            case Reference(to):
                said.append(f"refers to: {to}")
    return "; ".join(said)


def _example(field: Field) -> str | None:
    pattern, coded = field.constraint(Pattern), field.constraint(Coded)
    if coded:
        return vocabulary(coded.vocabulary).codes[0]
    if pattern and pattern != CLEAN:
        return pattern.example
    return {Kind.DATE: "2025-06-02", Kind.BOOLEAN: "true"}.get(field.kind)
