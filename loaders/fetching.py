"""``casus.fetch``: a published release from an address, a mirror or a folder, into the cache, whole or not at all."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import metadata
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urlsplit, urlunsplit

from casus.bundle import VERSION, releases_folder
from casus.digests import sha256_of
from casus.downloading import Download, NotFetchedError, Progress
from casus.known_releases import KnownRelease, published
from casus.locating import cache_folder, manifest_sha256, pin_of
from casus.manifest import FILE as MANIFEST
from casus.manifest import ListedFile, listed_files, read_manifest
from casus.schema.errors import CasusError, ReleaseError, UsageError
from casus.schema.rules.field import nearest

#: The variable that names another address, or a folder, to fetch from.
BASE_URL = "CASUS_BASE_URL"
_SHA256 = re.compile("[0-9a-f]{64}")


def fetch(
    version: str,
    *,
    base_url: str | None = None,
    cache: str | Path | None = None,
    sha256: str | None = None,
    progress: Progress | None = None,
) -> Path:
    """Fetch a published release and return its folder; afterwards ``casus.load(version=...)`` finds it.

    The list of releases inside the package says what the manifest must be, and the manifest what every file must be.
    Files that are complete are kept when the connection breaks, and the one that was cut is gone on with. The folder
    appears when everything is there.

    Parameters
    ----------
    version
        Version of the data, such as ``0.1.0``.
    base_url
        Address, or folder, under which ``<version>/manifest.json`` lies; ``{version}`` in it is filled in. The variable
        ``CASUS_BASE_URL`` unless given, or else where the project publishes.
    cache
        Folder for fetched releases; the variable ``CASUS_CACHE`` unless given, or else the system's usual one. From a
        folder named here, load by path: ``casus.load(version=casus.fetch(..., cache=...))``.
    sha256
        SHA-256 of the manifest, from somebody whom you trust: needed for a release that is later than this package.
    progress
        Called with ``"fetching"``, how many bytes are there, and of how many.

    Returns
    -------
    Path
        The release's folder: that of the bundled one, if the version is bundled and no cache is named.

    Raises
    ------
    UsageError
        If the package does not know the version and no SHA-256 is given, no address is known, or pooch is missing.
    ReleaseError
        If it cannot be fetched: what was tried, and what to do.
    """
    wanted = _wanted(version, sha256)
    bundled = releases_folder() / version
    if cache is None and manifest_sha256(bundled) == wanted.sha256:
        return bundled
    root = Path(cache).expanduser() if cache is not None else cache_folder()
    try:
        root.mkdir(parents=True, exist_ok=True)
        with _alone(root / f".fetching-{version}.lock", version):
            return _fetched(root, version, wanted, base_url, progress)
    except OSError as error:
        raise ReleaseError(
            f"{root}: the release cannot be kept there ({error.strerror or error}). Make room, or give another folder "
            "with --cache or CASUS_CACHE."
        ) from None


class _Wanted:
    """What the manifest must be: its SHA-256, its size if that is known, and whether the package knows the release."""

    def __init__(self, sha256: str, known: KnownRelease | None) -> None:
        self.sha256 = sha256
        self.known = known


def _wanted(version: str, sha256: str | None) -> _Wanted:
    if not VERSION.fullmatch(version):
        raise UsageError(f"{version!r} is no version. A version looks like 0.1.0.")
    if sha256 is not None and not _SHA256.fullmatch(sha256.lower()):
        raise UsageError(f"--sha256 takes 64 hexadecimal digits, the SHA-256 of the manifest, not {sha256!r}.")
    known = published().get(version)
    if known is None and sha256 is None:
        raise UsageError(
            f"This package knows of no release {version}{nearest(version, published())}; it knows: "
            f"{', '.join(published())}. Upgrade casus-events; or give the SHA-256 of its manifest, from somebody whom "
            "you trust, with --sha256."
        )
    if known is not None and sha256 is not None and sha256.lower() != known.manifest_sha256:
        raise UsageError(
            f"The list of releases says that the manifest of {version} has the SHA-256 {known.manifest_sha256}, not "
            f"{sha256}. Leave --sha256 out, and ask whoever gave it to you."
        )
    return _Wanted(known.manifest_sha256 if known else str(sha256).lower(), known)


def _fetched(root: Path, version: str, wanted: _Wanted, base_url: str | None, progress: Progress | None) -> Path:
    target, work = root / version, root / f".fetching-{version}"
    release, parts = work / "release", work / "parts"
    if os.path.lexists(target):
        if manifest_sha256(target) != wanted.sha256:
            raise ReleaseError(f"{target} exists and is not release {version}. Move it away, or give another --cache.")
        if not _damaged(target):
            return target
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        target.replace(release)
    for folder in (release, parts):
        folder.mkdir(parents=True, exist_ok=True)
    base = _base(base_url, version)
    _download(base, release, parts, version, {MANIFEST: wanted.sha256}, _sizes(wanted), None)
    files = _files(release, version)
    _check_room(root, release, files)
    hashes, sizes = {each.name: each.sha256 for each in files}, {each.name: each.bytes for each in files}
    _download(base, release, parts, version, hashes, sizes, progress)
    for path in release.iterdir():
        if path.name not in (*hashes, MANIFEST):
            path.unlink()
    if wanted.known is None:
        pin_of(target).write_text(f"{wanted.sha256}\n", "ascii")
    release.replace(target)
    shutil.rmtree(work, ignore_errors=True)
    return target


def _sizes(wanted: _Wanted) -> dict[str, int]:
    return {MANIFEST: wanted.known.manifest_bytes} if wanted.known else {}


def _files(release: Path, version: str) -> list[ListedFile]:
    manifest = read_manifest(release)
    if manifest.version != version:
        raise ReleaseError(f"The manifest is that of release {manifest.version}, not {version}. Ask for that version.")
    return listed_files(release)


def _damaged(folder: Path) -> bool:
    """Whether a file of a release folder is missing or has other bytes than its manifest says."""
    try:
        return any(sha256_of(folder / each.name) != each.sha256 for each in listed_files(folder))
    except (OSError, CasusError):
        return True


def _check_room(root: Path, release: Path, files: list[ListedFile]) -> None:
    missing = sum(each.bytes for each in files if not (release / each.name).is_file())
    free = shutil.disk_usage(root).free
    if missing > free:
        raise ReleaseError(
            f"{root}: the release needs {missing:,} bytes more, and {free:,} are free. Make room, or give another "
            "folder with --cache or CASUS_CACHE."
        )


def _download(
    base: str,
    release: Path,
    parts: Path,
    version: str,
    hashes: Mapping[str, str],
    sizes: Mapping[str, int],
    progress: Progress | None,
) -> None:
    """Download files into the release folder; those that are there and right are kept."""
    pooch = _pooch()
    downloads = Download(parts, sizes, progress)
    registry = {name: f"sha256:{sha256}" for name, sha256 in hashes.items()}
    urls = {name: f"{base}/{quote(name)}" for name in hashes}
    store = pooch.create(path=release, base_url=f"{base}/", registry=registry, urls=urls)
    for name in hashes:
        try:
            _one(store, name, downloads)
        except NotFetchedError as error:
            raise ReleaseError(_not_fetched(version, urls[name], str(error), release)) from None
        except ValueError:
            raise ReleaseError(
                f"Release {version} was not fetched: {_shown(urls[name])} has other bytes than were published, and was "
                "removed. Whoever serves it has changed or damaged it: fetch from another address (--base-url or "
                f"{BASE_URL})."
            ) from None
        downloads.before += sizes.get(name, 0)


def _one(store: Any, name: str, downloads: Download) -> None:
    try:
        store.fetch(name, downloader=downloads)
    except ValueError:
        if not downloads.resumed:
            raise
        store.fetch(name, downloader=downloads)  # the old part may have been of other bytes: once more, all of it


def _not_fetched(version: str, url: str, why: str, release: Path) -> str:
    kept = sum(path.is_file() for path in release.iterdir())
    keeps = f" {kept} complete files are kept, and the next try goes on from there." if kept else ""
    return (
        f"Release {version} was not fetched: {_shown(url)}: {why}.{keeps} Check the connection and the address, or "
        f"give another address or a folder with --base-url or {BASE_URL}: that under which {version}/{MANIFEST} lies."
    )


def _base(given: str | None, version: str) -> str:
    base = given or os.environ.get(BASE_URL) or _published_at()
    if not base:
        raise UsageError(
            f"No address is known to fetch from. Give one with --base-url or {BASE_URL}: the address, or the folder, "
            f"under which {version}/{MANIFEST} lies."
        )
    scheme, separator, _ = base.partition("://")
    if separator and scheme.lower() not in ("http", "https", "file"):
        raise UsageError(f"{_shown(base)}: casus fetches from http, https, file and folders, not from {scheme}.")
    whole = (base if separator else str(Path(base).expanduser().absolute())).rstrip("/")
    whole = whole.replace("{version}", version) if "{version}" in whole else f"{whole}/{version}"
    if not separator and not Path(whole).is_dir():
        raise UsageError(f"{whole}: there is no such folder to fetch from; an address begins with https://.")
    return whole


def _published_at() -> str | None:
    """Return where the project publishes releases, as its metadata say."""
    urls = dict(each.partition(", ")[::2] for each in metadata("casus-events").get_all("Project-URL") or [])
    return urls.get("Releases")


def _shown(url: str) -> str:
    """Return an address without the name and password that may be in it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if "://" in url else url


def _pooch() -> Any:
    try:
        import pooch
    except ImportError:
        raise UsageError("This needs pooch. Install it with: pip install 'casus-events[fetch]'") from None
    pooch.get_logger().setLevel("ERROR")  # what it would log is told by the progress bar, and by errors
    return pooch


@contextmanager
def _alone(path: Path, version: str) -> Iterator[None]:
    """Keep other fetches of the same release away; the lock ends with the process."""
    with path.open("a+") as stream:
        if not _locked(stream):
            raise ReleaseError(f"Release {version} is being fetched already ({path}). Wait until that is done.")
        yield


def _locked(stream: IO[str]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
