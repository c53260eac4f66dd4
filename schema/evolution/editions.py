"""One version of the schema as text: the present one from the code, published ones from their files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from casus.schema import SCHEMA_VERSION
from casus.schema.errors import UsageError
from casus.schema.evolution.changes import Bump, Change
from casus.schema.evolution.documents import compare_documents
from casus.schema.evolution.tables import compare_tables, compare_terms
from casus.schema.frozen import read_lines
from casus.schema.versions import digests, published

if TYPE_CHECKING:
    import pyarrow as pa

TERMS = "json/terms.json"


@dataclass(frozen=True)
class Edition:
    """The JSON Schemas, the column types and the terms of one schema version."""

    version: str
    documents: Mapping[str, Mapping[str, Any]]
    tables: Mapping[str, pa.Schema]
    terms: Mapping[str, Any]


def edition(version: str, texts: Mapping[str, str]) -> Edition:
    """Return a version from its files, by name (``json/event.schema.json``, ``arrow/events.txt`` ...)."""
    documents = {
        name.removeprefix("json/").removesuffix(".schema.json"): json.loads(text)
        for name, text in texts.items()
        if name.startswith("json/") and name != TERMS
    }
    tables = {
        name.removeprefix("arrow/").removesuffix(".txt"): read_lines(text)
        for name, text in texts.items()
        if name.startswith("arrow/")
    }
    return Edition(version, documents, tables, json.loads(texts[TERMS]))


def published_edition(version: str) -> Edition:
    """Return a published version.

    Raises
    ------
    UsageError
        If it is not published.
    """
    if version not in digests():
        raise UsageError(f"The schema version {version!r} is not published; there are: {', '.join(published())}.")
    root = files("casus.schema")
    texts = {}
    for name in digests()[version]:
        folder, _, file = name.partition("/")
        texts[name] = (root / folder / version / file).read_text("utf-8")
    return edition(version, texts)


def present_edition() -> Edition:
    """Return the version that the code says."""
    from casus.schema.render_files import schema_files

    return edition(SCHEMA_VERSION, schema_files())


def compare(before: Edition, after: Edition) -> list[Change]:
    """Return the differences of two versions, the greatest first."""
    found = [Change(Bump.MAJOR, "document removed", name) for name in before.documents if name not in after.documents]
    found += [Change(Bump.MINOR, "document added", name) for name in after.documents if name not in before.documents]
    for name, document in before.documents.items():
        if name in after.documents:
            found += compare_documents(document, after.documents[name], name)
    found += compare_tables(before.tables, after.tables)
    found += compare_terms(before.terms, after.terms)
    return sorted(dict.fromkeys(found), key=lambda change: (-change.bump, change.where, change.what, change.detail))
