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
from casus.manifest import NAMES, RECORDS, Manifest, TableFile, read_manifest
from casus.parquet_records import from_arrow, rows
from casus.relaxing import known_part, unjudged
from casus.schema.corpus import Entry
from casus.schema.errors import InvalidRecordsError, ReleaseError, UsageError
from casus.schema.event import Event
from casus.schema.findings import Finding
from casus.schema.frozen import frozen_schemas
from casus.schema.migrations import About, upgrade
from casus.schema.registry import Revision
from casus.schema.rules.file import finding
from casus.schema.tables import TABLES
from casus.schema.versions import Standing, standing
from casus.streaming import check_table, load_records
from casus.table_checks import check_event_ids, check_rows, check_schema

if TYPE_CHECKING:
    import pyarrow as pa


#: Kinds of rows of ``revisions`` that are authored, as entries of ``revisions.yaml``; the others are derived.
TOMBSTONES = ("withdrawn", "merged")


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

    @property
    def standing(self) -> Standing:
        """How the schema that it follows stands to the present one."""
        return standing(self.manifest.schema_version)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its tables, as the present schema has them."""
        return NAMES if self.standing is Standing.OLDER else tuple(each.name for each in self.manifest.tables)

    def path(self, name: str) -> Path:
        """Return the path of a table's file, which is never upgraded.

        Raises
        ------
        UsageError
            If there is no table of that name, or it has no file because the release is of an older schema.
        """
        self._known(name)
        if name not in {each.name for each in self.manifest.tables}:
            raise UsageError(
                f"Release {self.version} has no file of the table {name!r}: it follows schema "
                f"{self.manifest.schema_version}, which has none. casus.load gives it as upgraded."
            )
        return self.folder / f"{name}.parquet"

    def table(self, name: str) -> pa.Table:
        """Return a table, verified: bytes, columns, content and rows.

        A table of an older schema is checked as what it was built as, then upgraded in memory and checked again; one
        of a newer schema is read as far as it is known.

        Raises
        ------
        UsageError
            If there is no table of that name.
        InvalidRecordsError
            If the file is missing, damaged, or not what the manifest and the schema say.
        """
        self._known(name)
        if name not in self._tables:
            self._tables[name] = self._verified(name)
        return self._tables[name]

    def _known(self, name: str) -> None:
        if name not in self.names:
            raise UsageError(f"There is no table {name!r}; there are: {', '.join(self.names)}.")

    def events(self) -> list[Event]:
        """Return all records as models.

        Raises
        ------
        InvalidRecordsError
            If a row breaks the schema or a rule.
        """
        if self._events is None:
            table = self.table(RECORDS)
            judged = self.standing is not Standing.NEWER
            self._events = list(from_arrow(table, str(self.path(RECORDS))) if judged else unjudged(table))
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
            for number, row in enumerate(rows(self._authored(name))):
                for sort in lists.get(kind, ()):
                    plural = {"alias": "aliases", "misspelling": "misspellings", "host": "hosts"}[sort]
                    if (kind, row["id"], sort) in names:
                        row[plural] = names[kind, row["id"], sort]
                if kind == "actor" and row["id"] in memberships:
                    row["memberships"] = memberships[row["id"]]
                if kind == "place":
                    row["countries"] = [{"state": row.pop("country")}] if "country" in row else []
                yield Entry(kind, row, str(self.path(name)), row=number)

    def _authored(self, name: str) -> pa.Table:
        """Return a table with the rows and columns that are authored: of the history, only the tombstones."""
        import pyarrow as pa
        import pyarrow.compute as pc

        table = self.table(name)
        if name != "revisions":
            return table
        kinds = pc.is_in(table.column("kind").cast(pa.string()), value_set=pa.array(TOMBSTONES))
        return table.filter(kinds).select(list(Revision.model_fields))

    def _verified(self, name: str) -> pa.Table:
        return self._as_built(name) if self.standing is Standing.PRESENT else self._upgraded(name)

    def _as_built(self, name: str) -> pa.Table:
        """Return a table as it was built, checked as that; of the present schema, also its rows."""
        path, said = self.path(name), self.manifest.table(name)
        content = read_file(path, said.bytes)
        damage = _damage(content, said)
        if damage and len(content) == said.bytes:
            # Same size, other bytes: the file is damaged, and a damaged file is not decoded.
            raise InvalidRecordsError([each.at(file=str(path)) for each in damage])
        present = self.standing is Standing.PRESENT
        table, wrong = _decode(content, path, damage, records=name == RECORDS and present)
        found = [*damage, *wrong, *self._check_built(name, table, said)]
        if present and "CAS446" not in {each.code for each in found}:
            found += self._check_rows(name, table)
        if found:
            raise InvalidRecordsError([each.at(file=str(path)) for each in found])
        return table

    def _check_built(self, name: str, table: pa.Table, said: TableFile) -> Iterator[Finding]:
        """Yield where a table is not what it was built as; which columns a newer schema has is not known here."""
        if self.standing is not Standing.NEWER:
            older = self.standing is Standing.OLDER
            wanted = frozen_schemas(self.manifest.schema_version)[name] if older else _present_schema(name)
            wrong = check_schema(table.schema, wanted)
            yield from wrong
            if wrong:
                return
        digest = logical_digest(table)
        if digest != said.digest:
            yield finding("CAS444", value=digest, allowed=said.digest)
        elif len(table) != said.rows:
            yield finding("CAS443", name="the number of rows", value=len(table), allowed=said.rows)

    def _check_rows(self, name: str, table: pa.Table) -> Iterator[Finding]:
        if name != RECORDS:
            yield from check_rows(TABLES[name], table)
            if name != "events" and "event_id" in table.column_names:
                yield from check_event_ids(name, table, self.table("events").column("id"))

    def _upgraded(self, name: str) -> pa.Table:
        """Return a table of another schema as the present one has it, checked again."""
        head, where = self.manifest, str(self.folder / f"{name}.parquet")
        wanted = _present_schema(name)
        if self.standing is Standing.NEWER:
            table, found = known_part(self._as_built(name), wanted, head.schema_version)
        else:
            table = upgrade(name, head.schema_version, About(head.version, head.as_of, self._before))
            found = check_schema(table.schema, wanted)
            if not found:
                metadata = {**(table.schema.metadata or {}), **(wanted.metadata or {})}
                table = table.cast(wanted).replace_schema_metadata(metadata)
                found = check_table(table, name=where) if name == RECORDS else [*self._check_rows(name, table)]
        if found:
            raise InvalidRecordsError([each.at(file=where) for each in found])
        return table

    def _before(self, name: str) -> pa.Table:
        """Return a table as it was built; one without columns, if there is none of that name."""
        import pyarrow as pa

        return self._as_built(name) if name in {each.name for each in self.manifest.tables} else pa.table({})


def _present_schema(name: str) -> pa.Schema:
    from casus.schema.render_arrow import records_schema, table_schema

    return records_schema() if name == RECORDS else table_schema(TABLES[name].columns)


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


def _decode(content: bytes, path: Path, damage: list[Finding], *, records: bool) -> tuple[pa.Table, list[Finding]]:
    """Return the rows of a file, and for records of the present schema what the columns find in them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        if records and not damage:
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
