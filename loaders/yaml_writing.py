"""Parsed text as YAML, in the layout of the dataset's files: plain where that reads back as the same."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from casus.documents import parse

_WIDTH = 120


def field_lines(name: str, value: Any, indent: str = "") -> Iterator[str]:
    """Yield the lines of a field: groups and lists of groups as blocks, lists of single values on one line."""
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        yield f"{indent}{name}:"
        for item in value:
            yield from item_lines(item, f"{indent}  ")
    elif isinstance(value, Mapping) and value:
        yield f"{indent}{name}:"
        for key, each in value.items():
            yield from field_lines(key, each, f"{indent}  ")
    elif isinstance(value, list):
        yield f"{indent}{name}: [{', '.join(scalar(each, flow=True) for each in value)}]"
    else:
        yield f"{indent}{name}: {scalar(value)}"


def item_lines(item: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    """Yield the lines of a group of fields that is the item of a list."""
    inner = [line for key, each in item.items() for line in field_lines(key, each, f"{indent}  ")]
    yield f"{indent}- {inner[0].lstrip()}"
    yield from inner[1:]


def folded_lines(name: str, text: str) -> Iterator[str]:
    """Yield the lines of a long text, folded where it reads back as the same."""
    lines = textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
    folded = f"{name}: >-\n" + "\n".join(f"  {line}" for line in lines)
    again = parse(f"{folded}\n".encode(), name)
    if lines and not again.findings and again.data == {name: text}:
        yield folded
    else:
        yield f"{name}: {scalar(text)}"


def scalar(value: Any, *, flow: bool = False) -> str:
    """Return a single value as YAML: plain where that reads back as the same, else in quotation marks."""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    again = parse(f"a: {f'[{value}]' if flow else value}\n".encode("utf-8", "surrogatepass"), "value")
    wanted: Any = [value] if flow else value
    if value.strip() and not again.findings and again.data == {"a": wanted}:
        return value
    return json.dumps(value, ensure_ascii=False)
