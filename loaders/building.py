"""From a dataset folder to a release: checked, flattened, written aside and moved into place."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from casus.bundle import version_key, versions_in
from casus.checking import Report, check
from casus.collection import Collection, read_collection
from casus.context import authored_files
from casus.digests import logical_digest, sha256_of
from casus.flattening import flat_table
from casus.history import revision_rows
from casus.known_releases import add_to_list, describe_release, refuse_another
from casus.manifest import FILE, RECORDS, Manifest, TableFile, manifest_text, read_manifest
from casus.metadata import write_metadata
from casus.parquet_records import to_arrow
from casus.registries import Registries
from casus.release_index import make_index, write_index
from casus.releases import Release
from casus.schema import SCHEMA_VERSION
from casus.schema.corpus import MODELS
from casus.schema.errors import InvalidRecordsError, ReleaseError, UsageError
from casus.schema.event import Event
from casus.schema.registry import DatasetCard
from casus.schema.rules.field import explain
from casus.schema.tables import TABLES

if TYPE_CHECKING:
    import pyarrow as pa

#: How release files are written, as measured (docs/performance.md): uncompressed pages are read fastest, and a wheel or
#: a repository compresses the whole file anyway.
WRITER: dict[str, Any] = {"compression": "none", "write_page_checksum": True}
ROW_GROUP = 131_072


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did: the release's folder, the report on the records, and whether it was there already."""

    folder: Path
    report: Report
    unchanged: bool


def build_release(source: Path, into: Path | None = None) -> Built:
    """Build a release from a dataset folder.

    The release is written aside and moved into place whole; if anything fails, nothing is left behind. A version
    that exists is never overwritten: the build refuses unless the result is identical.

    Parameters
    ----------
    source
        Dataset folder: ``dataset.yaml``, ``records/``, ``registries/`` and the lists.
    into
        Folder of the releases; ``releases/`` in the dataset folder unless given.

    Raises
    ------
    InvalidRecordsError
        If a record or registry entry has an error.
    UsageError
        If the folder is no dataset folder, or the version exists with other content.
    ReleaseError
        If the release cannot be written.
    """
    collection = read_collection(source)
    report = check(collection.corpus, found=collection.findings)
    report.raise_if_invalid()
    head = _head(collection, source)
    target = (into or source / "releases") / head.version
    previous = _previous(head.version, source / "releases", target.parent)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _aside(target.parent) as folder:
            manifest = _write(folder, head, _events(collection), _registries(collection), previous)
            _read_back(folder)
            unchanged = target.exists()
            if unchanged:
                _same(target, manifest)
            else:
                refuse_another(target.parent, describe_release(folder, manifest))
                folder.replace(target)
        add_to_list(target.parent, describe_release(target, read_manifest(target)))
        write_index(target, make_index(target, authored_files(source)))
    except OSError as error:
        raise ReleaseError(f"{target}: the release cannot be written ({error.strerror or error}).") from None
    return Built(target, report, unchanged=unchanged)


def _head(collection: Collection, source: Path) -> DatasetCard:
    try:
        return DatasetCard.model_validate_json(json.dumps(collection.head))
    except ValidationError as error:
        found = [each.at(file=str(source / "dataset.yaml")) for each in explain(DatasetCard, error)]
        raise InvalidRecordsError(found) from None


def _models(collection: Collection, kind: str) -> list[Any]:
    model = MODELS[kind]
    return [model.model_validate_json(json.dumps(entry.data)) for entry in collection.corpus.of(kind)]


def _events(collection: Collection) -> list[Event]:
    """Return the records in the order of the release: by first day, then by id."""
    return sorted(_models(collection, "event"), key=lambda event: (str(event.date.start or event.id[:10]), event.id))


def _registries(collection: Collection) -> Registries:
    def by_id(kind: str) -> tuple[Any, ...]:
        return tuple(sorted(_models(collection, kind), key=lambda entry: entry.id))

    states = sorted(_models(collection, "state"), key=lambda state: (state.iso3, str(state.start)))
    return Registries(
        by_id("actor"), by_id("place"), by_id("publisher"), tuple(states), by_id("revision"), by_id("wanted")
    )


@contextmanager
def _aside(parent: Path) -> Iterator[Path]:
    """Give a folder beside the target; whatever is left of it is removed."""
    for stale in parent.glob(".building-*"):
        shutil.rmtree(stale, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=".building-", dir=parent))
    try:
        folder.chmod(0o755)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _previous(version: str, *folders: Path) -> list[Release]:
    """Return the releases before a version, oldest first; of one in several folders, that in the first."""
    found: dict[str, Path] = {}
    for folder in folders:
        for each in versions_in(folder):
            if version_key(each.name) < version_key(version):
                found.setdefault(each.name, each)
    return [Release.open(found[name]) for name in sorted(found, key=version_key)]


def _write(
    folder: Path, head: DatasetCard, events: list[Event], registries: Registries, previous: Sequence[Release]
) -> Manifest:
    history = revision_rows(head.version, head.as_of, events, registries.revisions, previous)
    flat = {name: flat_table(name, events, registries, history) for name in TABLES}
    tables = {RECORDS: to_arrow(events), **flat}
    files = tuple(_write_table(folder, name, table) for name, table in tables.items())
    manifest = Manifest(**head.model_dump(exclude_none=True), schema_version=SCHEMA_VERSION, tables=files)
    manifest = manifest.model_copy(update={"files": write_metadata(folder, manifest, tables)})
    (folder / FILE).write_text(manifest_text(manifest), "utf-8", newline="\n")
    return manifest


def _read_back(folder: Path) -> None:
    """Read every table as a user would, so that a release that would not load is never moved into place."""
    release = Release.open(folder)
    for table in release.manifest.tables:
        release.table(table.name)
    release.events()


def _write_table(folder: Path, name: str, table: pa.Table) -> TableFile:
    import pyarrow.parquet as pq

    path = folder / f"{name}.parquet"
    pq.write_table(table, path, row_group_size=ROW_GROUP, **WRITER)
    return TableFile(
        name=name,
        rows=len(table),
        bytes=path.stat().st_size,
        sha256=sha256_of(path),
        digest=logical_digest(table),
    )


def _same(target: Path, manifest: Manifest) -> None:
    old = read_manifest(target)
    if old.schema_version != manifest.schema_version:
        raise UsageError(
            f"Version {manifest.version} exists in {target} and follows schema {old.schema_version}; this package "
            f"builds {manifest.schema_version}. A release is never changed: set a new version in dataset.yaml and "
            "build again."
        )
    before = {each.name: each.digest for each in old.tables}
    changed = [new.name for new in manifest.tables if before.get(new.name) != new.digest]
    if changed:
        raise UsageError(
            f"Version {manifest.version} exists in {target} with other content ({', '.join(changed)}). A release is "
            "never changed: set a new version in dataset.yaml and build again."
        )
