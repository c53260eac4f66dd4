"""``datapackage.json``: the release as a Data Package 2.0, each table with its Table Schema."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from casus.schema.constraints import Coded, Length, Pattern, Range
from casus.schema.description import Field, Kind, describe
from casus.schema.event import Event
from casus.schema.metadata import Facts, File, json_text, licence_name, licence_url, present
from casus.schema.metadata.codebook_rows import COLUMNS
from casus.schema.references import ForeignKey
from casus.schema.tables import TABLES
from casus.schema.types import CLEAN
from casus.schema.vocabulary import vocabulary

FILE = "datapackage.json"
_PROFILE = "https://datapackage.org/profiles/2.0"
_TYPES = {
    Kind.TEXT: "string",
    Kind.INTEGER: "integer",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.STRUCT: "object",
}
_PARQUET = {"format": "parquet", "mediatype": "application/vnd.apache.parquet"}


def data_package(facts: Facts) -> str:
    """Return the text of ``datapackage.json``."""
    return json_text(
        present(
            {
                "$schema": f"{_PROFILE}/datapackage.json",
                "name": facts.slug,
                "title": facts.title,
                "description": facts.description,
                "homepage": facts.homepage,
                "version": facts.version,
                "created": f"{facts.as_of}T00:00:00Z",
                "licenses": [_licence(facts.licence)],
                "contributors": [{"title": name, "roles": ["author"]} for name in facts.creators],
                "keywords": list(facts.keywords),
                "sources": [{"title": title, "path": path} for title, path in facts.sources],
                "resources": [_resource(facts, file) for file in facts.files],
            }
        )
    )


def _licence(licence: str) -> dict[str, Any]:
    return present({"name": licence, "title": licence_name(licence), "path": licence_url(licence)})


def _resource(facts: Facts, file: File) -> dict[str, Any]:
    if file.name in TABLES:
        table = TABLES[file.name]
        said, schema = table.description, _schema(table.columns, table.key, facts.keys.get(file.name, ()))
    elif file.name == "codebook":
        said, schema = "Every field and every code with its definition, one a row.", _schema(COLUMNS)
    else:
        said, schema = "One row per event, nested: the records themselves.", _schema(describe(Event).fields, ("id",))
    form = _PARQUET if file.path.endswith(".parquet") else {"format": "csv", "mediatype": "text/csv"}
    return {
        "$schema": f"{_PROFILE}/dataresource.json",
        "name": file.name,
        "type": "table",
        "description": said,
        "path": file.path,
        **form,
        "encoding": "utf-8",
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
        "schema": schema,
    }


def _schema(
    columns: Iterable[Field], key: tuple[str, ...] = (), foreign: tuple[ForeignKey, ...] = ()
) -> dict[str, Any]:
    columns = tuple(columns)
    # A primary key binds present values only; spells of states may have no known start.
    bound = {column.name for column in columns if column.required}
    return present(
        {
            "$schema": f"{_PROFILE}/tableschema.json",
            "fields": [_field(column, unique=key == (column.name,)) for column in columns],
            "primaryKey": list(key) if set(key) <= bound else [],
            "uniqueKeys": [list(key)] if key and not set(key) <= bound else [],
            # Readers do not agree on a key of several columns of which one is absent; such keys are left out.
            "foreignKeys": [_foreign(each) for each in foreign if len(each.columns) == 1 or set(each.columns) <= bound],
        }
    )


def _foreign(key: ForeignKey) -> dict[str, Any]:
    return {"fields": list(key.columns), "reference": {"resource": key.table, "fields": list(key.keys)}}


def _field(field: Field, *, unique: bool = False) -> dict[str, Any]:
    required = field.required or field.many or field.default is not None
    constraints: dict[str, Any] = {"required": True} if required else {}
    if unique:
        constraints["unique"] = True
    if field.many:
        constraints |= present({"minLength": field.items.least or None, "maxLength": field.items.most})
        return {"name": field.name, "type": "array", "description": field.description, "constraints": constraints}
    said: dict[str, Any] = {"name": field.name, "type": _TYPES.get(field.kind, "any"), "description": field.description}
    for each in field.constraints:
        match each:
            case Coded(name):
                words = vocabulary(name)
                constraints["enum"] = list(words.codes)
                said["categories"] = [{"value": value.code, "label": value.label} for value in words.values]
            case Range(least, most):
                constraints |= {"minimum": _number(field, least), "maximum": _number(field, most)}
            case Length(most, least):
                constraints |= {"minLength": least, "maxLength": most}
            case Pattern(regex, _, example) if each != CLEAN:
                # Table Schema's patterns are those of XML Schema: anchored as they are, and without \u escapes.
                constraints["pattern"] = regex.removeprefix("^").removesuffix("$")
                said["example"] = example
    return said | ({"constraints": constraints} if constraints else {})


def _number(field: Field, value: float) -> float:
    return int(value) if field.kind is Kind.INTEGER or float(value).is_integer() else value
