"""Published schema versions: kept as they are, and made when a release first follows them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from casus.schema import SCHEMA_VERSION
from casus.schema.errors import UsageError
from casus.schema.render_files import schema_files
from casus.schema.versions import PUBLISHED, parse

PUBLISH = "python -m casus.schema.artefacts --publish"
_FOLDERS = ("json", "arrow")


def publish(schema: Path) -> list[str]:
    """Freeze the present schema version: copy its files, note their digests; return what was written.

    Raises
    ------
    UsageError
        If the version is published with other content: then it takes a new version.
    """
    known = _known(schema)
    texts = schema_files()
    wanted = {name: _digest(text.encode()) for name, text in sorted(texts.items())}
    if known.get(SCHEMA_VERSION, wanted) != wanted:
        raise UsageError(
            f"Schema {SCHEMA_VERSION} is published with other content, and a published version never changes. Set a "
            "new SCHEMA_VERSION in schema/__init__.py (python -m casus.schema.evolution check says which)."
        )
    written = []
    for name, text in texts.items():
        path = _path(schema, SCHEMA_VERSION, name)
        if not path.is_file() or path.read_bytes() != text.encode():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
            written.append(str(path))
    if SCHEMA_VERSION not in known:
        ordered = {version: {**known, SCHEMA_VERSION: wanted}[version] for version in _ordered(known, SCHEMA_VERSION)}
        (schema / PUBLISHED).write_text(json.dumps(ordered, indent=2) + "\n", "utf-8", newline="\n")
        written.append(str(schema / PUBLISHED))
    return written


def problems(schema: Path, releases: Path) -> Iterator[str]:
    """Yield what is wrong with the published versions of a checkout.

    Parameters
    ----------
    schema
        The folder ``schema`` of the checkout.
    releases
        The folder of its releases: each follows a schema version, which must be published.
    """
    known = _known(schema)
    yield from _damaged(schema, known)
    present = {name: _digest(text.encode()) for name, text in schema_files().items()}
    said = known.get(SCHEMA_VERSION, present)
    if said != present:
        changed = sorted(name for name in {*present, *said} if present.get(name) != said.get(name))
        yield (
            f"The schema differs from {SCHEMA_VERSION} as it is published ({', '.join(changed)}). Set a new "
            "SCHEMA_VERSION in schema/__init__.py, or take the changes back."
        )
    for manifest in sorted(releases.glob("*/manifest.json")):
        version = json.loads(manifest.read_text("utf-8"))["schema_version"]
        if version not in known:
            yield f"{manifest.parent} follows schema {version}, which is not published. Run: {PUBLISH}"


def _damaged(schema: Path, known: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Yield the files of published versions that are missing or changed, and those that belong to none."""
    for version, wanted in known.items():
        for name, digest in wanted.items():
            path = _path(schema, version, name)
            if not path.is_file():
                yield f"{path} is missing: schema {version} is published. Restore the file."
            elif _digest(path.read_bytes()) != digest:
                yield f"{path} has changed: schema {version} is published, and never changes. Restore the file."
    for path in sorted(each for folder in _FOLDERS for each in (schema / folder).glob("*/*")):
        if f"{path.parent.parent.name}/{path.name}" not in known.get(path.parent.name, {}):
            yield f"{path} belongs to no published schema. Remove it, or publish: {PUBLISH}"


def _path(schema: Path, version: str, name: str) -> Path:
    folder, _, file = name.partition("/")
    return schema / folder / version / file


def _known(schema: Path) -> dict[str, dict[str, str]]:
    path = schema / PUBLISHED
    found: dict[str, dict[str, str]] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return found


def _ordered(known: dict[str, dict[str, str]], version: str) -> list[str]:
    return sorted([*known, version], key=parse)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
