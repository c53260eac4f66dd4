"""The two digests of a table: of its bytes, and of its content whatever wrote it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 16_384
#: What JSON writes with a backslash.
_ESCAPED = r'["\\\x00-\x1f]'


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as hexadecimal text."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def logical_digest(table: pa.Table) -> str:
    """Return the SHA-256 of a table's content: column names, then every row as canonical JSON.

    Parquet's bytes change with every release of the writer; this does not. Absent values and empty lists are left
    out, so that it also does not depend on how the two are told apart; numbers are written as Python writes floats.
    """
    digest = hashlib.sha256()
    digest.update(json.dumps(table.schema.names).encode())
    for lines in _lines(table):
        digest.update(lines)
    return digest.hexdigest()


def row_digests(table: pa.Table) -> list[bytes]:
    """Return a digest of every row's content: equal if and only if the rows hold the same, whatever the columns' types.

    It is made of the same text as :func:`logical_digest`.
    """
    found: list[bytes] = []
    for text in _texts(table):
        offsets, content = _offsets(text), memoryview(text.buffers()[2] or b"")
        found.extend(hashlib.blake2b(content[start:end], digest_size=16).digest() for start, end in pairwise(offsets))
    return found


def canonical_rows(table: pa.Table) -> Iterator[str]:
    """Yield every row as canonical JSON: keys sorted, absent values and empty lists left out, days as ISO text."""
    for text in _texts(table):
        yield from text.to_pylist()


def lean(value: Any) -> Any:
    """Return a row without absent values and empty lists, at any depth."""
    if isinstance(value, dict):
        return {
            key: lean(each) if isinstance(each, dict | list) else each
            for key, each in value.items()
            if each is not None and each != []
        }
    if isinstance(value, list):
        return [lean(each) if isinstance(each, dict | list) else each for each in value]
    return value


def _texts(table: pa.Table) -> Iterator[Any]:
    """Yield the rows as canonical JSON, an Arrow array of texts for so many rows; they are made in whole columns."""
    for batch in table.to_batches(max_chunksize=_BATCH):
        yield _group(batch.schema.names, batch.columns, batch.num_rows)


def _lines(table: pa.Table) -> Iterator[memoryview]:
    import pyarrow.compute as pc

    for text in _texts(table):
        lines = pc.binary_join_element_wise(_plain("\n"), text, _plain(""))
        offsets = _offsets(lines)
        yield memoryview(lines.buffers()[2] or b"")[offsets[0] : offsets[-1]]


def _offsets(text: Any) -> list[int]:
    import numpy as np

    kept = np.frombuffer(text.buffers()[1], np.int64)[text.offset : text.offset + len(text) + 1]
    offsets: list[int] = kept.tolist()
    return offsets


def _plain(text: str) -> Any:
    import pyarrow as pa

    return pa.scalar(text, pa.large_string())


def _group(names: Iterable[str], columns: Iterable[Any], rows: int) -> Any:
    """Return groups of fields as JSON: what is absent, and lists that are empty, are left out."""
    import pyarrow as pa
    import pyarrow.compute as pc

    given = (pair for pair in zip(names, columns, strict=True) if pair[1].null_count < rows or not rows)
    fields = sorted(given, key=lambda pair: pair[0])
    texts = [(f"{json.dumps(name)}: ", _json(column)) for name, column in fields]
    always = next((number for number, (_, text) in enumerate(texts) if not text.null_count), None)
    # Arrow's own separator loses the rows where everything is absent, so that it is part of the members here: of the
    # ones before a member that is always there it follows, to the others it is put before.
    parts: list[Any] = []
    for number, (name, text) in enumerate(texts):
        before, after = ("", ", ") if always is not None and number < always else (", ", "")
        before = "" if number == always else before
        parts.append(pc.binary_join_element_wise(_plain(before + name), text, _plain(after), _plain("")))
    if always is not None:
        return _joined(_plain("{"), *parts, _plain("}"))
    inner = _joined(pa.array([""] * rows, pa.large_string()), *parts)
    return _joined(_plain("{"), pc.utf8_slice_codeunits(inner, 2, stop=None), _plain("}"))


def _joined(*parts: Any) -> Any:
    import pyarrow.compute as pc

    return pc.binary_join_element_wise(*parts, _plain(""), null_handling="replace", null_replacement="")


def _json(column: Any) -> Any:
    """Return a column's values as JSON texts; absent where there is none, or where it is an empty list."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_struct(kind):
        text = _group([kind.field(i).name for i in range(kind.num_fields)], column.flatten(), len(column))
        return _where(pc.is_valid(column), text) if column.null_count else text
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _list(column)
    if pa.types.is_dictionary(kind):
        return _words(column.dictionary).take(column.indices)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _quoted(column)
    distinct = pc.dictionary_encode(column)
    return _words(distinct.dictionary).take(distinct.indices)


def _list(column: Any) -> Any:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy()
    if not lengths.any():
        return pa.nulls(len(column), pa.large_string())
    ends = np.zeros(len(column) + 1, np.int64)
    np.cumsum(lengths, out=ends[1:])
    items = pc.fill_null(_json(column.flatten()), "null")
    joined = pc.binary_join(pa.LargeListArray.from_arrays(pa.array(ends), items), _plain(", "))
    text = pc.binary_join_element_wise(_plain("["), joined, _plain("]"), _plain(""))
    return _where(pa.array(lengths > 0), text)


def _where(kept: Any, text: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.if_else(kept, text, pa.scalar(None, text.type))


def _quoted(column: Any) -> Any:
    """Return texts as JSON; where nothing has to be escaped, only the quotes are added."""
    import pyarrow as pa
    import pyarrow.compute as pc

    text = column.cast(pa.large_string())
    if pc.any(pc.match_substring_regex(text, _ESCAPED)).as_py():
        return _words(text)
    return pc.binary_join_element_wise(_plain('"'), text, _plain('"'), _plain(""))


def _words(values: Any) -> Any:
    """Return values as JSON, one by one."""
    import pyarrow as pa

    encode = json.JSONEncoder(ensure_ascii=False, default=_text).encode
    written = [None if each is None else encode(each) for each in values.to_pylist()]
    return pa.array(written, pa.large_string())


def _text(value: object) -> str:
    import datetime as dt

    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"no canonical text for {type(value).__name__}")
