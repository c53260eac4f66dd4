"""Whatever the bytes: reading and judging gives findings inside the text, and never an exception."""

import random
import re

import pytest
from hostile.corpus import READ, RECORD, UNREADABLE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import leaves

from casus.checking import check_entry
from casus.collection import record_entry
from casus.documents import parse

LINE_BREAK = re.compile(r"\r\n|\r|\n")
NAMES = ("x.yaml", "x.json")


def judged(content, name):
    """Read and judge a file's bytes; every finding must lie inside it. Return what was found."""
    document = parse(content, name, is_json=name.endswith(".json"))
    entry, findings = record_entry(document)
    if entry is not None:
        findings += check_entry(entry)
    lines = LINE_BREAK.split(content.decode("utf-8", "surrogateescape"))
    for each in findings:
        assert each.line is not None, each
        assert 1 <= each.line <= len(lines) + 1, each
        line = [*lines, ""][each.line - 1]  # to PyYAML what is missing at the end stands on a line of its own
        assert 1 <= each.column <= len(line) + 1, each
        assert each.one_line().isprintable(), each
    if document.data is not None and document.spot is not None:
        assert all(document.locate(path) for path, _ in leaves(document.data))
    assert findings or document.data is not None
    return findings


def damaged(content, chance):
    """Return bytes of which some are flipped, taken out, put in, doubled, or put elsewhere."""
    content = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        start = chance.randrange(len(content) + 1)
        end = min(len(content), start + chance.choice((1, 1, 4, 30, 300)))
        piece = bytes(content[start:end])
        how = chance.randrange(5)
        if how == 0 and piece:
            content[start] ^= 1 << chance.randrange(8)
        elif how == 1:
            del content[start:end]
        elif how == 2:
            content[start:start] = chance.choice(
                (b"\n", b"\t", b": ", b"- ", b"\xff", b"\0", b"&a ", b"!!x ", b"{[", b'"', b"\xe2\x80\xa8")
            )
        elif how == 3:
            content[start:start] = piece
        else:
            del content[start:end]
            elsewhere = chance.randrange(len(content) + 1)
            content[elsewhere:elsewhere] = piece
    return bytes(content)


@given(st.binary(max_size=200), st.sampled_from(NAMES))
@settings(max_examples=300, deadline=None)
def test_any_bytes(content, name):
    judged(content, name)


@given(st.text(max_size=200), st.sampled_from(NAMES))
@settings(max_examples=300, deadline=None)
def test_any_text(text, name):
    judged(text.encode("utf-8", "surrogatepass"), name)


@given(st.text(alphabet="idte:-?[]{},&*!|>'\"%#~01.\\ue\n\r \t\x85\u2028", max_size=100), st.sampled_from(NAMES))
@settings(max_examples=300, deadline=None)
def test_any_text_of_signs(text, name):
    judged(text.encode(), name)


def test_damaged_records():
    chance = random.Random(11)
    codes = {each.code for _ in range(300) for each in judged(damaged(RECORD.encode(), chance), "x.yaml")}
    assert {"CAS401", "CAS406"} < codes
    assert len(codes) > 8


def test_the_corpus_damaged():
    chance = random.Random(12)
    for name, (content, _) in {**UNREADABLE, **READ}.items():
        if len(content) < 10_000:
            judged(content, name)
            judged(damaged(content, chance), name)


@pytest.mark.slow
@given(st.binary(max_size=2_000), st.sampled_from(NAMES))
@settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_bytes_long(content, name):
    judged(content, name)


@pytest.mark.slow
def test_damaged_records_long(dataset_folder):
    chance = random.Random(13)
    for path in sorted((dataset_folder / "records").rglob("*.yaml")):
        for _ in range(150):
            judged(damaged(path.read_bytes(), chance), path.name)
