"""Hostile tables, lines and standard input give findings at their places, in bounded time and memory."""

import json
import subprocess
import sys
from collections import defaultdict

import pytest
from hostile.limits import SECONDS, casus

HEAD = b"id,type,title\n"
DEEP = "a[0]." * 5_000 + "b"
ROW = b"2025-06-02-a,talks,T\n"

#: Content, and a finding that it must give: code, line, column (of a table its name).
FILES = {
    "too-few-cells.csv": (HEAD + b"2025-06-02-a,talks\n", ("CAS414", 2, "title")),
    "too-many-cells.csv": (HEAD + b"2025-06-02-a,talks,T,more,x\n", ("CAS414", 2, "title")),
    "unclosed.csv": (HEAD + b'2025-06-02-a,talks,"T\n2025-06-02-b,talks,U\n', ("CAS401", 2, "title")),
    "nul.csv": (HEAD + b"2025-06-02-a,talks,T\0x\n", ("CAS401", 2, "title")),
    "not-utf-8.csv": (HEAD + b"2025-06-02-a,talks,\xff\n", ("CAS406", 2, "title")),
    "utf-16.csv": ((HEAD + ROW).decode().encode("utf-16"), ("CAS406", 1, 1)),
    "twice.csv": (b"id,type,title,title\n2025-06-02-a,talks,T,U\n", ("CAS413", 1, "title")),
    "unknown.csv": (b"id,type,titel\n" + ROW, ("CAS413", 1, "titel")),
    "header.csv": (HEAD, ("CAS410", 1, 1)),
    "empty.csv": (b"", ("CAS410", 1, 1)),
    "binary.csv": (bytes(range(256)) * 10, ("CAS416", 1, 1)),
    "carriage-returns.csv": ((HEAD + ROW).replace(b"\n", b"\r"), ("CAS416", 1, 1)),
    "deep.csv": (b"id,type," + DEEP.encode() + b"\n2025-06-02-a,talks,1\n", ("CAS413", 1, DEEP)),
    "far.csv": (
        b"id,type,participants[999999999999].actor\n2025-06-02-a,talks,RUS\n",
        ("CAS413", 1, "participants[999999999999].actor"),
    ),
    "unclosed.jsonl": (b'{"id": "a"}\n{"id": \n{"id": "b"}\n', ("CAS401", 2, 8)),
    "no-record.jsonl": (b'{"id": "a"}\n[1]\n', ("CAS410", 2, 1)),
    "null.jsonl": (b'{"id": "a"}\n\nnull\n', ("CAS410", 3, 1)),
    "bad-bytes.jsonl": (b'{"id": "a"}\n{"id": "\xff"}\n', ("CAS406", 2, 9)),
    "mark.jsonl": (b'\xef\xbb\xbf{"id": "a"}\n', ("CAS406", 1, 1)),
    "utf-16.jsonl": ('{"id": "a"}\n'.encode("utf-16"), ("CAS406", 1, 1)),
    "twice.jsonl": (b'{"id": "a"}\n{"id": "a", "id": "b"}\n', ("CAS402", 2, 13)),
    "not-finite.jsonl": (b'{"id": NaN}\n', ("CAS412", 1, 8)),
    "nul.jsonl": (b'{"id": "a\0"}\n', ("CAS401", 1, 10)),
    "deep.jsonl": (b'{"id": "a"}\n' + b"[" * 100_000 + b"\n", ("CAS411", 2, 61)),
    "empty.jsonl": (b"", ("CAS410", 1, 1)),
    "blank.jsonl": (b"\n \n\t\n", ("CAS410", 1, 1)),
    "no-parquet.parquet": (b"PAR1 no Parquet PAR1", ("CAS447", None, None)),
    "empty.parquet": (b"", ("CAS447", None, None)),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What one run over all of them finds, by file name."""
    folder = tmp_path_factory.mktemp("tables")
    for name, (content, _) in FILES.items():
        (folder / name).write_bytes(content)
    done = casus("validate", folder, "--format", "json")
    assert done.code == 1
    assert not done.err
    findings = defaultdict(list)
    for each in json.loads(done.out)["findings"]:
        findings[each["file"].rpartition("/")[2]].append(
            (each["code"], each.get("line"), each.get("column") or each.get("column_name"))
        )
    return findings


@pytest.mark.parametrize("name", FILES)
def test_what_is_wrong_is_found_in_its_line(name, found):
    assert FILES[name][1] in found[name]


@pytest.mark.parametrize("name", ["unclosed.jsonl", "no-record.jsonl", "bad-bytes.jsonl", "twice.jsonl", "deep.jsonl"])
def test_the_other_lines_are_judged_all_the_same(name, found):
    assert ("CAS105", 1, 8) in found[name]


@pytest.mark.parametrize("name", ["sparse.jsonl", "sparse.csv", "sparse.parquet"])
def test_a_file_of_a_gigabyte_is_not_read_whole(name, tmp_path):
    with (tmp_path / name).open("wb") as stream:
        stream.truncate(1_000_000_000)
    done = casus("validate", tmp_path / name, "--format", "concise")
    assert done.code == 1
    assert any(f" {code} " in done.out for code in ("CAS415", "CAS447"))


@pytest.mark.parametrize("name", ["long.jsonl", "long.csv"])
def test_a_long_line_stops_nothing(name, tmp_path):
    line = b'{"id": "' + b"x" * 5_000_000 + b'"}\n' if name.endswith("jsonl") else b"x" * 5_000_000 + b",talks,T\n"
    last = b'{"id": "a"}\n' if name.endswith("jsonl") else ROW
    (tmp_path / name).write_bytes((HEAD if name.endswith("csv") else b"") + line + last)
    done = casus("validate", tmp_path / name, "--format", "concise")
    assert done.code == 1
    assert " CAS415 " in done.out
    assert f"{name}:{2 if name.endswith('jsonl') else 3}:" in done.out


@pytest.mark.parametrize(("form", "content"), [
    ("yaml", b"id: \xff\n"), ("yaml", b"a: &a [*a]\n"), ("json", b"[" * 100_000), ("jsonl", b'{"id": \n'),
    ("csv", b"id,type\n\0,x\n"), (None, b""), (None, b"\0\0\0"), (None, b'{"id": 1e400}'), (None, b"x" * 3_000_000),
])  # fmt: skip
def test_standard_input_is_no_way_around(form, content):
    options = ["--stdin-format", form] if form else []
    done = subprocess.run(
        [sys.executable, "-m", "casus.cli", "validate", "-", "--format", "concise", *options],
        check=False,
        input=content,
        capture_output=True,
        timeout=SECONDS,
    )
    assert done.returncode == 1
    assert b"<stdin>:" in done.stdout
    assert b"Traceback" not in done.stderr


def test_standard_input_without_end_is_not_read_for_ever():
    with open("/dev/zero", "rb") as endless:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "casus.cli", "validate", "-", "--format", "concise"],
            check=False,
            stdin=endless,
            capture_output=True,
            timeout=SECONDS,
        )
    assert done.returncode in (1, 2)
    assert b"Traceback" not in done.stderr
