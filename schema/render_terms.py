"""What the JSON Schemas and the column types do not say: every code, the keys of the tables, and the rules.

Committed with every schema version (``json/terms.json``), so that two versions can be compared without their code.
"""

from __future__ import annotations

import json
from typing import Any

from casus.schema.rules import ALL_RULES, Scope
from casus.schema.tables import TABLES
from casus.schema.vocabulary import modes_of, names, vocabulary


def terms() -> dict[str, Any]:
    """Return the codes by vocabulary, the keys and coded columns by table, and the rules by code."""
    vocabularies = {name: list(vocabulary(name).codes) for name in names()}
    for code in vocabulary("event-types"):
        vocabularies[f"modes of {code}"] = list(modes_of(code))
    tables = {
        name: {
            "key": list(table.key),
            "codes": {field.name: field.vocabulary for field in table.columns if field.vocabulary},
        }
        for name, table in TABLES.items()
    }
    rules = {
        rule.code: {
            "title": rule.title,
            "scope": str(rule.scope),
            "severity": str(rule.severity),
            "authored_only": rule.authored_only,
        }
        for rule in ALL_RULES
        if rule.scope is not Scope.IMPORT  # about rows of other datasets, not about records
    }
    return {"vocabularies": vocabularies, "tables": tables, "rules": rules}


def terms_text() -> str:
    """Return the terms as they stand in their committed file."""
    return json.dumps(terms(), ensure_ascii=False, indent=1) + "\n"
