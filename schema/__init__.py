"""What a record is: models, vocabularies, rules, and what is generated from them."""

from __future__ import annotations

from casus.schema.errors import (
    CasusError,
    CasusWarning,
    InvalidRecordsError,
    NewerSchemaWarning,
    ReleaseError,
    SchemaDefinitionError,
    UsageError,
)
from casus.schema.event import Event
from casus.schema.findings import Finding, Severity
from casus.schema.registry import Actor, Place, Publisher, State
from casus.schema.vocabulary import Vocabulary, vocabulary

#: Version of the schema, apart from the package's and the data's (docs/versioning.md); 0.x while agreement is
#: too low on some fields (docs/reliability.md).
SCHEMA_VERSION = "0.3.0"

__all__ = [
    "SCHEMA_VERSION",
    "Actor",
    "CasusError",
    "CasusWarning",
    "Event",
    "Finding",
    "InvalidRecordsError",
    "NewerSchemaWarning",
    "Place",
    "Publisher",
    "ReleaseError",
    "SchemaDefinitionError",
    "Severity",
    "State",
    "UsageError",
    "Vocabulary",
    "vocabulary",
]
