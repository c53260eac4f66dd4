"""From paths to what is judged and what it is judged against."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from casus.checking import Report, check
from casus.collection import FORMS, LISTS, dataset_folder_of, list_entries, read_records, record_files
from casus.context import Context, as_of, folder_context, release_context, shown_path
from casus.documents import MOST_BYTES, read_document
from casus.schema.corpus import Corpus, Entry
from casus.schema.errors import UsageError
from casus.schema.findings import Finding, Severity
from casus.standard_input import DASH, NAME, Given, read_standard_input

if TYPE_CHECKING:
    from casus.own_registry import OwnRegistry

#: Told what is being done, and how many of how many are done.
Progress = Callable[[str, int, int], None]


class Chosen(NamedTuple):
    """The files that paths stand for: records, and registries of the dataset folder that they all lie in."""

    records: tuple[Path, ...]
    lists: tuple[tuple[Path, str], ...]
    #: Heads of dataset folders that were given as a whole.
    heads: tuple[Path, ...]
    folder: Path | None
    #: The records that were named themselves, and not found in a folder.
    named: frozenset[Path] = frozenset()


class Gathered(NamedTuple):
    """What is judged, what it is judged against, and what the readers found."""

    judged: tuple[Entry, ...]
    context: Context
    findings: tuple[Finding, ...]
    own: OwnRegistry | None
    #: Texts of what is no file, for reports that show the line of a finding.
    texts: Mapping[str, str] = {}

    def report(self, progress: Progress | None = None) -> Report:
        """Return the verdict."""
        corpus = Corpus((*self.context.entries, *self.judged), as_of=self.context.as_of)
        told = None if progress is None else (lambda done, of: progress("checking", done, of))
        only = self.judged if self.context.entries else None
        report = check(corpus, found=self.findings, only=only, progress=told)
        told_by = self.own.told if self.own else (lambda each: each)
        return report.replaced(tuple(map(told_by, report.findings)), texts=self.texts)


def gather(
    paths: Sequence[Path],
    registry: Sequence[Path] = (),
    progress: Progress | None = None,
    stdin_format: str | None = None,
) -> Gathered:
    """Read what the paths stand for (``-``: standard input), and what it is judged against.

    Raises
    ------
    UsageError
        If a path does not exist or cannot be read, or if nothing is there to be judged.
    """
    own = own_registry(registry) if registry else None
    files = [path for path in paths if str(path) != DASH]
    given = _standard_input(paths, stdin_format)
    chosen = choose(files, own)
    if not (chosen.records or chosen.lists or own or given):
        raise UsageError(
            f"There is no record file in {', '.join(map(str, paths))}. Files of records end in {', '.join(FORMS)}."
        )
    entries, findings = _read(chosen, progress)
    if given:
        entries.extend(given.entries)
        findings.extend(given.findings)
    if own:
        findings.extend(own.findings)
    mine = {path.resolve() for path in (*chosen.records, *(path for path, _ in chosen.lists))}
    context = _context(chosen, mine, entries)
    texts = {NAME: given.text} if given and len(given.text) <= MOST_BYTES else {}
    return Gathered((*(own.entries if own else ()), *entries), context, tuple(findings), own, texts)


def _standard_input(paths: Sequence[Path], form: str | None) -> Given | None:
    given = [path for path in paths if str(path) == DASH]
    if len(given) > 1:
        raise UsageError("Standard input (-) can be read only once.")
    return read_standard_input(form) if given else None


def own_registry(registry: Sequence[Path]) -> OwnRegistry:
    """Read registries of one's own; the module is imported when there are any."""
    from casus.own_registry import read_own_registry

    return read_own_registry(registry)


def choose(paths: Sequence[Path], own: OwnRegistry | None = None) -> Chosen:
    """Return the files that paths stand for.

    Raises
    ------
    UsageError
        If a path does not exist, or the paths lie in more than one dataset folder.
    """
    registered = {path.resolve() for path in own.files} if own else set()
    lists: dict[Path, str] = {}
    heads, records, named = [], [], set()
    for path in paths:
        whole = (path / "dataset.yaml").is_file()
        if whole:
            heads.append(path / "dataset.yaml")
        elif found := _lists_in(path):
            lists.update(found)
            continue
        if whole:
            lists.update({path / name: kind for name, kind in LISTS.items() if (path / name).is_file()})
        inner = path / "records" if whole else path
        records += record_files([inner]) if not whole or inner.is_dir() else []
        named.update([path] if path.is_file() else [])
    records = sorted({path for path in records if path.resolve() not in registered})
    folder = _one_folder([*records, *lists, *heads])
    return Chosen(tuple(records), tuple(lists.items()), tuple(heads), folder, frozenset(named))


def _lists_in(path: Path) -> dict[Path, str]:
    """Return the registries of a dataset folder that a path stands for: a file of these, or their folder."""
    folder = dataset_folder_of(path)
    if folder is None:
        return {}
    known = {(folder / name): kind for name, kind in LISTS.items() if (folder / name).is_file()}
    if path.is_dir():
        inside = {file: kind for file, kind in known.items() if file.parent == path.resolve()}
        return {path / file.name: kind for file, kind in inside.items()} if path.resolve() != folder else {}
    return {path: known[path.resolve()]} if path.resolve() in known else {}


def _one_folder(files: Sequence[Path]) -> Path | None:
    parents = {path.parent for path in files}
    folders = sorted({folder for folder in map(dataset_folder_of, parents) if folder is not None})
    if len(folders) > 1:
        raise UsageError(
            f"The paths lie in several dataset folders ({', '.join(map(str, folders))}). Give those of one."
        )
    return folders[0] if folders else None


def _read(chosen: Chosen, progress: Progress | None) -> tuple[list[Entry], list[Finding]]:
    entries: list[Entry] = []
    findings: list[Finding] = [each for head in chosen.heads for each in read_document(head).findings]
    for path, kind in chosen.lists:
        document = read_document(path)
        findings.extend(document.findings)
        entries.extend(list_entries(document, kind, findings))
    for number, path in enumerate(chosen.records, 1):
        read, found = read_records([path])
        entries.extend(read)
        # A table that lies among records need not be one of records; whoever names it says that it is.
        findings.extend(found if path in chosen.named else map(_aside, found))
        if progress is not None:
            progress("reading", number, len(chosen.records))
    return entries, findings


def _aside(found: Finding) -> Finding:
    return found.at(severity=Severity.WARNING) if found.code == "CAS416" else found


def _context(chosen: Chosen, mine: set[Path], entries: Sequence[Entry]) -> Context:
    """Return the context: a record that comes from outside the dataset folder and bears an id of it is a change."""
    if chosen.folder is None:
        return release_context({entry.id for entry in entries if entry.kind == "event"})
    if chosen.heads and not [path for path in chosen.records if dataset_folder_of(path.parent) is None]:
        return Context((), as_of(chosen.folder))  # the folder is judged as a whole
    outside = {NAME, *(shown_path(path) for path in chosen.records if _is_outside(path, chosen.folder))}
    replaced = {entry.id for entry in entries if entry.kind == "event" and entry.file in outside}
    return folder_context(chosen.folder, mine, replaced)


def _is_outside(path: Path, folder: Path) -> bool:
    """Whether a file is none of a dataset folder's own records: one of its releases repeats them."""
    return dataset_folder_of(path.parent) is None or path.resolve().is_relative_to(folder / "releases")
