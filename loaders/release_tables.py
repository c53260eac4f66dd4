"""The tables of a release in the making: every record is validated once, and turned into rows as it passes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from casus.checking import read_entry
from casus.flattening import Row, flat_table, from_events
from casus.manifest import RECORDS
from casus.parquet_records import to_arrow
from casus.registries import Registries
from casus.schema.base import Record
from casus.schema.corpus import Corpus, Entry
from casus.schema.event import Event
from casus.schema.findings import Finding, Severity
from casus.schema.tables import TABLES

if TYPE_CHECKING:
    import pyarrow as pa

#: So many records are kept as models at a time; the others are columns already.
_BATCH = 2048


class TableMaker:
    """Takes entries one by one, registries before records, judges them, and makes the tables of a release of them.

    After the first error nothing is made any more, because there will be no release.
    """

    def __init__(self) -> None:
        self.valid = True
        self._entries: dict[str, list[Any]] = {}
        self._waiting: list[Event] = []
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
        """Return what is wrong with an entry, and make rows of it as long as nothing is."""
        model, findings = read_entry(entry)
        self.valid &= not any(each.severity is Severity.ERROR for each in findings)
        if self.valid and isinstance(model, Event):
            self._waiting.append(model)
            if len(self._waiting) >= _BATCH:
                self._flush()
        elif isinstance(model, Record):
            self._entries.setdefault(entry.kind, []).append(model)
        return findings

    def records(self) -> pa.Table:
        """Return the records."""
        return self._table(RECORDS)

    def tables(self, history: Iterable[Row]) -> Mapping[str, pa.Table]:
        """Return all tables by name, the records first; ``history`` are the rows of ``revisions``."""
        made = {name: flat_table(name, (), self.registries, history) for name in TABLES if not from_events(name)}
        return {RECORDS: self.records(), **{name: made[name] if name in made else self._table(name) for name in TABLES}}

    def _flush(self) -> None:
        self._parts.setdefault(RECORDS, []).append(to_arrow(self._waiting))
        for name in TABLES:
            if from_events(name):
                self._parts.setdefault(name, []).append(flat_table(name, self._waiting, self.registries))
        self._waiting = []

    def _table(self, name: str) -> pa.Table:
        """Return a table as one piece, with one dictionary a column: its file does not depend on how it was made."""
        import pyarrow as pa

        if self._waiting or not self._parts:
            self._flush()
        table = pa.concat_tables(self._parts[name])
        if len(self._parts[name]) > 1:
            table = table.unify_dictionaries().combine_chunks()
            self._parts[name] = [table]
        return table


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
