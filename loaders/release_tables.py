"""The tables of a release in the making: every record is validated once, and turned into rows as it passes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from casus.checking import read_entry
from casus.flattening import Row, flat_table, from_events
from casus.manifest import RECORDS
from casus.parquet_records import to_arrow
from casus.registries import Registries
from casus.schema.corpus import Corpus, Entry
from casus.schema.errors import SchemaDefinitionError
from casus.schema.event import FIELDS_ALONE, Event
from casus.schema.findings import Finding, Severity
from casus.schema.rules.record import check_record
from casus.schema.tables import TABLES

if TYPE_CHECKING:
    import pyarrow as pa

#: So many records are kept as models at a time; the others are columns already.
_BATCH = 2048


class TableMaker:
    """Takes entries one by one, registries before records, judges them, and makes the tables of a release of them.

    The fields of a record are judged by its model, and its rules in columns, many records at a time; what the columns
    suspect is judged by the record engine. After the first error nothing is made any more, because there will be no
    release.

    Parameters
    ----------
    corpus
        All entries, in the order of the release.
    """

    def __init__(self, corpus: Corpus) -> None:
        self.valid = True
        self._last = corpus.entries[-1] if corpus.entries else None
        self._entries: dict[str, list[Any]] = {}
        self._waiting: list[tuple[Entry, Event]] = []
        self._parts: dict[str, list[pa.Table]] = {}
        self._registries: Registries | None = None

    @property
    def registries(self) -> Registries:
        """The registries, as far as they have passed: all of them once the records begin."""
        if self._registries is None:

            def by_id(kind: str) -> tuple[Any, ...]:
                return tuple(sorted(self._entries.get(kind, ()), key=lambda entry: str(entry.id)))

            states = sorted(self._entries.get("state", ()), key=lambda state: (state.iso3, str(state.start)))
            self._registries = Registries(
                by_id("actor"), by_id("place"), by_id("publisher"), tuple(states), by_id("revision"), by_id("wanted")
            )
        return self._registries

    def judge(self, entry: Entry) -> list[Finding]:
        """Return what is wrong with an entry and with those that waited for it, and make rows as long as nothing is."""
        if entry.kind != "event" or not self.valid:
            model, findings = read_entry(entry)
            self.valid &= not _errors(findings)
            if model is not None:
                self._entries.setdefault(entry.kind, []).append(model)
            return findings
        try:
            event = Event.model_validate_json(json.dumps(entry.data, ensure_ascii=False), context=FIELDS_ALONE)
        except ValidationError:
            self.valid = False
            return [found for each in (*self._waited(), entry) for found in read_entry(each)[1]]
        self._waiting.append((entry, event))
        return self._flush() if len(self._waiting) >= _BATCH or entry is self._last else []

    def _waited(self) -> list[Entry]:
        waited = [entry for entry, _ in self._waiting]
        self._waiting = []
        return waited

    def records(self) -> pa.Table:
        """Return the records."""
        return self._table(RECORDS)

    def tables(self, history: Iterable[Row]) -> Mapping[str, pa.Table]:
        """Return all tables by name, the records first; ``history`` are the rows of ``revisions``."""
        made = {name: flat_table(name, (), self.registries, history) for name in TABLES if not from_events(name)}
        return {RECORDS: self.records(), **{name: made[name] if name in made else self._table(name) for name in TABLES}}

    def _flush(self) -> list[Finding]:
        """Make rows of the records that wait; return what is wrong with them."""
        from casus.schema.columnar import check_batch

        events = [event for _, event in self._waiting]
        entries = self._waited()
        records = to_arrow(events)
        suspects = set(check_batch(records).suspects())
        findings = [found for row, entry in enumerate(entries) for found in _judged(entry, suspected=row in suspects)]
        if suspects:
            self.valid = False
            return findings
        self._parts.setdefault(RECORDS, []).append(records)
        for name in TABLES:
            if from_events(name):
                self._parts.setdefault(name, []).append(flat_table(name, events, self.registries))
        return findings

    def _table(self, name: str) -> pa.Table:
        """Return a table as one piece, with one dictionary a column: its file does not depend on how it was made."""
        import pyarrow as pa

        if not self._parts:
            self._flush()
        table = pa.concat_tables(self._parts[name])
        if len(self._parts[name]) > 1:
            table = table.unify_dictionaries().combine_chunks()
            self._parts[name] = [table]
        return table


def _errors(findings: Iterable[Finding]) -> bool:
    return any(each.severity is Severity.ERROR for each in findings)


def _judged(entry: Entry, *, suspected: bool) -> list[Finding]:
    """Return what the record engine says of a record: all of it if the columns suspect it, otherwise its warnings.

    Raises
    ------
    SchemaDefinitionError
        If the record engine finds no error in what the columns suspect: the two engines must never differ.
    """
    if not suspected:
        return [entry.placed(each) for each in check_record(entry.data, severities=(Severity.WARNING,))]
    findings = read_entry(entry)[1]
    if not _errors(findings):
        raise SchemaDefinitionError(f"The engines differ on {entry.id} ({entry.file}); please report this record.")
    return findings


def in_release_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return entries as a release has them: registries as they come, then records by first day and id."""
    known = tuple(entries)
    others = (entry for entry in known if entry.kind != "event")
    records = (entry for entry in known if entry.kind == "event")
    return (*others, *sorted(records, key=_first_day))


def ordered(corpus: Corpus) -> Corpus:
    """Return a corpus with its entries as a release has them."""
    return Corpus(in_release_order(corpus.entries), corpus.as_of)


def _first_day(entry: Entry) -> tuple[str, str]:
    date = entry.data.get("date")
    start = date.get("start") if isinstance(date, Mapping) else None
    return (start if isinstance(start, str) else entry.id[:10], entry.id)
