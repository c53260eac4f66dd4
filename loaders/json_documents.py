"""JSON to parsed text with the position of every key and value.

Texts are read by the standard library's own scanner; the rest is a loop over the signs between them, without recursion,
that knows at each sign where it stands. What JSON allows and a record must not hold (keys twice, numbers that are not
finite, halves of characters) is a finding at its own place.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from json import JSONDecodeError, JSONDecoder
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from casus.documents import LONGEST_NUMBER, MOST_DEPTH, Document, Spot
from casus.schema.findings import Finding
from casus.schema.rules.file import MOST_LISTED, finding

_BLANK = re.compile(r"[ \t\n\r]*")
_BREAK = re.compile(r"\r\n|\r|\n")
_NUMBER = re.compile(r"(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?(?![0-9A-Za-z_.+-])")
_WORD = re.compile(r"[^\s,:\[\]{}\"]+")
_HALF = re.compile("[\ud800-\udfff]")
_HALF_ESCAPED = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)
_CONSTANTS = {"true": True, "false": False, "null": None}
_NOT_FINITE = {"NaN", "Infinity", "-Infinity"}
_CLOSING: dict[type, str] = {dict: "}", list: "]"}
_SHOWN = 30
_HIGH, _LOW, _END = 0xD800, 0xDC00, 0xE000

#: What the library says of a text, and what is said here.
_TEXT_PROBLEMS = {
    "Unterminated string": "The text that begins here has no closing quotation mark.",
    "Invalid control character": "A line break, a tab or another control character stands in a text; the closing "
    "quotation mark is missing, or it must be written as \\n, \\t or \\u and four digits.",
    r"Invalid \escape": "A backslash in a text must be doubled, or be followed by a quotation mark or one of "
    "/ b f n r t u.",
    r"Invalid \uXXXX": r"\u must be followed by four hexadecimal digits.",
}  # fmt: skip


def parse_json(text: str, name: str, line: int = 1) -> Document:
    """Parse one JSON text; every problem is a finding of the document.

    Parameters
    ----------
    text
        What is parsed. A text of blanks only has no data.
    name
        What the file is called in findings.
    line
        The line of the file in which the text begins.
    """
    return _Reader(text, name, line).read()


class OddError(ValueError):
    """A text that the library would read, and in which something is to be found."""


def quick_data(text: str) -> Any:
    """Return the data of a JSON text in which nothing is wrong, as fast as the library reads it.

    Raises
    ------
    ValueError
        If anything may be wrong: :func:`parse_json` says what, and where.
    """
    if _HALF_ESCAPED.search(text):
        raise OddError
    try:
        data = _QUICK.decode(text)
    except RecursionError:
        raise OddError from None
    if _too_deep(data):
        raise OddError
    return data


def _too_deep(data: Any) -> bool:
    inside = [data] if isinstance(data, dict | list) else []
    for _ in range(MOST_DEPTH):
        parts = (each for one in inside for each in (one.values() if isinstance(one, dict) else one))
        inside = [each for each in parts if isinstance(each, dict | list)]
        if not inside:
            return False
    return bool(inside)


def _pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(items)
    if len(found) < len(items):
        raise OddError
    return found


def _refused(_constant: str) -> float:
    raise OddError


def _quick_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise OddError
    return number


def _quick_int(text: str) -> int:
    if len(text) >= LONGEST_NUMBER:
        raise OddError
    return int(text)


_QUICK = JSONDecoder(
    object_pairs_hook=_pairs, parse_constant=_refused, parse_float=_quick_float, parse_int=_quick_int
)  # fmt: skip


class _Stop(Exception):  # noqa: N818 - not an error of ours: it ends the reading of a hopeless text
    """The text is beyond repair; its findings say why."""


class _Reader:
    """Reads one text: ``position`` is where it is, ``stack`` the groups and lists that are open there."""

    def __init__(self, text: str, name: str, line: int) -> None:
        self.text = text
        self.name = name
        self.findings: list[Finding] = []
        self.line = line
        self.starts = [0, *(match.end() for match in _BREAK.finditer(text))]
        self.position = 0
        #: A list that holds the whole, and in it what is open: the container, its spot.
        self.stack: list[tuple[Any, Spot]] = [([], Spot(line, 1))]

    def read(self) -> Document:
        (top, spot) = self.stack[0]
        try:
            self._skip()
            if self.position < len(self.text):
                self._whole()
        except _Stop:
            return Document(self.name, None, tuple(self.findings))
        return Document(self.name, top[0] if top else None, tuple(self.findings), spot.inner.get(0))

    def _whole(self) -> None:
        """Read a value and all that is in it; after it nothing may follow."""
        key: tuple[str | None, int] | None = None
        while True:
            opened = self._value(key)
            if opened and not self._closes():
                key = self._key()
                continue
            while True:
                self._skip()
                if len(self.stack) == 1:
                    self._end()
                    return
                if not self._closes():
                    break
            self._comma()
            key = self._key()

    def _value(self, key: tuple[str | None, int] | None) -> bool:
        """Read a single value, or open a group or list (True); put it where it belongs."""
        spot = Spot(*self._at(self.position), key=self._at(key[1]) if key else None)
        sign = self.text[self.position : self.position + 1]
        if sign not in ("{", "["):
            self._put(key, self._single(sign), spot)
            return False
        if len(self.stack) > MOST_DEPTH:
            raise self._failed("CAS411", allowed=MOST_DEPTH)
        value: Any = {} if sign == "{" else []
        self._put(key, value, spot)
        self.stack.append((value, spot))
        self.position += 1
        self._skip()
        return True

    def _put(self, key: tuple[str | None, int] | None, value: Any, new: Spot) -> None:
        container, spot = self.stack[-1]
        if isinstance(container, list):
            spot.inner[len(container)] = new
            container.append(value)
        elif key and key[0] is not None:
            container[key[0]] = value
            spot.inner[key[0]] = new

    def _closes(self) -> bool:
        """Close what is open if its closing sign stands here."""
        if self.text[self.position : self.position + 1] != _CLOSING[type(self.stack[-1][0])]:
            return False
        self.stack.pop()
        self.position += 1
        return True

    def _key(self) -> tuple[str | None, int] | None:
        """Read a key and its colon, in a group; the key is None if it stands there already."""
        container, spot = self.stack[-1]
        if isinstance(container, list):
            return None
        start = self.position
        if self.text[start : start + 1] != '"':
            raise self._failed("CAS401", problem=f"Here belongs a key in double quotation marks{self._instead()}.")
        key = self._text()
        self._skip()
        if self.text[self.position : self.position + 1] != ":":
            raise self._failed("CAS401", problem=f"After the key {key[:_SHOWN]!r} belongs a colon{self._instead()}.")
        self.position += 1
        self._skip()
        if key in container:
            self._add("CAS402", start, value=key, first=spot.inner[key].line)
            return None, start
        return key, start

    def _comma(self) -> None:
        closing = _CLOSING[type(self.stack[-1][0])]
        start = self.position
        if self.text[start : start + 1] != ",":
            raise self._failed("CAS401", problem=f"Here belongs a comma or {closing}{self._instead()}.")
        self.position += 1
        self._skip()
        if self.text[self.position : self.position + 1] == closing:
            self.position = start
            raise self._failed("CAS401", problem=f"No comma may stand before {closing}.")

    def _end(self) -> None:
        if self.position < len(self.text):
            raise self._failed("CAS401", problem=f"The value ends before this; nothing may follow it{self._instead()}.")

    def _single(self, sign: str) -> Any:
        if sign == '"':
            return self._text()
        start = self.position
        number = _NUMBER.match(self.text, start)
        if number:
            self.position = number.end()
            return self._number(number)
        word = _WORD.match(self.text, start)
        said = word[0] if word else ""
        if said in _CONSTANTS or said in _NOT_FINITE:
            self.position += len(said)
            if said in _CONSTANTS:
                return _CONSTANTS[said]
            self._add("CAS412", start, value=said)
            return math.inf
        wanted = "a text in double quotation marks, a number, true, false, null, a list or a group"
        raise self._failed("CAS401", problem=f"Here belongs a value: {wanted}{self._instead()}.")

    def _number(self, match: re.Match[str]) -> int | float:
        whole, fraction, exponent = match.groups()
        if fraction is None and exponent is None and len(whole) < LONGEST_NUMBER:
            return int(whole)
        number = float(match[0])
        if not math.isfinite(number):
            self._add("CAS412", match.start(), value=match[0] if len(match[0]) <= _SHOWN else f"{match[0][:_SHOWN]}...")
        return number

    def _text(self) -> str:
        start = self.position
        try:
            text, self.position = scanstring(self.text, start + 1, True)  # noqa: FBT003 - the library's own form
        except JSONDecodeError as error:
            self.position = error.pos
            said = (ours for theirs, ours in _TEXT_PROBLEMS.items() if error.msg.startswith(theirs))
            raise self._failed("CAS401", problem=next(said, error.msg)) from None
        if _HALF.search(text):
            self._half(start + 1)
        return str(text)

    def _half(self, start: int) -> None:
        """Find the escape that is half of a character."""
        pending = None
        for match in _ESCAPE.finditer(self.text, start, self.position):
            unit = int(match[1], 16) if match[1] else 0
            joins = pending is not None and pending.end() == match.start() and _LOW <= unit < _END
            if pending is not None and not joins:
                break
            pending = match if not joins and _HIGH <= unit < _END else None
            if pending is not None and unit >= _LOW:
                break
        at = pending or _HALF.search(self.text, start, self.position)
        self.position = at.start() if at else start
        raise self._failed(
            "CAS401", problem="This is half of a character: \\ud800 to \\udfff stand in pairs, high before low."
        )

    def _instead(self) -> str:
        """Return what stands here in its place, and what is known to go wrong."""
        rest = self.text[self.position : self.position + 2]
        if not rest:
            return "; the text ends here"
        if rest[0] == "'":
            return "; JSON has double quotation marks only"
        if rest[0] == "#" or rest in ("//", "/*"):
            return "; JSON has no comments"
        word = _WORD.match(self.text, self.position)
        said = word[0][:_SHOWN] if word else rest[0]
        if said.lower() in _CONSTANTS or said == "None":
            return f", not {said}; JSON writes true, false and null"
        if re.match(r"[-+]?0[0-9]|[-+]?\.|\+", said):
            return f", not {said}; a number begins with a digit, and not with a needless 0"
        return f", not {said}"

    def _skip(self) -> None:
        match = _BLANK.match(self.text, self.position)
        self.position = match.end() if match else self.position

    def _at(self, position: int) -> tuple[int, int]:
        number = bisect_right(self.starts, position)
        return self.line + number - 1, position - self.starts[number - 1] + 1

    def _add(self, code: str, position: int, **values: Any) -> None:
        line, column = self._at(position)
        if len(self.findings) == MOST_LISTED:
            self.findings.append(finding("CAS420", allowed=MOST_LISTED).at(file=self.name, line=1, column=1))
            raise _Stop
        self.findings.append(finding(code, **values).at(file=self.name, line=line, column=column))

    def _failed(self, code: str, **values: Any) -> _Stop:
        self._add(code, self.position, **values)
        return _Stop()
