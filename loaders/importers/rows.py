"""Rows of a source as columns of text, and the conversions that every importer needs.

All conversions look at distinct values where they can, keep the order, and never drop a row: a cell that cannot be
read is noted with its code, and the row goes to quarantine with it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.schema.rules import RULES

#: What stands for an empty cell, in any source.
EMPTY = ("", "NULL", "NA", "N/A", "NaN", "nan", "None", "none", "null")
_LONGEST_EMPTY = max(map(len, EMPTY))
_SPACE, _PRINTABLE, _ASCII = 0x20, 0x20, 0x7E
_MOST_SHOWN = 80
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_UNSAFE = re.compile(r"[^A-Za-z0-9._]+")
#: The longest id of a registry that the schema takes.
_LONGEST_ID = 80
#: Characters that no text of a record may hold.
_CONTROLS = r"[\x00-\x1f\x7f\x{202a}-\x{202e}\x{2066}-\x{2069}]"
_ISO = len("2022-02-08")
_COMPACT = len("20220208")
#: A formula in the place of a number or a day is said to be one.
_VALUES = frozenset(("CAS601", "CAS602"))
#: So many distinct values are known again from batch to batch.
_KNOWN_AGAIN = 2**17
#: Numbers beyond these are slips.
_LARGEST = 1e15


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row cannot become a record: the row in the batch, the column, the code of the rule, and the reason."""

    row: int
    column: str
    code: str
    reason: str


@dataclass
class Rows:
    """A batch of rows: every column as text, null where the cell is empty.

    Attributes
    ----------
    columns
        The columns by the names of the source's documentation.
    length
        How many rows.
    faults
        What was found so far.
    """

    columns: Mapping[str, Any]
    length: int
    faults: list[Fault] = field(default_factory=list)
    _texts: dict[str, Any] = field(default_factory=dict, repr=False)
    _noted: set[tuple[int, str]] = field(default_factory=set, repr=False)

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def text(self, name: str) -> Any:
        """Return a column without space around it, null where nothing is left or one of the signs for empty stands.

        Control characters become spaces: the sources use tabs and line breaks inside cells.
        """
        if name not in self._texts:
            there = name in self.columns
            self._texts[name] = cleaned(self.columns[name]) if there else pa.nulls(self.length, pa.string())
        return self._texts[name]

    def taken(self, places: Any, columns: Mapping[str, Any]) -> Rows:
        """Return some of the rows, given their columns; what was done about their cells is kept."""
        return Rows(columns, len(places), [], {name: each.take(places) for name, each in self._texts.items()})

    def required(self, name: str, value: Any = None) -> Any:
        """Return a column in which every cell must hold something; where none does, the row is at fault (CAS604).

        A cell that could not be read, and of which that was noted, is not said to be empty as well.
        """
        value = self.text(name) if value is None else value
        empty = np.array(pc.is_null(value))
        empty[[fault.row for fault in self.faults if fault.column == name]] = False
        self.note("CAS604", name, empty)
        return value

    def whole(self, name: str, *, least: int | None = None, most: int | None = None) -> Any:
        """Return a column of whole numbers (int64); 7.0 is 7. What is none is at fault (CAS601)."""
        number = self.number(name, least=least, most=most)
        broken = np.asarray(pc.fill_null(pc.not_equal(pc.round(number), number), fill_value=False))
        self.note("CAS601", name, broken, wanted="a whole number")
        return pc.if_else(pa.array(~broken), number, pa.scalar(None, pa.float64())).cast(pa.int64(), safe=False)

    def number(self, name: str, *, least: float | None = None, most: float | None = None) -> Any:
        """Return a column of numbers (float64). What is none, or out of bounds, is at fault (CAS601)."""
        cells = self.text(name)
        encoded = cells if pa.types.is_dictionary(cells.type) else pc.dictionary_encode(cells)
        found = _numbers(encoded.dictionary, least, most).take(encoded.indices)
        bounds = "" if least is None and most is None else f" from {least} to {most}"
        self.note("CAS601", name, _lost(cells, found), wanted=f"a number{bounds}")
        return found

    def day(self, name: str, read: Callable[[str], dt.date | None] | None = None) -> Any:
        """Return a column of days (date32). What is no day is at fault (CAS602)."""
        cells = self.text(name)
        found = mapped(cells, read or read_day, pa.date32())
        self.note("CAS602", name, _lost(cells, found))
        return found

    def code(self, name: str, table: Mapping[str, str | None], *, value: Any = None) -> Any:
        """Return a column with each code replaced by what the table has for it; unknown codes are at fault (CAS603).

        A code that the table leads to None stays without a value.
        """
        cells = self.text(name) if value is None else value
        words = _distinct(cells)
        unknown = [word for word in words if word not in table]
        if unknown:
            self.note("CAS603", name, np.asarray(pc.is_in(cells, value_set=pa.array(unknown, pa.string()))))
        return mapped(cells, table.get, pa.string())

    def note(self, code: str, name: str, wrong: Any, **values: Any) -> None:
        """Note that the rows of a mask are at fault; at most one fault a row and column."""
        for row in np.flatnonzero(wrong):
            if (int(row), name) in self._noted:
                continue
            self._noted.add((int(row), name))
            cell = self.columns[name][int(row)].as_py() if name in self.columns else None
            of = "CAS607" if code in _VALUES and (cell or "").startswith("=") else code
            reason = RULES[of].say({"column": name, "value": shown(cell), **values})
            self.faults.append(Fault(int(row), name, of, reason))

    def wrong(self) -> Any:
        """Return a mask of the rows at fault."""
        mask = np.zeros(self.length, bool)
        mask[[fault.row for fault in self.faults]] = True
        return mask


