"""A batch of nested records as levels: all structs at one path, with flat columns.

Lists are checked on their flattened children; where a child came from is only worked out when something needs it.
Plain and dictionary columns, list and large_list, nullable or not, are all taken as they come.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casus.schema.columnar.buffers import Bools, Ints, looked_up, spread, truths
from casus.schema.description import Field, Kind, Struct

#: Of how many rows a part of a batch is put together by slices, and how many words a long dictionary has.
_SLICES, _LONG = 16, 100


@dataclass(slots=True)
class Values:
    """The values of one field for all structs of a level.

    ``valid`` is None where every value is there. Texts with few distinct values are ``codes`` into ``words``; other
    texts stay Arrow arrays; numbers, days and truth values are ``numbers``. ``nothing`` says that no value is there at
    all, which most optional fields of most records are.
    """

    length: int
    valid: Bools | None
    codes: Any = None
    words: list[str | None] | None = None
    numbers: Any = None
    text: Any = None
    nothing: bool = False

    def there(self) -> Bools:
        """Return a mask of the values that are there."""
        return np.ones(self.length, np.bool_) if self.valid is None else self.valid

    def take(self, index: Ints, there: Bools | None = None) -> Values:
        """Return the values at positions; ``there`` marks the positions that mean anything."""
        valid = None if self.valid is None else self.valid[index]
        if there is not None:
            valid = there if valid is None else valid & there
        return Values(
            len(index),
            valid,
            None if self.codes is None else self.codes[index],
            self.words,
            None if self.numbers is None else self.numbers[index],
            None if self.text is None else self.text.take(pa.array(index)),
            self.nothing,
        )

    def table(self, wanted: Any) -> Bools:
        """Return, for coded texts, whether each value's word is wanted (False where nothing is there)."""
        words = self.words or ()
        lookup = np.fromiter((word in wanted for word in words), np.bool_, len(words))
        if self.nothing or not lookup.any():
            return _zeros(self.length, np.bool_)
        found = np.ones(self.length, np.bool_) if lookup.all() else looked_up(lookup, self.codes)
        return found if self.valid is None else found & self.valid


class Items(NamedTuple):
    """The items of a list column: all of them, how many each list has, and where it begins (None: not known yet)."""

    array: Any
    lengths: Ints
    starts: Ints


#: Zeros that columns without any value share; nothing writes into them.
_ZEROS: dict[Any, Any] = {}


def _zeros(length: int, kind: type) -> Any:
    zeros = _ZEROS.get(kind)
    if zeros is None or len(zeros) < length:
        zeros = np.zeros(length, kind)
        zeros.flags.writeable = False
        _ZEROS[kind] = zeros
    return zeros[:length]


