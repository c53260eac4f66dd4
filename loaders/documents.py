"""Bytes to parsed text with positions: YAML and JSON as contributors write them.

Parsing knows nothing of records or rules. YAML is read by the rules of YAML 1.2 (``NO`` and ``12:30`` stay text), days
stay text, and what could mislead (duplicate keys, anchors, tags, several documents) is a finding.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path as FilePath
from stat import S_ISREG
from typing import Any

import yaml

from casus.schema.errors import UsageError
from casus.schema.findings import Finding, Path
from casus.schema.rules.file import MOST_LISTED, finding
from casus.yaml_problems import syntax_problem

MOST_BYTES = 2_000_000
MOST_DEPTH = 60
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
_CONSTANTS = {"": None, "~": None, "null": None, "Null": None, "NULL": None,
              "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}  # fmt: skip
#: Line breaks to PyYAML, but to no editor: every line after one would be miscounted.
_BREAKS = re.compile("[\x85\u2028\u2029]")
#: Characters that YAML does not allow, and those.
_UNREADABLE = re.compile("[^\t\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_WHY = {
    "\0": " (a text file that is UTF-16 has many: save it as UTF-8)",
    "\x85": " (a line break to some programs only)",
}
_WHY |= dict.fromkeys("\u2028\u2029", _WHY["\x85"])
_BEGIN_NUMBERS = frozenset("-+.0123456789")
_PLAIN_TAGS = {None, "!"}
#: Whole numbers of so many digits stay text: no field holds them, and Python takes long to read them.
LONGEST_NUMBER = 40
#: Of so many files the spots are kept: what is found in one file is mostly placed in one go.
_FILES_KEPT = 16


@dataclass(slots=True)
class Spot:
    """Where a value stands (1-based), where its key stands, and the spots of what is in it."""

    line: int
    column: int
    key: tuple[int, int] | None = None
    inner: dict[str | int, Spot] = field(default_factory=dict)


#: What is in a single value: one mapping for all of them, never written to.
_NOTHING: dict[str | int, Spot] = {}
#: The text of a key (None for one that cannot be a key), and where it stands.
_Key = tuple[str | None, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Document:
    """One parsed file: its data, what the parser found, and where everything stands.

    ``spot`` may be a function that finds it: most files are never asked where something stands, and a thousand files'
    spots take more memory, and more time to keep, than reading again the few that are asked.
    """

    file: str
    data: Any
    findings: tuple[Finding, ...] = ()
    spot: Spot | Callable[[], Spot | None] | None = None

    def locate(self, path: Path, *, key: bool = False) -> tuple[int, int] | None:
        """Return line and column of a path, or of the nearest part above it that is there.

        A single value is shown itself, a group or list at its key; ``key`` asks for the key in any case.
        """
        spot = self.spot() if callable(self.spot) else self.spot
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
        If the file cannot be opened, or is no file.
    """
    shown = name or str(path)
    try:
        status = path.stat()
        if not S_ISREG(status.st_mode):  # reading a pipe or a device might never end
            raise UsageError(f"{shown} is not a file. Give the path of a readable file.")
        if status.st_size > MOST_BYTES:
            return _failed(shown, finding("CAS407", value=status.st_size, allowed=MOST_BYTES), 1, 1)
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
        before = content[: error.start].decode("utf-8")
        place = _place(before, len(before))
        return _failed(name, finding("CAS406", problem=f"byte {content[error.start]:#04x}"), *place)
    if is_json:
        from casus.json_documents import parse_json

        document: Any = parse_json(text, name)  # that module imports this one
        return Document(name, document.data, document.findings, document.spot)
    return _Builder(name).build(text)


def _failed(name: str, found: Finding, line: int, column: int) -> Document:
    return Document(name, None, (found.at(file=name, line=line, column=column),))


def _place(text: str, index: int) -> tuple[int, int]:
    """Return line and column of a character."""
    lines = _LINE_BREAK.split(text[:index])
    return len(lines), len(lines[-1]) + 1


class _Stop(Exception):  # noqa: N818 - not an error of ours: it ends the walk over a hopeless file
    """The file is beyond repair; its findings say why."""


