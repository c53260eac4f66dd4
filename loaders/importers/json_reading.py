"""JSON files of sources as batches of text: a list of objects, or one object a line.

A value that is a list or an object comes out as its JSON text; the source's own module reads it.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from casus.importers.mapping import SourceMapping
from casus.importers.reading import Batch, Broken, Member, opened, readable
from casus.schema.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

_CHUNK = 2**16
#: An object longer than this is none: the file is damaged, or is not of this form.
_LONGEST = 2**24
#: The columns of a table are those of its first objects.
_LOOKED_AT = 1_000
_SHOWN = 80


def header_of(member: Member, mapping: SourceMapping) -> list[str]:
    """Return the names of the fields of a table's first objects.

    Raises
    ------
    UsageError
        If there is no object.
    """
    names: dict[str, None] = {}
    for number, value, _ in _objects(member, "utf-8"):
        if isinstance(value, dict):
            names.update(dict.fromkeys(value))
        if number >= _LOOKED_AT:
            break
    if not names:
        raise UsageError(f"{member.name}: the file holds no JSON objects, as {mapping.title} does.")
    return list(names)


def batches(
    member: Member, mapping: SourceMapping, header: Sequence[str], *, encoding: str, block: int
) -> Iterator[Batch]:
    """Yield the objects of a table, in order, in batches of about so many bytes."""
    del mapping
    rows: list[dict[str, Any]] = []
    numbers: list[int] = []
    broken: list[Broken] = []
    size = 0
    for number, value, text in _objects(member, encoding):
        size += len(text)
        if isinstance(value, dict):
            rows.append(value)
            numbers.append(number)
        else:
            broken.append(Broken(number, text, 0, len(header)))
        if size >= block:
            yield _batch(rows, numbers, broken, header)
            rows, numbers, broken, size = [], [], [], 0
    if rows or broken:
        yield _batch(rows, numbers, broken, header)


def _batch(rows: list[dict[str, Any]], numbers: list[int], broken: list[Broken], header: Sequence[str]) -> Batch:
    import numpy as np
    import pyarrow as pa

    columns: list[pa.Array] = [pa.array([_text(row.get(name)) for row in rows], pa.string()) for name in header]
    return Batch(pa.RecordBatch.from_arrays(columns, names=list(header)), np.array(numbers, np.int64), tuple(broken))


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _objects(member: Member, encoding: str) -> Iterator[tuple[int, Any, str]]:
    """Yield number, value and text of every item; a line that is no JSON has no value."""
    with opened(member) as file, readable(member, encoding):
        decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)()
        chunks = iter(lambda: file.read(_CHUNK), b"")
        pieces = (decoder.decode(chunk) for chunk in chunks)
        head = ""
        for piece in pieces:
            head += piece
            if head.strip():
                break
        if head.strip() and head.lstrip()[0] not in "[{":
            raise UsageError(f"{member.name}: this is no JSON: it begins with {head.lstrip()[:_SHOWN]!r}.")
        yield from _listed(head, pieces, member) if head.lstrip().startswith("[") else _lines(head, pieces)


def _lines(head: str, pieces: Iterator[str]) -> Iterator[tuple[int, Any, str]]:
    number, rest = 0, head
    while True:
        *lines, rest = rest.split("\n")
        for line in lines:
            if line.strip():
                number += 1
                yield number, _parsed(line), line
        piece = next(pieces, None)
        if piece is None:
            break
        rest += piece
    if rest.strip():
        yield number + 1, _parsed(rest), rest


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _listed(head: str, pieces: Iterator[str], member: Member) -> Iterator[tuple[int, Any, str]]:
    """Yield the items of a list, holding no more of it than one item and a chunk."""
    decoder = json.JSONDecoder()
    rest, number = head.lstrip()[1:], 0
    while True:
        rest = rest.lstrip(" \t\r\n,")
        if rest.startswith("]"):
            return
        try:
            value, end = decoder.raw_decode(rest)
        except (ValueError, RecursionError) as error:
            piece = next(pieces, None)
            if piece is None or len(rest) > _LONGEST:
                where = f"after {number} objects, at {rest[:_SHOWN]!r}" if rest else f"it ends after {number} objects"
                raise UsageError(f"{member.name}: this is no whole JSON list ({where}: {error}).") from None
            rest += piece
            continue
        number += 1
        yield number, value, rest[:end]
        rest = rest[end:]
