"""The authored dataset on disk: records, registries and lists, read into one corpus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casus.documents import Document, read_document
from casus.schema.corpus import Corpus, Entry
from casus.schema.errors import UsageError
from casus.schema.findings import Finding
from casus.schema.rules.file import finding

#: Files that hold a list of entries, relative to the dataset's folder, and the kind of these.
LISTS = {
    "registries/actors.yaml": "actor",
    "registries/places.yaml": "place",
    "registries/publishers.yaml": "publisher",
    "registries/states.yaml": "state",
    "revisions.yaml": "revision",
    "wanted.yaml": "wanted",
    "exceptions.yaml": "exception",
    "changes.yaml": "change",
    "losses.yaml": "loss",
}
RECORD_SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class Collection:
    """What was read from a dataset folder: the corpus, its head, and what the readers found."""

    corpus: Corpus
    head: dict[str, Any]
    findings: tuple[Finding, ...]


def read_collection(folder: Path) -> Collection:
    """Read a dataset folder: ``dataset.yaml``, ``records/``, ``registries/`` and the lists beside them.

    Raises
    ------
    UsageError
        If the folder is not a dataset folder.
    """
    if not (folder / "dataset.yaml").is_file():
        raise UsageError(
            f"{folder} is not a dataset folder: it has no dataset.yaml. Give the folder that holds records/."
        )
    head = read_document(folder / "dataset.yaml")
    entries, findings = read_lists(folder)
    records, more = read_records(record_files([folder / "records"]))
    data = head.data if isinstance(head.data, dict) else {}
    corpus = Corpus((*entries, *records), as_of=data.get("as_of"))
    return Collection(corpus, data, (*head.findings, *findings, *more))


def read_lists(folder: Path) -> tuple[list[Entry], list[Finding]]:
    """Read the registries and lists of a dataset folder; a list that is not there is empty."""
    entries: list[Entry] = []
    findings: list[Finding] = []
    for name, kind in LISTS.items():
        path = folder / name
        if path.is_file():
            document = read_document(path)
            findings.extend(document.findings)
            entries.extend(list_entries(document, kind, findings))
    return entries, findings


def list_entries(document: Document, kind: str, findings: list[Finding]) -> Iterator[Entry]:
    """Yield the entries of a parsed list; what is not a group of fields is added to the findings."""
    if document.data is None or document.data == []:
        return
    if not isinstance(document.data, list):
        findings.append(_not_a_record(document, (), "a single value where a list of entries belongs"))
        return
    for index, data in enumerate(document.data):
        if isinstance(data, dict):
            yield Entry(kind, data, document.file, (index,), locate=document.locate)
        else:
            findings.append(_not_a_record(document, (index,), "an entry that is not a group of fields"))


def record_files(paths: Iterable[Path]) -> list[Path]:
    """Return the record files among paths and in folders, sorted.

    Raises
    ------
    UsageError
        If a path does not exist.
    """
    files: set[Path] = set()
    for path in paths:
        if path.is_dir():
            files.update(each for each in path.rglob("*") if each.suffix in RECORD_SUFFIXES and each.is_file())
        elif path.is_file():
            files.add(path)
        else:
            raise UsageError(f"{path} does not exist. Give record files or folders that hold them.")
    return sorted(files)


def read_records(files: Iterable[Path]) -> tuple[list[Entry], list[Finding]]:
    """Read record files; a file that does not hold one record gives findings and no entry."""
    entries: list[Entry] = []
    findings: list[Finding] = []
    for path in files:
        entry, found = record_entry(read_document(path, _short(path)), path)
        findings.extend(found)
        if entry:
            entries.append(entry)
    return entries, findings


def record_entry(document: Document, path: Path | None = None) -> tuple[Entry | None, list[Finding]]:
    """Return the entry that a parsed record file holds, and what is wrong with the file."""
    findings = list(document.findings)
    if not isinstance(document.data, dict):
        if not findings:
            findings.append(_not_a_record(document, (), "nothing" if document.data is None else "no group of fields"))
        return None, findings
    entry = Entry("event", document.data, document.file, locate=document.locate)
    if path is not None and entry.id and not entry.imported:
        findings.extend(entry.placed(each) for each in _name_and_folder(entry.id, path))
    return entry, findings


def _name_and_folder(record_id: str, path: Path) -> Iterator[Finding]:
    if path.stem != record_id:
        yield finding("CAS408", path=("id",), value=path.name, id=record_id)
    year = record_id[:4]
    if path.parent.name.isdigit() and path.parent.name != year:
        yield finding("CAS409", path=("id",), value=path.parent.name, year=year)


def _not_a_record(document: Document, path: tuple[int, ...], what: str) -> Finding:
    line, column = document.locate(path) or (1, 1)
    return finding("CAS410", path=path, value=what).at(file=document.file, line=line, column=column)


def _short(path: Path) -> str:
    """Return a path relative to the current folder where it lies below it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def dataset_folder_of(path: Path) -> Path | None:
    """Return the dataset folder that a path lies in: the nearest one above it that has ``registries/``."""
    for parent in (path.resolve(), *path.resolve().parents):
        if (parent / "registries").is_dir() and (parent / "dataset.yaml").is_file():
            return parent
    return None
