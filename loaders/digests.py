"""The two digests of a table: of its bytes, and of its content whatever wrote it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 4096


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
    encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=_text).encode
    digest.update(json.dumps(table.schema.names).encode())
    for batch in table.to_batches(max_chunksize=_BATCH):
        for row in batch.to_pylist():
            digest.update(b"\n")
            digest.update(encode(lean(row)).encode())
    return digest.hexdigest()


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


def _text(value: object) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"no canonical text for {type(value).__name__}")
