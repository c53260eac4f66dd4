"""The rules of a new release beside the one before it (CAS46x); the build reports them."""

from __future__ import annotations

from casus.schema.findings import Severity
from casus.schema.rules.base import Damage, Rule, Scope

#: A table may lose this share of its rows without a reason.
MAY_LOSE = 0.05
#: A table that grows beyond so many times its rows is worth a look.
MAY_GROW = 3.0


def _build(
    number: int, title: str, reason: str, message: str, fix: str, example: Damage, severity: Severity = Severity.ERROR
) -> Rule:
    return Rule(f"CAS{number}", Scope.RELEASE, title, reason, message, fix, example, severity)


BUILD_RULES: tuple[Rule, ...] = (
    _build(
        461,
        "A record that is gone has a tombstone",
        "Whoever cited it must learn what became of it.",
        "Release {before} has the record {value}; this one has not, and dataset/revisions.yaml does not say why.",
        "Add an entry to dataset/revisions.yaml (kind, on, reason, replaced_by if merged), or put the record back.",
        Damage(
            "remove a record",
            "Release 0.1.0 has the record 2025-06-02-a; this one has not, and dataset/revisions.yaml does not say why.",
        ),
    ),
    _build(
        462,
        "A changed record says why",
        "Silent corrections are what users of event data complain of most.",
        "{value} differs from release {before} in {fields}, and dataset/changes.yaml gives no reason for {version}.",
        "Add an entry to dataset/changes.yaml: version, ids, reason.",
        Damage(
            "change a record",
            "2025-06-02-a differs from release 0.1.0 in date, and dataset/changes.yaml gives no reason for 0.1.1.",
        ),
    ),
    _build(
        463,
        "A reason for a change has its change",
        "A reason that does not apply is taken for one that does.",
        "dataset/changes.yaml gives a reason for {value} in {version}, which is the same as in release {before}.",
        "Remove the id from the entry.",
        Damage(
            "give a reason for a record that is the same",
            "dataset/changes.yaml gives a reason for 2025-06-02-talks in 0.1.1, which is the same as in release 0.1.0.",
        ),
    ),
    _build(
        464,
        "No table loses many rows without a reason",
        "A table that shrinks is more often a mistake of the build than a correction.",
        "{value} has {after} rows; in release {before} it had {rows}: more than 5 in 100 are lost.",
        "If this is meant, add an entry to dataset/losses.yaml: version, table, reason.",
        Damage(
            "lose rows of a table", "claims has 300 rows; in release 0.1.0 it had 400: more than 5 in 100 are lost."
        ),
    ),
    _build(
        465,
        "A reason for a loss has its loss",
        "A reason that does not apply hides the next loss.",
        "dataset/losses.yaml gives a reason for {value} in {version}, and that table does not lose more than 5 in 100.",
        "Remove the entry.",
        Damage(
            "give a reason for a loss that is none",
            "dataset/losses.yaml gives a reason for claims in 0.1.1, and that table does not lose more than 5 in 100.",
        ),
    ),
    _build(
        466,
        "A table that grows much is looked at",
        "Rows that stand twice make a table grow.",
        "{value} has {after} rows; in release {before} it had {rows}.",
        "Look whether the new rows are meant; nothing else has to be done.",
        Damage("let a table grow", "claims has 1600 rows; in release 0.1.0 it had 400."),
        Severity.WARNING,
    ),
)

__all__ = ["BUILD_RULES", "MAY_GROW", "MAY_LOSE"]
