"""Arrays of numpy, and the buffers of Arrow as such, without copying or with less work than Arrow's own functions."""

from __future__ import annotations

from typing import Any

import numpy as np

#: Arrays of numpy: truth values and whole numbers.
Bools = Any
Ints = Any
#: With how many codes all others are compared.
_COMPARED = 4


def truths(array: Any) -> Bools:
    """Return Arrow's truth values, none of which may be null; their bits are unpacked at once, unlike by Arrow."""
    first, start = divmod(array.offset, 8)
    if not len(array):
        return np.empty(0, np.bool_)
    bits = np.frombuffer(array.buffers()[1], np.uint8)[first:]
    return np.unpackbits(bits, count=start + len(array), bitorder="little")[start:].view(np.bool_)


def text_bytes(text: Any) -> Any:
    """Return the bytes of a string column as one array, without copying."""
    data = text.buffers()[2]
    if data is None or len(text) == 0:
        return np.empty(0, np.uint8)
    ends = _offsets(text)
    return np.frombuffer(data, np.uint8)[ends[0] : ends[-1]]


def text_ends(text: Any) -> Any:
    """Return where in the bytes of a string column each text begins, and at last where the last one ends."""
    ends = _offsets(text)
    return ends if ends[0] == 0 else ends - ends[0]


def _offsets(text: Any) -> Any:
    if len(text) == 0:
        return np.zeros(1, np.int32)
    return np.frombuffer(text.buffers()[1], np.int32)[text.offset : text.offset + len(text) + 1]


def looked_up(marks: Bools, codes: Ints) -> Bools:
    """Return for each code whether it is marked: to compare with a few marked ones is quicker than to look all up."""
    # Plain numbers, for those of numpy would widen the codes first.
    marked = np.flatnonzero(marks).tolist()
    if not marked or len(marked) > _COMPARED:
        return marks[codes]
    found = codes == marked[0]
    for code in marked[1:]:
        found |= codes == code
    return found


def spread(values: Any, lengths: Ints) -> Any:
    """Return each parent's value as often as it has items; lists of one length are spread without counting."""
    most = int(lengths.max()) if len(lengths) else 0
    return values.repeat(most if int(lengths.min(initial=most)) == most else lengths)
