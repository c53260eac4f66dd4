"""What a change brings: the findings of today that count, told from those that stood there before.

All is read and judged together. A finding counts if it stands in a file that was asked for and that the change added or
modified, or if it was not there before, wherever it stands: a record that links to a deleted one, or two records that
became near-duplicates, are caused by the change although their own files are as they were. The other findings are
counted and not shown. "Before" is the common ancestor of the reference and what is checked out, judged by today's
rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from casus.changes import Change, change_since
from casus.checking import Report, in_order
from casus.collection import dataset_folder_of
from casus.gathering import Progress, gather
from casus.schema.errors import UsageError
from casus.schema.findings import Finding

_Key = tuple[str, str, str, tuple[str | int, ...]]


def changed_report(
    paths: Sequence[Path], registries: Sequence[Path], ref: str, progress: Progress | None = None
) -> Report:
    """Return the report on what has changed since a git reference.

    Parameters
    ----------
    paths
        What is asked for; where it lies in a dataset folder, that is judged as a whole. None: the dataset folder in
        the current folder, or the current folder if it is one.
    registries
        Registries of one's own.
    ref
        Branch, tag or commit.
    progress
        See :func:`casus.validate`.

    Raises
    ------
    UsageError
        If a path or the reference cannot be used.
    """
    asked = list(paths) or ([] if registries else [_here()])
    change = change_since(ref, [*asked, *registries])
    whole = _whole(asked)
    report = gather(whole, registries, progress).report(progress)
    mine: list[Finding] = []
    rest: list[Finding] = []
    for finding in report.findings:
        file = Path(finding.file or "").resolve()
        inside = file.is_relative_to(change.root)
        counts = not inside or (change.touches(file) and _asked_for(file, [*asked, *registries]))
        (mine if counts else rest).append(finding)
    new = _not_there_before(rest, change, whole, registries)
    return report.replaced(in_order([*mine, *new]), untouched=len(rest) - len(new))


def _here() -> Path:
    for folder in (Path("dataset"), Path()):
        if (folder / "dataset.yaml").is_file():
            return folder
    raise UsageError("There is no dataset folder here. Give the record files or folders that are to be judged.")


def _whole(paths: Sequence[Path]) -> list[Path]:
    """Return the paths, and for those in a dataset folder the folder."""
    found: dict[Path, None] = {}
    for path in paths:
        folder = dataset_folder_of(path)
        found[_as_given(folder, path) if folder else path] = None
    return list(found)


def _as_given(folder: Path, path: Path) -> Path:
    """Return a folder the way the path was given: relative if that is."""
    here = Path.cwd()
    return folder.relative_to(here) if not path.is_absolute() and folder.is_relative_to(here) else folder


def _asked_for(file: Path, paths: Sequence[Path]) -> bool:
    return any(file.is_relative_to(path.resolve()) for path in paths)


def _not_there_before(
    findings: Sequence[Finding], change: Change, paths: Sequence[Path], registries: Sequence[Path]
) -> list[Finding]:
    if not findings:
        return []
    before = _findings_before(change, paths, registries)
    new = []
    for finding in findings:
        key = _key(finding, change.root)
        if before[key]:
            before[key] -= 1
        else:
            new.append(finding)
    return new


def _findings_before(change: Change, paths: Sequence[Path], registries: Sequence[Path]) -> Counter[_Key]:
    with change.before([*paths, *registries]) as tree:

        def moved(path: Path) -> Path:
            return tree / path.resolve().relative_to(change.root)

        there = [path for path in map(moved, paths) if path.exists()]
        own = [path for path in map(moved, registries) if path.exists()]
        if not there and not own:
            return Counter()
        try:
            report = gather(there, own).report()
        except UsageError:  # nothing was there to be judged
            return Counter()
        return Counter(_key(each, tree) for each in report.findings)


def _key(finding: Finding, root: Path) -> _Key:
    """Return what makes two findings the same: the rule, the file, the record and the place in it."""
    file = Path(finding.file or "").resolve()
    name = file.relative_to(root).as_posix() if file.is_relative_to(root) else str(file)
    return finding.code, name, finding.record or "", finding.path
