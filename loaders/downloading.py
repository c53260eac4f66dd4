"""One file from an address or a folder, into a part that the next try goes on with: the downloader for pooch."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from casus.schema.errors import ReleaseError

if TYPE_CHECKING:
    import requests

#: Told what is done, how many bytes of it, and of how many.
Progress = Callable[[str, int, int], None]
#: Seconds to wait for a connection, and for the next bytes.
TIMEOUT = (10.0, 30.0)
#: How many tries without one new byte end the download, and how many there are at most.
TRIES, MOST_TRIES = 4, 100
#: Seconds before the next try; they double with every try in vain.
PAUSE = 0.5
#: What a file of unknown size may have.
MOST_BYTES = 16_000_000
_CHUNK = 16_384
_PARTIAL, _WHOLE, _NO_SUCH_RANGE = 206, 200, 416
_FOR_NOW = frozenset({408, 425, 429, 500, 502, 503, 504})


class NotFetchedError(ReleaseError):
    """A file that could not be had; the text says why."""


class _CutError(Exception):
    """The connection broke, or the server asks to come again: worth another try."""


class Download:
    """Downloads files for pooch, with what is there already kept.

    Parameters
    ----------
    parts
        Folder for parts of files.
    sizes
        How many bytes each file has, by name; a file that is not named there may have some megabytes.
    progress
        Told how many bytes of all files are there.
    """

    def __init__(self, parts: Path, sizes: Mapping[str, int], progress: Progress | None = None) -> None:
        self.parts = parts
        self.sizes = sizes
        self.progress = progress
        #: Bytes of the files that are complete.
        self.before = 0
        #: Whether the last file was begun by an earlier try.
        self.resumed = False

    def __call__(self, url: str, output_file: str, _pooch: object = None) -> None:
        """Download one file; pooch checks its SHA-256 afterwards.

        Raises
        ------
        NotFetchedError
            If it cannot be had: the server has no such file, or breaks off again and again.
        """
        name = unquote(url.rpartition("/")[2])
        part = self.parts / f"{name}.part"
        if "://" in url and not url.startswith("file://"):
            self._over_http(url, name, part)
        else:
            self._from_folder(url, name, part)
        shutil.move(part, output_file)

    def _over_http(self, url: str, name: str, part: Path) -> None:
        import requests

        in_vain = 0
        have = self._size(part, name)
        self.resumed = have > 0
        with requests.Session() as session:
            for _ in range(MOST_TRIES):
                if have == self.sizes.get(name):
                    return
                try:
                    self._more(session, url, name, part, have)
                except (_CutError, requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError,
                        requests.exceptions.ContentDecodingError) as error:  # fmt: skip
                    now = self._size(part, name)
                    in_vain = 0 if now > have else in_vain + 1
                    have = now
                    if in_vain >= TRIES:
                        raise NotFetchedError(f"{_reason(error)}, {in_vain} times in a row") from None
                    time.sleep(PAUSE * 2**in_vain if in_vain else 0)
                except requests.RequestException as error:
                    raise NotFetchedError(_reason(error)) from None
                else:
                    return
        raise NotFetchedError(f"the connection broke {MOST_TRIES} times")

    def _size(self, part: Path, name: str) -> int:
        """Return how many bytes of a file are there; a part that is too long is removed."""
        size = part.stat().st_size if part.is_file() else 0
        if size > self.sizes.get(name, MOST_BYTES):
            part.unlink()
            return 0
        return size

    def _more(self, session: requests.Session, url: str, name: str, part: Path, have: int) -> None:
        """Ask for what is missing and write it to the part."""
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        with session.get(url, headers=headers, stream=True, timeout=TIMEOUT) as answer:
            status = answer.status_code
            said = f"the server answered {status} {answer.reason}".rstrip()
            if status in _FOR_NOW:
                raise _CutError(said)
            if status == _NO_SUCH_RANGE or (status == _PARTIAL and not _goes_on(answer, have)):
                part.unlink(missing_ok=True)
                raise _CutError(said)
            if status not in (_WHOLE, _PARTIAL):
                raise NotFetchedError(said)
            self._write(answer.iter_content(_CHUNK), name, part, have if status == _PARTIAL else 0)

    def _from_folder(self, url: str, name: str, part: Path) -> None:
        path = Path(unquote(urlsplit(url).path)) if url.startswith("file://") else Path(url)
        self.resumed = False
        if not path.is_file():
            raise NotFetchedError("there is no such file")
        try:
            with path.open("rb") as stream:
                self._write(iter(lambda: stream.read(_CHUNK), b""), name, part, 0)
        except _CutError:
            part.unlink()
            raise NotFetchedError(f"it has not the {self.sizes[name]} bytes that it must have") from None

    def _write(self, chunks: Any, name: str, part: Path, have: int) -> None:
        wanted, done = self.sizes.get(name), have
        with part.open("ab" if have else "wb") as stream:
            for chunk in chunks:
                done += len(chunk)
                if done > (MOST_BYTES if wanted is None else wanted):
                    break
                stream.write(chunk)
                if self.progress is not None:
                    self.progress("fetching", self.before + done, sum(self.sizes.values()))
        if done > (MOST_BYTES if wanted is None else wanted):
            part.unlink()
            raise NotFetchedError(f"it has more than the {wanted or MOST_BYTES} bytes that it must have")
        if wanted is not None and done < wanted:
            raise _CutError(f"the connection ended after {done} of {wanted} bytes")


def _goes_on(answer: requests.Response, have: int) -> bool:
    """Whether an answer with a part of a file begins where what is there ends."""
    return bool(have) and answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")


def _reason(error: Exception) -> str:
    """Return why a connection failed, in the words of the innermost error."""
    if isinstance(error, _CutError):
        return str(error)
    inner: BaseException = error
    while (cause := inner.__cause__ or inner.__context__) is not None:
        inner = cause
    if isinstance(inner, TimeoutError):
        return "the server did not answer in time"
    said = getattr(inner, "strerror", None) or str(inner) or type(error).__name__
    return f"no connection ({' '.join(str(said).split())[:200]})"
