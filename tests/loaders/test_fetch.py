"""A release is fetched whole or not at all, whatever the server and the connection do."""

import os
import shutil
import subprocess
import sys
import time

import pytest
from serving import serving
from support import EXAMPLE, FIRST_ROUND, patched, write_dataset

import casus
from casus import downloading, fetching, locating
from casus.building import build_release
from casus.digests import sha256_of
from casus.known_releases import read_list
from casus.schema import InvalidRecordsError, ReleaseError, UsageError

VERSION = "7.1.0"
BIG = "records.parquet"


@pytest.fixture(scope="session")
def _far(tmp_path_factory):
    folder = write_dataset(tmp_path_factory.mktemp("far"), [patched(EXAMPLE, FIRST_ROUND), EXAMPLE])
    head = folder / "dataset.yaml"
    head.write_text(head.read_text().replace("version: 0.1.0", f"version: {VERSION}"))
    return build_release(folder).folder.parent


@pytest.fixture
def far(_far, tmp_path, monkeypatch):
    """A folder of published releases far away, yours to damage; the package knows what is in it."""
    folder = shutil.copytree(_far, tmp_path / "far")
    known = {**locating.published(), **read_list(folder)}
    for module in (fetching, locating):
        monkeypatch.setattr(module, "published", lambda: known)
    monkeypatch.setenv("CASUS_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("CASUS_BASE_URL", raising=False)
    monkeypatch.setattr(downloading, "PAUSE", 0.001)
    return folder


@pytest.fixture
def server(far):
    with serving(far) as running:
        yield running


def cache():
    return locating.cache_folder()


def nothing_there():
    return not (cache() / VERSION).exists() and VERSION not in casus.versions()


def whole(far, folder):
    names = {path.name for path in folder.iterdir()}
    assert names == {path.name for path in (far / VERSION).iterdir()}
    return all(sha256_of(folder / name) == sha256_of(far / VERSION / name) for name in names)


def test_a_release_is_fetched_once_and_then_loaded(far, server):
    assert casus.versions().fetchable == [VERSION]
    with pytest.raises(UsageError, match=rf"'{VERSION}' is published but not bundled and not fetched.*casus fetch"):
        casus.load(version=VERSION)
    told = []
    folder = casus.fetch(VERSION, base_url=server.url, progress=lambda *said: told.append(said))
    assert whole(far, folder)
    assert len(server.asked) == len(list(folder.iterdir()))
    sizes = sum(path.stat().st_size for path in folder.iterdir() if path.name != "manifest.json")
    assert told[-1] == ("fetching", sizes, sizes)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert casus.versions()[-1] == VERSION
    assert casus.versions().cached == [VERSION]
    events = casus.load(version=VERSION)
    assert (len(events), events.version, events.note) == (2, VERSION, "")
    assert casus.fetch(VERSION, base_url="http://127.0.0.1:9") == folder
    assert list(cache().glob(".fetching-*/*")) == []


def test_the_newest_bundled_release_stays_the_default(server):
    before = casus.load().version
    casus.fetch(VERSION, base_url=server.url)
    assert casus.load().version == before
    assert casus.versions().bundled[-1] == before


def test_bundled_versions_are_not_fetched():
    bundled = casus.versions().bundled[0]
    assert casus.fetch(bundled, base_url="http://127.0.0.1:9") == locating.releases_folder() / bundled


@pytest.mark.parametrize(
    "form", ["{folder}", "file://{folder}", "{folder}/{{version}}", "file://{folder}/{{version}}/", "{folder}/"]
)
def test_a_folder_is_a_mirror(far, form):
    assert whole(far, casus.fetch(VERSION, base_url=form.format(folder=far)))


def test_the_address_can_be_a_variable(far, server, monkeypatch):
    monkeypatch.setenv("CASUS_BASE_URL", f"{server.url}/")
    assert whole(far, casus.fetch(VERSION))


def test_a_named_cache_is_loaded_by_path(far, tmp_path):
    folder = casus.fetch(VERSION, base_url=str(far), cache=tmp_path / "mine")
    assert folder == tmp_path / "mine" / VERSION
    assert casus.load(version=folder).note == ""
    assert nothing_there()


# --- connections that break -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("lengths", [True, False], ids=["with its length", "without"])
def test_a_cut_connection_is_gone_on_with(far, server, lengths):
    server.lengths = lengths
    server.cuts[BIG] = [20_000, 0, 20_000]
    assert whole(far, casus.fetch(VERSION, base_url=server.url))
    ranges = [asked for path, asked in server.asked if path.endswith(BIG)]
    assert ranges[0] is None
    assert len(ranges) == 4
    starts = [int(asked.removeprefix("bytes=").removesuffix("-")) for asked in ranges[1:]]
    assert 16_000 < starts[0] == starts[1]
    assert starts[2] > starts[1]


def test_the_next_call_goes_on_where_the_last_one_stopped(far, server):
    server.cuts[BIG] = [20_000] + [0] * 50
    with pytest.raises(ReleaseError, match=rf"{BIG}: .*{downloading.TRIES} times in a row.*complete files are kept"):
        casus.fetch(VERSION, base_url=server.url)
    assert nothing_there()
    kept = server.names()
    server.asked.clear()
    server.cuts.clear()
    assert whole(far, casus.fetch(VERSION, base_url=server.url))
    assert server.asked[0][1].startswith("bytes=")
    assert not set(server.names()[1:]) & set(kept)


def test_a_server_without_ranges_sends_all_of_it_again(far, server):
    server.ranges = False
    server.cuts[BIG] = [20_000]
    assert whole(far, casus.fetch(VERSION, base_url=server.url))


def test_a_part_from_elsewhere_is_not_taken(far, server):
    server.begins[BIG] = 5
    server.cuts[BIG] = [20_000]
    assert whole(far, casus.fetch(VERSION, base_url=server.url))


def test_a_part_of_other_bytes_is_thrown_away(far, server):
    parts = cache() / f".fetching-{VERSION}/parts"
    parts.mkdir(parents=True)
    (parts / f"{BIG}.part").write_bytes(b"x" * 1000)
    (parts / "events.parquet.part").write_bytes(b"x" * 9_000_000)
    assert whole(far, casus.fetch(VERSION, base_url=server.url))


def test_a_busy_server_is_asked_again(far, server):
    server.statuses["events.parquet"] = [503, 429]
    assert whole(far, casus.fetch(VERSION, base_url=server.url))


def test_a_slow_server_is_waited_for_and_a_dead_one_is_not(far, server, monkeypatch):
    server.pause = 0.002
    assert whole(far, casus.fetch(VERSION, base_url=server.url))
    shutil.rmtree(cache())
    monkeypatch.setattr(downloading, "TIMEOUT", (0.2, 0.2))
    server.pause = 1.0
    start = time.monotonic()
    with pytest.raises(ReleaseError, match="the server did not answer in time, 4 times in a row"):
        casus.fetch(VERSION, base_url=server.url)
    assert time.monotonic() - start < 10


@pytest.mark.usefixtures("far")
def test_no_connection_says_what_was_tried_and_what_to_do():
    with pytest.raises(ReleaseError) as caught:
        casus.fetch(VERSION, base_url="http://me:secret@127.0.0.1:9")
    text = str(caught.value)
    for part in ("7.1.0 was not fetched", "http://127.0.0.1:9/7.1.0/manifest.json", "no connection", "CASUS_BASE_URL"):
        assert part in text
    assert "secret" not in text


# --- servers that serve something else ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["manifest.json", "events.parquet", BIG])
def test_other_bytes_are_refused_and_removed(far, server, name):
    content = bytearray((far / VERSION / name).read_bytes())
    content[len(content) // 2] ^= 1
    server.contents[name] = bytes(content)
    with pytest.raises(ReleaseError, match=rf"{name} has other bytes than were published, and was removed"):
        casus.fetch(VERSION, base_url=server.url)
    assert nothing_there()
    left = [path for path in cache().rglob("*") if path.is_file() and path.name.startswith(name)]
    assert left == []
    server.contents.clear()
    assert whole(far, casus.fetch(VERSION, base_url=server.url))


@pytest.mark.parametrize("name", ["manifest.json", "events.parquet"])
def test_more_bytes_than_published_are_not_stored(far, server, name):
    server.contents[name] = (far / VERSION / name).read_bytes() + b"x" * 2_000_000
    with pytest.raises(ReleaseError, match=r"has more than the \d+ bytes that it must have"):
        casus.fetch(VERSION, base_url=server.url)
    assert nothing_there()
    assert all(path.stat().st_size < 1_000_000 for path in cache().rglob("*") if path.is_file())


@pytest.mark.parametrize(("status", "said"), [(404, "404 Not Found"), (403, "403"), (500, "500 .* 4 times in a row")])
def test_a_refusal_is_said(server, status, said):
    server.statuses["claims.parquet"] = [status] * 9
    with pytest.raises(ReleaseError, match=rf"claims\.parquet: the server answered {said}"):
        casus.fetch(VERSION, base_url=server.url)
    assert nothing_there()


def test_a_missing_file_in_a_folder_is_said(far):
    (far / VERSION / "claims.parquet").unlink()
    with pytest.raises(ReleaseError, match=r"claims\.parquet: there is no such file"):
        casus.fetch(VERSION, base_url=str(far))
    (far / VERSION / "claims.parquet").write_bytes(b"PAR1")
    with pytest.raises(ReleaseError, match=r"claims\.parquet: it has not the \d+ bytes"):
        casus.fetch(VERSION, base_url=str(far))
    assert nothing_there()


# --- versions that the package does not know ------------------------------------------------------------------------


def test_an_unknown_version_needs_its_sha256_and_keeps_it(far, monkeypatch):
    digest = sha256_of(far / VERSION / "manifest.json")
    for module in (fetching, locating):
        monkeypatch.setattr(module, "published", dict)
    with pytest.raises(UsageError, match=r"knows of no release 7\.1\.0.*--sha256"):
        casus.fetch(VERSION, base_url=str(far))
    with pytest.raises(ReleaseError, match=r"manifest\.json has other bytes"):
        casus.fetch(VERSION, base_url=str(far), sha256="0" * 64)
    casus.fetch(VERSION, base_url=str(far), sha256=digest.upper())
    events = casus.load(version=VERSION)
    assert "not in the list of releases" in repr(events)
    assert "not in the list of releases" in events._repr_html_()
    pin = locating.pin_of(cache() / VERSION)
    pin.write_text("0" * 64)
    with pytest.raises(InvalidRecordsError, match="CAS451"):
        casus.load(version=VERSION)
    pin.unlink()
    with pytest.raises(UsageError, match="nothing says what its manifest must be"):
        casus.load(version=VERSION)


def test_a_known_version_with_another_sha256_is_refused(far):
    with pytest.raises(UsageError, match="The list of releases says"):
        casus.fetch(VERSION, base_url=str(far), sha256="0" * 64)


@pytest.mark.parametrize("version", ["../../etc", "latest", "", "1.0", "1.0.0/..", "٧.1.0"])
def test_a_version_that_is_none_is_refused(far, version):
    with pytest.raises(UsageError, match="is no version"):
        casus.fetch(version, base_url=str(far), sha256="0" * 64)


@pytest.mark.parametrize("sha256", ["", "xyz", "0" * 63])
def test_a_sha256_that_is_none_is_refused(far, sha256):
    with pytest.raises(UsageError, match="64 hexadecimal digits"):
        casus.fetch(VERSION, base_url=str(far), sha256=sha256)


def test_another_version_behind_the_address_is_refused(far):
    shutil.copytree(far / VERSION, far / "7.2.0")
    digest = sha256_of(far / "7.2.0/manifest.json")
    with pytest.raises(ReleaseError, match=r"is that of release 7\.1\.0, not 7\.2\.0"):
        casus.fetch("7.2.0", base_url=str(far), sha256=digest)


# --- the cache ------------------------------------------------------------------------------------------------------


def test_a_damaged_fetched_release_is_mended(far, server):
    folder = casus.fetch(VERSION, base_url=server.url)
    (folder / "claims.parquet").write_bytes(b"damaged")
    (folder / "links.parquet").unlink()
    server.asked.clear()
    assert whole(far, casus.fetch(VERSION, base_url=server.url))
    assert sorted(server.names()) == ["claims.parquet", "links.parquet"]


def test_what_is_not_the_release_is_never_touched(far):
    mine = cache() / VERSION
    mine.mkdir(parents=True)
    (mine / "diary.txt").write_text("mine")
    with pytest.raises(ReleaseError, match="exists and is not release"):
        casus.fetch(VERSION, base_url=str(far))
    assert (mine / "diary.txt").read_text() == "mine"


def test_a_forged_manifest_in_the_cache_is_not_loaded(far):
    folder = casus.fetch(VERSION, base_url=str(far))
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace("For tests.", "For harm."))
    with pytest.raises(InvalidRecordsError, match=r"CAS451 The SHA-256 of the manifest of release 7\.1\.0"):
        casus.load(version=VERSION)


def test_a_full_or_closed_cache_is_a_clear_error(far, monkeypatch, tmp_path):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 10))
    with pytest.raises(ReleaseError, match="10 are free"):
        casus.fetch(VERSION, base_url=str(far))
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(ReleaseError, match="cannot be kept there"):
        casus.fetch(VERSION, base_url=str(far), cache=blocked)


