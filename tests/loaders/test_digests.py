"""The logical digest is made in whole columns and is that of the rows as canonical JSON, one by one."""

import datetime as dt
import hashlib
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casus.digests import canonical_rows, lean, logical_digest, row_digests
from casus.releases import bundled

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
WORDS = st.sampled_from(["a", "b\n", '"', "\\", "\x7f\x00", "é😀"])
INNER = pa.struct(
    [
        pa.field("word", pa.dictionary(pa.int16(), pa.string())),
        pa.field("numbers", pa.list_(pa.float64())),
        pa.field("day", pa.date32()),
    ]
)
SCHEMA = pa.schema(
    [
        pa.field("z", pa.string()),
        pa.field("a", pa.float64()),
        pa.field("flag", pa.bool_()),
        pa.field("shape", pa.binary()),
        pa.field("count", pa.int32()),
        pa.field("inner", INNER),
        pa.field("items", pa.list_(INNER)),
        pa.field("words", pa.list_(pa.dictionary(pa.int16(), pa.string()))),
    ]
)


def maybe(strategy):
    return st.one_of(st.none(), strategy)


GROUP = st.fixed_dictionaries(
    {"word": maybe(WORDS), "numbers": maybe(st.lists(st.floats(allow_nan=False), max_size=3)), "day": maybe(st.dates())}
)
ROW = st.fixed_dictionaries(
    {
        "z": maybe(TEXTS),
        "a": maybe(st.floats(allow_nan=False)),
        "flag": maybe(st.booleans()),
        "shape": maybe(st.binary(max_size=4)),
        "count": maybe(st.integers(-(2**31), 2**31 - 1)),
        "inner": maybe(GROUP),
        "items": maybe(st.lists(GROUP, max_size=3)),
        "words": maybe(st.lists(WORDS, max_size=3)),
    }
)


def one_by_one(table):
    """The rows as canonical JSON, written the plain way."""

    def text(value):
        return value.hex() if isinstance(value, bytes) else value.isoformat()

    for row in table.to_pylist():
        yield json.dumps(lean(row), ensure_ascii=False, sort_keys=True, default=text)


def digest_one_by_one(table):
    lines = "".join(f"\n{line}" for line in one_by_one(table))
    return hashlib.sha256((json.dumps(table.schema.names) + lines).encode()).hexdigest()


@settings(max_examples=150, deadline=None)
@given(st.lists(ROW, max_size=6), st.integers(0, 3))
def test_columns_give_what_rows_give(rows, skipped):
    table = pa.Table.from_pylist(rows, schema=SCHEMA).slice(skipped)
    assert list(canonical_rows(table)) == list(one_by_one(table))
    assert logical_digest(table) == digest_one_by_one(table)
    texts = [line.encode() for line in one_by_one(table)]
    assert row_digests(table) == [hashlib.blake2b(text, digest_size=16).digest() for text in texts]


@pytest.mark.parametrize("name", ["records", "events", "sources", "names"])
def test_digest_of_a_released_table(name):
    table = pq.ParquetFile(bundled("0.1.0").path(name)).read()
    assert logical_digest(table) == digest_one_by_one(table) == bundled("0.1.0").manifest.table(name).digest


def test_more_rows_than_a_batch():
    table = pa.table({"n": pa.array(range(40_000), pa.int32())})
    assert logical_digest(table) == digest_one_by_one(table)


def test_digest_does_not_depend_on_dictionaries_and_chunks():
    plain = pa.table({"a": pa.array(["x", None, "y", "x"])})
    coded = pa.table({"a": pa.array(["x", None, "y", "x"]).dictionary_encode()})
    chunked = pa.concat_tables([plain.slice(0, 1), plain.slice(1)])
    assert logical_digest(plain) == logical_digest(coded) == logical_digest(chunked)


def test_values_without_canonical_text_are_refused():
    with pytest.raises(TypeError, match="no canonical text for time"):
        logical_digest(pa.table({"a": pa.array([dt.time(1)])}))
