"""What a record is: models, vocabularies, rules, and what is generated from them."""

from __future__ import annotations

from casus.schema.errors import (
    CasusError,
    InvalidRecordsError,
    ReleaseError,
    SchemaDefinitionError,
    UsageError,
)
from casus.schema.event import Event
from casus.schema.findings import Finding, Severity
from casus.schema.registry import Actor, Place, Publisher, State
from casus.schema.vocabulary import Vocabulary, vocabulary

#: Version of the schema, apart from the package's and the data's; 0.x until agreement has been measured on sources.
SCHEMA_VERSION = "0.1.0"

__all__ = [
    "SCHEMA_VERSION",
    "Actor",
    "CasusError",
    "Event",
    "Finding",
    "InvalidRecordsError",
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
