"""How the schema changes from version to version, and how much of a version a change takes.

``python -m casus.schema.evolution diff 0.1.0`` shows what has changed since a published version, and
``python -m casus.schema.evolution check`` fails where the declared version is too small.
"""

from __future__ import annotations

from casus.schema.evolution.changes import Bump, Change, least_bump, least_version
from casus.schema.evolution.checking import Verdict, judge, verdict
from casus.schema.evolution.documents import compare_documents
from casus.schema.evolution.editions import Edition, compare, edition, present_edition, published_edition
from casus.schema.evolution.tables import compare_tables, compare_terms

__all__ = [
    "Bump",
    "Change",
    "Edition",
    "Verdict",
    "compare",
    "compare_documents",
    "compare_tables",
    "compare_terms",
    "edition",
    "judge",
    "least_bump",
    "least_version",
    "present_edition",
    "published_edition",
    "verdict",
]
