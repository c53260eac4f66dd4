"""``casus new``: a record from flags, or from answers on a terminal."""

import os
import shutil
import sys
import time

import pytest
from click.testing import CliRunner

import casus
from casus.cli import cli
from casus.documents import parse
from casus.schema.vocabulary import modes_of, vocabulary

TYPES = [value.code for value in vocabulary("event-types").values if not value.extra.get("imported_only")]
BBC, REUTERS = "https://www.bbc.com/news/an-example", "https://www.reuters.com/world/an-example"
STATED = {
    "--mode": ["mediated"],
    "--status": ["occurred"],
    "--title": ["Talks for an example"],
    "--summary": ["Delegations met, for an example."],
    "--slug": ["example-talks"],
    "--date": ["2026-02-03"],
    "--actor": ["UKR:party", "Türkiye:mediator,host"],
    "--place": ["Istanbul"],
    "--issue": ["ceasefire"],
    "--source": [BBC, REUTERS],
    "--source-title": ["Talks held", "What the talks brought"],
    "--source-published": ["none", "3 February 2026"],
    "--coder": ["coder-1"],
}


def flags(changes=None):
    stated = STATED | (changes or {})
    return [part for name, values in stated.items() for value in values or [] for part in (name, value)]


def scaffold(folder, event_type, changes=None, **options):
    done = CliRunner().invoke(cli, ["new", event_type, *flags(changes), "--into", str(folder)], **options)
    assert done.exception is None, done.output
    (path,) = folder.glob("*.yaml")
    return path, done.output


@pytest.mark.parametrize("event_type", TYPES)
def test_every_type_is_scaffolded_and_validates_clean(tmp_path, event_type):
    path, said = scaffold(tmp_path, event_type, {"--mode": modes_of(event_type)[:1]})
    record = parse(path.read_bytes(), path.name).data
    assert (record["type"], record["mode"]) == (event_type, modes_of(event_type)[0])
    report = casus.validate(path)
    assert not report.errors
    # Which of two sources carries what only the writer knows; the command says that it is left to do.
    assert {finding.code for finding in report.warnings} == {"CAS505"}
    assert "say in each source what it carries" in said
    assert "warning" not in said


@pytest.mark.parametrize(
    ("status", "days"), [("scheduled", ["2027-03-01"]), ("pending", []), ("ongoing", ["2026-02-03"])]
)
def test_other_statuses_are_scaffolded(tmp_path, status, days):
    path, _ = scaffold(tmp_path, "talks", {"--status": [status], "--date": days})
    assert not casus.validate(path).errors


def test_what_was_stated_stands_in_the_record(tmp_path):
    path, _ = scaffold(tmp_path, "talks")
    record = parse(path.read_bytes(), path.name).data
    assert path.name == "2026-02-03-example-talks.yaml"
    assert record["id"] == "2026-02-03-example-talks"
    assert record["date"] == {"start": "2026-02-03", "end": "2026-02-03"}
    assert [(each["actor"], each["roles"]) for each in record["participants"]] == [
        ("UKR", ["party"]),
        ("TUR", ["mediator", "host"]),
    ]
    assert record["locations"][0]["place"] == "tur-istanbul"
    assert [each.get("published") for each in record["sources"]] == [None, "2026-02-03"]
    assert path.read_text("utf-8").startswith("# yaml-language-server: $schema=")


def test_the_host_of_an_address_tells_the_publisher(tmp_path):
    path, _ = scaffold(tmp_path, "talks")
    sources = parse(path.read_bytes(), path.name).data["sources"]
    assert [(each["url"], each["publisher"]) for each in sources] == [(BBC, "bbc"), (REUTERS, "reuters")]


def test_an_own_registry_is_used(tmp_path):
    own, records = tmp_path / "registry", tmp_path / "records"
    own.mkdir()
    own.joinpath("publishers.yaml").write_text(
        "- {id: our-news, name: Our News, hosts: [our.example], owner: private, independence_group: our-news}\n"
    )
    given = {"--source": ["https://www.our.example/a"], "--source-title": ["Ours"], "--source-published": []}
    given["--registry"] = [str(own)]
    path, said = scaffold(records, "talks", given)
    assert parse(path.read_bytes(), path.name).data["sources"][0]["publisher"] == "our-news"
    assert "look for a second, independent source" in said
    assert {each.code for each in casus.validate(path, registry=own).findings} == {"CAS501"}


