"""A folder moved into place whole: written aside, flushed to the disk, renamed, by one build at a time."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from casus.schema.errors import ReleaseError

LOCK = ".building.lock"
_ASIDE = ".building-"
_FOLDER_MODE, _FILE_MODE = 0o755, 0o644


@contextmanager
def one_build(folder: Path) -> Iterator[None]:
    """Hold a folder's lock, and remove what killed builds have left in it.

    The lock is one of the operating system: it ends with the process that holds it, however that ends, so that none
    is ever stale. Its file is removed at the end, and says meanwhile which process it is.

    Raises
    ------
    ReleaseError
        If another build holds it.
    OSError
        If nothing can be written in the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / LOCK
    handle = _locked(path)
    try:
        _clear(folder)
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def _locked(path: Path) -> int:
    """Return the handle of the lock file, locked and with the number of this process in it."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, _FILE_MODE)
        try:
            _lock(handle)
        except BlockingIOError:
            said = os.read(handle, 32).decode(errors="replace").strip()
            os.close(handle)
            who = f" (process {said})" if said.isdigit() else ""
            raise ReleaseError(
                f"{path.parent}: another build{who} is writing there. Wait until it has ended, then build again."
            ) from None
        except OSError:
            os.close(handle)
            raise
        if not path.exists() or os.fstat(handle).st_ino != path.stat().st_ino:
            os.close(handle)  # the one that held it has removed it between our opening and locking
            continue
        try:
            os.truncate(handle, 0)
            os.write(handle, f"{os.getpid()}\n".encode())
        except OSError:
            path.unlink(missing_ok=True)
            os.close(handle)
            raise
        return handle


def _lock(handle: int) -> None:
    """Take the lock or raise BlockingIOError."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError(error.errno, error.strerror) from None
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _clear(folder: Path) -> None:
    """Remove what killed builds have left; the lock says that none is at work."""
    for stale in folder.glob(f"{_ASIDE}*"):
        if stale.is_dir():
            shutil.rmtree(stale, ignore_errors=True)
    for stale in folder.glob(".*.index.json"):
        stale.unlink(missing_ok=True)


@contextmanager
def aside(parent: Path) -> Iterator[Path]:
    """Give a folder beside the target; whatever is left of it is removed."""
    folder = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=parent))
    try:
        folder.chmod(_FOLDER_MODE)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def place(folder: Path, target: Path) -> None:
    """Move a folder into place: all of it is on the disk before it gets its name."""
    for path in folder.iterdir():
        path.chmod(_FILE_MODE)
        flush(path)
    flush(folder)
    folder.replace(target)
    flush(target.parent)


def flush(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk."""
    if path.is_dir() and os.name != "posix":
        return  # elsewhere a folder cannot be opened
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
