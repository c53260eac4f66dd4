"""Hostile paths: links, pipes, devices and names. Each is a finding or a usage error, and nothing waits for ever."""

import json
import os
import shutil
import socket
import xml.etree.ElementTree as ET

import pytest
from hostile.corpus import RECORD
from hostile.limits import casus

from casus import validate
from casus.schema import UsageError

NAME = "2025-06-02-istanbul-talks.yaml"


@pytest.fixture
def folder(tmp_path):
    """A folder with one record."""
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / NAME).write_text(RECORD)
    return tmp_path / "records"


def refused(*paths, **options):
    """Run the command; it must be a usage error. Return what it says."""
    done = casus("validate", *paths, **options)
    assert (done.code, done.out) == (2, "")
    return done.err


@pytest.mark.parametrize("target", ["secret.yaml", "secrets"])
def test_a_link_that_leads_out_of_the_folder_is_not_followed(target, folder, tmp_path):
    (tmp_path / "secrets").mkdir()
    for path in (tmp_path / "secret.yaml", tmp_path / "secrets" / "x.yaml"):
        path.write_text("password: hunter2\n")
    (folder / "linked.yaml").symlink_to(tmp_path / target)
    said = refused(folder)
    assert "linked.yaml is a link that leads out of" in said
    assert "hunter2" not in said


def test_a_link_that_is_given_itself_is_followed(folder, tmp_path):
    (tmp_path / NAME).symlink_to(folder / NAME)
    assert "CAS306" in casus("validate", tmp_path / NAME).out


def test_a_link_to_the_folder_itself_makes_no_loop(folder):
    (folder / "again").symlink_to(folder)
    (folder / "above").symlink_to(".")
    assert "\n1 record checked" in casus("validate", folder, "--format", "concise").out


def test_a_link_inside_the_folder_is_a_second_record_of_the_same_id(folder):
    (folder / "other.yaml").symlink_to(NAME)
    out = casus("validate", folder, "--format", "concise").out
    assert "CAS301" in out
    assert "CAS408" in out


@pytest.mark.parametrize("target", ["x.yaml", "nothing.yaml"])
def test_a_link_that_leads_nowhere_is_said(target, folder):
    (folder / "x.yaml").symlink_to(folder / target)
    assert "x.yaml is a link that leads nowhere" in refused(folder)
    assert "x.yaml" in refused(folder / "x.yaml")


def test_a_pipe_is_not_waited_for(folder):
    os.mkfifo(folder / "x.yaml")
    assert "is named like a record and is no file" in refused(folder)
    assert "is neither a file nor a folder" in refused(folder / "x.yaml")


def test_a_socket_is_no_record(folder, monkeypatch):
    monkeypatch.chdir(folder)  # the path of a socket may not be long
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("x.yaml")
        assert "is named like a record and is no file" in refused(folder)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/urandom", "/dev/full"])
def test_a_device_is_no_record(device, folder):
    assert "is neither a file nor a folder" in refused(device)
    (folder / "x.yaml").symlink_to(device)
    assert "leads out of" in refused(folder)


def test_a_folder_that_is_named_like_a_record_is_a_folder(folder):
    (folder / "x.yaml").mkdir()
    assert "There is no record file in" in refused(folder / "x.yaml")
    assert "\n1 record checked" in casus("validate", folder, "--format", "concise").out


@pytest.mark.parametrize("released", [True, False])
@pytest.mark.parametrize("what", ["pipe", "device", "sparse"])
def test_strange_files_beside_a_record_of_a_dataset_end_too(what, released, small_dataset):
    if released:
        from casus.building import build_release

        build_release(small_dataset)
    strange = small_dataset / "records" / "2025" / "x.yaml"
    if what == "pipe":
        os.mkfifo(strange)
    elif what == "device":
        strange.symlink_to("/dev/zero")
    else:
        with strange.open("wb") as stream:
            stream.truncate(1_000_000_000)
    given = small_dataset / "records" / "2025" / NAME
    if what == "sparse":  # it is not judged here, and no context either
        assert casus("validate", given).code == 0
        assert "CAS407" in casus("validate", small_dataset).out
    else:
        assert "x.yaml is not a file" in refused(given)
        assert "x.yaml" in refused(small_dataset)


def test_a_file_that_may_not_be_read_is_said(folder):
    (folder / NAME).chmod(0)
    if os.access(folder / NAME, os.R_OK):
        pytest.skip("this user may read every file")
    assert "cannot be read (Permission denied)" in refused(folder)


def test_a_file_that_vanishes_is_said(folder, monkeypatch):
    import casus.gathering

    real = casus.gathering.record_files

    def vanishing(paths):
        files = real(paths)
        (folder / NAME).unlink()
        return files

    monkeypatch.setattr(casus.gathering, "record_files", vanishing)
    with pytest.raises(UsageError, match=r"cannot be read \(No such file"):
        validate(folder)


@pytest.mark.parametrize("path", ["x" * 300 + ".yaml", "x" * 5_000, "a/" * 3_000])
def test_a_path_that_is_too_long_is_said(path, tmp_path):
    assert "cannot be read (File name too long)" in refused(path, cwd=tmp_path)


def test_a_path_that_cannot_be_one_is_said():
    with pytest.raises(UsageError, match="null"):
        validate("a\0b.yaml")


def test_the_name_of_a_missing_file_is_shown_harmless(tmp_path):
    said = refused(os.fsencode(tmp_path) + b"/no\x1b[31m\n\xff.yaml")
    assert "no\\x1b[31m\\x0a\\udcff.yaml does not exist" in said


NAMES = (
    b"line\nbreak.yaml",
    b"colour\x1b[31m.yaml",
    b"undecodable\xff.yaml",
    "right-to-left\u202e.yaml".encode(),
    b"\"quotes'<&>.yaml",
    b"%0A::error::x.yaml",
    b"::warning::x.yaml",
    b"a,b=c;d.yaml",
)


@pytest.fixture
def strangely_named(tmp_path):
    """A folder of files with strange names."""
    for name in NAMES:
        try:
            with open(os.fsencode(tmp_path) + b"/" + name, "wb") as stream:  # noqa: PTH123 - pathlib takes no bytes
                stream.write(b"id: a\n")
        except OSError:
            pytest.skip("the file system takes no such names")
    return tmp_path


@pytest.mark.parametrize("form", ["text", "concise", "json", "github", "sarif", "junit", "markdown"])
def test_strange_names_leave_every_format_valid(form, strangely_named):
    done = casus("validate", ".", "--format", form, cwd=strangely_named)
    assert done.code == 1
    assert not done.err
    assert not {"\x1b", "\u202e", "\udcff"} & set(done.out)
    if form in ("json", "sarif"):
        said = json.loads(done.out)
        if form == "json":
            assert len({each["file"] for each in said["findings"]}) == len(NAMES)
    elif form == "junit":
        ET.fromstring(done.out)  # noqa: S314 - our own text
    elif form == "github":
        lines = done.out.splitlines()
        stop = next(number for number, line in enumerate(lines) if line.startswith("::stop-commands::"))
        assert not any(line.startswith("::warning::x") for line in lines[:stop])
    elif form == "concise":
        assert all(":1:" in line or "checked" in line for line in done.out.splitlines())


def test_a_strange_locale_takes_every_name(strangely_named):
    environment = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    assert casus("validate", strangely_named, env=environment).code == 1


def test_the_same_folder_twice_is_judged_once(folder):
    shutil.copytree(folder, folder.parent / "copy")
    done = casus("validate", folder, folder, folder / NAME, "--format", "concise")
    assert "\n1 record checked" in done.out
