"""What is not the release as built is found, named, and never loaded."""

import hashlib
import json
import os
import random
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import casus
from casus import bundle, locating
from casus.digests import logical_digest, sha256_of
from casus.known_releases import FILE as LIST
from casus.known_releases import KnownRelease, add_to_list, describe_release, published, read_list, refuse_another
from casus.manifest import NAMES, listed_files, read_manifest
from casus.releases import Release, bundled
from casus.schema import (
    SCHEMA_VERSION,
    CasusError,
    InvalidRecordsError,
    NewerSchemaWarning,
    ReleaseError,
    UsageError,
)
from casus.verification import State
from casus.verifying import verify

FILES = ("manifest.json", *(f"{name}.parquet" for name in NAMES))


def flip(path, position, mask=0x10):
    content = bytearray(path.read_bytes())
    content[position] ^= mask
    path.write_bytes(bytes(content))


def forge(release, name, change):
    """Change a table and make the manifest agree with it in everything."""
    path = release / f"{name}.parquet"
    table = change(pq.ParquetFile(path).read())
    pq.write_table(table, path)
    manifest = json.loads((release / "manifest.json").read_text())
    for said in manifest["tables"]:
        if said["name"] == name:
            size = path.stat().st_size
            said |= {"rows": len(table), "bytes": size, "sha256": sha256_of(path), "digest": logical_digest(table)}
    (release / "manifest.json").write_text(json.dumps(manifest))


def with_first(name, value):
    def change(table):
        index = table.column_names.index(name)
        values = [value, *table.column(name).to_pylist()[1:]]
        column = pa.array(values, table.schema.field(name).type)
        return table.set_column(index, table.schema.field(name), column)

    return change


def states(found):
    return {each.name: each.state for each in found.checks}


def codes(found):
    return {one.code for each in found.checks for one in each.findings}


# --- every byte -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "most",
    [40_000, pytest.param(10**9, marks=pytest.mark.slow)],
    ids=["small files whole, large ones in part", "whole"],
)
def test_every_flipped_byte_of_every_file_changes_what_is_compared(small_release, most):
    manifest = read_manifest(small_release)
    wanted = {each.name: each.sha256 for each in listed_files(small_release)}
    wanted["manifest.json"] = describe_release(small_release, manifest).manifest_sha256
    assert set(FILES) < set(wanted) == {path.name for path in small_release.iterdir()}
    for name, digest in wanted.items():
        content = bytearray((small_release / name).read_bytes())
        assert hashlib.sha256(content).hexdigest() == digest
        for position in range(0, len(content), 1 if len(content) <= most else 997):
            content[position] ^= 1 << position % 8
            assert hashlib.sha256(content).hexdigest() != digest
            content[position] ^= 1 << position % 8


@pytest.fixture
def listed(small_release, tmp_path, monkeypatch):
    """The small release as a published version in the cache: ``(folder, version)``."""
    folder = tmp_path / "cache" / "6.6.6"
    folder.parent.mkdir()
    shutil.copytree(small_release, folder)
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"version": "0.1.0"', '"version": "6.6.6"', 1))
    known = {**published(), "6.6.6": describe_release(folder, read_manifest(folder))}
    monkeypatch.setattr(locating, "published", lambda: known)
    monkeypatch.setattr("casus.verifying.published", lambda: known)
    monkeypatch.setenv("CASUS_CACHE", str(folder.parent))
    assert casus.load(version="6.6.6").version == "6.6.6"
    bundled_cache().clear()
    return folder


def bundled_cache():
    """The releases that were opened already: forgotten, as in a new process."""
    from casus import releases

    class Cache:
        clear = staticmethod(releases._opened.cache_clear)

    return Cache


@pytest.mark.parametrize("name", FILES)
def test_no_flipped_byte_is_loaded(name, listed):
    path = listed / name
    whole = path.read_bytes()
    table = path.stem if path.suffix == ".parquet" else "events"
    for position in random.Random(name).sample(range(len(whole)), 12):
        flip(path, position, 1 << position % 8)
        bundled_cache().clear()
        with pytest.raises(InvalidRecordsError, match=r"CAS44|CAS451"):
            casus.load(table, version="6.6.6")
        assert not verify("6.6.6").ok
        path.write_bytes(whole)
    bundled_cache().clear()
    assert verify("6.6.6").ok


