"""``casus.verify``: what holds of a release, check by check."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from casus.checking import check
from casus.joins import broken_references
from casus.known_releases import published
from casus.locating import Located, locate, manifest_sha256
from casus.manifest import FILE as MANIFEST
from casus.manifest import ListedFile, Manifest, listed_files, read_manifest
from casus.releases import Release, no_file
from casus.schema import SCHEMA_VERSION
from casus.schema.corpus import Corpus
from casus.schema.errors import InvalidRecordsError, NewerSchemaWarning, ReleaseError
from casus.schema.findings import Finding
from casus.schema.rules.file import finding
from casus.schema.versions import Standing, standing
from casus.verification import Check, State, Verification

#: Told what is done, how many of it, and of how many.
Progress = Callable[[str, int, int], None]
_FILES = ("CAS441", "CAS454")
_COLUMNS = ("CAS445", "CAS446", "CAS447")
_CONTENT = ("CAS443", "CAS444")
_ROWS = ("CAS448",)


def verify(release: str | Path | None = None, *, own: bool = False, progress: Progress | None = None) -> Verification:
    """Check everything that can be checked of a release: nothing is believed, and nothing is changed.

    Parameters
    ----------
    release
        A version that is bundled or was fetched, or a release folder; the newest bundled one unless given.
    own
        The release is one of your own, though its version is that of a published one.
    progress
        Called with what is being checked, how many are done, and of how many.

    Returns
    -------
    Verification
        Line by line what holds: the manifest, whether it is the published one, every file's bytes, nothing else in the
        folder, columns, logical digests, rows, records with the rules across them, references between tables, and the
        files of metadata.

    Raises
    ------
    UsageError
        If there is no such version or folder.
    """
    found = locate(release)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NewerSchemaWarning)  # the check of the manifest says it
            manifest = read_manifest(found.folder)
        listed = listed_files(found.folder)
    except InvalidRecordsError as error:
        return _unreadable(found.folder, error.findings)
    whole = _bytes(found.folder, listed)
    checks = [
        _schema(manifest),
        _published(found, manifest, own=own),
        whole,
        _nothing_else(found.folder, listed),
        *_content(Release(found.folder, manifest, found.note), {each.file for each in whole.findings}, progress),
    ]
    if others := [each for each in listed if not each.name.endswith(".parquet")]:
        checks.append(_metadata(found.folder, others))
    return Verification(found.folder, manifest.version, tuple(checks))


def _schema(manifest: Manifest) -> Check:
    """Say what release it is, and how far this package can judge one of its schema."""
    said = f"release {manifest.version}, schema {manifest.schema_version}, kept up to {manifest.as_of}"
    how = standing(manifest.schema_version)
    if how is Standing.NEWER:
        said += f"; newer than schema {SCHEMA_VERSION}, so that codes, rows and records are not judged"
    if how is Standing.OLDER:
        said += f"; checked as it was built, and as upgraded to {SCHEMA_VERSION}"
    return Check("manifest", State.NOT_KNOWN if how is Standing.NEWER else State.HOLDS, said)


def _unreadable(folder: Path, findings: Sequence[Finding]) -> Verification:
    placed = tuple(each if each.file else each.at(file=str(folder / MANIFEST)) for each in findings)
    checks = (
        Check("manifest", State.FAILS, "it cannot be used", placed),
        Check("everything else", State.NOT_CHECKED, "the manifest says what it must be"),
    )
    return Verification(folder, None, checks)


def _published(found: Located, manifest: Manifest, *, own: bool) -> Check:
    name, known = "published", published().get(manifest.version)
    digest = manifest_sha256(found.folder)
    if found.sha256 is not None and digest == found.sha256:
        said = found.note or f"it is release {manifest.version} of the list of releases"
        return Check(name, State.NOT_KNOWN if found.note else State.HOLDS, said)
    wanted = found.sha256 or (known.manifest_sha256 if known else None)
    if own or wanted is None:
        said = "a release of your own" if own else "it is not in the list of releases of this package"
        return Check(name, State.NOT_KNOWN, f"{said}; nobody vouches for its manifest")
    wrong = finding("CAS451", version=manifest.version, value=digest, allowed=wanted)
    said = f"it is not the published release {manifest.version}; if it is a release of your own, say --own"
    return Check(name, State.FAILS, said, (wrong.at(file=str(found.folder / MANIFEST)),))


def _bytes(folder: Path, listed: Sequence[ListedFile]) -> Check:
    """Check size and SHA-256 of every file; nothing is decoded."""
    wrong = tuple(each for file in listed for each in file_faults(folder, file))
    links = sum((folder / each.name).is_symlink() for each in listed)
    faulty = len({each.file for each in wrong})
    also = f" ({links} are links)" if links else ""
    if wrong:
        return Check("bytes", State.FAILS, f"{faulty} of {len(listed)} files are not as built{also}", wrong)
    size = sum(each.bytes for each in listed)
    said = f"{len(listed)} files, {size:,} bytes, size and SHA-256 as the manifest says{also}"
    return Check("bytes", State.HOLDS, said)


def file_faults(folder: Path, said: ListedFile) -> Iterator[Finding]:
    """Yield what is wrong with the bytes of a file: missing, no file, unreadable, of another size or SHA-256."""
    from casus.digests import sha256_of

    path = folder / said.name
    try:
        if not path.is_file():
            yield no_file(path)
        elif (size := path.stat().st_size) != said.bytes:
            yield finding("CAS443", name="the size in bytes", value=size, allowed=said.bytes).at(file=str(path))
        elif (digest := sha256_of(path)) != said.sha256:
            yield finding("CAS443", name="the SHA-256", value=digest, allowed=said.sha256).at(file=str(path))
    except OSError as error:
        problem = f"not readable ({error.strerror})"
        yield finding("CAS454", value=said.name, problem=problem).at(file=str(path))


def _nothing_else(folder: Path, listed: Sequence[ListedFile]) -> Check:
    known = {MANIFEST, *(each.name for each in listed)}
    others = sorted(each.name for each in os.scandir(folder) if each.name not in known)
    wrong = tuple(finding("CAS452", value=name).at(file=str(folder / name)) for name in others)
    if wrong:
        return Check("nothing else", State.FAILS, f"{len(wrong)} in the folder that the manifest does not list", wrong)
    return Check("nothing else", State.HOLDS, "the folder holds what the manifest lists")


def _content(release: Release, damaged: Collection[str | None], progress: Progress | None) -> Iterator[Check]:
    """Yield the checks of what the tables say, from their columns to the references between them.

    Of files whose bytes are not as built nothing more is said: what stands in them means nothing.
    """
    tables, newer = release.names, release.standing is Standing.NEWER
    found: dict[Finding, None] = {}
    unread = 0
    for number, each in enumerate(tables, 1):
        try:
            release.table(each)
        except InvalidRecordsError as error:
            found |= dict.fromkeys(each for each in error.findings if each.file not in damaged)
            unread += 1
        except ReleaseError:
            unread += 1  # the check of bytes says why
        if progress is not None:
            progress("checking tables", number, len(tables))
    whole = len(tables) - unread
    kinds = [
        ("columns", _COLUMNS, "names, types and order are those of the schema"),
        ("content", _CONTENT, "the logical digests and the numbers of rows are as built"),
        ("rows", _ROWS, "values, keys and event ids keep the checks of their tables"),
    ]
    for name, codes, holds in kinds[:2] if newer else kinds:
        yield _of_codes(name, [each for each in found if each.code in codes], whole, len(tables), holds)
    in_records = [each for each in found if each.code not in (*_COLUMNS, *_CONTENT, *_ROWS, *_FILES)]
    if unread:
        if in_records:
            yield Check("records", State.FAILS, _number(in_records), tuple(in_records))
        else:
            yield Check("records", State.NOT_CHECKED, "a table cannot be read")
        yield Check("references", State.NOT_CHECKED, "a table cannot be read")
        return
    yield Check("records", State.NOT_CHECKED, "they follow a newer schema") if newer else _records(release, progress)
    lost = tuple(broken_references(release))
    said = f"{len(lost)} columns name what is not there" if lost else "every id that a table names is in the release"
    yield Check("references", State.FAILS if lost else State.HOLDS, said, lost)


def _of_codes(name: str, wrong: list[Finding], whole: int, tables: int, holds: str) -> Check:
    if wrong:
        return Check(name, State.FAILS, _number(wrong), tuple(wrong))
    if whole < tables:
        return Check(
            name,
            State.NOT_CHECKED,
            f"in {tables - whole} of {tables} tables, which cannot be trusted; in the others {holds}",
        )
    return Check(name, State.HOLDS, f"{tables} tables: {holds}")


def _records(release: Release, progress: Progress | None) -> Check:
    entries = list(release.entries())
    events = [each for each in entries if each.kind == "event"]
    corpus = Corpus(tuple(entries), as_of=release.manifest.as_of.isoformat())
    tell = None if progress is None else lambda done, of: progress("checking records", done, of)
    report = check(corpus, only=events, progress=tell)
    if report.errors:
        return Check("records", State.FAILS, _number(report.errors), report.errors)
    warnings = len(report.warnings)
    also = f" ({warnings} warning{'s'[: warnings - 1]}; casus validate shows more)" if warnings else ""
    return Check("records", State.HOLDS, f"{len(events)} records keep every rule, alone and together{also}")


def _metadata(folder: Path, files: Sequence[ListedFile]) -> Check:
    """Check that the files of metadata which are JSON can be read; their bytes are checked with all others."""
    wrong = []
    for each in files:
        path = folder / each.name
        if path.suffix not in (".json", ".jsonld") or not path.is_file():
            continue
        try:
            json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            wrong.append(finding("CAS447", problem=" ".join(str(error).split())).at(file=str(path)))
    if wrong:
        return Check("metadata", State.FAILS, _number(wrong), tuple(wrong))
    return Check("metadata", State.HOLDS, f"{len(files)} files: {', '.join(each.name for each in files)}")


def _number(wrong: Sequence[Finding]) -> str:
    return "1 fault" if len(wrong) == 1 else f"{len(wrong)} faults"
