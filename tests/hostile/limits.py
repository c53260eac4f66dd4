"""The command, run in a process that may take only so much time and memory."""

import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass

import pytest

resource = pytest.importorskip("resource", reason="limits of memory cannot be set here")

SECONDS = 60
#: What a process may ask for, and what it may really take.
ADDRESSES = 3 << 30
MOST_MEMORY = 500 << 20
_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Done:
    """How a process ended."""

    code: int
    out: str
    err: str
    memory: int


def casus(*arguments, addresses=ADDRESSES, env=None, **options):
    """Run the command; it must end in time, within its memory, and without a traceback."""

    def limited():
        resource.setrlimit(resource.RLIMIT_AS, (addresses, addresses))

    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "casus.cli", *map(os.fsencode, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=env or os.environ | {"COLUMNS": "100", "PYTHONIOENCODING": "utf-8"},
            preexec_fn=limited,  # noqa: PLW1509 - the child only sets its limit
            **options,
        )
        timer = threading.Timer(SECONDS, process.kill)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        done = Done(process.returncode, out.read().decode(), err.read().decode(), usage.ru_maxrss * _UNIT)
    assert done.code in (0, 1, 2), f"ended with {done.code}: {done.err[-2000:]}"
    assert "Traceback" not in done.err + done.out, done.err[-2000:]
    assert done.memory < MOST_MEMORY + _own(), f"took {done.memory >> 20} MB"
    return done


def _own():
    """Return what this process has taken: a child's peak begins with it, because it starts as a copy."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT
