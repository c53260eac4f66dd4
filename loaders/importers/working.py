"""One batch from rows to records and quarantine: mapped, checked, divided. A pure function, here and on any cluster."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.importers.base import About, Mapped, map_batch
from casus.importers.mapping import SourceMapping
from casus.importers.reading import Batch, Broken
from casus.importers.rows import Fault, shown
from casus.schema.columnar import check_batch
from casus.schema.rules import RULES
from casus.streaming import explain_row

if TYPE_CHECKING:
    from casus.schema.columnar import Verdicts

#: Of the rows that break a rule of the schema, so many of a batch are explained in words; the rest have the rule's.
_EXPLAINED = 20
QUARANTINE = pa.schema(
    [
        pa.field("file", pa.string(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
        pa.field("code", pa.string(), nullable=False),
        pa.field("path", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("raw", pa.string(), nullable=False),
    ],
    metadata={
        "description": "Rows that did not become records: number in the file from 1, rule, place, reason, the row."
    },
)


#: Columns of records that hardly ever repeat a value: a dictionary of theirs would be built and thrown away.
_UNLIKE = frozenset(
    {
        "id",
        "title",
        "summary",
        "sources.list.element.url",
        "sources.list.element.title",
        "external_ids.list.element.id",
        "provenance.row_id",
    }
)
#: Columns by which a scan leaves out row groups.
_PRUNED = frozenset({"id", "type", "mode", "status", "date.start", "date.end"})


def parquet_options(schema: pa.Schema) -> dict[str, Any]:
    """Return how tables of an import are written: small, and without what nobody reads.

    Parameters
    ----------
    schema
        The schema of the table.

    Returns
    -------
    dict
        Options of :func:`pyarrow.parquet.write_table`.
    """
    leaves = [path for field in schema for path in _leaves(field.name, field.type)]
    return {
        "compression": "zstd",
        "compression_level": 1,
        "use_dictionary": [path for path in leaves if path not in _UNLIKE],
        "write_statistics": [path for path in leaves if path in _PRUNED],
    }


def _leaves(path: str, kind: pa.DataType) -> Iterator[str]:
    """Yield the paths of single values as Parquet names them."""
    if pa.types.is_struct(kind):
        for field in kind:
            yield from _leaves(f"{path}.{field.name}", field.type)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        yield from _leaves(f"{path}.list.element", kind.value_type)
    else:
        yield path


@dataclass(frozen=True)
class Done:
    """What became of a batch: every row is a record, in quarantine, or skipped.

    Attributes
    ----------
    records
        The valid records.
    rows
        For each of them, the number of its row in the file.
    quarantine
        What is in quarantine, one row for each row of the file and mistake.
    quarantined
        How many rows of the file are.
    skipped
        How many rows are out of scope, by reason.
    entries
        The entries of the registries that the batch names.
    """

    records: pa.RecordBatch
    rows: Any
    quarantine: pa.RecordBatch
    quarantined: int
    skipped: Mapping[str, int]
    entries: Mapping[str, pa.Table]

    @property
    def taken(self) -> int:
        """How many rows of the file the batch stands for."""
        return int(self.records.num_rows) + self.quarantined + sum(self.skipped.values())


def work(batch: Batch, about: About, file: str, repeated: Sequence[int] = ()) -> Done:
    """Turn a batch into records, checked by every rule of a record, and what stays behind.

    Parameters
    ----------
    batch
        The rows.
    about
        What is known of the file.
    file
        Its name, for the quarantine.
    repeated
        Rows of the batch whose id stands in an earlier row.
    """
    module = import_module(f"casus.importers.{about.name.replace('-', '_')}")
    got = map_batch(batch.rows, about, module.make, getattr(module, "scope", None))
    verdicts = check_batch(got.records)
    faults = [*got.faults, *_invalid(got, verdicts), *_repeated(batch, about, repeated, got)]
    bad = np.zeros(batch.rows.num_rows, bool)
    bad[[fault.row for fault in faults]] = True
    kept = ~bad[got.rows]
    records = got.records if kept.all() else got.records.filter(pa.array(kept))
    rows = batch.numbers[got.rows[kept]]
    quarantine = _quarantine(batch, faults, file)
    skipped = {reason: len(places) for reason, places in got.skipped.items()}
    return Done(records, rows, quarantine, int(bad.sum()) + len(batch.broken), skipped, got.entries)


def row_ids(rows: pa.RecordBatch, mapping: SourceMapping) -> Any:
    """Return the ids of rows; where several columns are the id together, null in rows in which one of them is empty."""
    columns = [rows.column(name) for name in mapping.identities]
    if len(columns) == 1:
        return columns[0]
    there = [pc.if_else(pc.equal(each, ""), pa.scalar(None, pa.string()), each) for each in columns]
    return pc.binary_join_element_wise(*there, "-", null_handling="emit_null")


def _invalid(got: Mapped, verdicts: Verdicts) -> list[Fault]:
    """Return why records break the schema, in the words of the record engine."""
    found: list[Fault] = []
    table = pa.Table.from_batches([got.records]) if len(verdicts.rows) else None
    explained = set(verdicts.suspects()[:_EXPLAINED])
    for row in sorted(explained):
        found.extend(
            Fault(int(got.rows[row]), ".".join(map(str, each.path)), each.code, each.message)
            for each in explain_row(table, row, 0, "")
        )
    for row, path, code in zip(verdicts.rows, verdicts.paths, verdicts.codes, strict=True):
        if int(row) not in explained:
            found.append(Fault(int(got.rows[int(row)]), path, code, RULES[code].title))
    return found


def _repeated(batch: Batch, about: About, repeated: Sequence[int], got: Mapped) -> list[Fault]:
    column = about.mapping.identity
    ids: Any = row_ids(batch.rows, about.mapping) if repeated else None
    skipped = set(np.concatenate([np.empty(0, int), *got.skipped.values()]).tolist())
    rule = RULES["CAS606"]
    return [
        Fault(row, column, rule.code, rule.say({"value": ids[row].as_py()})) for row in repeated if row not in skipped
    ]


def _quarantine(batch: Batch, faults: Sequence[Fault], file: str) -> pa.RecordBatch:
    places = sorted({fault.row for fault in faults})
    cells = batch.rows.take(pa.array(places, pa.int64())).to_pylist() if places else []
    raw = {place: json.dumps(row, ensure_ascii=False) for place, row in zip(places, cells, strict=True)}
    rows = [(int(batch.numbers[fault.row]), fault.code, fault.column, fault.reason, raw[fault.row]) for fault in faults]
    rows.extend(map(_broken, batch.broken))
    rows.sort(key=lambda row: row[0])
    columns = list(zip(*rows, strict=True)) or [()] * 5
    arrays = [pa.array(values, QUARANTINE.field(index + 1).type) for index, values in enumerate(columns)]
    return pa.RecordBatch.from_arrays([pa.array([file] * len(rows), pa.string()), *arrays], schema=QUARANTINE)


def _broken(row: Broken) -> tuple[int, str, str, str, str]:
    if row.column:
        rule = RULES["CAS607"]
        said = rule.say({"column": row.column, "value": shown(row.formula)})
        return row.number, rule.code, row.column, said, row.text
    rule = RULES["CAS605"]
    return row.number, rule.code, "", rule.say({"value": row.cells, "wanted": row.wanted}), row.text


def reasons(quarantine: pa.Table) -> Counter[str]:
    """Return how many rows of the file are in quarantine by rule; a row that breaks two counts for both."""
    pairs = {
        (file, row, code)
        for file, row, code in zip(
            *(quarantine.column(name).to_pylist() for name in ("file", "row", "code")), strict=True
        )
    }
    return Counter(code for _, _, code in pairs)
