"""Files of sources as batches of text: CSV and TSV, plain, gzipped or zipped, with or without a header.

Every row of the file comes out exactly once: as a row of a batch, or among the rows whose number of cells is wrong.
"""

from __future__ import annotations

import gzip
import io
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib import import_module
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO

from casus.importers.mapping import SourceMapping
from casus.schema.errors import UsageError
from casus.schema.visible import visible

if TYPE_CHECKING:
    import pyarrow as pa

#: So many bytes of a table make a batch.
BLOCK = 32 * 2**20
#: So many bytes are parsed at a time: twice as fast as a whole batch at once, since they stay near the processor.
_PARSED = 2 * 2**20
#: What a packed file may unpack to, and how many times its own size.
LARGEST = 200 * 2**30
_MOST_PACKED = 200
_SMALL = 64 * 2**20
_HEAD = 2**16
_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
#: An archive that holds this is an Excel file.
_WORKBOOK = "xl/workbook.xml"


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that cannot be read: with too many or too few cells, or with a formula in one of them.

    Attributes
    ----------
    number, text
        Its number, and the row as it stands.
    cells, wanted
        How many cells it has, and should have.
    column, formula
        Where a formula stands, and which; empty if there is none.
    """

    number: int
    text: str
    cells: int
    wanted: int
    column: str = ""
    formula: str = ""


@dataclass(frozen=True)
class Batch:
    """Rows of a file that follow each other.

    Attributes
    ----------
    rows
        The rows: every column as text, by the names of the documentation.
    numbers
        The number of each row in the file; the first one after the header is 1.
    broken
        Rows between them whose number of cells is wrong.
    """

    rows: pa.RecordBatch
    numbers: Any
    broken: tuple[Broken, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """One table of a file: the file itself, a file in an archive, or the first sheet of an Excel file."""

    path: Path
    inner: str = ""
    excel: bool = False

    @property
    def name(self) -> str:
        """How it is called in reports."""
        return f"{self.path.name}/{self.inner}" if self.inner else self.path.name


def members(path: Path, pattern: str = "*") -> list[Member]:
    """Return the tables of a file: itself, or the files of an archive that fit a pattern.

    Raises
    ------
    UsageError
        If the file is not there, or an archive is damaged, encrypted, holds a name that leads out of it, unpacks to
        far more than its own size, or holds no table.
    """
    head = _head(path)
    if not head.startswith(_ZIP):
        return [Member(path)]
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except zipfile.BadZipFile as error:
        raise UsageError(f"{path}: the archive cannot be read ({error}). Get the file again.") from None
    found = []
    excel = any(info.filename == _WORKBOOK for info in infos)
    for info in infos:
        _check_member(path, info)
        name = PurePosixPath(info.filename)
        if "__MACOSX" not in name.parts and fnmatch(name.name.lower(), pattern.lower()):
            found.append(Member(path, info.filename))
    if excel:
        return [Member(path, excel=True)]
    if not found:
        names = ", ".join(visible(info.filename) for info in infos[:5]) or "nothing"
        raise UsageError(f"{path}: the archive holds no table ({pattern}); it holds {names}.")
    return found


def _check_member(path: Path, info: zipfile.ZipInfo) -> None:
    name = PurePosixPath(info.filename.replace("\\", "/"))
    shown = f"{path}: the file {visible(info.filename)!r} in the archive"
    if name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
        raise UsageError(f"{shown} has a name that leads out of it. Nothing was read; get the archive from its source.")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise UsageError(f"{shown} is a link. Nothing was read; get the archive from its source.")
    if info.flag_bits & 1:
        raise UsageError(f"{shown} is encrypted. Unpack the archive first.")
    if info.file_size > max(_SMALL, _MOST_PACKED * info.compress_size) or info.file_size > LARGEST:
        raise UsageError(
            f"{shown} would unpack from {info.compress_size} to {info.file_size} bytes, as archives made to fill a "
            "disk do. Unpack it yourself if you trust it, and import the file."
        )


def size_of(member: Member, mapping: SourceMapping) -> int | None:
    """Return how many bytes a table has when it is unpacked; None where only unpacking it would tell."""
    if member.excel or mapping.form["kind"] != "text" or (not member.inner and _head(member.path).startswith(_GZIP)):
        return None
    if member.inner:
        with zipfile.ZipFile(member.path) as archive:
            return archive.getinfo(member.inner).file_size
    return member.path.stat().st_size


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(8)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror or error}).") from None


@contextmanager
def opened(member: Member) -> Iterator[BinaryIO]:
    """Open a table for reading, unpacked."""
    if member.inner:
        with zipfile.ZipFile(member.path) as archive, archive.open(member.inner) as file:
            yield file  # type: ignore[misc]
    elif _head(member.path).startswith(_GZIP):
        with gzip.open(member.path) as file:
            yield file  # type: ignore[misc]
    else:
        with member.path.open("rb") as file:
            yield file


def _other_reader(member: Member, mapping: SourceMapping) -> Any:
    """Return the module that reads a table that is no delimited text, or None."""
    kind = "excel" if member.excel else mapping.form["kind"]
    return import_module(f"casus.importers.{kind}_reading") if kind != "text" else None


def header_of(member: Member, mapping: SourceMapping) -> list[str]:
    """Return the names of the columns of a table: its header, or the layout with as many columns as its first row.

    Raises
    ------
    UsageError
        If the table is empty, or is no text of the source's form.
    """
    import csv

    reader = _other_reader(member, mapping)
    if reader is not None:
        return reader.header_of(member, mapping)  # type: ignore[no-any-return]
    with readable(member, "utf-8"), opened(member) as file:
        head = file.read(_HEAD)
    if not head.strip():
        raise UsageError(f"{member.name}: the file is empty.")
    if b"\0" in head:
        raise UsageError(f"{member.name}: this is no text (UTF-16 perhaps); save it as UTF-8.")
    text = head.decode("utf-8-sig", "replace")
    delimiter = mapping.form["delimiter"]
    quoted = mapping.form.get("quoted", False)
    lines = io.StringIO(text, newline="")
    first = next(csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE))
    if mapping.form.get("header", True):
        return [name.strip() for name in first]
    for layout in mapping.layouts:
        if len(layout) == len(first):
            return list(layout)
    known = " or ".join(str(len(layout)) for layout in mapping.layouts)
    raise UsageError(f"{member.name}: the first row has {len(first)} cells; {mapping.title} has {known}.")


def batches(
    member: Member, mapping: SourceMapping, header: Sequence[str], *, encoding: str = "utf-8", block: int = BLOCK
) -> Iterator[Batch]:
    """Yield the rows of a table, in order, in batches.

    Parameters
    ----------
    member
        The table.
    mapping
        The source's mapping, which says what form its files have.
    header
        The names of the columns.
    encoding
        The encoding of the text.
    block
        How many bytes make a batch.

    Raises
    ------
    UsageError
        If the text is not in that encoding, or a packed file is damaged or cut.
    """
    reader = _other_reader(member, mapping)
    if reader is not None:
        yield from reader.batches(member, mapping, header, encoding=encoding, block=block)
        return
    skip = 1 if mapping.form.get("header", True) else 0
    with readable(member, encoding), opened(member) as file:
        yield from parsed(file, mapping, header, encoding=encoding, block=block, skip=skip)


def parsed(
    file: Any, mapping: SourceMapping, header: Sequence[str], *, encoding: str, block: int, skip: int
) -> Iterator[Batch]:
    """Yield the rows of an open file, or of a part of one that begins and ends with a line.

    Parameters
    ----------
    file
        The bytes.
    mapping, header, encoding, block
        As of :func:`batches`.
    skip
        How many lines stand before the first row: 1 where the header is.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.csv as pv

    broken: list[Broken] = []

    def note(row: Any) -> str:
        broken.append(Broken(row.number - skip, row.text, row.actual_columns, row.expected_columns))
        return "skip"

    quoted = mapping.form.get("quoted", False)
    options = {
        # One thread, for only then does the parser say which rows are broken; the rest of the work has the others.
        "read_options": pv.ReadOptions(
            block_size=min(block, _PARSED),
            use_threads=False,
            column_names=list(header),
            skip_rows=skip,
            encoding=encoding,
        ),
        "parse_options": pv.ParseOptions(
            delimiter=mapping.form["delimiter"],
            quote_char='"' if quoted else False,
            newlines_in_values=quoted,
            ignore_empty_lines=True,
            invalid_row_handler=note,
        ),
        "convert_options": pv.ConvertOptions(
            column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False, quoted_strings_can_be_null=False
        ),
    }
    taken = 0
    for rows in _together(pv.open_csv(file, **options), max(1, block // _PARSED)):
        # The parser is ahead of the batches: broken rows of later ones are known already, and stay for them.
        count = taken + rows.num_rows
        here = tuple(each for place, each in enumerate(broken) if each.number <= count + place)
        del broken[: len(here)]
        numbers = np.arange(taken + 1, count + len(here) + 1)
        if here:
            numbers = numbers[~np.isin(numbers, [each.number for each in here])]
        taken = count + len(here)
        yield Batch(rows, numbers, here)
    if broken:
        yield Batch(rows.slice(0, 0) if taken else _no_rows(header), np.empty(0, np.int64), tuple(broken))


def _together(blocks: Iterator[pa.RecordBatch], count: int) -> Iterator[pa.RecordBatch]:
    """Yield so many blocks as one."""
    import pyarrow as pa

    blocks = iter(blocks)
    while waiting := list(islice(blocks, count)):
        some = [each for each in waiting if each.num_rows] or waiting[:1]
        yield some[0] if len(some) == 1 else pa.Table.from_batches(some).combine_chunks().to_batches()[0]


def _no_rows(header: Sequence[str]) -> pa.RecordBatch:
    import pyarrow as pa

    return pa.RecordBatch.from_arrays([pa.array([], pa.string()) for _ in header], names=list(header))


@contextmanager
def readable(member: Member, encoding: str) -> Iterator[None]:
    """Turn what the parser and the unpackers say into words."""
    import pyarrow as pa

    try:
        yield
    except UnicodeDecodeError as error:
        raise UsageError(f"{member.name}: the text is not {encoding} ({error}). {_ENCODINGS}") from None
    except (EOFError, zipfile.BadZipFile, gzip.BadGzipFile, zlib.error) as error:
        raise UsageError(
            f"{member.name}: the packed file is damaged or was cut off ({error}). Get the file again."
        ) from None
    except pa.ArrowInvalid as error:
        text = str(error)
        if "UTF8" in text:
            raise UsageError(f"{member.name}: the text is not {encoding}. {_ENCODINGS}") from None
        raise UsageError(f"{member.name}: {text}") from None


_ENCODINGS = "Say which encoding it has (--encoding latin-1, say)."
