"""Bad input: one clear error, the right exit code, no traceback, and nothing written."""

import json
import subprocess
import sys

import pytest
from support import EXAMPLE, patched

RECORD = "records/2025/2025-06-02-istanbul-talks.yaml"


def run(*arguments):
    command = [sys.executable, "-m", "casus.cli", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert "Traceback" not in done.stdout + done.stderr
    return done


def with_value(path, value):
    def write(folder):
        (folder / RECORD).write_text(json.dumps(patched(EXAMPLE, {path: value}), indent=1))

    return write


def with_text(old, new, name=RECORD):
    def write(folder):
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1))

    return write


def with_bytes(content):
    def write(folder):
        (folder / RECORD).write_bytes(content)

    return write


BAD = {
    "an impossible date": (with_value("date.start", "2025-02-30"), "CAS110"),
    "1e400": (with_text('"best": 67', '"best": 1e400'), "CAS412"),
    "a string of 10 MB": (with_value("summary", "x" * 10_000_000), "CAS407"),
    "a summary of 1 MB": (with_value("summary", "x" * 1_000_000), "CAS107"),
    "an id with ../": (with_value("id", "../../2025-06-02-up"), "CAS105"),
    "an unknown actor": (with_value("participants[0].actor", "ukr-nobody"), "CAS304"),
    "NaN coordinates": (with_text("41.01384", ".nan", "registries/places.yaml"), "CAS412"),
    "a country of two letters": (with_text('"state": "TUR"', '"state": NO', "registries/places.yaml"), "CAS105"),
    "a time that YAML 1.1 reads as a number": (with_text('"start_time": "14:43"', '"start_time": 1443'), "CAS103"),
    "binary": (with_bytes(bytes(range(256))), "CAS406"),
    "UTF-16": (with_bytes("id: a".encode("utf-16")), "CAS406"),
    "an empty file": (with_bytes(b""), "CAS410"),
    "deep nesting": (with_bytes(b"id: " + b"[" * 100_000), "CAS411"),
    "a bomb of aliases": (with_bytes(b"a: &a [x]\n" + b"b: [" + b"*a," * 100 + b"*a]\n"), "CAS403"),
    "a tag that would run a program": (with_bytes(b"id: !!python/object/apply:os.system [exit]\n"), "CAS404"),
    "an id in look-alike letters": (with_value("id", "2025-06-02-ist\u0430nbul-talks"), "CAS105"),
    "a right-to-left override": (with_value("title", "Talks \u202eheld"), "CAS105"),
    "a list for a record": (with_bytes(b"- 1\n"), "CAS410"),
    "a broken registry": (with_text('"UKR"', "[", "registries/actors.yaml"), "CAS401"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_and_nothing_is_written(name, small_dataset):
    write, code = BAD[name]
    write(small_dataset)
    checked = run("validate", small_dataset)
    assert checked.returncode == 1
    assert code in checked.stdout
    assert str(small_dataset) in checked.stdout
    built = run("build", small_dataset)
    assert built.returncode == 1
    assert code in built.stderr
    assert not (small_dataset / "releases").exists()


def test_output_stays_readable_for_a_huge_value(small_dataset):
    BAD["a summary of 1 MB"][0](small_dataset)
    assert len(run("validate", small_dataset).stdout) < 2000