def test_two_fetches_at_once_do_not_mix(far):
    cache().mkdir()
    with (
        fetching._alone(cache() / f".fetching-{VERSION}.lock", VERSION),
        pytest.raises(ReleaseError, match="is being fetched already"),
    ):
        casus.fetch(VERSION, base_url=str(far))
    assert whole(far, casus.fetch(VERSION, base_url=str(far)))


def test_a_killed_fetch_leaves_no_release_and_the_next_one_goes_on(far, server):
    server.pause = 0.05
    digest = sha256_of(far / VERSION / "manifest.json")
    command = [sys.executable, "-m", "casus.cli", "fetch", VERSION, "--base-url", server.url, "--sha256", digest]
    with subprocess.Popen(command, env=os.environ) as process:
        while len(server.asked) < 5:
            time.sleep(0.01)
        process.kill()
    assert nothing_there()
    server.pause = 0.0
    server.asked.clear()
    assert whole(far, casus.fetch(VERSION, base_url=server.url))
    assert "manifest.json" not in server.names()


# --- the command ----------------------------------------------------------------------------------------------------


def test_the_command(far, casus_command):
    digest = sha256_of(far / VERSION / "manifest.json")
    done = casus_command("fetch", VERSION, "--base-url", far)
    assert (done.returncode, "knows of no release 7.1.0" in done.stderr) == (2, True)
    done = casus_command("fetch", VERSION, "--base-url", far, "--sha256", digest)
    assert (done.returncode, "complete and as published" in done.stdout) == (0, True)
    assert f"{VERSION}  fetched" in casus_command("versions").stdout
    assert casus_command("info", "--version", VERSION).returncode == 0


@pytest.mark.usefixtures("far")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--base-url", "/nowhere/at/all"), "no such folder"),
        (("--base-url", "ftp://example.org"), "not from ftp"),
        ((), "No address is known"),
    ],
)
def test_the_command_with_a_wrong_address(casus_command, arguments, said):
    done = casus_command("fetch", VERSION, "--sha256", "0" * 64, *arguments)
    assert (done.returncode, said in done.stderr) == (2, True)


def test_the_usual_cache_is_that_of_the_system(monkeypatch):
    pooch = pytest.importorskip("pooch")
    monkeypatch.delenv("CASUS_CACHE", raising=False)
    assert locating.cache_folder() == pooch.os_cache("casus")


def test_without_pooch_the_extra_is_named(far, monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(UsageError, match=r"casus-events\[fetch\]"):
        casus.fetch(VERSION, base_url=str(far))
