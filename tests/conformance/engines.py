"""The three engines behind one small interface: the codes that each finds in raw records."""

from columns import LOOSE, batch_of

from casus.checking import check_entry
from casus.schema.columnar import check_batch
from casus.schema.corpus import Entry
from casus.schema.findings import Severity

BOTH = (Severity.ERROR, Severity.WARNING)


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
