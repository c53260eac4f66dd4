"""``casus.validate``: one function for files, folders, records in memory and releases."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from casus.checking import Report, check
from casus.collection import dataset_folder_of, read_collection, read_lists, read_records, record_files
from casus.schema.corpus import Corpus, Entry
from casus.schema.errors import UsageError
from casus.schema.event import Event

Target = str | Path | Event | Mapping[str, Any] | Sequence[str | Path] | None


def validate(target: Target = None) -> Report:
    """Validate records and return a report; nothing is changed.

    Parameters
    ----------
    target
        A record file (YAML or JSON), a folder of them, several of these, a dataset folder, a release folder or its
        ``records.parquet``, an :class:`Event`, or a record as a mapping. None validates the bundled release.

    Returns
    -------
    Report
        Everything that was found: fields, rules of the record, and rules across records, judged together with the
        dataset that the files lie in, or else with the bundled one. ``report.ok`` says whether nothing blocks.

    Raises
    ------
    UsageError
        If a path does not exist or cannot be read.
    """
    if target is None:
        return _release(None)
    if isinstance(target, Event):
        return _one(json.loads(target.model_dump_json(exclude_defaults=True)))
    if isinstance(target, Mapping):
        return _one(target)
    if isinstance(target, str | Path):
        return _path(Path(target))
    return _files([Path(each) for each in target])


def _one(data: Mapping[str, Any]) -> Report:
    entry = Entry("event", data)
    context = [each for each in bundled_entries() if not (each.kind == "event" and each.id == entry.id)]
    return check(Corpus((*context, entry)), only=[entry])


def _path(path: Path) -> Report:
    if (path / "dataset.yaml").is_file():
        collection = read_collection(path)
        return check(collection.corpus, found=collection.findings)
    if (path / "manifest.json").is_file() or (path.suffix == ".parquet" and (path.parent / "manifest.json").is_file()):
        return _release(path.parent if path.is_file() else path)
    if path.suffix == ".parquet":
        return _parquet(path)
    return _files([path])


def _files(paths: list[Path]) -> Report:
    files = record_files(paths)
    if not files:
        raise UsageError(
            f"There is no record file in {', '.join(map(str, paths))}. Records end in .yaml, .yml or .json."
        )
    entries, findings = read_records(files)
    folder = dataset_folder_of(files[0])
    if folder is None:
        context = bundled_entries()
    else:
        lists, more = read_lists(folder)
        mine = {path.resolve() for path in files}
        others, _ = read_records(path for path in record_files([folder / "records"]) if path.resolve() not in mine)
        context, findings = [*lists, *others], [*findings, *more]
    known = {entry.id for entry in entries}
    context = [each for each in context if folder is not None or not (each.kind == "event" and each.id in known)]
    return check(Corpus((*context, *entries)), found=findings, only=entries)


def bundled_entries() -> list[Entry]:
    """Return the registries and records of the bundled release as context for rules across records."""
    from casus.releases import bundled

    return list(bundled().entries())


def _parquet(path: Path) -> Report:
    """Check a file of records that belongs to no release: fields and rules in columns, ids and links across them."""
    from casus.schema.columnar.across import Across
    from casus.streaming import check_file

    if not path.is_file():
        raise UsageError(f"{path} does not exist. Give record files or folders that hold them.")
    known: dict[str, set[str]] = {}
    events = []
    for entry in bundled_entries():
        known.setdefault(entry.kind, set()).add(entry.id)
        if entry.kind == "actor" and entry.data.get("kind") == "person":
            known.setdefault("person", set()).add(entry.id)
        if entry.kind in ("event", "wanted", "revision"):
            events.append(entry.id)
    known["speaker"] = known.get("actor", set()) | known.get("publisher", set())
    registries = {to: frozenset(known.get(to, ())) for to in ("actor", "speaker", "person", "place", "publisher")}
    findings = check_file(path, name=str(path), across=Across(tuple(events), registries))
    return Report(tuple(findings.listed()), findings.records)


def _release(folder: Path | None) -> Report:
    from casus.releases import Release, bundled

    release = bundled() if folder is None else Release.open(folder)
    for said in release.manifest.tables:
        release.table(said.name)
    entries = list(release.entries())
    corpus = Corpus(tuple(entries), as_of=release.manifest.as_of.isoformat())
    return check(corpus, only=[entry for entry in entries if entry.kind == "event"])
