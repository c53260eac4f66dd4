"""Damage to records: one mutation at a random place, of any sort.

The places are every field, present or absent, of every struct of the record, by the description of the models; what is
done there is picked from what can be done to such a field. Driven by a chooser (see :mod:`conformance.making`), so that
the same damage can be drawn by Hypothesis or by a seeded generator.
"""

import copy
import math

from casus.schema.constraints import Coded, Length, Range
from casus.schema.description import Kind
from casus.schema.rules.record import RECORD_RULES
from casus.schema.vocabulary import vocabulary

from .making import CLOCKS, DAYS, EVENT, LATE_DAYS, PREFIXES, Full, value_of

OTHER_TYPES = (5, "text", True, 1.5, [], ["x"], {}, {"a": 1})
TEXTS = (
    "",
    " ",
    "Bad value!",
    "\u00fc",
    "a\u0007b",
    "a\u202eb",
    "a\u2069b",
    "a\u007fb",
    "a\n",
    "en\n",
    "UKR ",
    "\U0001f54a",
    "a" * 17,
    "\u0457" * 81,
    "\U0001f54a" * 161,
    "2025-06-02-istanbul-talks",
    "ucdp-ged:412345",
    "x:",
    "https://example.org/0",
    "ftp://example.org",
)
NUMBERS = (-1, -0.0, 0.5, 7.0, 101, 1000.5, 1001, 1e16, 2**31, 2**53 + 1, math.nan, math.inf, -math.inf)
BAD_DAYS = (
    "1799-12-31",
    "2200-01-01",
    "0001-01-01",
    "2025-02-30",
    "2023-02-29",
    "2 June 2025",
    "20250602",
    "2025-06-02T00:00:00",
    "2025-06-02\n",
    "",
)
KEYS = ("s1", "s2", "q1", "c1", "h1", "s99", "event")
POINTERS = ("quantities/q1", "quantities/q99", "sources/s2", "nothing", "id/q1", "event/q1", "date/s1", "event", "s1")
#: Names of the fields that the rules of one record look at.
READ_BY_RULES = {
    name.rpartition(".")[2].lstrip("/").partition("[")[0] for rule in RECORD_RULES for name in rule.check.reads()
}


def mutated(record, chooser, times=1):
    """Return a copy of a record with so many mutations, each at a place of its own choice."""
    record = copy.deepcopy(record)
    for _ in range(times):
        _mutate(record, chooser)
    return record


def _mutate(record, chooser):
    node, struct = chooser.pick(list(_structs(record, EVENT)))
    # Not the first of so many: Hypothesis likes to draw that.
    if chooser.pick(range(40)) == 17:
        node["extra"] = "x"
        return
    if chooser.pick(range(12)) == 7 and _swap_days(node, struct, chooser):
        return
    read = [field for field in struct.fields if field.name in READ_BY_RULES]
    if read and chooser.pick(range(3)) == 1:
        _twist(node, chooser.pick(read), chooser)
    else:
        _damage(node, chooser.pick(struct.fields), chooser)


def _twist(node, field, chooser):
    """Take away a field that a rule of the record reads, or give it a value that is right elsewhere."""
    if chooser.pick(range(3)) == 1:
        node.pop(field.name, None)
    elif field.kind is Kind.DATE:
        node[field.name] = chooser.pick((*DAYS, *LATE_DAYS))
    else:
        node[field.name] = value_of(field, chooser)


def _structs(node, struct):
    """Yield every struct of a record that is one, with its description."""
    if not isinstance(node, dict):
        return
    yield node, struct
    for field in struct.fields:
        if field.struct is not None and field.name in node:
            child = node[field.name]
            for each in child if isinstance(child, list) else [child]:
                yield from _structs(each, field.struct)


def _swap_days(node, struct, chooser):
    days = [field.name for field in struct.fields if field.kind is Kind.DATE and field.name in node]
    if len(days) < 2:
        return False
    first, second = chooser.pick(days), chooser.pick(days)
    node[first], node[second] = node[second], node[first]
    return True


