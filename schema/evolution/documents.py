"""The semantic difference of two JSON Schemas.

Judged for those who write records: what was valid must stay valid, or the change is major. A keyword that this module
does not know is never passed over: whatever differs there is major, because nobody can say that it is less.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from casus.schema.evolution.changes import Bump, Change

Node = Mapping[str, Any]
_MISSING = object()
_LONGEST = 60
#: Keywords that say something to people and forbid nothing.
_WORDS = frozenset(
    {
        "title",
        "description",
        "markdownDescription",
        "markdownEnumDescriptions",
        "patternErrorMessage",
        "examples",
        "deprecated",
        "$comment",
    }
)
#: Keywords that are compared by :func:`_node` itself, or say only what the document is called.
_OWN = frozenset({"$id", "$defs", "$ref", "properties", "required", "items", "enum", "const", "allOf", "type"})
#: Limits: whether a greater value forbids more, and what is so without the keyword.
_LIMITS: Mapping[str, tuple[bool, float | None]] = {
    "minimum": (True, None),
    "exclusiveMinimum": (True, None),
    "minLength": (True, 0),
    "minItems": (True, 0),
    "minProperties": (True, 0),
    "uniqueItems": (True, 0),
    "maximum": (False, None),
    "exclusiveMaximum": (False, None),
    "maxLength": (False, None),
    "maxItems": (False, None),
    "maxProperties": (False, None),
}


def compare_documents(before: Node, after: Node, name: str) -> list[Change]:
    """Return the differences of two JSON Schemas.

    Parameters
    ----------
    before, after
        The schemas as parsed JSON.
    name
        What the document is called in the changes.
    """
    comparison = _Comparison(before, after)
    found = list(comparison.node(before, after, name))
    if before.get("$schema") != after.get("$schema"):
        found.append(Change(Bump.MAJOR, "dialect changed", name, _pair(before.get("$schema"), after.get("$schema"))))
    if comparison.words and not found:
        found.append(Change(Bump.PATCH, "wording changed", name, f"{comparison.words} texts"))
    return list(dict.fromkeys(found))


class _Comparison:
    """Walks two schemas side by side; a definition that many fields use is compared once."""

    def __init__(self, before: Node, after: Node) -> None:
        self.before, self.after = before, after
        self.seen: set[tuple[str, str]] = set()
        self.words = 0

    def node(self, before: Any, after: Any, where: str) -> Iterator[Change]:
        """Yield the differences of two subschemas."""
        if not isinstance(before, Mapping) or not isinstance(after, Mapping):
            if before != after:
                yield Change(Bump.MAJOR, "schema changed", where, _pair(before, after))
            return
        names = (_definition(before), _definition(after))
        if any(names):
            pair = (names[0] or where, names[1] or where)
            if pair in self.seen:
                return
            self.seen.add(pair)
            where = names[1] or names[0] or where
            before, after = _resolved(before, self.before), _resolved(after, self.after)
        self.words += sum(before.get(word) != after.get(word) for word in _WORDS)
        yield from _type(before, after, where)
        yield from _codes(before, after, where)
        yield from self._fields(before, after, where)
        yield from self._items(before, after, where)
        yield from _rules(before.get("allOf", []), after.get("allOf", []), where)
        for keyword in sorted({*before, *after} - _WORDS - _OWN - {"$schema"}):
            one, two = before.get(keyword, _MISSING), after.get(keyword, _MISSING)
            if one != two:
                yield _KEYWORDS.get(keyword, _constraint)(keyword, one, two, where)

    def _items(self, before: Node, after: Node, where: str) -> Iterator[Change]:
        if "items" in before and "items" in after:
            yield from self.node(before["items"], after["items"], f"{where}[]")
        elif "items" in before or "items" in after:
            one, two = before.get("items", _MISSING), after.get("items", _MISSING)
            yield _constraint("items", one, two, where)

    def _fields(self, before: Node, after: Node, where: str) -> Iterator[Change]:
        one, two = before.get("properties", {}), after.get("properties", {})
        must = (set(before.get("required", ())), set(after.get("required", ())))
        gone, new = [name for name in one if name not in two], [name for name in two if name not in one]
        for name, other in renamed(
            {each: (each in must[0], _plain(one[each])) for each in gone},
            {each: (each in must[1], _plain(two[each])) for each in new},
        ):
            gone.remove(name)
            new.remove(other)
            yield Change(Bump.MAJOR, "field renamed", f"{where}.{name}", f"now {other}")
        yield from (Change(Bump.MAJOR, "field removed", f"{where}.{name}") for name in gone)
        for name in new:
            if name in must[1]:
                yield Change(Bump.MAJOR, "required field added", f"{where}.{name}", "records without it are invalid")
            else:
                yield Change(Bump.MINOR, "field added", f"{where}.{name}")
        for name in one:
            if name in two:
                if name in must[1] - must[0]:
                    yield Change(Bump.MAJOR, "field became required", f"{where}.{name}")
                elif name in must[0] - must[1]:
                    yield Change(Bump.MINOR, "field became optional", f"{where}.{name}")
                yield from self.node(one[name], two[name], f"{where}.{name}")


def renamed(gone: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the pairs of names that have one and the same definition, where it is clear which belongs to which."""
    pairs = []
    for name, definition in gone.items():
        same = [other for other, each in new.items() if each == definition]
        alike = [other for other, each in gone.items() if each == definition]
        if len(same) == len(alike) == 1:
            pairs.append((name, same[0]))
    return pairs


