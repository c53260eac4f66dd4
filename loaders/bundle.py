"""Where the bundled releases are: found without reading them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from casus.schema.errors import ReleaseError

#: What the version of a release looks like.
VERSION = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){2}")


def releases_folder() -> Path:
    """Return the folder of the bundled releases."""
    return Path(str(files("casus.dataset"))) / "releases"


def bundled_versions() -> list[str]:
    """Return the versions of the bundled releases, oldest first."""
    return [each.name for each in versions_in(releases_folder())]


def in_order(versions: Iterable[str]) -> list[str]:
    """Return versions, oldest first."""
    return sorted(versions, key=version_key)


def versions_in(folder: Path) -> list[Path]:
    """Return the release folders in a folder, oldest first."""
    listed = folder.iterdir() if folder.is_dir() else ()
    # A folder that begins with a dot is a build at work, or one that was killed.
    found = [each for each in listed if not each.name.startswith(".") and (each / "manifest.json").is_file()]
    return sorted(found, key=lambda each: version_key(each.name))


def version_key(version: str) -> list[int]:
    """Return what data versions are ordered by."""
    return [int(part) if part.isdigit() else -1 for part in version.split(".")]


def newest() -> Path:
    """Return the folder of the newest bundled release.

    Raises
    ------
    ReleaseError
        If none is bundled.
    """
    known = versions_in(releases_folder())
    if not known:
        raise ReleaseError(
            "No release is bundled with this installation. Install casus-events again, or run casus build."
        )
    return known[-1]
