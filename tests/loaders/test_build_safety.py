"""A build is the same everywhere, and whatever ends it leaves whole releases."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support import EXAMPLE, FIRST_ROUND, patched, write_dataset

from casus.building import build_release
from casus.bundle import versions_in
from casus.placing import LOCK, one_build
from casus.release_index import stored_index
from casus.releases import Release
from casus.schema import ReleaseError

RECORDS = [patched(EXAMPLE, FIRST_ROUND), EXAMPLE]
BUILD = "import sys; from pathlib import Path; from casus.building import build_release\n"
BUILD += "build_release(Path(sys.argv[1]), Path(sys.argv[2]))"


def command(source, into):
    return [sys.executable, "-c", BUILD, str(source), str(into)]


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def whole(folder):
    """Read every release in a folder as a user would."""
    for release in map(Release.open, versions_in(folder)):
        for name in release.names:
            release.table(name)


ENVIRONMENTS = (
    {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "0"},
    {"TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1", "OMP_NUM_THREADS": "1"},
    {"TZ": "America/St_Johns", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "4242", "PYTHONUTF8": "0"},
)


def test_the_same_bytes_in_every_environment(tmp_path):
    found = []
    for number, environment in enumerate(ENVIRONMENTS):
        folder = write_dataset(tmp_path / ("x" * (number + 1)) / "data", RECORDS[:: 1 if number else -1])
        into = tmp_path / f"into-{number}"
        done = subprocess.run(
            command(Path("data") if number else folder, into),
            env=os.environ | environment,
            cwd=folder.parent,
            umask=(0o022, 0o077, 0o002)[number],
            check=False,
            capture_output=True,
        )
        assert done.returncode == 0, done.stderr.decode()
        assert {path.stat().st_mode & 0o777 for path in (into / "0.1.0").iterdir()} == {0o644}
        found.append(contents(into))
    assert found[0] == found[1] == found[2]
    assert len(found[0]) > 20


def test_authored_dataset_is_built_the_same_twice(dataset_folder, tmp_path):
    for number in (0, 1):
        environment = os.environ | ENVIRONMENTS[number]
        subprocess.run(command(dataset_folder, tmp_path / str(number)), env=environment, check=True)
    assert contents(tmp_path / "0") == contents(tmp_path / "1")


def test_how_many_pass_at_a_time_does_not_show(small_dataset, tmp_path, monkeypatch):
    at_once = build_release(small_dataset, tmp_path / "a").folder
    monkeypatch.setattr("casus.release_tables._BATCH", 1)
    one_by_one = build_release(small_dataset, tmp_path / "b").folder
    assert contents(at_once) == contents(one_by_one)


def test_records_may_come_from_anywhere(small_dataset, tmp_path):
    lines = [json.dumps(record) for record in RECORDS]
    from_folder = build_release(small_dataset, tmp_path / "a").folder
    from_lines = build_release(small_dataset, tmp_path / "b", records=map(json.loads, reversed(lines))).folder
    assert contents(from_folder) == contents(from_lines)


def test_what_is_no_record_is_named(small_dataset, tmp_path):
    from casus.schema import InvalidRecordsError

    with pytest.raises(InvalidRecordsError, match=r"records row 1.*CAS410.*str, no group of fields"):
        build_release(small_dataset, tmp_path / "a", records=[RECORDS[0], "text"])


DIGESTS = """
import json, sys
from pathlib import Path
import pyarrow, pyarrow.parquet as pq
from casus.building import build_release
from casus.digests import logical_digest
from casus.releases import Release
built = Release.open(build_release(Path(sys.argv[1]), Path(sys.argv[2])).folder)
other = {path.stem: logical_digest(pq.ParquetFile(path).read()) for path in sorted(Path(sys.argv[3]).glob("*.parquet"))}
print(json.dumps([pyarrow.__version__, {each.name: each.digest for each in built.manifest.tables}, other]))
"""


@pytest.mark.slow
def test_logical_digest_is_that_of_an_older_pyarrow(dataset_folder, root, tmp_path):
    """An older pyarrow builds and reads tables of the same digests, though the files' bytes differ."""
    import pyarrow as pa

    python = tmp_path / "older/bin/python"
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "older")], check=True)
    core = ["pyarrow==17.0.0", "numpy==1.26.4", "pydantic", "click", "jsonschema", "PyYAML", "rich"]
    got = subprocess.run(
        [python, "-m", "pip", "install", "-q", *core], check=False, capture_output=True, text=True, timeout=600
    )
    if got.returncode:
        pytest.skip(f"the older pyarrow cannot be installed here: {got.stderr[-200:]}")
    kept = build_release(dataset_folder, tmp_path / "here").folder
    package = tmp_path / "lib/casus"
    package.parent.mkdir()
    for name, inner in (("loaders", "."), ("schema", "schema"), ("dataset", "dataset")):
        source = root / name
        if not source.is_dir():
            pytest.skip("the sources are not part of the installed package")
        shutil.copytree(source, package / inner, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run(
        [python, "-c", DIGESTS, str(dataset_folder), str(tmp_path / "there"), str(kept)],
        env=os.environ | {"PYTHONPATH": str(package.parent)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    version, built, read = json.loads(done.stdout)
    here = {each.name: each.digest for each in Release.open(kept).manifest.tables}
    assert version != pa.__version__
    assert built == here
    assert read == here
    bytes_there = (tmp_path / "there" / kept.name / "records.parquet").read_bytes()
    assert bytes_there != (kept / "records.parquet").read_bytes()


def at_work(source, into):
    """Start a build and wait until it begins to write; it may have ended already."""
    build = subprocess.Popen(command(source, into), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not (into / LOCK).exists() and build.poll() is None:
        time.sleep(0.0005)
    return build


def killed_builds(source, into, times, chance):
    """Start so many builds and kill each at a random moment of its writing; return how many were killed.

    Each is of a version of its own: a build of one that is there already has little to write. The moments lie within
    the shortest time that a build was seen to take, since other work makes some of them slow.
    """
    head = source / "dataset.yaml"
    build = at_work(source, into.with_name("timing"))
    start = time.perf_counter()
    assert build.wait() == 0
    longest = time.perf_counter() - start
    killed = 0
    for minor in range(2, 2 + times):
        head.write_text(re.sub("(?m)^version: .*$", f"version: 0.{minor}.0", head.read_text()))
        build = at_work(source, into)
        start = time.perf_counter()
        try:
            build.wait(longest * chance.random())
            longest = min(longest, time.perf_counter() - start)
        except subprocess.TimeoutExpired:
            build.kill()
        killed += build.wait() == -signal.SIGKILL
        whole(into)
    return killed


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX systems")
@pytest.mark.parametrize("times", [5, pytest.param(60, marks=pytest.mark.slow)])
def test_killed_builds_leave_whole_releases(tmp_path, times):
    chance = random.Random(times)
    source = write_dataset(tmp_path / "data", RECORDS)
    into = tmp_path / "releases"
    first = contents(build_release(source, into).folder)
    assert killed_builds(source, into, times, chance) > times // 4
    assert contents(into / "0.1.0") == first
    built = build_release(source, into).folder
    whole(into)
    versions = {each.name for each in versions_in(into)}
    assert built.name in versions
    names = {path.name for path in into.iterdir()}
    indexes = {name for name in names if name.endswith(".index.json")}
    assert names == versions | indexes | {"releases.json"}
    assert f"{built.name}.index.json" in indexes
    assert stored_index(built) is not None


KILL_AT = """
import os, signal, sys
from pathlib import Path
import casus.building as building, casus.placing as placing
what, number = sys.argv[3], int(sys.argv[4])
count = 0
def dying(function):
    def run(*arguments, **options):
        global count
        count += 1
        if count == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **options)
    return run
if what == "flush": placing.flush = dying(placing.flush)
if what == "replace": Path.replace = dying(Path.replace)
if what == "write": building._write_table = dying(building._write_table)
if what == "index": building.write_index = dying(building.write_index)
building.build_release(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX systems")
@pytest.mark.parametrize(
    ("what", "number"),
    [("write", 1), ("write", 7), ("flush", 1), ("flush", 20), ("replace", 1), ("index", 1), ("replace", 2)],
)
def test_killed_at_the_worst_moments(tmp_path, what, number):
    """Between any two steps that touch the disk; after the rename the release is there, and the index heals."""
    source = write_dataset(tmp_path / "data", RECORDS)
    into = tmp_path / "releases"
    done = subprocess.run(
        [sys.executable, "-c", KILL_AT, str(source), str(into), what, str(number)], check=False, capture_output=True
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    placed = what == "index" or (what, number) == ("replace", 2)
    assert [each.name for each in versions_in(into)] == (["0.1.0"] if placed else [])
    whole(into)
    built = build_release(source, into)
    assert built.unchanged == placed
    assert stored_index(built.folder) is not None
    assert {path.name for path in into.iterdir()} == {"0.1.0", "0.1.0.index.json", "releases.json"}


def test_two_builds_at_once_is_a_clear_error(small_dataset):
    folder = small_dataset / "releases"
    with one_build(folder), pytest.raises(ReleaseError, match=rf"another build \(process {os.getpid()}\) is writing"):
        build_release(small_dataset)
    assert not (folder / "0.1.0").exists()
    build_release(small_dataset)
    assert not (folder / LOCK).exists()


def test_lock_of_a_dead_build_is_nothing(small_dataset):
    folder = small_dataset / "releases"
    folder.mkdir()
    (folder / LOCK).write_text("1\n")
    build_release(small_dataset)
    assert not (folder / LOCK).exists()


def test_many_builds_at_once_give_one_release(tmp_path):
    source = write_dataset(tmp_path / "data", RECORDS)
    into = tmp_path / "releases"
    builds = [subprocess.Popen(command(source, into), stderr=subprocess.PIPE, text=True) for _ in range(4)]
    said = [build.communicate()[1] for build in builds]
    assert any(build.returncode == 0 for build in builds)
    assert all(build.returncode == 0 or "another build" in text for build, text in zip(builds, said, strict=True))
    whole(into)
    assert {path.name for path in into.iterdir()} == {"0.1.0", "0.1.0.index.json", "releases.json"}


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
sys.argv = ["casus", "build", sys.argv[2], "--into", sys.argv[3]]
from casus.cli import main
main()
"""


@pytest.mark.skipif(os.name != "posix", reason="limits are of POSIX systems")
@pytest.mark.parametrize("limit", [0, 2_000, 6_000, 20_000])
def test_full_disk_is_a_clear_error(tmp_path, limit):
    source = write_dataset(tmp_path / "data", RECORDS)
    into = tmp_path / "releases"
    first = build_release(source, into).folder
    before = contents(into)
    (source / "dataset.yaml").write_text((source / "dataset.yaml").read_text().replace("0.1.0", "0.2.0"))
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(limit), str(source), str(into)], check=False, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "the release cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert contents(into) == before
    whole(first.parent)


@pytest.fixture
def mounted(tmp_path):
    """A file system of its own of 60 kB; skips where none may be mounted."""
    point = tmp_path / "mounted"
    point.mkdir()
    program = shutil.which("mount")
    if program is None:
        pytest.skip("there is no mount")
    made = subprocess.run(
        [program, "-t", "tmpfs", "-o", "size=60k", "tmpfs", str(point)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("nothing may be mounted here")
    yield point
    subprocess.run([shutil.which("umount"), str(point)], check=True)


def test_file_system_that_is_full(small_dataset, mounted):
    with pytest.raises(ReleaseError, match=r"cannot be written.*[Nn]o space"):
        build_release(small_dataset, mounted / "releases")
    assert contents(mounted) == {}


def test_file_system_that_is_read_only(small_dataset, mounted):
    subprocess.run([shutil.which("mount"), "-o", "remount,ro", str(mounted)], check=True)
    with pytest.raises(ReleaseError, match=r"cannot be written.*[Rr]ead-only"):
        build_release(small_dataset, mounted / "releases")


def test_folder_that_is_read_only(small_dataset, tmp_path):
    if os.name != "posix" or os.geteuid() == 0:
        pytest.skip("whoever runs this may write everywhere")
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    with pytest.raises(ReleaseError, match=r"cannot be written.*[Pp]ermission"):
        build_release(small_dataset, folder)
    folder.chmod(0o700)
    assert list(folder.iterdir()) == []


def test_build_at_work_is_no_version(tmp_path):
    source = write_dataset(tmp_path / "data", RECORDS)
    folder = build_release(source).folder
    folder.rename(folder.with_name(".building-x"))
    assert versions_in(folder.parent) == []
