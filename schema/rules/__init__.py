"""All rules, in one registry by code."""

from __future__ import annotations

from casus.schema.errors import SchemaDefinitionError, UsageError
from casus.schema.rules.base import Rule, Scope
from casus.schema.rules.build import BUILD_RULES
from casus.schema.rules.dataset import DATASET_RULES
from casus.schema.rules.field import FIELD_RULES, nearest
from casus.schema.rules.file import FILE_RULES, RELEASE_RULES
from casus.schema.rules.imports import IMPORT_RULES
from casus.schema.rules.record import RECORD_RULES

ALL_RULES: tuple[Rule, ...] = tuple(
    sorted(
        (*FIELD_RULES, *RECORD_RULES, *DATASET_RULES, *FILE_RULES, *RELEASE_RULES, *BUILD_RULES, *IMPORT_RULES),
        key=lambda rule: rule.code,
    )
)
RULES = {rule.code: rule for rule in ALL_RULES}
if len(RULES) != len(ALL_RULES):
    raise SchemaDefinitionError("A rule code stands twice in the registry.")


def rule(code: str) -> Rule:
    """Return the rule of that code.

    Raises
    ------
    UsageError
        If no rule has the code.
    """
    if code not in RULES:
        raise UsageError(f"No rule has the code {code!r}{nearest(code, RULES)}. The codes are: {', '.join(RULES)}.")
    return RULES[code]


__all__ = ["ALL_RULES", "RULES", "Rule", "Scope", "rule"]
