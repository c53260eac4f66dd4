"""From a dataset folder to a release: checked, flattened, written aside and moved into place."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from casus.checking import Report, check
from casus.collection import Collection, read_collection, read_lists
from casus.context import authored_files
from casus.digests import logical_digest, sha256_of
from casus.documents import read_document
from casus.history import previous_releases
from casus.known_releases import add_to_list, describe_release, refuse_another
from casus.manifest import FILE, Manifest, TableFile, manifest_text, read_manifest
from casus.metadata import write_metadata
from casus.placing import aside, one_build, place
from casus.release_index import make_index, write_index
from casus.release_step import Step
from casus.release_tables import TableMaker, ordered
from casus.releases import Release
from casus.schema import SCHEMA_VERSION
from casus.schema.corpus import Corpus, Entry
from casus.schema.errors import InvalidRecordsError, ReleaseError, UsageError
from casus.schema.findings import Finding
from casus.schema.registry import DatasetCard
from casus.schema.rules.field import explain
from casus.schema.rules.file import finding

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


def build_release(source: Path, into: Path | None = None, *, records: Iterable[Any] | None = None) -> Built:
    """Build a release from a dataset folder.

    The release is written aside, flushed to the disk and moved into place whole; if anything fails, or the process is
    killed, nothing is left behind that counts. A version that exists is never overwritten: the build refuses unless
    the result is identical. One build at a time works in a folder of releases.

    Parameters
    ----------
    source
        Dataset folder: ``dataset.yaml``, ``records/``, ``registries/`` and the lists.
    into
        Folder of the releases; ``releases/`` in the dataset folder unless given.
    records
        Parsed records to build from, instead of those in ``records/``: such as ``map(json.loads, lines)``.

    Raises
    ------
    InvalidRecordsError
        If a record or registry entry has an error.
    UsageError
        If the folder is no dataset folder, or the version exists with other content.
    ReleaseError
        If the release cannot be written, or another build is at work in the folder of releases.
    """
    collection = read_collection(source) if records is None else _with_records(source, records)
    corpus = ordered(collection.corpus)
    maker = TableMaker(corpus)
    with _kept():
        report = check(corpus, found=collection.findings, judge=maker.judge)
    report.raise_if_invalid()
    head = _head(collection, source)
    target = (into or source / "releases") / head.version
    previous = previous_releases(head.version, source / "releases", target.parent)
    step = Step.to(head, collection.corpus, maker.registries.revisions, previous, maker.records())
    tables = maker.tables(step.history())
    report = report.replaced((*report.findings, *step.findings(tables)))
    report.raise_if_invalid()
    try:
        with one_build(target.parent), aside(target.parent) as folder:
            manifest = _write(folder, head, tables)
            _read_back(folder)
            unchanged = target.exists()
            if unchanged:
                _same(target, manifest)
            else:
                refuse_another(target.parent, describe_release(folder, manifest))
                place(folder, target)
            add_to_list(target.parent, describe_release(target, read_manifest(target)))
            write_index(target, make_index(target, authored_files(source)))
    except OSError as error:
        raise ReleaseError(f"{target}: the release cannot be written ({error.strerror or error}).") from None
    return Built(target, report, unchanged=unchanged)


@contextmanager
def _kept() -> Iterator[None]:
    """Keep Python's search for cycles out of what was read: it would go through all of it again and again."""
    if gc.get_freeze_count():
        yield  # somebody else has frozen what is theirs
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _with_records(source: Path, records: Iterable[Any]) -> Collection:
    """Return what a dataset folder holds, with other records than its own."""
    head_file = source / "dataset.yaml"
    if not head_file.is_file():
        raise UsageError(f"{source} is not a dataset folder: it has no dataset.yaml.")
    head = read_document(head_file)
    entries, findings = read_lists(source)
    found: list[Finding] = [*head.findings, *findings]
    for row, data in enumerate(records):
        if isinstance(data, Mapping):
            entries.append(Entry("event", data, "records", row=row))
        else:
            found.append(
                finding("CAS410", value=f"{type(data).__name__}, no group of fields").at(file="records", row=row)
            )
    data = head.data if isinstance(head.data, dict) else {}
    return Collection(Corpus(tuple(entries), as_of=data.get("as_of")), data, tuple(found))


def _head(collection: Collection, source: Path) -> DatasetCard:
    try:
        return DatasetCard.model_validate_json(json.dumps(collection.head))
    except ValidationError as error:
        found = [each.at(file=str(source / "dataset.yaml")) for each in explain(DatasetCard, error)]
        raise InvalidRecordsError(found) from None


def _write(folder: Path, head: DatasetCard, tables: Mapping[str, pa.Table]) -> Manifest:
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
