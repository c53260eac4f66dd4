"""The authored dataset on disk: records, registries and lists, read into one corpus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from casus.documents import Document, read_document
from casus.schema.corpus import Corpus, Entry
from casus.schema.errors import UsageError
from casus.schema.findings import Finding
from casus.schema.rules.file import finding
from casus.schema.visible import visible

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
#: The forms that records are written in, by the ending of a file's name (in small letters).
FORMS = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
}
RECORD_SUFFIXES = (*FORMS, *(each.upper() for each in FORMS))
#: Endings of files that hold one record each, and are named after it.
SINGLE_SUFFIXES = (".yaml", ".yml", ".json")
#: What is read of a file, part after part: a record if there is one, and what is wrong.
Part = tuple[Entry | None, list[Finding]]


_WRITE_A_LIST = "Write a list: each entry begins with a dash, and has fields such as id and name."


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
        what = "a group of fields" if isinstance(document.data, dict) else "a single value"
        found = _not_a_record(document, (), f"{what} where a list of entries belongs")
        findings.append(found.at(fix=_WRITE_A_LIST))
        return
    for index, data in enumerate(document.data):
        if isinstance(data, dict):
            yield Entry(kind, data, document.file, (index,), locate=document.locate)
        else:
            found = _not_a_record(document, (index,), "an entry that is not a group of fields")
            findings.append(found.at(fix=_WRITE_A_LIST))


def check_path(path: Path) -> None:
    """Refuse a path that cannot even be looked at; that it is not there says whoever reads it.

    Raises
    ------
    UsageError
        If the path is too long, a loop of links, or may not be looked at.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(
            f"{_named(path)}: cannot be read ({reason}). Give the path of a readable file or folder."
        ) from None


def record_files(paths: Iterable[Path]) -> list[Path]:
    """Return the record files among paths and in folders, sorted.

    Raises
    ------
    UsageError
        If a path does not exist or is neither a file nor a folder, or if a folder holds a link that leads out of it.
    """
    files: set[Path] = set()
    for path in paths:
        if path.is_dir():
            files.update(each for each in path.rglob("*") if _is_record_file(each, path))
        elif path.is_file():
            files.add(path)
        elif path.exists():
            raise UsageError(f"{_named(path)} is neither a file nor a folder. Give record files or folders.")
        else:
            raise UsageError(f"{_named(path)} does not exist. Give record files or folders that hold them.")
    return sorted(files)


def _is_record_file(path: Path, folder: Path) -> bool:
    """Whether a folder's entry is a record file; what would be left out, or read from elsewhere, is a usage error."""
    named_so = path.suffix in RECORD_SUFFIXES
    if path.is_symlink() and (named_so or path.is_dir()):
        _check_link(path, folder)
    if not named_so or path.is_dir():
        return False
    if not path.is_file():
        raise UsageError(f"{_named(path)} is named like a record and is no file. Remove or rename it.")
    return True


def _check_link(path: Path, folder: Path) -> None:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):  # nothing there, or a loop
        raise UsageError(f"{_named(path)} is a link that leads nowhere. Remove it.") from None
    if not target.is_relative_to(folder.resolve()):
        raise UsageError(
            f"{_named(path)} is a link that leads out of {_named(folder)}. Give the path that it leads to beside the "
            "folder, and remove the link."
        )


def _named(path: Path) -> str:
    return visible(str(path))


def read_records(files: Iterable[Path]) -> tuple[list[Entry], list[Finding]]:
    """Read files of records, whatever their form; what cannot be read gives findings and no entry."""
    entries: list[Entry] = []
    findings: list[Finding] = []
    for path in files:
        for entry, found in _parts(path):
            findings.extend(found)
            if entry:
                entries.append(entry)
    return entries, findings


def _parts(path: Path) -> Iterator[Part]:
    name, form = _short(path), FORMS.get(path.suffix.lower(), "yaml")
    if form in ("yaml", "json"):
        yield record_entry(read_document(path, name), path)
    elif form == "parquet":
        from casus.parquet_documents import read_parquet

        for each in read_parquet(path, name):
            yield (each, []) if isinstance(each, Entry) else (None, [each])
    else:
        try:
            with path.open("rb") as stream:
                yield from stream_parts(stream, name, form)
        except OSError as error:
            raise UsageError(f"{name}: cannot be read ({error.strerror}). Give the path of a readable file.") from None


def stream_parts(stream: BinaryIO, name: str, form: str) -> Iterator[Part]:
    """Read a stream of records, of the form ``jsonl`` or ``csv``, one after another."""
    if form == "jsonl":
        from casus.line_documents import read_lines

        for document in read_lines(stream, name):
            yield record_entry(document)
        return
    from casus.csv_documents import read_csv

    for row in read_csv(stream, name):
        found = list(row.findings)
        whole = isinstance(row.data, dict)
        entry = Entry("event", row.data, name, locate=row.locate, column_of=row.column_of) if whole else None
        yield entry, found


def record_entry(document: Document, path: Path | None = None) -> tuple[Entry | None, list[Finding]]:
    """Return the entry that a parsed record file holds, and what is wrong with the file."""
    findings = list(document.findings)
    if not isinstance(document.data, dict):
        if not findings:
            findings.append(_not_a_record(document, (), _instead_of_a_record(document.data)))
        return None, findings
    entry = Entry("event", document.data, document.file, locate=document.locate)
    if path is not None and entry.id and not entry.imported:
        findings.extend(entry.placed(each) for each in _name_and_folder(entry.id, path))
    return entry, findings


def _instead_of_a_record(data: Any) -> str:
    if data is None:
        return "nothing"
    if isinstance(data, list) and data and all(isinstance(each, dict) for each in data):
        return f"a list of {len(data):,} records"
    return "no group of fields"


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
