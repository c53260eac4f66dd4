"""JSON Lines: one record a line; a line that cannot be read is a finding, and the others are read all the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

from casus.bounded_lines import MOST_RECORDS, TooMuchError, bounded_lines, too_long, too_many, too_much
from casus.documents import Document
from casus.json_documents import parse_json, quick_data
from casus.schema.findings import Finding, Path
from casus.schema.rules.file import finding

#: Byte-order marks of UTF-8 and UTF-16.
MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class LineDocument(Document):
    """One line: its spots would take far more memory than its text, so that they are found when they are asked for."""

    text: str = ""
    line: int = 1

    def locate(self, path: Path, *, key: bool = False) -> tuple[int, int] | None:
        """Return line and column of a path, or of the nearest part above it that is there."""
        return _read_again(self.text, self.file, self.line).locate(path, key=key)


@lru_cache(maxsize=16)
def _read_again(text: str, name: str, line: int) -> Document:
    """Return a line with its spots; what is found in one line is mostly placed in one go."""
    return parse_json(text, name, line)


def read_lines(stream: BinaryIO, name: str) -> Iterator[Document]:
    """Yield a document for every line that is not blank."""
    records, empty = 0, True
    try:
        for number, content in bounded_lines(stream):
            empty = empty and content is not None and not content.strip()
            if content is None:
                yield Document(name, None, (too_long(name, number),))
                continue
            if not content.strip():
                continue
            records += 1
            if records > MOST_RECORDS:
                yield Document(name, None, (too_many(name, number),))
                return
            yield _document(content, name, number)
        if empty:
            yield Document(name, None, (finding("CAS410", value="nothing").at(file=name, line=1, column=1),))
    except TooMuchError as error:
        yield Document(name, None, (too_much(name, error.line),))


def _document(content: bytes, name: str, number: int) -> Document:
    text = _decoded(content, number)
    if isinstance(text, Finding):
        return Document(name, None, (text.at(file=name, line=number),))
    text = text.rstrip("\r\n")
    try:
        return LineDocument(name, quick_data(text), text=text, line=number)
    except ValueError:
        read = parse_json(text, name, number)
        return LineDocument(name, read.data, read.findings, text=text, line=number)


def _decoded(content: bytes, number: int) -> str | Finding:
    """Return a line as text, or the finding that it is not plain UTF-8."""
    if number == 1 and content.startswith(MARKS):
        return finding("CAS406", problem="it begins with a byte-order mark").at(column=1)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        column = len(content[: error.start].decode("utf-8")) + 1
        return finding("CAS406", problem=f"byte {content[error.start]:#04x}").at(column=column)