def shown(cell: str | None) -> str:
    """Return a cell as reasons show it."""
    if cell is None:
        return "nothing"
    return repr(cell if len(cell) <= _MOST_SHOWN else f"{cell[:_MOST_SHOWN]}...")


def cleaned(column: Any) -> Any:
    """Return a column as :meth:`Rows.text` says; what nothing has to be done about is only looked at."""
    if column.offset:
        column = pa.concat_arrays([column])
    _, offsets, data = column.buffers()
    ends = np.frombuffer(offsets, np.int32)[: len(column) + 1]
    content = np.frombuffer(data, np.uint8)[: ends[-1]] if data is not None else np.empty(0, np.uint8)
    if len(content) and (content < _PRINTABLE).any() | (content > _ASCII).any():
        if pc.any(pc.match_substring_regex(column, _CONTROLS)).as_py():
            column = pc.replace_substring_regex(column, f"{_CONTROLS}+", " ")
        return _without_empty(pc.utf8_trim_whitespace(column))
    some = ends[1:] > ends[:-1]
    edges = np.concatenate([content[ends[:-1][some]], content[ends[1:][some] - 1]])
    return _without_empty(pc.ascii_trim_whitespace(column) if (edges == _SPACE).any() else column)


def _without_empty(column: Any) -> Any:
    """Return a column with null for the signs that stand for an empty cell."""
    lengths = np.diff(np.frombuffer(column.buffers()[1], np.int32)[column.offset : column.offset + len(column) + 1])
    short = np.flatnonzero(lengths <= _LONGEST_EMPTY)
    if not len(short):
        return column
    mask = np.zeros(len(column), bool)
    mask[short] = np.asarray(pc.is_in(column.take(pa.array(short)), value_set=pa.array(EMPTY, pa.string())))
    return pc.if_else(pa.array(mask), pa.scalar(None, pa.string()), column) if mask.any() else column


def mapped(cells: Any, change: Callable[[str], Any], kind: Any) -> Any:
    """Return a column with a function applied to each distinct value; null stays null.

    Texts come back as a dictionary, which is how the records hold ids and codes.
    """
    encoded = pc.dictionary_encode(cells) if not pa.types.is_dictionary(cells.type) else cells
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    values = [None if word is None else change(word) for word in encoded.dictionary.to_pylist()]
    looked_up = pa.array(values, kind)
    if pa.types.is_string(kind):
        compact = pc.dictionary_encode(looked_up)
        return pa.DictionaryArray.from_arrays(compact.indices.take(encoded.indices), compact.dictionary)
    return looked_up.take(encoded.indices)


def joined(*parts: Any, between: str = " ") -> Any:
    """Return texts joined row by row; a part that is null is left out, a single text stands in every row.

    A row in which all parts are null is null.
    """
    plain = [part if isinstance(part, str) else plain_text(part) for part in parts]
    arrays = [part for part in plain if not isinstance(part, str)]
    if len(plain) == 1:
        return plain[0]
    if len(arrays) == len(plain):
        # PyArrow leaves out the rows in which every part is null, so that none of them may be.
        nothing = arrays[0].is_null()
        for part in arrays[1:]:
            nothing = pc.and_(nothing, part.is_null())
        if pc.any(nothing).as_py():
            filled = [pc.if_else(nothing, pa.scalar(""), arrays[0]), *arrays[1:]]
            text = pc.binary_join_element_wise(*filled, between, null_handling="skip")
            return pc.if_else(nothing, pa.scalar(None, pa.string()), text)
    return pc.binary_join_element_wise(*plain, between, null_handling="skip")


def when(there: Any, *parts: Any) -> Any:
    """Return the parts run together where every one of them is there, else null: a clause that can be left out."""
    plain = [part if isinstance(part, str) else plain_text(part) for part in parts]
    text = pc.binary_join_element_wise(*plain, "", null_handling="emit_null")
    return text if there is None else pc.if_else(pa.array(there), text, pa.scalar(None, pa.string()))


