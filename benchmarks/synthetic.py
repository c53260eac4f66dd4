"""Synthetic records: nested, shaped like imported event rows, with one in so many invalid in a known way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from casus.building import ROW_GROUP, WRITER
from casus.schema.render_arrow import records_schema
from casus.schema.vocabulary import modes_of

TYPES = ("air-attack", "shelling", "ground-combat", "talks", "meeting", "statement", "exchange", "sanction")
MEASURES = ("killed", "wounded", "drones-launched", "prisoners-released", "hits")
ABOUT = ("event", "date", "participants/p1")
ACTORS = tuple(f"bench:A{number}" for number in range(400))
PLACES = tuple(f"bench:P{number}" for number in range(5000))
PUBLISHERS = tuple(f"bench:S{number}" for number in range(300))
_SITE = "https://news.example.org/reports/"
#: Distinct texts in a batch of records.
_POOL = 20_000
_DEFAULTS = {"extent": "spans", "basis": "stated", "attribution": "named", "stance": "asserts", "role": "site"}
_DEFAULTS |= {"kind": "fact", "language": "en"}


def make_records(rows: int, seed: int = 0, invalid_every: int | None = None, first: int = 0) -> pa.Table:
    """Return so many records of the schema of ``records.parquet``, numbered from ``first``.

    With ``invalid_every`` every so-many-th record breaks one rule: see :func:`planted`.
    """
    chance = np.random.default_rng((seed, first))
    number = np.arange(first, first + rows)
    kind = chance.choice(len(TYPES), rows, p=(0.3, 0.2, 0.2, 0.08, 0.08, 0.06, 0.04, 0.04))
    values = _valid(chance, number, kind)
    for row, change in _plants(first, rows, invalid_every):
        change(values, row)
    schema = records_schema()
    columns = [_column(field, values.get(field.name), rows) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def planted(rows: int, invalid_every: int | None) -> list[int]:
    """Return the rows that :func:`make_records` makes invalid."""
    return [] if not invalid_every else list(range(invalid_every // 2, rows, invalid_every))


def write_file(path: Path, rows: int, *, invalid_every: int | None, row_group: int = ROW_GROUP, **options: Any) -> Path:
    """Write so many records to a Parquet file, one row group after another."""
    with pq.ParquetWriter(path, records_schema(), **(WRITER | options)) as writer:
        for first in range(0, rows, row_group):
            count = min(row_group, rows - first)
            writer.write_table(make_records(count, 1, invalid_every, first), row_group_size=row_group)
    return path


class _List:
    """A list column in the making: lengths per parent, and the values of the items."""

    def __init__(self, lengths: Any, given: dict[str, Any]) -> None:
        self.lengths = lengths
        self.given = given

    @property
    def starts(self) -> Any:
        return np.cumsum(self.lengths) - self.lengths


class _Words:
    """A dictionary column in the making."""

    def __init__(self, words: tuple[str, ...], codes: Any) -> None:
        self.words = words
        self.codes = codes


def _text(*parts: Any) -> list[str]:
    arrays = [part if isinstance(part, str) else pa.array(part).cast(pa.string()) for part in parts]
    length = next(len(array) for array in arrays if not isinstance(array, str))
    filled = [pa.array([array] * length) if isinstance(array, str) else array for array in arrays]
    joined: list[str] = pc.binary_join_element_wise(*filled, "")
    return joined


def _valid(chance: Any, number: Any, kind: Any) -> dict[str, Any]:
    rows = len(number)
    start = chance.integers(14_000, 20_000, rows)
    length = chance.choice((0, 0, 0, 1, 5), rows)
    modes = [modes_of(each) for each in TYPES]
    words = tuple(sorted({mode for each in modes for mode in each}))
    place = [words.index(each[0]) for each in modes]
    sources = chance.choice((1, 2), rows, p=(0.6, 0.4))
    total = int(sources.sum())
    source = np.arange(total) - np.repeat(np.cumsum(sources) - sources, sources)
    owner = np.repeat(number, sources)
    return {
        "id": _text("bench:", number),
        "type": _Words(TYPES, kind),
        "mode": _Words(words, np.array(place)[kind]),
        "title": _text(_prose(chance, 7).take(pa.array(chance.integers(0, _POOL, rows))), " ", number),
        "summary": _text(_prose(chance, 35).take(pa.array(chance.integers(0, _POOL, rows))), " ", number),
        "status": _Words(("occurred",), np.zeros(rows, int)),
        "date": {"start": start, "end": start + length},
        "locations": _List(np.ones(rows, int), {
            "key": _Words(("l1",), np.zeros(rows, int)),
            "place": _Words(PLACES, chance.integers(0, len(PLACES), rows)),
            "precision": chance.integers(1, 8, rows),
        }),
        "participants": _participants(chance, rows),
        "quantities": _quantities(chance, rows),
        "claims": _claims(chance, rows),
        "links": _links(chance, number),
        "sources": _List(sources, {
            "key": _Words(("s1", "s2"), source),
            "url": _text(_SITE, owner, "-", chance.integers(0, 10**9, total), "/page-", source),
            "publisher": _Words(PUBLISHERS, chance.integers(0, len(PUBLISHERS), total)),
            "title": _text("A report on event ", owner),
            "kind": _Words(("news",), np.zeros(total, int)),
            "accessed": np.full(total, 20_300),
            "supports": _List(np.where(source == 0, 2, 0), {
                "": _Words(("date", "participants"), np.tile([0, 1], int((source == 0).sum()))),
            }),
        }),
        "coding": {
            "method": _Words(("imported",), np.zeros(rows, int)),
            "coders": _List(np.ones(rows, int), {"": ["bench"] * rows}),
            "coded_on": np.full(rows, 20_300),
        },
        "provenance": {
            "dataset": ["bench"] * rows,
            "version": ["1"] * rows,
            "row_id": _text(number),
            "licence": ["CC-BY-4.0"] * rows,
        },
    }  # fmt: skip


def _prose(chance: Any, words: int) -> Any:
    """Return a pool of texts of random words, as long as titles and summaries are."""
    letters = chance.integers(97, 123, (3000, 6), np.uint8)
    known = np.array([bytes(row[: 3 + number % 4]).decode() for number, row in enumerate(letters)])
    return pa.array([" ".join(row) for row in known[chance.integers(0, len(known), (_POOL, words))]])


def _participants(chance: Any, rows: int) -> _List:
    return _List(np.full(rows, 2), {
        "key": _Words(("p1", "p2"), np.tile([0, 1], rows)),
        "actor": _Words(ACTORS, chance.integers(0, len(ACTORS), 2 * rows)),
        "roles": _List(np.ones(2 * rows, int), {"": _Words(("initiator", "target"), np.tile([0, 1], rows))}),
    })  # fmt: skip


def _quantities(chance: Any, rows: int) -> _List:
    lengths = chance.choice((0, 1, 2, 3), rows, p=(0.2, 0.4, 0.25, 0.15))
    total = int(lengths.sum())
    place = np.arange(total) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    best = chance.integers(0, 40, total).astype(float)
    return _List(lengths, {
        "key": _Words(("q1", "q2", "q3"), place),
        "measure": _Words(MEASURES, chance.integers(0, len(MEASURES), total)),
        "low": np.floor(best / 2),
        "best": best,
        "high": best + chance.integers(0, 5, total),
        "claimant": _Words(ACTORS, chance.integers(0, len(ACTORS), total)),
        "sources": _List(np.ones(total, int), {"": _Words(("s1",), np.zeros(total, int))}),
    })  # fmt: skip


def _claims(chance: Any, rows: int) -> _List:
    lengths = chance.choice((0, 1, 2), rows, p=(0.4, 0.4, 0.2))
    total = int(lengths.sum())
    place = np.arange(total) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return _List(lengths, {
        "key": _Words(("c1", "c2"), place),
        "claimant": _Words(ACTORS, chance.integers(0, len(ACTORS), total)),
        "about": _List(np.ones(total, int), {"": _Words(ABOUT, chance.integers(0, len(ABOUT), total))}),
        "statement": _prose(chance, 18).take(pa.array(chance.integers(0, _POOL, total))),
        "sources": _List(np.ones(total, int), {"": _Words(("s1",), np.zeros(total, int))}),
    })  # fmt: skip


def _links(chance: Any, number: Any) -> _List:
    lengths = ((chance.random(len(number)) < 0.2) & (number > 0)).astype(int)  # noqa: PLR2004
    target = number[lengths == 1] - 1
    return _List(lengths, {
        "key": _Words(("k1",), np.zeros(len(target), int)),
        "relation": _Words(("follows", "about"), chance.integers(0, 2, len(target))),
        "target": _text("bench:", target) if len(target) else [],
    })  # fmt: skip


def _set(path: str, value: Any) -> Callable[[dict[str, Any], int], None]:
    def change(values: dict[str, Any], row: int) -> None:
        *steps, last = path.split(".")
        node: Any = values
        for step in steps:
            node = node[step]
        column = node[last]
        if isinstance(column, _Words):
            column.words = (*column.words, value)
            column.codes[row] = len(column.words) - 1
        elif isinstance(column, np.ndarray):
            column[row] = value
        else:
            changed = column.to_pylist() if isinstance(column, pa.Array | pa.ChunkedArray) else list(column)
            changed[row] = value
            node[last] = changed

    return change


def _first_item(name: str, field: str, value: Any) -> Callable[[dict[str, Any], int], None]:
    def change(values: dict[str, Any], row: int) -> None:
        _set(field, value)(values[name].given, int(values[name].starts[row]))

    return change


def _end_before_start(values: dict[str, Any], row: int) -> None:
    values["date"]["end"][row] = values["date"]["start"][row] - 1


def _source_of_the_first_location(values: dict[str, Any], row: int) -> None:
    inner = values["sources"].given["supports"]
    first = int(inner.starts[values["sources"].starts[row]])
    _set("", "claims/c7")(inner.given, first)


#: What breaks a record, in turn: code, and the change.
PLANTS: tuple[tuple[str, Callable[[dict[str, Any], int], None]], ...] = (
    ("CAS201", _end_before_start),
    ("CAS104", _set("type", "banquet")),
    ("CAS107", _set("title", "")),
    ("CAS106", _first_item("locations", "precision", 8)),
    ("CAS105", _first_item("sources", "url", "ftp://nowhere")),
    ("CAS203", _set("mode", "no-mode-of-it")),
    ("CAS213", _source_of_the_first_location),
    ("CAS105", _set("id", "bench:../up")),
    ("CAS212", _first_item("locations", "key", "p1")),
    ("CAS206", _set("date.start", 60_000)),
)


def _plants(first: int, rows: int, invalid_every: int | None) -> list[tuple[int, Any]]:
    if not invalid_every:
        return []
    places = range(invalid_every // 2, first + rows, invalid_every)
    return [(place - first, PLANTS[index % len(PLANTS)][1]) for index, place in enumerate(places) if place >= first]


def _column(field: pa.Field, given: Any, rows: int) -> Any:  # noqa: PLR0911 - a case for each kind of column
    kind = field.type
    if isinstance(given, _List):
        offsets = np.concatenate([[0], np.cumsum(given.lengths)]).astype(np.int32)
        item = kind.value_field
        inner = given.given.get("", given.given)
        values = _column(item, inner, int(offsets[-1]))
        return pa.ListArray.from_arrays(pa.array(offsets), values, type=kind)
    if isinstance(given, _Words):
        indices = pa.array(given.codes, kind.index_type)
        return pa.DictionaryArray.from_arrays(indices, pa.array(given.words, pa.string()))
    if isinstance(given, Mapping):
        inner = [kind.field(index) for index in range(kind.num_fields)]
        return pa.StructArray.from_arrays([_column(each, given.get(each.name), rows) for each in inner], fields=inner)
    if given is not None:
        array = given if isinstance(given, pa.Array) else pa.array(given)
        return array.cast(pa.int32()).cast(kind) if pa.types.is_date(kind) else array.cast(kind)
    if pa.types.is_struct(kind):  # an absent group: its required fields still need something under the null
        inner = [kind.field(index) for index in range(kind.num_fields)]
        return pa.StructArray.from_arrays(
            [_column(each, None, rows) for each in inner], fields=inner, mask=pa.array(np.ones(rows, np.bool_))
        )
    if field.nullable:
        return pa.nulls(rows, kind)
    if pa.types.is_list(kind):
        return pa.ListArray.from_arrays(pa.array(np.zeros(rows + 1, np.int32)), _empty(kind.value_type), type=kind)
    if pa.types.is_boolean(kind):
        return pa.array(np.zeros(rows, np.bool_))
    if pa.types.is_string(kind):
        return pa.array([""] * rows, kind)
    word = _DEFAULTS.get(field.name, "")
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows), kind.index_type), pa.array([word]))


def _empty(kind: Any) -> Any:
    return pa.array([], kind)