class Level:
    """All structs at one path of a batch.

    Parameters
    ----------
    struct
        Their description.
    array
        The structs, without the slots of absent parents.
    path
        Where they stand, such as ``quantities[]``.
    parent, items
        The level above, and for lists the items with what is known of them.
    """

    def __init__(
        self, struct: Struct, array: Any, path: str, parent: Level | None = None, items: Items | None = None
    ) -> None:
        self.struct = struct
        self.path = path
        self.parent = parent
        self.lengths: Ints = None if items is None else items.lengths
        self._starts: Ints = None if items is None else items.starts
        self.length = len(array)
        self._array = array
        self._values: dict[str, Values] = {}
        self._lists: dict[str, Items] = {}
        self._levels: dict[str, Level] = {}
        #: What was worked out for the whole batch, by name, so that it is worked out once.
        self.kept: dict[str, Any] = {}

    @cached_property
    def valid(self) -> Bools | None:
        """Which structs are there; None if all are."""
        own = _valid(self._array) if isinstance(self._array, pa.StructArray) else None
        if self.parent is not None and self.lengths is None and self.parent.valid is not None:
            return self.parent.valid if own is None else own & self.parent.valid
        return own

    @property
    def nothing(self) -> bool:
        """Whether no struct is there at all, so that no field can be wrong."""
        return self.length == 0 or (isinstance(self._array, pa.StructArray) and self._array.null_count == self.length)

    @cached_property
    def parents(self) -> Ints:
        """Position of each struct's parent in the level above."""
        if self.lengths is None or self.single or not self.length:
            return np.arange(self.length)
        return spread(np.arange(len(self.lengths)), self.lengths)

    @cached_property
    def single(self) -> bool:
        """Whether every parent has exactly one struct, as is the case with most short lists."""
        return self.length == len(self.lengths) and bool(self.length) and int(self.lengths.min()) == 1

    @cached_property
    def rows(self) -> Ints:
        """Row of the batch that each struct belongs to."""
        if self.parent is None:
            return np.arange(self.length)
        if self.lengths is None or self.single:
            return self.parent.rows
        return self.parents if self.parent.parent is None else self.parent.rows[self.parents]

    @cached_property
    def starts(self) -> Ints:
        """First item of each parent's list."""
        if self._starts is not None:
            return self._starts
        return self.parents if self.single else np.cumsum(self.lengths, dtype=np.int32) - self.lengths

    @cached_property
    def places(self) -> Ints:
        """Place of each struct in its parent's list, from 0."""
        if self.single:
            return _zeros(self.length, np.int32)
        return np.arange(self.length, dtype=np.int32) - self.starts[self.parents]

    def parents_of(self, positions: Ints) -> Ints:
        """Return the parents of a few structs, without working out those of all."""
        if self.lengths is None or self.single:
            return positions
        # Of several lists that begin at one item all but the last are empty.
        return np.searchsorted(self.starts, positions, side="right") - 1

    def rows_of(self, positions: Ints) -> Ints:
        """Return the rows of a few structs, without working out those of all."""
        return positions if self.parent is None else self.parent.rows_of(self.parents_of(positions))

    def subset(self, rows: Ints, names: list[str]) -> Level:
        """Return some of the rows and columns of a batch as a batch of their own."""
        array = self._array.select(names)
        if len(rows) <= _SLICES and isinstance(array, pa.Table):
            # Columns of lists take a while to be gathered from, even for one row.
            array = pa.concat_tables([array.slice(row, 1) for row in rows])
        else:
            array = array.take(pa.array(rows))
        return Level(self.struct, array, self.path)

    def column(self, name: str) -> Any:
        """Return the raw column of a field; an absent struct has no values in it."""
        array = self._array
        if isinstance(array, pa.StructArray):
            index = array.type.get_field_index(name)
            column = array.field(index) if array.null_count == 0 else array.flatten()[index]
        else:
            column = array.column(name)
        return _plain(column)

    def field(self, name: str) -> Field:
        """Return the description of a field."""
        found = self.struct.field(name)
        if found is None:
            raise KeyError(f"{self.struct.name} has no field {name}")
        return found

    def values(self, name: str) -> Values:
        """Return the values of a scalar field, defaults filled in."""
        if name not in self._values:
            self._values[name] = _values(self.column(name), self.field(name))
        return self._values[name]

    def items(self, name: str) -> Items:
        """Return the items of a list field; a null list is an empty one."""
        if name not in self._lists:
            self._lists[name] = _items(self.column(name))
        return self._lists[name]

    def item_values(self, name: str) -> tuple[Values, Level]:
        """Return the values of a list of scalars, and a level that says where they belong."""
        key = f"{name}[]"
        items = self.items(name)
        if key not in self._levels:
            self._levels[key] = Level(self.struct, items.array, self._below(key), self, items)
        level = self._levels[key]
        if key not in self._values:
            self._values[key] = _values(items.array, self.field(name))
        return self._values[key], level

    def level(self, name: str) -> Level:
        """Return the level of the structs in a field."""
        if name not in self._levels:
            field = self.field(name)
            struct = field.struct or self.struct
            if field.many:
                items = self.items(name)
                self._levels[name] = Level(struct, items.array, self._below(f"{name}[]"), self, items)
            else:
                self._levels[name] = Level(struct, self.column(name), self._below(name), self)
        return self._levels[name]

    def at(self, path: str) -> Level:
        """Return the level at a path such as ``status_history[].planned``."""
        level = self
        for step in path.split(".") if path else ():
            level = level.level(step.removesuffix("[]"))
        return level

    def close(self) -> None:
        """Let go of everything: levels point to their parents, and these cycles would keep whole batches alive."""
        for level in (*self._levels.values(), *(each for each in self.kept.values() if isinstance(each, Level))):
            level.close()
        self.__dict__.clear()

    def _below(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


def _valid(array: Any) -> Bools | None:
    if array.null_count == 0:
        return None
    if array.null_count == len(array):
        return _zeros(len(array), np.bool_)
    return truths(pc.is_valid(array))


def _plain(column: Any) -> Any:
    """Return one contiguous array in one of the forms that the engine reads."""
    if isinstance(column, pa.ChunkedArray):
        # combine_chunks would copy even a single chunk.
        column = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    kind = column.type
    if kind.id in _READ:
        return column
    if pa.types.is_large_string(kind) or str(kind) == "string_view":
        return column.cast(pa.string())
    if str(kind).startswith(("list_view", "large_list_view")) or pa.types.is_fixed_size_list(kind):
        return column.cast(pa.list_(kind.value_field))
    return column


#: The kinds of columns that are read as they are, told by their numbers: this is asked of every column of a batch.
_READ = frozenset(
    kind.id
    for kind in (
        pa.string(),
        pa.dictionary(pa.int32(), pa.string()),
        pa.list_(pa.string()),
        pa.struct([]),
        pa.int32(),
        pa.float64(),
        pa.bool_(),
        pa.date32(),
    )
)


def _items(column: Any) -> Items:
    offsets = np.asarray(column.offsets)
    if not len(column.values) or offsets[0] == offsets[-1]:
        zeros = _zeros(len(column), np.int32)
        return Items(_plain(column.values[:0]), zeros, zeros)
    lengths = offsets[1:] - offsets[:-1]
    if column.null_count:
        return Items(_plain(column.flatten()), np.where(np.asarray(_valid(column)), lengths, 0), None)
    starts = offsets[:-1] if offsets[0] == 0 else offsets[:-1] - offsets[0]
    return Items(_plain(column.values[offsets[0] : offsets[-1]]), lengths, starts)


def _values(column: Any, field: Field) -> Values:
    if column.null_count == len(column) and len(column):
        return _with_default(_nothing(column, field), field)
    valid = _valid(column)
    values = Values(len(column), valid)
    if field.kind is Kind.TEXT:
        if pa.types.is_dictionary(column.type) or field.few:
            encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
            indices = encoded.indices
            if valid is not None:
                indices = pc.fill_null(indices, pa.scalar(0, indices.type))
            values.codes, values.words = np.asarray(indices), _words(encoded.dictionary, field)
        else:
            values.text = column
    else:
        numbers = column.cast(pa.int32()) if field.kind is Kind.DATE else column
        if valid is not None:
            numbers = pc.fill_null(numbers, pa.scalar(0, numbers.type))
        values.numbers = truths(numbers).view(np.uint8) if field.kind is Kind.BOOLEAN else np.asarray(numbers)
    return _with_default(values, field)


#: The last long dictionary of a field and its words: one batch after another mostly has the same.
_LAST_WORDS: dict[Field, tuple[Any, list[str | None]]] = {}


def _words(dictionary: Any, field: Field) -> list[str | None]:
    """Return the words of a dictionary, which nothing may change."""
    if len(dictionary) < _LONG:
        words: list[str | None] = dictionary.to_pylist()
        return words
    last = _LAST_WORDS.get(field)
    if last is None or not last[0].equals(dictionary):
        last = _LAST_WORDS[field] = (dictionary, dictionary.to_pylist())
    return last[1]


def _nothing(column: Any, field: Field) -> Values:
    """Return the values of a column in which nothing is there."""
    length = len(column)
    zeros = _zeros(length, np.int32)
    values = Values(length, _zeros(length, np.bool_), nothing=True)
    if field.kind is not Kind.TEXT:
        values.numbers = zeros
    elif field.few:
        values.codes, values.words = zeros, [None]
    else:
        values.text = column.cast(pa.string())
    return values


def _with_default(values: Values, field: Field) -> Values:
    if field.default is None or values.valid is None or field.many:
        return values
    absent = ~values.valid
    values.valid = None
    values.nothing = False
    if values.words is not None:
        words = [*values.words, field.default]
        values.codes = np.where(absent, len(words) - 1, values.codes)
        values.words = words
    elif values.numbers is not None:
        values.numbers = np.where(absent, field.default, values.numbers)
    return values
