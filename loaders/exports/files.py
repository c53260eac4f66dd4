"""Files that are written aside and moved into place whole, and that never overwrite others unasked."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from casus.schema.errors import UsageError


def refuse_to_overwrite(paths: Sequence[Path], *, force: bool) -> None:
    """Refuse if one of the files is there already.

    Raises
    ------
    UsageError
        If a file exists and ``force`` is false, or a folder stands in its place.
    """
    for path in paths:
        if path.is_dir():
            raise UsageError(f"{path} is a folder. Give the name of a file.")
    there = [path for path in paths if path.exists() or path.is_symlink()]
    if there and not force:
        more = f" and {len(there) - 1} more" if len(there) > 1 else ""
        raise UsageError(f"{there[0]}{more} exists already. Give another place, or --force to overwrite.")


@contextmanager
def written_aside(path: Path, *, force: bool) -> Iterator[Path]:
    """Give a path to write to that becomes ``path`` when all went well; otherwise nothing is left of it.

    Raises
    ------
    UsageError
        If the file exists and ``force`` is false, or cannot be written.
    """
    refuse_to_overwrite([path], force=force)
    with _folder_beside(path.parent) as aside:
        yield aside / path.name
        (aside / path.name).replace(path)


@contextmanager
def all_written_aside(folder: Path, names: Sequence[str], *, force: bool) -> Iterator[Path]:
    """Give a folder to write files of these names to, which become files of ``folder`` when all went well.

    Raises
    ------
    UsageError
        If one of the files exists and ``force`` is false, or they cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file. Give the name of a folder.")
    refuse_to_overwrite([folder / name for name in names], force=force)
    with _folder_beside(folder) as aside:
        yield aside
        for name in names:
            (aside / name).replace(folder / name)


@contextmanager
def _folder_beside(folder: Path) -> Iterator[Path]:
    aside = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".casus-export-", dir=folder))
        yield aside
    except OSError as error:
        raise UsageError(f"{folder} cannot be written ({error.strerror or error}). Give a folder that can.") from None
    finally:
        if aside is not None:
            shutil.rmtree(aside, ignore_errors=True)