# --- what else can be wrong with a folder ---------------------------------------------------------------------------


def swap(release):
    first, second = release / "claims.parquet", release / "links.parquet"
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)


def append(path):
    path.write_bytes(path.read_bytes() + b"x")


def replace(release, make):
    (release / "claims.parquet").unlink()
    make(release / "claims.parquet")


def edit(release, change):
    manifest = json.loads((release / "manifest.json").read_text())
    change(manifest)
    (release / "manifest.json").write_text(json.dumps(manifest))


DAMAGE = {
    "a missing file": (lambda r: (r / "claims.parquet").unlink(), "bytes", "CAS441"),
    "an extra file": (lambda r: (r / "more.parquet").write_bytes(b"x"), "nothing else", "CAS452"),
    "an extra folder": (lambda r: (r / "old").mkdir(), "nothing else", "CAS452"),
    "two files swapped": (swap, "bytes", "CAS443"),
    "a truncated file": (lambda r: os.truncate(r / "claims.parquet", 900), "bytes", "CAS443"),
    "an empty file": (lambda r: (r / "claims.parquet").write_bytes(b""), "bytes", "CAS443"),
    "a longer file": (lambda r: append(r / "claims.parquet"), "bytes", "CAS443"),
    "a flipped bit": (lambda r: flip(r / "claims.parquet", 77), "bytes", "CAS443"),
    "a folder for a file": (lambda r: replace(r, lambda path: path.mkdir()), "bytes", "CAS454"),
    "a link that leads nowhere": (lambda r: replace(r, lambda p: p.symlink_to("/nowhere")), "bytes", "CAS454"),
    "a link to a device": (lambda r: replace(r, lambda path: path.symlink_to("/dev/zero")), "bytes", "CAS454"),
    "a pipe": (lambda r: replace(r, os.mkfifo), "bytes", "CAS454"),
    "a link to itself": (lambda r: replace(r, lambda p: p.symlink_to("claims.parquet")), "bytes", "CAS454"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_found_and_not_loaded(name, small_release):
    damage, check, code = DAMAGE[name]
    damage(small_release)
    found = verify(small_release, own=True)
    assert states(found)[check] is State.FAILS
    assert code in codes(found)
    assert str(small_release) in str(found)
    if check == "bytes":  # said once, not again for all that cannot be checked any more
        assert states(found)["columns"] is State.NOT_CHECKED
        assert states(found)["records"] is State.NOT_CHECKED
    with pytest.raises(InvalidRecordsError, match=code):
        found.raise_if_wrong()
    if check == "bytes":
        with pytest.raises(InvalidRecordsError):
            casus.load("claims", version=small_release)


MANIFESTS = {
    "a name that leads out": lambda m: m["tables"][0].update(name="../records"),
    "an absolute name": lambda m: m["tables"][0].update(name="/etc/passwd"),
    "a name of another system": lambda m: m["tables"][0].update(name="..\\records"),
    "a name twice": lambda m: m["tables"].append(m["tables"][0]),
    "a table less": lambda m: m["tables"].pop(),
    "an unknown table": lambda m: m["tables"][0].update(name="secrets"),
    "a negative size": lambda m: m["tables"][0].update(bytes=-1),
    "a huge size": lambda m: m["tables"][0].update(bytes=10**30),
    "no SHA-256": lambda m: m["tables"][0].update(sha256="none"),
    "no version": lambda m: m.pop("version"),
    "more than it may hold": lambda m: m.update(run="rm -rf"),
    "tables that are none": lambda m: m.update(tables="all"),
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_bad_manifest_is_one_clear_fault(name, small_release):
    edit(small_release, MANIFESTS[name])
    found = verify(small_release, own=True)
    assert [each.state for each in found.checks] == [State.FAILS, State.NOT_CHECKED]
    assert codes(found) == {"CAS442"}
    with pytest.raises(InvalidRecordsError, match="CAS442"):
        casus.load(version=small_release)


@pytest.mark.parametrize("content", [b"", b"null", b"\xff\xfe", b"[" * 100_000, b"{}", b'{"tables": 1e999}'])
def test_a_manifest_that_is_none_is_one_clear_fault(content, small_release):
    (small_release / "manifest.json").write_bytes(content)
    assert codes(verify(small_release)) == {"CAS442"}


@pytest.mark.parametrize(
    "file",
    [
        {"name": "../x.json", "bytes": 1, "sha256": "0" * 64},
        {"name": "/etc/passwd", "bytes": 1, "sha256": "0" * 64},
        {"name": "a\\b.json", "bytes": 1, "sha256": "0" * 64},
        {"name": ".hidden", "bytes": 1, "sha256": "0" * 64},
        {"name": "", "bytes": 1, "sha256": "0" * 64},
        {"name": "manifest.json", "bytes": 1, "sha256": "0" * 64},
        {"name": "Events.parquet", "bytes": 1, "sha256": "0" * 64},
        {"name": "x.json", "bytes": True, "sha256": "0" * 64},
        {"name": "x.json", "bytes": 1, "sha256": "short"},
        {"name": 7, "bytes": 1, "sha256": "0" * 64},
        {"name": "x.json"},
        "x.json",
    ],
)
def test_no_other_file_with_a_bad_name_or_hash_is_listed(file, small_release):
    edit(small_release, lambda manifest: manifest.update(files=[file]))
    with pytest.raises(InvalidRecordsError, match="CAS442"):
        listed_files(small_release)
    edit(small_release, lambda manifest: manifest.update(files=[{"name": "x.json", "bytes": 1, "sha256": "0" * 64}]))
    assert listed_files(small_release)[-1] == ("x.json", 1, "0" * 64)


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.mkdir(), lambda path: path.symlink_to("/dev/zero")])
def test_a_manifest_that_is_no_file_is_one_clear_fault(make, small_release):
    (small_release / "manifest.json").unlink()
    make(small_release / "manifest.json")
    assert codes(verify(small_release)) == {"CAS454"}


def test_a_manifest_without_end_is_not_read(small_release):
    with (small_release / "manifest.json").open("r+b") as stream:
        stream.truncate(10**12)
    assert codes(verify(small_release)) == {"CAS442"}


def test_a_folder_without_manifest_is_one_clear_fault(small_release):
    (small_release / "manifest.json").unlink()
    assert codes(verify(small_release)) == {"CAS441"}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_named(small_release):
    (small_release / "claims.parquet").chmod(0)
    found = verify(small_release, own=True)
    assert states(found)["bytes"] is State.FAILS
    assert "not readable" in str(found)
    with pytest.raises(ReleaseError, match="permissions"):
        casus.load("claims", version=small_release)


def test_a_file_that_cannot_be_read_is_named(small_release, monkeypatch):
    def refuse(_path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("casus.digests.sha256_of", refuse)
    found = verify(small_release, own=True)
    assert states(found)["bytes"] is State.FAILS
    assert "claims.parquet is not readable (Permission denied)" in str(found)


def test_links_to_the_right_files_are_said_and_hold(small_release, tmp_path):
    away = tmp_path / "away.parquet"
    (small_release / "claims.parquet").rename(away)
    (small_release / "claims.parquet").symlink_to(away)
    found = verify(small_release, own=True)
    assert found.ok
    assert "(1 are links)" in str(found)
    away.write_bytes(b"changed")
    assert not verify(small_release, own=True).ok


# --- forged releases, whose digests agree ---------------------------------------------------------------------------

FORGED = {
    "an actor": ("participants", "actor", "nobody", "references", "CAS453"),
    "a claimant": ("claims", "claimant", "nobody", "references", "CAS453"),
    "a publisher": ("sources", "publisher", "nobody", "references", "CAS453"),
    "a place": ("locations", "place", "nowhere", "references", "CAS453"),
    "a target": ("links", "target", "1999-01-01-nothing", "references", "CAS453"),
    "a key": ("quantities", "replaces", "q9", "references", "CAS453"),
    "a key of a participant": ("representatives", "key", "p9", "references", "CAS453"),
    "an event": ("claims", "event_id", "1999-01-01-nothing", "rows", "CAS448"),
    "a code": ("claims", "kind", "gossip", "rows", "CAS448"),
}


@pytest.mark.parametrize("name", FORGED)
def test_forged_rows_are_found(name, small_release):
    table, column, value, check, code = FORGED[name]
    forge(small_release, table, with_first(column, value))
    found = verify(small_release, own=True)
    assert states(found)["bytes"] is State.HOLDS
    assert states(found)[check] is State.FAILS
    assert code in codes(found)
    assert value in str(found)


def test_a_forged_citation_is_found(small_release):
    forge(small_release, "citations", with_first("source", "s99"))
    found = verify(small_release, own=True)
    assert states(found)["references"] is State.FAILS


def test_forged_records_are_found(small_release):
    def change(table):
        rows = table.to_pylist()
        rows[0]["participants"][0]["actor"] = "nobody"
        return pa.Table.from_pylist(rows, table.schema)

    forge(small_release, "records", change)
    found = verify(small_release, own=True)
    assert (states(found)["records"], "CAS304" in codes(found)) == (State.FAILS, True)


def test_a_forged_digest_is_found(small_release):
    edit(small_release, lambda manifest: manifest["tables"][1].update(digest="0" * 64))
    found = verify(small_release, own=True)
    assert (states(found)["content"], states(found)["records"]) == (State.FAILS, State.NOT_CHECKED)
    assert codes(found) == {"CAS444"}


# --- releases of other schemas --------------------------------------------------------------------------------------


@pytest.fixture
def newer(small_release):
    """A release of the next schema, with a table that this package does not know."""
    shutil.copy(small_release / "claims.parquet", small_release / "moods.parquet")
    major, minor, _ = SCHEMA_VERSION.split(".")

    def change(manifest):
        claims = next(each for each in manifest["tables"] if each["name"] == "claims")
        manifest["tables"].append(claims | {"name": "moods"})
        manifest |= {"schema_version": f"{major}.{int(minor) + 1}.0", "version": "8.0.0", "doi": "10.1234/x"}

    edit(small_release, change)
    return small_release


def test_a_release_from_a_newer_schema_holds_as_far_as_it_can_be_judged(newer):
    found = verify(newer)
    assert found.ok
    assert states(found) == {
        "manifest": State.NOT_KNOWN,
        "published": State.NOT_KNOWN,
        "bytes": State.HOLDS,
        "nothing else": State.HOLDS,
        "columns": State.HOLDS,
        "content": State.HOLDS,
        "records": State.NOT_CHECKED,
        "references": State.HOLDS,
        "metadata": State.HOLDS,
    }
    assert f"newer than schema {SCHEMA_VERSION}" in str(found)
    flip(newer / "moods.parquet", 60)
    found = verify(newer)
    assert states(found)["bytes"] is State.FAILS
    assert "moods.parquet" in str(found)


def test_a_release_from_a_newer_schema_is_fetched_with_the_tables_that_are_not_known(newer, tmp_path):
    far = tmp_path / "far"
    shutil.copytree(newer, far / "8.0.0")
    digest = sha256_of(newer / "manifest.json")
    with pytest.warns(NewerSchemaWarning):
        folder = casus.fetch("8.0.0", base_url=str(far), cache=tmp_path / "cache", sha256=digest)
    assert {path.name for path in folder.iterdir()} == {path.name for path in newer.iterdir()}
    assert (folder / "moods.parquet").read_bytes() == (newer / "moods.parquet").read_bytes()


# --- the list of releases -------------------------------------------------------------------------------------------


def test_the_list_holds_every_bundled_release_as_it_is():
    folder = locating.releases_folder()
    here = bundle.bundled_versions()
    assert here
    assert set(here) <= set(published())
    for version in here:
        assert describe_release(folder / version, read_manifest(folder / version)) == published()[version]


def test_every_bundled_release_holds():
    for version in casus.versions().bundled:
        found = verify(version)
        assert found.ok
        assert {each.state for each in found.checks} == {State.HOLDS}


def test_a_release_of_ones_own_is_loaded_by_path_and_says_so(small_release):
    events = casus.load(version=small_release)
    assert f"casus 0.1.0 (not a published release; from {small_release})" in repr(events)
    assert "not a published release" in events._repr_html_()
    assert "not a published release" in repr(events.select("id"))
    assert "not a published release" in repr(casus.scan(version=str(small_release)).filter(type="talks"))
    assert [each.id for each in casus.records(version=small_release)] == events.to_arrow().column("id").to_pylist()


def test_a_release_with_a_published_version_is_not_taken_for_it(small_release):
    found = verify(small_release)
    assert (states(found)["published"], found.ok) == (State.FAILS, False)
    assert codes(found) == {"CAS451"}
    assert states(verify(small_release, own=True))["published"] is State.NOT_KNOWN


def test_a_copy_of_a_published_release_is_known(tmp_path):
    version = casus.versions().bundled[0]
    folder = shutil.copytree(locating.releases_folder() / version, tmp_path / "copy")
    assert verify(folder).ok
    assert casus.load(version=folder).note == ""


def test_a_bundled_release_that_is_not_in_the_list_is_not_loaded(small_release, tmp_path, monkeypatch):
    shutil.copytree(small_release, tmp_path / "cache/5.0.0")
    monkeypatch.setenv("CASUS_CACHE", str(tmp_path / "cache"))
    with pytest.raises(UsageError, match="is not in the list of releases of this package"):
        casus.load(version="5.0.0")


def test_a_build_never_changes_the_list(small_release, tmp_path):
    built = describe_release(small_release, read_manifest(small_release))
    add_to_list(tmp_path, built)
    before = (tmp_path / LIST).read_bytes()
    add_to_list(tmp_path, built)
    assert (tmp_path / LIST).read_bytes() == before
    other = built.model_copy(update={"manifest_sha256": "0" * 64})
    for refuse in (refuse_another, add_to_list):
        with pytest.raises(UsageError, match=r"Version 0\.1\.0 stands in .* with another manifest"):
            refuse(tmp_path, other)
    assert (tmp_path / LIST).read_bytes() == before
    later, latest = (built.model_copy(update={"version": version}) for version in ("0.9.0", "0.10.0"))
    add_to_list(tmp_path, latest)
    add_to_list(tmp_path, later)
    assert list(read_list(tmp_path)) == ["0.1.0", "0.9.0", "0.10.0"]
    assert isinstance(read_list(tmp_path)["0.10.0"], KnownRelease)


@pytest.mark.parametrize("text", ["", "{", '{"releases": [{"version": "1"}]}', "[" * 100_000])
def test_a_damaged_list_is_a_clear_error(text, tmp_path):
    (tmp_path / LIST).write_text(text)
    with pytest.raises(ReleaseError, match="list of releases is damaged"):
        read_list(tmp_path)


@pytest.mark.parametrize("version", ["9.9.9", "latest", "nowhere/at/all", ""])
def test_a_release_that_is_not_there_is_a_usage_error(version):
    for call in (verify, lambda version: casus.load(version=version), bundled):
        with pytest.raises(UsageError, match="There is no"):
            call(version)


# --- the command ----------------------------------------------------------------------------------------------------


def test_the_command_says_what_holds(casus_command, small_release):
    done = casus_command("verify")
    assert done.returncode == 0
    assert "FAILS" not in done.stdout
    assert done.stdout.count("holds") >= 9
    flip(small_release / "claims.parquet", 50)
    done = casus_command("verify", small_release, "--own")
    assert done.returncode == 1
    count = len(listed_files(small_release))
    assert f"FAILS        bytes: 1 of {count} files are not as built" in done.stdout
    assert "claims.parquet CAS443 the SHA-256 is" in done.stdout
    assert casus_command("verify", "nowhere").returncode == 2


def test_the_command_in_json(casus_command, small_release):
    (small_release / "more.txt").write_text("x")
    done = casus_command("verify", "0.1.0", small_release, "--own", "--format", "json")
    assert done.returncode == 1
    said = json.loads(done.stdout)
    assert [each["ok"] for each in said["releases"]] == [True, False]
    (wrong,) = [each for each in said["releases"][1]["checks"] if each["state"] == "fails"]
    assert [each["code"] for each in wrong["findings"]] == ["CAS452"]


def test_every_damage_ends_without_a_traceback(casus_command, small_release):
    for damage, _, code in DAMAGE.values():
        if not (small_release / "claims.parquet").is_file():
            break
        damage(small_release)
        done = casus_command("verify", small_release, "--own")
        assert (done.returncode, code in done.stdout) == (1, True)
    done = casus_command("info", "--version", small_release)
    assert done.returncode == 1
    assert "CAS4" in done.stderr


def test_open_checks_nothing_by_itself(small_release):
    with pytest.raises(CasusError, match="There is no table"):
        Release.open(small_release).table("../claims")
