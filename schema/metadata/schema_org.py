"""``schema.jsonld``: the release as a schema.org Dataset, for search engines."""

from __future__ import annotations

from typing import Any

from casus.schema.metadata import Facts, File, json_text, licence_url, present
from casus.schema.tables import TABLES

FILE = "schema.jsonld"
PARQUET = "application/vnd.apache.parquet"


def dataset_json_ld(facts: Facts) -> str:
    """Return the text of ``schema.jsonld``."""
    return json_text({"@context": "https://schema.org/", **head(facts), **_body(facts)})


def head(facts: Facts) -> dict[str, Any]:
    """Return what schema.org and Croissant say alike."""
    return present(
        {
            "@type": "Dataset",
            "name": facts.title,
            "description": facts.description,
            "url": facts.homepage,
            "version": facts.version,
            "license": licence_url(facts.licence) or facts.licence,
            "creator": [{"@type": "Organization", "name": name} for name in facts.creators],
            "keywords": list(facts.keywords),
            "dateModified": facts.as_of,
            "datePublished": facts.as_of,
            "inLanguage": "en",
            "isAccessibleForFree": True,
        }
    )


def _body(facts: Facts) -> dict[str, Any]:
    return present(
        {
            "temporalCoverage": "/".join(facts.period) if facts.period else None,
            "schemaVersion": facts.schema_version,
            "variableMeasured": [
                {"@type": "PropertyValue", "name": column.name, "description": column.description}
                for column in TABLES["events"].columns
            ],
            "distribution": [_download(file) for file in facts.files],
        }
    )


def _download(file: File) -> dict[str, Any]:
    return {
        "@type": "DataDownload",
        "name": file.name,
        "contentUrl": file.path,
        "encodingFormat": PARQUET if file.path.endswith(".parquet") else "text/csv",
        "contentSize": f"{file.bytes} B",
        "sha256": file.sha256,
    }