class _Builder:
    """Builds data and spots from YAML's events, without recursion."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.findings: list[Finding] = []

    def build(self, text: str) -> Document:
        data, spot = None, None
        if _BREAKS.search(text):
            self._add_unreadable(text)
            return Document(self.name, None, tuple(self.findings))
        try:
            data, _ = self.read(text)
            spot = partial(_spots, text)
        except _Stop:
            pass
        except yaml.reader.ReaderError:
            self._add_unreadable(text)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            if "nesting" in str(error.problem):  # libyaml looks ahead, and gives up itself at some depth
                self._add("CAS411", mark, allowed=MOST_DEPTH)
                return Document(self.name, None, tuple(self.findings))
            mark, problem = syntax_problem(text, error, mark)
            self._add("CAS401", mark, problem=problem[0].upper() + problem[1:])
        except yaml.YAMLError as error:
            self._add("CAS401", None, problem=str(error).partition("\n")[0])
        return Document(self.name, data, tuple(self.findings), spot)

    def _add(self, code: str, mark: Any, **values: Any) -> None:
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        if len(self.findings) == MOST_LISTED:
            self.findings.append(finding("CAS420", allowed=MOST_LISTED).at(file=self.name, line=1, column=1))
            raise _Stop
        self.findings.append(finding(code, **values).at(file=self.name, line=line, column=column))

    def _add_unreadable(self, text: str) -> None:
        """Add what the first character is that YAML does not allow, and where it stands."""
        match = _UNREADABLE.search(text)
        start = match.start() if match else 0
        line, column = _place(text, start)
        problem = f"The character U+{ord(text[start]):04X} is not allowed{_WHY.get(text[start], '')}."
        self.findings.append(finding("CAS401", problem=problem).at(file=self.name, line=line, column=column))

    def read(self, text: str) -> tuple[Any, Spot | None]:
        """Return the data of a text, and where everything in it stands; problems are added to the findings."""
        loader = _LOADER(text)
        try:
            return self._walk(loader.get_event)
        finally:
            loader.dispose()

    def _walk(self, following: Callable[[], Any]) -> tuple[Any, Spot | None]:  # noqa: C901, PLR0912
        # One flat loop: it runs for every word, and calls would cost as much as the parsing itself.
        top: list[Any] = []
        top_inner: dict[Any, Spot] = {}
        container: Any = top
        inner = top_inner  # the spots of what is in the container
        key: _Key | None = None  # the key of a mapping whose value is due
        outer: list[tuple[Any, dict[Any, Spot], _Key | None]] = []
        documents = 0
        event = following()
        while (kind := event.__class__) is not yaml.StreamEndEvent:
            if kind is yaml.ScalarEvent:
                if event.anchor is not None or event.tag is not None:
                    self._check_node(event)
                value = self._scalar(event)
                mark = event.start_mark
                if container.__class__ is list:
                    inner[len(container)] = Spot(mark.line + 1, mark.column + 1, None, _NOTHING)
                    container.append(value)
                elif key is None:
                    name = event.value
                    if name in container:
                        self._add("CAS402", mark, value=name, first=inner[name].line)
                        name = None
                    key = (name, (mark.line + 1, mark.column + 1))
                else:
                    name, at = key
                    key = None
                    if name is not None:
                        container[name] = value
                        inner[name] = Spot(mark.line + 1, mark.column + 1, at, _NOTHING)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self._check_node(event)
                if len(outer) >= MOST_DEPTH:
                    self._add("CAS411", event.start_mark, allowed=MOST_DEPTH)
                    raise _Stop
                value = {} if kind is yaml.MappingStartEvent else []
                spots, key = self._put(container, inner, key, value, event)
                outer.append((container, inner, key))
                container, inner, key = value, spots, None
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                container, inner, key = outer.pop()
            elif kind is yaml.AliasEvent:
                self._add("CAS403", event.start_mark, value=f"*{event.anchor}")
                _, key = self._put(container, inner, key, None, event)
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    self._add("CAS405", event.start_mark)
                    raise _Stop
            event = following()
        return (top[0], top_inner[0]) if top else (None, None)

    def _check_node(self, event: Any) -> None:
        if event.anchor is not None:
            self._add("CAS403", event.start_mark, value=f"&{event.anchor}")
        if event.tag not in _PLAIN_TAGS:
            self._add("CAS404", event.start_mark, value=event.tag.replace("tag:yaml.org,2002:", "!!"))

    def _put(
        self, container: Any, inner: dict[Any, Spot], key: _Key | None, value: Any, event: Any
    ) -> tuple[dict[Any, Spot], _Key | None]:
        """Put a group, a list or nothing into a container; return where its own spots go, and the key that is due."""
        at = (event.start_mark.line + 1, event.start_mark.column + 1)
        spot = Spot(*at)
        if isinstance(container, list):
            inner[len(container)] = spot
            container.append(value)
            return spot.inner, None
        if key is None:
            self._add("CAS401", event.start_mark, problem="A key must be a plain word.")
            return spot.inner, (None, at)
        name, spot.key = key
        if name is not None:
            container[name] = value
            inner[name] = spot
        return spot.inner, None

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if event.style or not event.implicit[0]:
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        return self._number(text, event.start_mark) if text[0] in _BEGIN_NUMBERS else text

    def _number(self, text: str, mark: Any) -> Any:
        if _INTEGER.match(text):
            return int(text) if len(text) < LONGEST_NUMBER else text
        if _SPECIAL.match(text):
            self._add("CAS412", mark, value=text)
            return math.inf
        if _FLOAT.match(text) and not _LEADING_ZERO.match(text):
            number = float(text)
            if not math.isfinite(number):
                self._add("CAS412", mark, value=text)
            return number
        return text


@lru_cache(maxsize=_FILES_KEPT)
def _spots(text: str) -> Spot | None:
    """Return where everything in a text stands that has been read without trouble."""
    return _Builder("").read(text)[1]
