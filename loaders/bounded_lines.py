"""Lines of a stream of any size, in bounded memory: none is longer, and all together are no more, than is said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from casus.documents import MOST_BYTES
from casus.schema.findings import Finding
from casus.schema.rules.file import finding

#: A file of many records holds at most so many, and so many bytes: they are judged together, in memory.
MOST_RECORDS = 50_000
MOST_STREAM = 100_000_000
_SKIPPED = 65_536


class Line(NamedTuple):
    """A line with its end; ``content`` is None for one that is longer than allowed."""

    number: int
    content: bytes | None


class TooMuchError(Exception):
    """The stream holds more than is read; ``line`` is where reading ended."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def bounded_lines(stream: BinaryIO, longest: int = MOST_BYTES, most: int = MOST_STREAM) -> Iterator[Line]:
    """Yield the lines of a stream.

    Raises
    ------
    TooMuchError
        If the stream holds more bytes than ``most``.
    """
    number = read = 0
    while content := stream.readline(longest + 1):
        number += 1
        read += len(content)
        rest, whole = content, len(content) <= longest or content.endswith(b"\n")
        while not rest.endswith(b"\n") and read <= most and (rest := stream.readline(_SKIPPED)):
            read += len(rest)
        if read > most:
            raise TooMuchError(number)
        yield Line(number, content if whole else None)


def too_long(name: str, line: int) -> Finding:
    """Return the finding on a line that is longer than allowed."""
    problem = "The line is too long, and was not judged"
    return beyond(problem, f"{MOST_BYTES:,} bytes").at(file=name, line=line, column=1)


def too_much(name: str, line: int) -> Finding:
    """Return the finding on a file that holds more bytes than are read."""
    problem = "The file is too large; what stands from here on was not judged"
    return beyond(problem, f"{MOST_STREAM:,} bytes").at(file=name, line=line, column=1)


def too_many(name: str, line: int) -> Finding:
    """Return the finding on a file that holds more records than are read."""
    problem = "The file holds too many records; those from here on were not judged"
    return beyond(problem, f"{MOST_RECORDS:,} in a file").at(file=name, line=line, column=1)


def beyond(problem: str, allowed: str) -> Finding:
    """Return the finding that a bound is exceeded: what is beyond it, and the bound."""
    return finding("CAS415", problem=problem, allowed=allowed)
