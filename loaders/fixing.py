"""Safe repairs of a record's text: what is repaired, and proof that nothing else has changed."""

from __future__ import annotations

import codecs
import copy
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from casus.documents import parse
from casus.naming import Names
from casus.repairs import Change, Repair, repairs
from casus.schema.corpus import MODELS
from casus.schema.description import describe
from casus.schema.findings import Finding, Path
from casus.yaml_edits import edited

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_BLOCKS = ("|", ">")


@dataclass(frozen=True, slots=True)
class Fixed:
    """A text after its repairs.

    Attributes
    ----------
    text
        The repaired text; the text as it was (as far as it can be decoded) where it was left alone.
    changes
        What was repaired, in the order of the record.
    problem
        Why the text was left alone, if it was: nothing in it is repaired then.
    """

    text: str
    changes: tuple[Change, ...] = ()
    problem: str | None = None


def fix_text(content: str | bytes, names: Names, *, kind: str = "event") -> Fixed:
    """Repair the text of one record, or of one registry file.

    Comments, quotes, flow style and the order of list items stay. What would change the meaning, or can be read in two
    ways, is left to people.

    Parameters
    ----------
    content
        The text of a YAML file, or its bytes.
    names
        The names that are turned into ids: see :func:`casus.naming.names_for`.
    kind
        What the file holds: ``event`` for a record, or the kind of the entries in a list (``actor`` ...).

    Returns
    -------
    Fixed
        The repaired text and what was repaired. A file that does not parse is left alone, and said so.

    Raises
    ------
    UsageError
        If a repair needs ruamel.yaml, and it is not installed.
    """
    text, found = _decoded(content)
    if text is None:
        return Fixed("", problem="it is not UTF-8")
    before = parse(text.encode(), "record")
    if before.findings:
        return Fixed(text, problem=f"it cannot be read: {_said(before.findings[0])}")
    clean = _clean_lines(text)
    if clean != text and parse(clean.encode(), "record").data == before.data:
        found.append(Change(Repair.LINES, (), "spaces or nothing at the ends of lines", "clean line ends"))
        text = clean
    planned = list(_planned(before.data, names, kind))
    if not planned:
        return Fixed(text, tuple(found))
    after = edited(text, planned)
    wrong = _unlike(text, after, _applied(before.data, planned))
    if wrong:
        return Fixed(text, tuple(found), problem=wrong)
    return Fixed(after, (*found, *planned))


def _planned(data: Any, names: Names, kind: str) -> Iterator[Change]:
    struct = describe(MODELS[kind])
    if kind == "event":
        yield from repairs(struct, data, names)
    elif isinstance(data, list):
        for index, entry in enumerate(data):
            yield from repairs(struct, entry, names, (index,))


def _said(finding: Finding) -> str:
    return f"line {finding.line}: {finding.message}"


def _decoded(content: str | bytes) -> tuple[str | None, list[Change]]:
    """Return the text without byte-order mark and with plain line breaks, and what had to be done for it."""
    found = []
    if isinstance(content, bytes):
        mark, encoding = next((each for each in _MARKS if content.startswith(each[0])), (b"", "utf-8"))
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            return None, []
        if mark:
            old = "byte-order mark" if mark == codecs.BOM_UTF8 else "UTF-16"
            found.append(Change(Repair.ENCODING, (), old, "UTF-8 without byte-order mark"))
    else:
        text = content
    if "\r\n" in text:
        found.append(Change(Repair.LINES, (), "Windows line ends", "plain line ends"))
        text = text.replace("\r\n", "\n")
    return text, found


def _clean_lines(text: str) -> str:
    """Return the text without spaces at the ends of lines, save where they are a part of a value."""
    inside = {
        line
        for event in _scalars(text)
        for line in range(event.start_mark.line + (event.style in _BLOCKS), event.end_mark.line)
    }
    lines = text.split("\n")
    clean = "\n".join(line if number in inside else line.rstrip(" \t") for number, line in enumerate(lines))
    return clean if clean.endswith("\n") or not clean else f"{clean}\n"


def _scalars(text: str) -> Iterable[Any]:
    return (event for event in yaml.parse(text, Loader=_LOADER) if isinstance(event, yaml.ScalarEvent))


def _applied(data: Any, changes: Sequence[Change]) -> Any:
    """Return the data as they must be after the changes: the proof for what the editor has written."""
    data = copy.deepcopy(data)
    for change in changes:
        if change.repair is Repair.ORDER:
            continue
        if change.repair is Repair.KEY:
            _at(data, change.path)["key"] = change.new
        else:
            _at(data, change.path[:-1])[change.path[-1]] = change.new
    return data


def _at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def _unlike(before: str, after: str, wanted: Any) -> str | None:
    """Return what is wrong with a repaired text, if anything is: it must say what it said, and keep its comments."""
    again = parse(after.encode(), "record")
    if again.findings or again.data != wanted:
        return "its layout is one that the repairs cannot keep; repair it by hand"
    if Counter(_comments(before)) != Counter(_comments(after)):
        return "a comment would be lost; repair it by hand"
    return None


def _comments(text: str) -> Iterator[str]:
    """Yield the comments of a text."""
    spans = [(event.start_mark.index, event.end_mark.index) for event in _scalars(text)]
    inside = bytearray(len(text) + 1)
    for start, end in spans:
        inside[start:end] = b"\1" * (end - start)
    at = 0
    for line in text.splitlines(keepends=True):
        for number, letter in enumerate(line):
            starts = letter == "#" and not inside[at + number] and (number == 0 or line[number - 1] in " \t")
            if starts:
                yield line[number:].rstrip()
                break
        at += len(line)
