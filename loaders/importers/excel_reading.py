"""Excel files of sources (XLSX) as batches of text: the first sheet, read row by row.

A row in which a cell holds a formula is set aside: what a formula yields depends on who opens the file.
"""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from casus.importers.mapping import SourceMapping
from casus.importers.reading import Batch, Broken, Member
from casus.schema.errors import UsageError

_BATCH = 5_000
_DAMAGED = (zipfile.BadZipFile, KeyError, ValueError, EOFError, SyntaxError, OSError)  # broken XML is a SyntaxError


def header_of(member: Member, mapping: SourceMapping) -> list[str]:
    """Return the names of the columns: the first row of the first sheet.

    Raises
    ------
    UsageError
        If the sheet is empty.
    """
    del mapping
    with _sheet(member) as rows:
        first = next(rows, ())
    names = [_text(cell.value).strip() for cell in first]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise UsageError(f"{member.name}: the first sheet has no header.")
    return names


def batches(
    member: Member, mapping: SourceMapping, header: Sequence[str], *, encoding: str, block: int
) -> Iterator[Batch]:
    """Yield the rows of the first sheet, in order; empty ones at its end are none."""
    del mapping, encoding, block
    rows: list[list[str]] = []
    numbers: list[int] = []
    broken: list[Broken] = []
    number = 0
    with _sheet(member) as sheet:
        next(sheet, None)
        for cells in sheet:
            texts = [_text(cell.value) for cell in cells]
            if not any(texts):
                continue
            number += 1
            found = _broken(number, cells, texts, header)
            if found is not None:
                broken.append(found)
            else:
                rows.append((texts + [""] * len(header))[: len(header)])
                numbers.append(number)
            if len(rows) + len(broken) == _BATCH:
                yield _batch(rows, numbers, broken, header)
                rows, numbers, broken = [], [], []
    if rows or broken:
        yield _batch(rows, numbers, broken, header)


def _broken(number: int, cells: Sequence[Any], texts: list[str], header: Sequence[str]) -> Broken | None:
    raw = json.dumps(dict(zip(header, texts, strict=False)), ensure_ascii=False)
    for name, cell, text in zip(header, cells, texts, strict=False):
        if getattr(cell, "data_type", "") == "f":
            return Broken(number, raw, len(texts), len(header), name, text)
    if any(texts[len(header) :]):
        return Broken(number, json.dumps(texts, ensure_ascii=False), len(texts), len(header))
    return None


def _batch(rows: list[list[str]], numbers: list[int], broken: list[Broken], header: Sequence[str]) -> Batch:
    import numpy as np
    import pyarrow as pa

    columns: list[pa.Array] = [pa.array([row[place] for row in rows], pa.string()) for place in range(len(header))]
    return Batch(pa.RecordBatch.from_arrays(columns, names=list(header)), np.array(numbers, np.int64), tuple(broken))


def _text(value: Any) -> str:
    """Return a cell as the source's CSV has it: days in ISO form, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, dt.date | dt.datetime | dt.time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


@contextmanager
def _sheet(member: Member) -> Iterator[Iterator[Sequence[Any]]]:
    """Open the first sheet for reading; macros and links are not looked at."""
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise UsageError(
            f"{member.name}: Excel files need openpyxl: pip install 'casus-events[excel]'. Or save the sheet as CSV."
        ) from None
    try:
        book = load_workbook(member.path, read_only=True, data_only=False, keep_links=False, keep_vba=False)
        try:
            yield book.worksheets[0].iter_rows()
        finally:
            book.close()
    except (*_DAMAGED, IndexError) as error:
        raise UsageError(f"{member.name}: the Excel file cannot be read ({error}). Get the file again.") from None
