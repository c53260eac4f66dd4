"""Registries of one's own, beside those of the dataset: for people who keep records in a repository of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from casus.collection import LISTS, list_entries
from casus.context import shown_path
from casus.documents import read_document
from casus.schema.corpus import Entry
from casus.schema.errors import UsageError
from casus.schema.findings import Finding

#: The files that a registry may hold, and the kind of their entries.
FILES: Mapping[str, str] = {Path(name).name: kind for name, kind in LISTS.items()}
#: The same files as the rules name them in what they say to do.
_NAMED = {Path(name).name: f"dataset/{name}" for name in LISTS}


class OwnRegistry(NamedTuple):
    """The entries of one's own registries, what the readers found, and the files they stand in."""

    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...]
    files: tuple[Path, ...]
    folder: Path

    def told(self, finding: Finding) -> Finding:
        """Return a finding whose fix names the file of one's own registry instead of the dataset's."""
        fix = finding.fix or ""
        for name, said in _NAMED.items():
            if said in fix:
                own = next((path for path in self.files if path.name == name), self.folder / name)
                fix = fix.replace(said, shown_path(own))
        return finding if fix == (finding.fix or "") else finding.at(fix=fix)


def read_own_registry(paths: Iterable[Path]) -> OwnRegistry:
    """Read the registry files in folders (or the files themselves).

    Raises
    ------
    UsageError
        If a path does not exist, or holds no registry.
    """
    given = list(paths)
    files = [file for path in given for file in registry_files(path)]
    entries: list[Entry] = []
    findings: list[Finding] = []
    for file in files:
        document = read_document(file, shown_path(file))
        findings.extend(document.findings)
        entries.extend(list_entries(document, FILES[file.name], findings))
    first = given[0]
    return OwnRegistry(tuple(entries), tuple(findings), tuple(files), first if first.is_dir() else first.parent)


def registry_files(path: Path) -> list[Path]:
    """Return the registry files that a path stands for."""
    if path.is_file():
        found = [path] if path.name in FILES else []
    elif path.is_dir():
        found = [folder / name for folder in (path, path / "registries") for name in FILES]
        found = [each for each in found if each.is_file()]
    else:
        raise UsageError(f"{path} does not exist. Give the folder that holds your registries: {', '.join(FILES)}.")
    if not found:
        raise UsageError(f"{path} holds no registry. The files of a registry are named {', '.join(FILES)}.")
    return found
