"""Where releases are: bundled with the package, in the cache of ``casus fetch``, or in a folder of one's own."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from pathlib import Path
from typing import NamedTuple

from casus.bundle import VERSION, bundled_versions, in_order, newest, releases_folder, versions_in
from casus.known_releases import published
from casus.manifest import FILE as MANIFEST
from casus.manifest import MOST_BYTES
from casus.schema.errors import InvalidRecordsError, UsageError
from casus.schema.rules.field import nearest
from casus.schema.rules.file import finding

#: The variable that names another folder for fetched releases.
CACHE = "CASUS_CACHE"
_PINNED = re.compile("[0-9a-f]{64}")


class Located(NamedTuple):
    """A release folder, and what its manifest must be.

    ``sha256`` is that of the published manifest, or the one that a release unknown to the package was fetched with;
    None for a folder of one's own. ``note`` says where it is from, if it is not one of the published releases.
    """

    folder: Path
    sha256: str | None
    note: str = ""


class Versions(list[str]):
    """Versions of the releases that are at hand, newest last; printed with where each of them is.

    Attributes
    ----------
    bundled
        Those that come with the package.
    cached
        Those that were fetched.
    fetchable
        Published ones that are not here; ``casus.fetch`` gets them.
    """

    def __init__(self, bundled: list[str], cached: list[str], fetchable: list[str]) -> None:
        super().__init__(in_order({*bundled, *cached}))
        self.bundled = bundled
        self.cached = cached
        self.fetchable = fetchable

    def rows(self) -> list[tuple[str, str]]:
        """Return every version and where it is, those that can be fetched included, newest last."""
        where = dict.fromkeys(self.fetchable, "not here; casus fetch gets it")
        where |= dict.fromkeys(self.cached, "fetched") | dict.fromkeys(self.bundled, "bundled")
        return [(version, where[version]) for version in in_order(where)]

    def __repr__(self) -> str:
        return "\n".join(f"{version}  {where}" for version, where in self.rows()) or "no release"

    def _repr_html_(self) -> str:
        body = "".join(f"<tr><td>{version}</td><td>{where}</td></tr>" for version, where in self.rows())
        return f'<table class="dataframe"><thead><tr><th>version</th><th>where</th></tr></thead>{body}</table>'


def versions() -> Versions:
    """Return the versions that are at hand, bundled or fetched, newest last.

    Returns
    -------
    Versions
        A list of versions that prints with where each is; ``.bundled``, ``.cached`` and ``.fetchable`` say it too.
    """
    bundled, cached = bundled_versions(), [each.name for each in versions_in(cache_folder())]
    cached = [each for each in cached if each not in bundled]
    fetchable = [each for each in published() if each not in (*bundled, *cached)]
    return Versions(bundled, cached, fetchable)


def cache_folder() -> Path:
    """Return the folder of fetched releases: that of the variable ``CASUS_CACHE``, or else the system's usual one."""
    if named := os.environ.get(CACHE):
        return Path(named).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "casus" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/casus"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "casus"


def is_path(version: str | Path) -> bool:
    """Whether what was asked for is a folder, not a version."""
    return isinstance(version, Path) or not VERSION.fullmatch(version)


def locate(version: str | Path | None = None) -> Located:
    """Return where a release is: the newest bundled one, that of a version, or the folder itself.

    Raises
    ------
    UsageError
        If the version is not at hand, or there is no such folder.
    """
    if version is None:
        version = newest().name
    if not version:
        raise UsageError(f"There is no release without a version or a folder. {_at_hand()}")
    if is_path(version):
        return _folder_of_ones_own(Path(version))
    for folder in (releases_folder() / version, cache_folder() / version):
        if (folder / MANIFEST).is_file():
            return _known(folder, str(version))
    raise UsageError(_absent(str(version)))


def pin_of(folder: Path) -> Path:
    """Return the file beside a fetched release that holds the SHA-256 its manifest was fetched with."""
    return folder.with_name(f"{folder.name}.sha256")


def manifest_sha256(folder: Path) -> str | None:
    """Return the SHA-256 of a release folder's manifest; None if it is no file that can be read and is small."""
    path = folder / MANIFEST
    try:
        small = path.is_file() and path.stat().st_size <= MOST_BYTES
        return hashlib.sha256(path.read_bytes()).hexdigest() if small else None
    except OSError:
        return None


def check_manifest(found: Located) -> None:
    """Check the manifest against the list of releases, or against what the release was fetched with.

    Raises
    ------
    InvalidRecordsError
        If it is another (CAS451).
    """
    if found.sha256 is None:
        return
    digest = manifest_sha256(found.folder)
    if digest is not None and digest != found.sha256:
        wrong = finding("CAS451", version=found.folder.name, value=digest, allowed=found.sha256)
        raise InvalidRecordsError([wrong.at(file=str(found.folder / MANIFEST))])


def _known(folder: Path, version: str) -> Located:
    known = published().get(version)
    if known is not None:
        return Located(folder, known.manifest_sha256)
    try:
        pinned = pin_of(folder).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        pinned = ""
    if not _PINNED.fullmatch(pinned):
        raise UsageError(
            f"Release {version} in {folder} is not in the list of releases of this package, and nothing says what its "
            f"manifest must be. Upgrade casus-events; fetch it with `casus fetch {version} --sha256 ...`; if it was "
            "built into that folder, run `casus build` again; or give the folder itself if it is a release of your own."
        )
    return Located(folder, pinned, "not in the list of releases; checked against the SHA-256 that it was fetched with")


def _folder_of_ones_own(folder: Path) -> Located:
    if not folder.is_dir():
        raise UsageError(
            f"There is no release folder {str(folder)!r}, and it is no version either. {_at_hand()} A version looks "
            "like 0.1.0."
        )
    digest = manifest_sha256(folder)
    if digest is not None and digest in {each.manifest_sha256 for each in published().values()}:
        return Located(folder, digest)
    return Located(folder, None, f"not a published release; from {folder}")


def _absent(version: str) -> str:
    if version in published():
        return (
            f"Version {version!r} is published but not bundled and not fetched. Get it with `casus fetch {version}` or "
            f"casus.fetch({version!r}). {_at_hand()}"
        )
    known = [*versions(), *published()]
    return (
        f"There is no version {version!r} here, and this package knows of none{nearest(version, known)}. {_at_hand()} "
        "A later one needs a later casus-events, or `casus fetch --sha256`."
    )


def _at_hand() -> str:
    here = versions()
    fetched = f"; fetched are: {', '.join(here.cached)}" if here.cached else ""
    return f"Bundled are: {', '.join(here.bundled) or 'none'}{fetched}."