def _damage(node, field, chooser):
    general = chooser.pick(range(14))
    if general == 0:
        node.pop(field.name, None)
    elif general == 1:
        node[field.name] = None
    elif general == 2:
        # A copy: the record may be damaged inside it next.
        node[field.name] = copy.deepcopy(chooser.pick(OTHER_TYPES))
    elif field.many and (general < 9 or field.struct is not None):
        _damage_list(node, field, chooser)
    elif field.many:
        items = node.get(field.name)
        items = list(items) if isinstance(items, list) else []
        at = chooser.pick(range(len(items) + 1))
        items[at : at + 1] = [_other_value(field, chooser)]
        node[field.name] = items
    else:
        node[field.name] = _other_value(field, chooser)


def _damage_list(node, field, chooser):
    items = node.get(field.name)
    items = list(items) if isinstance(items, list) else []
    # Long lists are slow for every engine, so there are few.
    damage = chooser.pick(_TOO_MANY) if chooser.pick(range(12)) == 5 else chooser.pick(_LIST_DAMAGE)
    node[field.name] = damage(items, field, chooser)


def _too_long(items, field, _chooser):
    item = items[0] if items else value_of(field, Full())[0]
    return [*items, *[item] * (field.items.most + 1 - len(items))]


def _too_long_and_distinct(items, field, _chooser):
    if field.struct is not None or field.constraint(Coded):
        return _too_long(items, field, None)
    return [*items, *(f"s{number}" for number in range(100, field.items.most + 101))]


def _twice(items, _field, chooser):
    return [*items, copy.deepcopy(chooser.pick(items))] if items else items


def _without(items, _field, chooser):
    at = chooser.pick(range(len(items))) if items else 0
    return items[:at] + items[at + 1 :]


def _with_null(items, _field, chooser):
    at = chooser.pick(range(len(items) + 1))
    return [*items[:at], None, *items[at:]]


def _with_more(items, field, chooser):
    return [*items, *value_of(field, Full())] if chooser.flag() else value_of(field, Full())


_LIST_DAMAGE = (
    lambda _items, _field, _chooser: [],
    lambda items, _field, _chooser: items[::-1],
    lambda items, field, chooser: [_other_value(field, chooser)] if field.struct is None else items[:1],
    _twice,
    _twice,
    _without,
    _with_null,
    _with_more,
)
_TOO_MANY = (_too_long, _too_long_and_distinct)


def _other_value(field, chooser):
    """Return a value for a field that may be right by itself, wrong, or wrong beside the rest of the record."""
    if field.struct is not None:
        return chooser.pick(({}, value_of(field, Full()), "text"))
    return chooser.pick(_candidates(field))


def _candidates(field):
    coded = field.constraint(Coded)
    if coded:
        codes = vocabulary(coded.vocabulary).codes
        # Twice: most wrong codes give the same verdict, right codes in the wrong place do not.
        return (*codes, *codes, "no-such-code", codes[0].upper(), codes[0] + " ", codes[0] + "\n", "")
    if field.kind is Kind.DATE:
        return (*DAYS, *LATE_DAYS, *BAD_DAYS)
    if field.kind in (Kind.INTEGER, Kind.NUMBER):
        limits = field.constraint(Range)
        return (*NUMBERS, limits.least, limits.most, limits.most + 1, 3)
    if field.kind is Kind.BOOLEAN:
        return (True, False, 0, "true")
    length = field.constraint(Length)
    long = ("a" * length.most, "a" * (length.most + 1)) if length else ()
    fitting = {"key": KEYS, "start_time": CLOCKS, "end_time": CLOCKS}.get(field.name, ())
    return (*TEXTS, *fitting, *long, *_references(field))


def _references(field):
    text = f"{field.name} {field.description}".lower()
    pointers = POINTERS if "part" in text else ()
    return (*pointers, *KEYS, *(f"{prefix}1" for prefix in PREFIXES.values()))
