"""``casus.validate``: one function for files, folders, records in memory and releases."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from casus.checking import CHECKS, Report, check
from casus.collection import check_path
from casus.context import release_context
from casus.gathering import Progress, gather, own_registry
from casus.imported import Import, is_import
from casus.schema.corpus import Corpus, Entry
from casus.schema.errors import UsageError
from casus.schema.event import Event
from casus.schema.findings import Finding
from casus.standard_input import DASH

Target = str | Path | Event | Mapping[str, Any] | Sequence[str | Path] | None
_MOST_SHOWN_BYTES = 2_000_000


def validate(
    target: Target = None,
    *,
    registry: str | Path | Sequence[str | Path] = (),
    changed_since: str | None = None,
    strict: bool = False,
    stdin_format: str | None = None,
    progress: Progress | None = None,
) -> Report:
    """Validate records and return a report; nothing is changed.

    Parameters
    ----------
    target
        A file of records (YAML, JSON, JSON Lines, CSV of the flat template, Parquet), a folder of them, ``"-"`` for
        standard input, several of these, a dataset folder or a registry file in it, a release folder or its
        ``records.parquet``, the folder of an import, an :class:`Event`, or a record as a mapping. None validates the
        bundled release, or only the registry if one is given.
    registry
        Folders with registries of your own (``actors.yaml``, ``places.yaml``, ``publishers.yaml``, ``states.yaml``,
        ``wanted.yaml``, ``revisions.yaml``, ``exceptions.yaml``), used and judged beside those of the dataset.
    changed_since
        A git reference. All is judged together, but the report holds only what the change since then touches; see
        :mod:`casus.comparing`.
    strict
        Whether warnings block too.
    stdin_format
        How standard input is written: ``"yaml"``, ``"json"``, ``"jsonl"`` or ``"csv"``; told from how it begins unless
        given.
    progress
        Called with ``"reading"`` or ``"checking"``, how many are done, and of how many.

    Returns
    -------
    Report
        Everything that was found: fields, rules of the record, and rules across records, judged together with the
        dataset that the files lie in, or else with the bundled one. ``report.ok`` says whether nothing blocks.

    Raises
    ------
    UsageError
        If a path does not exist or cannot be read, or the git reference cannot be used.
    """
    registries = [Path(each) for each in ([registry] if isinstance(registry, str | Path) else registry)]
    report = _report(target, registries, changed_since, progress, stdin_format)
    return report.replaced(report.findings, strict=strict, texts={**_texts(report.findings), **report.texts})


def _report(
    target: Target,
    registries: list[Path],
    changed_since: str | None,
    progress: Progress | None,
    stdin_format: str | None,
) -> Report:
    if stdin_format is not None and not _has_dash(target):
        raise UsageError("The form of standard input was given, and - is not among the paths.")
    if changed_since is not None and _has_dash(target):
        raise UsageError("Standard input has no history. Give files, or leave out what it is compared with.")
    if isinstance(target, Event | Mapping):
        if changed_since is not None:
            raise UsageError("A record in memory has no history. Give its file, or leave changed_since out.")
        data = target if isinstance(target, Mapping) else json.loads(target.model_dump_json(exclude_defaults=True))
        return _one(data, registries)
    paths = [] if target is None else [Path(each) for each in ([target] if isinstance(target, str | Path) else target)]
    for each in (*paths, *registries):
        check_path(each)
    if changed_since is not None:
        from casus.comparing import changed_report

        return changed_report(paths, registries, changed_since, progress)
    if not paths and not registries and target is None:
        return _release(None)
    # Not by truth: a report with errors is false.
    if len(paths) == 1 and (special := _special(paths[0], registries, progress)) is not None:
        return special
    return gather(paths, registries, progress, stdin_format).report(progress)


def _has_dash(target: Target) -> bool:
    paths = [target] if isinstance(target, str | Path) else target
    return not isinstance(paths, Event | Mapping | None) and any(str(path) == DASH for path in paths)


def _one(data: Mapping[str, Any], registries: list[Path]) -> Report:
    entry = Entry("event", data)
    own = own_registry(registries) if registries else None
    known = release_context({entry.id})
    corpus = Corpus((*known.entries, *(own.entries if own else ()), entry), as_of=known.as_of)
    report = check(corpus, found=own.findings if own else (), only=[*(own.entries if own else ()), entry])
    return report.replaced(tuple(map(own.told, report.findings))) if own else report


def _special(path: Path, registries: list[Path], progress: Progress | None) -> Report | None:
    """Return the report on a release, an import, or a Parquet file that is too large to be judged by record."""
    if is_import(path):
        from casus.import_checks import check_import

        return check_import(Import.open(path), progress)
    if (path / "dataset.yaml").is_file():
        return None
    if (path / "manifest.json").is_file() or (path.suffix == ".parquet" and (path.parent / "manifest.json").is_file()):
        return _release(path.parent if path.is_file() else path)
    if path.suffix.lower() != ".parquet" or not path.is_file():
        return None
    from casus.parquet_documents import is_large

    return _large(path, registries) if is_large(path) else None


def _texts(findings: Sequence[Finding]) -> dict[str, str]:
    """Return the texts of the files in which something was found."""
    texts = {}
    for name in {each.file for each in findings if each.file is not None and each.line is not None}:
        path = Path(name)
        try:
            if path.stat().st_size <= _MOST_SHOWN_BYTES:
                texts[name] = path.read_bytes().decode("utf-8", errors="replace")
        except (OSError, ValueError):  # gone meanwhile, or no file at all: the report shows no line
            continue
    return texts


def bundled_entries() -> list[Entry]:
    """Return the registries and records of the bundled release as context for rules across records."""
    return list(release_context().entries)


def _large(path: Path, registries: list[Path]) -> Report:
    """Check a file of any size in columns: fields and rules of a record, ids, links and references across records."""
    from casus.schema.columnar.across import Across
    from casus.streaming import check_file

    own = own_registry(registries) if registries else None
    known: dict[str, set[str]] = {}
    events = []
    for entry in [*bundled_entries(), *(own.entries if own else ())]:
        known.setdefault(entry.kind, set()).add(entry.id)
        if entry.kind == "actor" and entry.data.get("kind") == "person":
            known.setdefault("person", set()).add(entry.id)
        if entry.kind in ("event", "wanted", "revision"):
            events.append(entry.id)
    known["speaker"] = known.get("actor", set()) | known.get("publisher", set())
    listed = {to: frozenset(known.get(to, ())) for to in ("actor", "speaker", "person", "place", "publisher")}
    findings = check_file(path, name=str(path), across=Across(tuple(events), listed))
    found = [*own.findings, *map(own.told, findings.listed())] if own else findings.listed()
    return Report(tuple(found), findings.records, checks=CHECKS[:3], context=len(events))


def _release(folder: Path | None) -> Report:
    from casus.releases import Release, bundled

    release = bundled() if folder is None else Release.open(folder)
    for said in release.manifest.tables:
        release.table(said.name)
    entries = list(release.entries())
    corpus = Corpus(tuple(entries), as_of=release.manifest.as_of.isoformat())
    return check(corpus, only=[entry for entry in entries if entry.kind == "event"])
