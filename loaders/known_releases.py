"""The list of releases (``releases.json``): of every published release, what its manifest must be.

A release's manifest says what its files must be; the list says what the manifest must be. The one that counts is inside
the package, so that a release is known wherever its files come from. ``casus build`` adds to the list in the folder
that it builds into, and never changes what stands there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from casus.bundle import in_order, releases_folder
from casus.digests import sha256_of
from casus.manifest import FILE as MANIFEST
from casus.manifest import Manifest, listed_files
from casus.schema.base import Record
from casus.schema.constraints import Items, Pattern, Range
from casus.schema.errors import ReleaseError, UsageError
from casus.schema.types import VERSION, Day

FILE = "releases.json"
HEX = Pattern("^[0-9a-f]{64}$", "a SHA-256 in hexadecimal", "0" * 64)
_Count = Annotated[int, Range(0, 1e15)]


class KnownRelease(Record):
    """What is known of one published release."""

    version: Annotated[str, VERSION] = Field(description="Version of the data.")
    schema_version: Annotated[str, VERSION] = Field(description="Version of the schema that the records follow.")
    as_of: Day = Field(description="Day up to which the records were kept.")
    manifest_bytes: _Count = Field(description="Size of the manifest in bytes.")
    manifest_sha256: Annotated[str, HEX] = Field(description="SHA-256 of the manifest's bytes.")
    files: _Count = Field(description="Number of files, the manifest included.")
    bytes: _Count = Field(description="Size of all files together, in bytes.")


class ReleaseList(Record):
    """Every published release, oldest first."""

    releases: Annotated[tuple[KnownRelease, ...], Items(least=0, most=10_000)] = Field(description="The releases.")


@cache
def published() -> Mapping[str, KnownRelease]:
    """Return the published releases that this package knows, by version, oldest first."""
    return read_list(releases_folder())


def read_list(folder: Path) -> Mapping[str, KnownRelease]:
    """Return the list in a folder of releases, by version, oldest first; nothing where there is none.

    Raises
    ------
    ReleaseError
        If the list cannot be read.
    """
    path = folder / FILE
    try:
        found = ReleaseList.model_validate_json(path.read_bytes()).releases
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ReleaseError(f"{path}: the list of releases cannot be read ({error.strerror}).") from None
    except ValidationError:
        raise ReleaseError(f"{path}: the list of releases is damaged. Install casus-events again.") from None
    by_version = {each.version: each for each in found}
    if len(by_version) != len(found):
        raise ReleaseError(f"{path}: the list of releases has a version twice. Install casus-events again.")
    return {version: by_version[version] for version in in_order(by_version)}


def describe_release(folder: Path, manifest: Manifest) -> KnownRelease:
    """Return what the list says of a release in a folder."""
    path = folder / MANIFEST
    size, files = path.stat().st_size, listed_files(folder)
    return KnownRelease(
        version=manifest.version,
        schema_version=manifest.schema_version,
        as_of=manifest.as_of,
        manifest_bytes=size,
        manifest_sha256=sha256_of(path),
        files=len(files) + 1,
        bytes=size + sum(each.bytes for each in files),
    )


def refuse_another(releases: Path, built: KnownRelease) -> None:
    """Refuse to build a version that was built before with another manifest, even if its folder is gone.

    Raises
    ------
    UsageError
        If the list has the version with another manifest.
    """
    old = read_list(releases).get(built.version)
    if old is not None and old.manifest_sha256 != built.manifest_sha256:
        raise UsageError(
            f"Version {built.version} stands in {releases / FILE} with another manifest (SHA-256 "
            f"{old.manifest_sha256[:12]}...). A release is never changed: set a new version in dataset.yaml and build "
            "again. Only if that version was never given to anybody, take it out of the list."
        )


def add_to_list(releases: Path, built: KnownRelease) -> None:
    """Add a release to the list in a folder of releases; the file is replaced whole, and only if it changes.

    Raises
    ------
    UsageError
        If the list has the version with another manifest.
    """
    refuse_another(releases, built)
    known = dict(read_list(releases))
    if known.get(built.version) == built:
        return
    known[built.version] = built
    wanted = ReleaseList(releases=tuple(known[version] for version in in_order(known)))
    aside = releases / f".{FILE}"
    aside.write_text(list_text(wanted), "utf-8", newline="\n")
    aside.replace(releases / FILE)


def list_text(releases: ReleaseList) -> str:
    """Return the list as it stands in its file."""
    return json.dumps(json.loads(releases.model_dump_json()), indent=2) + "\n"
