"""The three engines behind one small interface: the codes that each finds in raw records."""

from functools import cache
from importlib.util import find_spec

from columns import EVENT, LOOSE, batch_of

from casus.checking import check_entry
from casus.schema.columnar import check_batch
from casus.schema.corpus import Entry
from casus.schema.findings import Severity
from casus.schema.render_rules import rendering
from casus.schema.rules.field import FIELD_RULES
from casus.schema.rules.record import RECORD_RULES
from casus.schema_engine import SchemaEngine

BOTH = (Severity.ERROR, Severity.WARNING)
LIBRARIES = ("jsonschema", "jsonschema-rs") if find_spec("jsonschema_rs") else ("jsonschema",)


def codes_by_record(record):
    """Return the codes that the record engine finds; it is the reference."""
    return {finding.code for finding in check_entry(Entry("event", record))}


def codes_by_columns(records, schema=LOOSE):
    """Return, for each record, the codes that the columnar engine finds when they stand in one batch."""
    return codes_of_batch(batch_of(records, schema))


def codes_of_batch(batch):
    """Return the codes that the columnar engine finds in each row of a batch."""
    found = check_batch(batch, BOTH).codes_of()
    return [found.get(row, set()) for row in range(batch.num_rows)]


def codes_by_schema(record, library=LIBRARIES[-1]):
    """Return the codes that the JSON Schema engine finds."""
    return _schema_engine(library).codes(record)


def accepted_by_schema(record, library=LIBRARIES[-1]):
    """Return the verdict of the JSON Schema engine, which is much faster than its codes."""
    return _schema_engine(library).accepts(record)


@cache
def expressible(grade="yes"):
    """Return the codes that a JSON Schema can express, wholly or (``partly``) for some of the ways to break them."""
    rules = {rule.code for rule in RECORD_RULES if rendering(rule).grade == grade}
    return rules | {rule.code for rule in FIELD_RULES} if grade == "yes" else rules


def schema_agrees(codes, found):
    """Whether the JSON Schema engine found of the codes all that a schema can express, and nothing else."""
    wholly, partly = expressible(), expressible("partly")
    return codes & wholly == found - partly and found & partly <= codes


def has_overlong_list(record, struct=EVENT):
    """Whether a list is longer than it may be.

    JSON Schema names what is wrong in its items as well, which the other engines do not judge.
    """
    if isinstance(record, dict):
        return any(
            struct.field(name) is not None and _is_overlong(value, struct.field(name)) for name, value in record.items()
        )
    return False


def _is_overlong(value, field):
    if field.many and isinstance(value, list):
        too_long = len(value) > field.items.most
        return too_long or (field.struct is not None and any(has_overlong_list(each, field.struct) for each in value))
    return field.struct is not None and has_overlong_list(value, field.struct)


@cache
def _schema_engine(library):
    return SchemaEngine(library)
