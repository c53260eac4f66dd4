"""``casus.cite``: how to cite the dataset at a version, and the pages behind the rows that were used."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casus.citation_formats import FORMATS, Reference
from casus.frames import Scan, Table
from casus.querying import scan
from casus.releases import Release, bundled
from casus.schema.errors import UsageError
from casus.schema.rules.field import nearest

if TYPE_CHECKING:
    import pyarrow as pa

#: What rows can be cited: ids of events, rows that were loaded, or the filters of :func:`casus.load`.
Used = str | Sequence[str] | Table | Scan | Mapping[str, Any]
_DIGITS = 8


class Citation(str):
    """A citation as text; printing it, or showing it in a notebook, shows it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Which sources of which events: all of an event's where no keys are given for it."""

    events: frozenset[str]
    keys: Mapping[str, frozenset[str]]


def cite(format: str = "text", *, events: Used | None = None, version: str | Path | None = None) -> Citation:  # noqa: A002 - the name is the interface
    """Return how to cite the dataset, and with ``events`` also every page behind the rows that were used.

    Parameters
    ----------
    format
        ``"text"``, ``"bibtex"`` or ``"csl"`` (CSL-JSON, as Zotero and Pandoc read it).
    events
        What was used: the id of an event or several, a table that :func:`casus.load` gave, or filters as a mapping,
        such as ``{"type": "talks"}``. Of a table of parts (quantities, claims ...) only the pages that say so are
        cited. Each page is cited once, with publisher, title, dates published and accessed, and address.
    version
        Version of the release; that of the table, or else the newest that is bundled.

    Returns
    -------
    Citation
        The text.

    Raises
    ------
    UsageError
        If there is no such format, version, event or filter.

    Examples
    --------
    >>> import casus
    >>> print(casus.cite("bibtex", events=casus.load("quantities", measure="bodies-agreed")))  # doctest: +SKIP
    """
    if format not in FORMATS:
        raise UsageError(f"There is no format {format!r}{nearest(format, FORMATS)}. There are: {', '.join(FORMATS)}.")
    release = _release(events, version)
    references = [_dataset(release)]
    if events is not None:
        references += _pages(release, _used(release, events, version))
    return Citation(FORMATS[format](references))


def _release(events: Used | None, version: str | Path | None) -> Release:
    if not isinstance(events, Table | Scan):
        return bundled(version)
    if version is None and events.note:
        raise UsageError(f"The rows are {events.note}. Give its folder as version, so that its sources can be read.")
    release = bundled(version or events.version)
    if release.version != events.version:
        raise UsageError(f"The rows are from release {events.version}, not from {release.version}. Give that version.")
    return release


def _dataset(release: Release) -> Reference:
    """Return the reference to the dataset, from the manifest; the first manifests do not say who made the release."""
    about = release.manifest
    creators = tuple(getattr(about, "creators", ()))
    if not creators and not release.note:
        creators = (str(metadata("casus-events")["Author"]),)
    return Reference(
        key=f"casus-{about.version.replace('.', '-')}",
        kind="dataset",
        authors=creators,
        title=about.title,
        issued=about.as_of,
        url=getattr(about, "homepage", None) or "",
        version=about.version,
        licence=about.licence,
    )


def _used(release: Release, events: Used, version: str | Path | None) -> _Rows:
    if isinstance(events, Mapping):
        rows = scan("events", version=version).filter(**events).to_arrow()
        return _Rows(frozenset(rows.column("id").to_pylist()), {})
    if isinstance(events, Table | Scan):
        return _of_table(release, events.name, events.to_arrow())
    ids = [events] if isinstance(events, str) else list(events)
    known = set(release.table("events").column("id").to_pylist())
    for each in ids:
        if each not in known:
            raise UsageError(f"No event has the id {each!r}{nearest(str(each), known)}.")
    return _Rows(frozenset(ids), {})


def _of_table(release: Release, name: str, rows: pa.Table) -> _Rows:
    column = "event_id" if "event_id" in rows.column_names else "id" if name in ("events", "records") else None
    if column is None or column not in rows.column_names:
        raise UsageError(
            f"The rows of {name} do not say of which events they are. Give rows with their event_id (or id, of events)."
        )
    ids = rows.column(column).to_pylist()
    key = {"citations": "source"}.get(name, "key")
    if key not in rows.column_names or column == "id":
        return _Rows(frozenset(ids), {})
    pairs = list(zip(ids, rows.column(key).to_pylist(), strict=True))
    keys: dict[str, set[str]] = {}
    if name in ("sources", "citations"):
        for event_id, source in pairs:
            keys.setdefault(event_id, set()).add(source)
    else:
        cited = _cited(release)
        for event_id, part in pairs:
            found = cited.get((event_id, f"{name}/{part}")) or cited.get((event_id, name))
            keys.setdefault(event_id, set()).update(found or {_ALL})
    narrowed = {event_id: frozenset(found) for event_id, found in keys.items() if _ALL not in found}
    return _Rows(frozenset(ids), narrowed)


#: Stands for all sources of an event, where nothing says which of them a row is from.
_ALL = ""


def _cited(release: Release) -> Mapping[tuple[str, str], set[str]]:
    """Return the keys of the sources that say so, by event and part."""
    found: dict[tuple[str, str], set[str]] = {}
    for row in release.table("citations").to_pylist():
        if row["relation"] == "source":
            found.setdefault((row["event_id"], row["part"]), set()).add(row["source"])
    return found


def _pages(release: Release, used: _Rows) -> list[Reference]:
    """Return the pages, each once: in the order of their days, publishers and addresses."""
    by_url: dict[str, list[dict[str, Any]]] = {}
    for row in release.table("sources").to_pylist():
        event_id = row["event_id"]
        if event_id in used.events and (event_id not in used.keys or row["key"] in used.keys[event_id]):
            by_url.setdefault(row["url"], []).append(row)
    publishers = release.table("publishers").select(["id", "name"]).to_pylist()
    called = {row["id"]: row["name"] for row in publishers}
    pages = [_page(rows, called) for rows in by_url.values()]
    ordered = sorted(pages, key=lambda each: (each.issued or dt.date.max, each.authors, each.url))
    return list(_with_keys(ordered))


def _page(rows: Sequence[dict[str, Any]], called: Mapping[str, str]) -> Reference:
    """Return the reference to a page, as it was when it was read last."""
    last = max(rows, key=lambda row: (row["accessed"], row["event_id"], row["key"]))
    return Reference(
        key=last["publisher"],
        kind="page",
        authors=(called.get(last["publisher"], last["publisher"]),),
        title=last["title"],
        issued=next((row["published"] for row in (last, *rows) if row["published"] is not None), None),
        url=last["url"],
        accessed=last["accessed"],
        language=last["language"] or "",
        archive_url=next((row["archive_url"] for row in (last, *rows) if row["archive_url"]), ""),
        news=last["kind"] == "news",
    )


def _with_keys(pages: Iterable[Reference]) -> Iterable[Reference]:
    """Yield the references with keys that stay the same whatever else is cited: publisher, year, and of the address.

    Only if two of these are equal, which practically never happens, the second key gets more digits.
    """
    taken: set[str] = set()
    for page in pages:
        digest = hashlib.sha256(page.url.encode()).hexdigest()
        digits = _DIGITS
        year = page.issued.year if page.issued else "nd"
        while (key := f"{page.key}-{year}-{digest[:digits]}") in taken:
            digits += 4
        taken.add(key)
        yield page.called(key)
