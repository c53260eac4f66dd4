"""Records from standard input: ``casus validate -``."""

from __future__ import annotations

import io
import json
import re
import sys
from typing import NamedTuple

from casus.bounded_lines import MOST_STREAM
from casus.collection import record_entry, stream_parts
from casus.documents import parse
from casus.schema.corpus import Entry
from casus.schema.errors import UsageError
from casus.schema.findings import Finding

#: What stands for standard input among paths, and what it is called in findings.
DASH, NAME = "-", "<stdin>"
FORMS = ("yaml", "json", "jsonl", "csv")
_HEAD = 100_000


class Given(NamedTuple):
    """What standard input holds: records, what is wrong with it, and its text."""

    entries: list[Entry]
    findings: list[Finding]
    text: str


def read_standard_input(form: str | None = None) -> Given:
    """Read the records that standard input holds, to its end.

    Parameters
    ----------
    form
        One of :data:`FORMS`. None tells it from how the input begins (see :func:`guessed`).

    Raises
    ------
    UsageError
        If the form is unknown, or standard input is closed or holds Parquet.
    """
    if form is not None and form not in FORMS:
        raise UsageError(f"{form!r} is no form of standard input. Use one of {', '.join(FORMS)}.")
    content = _content()
    form = form or guessed(content)
    if form in ("yaml", "json"):
        entry, findings = record_entry(parse(content, NAME, is_json=form == "json"))
        entries = [entry] if entry else []
    else:
        entries, findings = [], []
        for entry, found in stream_parts(io.BytesIO(content), NAME, form):
            entries.extend([entry] if entry else [])
            findings.extend(found)
    return Given(entries, findings, content.decode("utf-8", "replace"))


def guessed(content: bytes) -> str:
    """Return the form of records by how they begin.

    A bracket begins JSON, or JSON Lines if the first line is a whole value and others follow; a line of columns of the
    flat template begins CSV; all else is YAML.

    Raises
    ------
    UsageError
        If it is Parquet, which cannot be read from a stream.
    """
    if content.startswith(b"PAR1"):
        raise UsageError("Parquet cannot be read from standard input. Give the path of the file.")
    head = content[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    line, _, rest = head.partition(b"\n")
    if head[:1] in (b"{", b"["):
        return "jsonl" if rest.strip() and _is_json(line) else "json"
    if re.search(rb"[,;\t]", line) and b":" not in line:  # no heading has a colon
        from casus.csv_documents import separator_of

        if separator_of(line.decode("utf-8", "replace").rstrip("\r")) is not None:
            return "csv"
    return "yaml"


def _content() -> bytes:
    stream = getattr(sys.stdin, "buffer", None)
    try:
        content = stream.read(MOST_STREAM + 1) if stream is not None else None
    except (OSError, ValueError) as error:
        raise UsageError(f"Standard input cannot be read ({error}). Give files instead of -.") from None
    if content is None:
        raise UsageError("There is no standard input. Give files instead of -.")
    return bytes(content)


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True
