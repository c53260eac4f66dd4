"""Published schema versions never change, and a release follows a published one."""

import json
import shutil

import pytest

from casus.schema import SCHEMA_VERSION, UsageError, artefacts, publishing
from casus.schema.evolution import judge, present_edition, published_edition
from casus.schema.publishing import PUBLISH, problems, publish
from casus.schema.versions import PUBLISHED, digests, parse, published, tables_of


@pytest.fixture
def checkout(root, tmp_path):
    """A copy of what is checked, yours to change."""
    if not (root / "docs/codebook-rules.md").is_file():
        pytest.skip("the committed artefacts are not part of the installed package")
    shutil.copytree(root / "docs", tmp_path / "docs")
    for folder in ("json", "arrow"):
        shutil.copytree(root / "schema" / folder, tmp_path / "schema" / folder)
    shutil.copy(root / "schema" / PUBLISHED, tmp_path / "schema" / PUBLISHED)
    for manifest in (root / "dataset/releases").glob("*/manifest.json"):
        copy = tmp_path / manifest.relative_to(root)
        copy.parent.mkdir(parents=True)
        shutil.copy(manifest, copy)
    for name in ("dataset/dataset.yaml", "CITATION.cff", ".zenodo.json"):
        shutil.copy(root / name, tmp_path / name)
    return tmp_path


def found(checkout):
    return list(problems(checkout / "schema", checkout / "dataset/releases"))


def forget_present(checkout):
    """Make the present version one that is not published."""
    path = checkout / "schema" / PUBLISHED
    known = json.loads(path.read_text())
    known.pop(SCHEMA_VERSION, None)
    path.write_text(json.dumps(known))
    for folder in ("json", "arrow"):
        shutil.rmtree(checkout / "schema" / folder / SCHEMA_VERSION, ignore_errors=True)


def test_published_versions_are_as_they_were_published(checkout):
    assert found(checkout) == []


def test_every_published_version_has_its_documents_and_tables():
    assert published()[0] == "0.1.0"
    for version in published():
        names = set(digests()[version])
        assert {"json/event.schema.json", "json/terms.json", "arrow/records.txt"} <= names
        assert {"records", "events", "revisions"} <= set(tables_of(version))


@pytest.mark.parametrize("name", ["json/event.schema.json", "json/terms.json", "arrow/events.txt"])
def test_a_changed_file_is_named(name, checkout):
    folder, _, file = name.partition("/")
    path = checkout / "schema" / folder / "0.1.0" / file
    path.write_bytes(path.read_bytes() + b" ")
    (said,) = found(checkout)
    assert said == f"{path} has changed: schema 0.1.0 is published, and never changes. Restore the file."


def test_a_missing_file_is_named(checkout):
    path = checkout / "schema/arrow/0.1.0/links.txt"
    path.unlink()
    assert found(checkout) == [f"{path} is missing: schema 0.1.0 is published. Restore the file."]


def test_a_file_more_is_named(checkout):
    path = checkout / "schema/json/0.1.0/mood.schema.json"
    path.write_text("{}")
    (said,) = found(checkout)
    assert said.startswith(f"{path} belongs to no published schema")


def test_a_release_of_an_unpublished_schema_is_named(checkout):
    forget_present(checkout)
    manifest = json.loads((checkout / "dataset/releases/0.1.0/manifest.json").read_text())
    new = checkout / "dataset/releases/9.0.0/manifest.json"
    new.parent.mkdir()
    new.write_text(json.dumps(manifest | {"schema_version": SCHEMA_VERSION}))
    said = found(checkout)
    assert f"{new.parent} follows schema {SCHEMA_VERSION}, which is not published. Run: {PUBLISH}" in said
    publish(checkout / "schema")
    assert found(checkout) == []


def test_publishing_freezes_the_present_version(checkout):
    forget_present(checkout)
    written = publish(checkout / "schema")
    assert str(checkout / "schema" / PUBLISHED) in written
    known = json.loads((checkout / "schema" / PUBLISHED).read_text())
    assert list(known) == sorted(known, key=parse)
    for name in known[SCHEMA_VERSION]:
        folder, _, file = name.partition("/")
        frozen = checkout / "schema" / folder / SCHEMA_VERSION / file
        assert frozen.read_bytes() == (checkout / "schema" / folder / file).read_bytes()
    assert publish(checkout / "schema") == []


def test_a_published_present_version_cannot_change(checkout, monkeypatch):
    publish(checkout / "schema")
    texts = publishing.schema_files()
    texts["arrow/events.txt"] += "mood: string\n"
    monkeypatch.setattr(publishing, "schema_files", lambda: texts)
    (said,) = found(checkout)
    assert said.startswith(f"The schema differs from {SCHEMA_VERSION} as it is published (arrow/events.txt)")
    with pytest.raises(UsageError, match="is published with other content, and a published version never changes"):
        publish(checkout / "schema")


def run(checkout, monkeypatch, *arguments):
    monkeypatch.chdir(checkout)
    return artefacts.main(list(arguments))


def test_command_finds_nothing(checkout, monkeypatch, capsys):
    assert run(checkout, monkeypatch) == 0
    assert capsys.readouterr().out == ""


def test_command_fails_on_a_changed_published_file(checkout, monkeypatch, capsys):
    (checkout / "schema/json/0.1.0/terms.json").write_text("{}")
    assert run(checkout, monkeypatch) == 1
    assert "schema 0.1.0 is published, and never changes" in capsys.readouterr().out


def test_command_fails_when_the_version_is_too_small(checkout, monkeypatch, capsys):
    small = judge(published_edition("0.1.0"), present_edition(), "0.1.9")
    monkeypatch.setattr(artefacts, "verdict", lambda: small)
    assert run(checkout, monkeypatch) == 1
    said = capsys.readouterr().out
    assert "schema 0.1.9 is too small: since the published schema 0.1.0: a major change" in said
    assert 'Set SCHEMA_VERSION = "0.2.0"' in said


def test_command_publishes(checkout, monkeypatch, capsys):
    forget_present(checkout)
    assert run(checkout, monkeypatch, "--publish") == 0
    assert f"wrote {checkout / 'schema' / PUBLISHED}" in capsys.readouterr().out
    assert run(checkout, monkeypatch) == 0


def test_command_refuses_to_publish_what_is_stale(checkout, monkeypatch, capsys):
    forget_present(checkout)
    (checkout / "schema/arrow/events.txt").write_text("id: string\n")
    assert run(checkout, monkeypatch, "--publish") == 1
    assert "stale: schema/arrow/events.txt" in capsys.readouterr().out
    assert not (checkout / "schema/arrow" / SCHEMA_VERSION).exists()
