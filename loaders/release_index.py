"""What the rules across records read of a release, at hand without Arrow and without building records.

The index is a small JSON file beside a release's folder (``0.1.0.index.json``), written by the build: of every record
and registry entry the fields of :data:`casus.schema.corpus.READ`, and the SHA-256 of the authored files that these
came from. It is derived and replaceable: its own digest, and that of the release's manifest, are checked when it is
read, and where one differs or the file is not there, the same is read from the release's Parquet.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from casus.collection import SINGLE_SUFFIXES
from casus.schema.corpus import READ, Entry, lean_entry

if TYPE_CHECKING:
    import pyarrow as pa

    from casus.releases import Release

FORMAT = 1
_MANIFEST = "manifest.json"


class ReleaseIndex(NamedTuple):
    """The entries of a release as context, and which authored files they came from."""

    as_of: str | None
    #: The reduced entries by kind, in the order of the release.
    rows: Mapping[str, list[dict[str, Any]]]
    #: By the SHA-256 of an authored record file: the position of its record.
    records: Mapping[str, int]
    #: By the SHA-256 of an authored registry file: the kind of its entries.
    lists: Mapping[str, str]

    def entries(self, folder: Path) -> Iterator[Entry]:
        """Yield all entries; ``folder`` is that of the release, whose tables they are said to stand in."""
        for kind, rows in self.rows.items():
            table = str(folder / f"{'records' if kind == 'event' else _TABLES[kind]}.parquet")
            for number, data in enumerate(rows):
                yield Entry(kind, data, table, row=number)

    def record_of(self, content: bytes, shown: str) -> Entry | None:
        """Return the record that an authored file holds, if it is as it was when the release was built."""
        position = self.records.get(_digest(content))
        return None if position is None else Entry("event", self.rows["event"][position], shown)

    def entries_of(self, content: bytes, kind: str, shown: str) -> list[Entry] | None:
        """Return the entries of an authored registry file, if it is as it was when the release was built."""
        if self.lists.get(_digest(content)) != kind:
            return None
        return [Entry(kind, data, shown, (number,)) for number, data in enumerate(self.rows[kind])]


_TABLES = {"actor": "actors", "place": "places", "publisher": "publishers", "state": "states",
           "revision": "revisions", "wanted": "wanted"}  # fmt: skip


def index_file(release: Path) -> Path:
    """Return the path of the index of a release folder: beside it, because a release is never changed."""
    return release.with_name(f"{release.name}.index.json")


def read_index(release: Path) -> ReleaseIndex:
    """Return the index of a release folder, from its file or else from the release itself.

    Raises
    ------
    InvalidRecordsError
        If the release is missing or damaged.
    """
    return stored_index(release) or _from_release(release)


def stored_index(release: Path) -> ReleaseIndex | None:
    """Return the index in its file, if that is whole, belongs to the release, and holds what the rules now read."""
    try:
        head, _, body = index_file(release).read_bytes().partition(b"\n")
        said = json.loads(head)
        manifest = (release / _MANIFEST).read_bytes()
    except (OSError, ValueError, RecursionError):
        return None
    body = body.removesuffix(b"\n")
    wanted = {"format": FORMAT, "manifest": _digest(manifest), "reads": _reads(), "sha256": _digest(body)}
    return ReleaseIndex(**json.loads(body)) if said == wanted else None


def make_index(release: Path, files: Iterable[tuple[str, Path]] = ()) -> ReleaseIndex:
    """Return the index of a release folder, read from its Parquet.

    Parameters
    ----------
    release
        The release folder.
    files
        The authored files that it was built from, each with its kind (``event`` for a record file).
    """
    plain = _from_release(release)
    positions = {row.get("id"): number for number, row in enumerate(plain.rows["event"])}
    records, lists = {}, {}
    for kind, path in files:
        content = path.read_bytes()
        if kind != "event":
            lists[_digest(content)] = kind
        elif path.stem in positions and path.suffix in SINGLE_SUFFIXES:
            records[_digest(content)] = positions[path.stem]
    return ReleaseIndex(plain.as_of, plain.rows, records, lists)


def write_index(release: Path, index: ReleaseIndex) -> Path:
    """Write the index beside a release folder, whole or not at all."""
    from casus.placing import flush

    path = index_file(release)
    aside = path.with_name(f".{path.name}")
    aside.write_bytes(index_content(release, index))
    flush(aside)
    aside.replace(path)
    flush(path.parent)
    return path


def index_content(release: Path, index: ReleaseIndex) -> bytes:
    """Return the index as it stands in its file: a line that says what it belongs to, and a line with all the rest."""
    content = {"as_of": index.as_of, "rows": index.rows, "records": index.records, "lists": index.lists}
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    manifest = (release / _MANIFEST).read_bytes()
    head = {"format": FORMAT, "manifest": _digest(manifest), "reads": _reads(), "sha256": _digest(body)}
    return json.dumps(head).encode() + b"\n" + body + b"\n"


def _from_release(folder: Path) -> ReleaseIndex:
    from casus.releases import Release

    release = Release.open(folder)
    rows: dict[str, list[dict[str, Any]]] = {kind: [] for kind in READ}
    rows["event"] = list(_records(release))
    for entry in release.registry_entries():
        rows[entry.kind].append(lean_entry(entry.kind, entry.data))
    return ReleaseIndex(release.manifest.as_of.isoformat(), rows, {}, {})


def _records(release: Release) -> Iterator[dict[str, Any]]:
    """Yield the records' rows with the columns that are read; the bytes must be those of the manifest."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from casus.digests import canonical_rows
    from casus.parquet_records import rows
    from casus.schema.versions import Standing

    if release.standing is not Standing.PRESENT:
        yield from (lean_entry("event", row) for row in rows(release.table("records")))
        return
    path = release.path("records")
    content = path.read_bytes() if path.is_file() else b""
    if _digest(content) != release.manifest.table("records").sha256:
        release.table("records")  # says what is wrong
    with pq.ParquetFile(pa.BufferReader(content)) as file:
        table = file.read(columns=list(READ["event"]))
    for text in canonical_rows(_reduced(table)):
        yield lean_entry("event", json.loads(text))


def _reduced(table: pa.Table) -> pa.Table:
    """Return the columns that are read, and of the groups in them the fields that are."""
    import pyarrow as pa

    columns = [_inner(table.column(name).combine_chunks(), inner) for name, inner in READ["event"].items()]
    return pa.table(columns, names=list(READ["event"]))


def _inner(column: Any, names: Sequence[str]) -> Any:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if not names:
        return column
    if pa.types.is_list(column.type):
        ends = np.zeros(len(column) + 1, np.int32)
        np.cumsum(pc.fill_null(pc.list_value_length(column), 0).to_numpy(), out=ends[1:])
        return pa.ListArray.from_arrays(pa.array(ends), _inner(column.flatten(), names))
    return pa.StructArray.from_arrays([pc.struct_field(column, name) for name in names], names=list(names))


def _reads() -> str:
    """Return a digest of what the rules read: an index that was written for other rules is not used."""
    return _digest(json.dumps(READ, sort_keys=True).encode())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
