"""What records are judged against: the dataset folder that they lie in, or else the bundled release."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

from casus.bundle import newest, versions_in
from casus.collection import LISTS, RECORD_SUFFIXES, list_entries, read_records
from casus.documents import MOST_BYTES, read_document
from casus.release_index import ReleaseIndex, read_index, stored_index
from casus.schema.corpus import READ, Entry


class Context(NamedTuple):
    """Entries that are not judged themselves, and the day up to which the records were kept."""

    entries: tuple[Entry, ...]
    as_of: str | None


def release_context(replaced: Collection[str] = ()) -> Context:
    """Return the bundled release, without the records of the ids that are replaced."""
    folder = newest()
    index = read_index(folder)
    entries = (each for each in index.entries(folder) if not (each.kind == "event" and each.id in replaced))
    return Context(tuple(entries), index.as_of)


def folder_context(folder: Path, judged: Collection[Path], replaced: Collection[str] = ()) -> Context:
    """Return what a dataset folder holds besides the files that are judged.

    Every file is looked at, because a record that is not released yet counts too. Files that are as they were when the
    folder's newest release was built (told by the SHA-256 of their bytes) are taken from its index; the others are
    parsed.
    """
    index = _index_of(folder)
    lists = [entry for name, kind in LISTS.items() for entry in _list(folder / name, kind, index, judged)]
    names = {path.name for path in judged}  # resolving every path would take longer than reading the files
    others = (path for path in _records(folder) if path.name not in names or path.resolve() not in judged)
    here = f"{Path.cwd()}{os.sep}"
    records = [entry for path in others for entry in _record(path, str(path).removeprefix(here), index)]
    entries = [*lists, *(each for each in records if each.id not in replaced)]
    return Context(tuple(entries), as_of(folder))


def authored_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files of a dataset folder whose entries a release holds, each with the kind of these."""
    yield from ((kind, folder / name) for name, kind in LISTS.items() if kind in READ and (folder / name).is_file())
    yield from (("event", path) for path in _records(folder))


def as_of(folder: Path) -> str | None:
    """Return the day up to which the records of a dataset folder were kept."""
    head = read_document(folder / "dataset.yaml").data
    day = head.get("as_of") if isinstance(head, dict) else None
    return day if isinstance(day, str) else None


def shown_path(path: Path) -> str:
    """Return a path as findings show it: relative to the current folder where it lies below it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _index_of(folder: Path) -> ReleaseIndex | None:
    found = (stored_index(each) for each in reversed(versions_in(folder / "releases")))
    return next((each for each in found if each is not None), None)


def _records(folder: Path) -> list[Path]:
    """Return the record files of a dataset folder, sorted; by plain strings, because there may be thousands."""
    found = [
        os.path.join(parent, name)  # noqa: PTH118
        for parent, _, names in os.walk(folder / "records")
        for name in names
        if name.endswith(RECORD_SUFFIXES)
    ]
    return [Path(each) for each in sorted(found)]


def _record(path: Path, shown: str, index: ReleaseIndex | None) -> list[Entry]:
    known = index.record_of(_content(path), shown) if index else None
    return [known] if known else read_records([path])[0]


def _list(path: Path, kind: str, index: ReleaseIndex | None, judged: Collection[Path]) -> Iterator[Entry]:
    if not path.is_file() or path.resolve() in judged:
        return
    known = index.entries_of(_content(path), kind, str(path)) if index else None
    yield from list_entries(read_document(path), kind, []) if known is None else known


def _content(path: Path) -> bytes:
    """Return a file's bytes; nothing if it is no file, too large or cannot be read, which the reader then says."""
    try:
        status = path.stat()
        return path.read_bytes() if S_ISREG(status.st_mode) and status.st_size <= MOST_BYTES else b""
    except OSError:
        return b""
