"""A part of a file of lines: the same batches that reading the whole file gives, without reading what is before.

Of a file that is parsed in blocks of so many bytes, batch ``n`` holds the lines that end in block ``n``. Where no cell
holds a line break, each block can therefore be read by itself, anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa

from casus.importers.reading import Batch, Member, parsed, readable

if TYPE_CHECKING:
    from casus.importers.mapping import SourceMapping

_NEWLINE = b"\n"
#: So far the beginning of a line is first looked for before a block.
_BACK = 2**16


def can_be_cut(member: Member, mapping: SourceMapping) -> bool:
    """Whether blocks of a table can be read apart: unpacked text in which every line is a row."""
    plain = mapping.form.get("kind") == "text" and not mapping.form.get("quoted", False)
    if not plain or member.inner:
        return False
    with member.path.open("rb") as file:
        return not file.read(2).startswith((b"\x1f\x8b", b"PK"))


def block_batches(
    member: Member,
    mapping: SourceMapping,
    header: Sequence[str],
    blocks: Sequence[int],
    *,
    encoding: str,
    block: int,
) -> Iterator[Batch]:
    """Yield the rows that end in some blocks of a table that :func:`can_be_cut`, a batch a block.

    Rows are numbered from 1, as if the first of these blocks were the beginning of the file.

    Parameters
    ----------
    member, mapping, header, encoding
        As of :func:`casus.importers.reading.batches`.
    blocks
        Numbers of blocks, in order.
    block
        How many bytes a block has.
    """
    taken = 0
    with member.path.open("rb") as file, readable(member, encoding):
        size = file.seek(0, 2)
        for number in blocks:
            data = lines_of_block(
                file, number * block, min((number + 1) * block, size), last=(number + 1) * block >= size
            )
            skip = 1 if number == 0 and mapping.form.get("header", True) else 0
            if not data or (skip and data.find(_NEWLINE) + 1 in {0, len(data)}):
                continue
            content = pa.BufferReader(pa.py_buffer(data))
            for batch in parsed(content, mapping, header, encoding=encoding, block=len(data) + 1, skip=skip):
                yield _after(batch, taken)
                taken += batch.rows.num_rows + len(batch.broken)


def lines_of_block(file: BinaryIO, start: int, stop: int, *, last: bool) -> bytes:
    """Return the lines whose end lies in ``start`` to ``stop``; of the last block also the line without an end."""
    back = 0
    begin = start
    while begin:
        back = min(start, max(_BACK, back * 2))
        file.seek(start - back)
        found = file.read(back).rfind(_NEWLINE)
        if found >= 0 or back == start:
            begin = start - back + found + 1
            break
    file.seek(begin)
    data = file.read(stop - begin)
    end = len(data) if last else data.rfind(_NEWLINE, start - begin) + 1
    return data[:end] if end < len(data) else data


def _after(batch: Batch, taken: int) -> Batch:
    from dataclasses import replace

    broken = tuple(replace(each, number=each.number + taken) for each in batch.broken)
    return Batch(batch.rows, batch.numbers + taken, broken)
