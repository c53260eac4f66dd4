"""An import that was stopped goes on, and ends as if it had not been."""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import textwrap

import pyarrow.parquet as pq
import pytest
from importing import UCDP, counted, ucdp_rows, write

from casus.importers import import_files, running
from casus.schema import UsageError

BLOCK = 65_536


@pytest.fixture
def path(tmp_path):
    """A file of many parts with mistakes in some of them."""
    rows = ucdp_rows(600)
    for number in range(0, 600, 37):
        rows[number] |= {"low": "99"}
    return write(tmp_path, [*rows, rows[5], UCDP | {"id": "x", "date_start": "soon"}])


def content(folder):
    """Return everything that an import left behind."""
    tables = {path.relative_to(folder): pq.read_table(path) for path in sorted(folder.rglob("*.parquet"))}
    return tables, (folder / "import.json").read_text("utf-8"), {each.name for each in folder.iterdir()}


class _Stopped(BaseException):
    """Stands for whatever ends a process between two batches."""


@pytest.mark.parametrize("seed", range(3))
def test_the_result_is_that_of_an_import_that_was_not_stopped(path, tmp_path, seed):
    import_files("ucdp-ged", [path], tmp_path / "whole", block=BLOCK)
    chance = random.Random(seed)
    done = False
    while not done:
        left = chance.randrange(1, 5)

        def stop(_report):
            nonlocal left
            left -= 1
            if not left:
                raise _Stopped

        try:
            import_files("ucdp-ged", [path], tmp_path / "out", block=BLOCK, progress=stop)
            done = True
        except _Stopped:
            assert not (tmp_path / "out").exists()
    assert content(tmp_path / "out") == content(tmp_path / "whole")
    counted(tmp_path / "out")
    assert not (tmp_path / "out.partial").exists()


@pytest.mark.parametrize("step", ["_write", "_replace", "_tidy", "put_together"])
@pytest.mark.parametrize("after", [True, False])
def test_it_may_be_stopped_between_any_two_steps(path, tmp_path, monkeypatch, step, after):
    import_files("ucdp-ged", [path], tmp_path / "whole", block=BLOCK)
    real = getattr(running, step)
    for number in range(7):
        calls = 0

        def stopping(*arguments, number=number, **options):
            nonlocal calls
            calls += 1
            if calls == number + 1 and not after:
                raise _Stopped
            real(*arguments, **options)
            if calls == number + 1:
                raise _Stopped

        monkeypatch.setattr(running, step, stopping)
        try:
            import_files("ucdp-ged", [path], tmp_path / "out", block=BLOCK)
            break
        except _Stopped:
            assert not (tmp_path / "out").exists()
        finally:
            monkeypatch.setattr(running, step, real)
    if not (tmp_path / "out").exists():
        import_files("ucdp-ged", [path], tmp_path / "out", block=BLOCK)
    assert content(tmp_path / "out") == content(tmp_path / "whole")


def test_a_process_that_is_killed_goes_on(path, tmp_path):
    import_files("ucdp-ged", [path], tmp_path / "whole", block=BLOCK)
    code = textwrap.dedent(f"""
        import os, signal
        from pathlib import Path
        from casus.importers import import_files
        def stop(report):
            if report.rows > 200:
                os.kill(os.getpid(), signal.SIGKILL)
        import_files("ucdp-ged", [Path({str(path)!r})], Path({str(tmp_path / "out")!r}), block={BLOCK}, progress=stop)
    """)
    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert not (tmp_path / "out").exists()
    rows = json.loads((tmp_path / "out.partial/state.json").read_text())["rows"]
    seen = []
    import_files("ucdp-ged", [path], tmp_path / "out", block=BLOCK, progress=lambda report: seen.append(report.rows))
    assert seen[0] > rows > 200
    assert content(tmp_path / "out") == content(tmp_path / "whole")


def test_other_files_or_options_are_not_mixed_with_what_is_there(path, tmp_path):
    def stop(_report):
        raise _Stopped

    with pytest.raises(_Stopped):
        import_files("ucdp-ged", [path], tmp_path / "out", block=BLOCK, progress=stop)
    before = sorted((tmp_path / "out.partial").rglob("*"))
    other = write(tmp_path, ucdp_rows(3), name="other.csv")
    for files, options in (([other], {}), ([path], {"version": "7"}), ([path], {"encoding": "latin-1"})):
        with pytest.raises(UsageError, match="stopped import of other files or options"):
            import_files("ucdp-ged", files, tmp_path / "out", block=BLOCK, **options)
    assert sorted((tmp_path / "out.partial").rglob("*")) == before


def test_a_state_that_cannot_be_read_is_named(path, tmp_path):
    (tmp_path / "out.partial").mkdir()
    (tmp_path / "out.partial/state.json").write_text("{")
    with pytest.raises(UsageError, match="cannot be read"):
        import_files("ucdp-ged", [path], tmp_path / "out")


@pytest.mark.skipif(sys.platform == "win32", reason="limits of files are of Unix")
def test_a_disk_that_fills_ends_with_words_and_goes_on_when_there_is_room(tmp_path):
    path = write(tmp_path, ucdp_rows(3000))
    command = [sys.executable, "-m", "casus.cli", "import", "ucdp-ged", str(path), "-o", str(tmp_path / "out")]

    def small_files():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, preexec_fn=small_files, capture_output=True, text=True, check=False, timeout=60, env=environment
    )
    assert done.returncode == 2, done.stderr
    assert "cannot be written" in done.stderr
    assert "make room and run the same command again" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert counted(tmp_path / "out")["records"] == 3000
