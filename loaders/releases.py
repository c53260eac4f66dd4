"""Releases on disk: opened, verified and read. Nothing unverified leaves this module."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casus.bundle import bundled_versions, releases_folder
from casus.digests import logical_digest
from casus.locating import check_manifest, locate
from casus.manifest import RECORDS, Manifest, TableFile, read_manifest
from casus.parquet_records import from_arrow, rows
from casus.schema.corpus import Entry
from casus.schema.errors import InvalidRecordsError, ReleaseError, UsageError
from casus.schema.event import Event
from casus.schema.findings import Finding
from casus.schema.rules.file import finding
from casus.schema.tables import TABLES
from casus.streaming import load_records
from casus.table_checks import check_event_ids, check_rows, check_schema

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass
class Release:
    """One release in a folder. Tables are read and verified when they are first asked for, and kept."""

    folder: Path
    manifest: Manifest
    #: Where it is from, if it is not one of the published releases.
    note: str = ""
    _tables: dict[str, pa.Table] = field(default_factory=dict, repr=False)
    _events: list[Event] | None = field(default=None, repr=False)

    @classmethod
    def open(cls, folder: Path, note: str = "") -> Release:
        """Open a release folder and check its manifest.

        Raises
        ------
        InvalidRecordsError
            If the manifest is missing, malformed or of a later schema.
        """
        return cls(folder, read_manifest(folder), note)

    @property
    def version(self) -> str:
        """Version of the data."""
        return self.manifest.version

    def path(self, name: str) -> Path:
        """Return the path of a table's file.

        Raises
        ------
        UsageError
            If there is no table of that name.
        """
        known = [each.name for each in self.manifest.tables]
        if name not in known:
            raise UsageError(f"There is no table {name!r}; there are: {', '.join(known)}.")
        return self.folder / f"{name}.parquet"

    def table(self, name: str) -> pa.Table:
        """Return a table, verified: bytes, columns, content and rows.

        Raises
        ------
        UsageError
            If there is no table of that name.
        InvalidRecordsError
            If the file is missing, damaged, or not what the manifest and the schema say.
        """
        path = self.path(name)
        if name not in self._tables:
            self._tables[name] = self._verified(name, path)
        return self._tables[name]

    def events(self) -> list[Event]:
        """Return all records as models.

        Raises
        ------
        InvalidRecordsError
            If a row breaks the schema or a rule.
        """
        if self._events is None:
            self._events = list(from_arrow(self.table(RECORDS), str(self.path(RECORDS))))
        return self._events

    def entries(self) -> Iterator[Entry]:
        """Yield records and registries as entries, for rules across records."""
        name = str(self.path(RECORDS))
        for number, row in enumerate(rows(self.table(RECORDS))):
            yield Entry("event", row, name, row=number)
        yield from self.registry_entries()

    def registry_entries(self) -> Iterator[Entry]:
        """Yield the registries and lists as entries."""
        lists = {"actor": ("alias", "misspelling"), "place": ("alias", "misspelling"), "publisher": ("host",)}
        names: dict[tuple[str, str, str], list[str]] = {}
        for row in self.table("names").to_pylist():
            names.setdefault((row["registry"], row["id"], row["kind"]), []).append(row["name"])
        memberships: dict[str, list[dict[str, Any]]] = {}
        for row in rows(self.table("memberships")):
            inner = {key: value for key, value in row.items() if key not in ("actor", "rank")}
            memberships.setdefault(row["actor"], []).append(inner)
        for kind, name in (("actor", "actors"), ("place", "places"), ("publisher", "publishers"), ("state", "states"),
                           ("revision", "revisions"), ("wanted", "wanted")):  # fmt: skip
            for number, row in enumerate(rows(self.table(name))):
                for sort in lists.get(kind, ()):
                    plural = {"alias": "aliases", "misspelling": "misspellings", "host": "hosts"}[sort]
                    if (kind, row["id"], sort) in names:
                        row[plural] = names[kind, row["id"], sort]
                if kind == "actor" and row["id"] in memberships:
                    row["memberships"] = memberships[row["id"]]
                if kind == "place":
                    row["countries"] = [{"state": row.pop("country")}] if "country" in row else []
                yield Entry(kind, row, str(self.path(name)), row=number)

    def _verified(self, name: str, path: Path) -> pa.Table:
        said = self.manifest.table(name)
        content = read_file(path, said.bytes)
        damage = _damage(content, said)
        if damage and len(content) == said.bytes:
            # Same size, other bytes: the file is damaged, and a damaged file is not decoded.
            raise InvalidRecordsError([each.at(file=str(path)) for each in damage])
        table, wrong = _decode(name, content, path, damage)
        found = [*damage, *wrong, *self._check(name, table, said)]
        if found:
            raise InvalidRecordsError([each.at(file=str(path)) for each in found])
        return table

    def _check(self, name: str, table: pa.Table, said: TableFile) -> Iterator[Finding]:
        from casus.schema.render_arrow import records_schema, table_schema

        wanted = records_schema() if name == RECORDS else table_schema(TABLES[name].columns)
        wrong = check_schema(table.schema, wanted)
        yield from wrong
        if wrong:
            return
        if name != RECORDS:
            yield from check_rows(TABLES[name], table)
            if name != "events" and "event_id" in table.column_names:
                yield from check_event_ids(name, table, self.table("events").column("id"))
        digest = logical_digest(table)
        if digest != said.digest:
            yield finding("CAS444", value=digest, allowed=said.digest)
        elif len(table) != said.rows:
            yield finding("CAS443", name="the number of rows", value=len(table), allowed=said.rows)


def read_file(path: Path, size: int) -> bytes:
    """Return the bytes of a release's file; of one that is longer than it must be, one byte more than that.

    Raises
    ------
    InvalidRecordsError
        If it is missing (CAS441), or is not a plain file (CAS454).
    ReleaseError
        If it cannot be read.
    """
    try:
        if not path.is_file():
            raise InvalidRecordsError([no_file(path)])
        with path.open("rb") as stream:
            return stream.read(size + 1)
    except OSError as error:
        raise ReleaseError(f"{path}: cannot be read ({error.strerror}). Check the file's permissions.") from None


def no_file(path: Path) -> Finding:
    """Return the finding for what is not a file: nothing is there (CAS441), or something else is (CAS454)."""
    if not os.path.lexists(path):
        return finding("CAS441", value=path.name).at(file=str(path))
    what = "a folder" if path.is_dir() else "no plain file" if path.exists() else "a link that leads nowhere"
    return finding("CAS454", value=path.name, problem=what).at(file=str(path))


def _damage(content: bytes, said: TableFile) -> list[Finding]:
    if len(content) != said.bytes:
        size = len(content) if len(content) < said.bytes else "larger"
        return [finding("CAS443", name="the size in bytes", value=size, allowed=said.bytes)]
    digest = hashlib.sha256(content).hexdigest()
    return [finding("CAS443", name="the SHA-256", value=digest, allowed=said.sha256)] if digest != said.sha256 else []


def _decode(name: str, content: bytes, path: Path, damage: list[Finding]) -> tuple[pa.Table, list[Finding]]:
    """Return the rows of a file, and for records what the columns find in them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        if name == RECORDS and not damage:
            return load_records(pa.py_buffer(content), name=str(path))
        # Not pq.read_table: it imports pyarrow.dataset, and with it pandas where that is installed.
        with pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=bool(damage)) as file:
            groups = [file.read_row_group(index) for index in range(file.num_row_groups)]
            return pa.concat_tables(groups) if groups else file.schema_arrow.empty_table(), []
    except (pa.ArrowException, OSError, ValueError) as error:
        said = str(error).partition("\n")[0]
        found = [*damage, finding("CAS447", problem=said)]
        raise InvalidRecordsError([each.at(file=str(path)) for each in found]) from None


def bundled(version: str | Path | None = None) -> Release:
    """Return a release: the newest that is bundled, a version that is bundled or fetched, or that in a folder.

    The manifest of a version must be that of the published release; a folder of one's own is read as it is, and
    :attr:`Release.note` says so.

    Raises
    ------
    UsageError
        If that version is not at hand.
    InvalidRecordsError
        If the manifest is not that of the published release.
    """
    found = locate(version)
    check_manifest(found)
    if found.sha256 is None:
        return Release.open(found.folder, found.note)
    return _opened(found.folder, found.sha256, found.note)


@cache
def _opened(folder: Path, _sha256: str, note: str) -> Release:
    return Release.open(folder, note)


__all__ = ["Release", "bundled", "bundled_versions", "releases_folder"]
