"""The step from the newest earlier release to the one that is being built: what must be explained, and is it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from casus.diff_parts import Part
from casus.diff_sides import ReleaseSide, TableSide
from casus.differing import compare_records
from casus.history import Row, revision_rows
from casus.releases import Release
from casus.schema.corpus import Corpus, Entry
from casus.schema.event import profile_of
from casus.schema.findings import Finding
from casus.schema.registry import DatasetCard, Revision
from casus.schema.rules import RULES
from casus.schema.rules.build import MAY_GROW, MAY_LOSE

if TYPE_CHECKING:
    import pyarrow as pa

#: Tables that may shrink and grow as they like: events that are wanted get recorded, and the history only grows.
_FREE = ("wanted", "revisions")
#: A table with fewer rows than this may grow by any factor.
_SMALL = 100


@dataclass(frozen=True)
class Step:
    """A release in the making beside the releases before it.

    Attributes
    ----------
    head
        What the release is.
    corpus
        The authored entries, among them the reasons (``changes.yaml``, ``losses.yaml``).
    tombstones
        The authored entries for records that are gone.
    previous
        The releases before it, oldest first.
    part
        What its records differ in from those before.
    """

    head: DatasetCard
    corpus: Corpus
    tombstones: Sequence[Revision]
    previous: Sequence[Release]
    part: Part = field(default_factory=Part)

    @classmethod
    def to(
        cls,
        head: DatasetCard,
        corpus: Corpus,
        tombstones: Sequence[Revision],
        previous: Sequence[Release],
        records: pa.Table,
    ) -> Step:
        """Return the step to some records."""
        before = ReleaseSide(previous[-1]) if previous else None
        gone = {each.id: each.model_dump(mode="json") for each in tombstones}
        return cls(head, corpus, tombstones, previous, compare_records(before, TableSide(head.version, records, gone)))

    def history(self) -> list[Row]:
        """Return the rows of the table ``revisions``."""
        reasons = {name: str(entry.data["reason"]) for name, entry in self._reasons().items()}
        return revision_rows(self.head.version, self.head.as_of, self.part, self.tombstones, self.previous, reasons)

    def findings(self, tables: Mapping[str, pa.Table]) -> Iterator[Finding]:
        """Yield what is not explained, what is explained and did not happen, and tables that grow much."""
        yield from self._gone()
        yield from self._changed()
        yield from self._bounds(tables)

    @property
    def _before(self) -> str:
        return self.previous[-1].version if self.previous else "before it (there is none)"

    def _gone(self) -> Iterator[Finding]:
        for each in self.part.withdrawn:
            if each.reason is None:
                yield self._said("CAS461", value=each.id).at(record=each.id)

    def _changed(self) -> Iterator[Finding]:
        reasons = self._reasons()
        changed = {each.id: each for each in self.part.changed}
        for each in changed.values():
            # Imported rows change with the dataset that they come from; their provenance says its version.
            if each.id not in reasons and profile_of(each.id) == "authored":
                yield self._said("CAS462", value=each.id, fields=", ".join(each.fields)).at(record=each.id)
        for name, entry in reasons.items():
            if name not in changed:
                at = ("ids", list(entry.data["ids"]).index(name))
                yield entry.placed(self._said("CAS463", value=name).at(path=at)).at(record=name)

    def _bounds(self, tables: Mapping[str, pa.Table]) -> Iterator[Finding]:
        before = {each.name: each.rows for each in self.previous[-1].manifest.tables} if self.previous else {}
        excused = {str(entry.data["table"]): entry for entry in self._mine("loss")}
        for name, rows in before.items():
            after = len(tables[name]) if name in tables else 0
            lost = name not in _FREE and after < rows * (1 - MAY_LOSE)
            said = {"value": name, "after": after, "rows": rows}
            if lost and name not in excused:
                yield self._said("CAS464", **said)
            elif rows >= _SMALL and name not in _FREE and after > rows * MAY_GROW:
                yield self._said("CAS466", **said)
            if lost:
                excused.pop(name, None)
        for name, entry in excused.items():
            yield entry.placed(self._said("CAS465", value=name).at(path=("table",)))

    def _said(self, code: str, **values: Any) -> Finding:
        rule = RULES[code]
        message = rule.say({"before": self._before, "version": self.head.version, **values})
        return Finding(code, message, severity=rule.severity, fix=rule.fix, file=self.head.version)

    def _mine(self, kind: str) -> list[Entry]:
        return [entry for entry in self.corpus.of(kind) if entry.data.get("version") == self.head.version]

    def _reasons(self) -> dict[str, Entry]:
        """Return the entries that give a reason for a change in this version, by the id of the record."""
        return {str(name): entry for entry in self._mine("change") for name in entry.data["ids"]}
