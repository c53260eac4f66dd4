"""Bytes to parsed text with positions: YAML and JSON as contributors write them.

Parsing knows nothing of records or rules. YAML is read by the rules of YAML 1.2 (``NO`` and ``12:30`` stay text), days
stay text, and what could mislead (duplicate keys, anchors, tags, several documents) is a finding.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml

from casus.schema.errors import UsageError
from casus.schema.findings import Finding, Path
from casus.schema.rules.file import finding

MOST_BYTES = 2_000_000
MOST_DEPTH = 60
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
_CONSTANTS = {"": None, "~": None, "null": None, "Null": None, "NULL": None,
              "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}  # fmt: skip
_PLAIN_TAGS = {None, "!"}
#: Whole numbers of so many digits stay text: no field holds them, and Python takes long to read them.
LONGEST_NUMBER = 40


@dataclass(slots=True)
class Spot:
    """Where a value stands (1-based), where its key stands, and the spots of what is in it."""

    line: int
    column: int
    key: tuple[int, int] | None = None
    inner: dict[str | int, Spot] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """One parsed file: its data, what the parser found, and where everything stands."""

    file: str
    data: Any
    findings: tuple[Finding, ...] = ()
    spot: Spot | None = None

    def locate(self, path: Path, *, key: bool = False) -> tuple[int, int] | None:
        """Return line and column of a path, or of the nearest part above it that is there.

        A single value is shown itself, a group or list at its key; ``key`` asks for the key in any case.
        """
        spot = self.spot
        if spot is None:
            return None
        found = (spot.line, spot.column)
        for index, step in enumerate(path):
            following = spot.inner.get(step)
            if following is None:
                return found
            spot = following
            last = index == len(path) - 1
            itself = last and not spot.inner and not key
            found = (spot.line, spot.column) if itself else spot.key or (spot.line, spot.column)
        return found


def read_document(path: FilePath, name: str | None = None) -> Document:
    """Read one YAML or JSON file.

    Raises
    ------
    UsageError
        If the file cannot be opened.
    """
    shown = name or str(path)
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            return Document(shown, None, (finding("CAS407", value=size, allowed=MOST_BYTES).at(file=shown, line=1),))
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{shown}: cannot be read ({error.strerror}). Give the path of a readable file.") from None
    return parse(content, shown, is_json=path.suffix.lower() == ".json")


def parse(content: bytes, name: str, *, is_json: bool = False) -> Document:
    """Parse the bytes of one file; every problem is a finding of the document."""
    if len(content) > MOST_BYTES:
        return _failed(name, finding("CAS407", value=len(content), allowed=MOST_BYTES), 1, 1)
    if content[:3] == b"\xef\xbb\xbf" or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _failed(name, finding("CAS406", problem="it begins with a byte-order mark"), 1, 1)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - (content.rfind(b"\n", 0, error.start) + 1) + 1
        return _failed(name, finding("CAS406", problem=f"byte {content[error.start]:#04x}"), line, column)
    if is_json:
        from casus.json_documents import parse_json

        document: Any = parse_json(text, name)  # that module imports this one
        return Document(name, document.data, document.findings, document.spot)
    return _Builder(name).build(text)


def _failed(name: str, found: Finding, line: int, column: int) -> Document:
    return Document(name, None, (found.at(file=name, line=line, column=column),))


class _Stop(Exception):  # noqa: N818 - not an error of ours: it ends the walk over a hopeless file
    """The file is beyond repair; its findings say why."""


class _Builder:
    """Builds data and spots from YAML's events, without recursion."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.findings: list[Finding] = []

    def build(self, text: str) -> Document:
        data, spot = None, None
        try:
            data, spot = self._run(yaml.parse(text, Loader=_LOADER))
        except _Stop:
            pass
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            if "nesting" in str(error.problem):  # libyaml looks ahead, and gives up itself at some depth
                self._add("CAS411", mark, allowed=MOST_DEPTH)
                return Document(self.name, None, tuple(self.findings))
            problem = f"{error.problem or 'cannot be read'}{_hint(error.problem)}"
            self._add("CAS401", mark, problem=problem[0].upper() + problem[1:])
        except yaml.YAMLError as error:
            self._add("CAS401", None, problem=str(error).partition("\n")[0])
        return Document(self.name, data, tuple(self.findings), spot)

    def _add(self, code: str, mark: Any, **values: Any) -> None:
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        self.findings.append(finding(code, **values).at(file=self.name, line=line, column=column))

    def _run(self, events: Any) -> tuple[Any, Spot | None]:
        top: list[Any] = []
        top_spot = Spot(1, 1)
        stack: list[tuple[Any, Spot, list[Any]]] = [(top, top_spot, [])]
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._add("CAS405", event.start_mark)
                    raise _Stop
            elif isinstance(event, yaml.ScalarEvent):
                self._check_node(event)
                self._put(stack, self._scalar(event), event)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                self._check_node(event)
                if len(stack) > MOST_DEPTH:
                    self._add("CAS411", event.start_mark, allowed=MOST_DEPTH)
                    raise _Stop
                value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
                stack.append((value, self._put(stack, value, event), []))
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                stack.pop()
            elif isinstance(event, yaml.AliasEvent):
                self._add("CAS403", event.start_mark, value=f"*{event.anchor}")
                self._put(stack, None, event)
        return (top[0], top_spot.inner[0]) if top else (None, None)

    def _check_node(self, event: Any) -> None:
        if event.anchor is not None:
            self._add("CAS403", event.start_mark, value=f"&{event.anchor}")
        if event.tag not in _PLAIN_TAGS:
            self._add("CAS404", event.start_mark, value=event.tag)

    def _put(self, stack: list[tuple[Any, Spot, list[Any]]], value: Any, event: Any) -> Spot:
        """Put a value into the innermost container and return its spot."""
        container, spot, pending = stack[-1]
        here = (event.start_mark.line + 1, event.start_mark.column + 1)
        new = Spot(*here)
        if isinstance(container, list):
            spot.inner[len(container)] = new
            container.append(value)
        elif not pending:
            pending.append((self._key(container, spot, event), here))
        else:
            (key, new.key) = pending.pop()
            if key is not None:
                container[key] = value
                spot.inner[key] = new
        return new

    def _key(self, container: dict[str, Any], spot: Spot, event: Any) -> str | None:
        """Return the text of a key, or None for one that cannot be a key."""
        key = event.value if isinstance(event, yaml.ScalarEvent) else None
        if key is None:
            self._add("CAS401", event.start_mark, problem="A key must be a plain word.")
        elif key in container:
            self._add("CAS402", event.start_mark, value=key, first=spot.inner[key].line)
            return None
        return key

    def _scalar(self, event: Any) -> Any:
        text = event.value
        if not event.implicit[0] or event.style:
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _INTEGER.match(text):
            return int(text) if len(text) < LONGEST_NUMBER else text
        if _SPECIAL.match(text):
            self._add("CAS412", event.start_mark, value=text)
            return math.inf
        if _FLOAT.match(text) and not _LEADING_ZERO.match(text):
            number = float(text)
            if not math.isfinite(number):
                self._add("CAS412", event.start_mark, value=text)
            return number
        return text


def _hint(problem: str | None) -> str:
    text = problem or ""
    if "cannot start any token" in text:
        return "; indent with spaces, not tabs"
    if "mapping values are not allowed" in text:
        return "; put a text that contains ': ' into quotation marks"
    return ""
