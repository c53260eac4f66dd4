"""``croissant.json``: the release as Croissant 1.0, each flat table and each vocabulary a record set.

Foreign keys stand in ``datapackage.json`` only: readers of Croissant take ``references`` as joins that they carry out,
and a record set would no longer be the rows of its table. Points are left out, for want of a type for bytes; latitude
and longitude say the same.
"""

from __future__ import annotations

from typing import Any

from casus.schema.description import Field, Kind
from casus.schema.metadata import Facts, File, json_text, licence_url
from casus.schema.metadata.citation import bibtex
from casus.schema.metadata.schema_org import head
from casus.schema.tables import TABLES, Table
from casus.schema.vocabulary import Vocabulary, vocabulary

FILE = "croissant.json"
_TYPES = {
    Kind.TEXT: "sc:Text",
    Kind.INTEGER: "sc:Integer",
    Kind.NUMBER: "sc:Float",
    Kind.BOOLEAN: "sc:Boolean",
    Kind.DATE: "sc:Date",
}
#: Terms of Croissant's context, which the specification gives word for word.
_TERMS = (
    *("citeAs", "column", "equivalentProperty", "extract", "field", "fileProperty", "fileObject", "fileSet", "format"),
    *("includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex"),
    *("repeated", "replace", "samplingRate", "separator", "source", "subField", "transform"),
)
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "sc": "https://schema.org/",
    **{term: f"cr:{term}" for term in _TERMS},
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
}


def croissant(facts: Facts) -> str:
    """Return the text of ``croissant.json``."""
    tables = [file for file in facts.files if file.name in TABLES]
    used = sorted({column.vocabulary for file in tables for column in TABLES[file.name].columns if column.vocabulary})
    return json_text(
        {
            "@context": dict(sorted(_CONTEXT.items())),
            **head(facts),
            "@type": "sc:Dataset",
            "conformsTo": "http://mlcommons.org/croissant/1.0",
            "citeAs": bibtex(facts),
            "sdLicense": licence_url(facts.licence) or facts.licence,
            "distribution": [_file(file) for file in facts.files],
            "recordSet": [
                *(_record_set(TABLES[file.name]) for file in tables),
                *(_enumeration(vocabulary(name)) for name in used),
            ],
        }
    )


def _file(file: File) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.path,
        "name": file.path,
        "contentUrl": file.path,
        "contentSize": f"{file.bytes} B",
        "encodingFormat": "application/x-parquet" if file.path.endswith(".parquet") else "text/csv",
        "sha256": file.sha256,
    }


def _record_set(table: Table) -> dict[str, Any]:
    key = [{"@id": f"{table.name}/{name}"} for name in table.key]
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": table.description,
        "key": key[0] if len(key) == 1 else key,
        "field": [_field(table.name, column) for column in table.columns if column.kind in _TYPES],
    }


def _field(table: str, column: Field) -> dict[str, Any]:
    codes = f" Codes: codes/{column.vocabulary}." if column.vocabulary else ""
    return {
        "@type": "cr:Field",
        "@id": f"{table}/{column.name}",
        "name": column.name,
        "description": column.description + codes,
        "dataType": _TYPES[column.kind],
        "source": {"fileObject": {"@id": f"{table}.parquet"}, "extract": {"column": column.name}},
    }


def _enumeration(words: Vocabulary) -> dict[str, Any]:
    name = f"codes/{words.name}"
    parts = ("code", "label", "definition")
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"{words.title}. {words.description}",
        "dataType": "sc:Enumeration",
        "key": {"@id": f"{name}/code"},
        "field": [
            {"@type": "cr:Field", "@id": f"{name}/{part}", "name": part, "dataType": "sc:Text"} for part in parts
        ],
        "data": [{f"{name}/{part}": getattr(value, part) for part in parts} for value in words.values],
    }