def test_in_a_checkout_the_record_goes_to_its_year(dataset_folder, tmp_path, monkeypatch):
    shutil.copytree(dataset_folder, tmp_path / "dataset", ignore=shutil.ignore_patterns("releases", "*.py"))
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["new", "talks", *flags()])
    assert done.exception is None, done.output
    path = tmp_path / "dataset/records/2026/2026-02-03-example-talks.yaml"
    assert path.is_file()
    assert "check it: casus validate dataset/records/2026/2026-02-03-example-talks.yaml" in done.output


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"--mode": ["mediatd"]}, "did you mean 'mediated'?"),
        ({"--status": ["ocurred"]}, "did you mean 'occurred'?"),
        ({"--actor": ["UKR"]}, "has no role"),
        ({"--actor": ["Turkei:host"]}, "TUR (Turkey)"),
        ({"--actor": ["UKR:partie"]}, "did you mean 'party'?"),
        ({"--place": ["Istambol"]}, "tur-istanbul (Istanbul)"),
        ({"--issue": ["cease-fire"]}, "did you mean 'ceasefire'?"),
        ({"--date": ["03.02.2026x"]}, "is not one certain day"),
        ({"--date": ["2026-02-30"]}, "is not one certain day"),
        ({"--source": [BBC, "https://nobody.invalid/a"]}, "No publisher in the registry has the host"),
        ({"--source-title": ["Only one"]}, "--source-title"),
        ({"--source-published": ["none"]}, "1 days of publication"),
        ({"--source-published": ["none", "last week"]}, "is not one certain day"),
        ({"--title": [""]}, "--title is empty"),
        ({"--title": [], "--coder": []}, "--title, --coder"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(casus_command, tmp_path, changes, said):
    done = casus_command("new", "talks", *flags(changes), "--into", tmp_path / "out")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert not (tmp_path / "out").exists()


def test_an_unknown_type_is_a_usage_error(casus_command, tmp_path):
    done = casus_command("new", "talk", *flags(), "--into", tmp_path)
    assert done.returncode == 2
    assert "did you mean 'talks'?" in done.stderr


def test_what_the_rules_refuse_is_not_written(casus_command, tmp_path):
    done = casus_command("new", "talks", *flags({"--date": ["2199-02-03"]}), "--into", tmp_path / "out")
    assert done.returncode == 1
    assert "CAS206" in done.stderr
    assert "Nothing was written." in done.stderr
    assert not (tmp_path / "out").exists()


def test_no_file_is_overwritten(casus_command, tmp_path):
    path, _ = scaffold(tmp_path, "talks")
    path.write_text("mine\n")
    done = casus_command("new", "talks", *flags(), "--into", tmp_path)
    assert done.returncode == 2
    assert "is not overwritten" in done.stderr
    assert path.read_text() == "mine\n"


ANSWERS = [
    "talk", "talks",  # a type that does not exist is asked for again
    "mediated", "", "2 February 2026", "", "Talks for an example", "", "Delegations met, for an example.",
    "Ukrain:party", "UKR:party", "", "Istanbul", "", "ceasefire", "",
    BBC, "Talks held", "", "", REUTERS, "What the talks brought", "3 Feb 2026", "", "", "coder-1",
]  # fmt: skip


def test_with_ask_everything_is_asked_for(tmp_path):
    done = CliRunner().invoke(cli, ["new", "--ask", "--into", str(tmp_path)], input="\n".join([*ANSWERS, ""]))
    assert done.exception is None, done.output
    (path,) = tmp_path.glob("*.yaml")
    record = parse(path.read_bytes(), path.name).data
    assert record["id"] == "2026-02-02-talks-for-an-example"
    assert record["date"] == {"start": "2026-02-02", "end": "2026-02-02"}
    assert [each["publisher"] for each in record["sources"]] == ["bbc", "reuters"]
    assert [each.get("published") for each in record["sources"]] == [None, "2026-02-03"]
    assert "did you mean 'talks'?" in done.output
    assert "UKR (Ukraine)" in done.output
    assert not casus.validate(path).errors


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")
def test_on_a_terminal_it_asks(tmp_path):
    import pty

    process, terminal = pty.fork()
    if process == 0:  # pragma: no cover - the child is the command
        os.execv(sys.executable, [sys.executable, "-m", "casus.cli", "new", "--into", str(tmp_path)])  # noqa: S606
    os.write(terminal, "\n".join([*ANSWERS, ""]).encode())
    said = _all_of(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0, said
    assert "Title of the page (bbc)" in said
    (path,) = tmp_path.glob("*.yaml")
    assert not casus.validate(path).errors


def _all_of(terminal):
    said, until = b"", time.monotonic() + 60
    while time.monotonic() < until:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        said += part
    return said.decode()
