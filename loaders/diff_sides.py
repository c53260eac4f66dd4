"""What is compared: a release, or the authored dataset folder as it is now, as rows with a digest each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import InitVar, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import ValidationError

from casus.checking import check_entry
from casus.digests import canonical_rows, lean, row_digests
from casus.manifest import FILE, RECORDS
from casus.parquet_records import rows
from casus.releases import TOMBSTONES, Release, bundled
from casus.schema.corpus import MODELS, Entry
from casus.schema.errors import InvalidRecordsError, UsageError
from casus.schema.findings import Finding, Severity

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]
#: What is compared: the kind of the entries by the name of their table.
KINDS: Mapping[str, str] = {
    RECORDS: "event",
    "actors": "actor",
    "places": "place",
    "publishers": "publisher",
    "states": "state",
    "wanted": "wanted",
}
#: What the manifest and dataset.yaml say of the whole.
HEAD = ("title", "description", "as_of", "licence")


class Side(Protocol):
    """One of the two that are compared."""

    @property
    def label(self) -> str:
        """What it is called."""

    @property
    def head(self) -> Mapping[str, Any]:
        """What is said of the whole."""

    def digests(self, table: str, /) -> dict[str, bytes]:
        """Return the digest of every entry of a table by its id."""

    def rows(self, table: str, ids: Iterable[str], /) -> dict[str, Row]:
        """Return some entries of a table as parsed text, without absent values and empty lists."""

    def ids(self, table: str, /) -> Iterable[str]:
        """Return the ids of the entries of a table."""

    def titles(self, table: str, ids: Iterable[str], /) -> dict[str, str]:
        """Return what some entries of a table are called."""

    def gone(self) -> dict[str, Row]:
        """Return the tombstones by id: records that were withdrawn or merged."""

    def reasons(self) -> Iterator[tuple[str, str, str]]:
        """Yield version, id and reason of every change that has one."""


def side(source: str | Path | Release) -> Side:
    """Return what is to be compared.

    Parameters
    ----------
    source
        A version that is bundled, the folder of a release, or an authored dataset folder (the working tree).

    Raises
    ------
    UsageError
        If it is none of them.
    InvalidRecordsError
        If a release is damaged, or a record of the folder is invalid.
    """
    if isinstance(source, Release):
        return ReleaseSide(source)
    path = Path(source)
    if (path / FILE).is_file():
        return ReleaseSide(Release.open(path))
    if (path / "dataset.yaml").is_file():
        return FolderSide(path)
    if path.is_dir():
        raise UsageError(
            f"{path} holds neither a release ({FILE}) nor a dataset (dataset.yaml). Give a version or one."
        )
    try:
        return ReleaseSide(bundled(str(source)))
    except UsageError as error:
        raise UsageError(f"{error} Or give the folder of a release, or a dataset folder.") from None


class _Records:
    """Records in columns: rows are made only of those that are asked for."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self.positions = {name: number for number, name in enumerate(table.column("id").to_pylist())}

    def digests(self) -> dict[str, bytes]:
        return dict(zip(self.positions, row_digests(self.table), strict=True))

    def rows(self, ids: Iterable[str]) -> dict[str, Row]:
        chosen = self.table.take(self._at(ids))
        return {row["id"]: row for row in map(json.loads, canonical_rows(chosen))}

    def titles(self, ids: Iterable[str]) -> dict[str, str]:
        names = list(ids)
        chosen = self.table.column("title").take(self._at(names))
        return dict(zip(names, chosen.to_pylist(), strict=True))

    def _at(self, ids: Iterable[str]) -> pa.Array:
        import pyarrow as pa

        return pa.array([self.positions[name] for name in ids], pa.int64())


@dataclass
class ReleaseSide:
    """A release: its records stay in columns."""

    release: Release

    @property
    def label(self) -> str:
        """Version of the release."""
        return self.release.version

    @cached_property
    def head(self) -> Mapping[str, Any]:
        """What the manifest says of the whole."""
        said = self.release.manifest.model_dump(mode="json")
        return {name: said[name] for name in HEAD}

    def digests(self, table: str) -> dict[str, bytes]:
        """Return the digest of every entry of a table by its id."""
        if table == RECORDS:
            return self._records.digests()
        return {name: _digest(row) for name, row in self._registries[table].items()}

    def rows(self, table: str, ids: Iterable[str]) -> dict[str, Row]:
        """Return some entries of a table as parsed text."""
        return self._records.rows(ids) if table == RECORDS else {name: self._registries[table][name] for name in ids}

    def titles(self, table: str, ids: Iterable[str]) -> dict[str, str]:
        """Return what some entries of a table are called."""
        return self._records.titles(ids) if table == RECORDS else _titles(self.rows(table, ids))

    def ids(self, table: str) -> Iterable[str]:
        """Return the ids of the entries of a table."""
        return self._records.positions if table == RECORDS else self._registries[table]

    def gone(self) -> dict[str, Row]:
        """Return the tombstones by id."""
        return {row["id"]: row for row in rows(self.release.table("revisions")) if row["kind"] in TOMBSTONES}

    def reasons(self) -> Iterator[tuple[str, str, str]]:
        """Yield version, id and reason of every change that has one."""
        for row in self.release.table("revisions").to_pylist():
            if row["kind"] == "changed" and row["reason"] is not None:
                yield row["version"], row["id"], row["reason"]

    @cached_property
    def _records(self) -> _Records:
        return _Records(self.release.table(RECORDS))

    @cached_property
    def _registries(self) -> dict[str, dict[str, Row]]:
        return _by_table(self.release.registry_entries())