def _type(before: Node, after: Node, where: str) -> Iterator[Change]:
    one, two = before.get("type"), after.get("type")
    if one != two:
        yield Change(Bump.MAJOR, "type changed", where, _pair(one, two))


def _codes(before: Node, after: Node, where: str) -> Iterator[Change]:
    one, two = _values(before), _values(after)
    if one is None and two is None:
        return
    if one is None:
        yield Change(Bump.MAJOR, "limited to codes", where)
    elif two is None:
        yield Change(Bump.MINOR, "no longer limited to codes", where)
    else:
        yield from (Change(Bump.MAJOR, "code removed", where, str(code)) for code in one if code not in two)
        yield from (Change(Bump.MINOR, "code added", where, str(code)) for code in two if code not in one)


def _values(node: Node) -> Sequence[Any] | None:
    if "const" in node:
        return [node["const"]]
    found: Sequence[Any] | None = node.get("enum")
    return found


def _rules(before: Sequence[Any], after: Sequence[Any], where: str) -> Iterator[Change]:
    """Yield the differences of the entries of ``allOf``: rules, known by the code in their ``$comment``.

    Whether a rule is new at all is a matter of the list of rules; here it is only whether this engine judges it.
    """
    one, two = ({_code(each): each for each in listed} for listed in (before, after))
    for code, entry in two.items():
        if code not in one:
            bump = Bump.MINOR if code.startswith("CAS") else Bump.MAJOR
            yield Change(bump, "rule stated", where, _short(code))
        elif _plain(entry) != _plain(one[code]):
            if _skeleton(entry) == _skeleton(one[code]):
                # Codes that are gone are found where they are listed.
                yield Change(Bump.MINOR, "rule follows other codes", where, _short(code))
            else:
                yield Change(Bump.MAJOR, "rule judges otherwise", where, _short(code))
    yield from (Change(Bump.MINOR, "rule no longer stated", where, _short(code)) for code in one if code not in two)


def _code(entry: Any) -> str:
    said = entry.get("$comment") if isinstance(entry, Mapping) else None
    return said if isinstance(said, str) else json.dumps(_plain(entry), sort_keys=True)


def _skeleton(value: Any) -> Any:
    """Return a schema without its codes, and with equal items of a list once."""
    if isinstance(value, Mapping):
        return {key: None if key in ("enum", "const") else _skeleton(each) for key, each in _plain(value).items()}
    if isinstance(value, list):
        return sorted({json.dumps(_skeleton(each), sort_keys=True) for each in value})
    return value


def _plain(value: Any) -> Any:
    """Return a schema without the keywords that forbid nothing."""
    if isinstance(value, Mapping):
        fields = {"properties", "$defs"}
        return {
            key: {name: _plain(inner) for name, inner in each.items()} if key in fields else _plain(each)
            for key, each in value.items()
            if key not in _WORDS
        }
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _limit(keyword: str, one: Any, two: Any, where: str) -> Change:
    upwards, otherwise = _LIMITS[keyword]
    first, second = (otherwise if each is _MISSING else each for each in (one, two))
    if second is None:
        tighter = False
    elif first is None:
        tighter = True
    else:
        tighter = second > first if upwards else second < first
    what = "limit tightened" if tighter else "limit loosened"
    return Change(Bump.MAJOR if tighter else Bump.MINOR, what, where, f"{keyword} {_pair(one, two)}")


def _constraint(keyword: str, one: Any, two: Any, where: str) -> Change:
    """Judge a keyword of which only presence can be judged."""
    if two is _MISSING:
        return Change(Bump.MINOR, f"{keyword} dropped", where)
    return Change(Bump.MAJOR, f"{keyword} {'added' if one is _MISSING else 'changed'}", where, _pair(one, two))


def _default(_keyword: str, one: Any, two: Any, where: str) -> Change:
    return Change(Bump.MAJOR, "default changed", where, f"{_pair(one, two)}: what is left out means something else")


def _others(_keyword: str, one: Any, two: Any, where: str) -> Change:
    if two is _MISSING or two is True:
        return Change(Bump.MINOR, "other fields allowed", where)
    return Change(Bump.MAJOR, "other fields forbidden", where, _pair(one, two))


_KEYWORDS: Mapping[str, Callable[[str, Any, Any, str], Change]] = {
    **dict.fromkeys(_LIMITS, _limit),
    "default": _default,
    "additionalProperties": _others,
}


def _definition(node: Node) -> str | None:
    target = node.get("$ref")
    return target.rpartition("/")[2] if isinstance(target, str) else None


def _resolved(node: Node, document: Node) -> Node:
    """Return a subschema with the definition that it refers to, its own keywords first."""
    name = _definition(node)
    if name is None:
        return node
    target = document.get("$defs", {}).get(name, {})
    return {**target, **{key: value for key, value in node.items() if key != "$ref" and key not in _WORDS}}


def _pair(one: Any, two: Any) -> str:
    return f"{_shown(one)} -> {_shown(two)}"


def _shown(value: Any) -> str:
    return _short("nothing" if value is _MISSING or value is None else json.dumps(value, ensure_ascii=False))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
