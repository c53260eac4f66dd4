"""Excel: one sheet for each flat table, and the codebook."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from casus.exports.files import refuse_to_overwrite, written_aside
from casus.exports.plain import flat_names, flat_tables
from casus.metadata import release_facts
from casus.releases import Release
from casus.schema.errors import UsageError
from casus.schema.metadata import Facts
from casus.schema.metadata.codebook_rows import COLUMNS
from casus.schema.metadata.codebook_rows import rows as codebook_rows

#: What Excel can hold: characters of a cell (as UTF-16 counts them), rows of a sheet with its head.
CELL, ROWS = 32_767, 1_048_576
#: Excel takes 1900 for a leap year and knows no day before it; days before this one are written as text.
FIRST_DAY = dt.date(1900, 3, 1)
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_FORMULA = ("=", "+", "-", "@", "\t")
_OTHERWISE = "Use another format: csv, jsonl or sqlite."
_WIDTHS = {"title": 60, "summary": 80, "statement": 80, "definition": 80, "url": 40}


def export_xlsx(release: Release, path: Path, *, force: bool = False) -> Mapping[str, int]:
    """Write the flat tables and the codebook as an Excel workbook and return the number of rows of each sheet.

    Days are days of Excel, those before 1 March 1900 texts; texts are texts, also where they begin like a formula;
    points are in hexadecimal; what is unknown is an empty cell.

    Raises
    ------
    UsageError
        If openpyxl is not installed, Excel cannot hold a table or a cell, the file exists and ``force`` is false,
        or it cannot be written.
    """
    try:
        openpyxl = import_module("openpyxl")
    except ImportError:
        raise UsageError("This needs openpyxl. Install it with: pip install 'casus-events[excel]'") from None
    refuse_to_overwrite([path], force=force)
    facts = release_facts(release.manifest, {name: release.table(name) for name in flat_names(release)})
    book = openpyxl.Workbook(write_only=True)
    book.properties.title, book.properties.description = facts.title, f"Version {facts.version}, {facts.licence}"
    book.properties.creator = ", ".join(facts.creators)
    try:
        done = _fill(book, release, facts)
        with written_aside(path, force=force) as aside:
            book.save(aside)
    finally:
        for sheet in book.worksheets:
            if not sheet.closed:
                sheet.close()
    return done


def _fill(book: Any, release: Release, facts: Facts) -> dict[str, int]:
    done = {}
    for name, table in flat_tables(release, hexadecimal=True):
        rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
        done[name] = _sheet(book, name, table.column_names, rows)
    said = (tuple(row.values()) for row in codebook_rows(facts))
    done["codebook"] = _sheet(book, "codebook", [column.name for column in COLUMNS], said)
    return done


def _sheet(book: Any, name: str, columns: list[str], rows: Iterable[tuple[Any, ...]]) -> int:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(column, max(12, len(column) + 2))
    head = [WriteOnlyCell(sheet, column) for column in columns]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    count = 0
    for count, row in enumerate(rows, 1):
        if count >= ROWS:
            raise UsageError(
                f"{name} has more than {ROWS - 1} rows, which is what a sheet of Excel holds. {_OTHERWISE}"
            )
        sheet.append([_cell(WriteOnlyCell, sheet, value, (name, count, columns[at])) for at, value in enumerate(row)])
    return count


def _cell(make: Any, sheet: Any, value: Any, where: tuple[str, int, str]) -> Any:
    if isinstance(value, dt.date):
        if value < FIRST_DAY:
            value = value.isoformat()
        else:
            cell = make(sheet, value)
            cell.number_format = "yyyy-mm-dd"
            return cell
    if not isinstance(value, str):
        return value
    table, number, column = where
    length = len(value.encode("utf-16-le")) // 2
    if length > CELL:
        raise UsageError(
            f"{table}, row {number}, column {column}: the text has {length} characters, and a cell of Excel holds "
            f"{CELL}. {_OTHERWISE}"
        )
    if odd := _UNWRITABLE.search(value):
        raise UsageError(
            f"{table}, row {number}, column {column}: Excel cannot hold the character U+{ord(odd[0]):04X}. {_OTHERWISE}"
        )
    # Excel reads _x0041_ as an escaped character, and so it is itself escaped.
    cell = make(sheet, _ESCAPED.sub("_x005F_", value))
    cell.data_type = "s"
    if value.startswith(_FORMULA):
        cell.quotePrefix = True
    return cell
