"""The settings for editors: every schema is there, and every file of the dataset has one."""

import json
import re

import pytest


@pytest.fixture(scope="module")
def settings(root):
    path = root / ".vscode/settings.json"
    if not path.is_file():
        pytest.skip("the settings for editors are not part of the installed package")
    return json.loads(path.read_text())


def globbed(root, settings):
    """Return which files each schema covers, by the schema's path."""
    return {schema: set(root.glob(pattern)) for schema, pattern in settings["yaml.schemas"].items()}


def test_every_schema_is_there_and_covers_a_file(root, settings):
    for schema, covered in globbed(root, settings).items():
        assert (root / schema).is_file(), schema
        assert covered, schema


def test_every_committed_schema_of_files_is_used(root, settings):
    schemas = {path.name for path in (root / "schema/json").glob("*.schema.json")} - {"report.schema.json"}
    assert {schema.rsplit("/", 1)[1] for schema in settings["yaml.schemas"]} == schemas


def test_every_file_has_one_schema(root, settings):
    files = set((root / "dataset").rglob("*.yaml")) - {root / "dataset/dataset.yaml"}
    assert len(files) > 60
    covered = [path for paths in globbed(root, settings).values() for path in paths]
    assert sorted(covered) == sorted(files)


def test_the_modeline_of_every_record_leads_to_the_schema(root):
    records = sorted((root / "dataset/records").rglob("*.yaml"))
    for record in records:
        found = re.match(r"# yaml-language-server: \$schema=(\S+)\n", record.read_text("utf-8"))
        assert found, record
        assert (record.parent / found[1]).resolve() == root / "schema/json/event.schema.json", record


def test_yaml_is_read_by_the_same_rules_as_by_casus(settings):
    assert settings["yaml.yamlVersion"] == "1.2"
    assert settings["yaml.customTags"] == []


def test_the_extension_is_recommended(root, settings):
    assert settings
    assert "redhat.vscode-yaml" in json.loads((root / ".vscode/extensions.json").read_text())["recommendations"]
