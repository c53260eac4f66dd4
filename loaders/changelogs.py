"""What happened to the records, release by release: from the history in the release, and for CHANGELOG.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casus.bundle import version_key
from casus.diff_report import as_markdown, in_prose
from casus.differing import diff
from casus.history import known_rows, previous_releases
from casus.releases import Release, bundled
from casus.schema.errors import UsageError

Row = dict[str, Any]
_KINDS = ("added", "changed", "withdrawn", "merged")
#: In CHANGELOG.md: where the computed difference of two releases stands.
_BEGIN = re.compile(r"^<!-- data (\S+) to (\S+): computed by `casus changelog --update` -->$", re.MULTILINE)
_END = "<!-- end of data -->"


@dataclass(frozen=True)
class Changelog:
    """What happened to the records in each release, newest first; prints as Markdown.

    Attributes
    ----------
    rows
        The rows of the table ``revisions``: ``id``, ``version``, ``on``, ``kind``, ``fields``, ``reason`` and
        ``replaced_by``.
    """

    rows: tuple[Row, ...]

    @property
    def versions(self) -> tuple[str, ...]:
        """The releases, newest first."""
        return tuple(sorted({row["version"] for row in self.rows}, key=version_key, reverse=True))

    def __str__(self) -> str:
        return "\n".join(line for version in self.versions for line in self._lines(version)).rstrip()

    def _repr_markdown_(self) -> str:
        return str(self)

    def _lines(self, version: str) -> Iterator[str]:
        rows = [row for row in self.rows if row["version"] == version]
        counts = ", ".join(f"{sum(row['kind'] == kind for row in rows)} {kind}" for kind in _KINDS)
        yield f"## {version}"
        yield ""
        yield f"{counts}."
        yield ""
        for kind in _KINDS:
            chosen = [row for row in rows if row["kind"] == kind]
            if chosen:
                yield f"### {kind.capitalize()}"
                yield ""
                yield from map(_line, chosen)
                yield ""


def _line(row: Row) -> str:
    fields = f" ({', '.join(row['fields'].split(';'))})" if row["fields"] else ""
    into = f" into `{row['replaced_by']}`" if row["replaced_by"] else ""
    reason = f": {in_prose(row['reason'])}" if row["reason"] else ""
    return f"- `{row['id']}`{into}{fields}{reason}"


def changelog(version: str | None = None) -> Changelog:
    """Return what happened to the records, from the history that the release itself holds.

    Parameters
    ----------
    version
        Up to which release; the newest that is bundled unless given.

    Raises
    ------
    UsageError
        If that version is not bundled.

    Examples
    --------
    >>> import casus
    >>> print(casus.changelog())  # doctest: +SKIP
    """
    release = bundled(version)
    earlier = previous_releases(release.version, release.folder.parent)
    return Changelog(tuple(known_rows([*earlier, release])))


def release_notes(old: Release, new: Release) -> str:
    """Return what stands in CHANGELOG.md of the data of a release: what differs from the one before, with reasons."""
    return as_markdown(diff(old, new)).strip() + "\n"


def updated(text: str, folder: Path) -> str:
    """Return a changelog with every computed part made anew.

    A part stands between ``<!-- data 0.1.0 to 0.1.1: computed by `casus changelog --update` -->`` and
    ``<!-- end of data -->``, each on a line of its own.

    Parameters
    ----------
    text
        The changelog.
    folder
        The folder of the releases.

    Raises
    ------
    UsageError
        If a part has no end, or names a release that is not there.
    """
    done: list[str] = []
    position = 0
    while found := _BEGIN.search(text, position):
        old, new = found.groups()
        end = text.find(f"\n{_END}", found.end())
        if end < 0 or _BEGIN.search(text, found.end(), end):
            raise UsageError(f"The data of {old} to {new} have no end. Write {_END} on a line of its own after them.")
        done += [text[position : found.end()], "\n\n", release_notes(_in(folder, old), _in(folder, new))]
        position = end
    return "".join([*done, text[position:]])


def parts(text: str) -> list[tuple[str, str]]:
    """Return which releases the computed parts of a changelog compare."""
    return [(old, new) for old, new in _BEGIN.findall(text)]


def _in(folder: Path, version: str) -> Release:
    if not (folder / version / "manifest.json").is_file():
        raise UsageError(f"There is no release {version} in {folder}.")
    return Release.open(folder / version)
