"""Edits of YAML text that keep comments, quotes, flow style and the order of items.

Single values are replaced where they stand. New keys, and texts that a plain word cannot take the place of, are written
by ruamel.yaml's round trip. Fields are put in order line by line, because the round trip ties a comment to what stands
above it, and loses some between items of one line: here a comment moves with the field below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from io import StringIO
from typing import Any

import yaml

from casus.repairs import Change, Repair
from casus.schema.errors import UsageError
from casus.schema.findings import Path

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NO_WRAPPING = 2**31
#: Repairs of groups of fields; all others are of single values.
_OF_GROUPS = (Repair.KEY, Repair.ORDER)
#: A value that needs no quotation marks, and none of whose signs need an escape within them.
_WORD = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]|:(?=[A-Za-z0-9]))*")
_MARKS = "'\""
#: What a value of a style begins and ends with.
_QUOTES = {None: "", "": "", "'": "'", '"': '"'}


def edited(text: str, changes: Sequence[Change]) -> str:
    """Return the text with the changes of values, keys and order.

    Raises
    ------
    UsageError
        If ruamel.yaml is not installed.
    """
    in_place = [each for each in changes if each.repair not in _OF_GROUPS and _WORD.fullmatch(str(each.new))]
    text, left = _replaced(text, in_place)
    others = [each for each in changes if each not in in_place or each in left]
    by_ruamel = [each for each in others if each.repair is not Repair.ORDER or _is_flow(text, each.path)]
    if by_ruamel:
        text = _round_trip(text, by_ruamel)
    for change in changes:
        if change.repair is Repair.ORDER and change not in by_ruamel:
            text = _in_order(text, change)
    return text


# --- in place ------------------------------------------------------------------------------------------------------


def _replaced(text: str, changes: Sequence[Change]) -> tuple[str, list[Change]]:
    """Return the text with single values replaced where they stand, and the changes for which that cannot be done."""
    left, spans = [], []
    root = yaml.compose(text, Loader=_LOADER)
    for change in changes:
        node = _inside(root, change.path)
        if isinstance(node, yaml.ScalarNode) and node.style in _QUOTES:
            spans.append((node.start_mark.index, node.end_mark.index, f"{_QUOTES[node.style]}{change.new}"))
        else:
            left.append(change)
    for start, end, new in sorted(spans, reverse=True):
        text = f"{text[:start]}{new}{new[0] if new[0] in _MARKS else ''}{text[end:]}"
    return text, left


# --- by round trip -------------------------------------------------------------------------------------------------


def _round_trip(text: str, changes: Sequence[Change]) -> str:
    mapping, offset = _indents(text)
    writer = _writer(mapping, offset)
    tree = writer.load(text)
    plain = _dumped(writer, tree, offset)
    for change in changes:
        _apply(tree, change)
    return _merged(text, plain, _dumped(writer, tree, offset))


def _dumped(writer: Any, tree: Any, offset: int) -> str:
    out = StringIO()
    writer.dump(tree, out)
    text = out.getvalue()
    # ruamel.yaml indents the dashes of a list that is the whole file, too.
    return re.sub(rf"(?m)^ {{{offset}}}", "", text) if isinstance(tree, list) else text


def _merged(text: str, plain: str, changed: str) -> str:
    """Return the text with what differs between its round trip without and with the changes.

    So the lines that need no repair stay as they are written, also where the round trip would lay them out anew. Where
    a repair and such a line touch, the round trip's layout is taken.
    """
    if text == plain:
        return changed
    old, between, new = (each.splitlines(keepends=True) for each in (text, plain, changed))
    places = {0: 0, len(between): len(old)}
    for block in SequenceMatcher(None, between, old, autojunk=False).get_matching_blocks():
        places |= {block.a + step: block.b + step for step in range(block.size + 1)}
    merged: list[str] = []
    for tag, start, end, new_start, new_end in SequenceMatcher(None, between, new, autojunk=False).get_opcodes():
        if start not in places or end not in places:
            return changed
        merged += old[places[start] : places[end]] if tag == "equal" else new[new_start:new_end]
    return "".join(merged)


def _writer(mapping: int, offset: int) -> Any:
    """Return a round-trip YAML that takes every plain value for text, so that none is written another way."""
    try:
        from ruamel.yaml import YAML
        from ruamel.yaml.resolver import VersionedResolver
    except ImportError:
        raise UsageError(
            'Repairs need ruamel.yaml, which is not installed. Run: pip install "casus-events[fix]"'
        ) from None

    class Texts(VersionedResolver):  # type: ignore[misc, unused-ignore]
        """Takes every plain value for text; only an empty one is nothing."""

        @property
        def versioned_resolver(self) -> dict[str, list[tuple[str, re.Pattern[str]]]]:
            return {"": [("tag:yaml.org,2002:null", re.compile(r"\Z"))]}

    writer = YAML(typ="rt", pure=True)
    writer.Resolver = Texts
    writer.preserve_quotes = True
    writer.width = _NO_WRAPPING
    writer.indent(mapping=mapping, sequence=offset + 2, offset=offset)
    return writer


def _apply(tree: Any, change: Change) -> None:
    from ruamel.yaml.scalarstring import ScalarString

    if change.repair is Repair.KEY:
        _at(tree, change.path).insert(0, "key", change.new)
    elif change.repair is Repair.ORDER:
        node = _at(tree, change.path)
        for name in change.new:
            node.move_to_end(name)
    else:
        node, last = _at(tree, change.path[:-1]), change.path[-1]
        old = node[last]
        node[last] = type(old)(change.new) if isinstance(old, ScalarString) else change.new


def _at(tree: Any, path: Path) -> Any:
    for step in path:
        tree = tree[step]
    return tree


def _indents(text: str) -> tuple[int, int]:
    """Return by how much nested fields, and the dashes of lists, are indented in a text (the dataset's: 2 and 2)."""
    mapping = offset = None
    for parent, key, value in _nested(yaml.compose(text, Loader=_LOADER)):
        if parent.flow_style or value.flow_style:
            continue
        step = value.start_mark.column - key.start_mark.column
        if isinstance(value, yaml.SequenceNode):
            offset = step if offset is None else offset
        elif mapping is None and step > 0:
            mapping = step
    return mapping or 2, 2 if offset is None else offset


def _nested(node: Any) -> Iterator[tuple[Any, Any, Any]]:
    """Yield ``(mapping, key, value)`` for every list and mapping that is the value of a key."""
    waiting = [node]
    while waiting:
        current = waiting.pop(0)
        if isinstance(current, yaml.SequenceNode):
            waiting.extend(current.value)
        elif isinstance(current, yaml.MappingNode):
            for key, value in current.value:
                if isinstance(value, yaml.CollectionNode):
                    yield current, key, value
                waiting.append(value)


# --- by lines ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Block:
    """The lines of a block mapping: where its first key stands, and the lines at which its fields begin and end."""

    column: int
    keys: tuple[str, ...]
    starts: tuple[int, ...]
    end: int


def _is_flow(text: str, path: Path) -> bool:
    node = _node(text, path)
    return bool(node.flow_style)


def _node(text: str, path: Path) -> Any:
    return _inside(yaml.compose(text, Loader=_LOADER), path)


def _inside(root: Any, path: Path) -> Any:
    node = root
    for step in path:
        if isinstance(step, int):
            node = node.value[step]
        else:
            node = next(value for key, value in node.value if key.value == step)
    return node


def _in_order(text: str, change: Change) -> str:
    """Return the text with the fields of one block mapping in another order, each with the comments above it."""
    lines = text.splitlines(keepends=True)
    block = _block(lines, _node(text, change.path))
    bounds = [*block.starts, block.end]
    chunks = {key: lines[start:end] for key, start, end in zip(block.keys, bounds, bounds[1:], strict=False)}
    first, column = block.starts[0], block.column
    # The first field of a list's item stands behind the dash.
    lead = lines[first][:column]
    chunks[block.keys[0]] = [" " * column + lines[first][column:], *chunks[block.keys[0]][1:]]
    moved = [line if line.endswith("\n") else f"{line}\n" for key in change.new for line in chunks[key]]
    if lead.strip():
        at = next(number for number, line in enumerate(moved) if line.strip() and not line.lstrip().startswith("#"))
        moved[at] = lead + moved[at][column:]
    return "".join([*lines[:first], *moved, *lines[block.end :]])


def _block(lines: list[str], node: Any) -> _Block:
    column = node.start_mark.column
    keys = [key for key, _ in node.value]
    starts = [keys[0].start_mark.line]
    for key in keys[1:]:
        start = key.start_mark.line
        while _comment_or_blank(lines[start - 1], column) and start - 1 > starts[-1]:
            start -= 1
        starts.append(start)
    end = node.end_mark.line + (node.end_mark.column > column or node.end_mark.line == starts[-1])
    end = min(end, len(lines))
    while end - 1 > starts[-1] and _comment_or_blank(lines[end - 1], column):
        end -= 1
    return _Block(column, tuple(key.value for key in keys), tuple(starts), end)


def _comment_or_blank(line: str, column: int) -> bool:
    bare = line.lstrip(" ")
    return not bare.strip() or (bare.startswith("#") and len(line) - len(bare) <= column)