def plain_text(column: Any) -> Any:
    """Return a column of texts that is not a dictionary."""
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def filled(column: Any, word: str) -> Any:
    """Return a column of texts, a dictionary if it was one, with a word where nothing stands."""
    if not pa.types.is_dictionary(column.type):
        return pc.fill_null(column, word)
    if not column.null_count:
        return column
    words = pa.concat_arrays([column.dictionary, pa.array([word], column.dictionary.type)])
    return pa.DictionaryArray.from_arrays(pc.fill_null(column.indices, len(words) - 1), words)


def firsts(ids: Any) -> Any:
    """Return the first row of each distinct value of a dictionary column, in order; registries need no more."""
    numbers = np.asarray(pc.fill_null(ids.indices, len(ids.dictionary)))
    first = np.full(len(ids.dictionary) + 1, -1)
    first[numbers[::-1]] = np.arange(len(numbers))[::-1]
    return pa.array(np.sort(first[:-1][first[:-1] >= 0]))


def shortened(column: Any, most: int) -> Any:
    """Return texts cut to a length, with an ellipsis where something was cut off."""
    plain = plain_text(column)
    too_long = pc.greater(pc.utf8_length(plain), most)
    if not pc.any(too_long).as_py():
        return plain
    cut = pc.binary_join_element_wise(pc.utf8_rtrim_whitespace(pc.utf8_slice_codeunits(plain, 0, most - 1)), "…", "")
    return pc.if_else(too_long, cut, plain)


def entry_ids(source: str, column: Any) -> Any:
    """Return registry ids ``source:value``; what an id cannot hold becomes a hyphen."""
    encoded = pc.dictionary_encode(column) if not pa.types.is_dictionary(column.type) else column
    words = encoded.dictionary
    ids = pc.binary_join_element_wise(f"{source}:", words, "")
    safe = pc.match_substring_regex(words, f"^{_SAFE.pattern}$")
    fits = pc.and_(safe, pc.less_equal(pc.binary_length(ids), _LONGEST_ID))
    if not pc.all(fits).as_py():
        marked = [
            None if each is None else entry_id(source, each) for each in words.filter(pc.invert(fits)).to_pylist()
        ]
        ids = pc.replace_with_mask(ids, pc.invert(fits), pa.array(marked, pa.string()))
    return pa.DictionaryArray.from_arrays(encoded.indices, ids)


@lru_cache(maxsize=_KNOWN_AGAIN)
def entry_id(source: str, word: str) -> str:
    """Return the registry id of a value of a source.

    A value that an id cannot hold as it is keeps its letters and digits and gets the beginning of its hash, so that two
    values never share an id: ``icews:Citizen-Ukraine.3f2a91c0``.
    """
    if _SAFE.fullmatch(word) and len(source) + 1 + len(word) <= _LONGEST_ID:
        return f"{source}:{word}"
    flat = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode("ascii")
    kept = _UNSAFE.sub("-", flat).strip("-._")[: _LONGEST_ID - len(source) - 10]
    mark = hashlib.sha256(word.encode()).hexdigest()[:8]
    return f"{source}:{kept}.{mark}" if kept else f"{source}:{mark}"


@lru_cache(maxsize=_KNOWN_AGAIN)
def read_day(word: str) -> dt.date | None:
    """Return a day of ISO form, with or without a time after it: 2022-02-08 or 2022-02-08 00:00:00.000."""
    try:
        day = dt.date.fromisoformat(word[:_ISO]) if word[_ISO : _ISO + 1] in {"", " ", "T"} else None
        return day if day is not None and day.isoformat() == word[:_ISO] else None  # Python takes other forms too
    except ValueError:
        return None


@lru_cache(100_000)
def read_compact_day(word: str) -> dt.date | None:
    """Return a day written as 20220208."""
    if len(word) != _COMPACT or not (word.isascii() and word.isdigit()):
        return None
    try:
        return dt.date(int(word[:4]), int(word[4:6]), int(word[6:]))
    except ValueError:
        return None


def _distinct(cells: Any) -> list[str]:
    if pa.types.is_dictionary(cells.type):
        return [word for word in cells.dictionary.to_pylist() if word is not None]
    return [word for word in pc.unique(cells).to_pylist() if word is not None]


def _numbers(words: Any, least: float | None, most: float | None) -> Any:
    """Return texts as numbers; null where a text is none, or out of bounds."""
    try:
        values = words.cast(pa.float64())
    except pa.ArrowInvalid:
        values = pa.array([None if word is None else _number(word) for word in words.to_pylist()], pa.float64())
    inside = pc.less(pc.abs(values), _LARGEST)
    if least is not None:
        inside = pc.and_(inside, pc.greater_equal(values, least))
    if most is not None:
        inside = pc.and_(inside, pc.less_equal(values, most))
    return pc.if_else(inside, values, pa.scalar(None, pa.float64()))


def _number(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None


def _lost(before: Any, after: Any) -> Any:
    return np.asarray(pc.and_(pc.is_valid(before), pc.is_null(after)))
