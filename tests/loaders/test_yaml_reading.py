"""The fast reader of YAML gives the same data, findings and positions as a plain one, whatever the text."""

import json
import random

import plain_reader
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casus.documents import parse

STRANGE = [
    "a: 1\nb: 2\na: 3\n",
    "a: {a: {a: 1, a: 2}}\na: 1\n",
    "a: &x 1\nb: *x\n*x : 1\n",
    "a: !!python/object/apply:os.system [ls]\nb: !!str 1\nc: ! 2\n",
    "!!set {a, b}\n",
    "a: 1\n---\nb: 2\n",
    "%YAML 1.1\n---\na: yes\n",
    "? [a, b]\n: c\nd: e\n",
    "? {a: {b: c}}\n: {d: e}\n? f\n: [g]\n? h\n",
    "{? [a], b}: c\n",
    "<<: {a: 1}\n<<: {b: 2}\n",
    ".nan: x\n1e400: y\n~: z\n: w\n",
    "- - - a\n    - b\n  - {c: [1, 2.5, 1e400, -.inf, .NaN]}\n",
    "a: [1, 2\n",
    "a:\n\t- 1\n",
    "a: b: c\n",
    "a: 'it''s'\nb: \"x\\ny\"\nc: |\n  text\n  more\nd: >-\n  folded\n  text\n",
    "a: \u0438\u043c\u044f\nb\u00e9: \U0001f600 x\n\u0430: 1\n",
    "a: 1\r\nb: [\r\n  2]\r\n",
    "a: " + "[" * 59 + "]" * 59 + "\n",
    "a: " + "[" * 60 + "]" * 60 + "\n",
    "a: " + "{a: " * 70 + "\n",
    "a: 0123\nb: 12:30\nc: NO\nd: 0x1F\ne: 1_000\nf: +1\ng: -.5\nh: 1.\ni: .\nj: -\nk: " + "9" * 60 + "\n",
    "",
    "# only a comment\n",
    "---\n",
    "--- text\n...\n",
    "a: \u202e\n",
]


def same(text):
    fast, plain = parse(text.encode(), "x.yaml"), plain_reader.read(text)
    if fast.data is None and "is not allowed" in "".join(each.message for each in fast.findings):
        return  # a character that no reader takes: tests/hostile says where
    assert repr(fast.data) == repr(plain.data)  # not by ==: 1, 1.0 and True are equal
    assert fast.findings == plain.findings
    assert plain_reader.spots(fast.spot) == plain_reader.spots(plain.spot)


def mutated(text, chance, times):
    """Return a text in which characters, pieces or lines are taken out, doubled or put elsewhere."""
    for _ in range(times):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice((0, 1, 1, 1, 5, 40)))
        new = chance.choice(("", text[start:end] * 2, chance.choice("\t\n {}[]:,-&*!|>'\"%@#?~0\u202e\u0430"), "\n  "))
        text = text[:start] + new + text[end:]
    return text


@pytest.mark.parametrize("text", STRANGE)
def test_strange_texts_are_read_the_same(text):
    same(text)


def test_the_bundled_records_are_read_the_same(dataset_folder):
    files = sorted(dataset_folder.rglob("*.yaml"))
    assert len(files) > 60
    for path in files:
        same(path.read_text("utf-8"))


def test_damaged_records_are_read_the_same(dataset_folder):
    chance = random.Random(7)
    files = sorted((dataset_folder / "records").rglob("*.yaml"))
    texts = [path.read_text("utf-8")[:1500] for path in files]
    read = 0
    for text in texts * 10:
        damaged = mutated(text, chance, chance.randrange(1, 5))
        same(damaged)
        read += parse(damaged.encode(), "x").data is not None
    assert read > len(texts)  # some are still YAML, and some are not
    assert read < 10 * len(texts)


@given(st.text(alphabet="ab:-?[]{},&*!|>'\"%#~01.e\n \t", max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_the_same(text):
    same(text)


VALUES = st.none() | st.booleans() | st.floats() | st.integers() | st.text()
DATA = st.recursive(VALUES, lambda each: st.lists(each) | st.dictionaries(st.text(), each))


@given(DATA)
@settings(max_examples=100, deadline=None)
def test_any_data_is_read_the_same(data):
    same(json.dumps(data, indent=1))