@dataclass
class TableSide:
    """The records of a release in the making, and its tombstones; no registries."""

    label: str
    records: InitVar[pa.Table]
    stones: Mapping[str, Row] = field(default_factory=dict)
    head: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self, records: pa.Table) -> None:
        self._records = _Records(records)

    def digests(self, table: str) -> dict[str, bytes]:
        """Return the digest of every record by its id."""
        return self._records.digests() if table == RECORDS else {}

    def rows(self, table: str, ids: Iterable[str]) -> dict[str, Row]:
        """Return some records as parsed text."""
        return self._records.rows(ids) if table == RECORDS else {}

    def titles(self, table: str, ids: Iterable[str]) -> dict[str, str]:
        """Return what some records are called."""
        return self._records.titles(ids) if table == RECORDS else {}

    def ids(self, table: str) -> Iterable[str]:
        """Return the ids of the records."""
        return self._records.positions if table == RECORDS else ()

    def gone(self) -> dict[str, Row]:
        """Return the tombstones by id."""
        return dict(self.stones)

    def reasons(self) -> Iterator[tuple[str, str, str]]:
        """Yield nothing: what is being built is told the reasons."""
        return iter(())


@dataclass
class FolderSide:
    """An authored dataset folder as it is now: every entry is validated, because only valid ones can be compared."""

    folder: Path
    label: str = "the working tree"
    head: Mapping[str, Any] = field(default_factory=dict)
    _entries: dict[str, dict[str, Row]] = field(default_factory=dict, repr=False)
    _gone: dict[str, Row] = field(default_factory=dict, repr=False)
    _reasons: list[tuple[str, str, str]] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        from casus.collection import read_collection

        collection = read_collection(self.folder)
        findings = [each for each in collection.findings if each.severity is Severity.ERROR]
        plain = list(_plain(collection.corpus.entries, findings))
        if findings:
            raise InvalidRecordsError(findings)
        self.head = {name: collection.head.get(name) for name in HEAD}
        self._entries = _by_table(plain)
        self._gone = {entry.id: dict(entry.data) for entry in plain if entry.kind == "revision"}
        for entry in plain:
            if entry.kind == "change":
                said = entry.data
                self._reasons.extend((said["version"], name, said["reason"]) for name in said["ids"])

    def digests(self, table: str) -> dict[str, bytes]:
        """Return the digest of every entry of a table by its id."""
        return {name: _digest(row) for name, row in self._entries[table].items()}

    def rows(self, table: str, ids: Iterable[str]) -> dict[str, Row]:
        """Return some entries of a table as parsed text."""
        return {name: self._entries[table][name] for name in ids}

    def titles(self, table: str, ids: Iterable[str]) -> dict[str, str]:
        """Return what some entries of a table are called."""
        return _titles(self.rows(table, ids))

    def ids(self, table: str) -> Iterable[str]:
        """Return the ids of the entries of a table."""
        return self._entries[table]

    def gone(self) -> dict[str, Row]:
        """Return the tombstones by id."""
        return self._gone

    def reasons(self) -> Iterator[tuple[str, str, str]]:
        """Yield version, id and reason of every change that has one."""
        return iter(self._reasons)


def _titles(rows: Mapping[str, Row]) -> dict[str, str]:
    return {name: title_of(row) for name, row in rows.items()}


def title_of(row: Row) -> str:
    """Return what an entry is called."""
    return str(row.get("title") or row.get("name") or "")


def _plain(entries: Iterable[Entry], findings: list[Finding]) -> Iterator[Entry]:
    """Yield the entries with their defaults, as a release has them; what is wrong is added to the findings."""
    for entry in entries:
        try:
            model = MODELS[entry.kind].model_validate_json(json.dumps(entry.data))
        except ValidationError:
            findings.extend(each for each in check_entry(entry) if each.severity is Severity.ERROR)
        else:
            yield Entry(entry.kind, lean(model.model_dump(mode="json")), entry.file)


def _by_table(entries: Iterable[Entry]) -> dict[str, dict[str, Row]]:
    tables = {kind: table for table, kind in KINDS.items()}
    found: dict[str, dict[str, Row]] = {table: {} for table in KINDS}
    for entry in entries:
        if entry.kind in tables:
            row = dict(entry.data)
            name = f"{entry.id}@{row['start']}" if entry.kind == "state" and "start" in row else entry.id
            if entry.kind == "place":
                # A release has the state of a place only where it is one.
                states = [each["state"] for each in row.pop("countries", ())]
                row |= {"country": states[0]} if len(states) == 1 else {}
            found[tables[entry.kind]][name] = row
    return found


def _digest(row: Row) -> bytes:
    text = json.dumps(row, ensure_ascii=False, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
