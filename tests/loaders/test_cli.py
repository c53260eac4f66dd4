"""The command: what it prints, and how it ends."""

import os
import subprocess
import sys

import pytest


@pytest.fixture
def casus_command():
    """Run the command in a process of its own; no traceback ever reaches the user."""

    def run(*arguments, **options):
        done = subprocess.run(
            [sys.executable, "-m", "casus.cli", *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env=os.environ | {"COLUMNS": "100", "PYTHONIOENCODING": "utf-8"},
            **options,
        )
        assert "Traceback" not in done.stderr + done.stdout
        return done

    return run


def test_info_says_what_is_in_the_release(casus_command):
    done = casus_command("info")
    assert done.returncode == 0
    assert "talks" in done.stdout
    assert "at least two independent sources" in done.stdout
    assert "Valid:" in done.stdout


def test_show_prints_an_event(casus_command):
    done = casus_command("show", "2025-06-02-istanbul-talks")
    assert done.returncode == 0
    for word in ("Çırağan Palace", "Vladimir Medinsky", "Claims", "Sources", "https://"):
        assert word in done.stdout


def test_show_suggests_the_nearest_id(casus_command):
    done = casus_command("show", "2025-06-02-istanbul-talk")
    assert done.returncode == 2
    assert "did you mean '2025-06-02-istanbul-talks'" in done.stderr


def test_validate_ends_with_1_on_findings(casus_command, small_dataset):
    record = small_dataset / "records/2025/2025-06-02-istanbul-talks.yaml"
    assert casus_command("validate", record).returncode == 0
    record.write_text(
        record.read_text().replace('"end": "2025-06-02",\n  "start_t', '"end": "2025-06-01",\n  "start_t')
    )
    done = casus_command("validate", record)
    assert done.returncode == 1
    assert "CAS201" in done.stdout
    assert "1 record checked: 1 error in 1" in done.stdout


def test_validate_without_paths_checks_the_bundled_release(casus_command):
    done = casus_command("validate")
    assert done.returncode == 0
    assert "records checked: 0 errors" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("validate", "nowhere.yaml"),
        ("build", "nowhere"),
        ("info", "--version", "9.9.9"),
        ("frobnicate",),
        ("show",),
        ("export", "csv", "/proc/none"),
    ],
)
def test_usage_errors_end_with_2(casus_command, arguments):
    done = casus_command(*arguments)
    assert done.returncode == 2
    assert done.stderr


def test_build_writes_a_release(casus_command, small_dataset):
    done = casus_command("build", small_dataset)
    assert done.returncode == 0
    assert "2 records checked: 0 errors" in done.stdout
    assert (small_dataset / "releases/0.1.0/manifest.json").is_file()


def test_build_refuses_and_writes_nothing(casus_command, small_dataset):
    record = small_dataset / "records/2025/2025-06-02-istanbul-talks.yaml"
    record.write_text("id: [\n")
    done = casus_command("build", small_dataset)
    assert done.returncode == 1
    assert "CAS401" in done.stderr
    assert not (small_dataset / "releases").exists()


def test_damaged_release_is_one_clear_error(casus_command, small_release):
    path = small_release / "events.parquet"
    path.write_bytes(path.read_bytes()[:300])
    done = casus_command("validate", small_release / "records.parquet")
    assert done.returncode == 1
    assert "CAS443" in done.stderr
    assert "events.parquet" in done.stderr


def test_export_writes_csv(casus_command, tmp_path):
    done = casus_command("export", "csv", tmp_path / "out")
    assert done.returncode == 0
    lines = (tmp_path / "out/events.csv").read_text("utf-8").splitlines()
    assert lines[0].startswith('"id","type"')
    assert "2025-06-02" in (tmp_path / "out/quantities.csv").read_text("utf-8")


def test_a_closed_pipe_is_no_error():
    command = [sys.executable, "-m", "casus.cli", "show", "2025-06-02-istanbul-talks"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.read(10)
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
