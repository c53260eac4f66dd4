"""What a rule is: a small value object with a stable code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from casus.schema.findings import Severity
from casus.schema.visible import visible

#: Where the rules are described: the page of rules. The anchor of a rule is its code in lower case.
DOCUMENTATION = "docs/rules.md"

#: In a patch: take the field away.
REMOVE = object()


class Scope(StrEnum):
    """What a rule looks at."""

    FIELD = "field"
    RECORD = "record"
    DATASET = "dataset"
    FILE = "file"
    RELEASE = "release"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Patch:
    """A counterexample that changes the example record: ``{"date.end": "2025-06-01"}``.

    ``also`` adds whole entries to a small corpus around the record, by kind (``{"event": [...]}``), for rules that
    look at more than one record.
    """

    sets: Mapping[str, Any] = field(default_factory=dict)
    also: Mapping[str, list[Mapping[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Text:
    """A counterexample that is the text of a file."""

    content: bytes
    name: str = "2025-06-02-istanbul-talks.yaml"


@dataclass(frozen=True, slots=True)
class Damage:
    """A counterexample that damages a release in a named way (the tests know how), and what is said of it."""

    how: str
    says: str


@dataclass(frozen=True, slots=True)
class Row:
    """A counterexample that changes cells of a row of UCDP GED.

    ``says`` is what is said of it; ``raw`` puts the cells into the file as they are, unquoted; ``twice`` repeats the
    row.
    """

    cells: Mapping[str, str]
    says: str
    raw: bool = False
    twice: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it forbids, why, and what to do.

    Parameters
    ----------
    code
        Stable code. CAS1xx field, CAS2xx record, CAS3xx dataset, CAS4xx file and release, CAS5xx editorial,
        CAS6xx import.
    title
        What holds, in a few words.
    reason
        Why, in one sentence.
    message
        What is reported, with the offending values in braces.
    fix
        What to do.
    counterexample
        An example that raises this code.
    severity
        Errors block, warnings do not.
    authored_only
        Whether imported rows are exempt.
    about_key
        Whether it is about a field that stands there, whatever its value: a finding points at the key.
    """

    code: str
    scope: Scope
    title: str
    reason: str
    message: str
    fix: str
    counterexample: Patch | Text | Damage | Row
    severity: Severity = Severity.ERROR
    authored_only: bool = False
    about_key: bool = False

    def say(self, values: Mapping[str, Any]) -> str:
        """Return the message with the values filled in, control characters shown."""
        return re.sub(r"\{([^{}]+)\}", lambda match: visible(str(values.get(match[1], "nothing"))), self.message)
