"""Completion, hover and diagnostics of the YAML language server with the committed schemas, over LSP."""

import itertools
import os
from pathlib import Path

import pytest
from language_server import LanguageServer, UnavailableError, install

from casus.schema.description import describe
from casus.schema.event import Event
from casus.schema.vocabulary import vocabulary

pytestmark = pytest.mark.slow

TALKS = "dataset/records/2025/2025-06-02-istanbul-talks.yaml"
DRAFT = """\
id: 2025-06-02-a-new-record
type:\x20
title: A record
status: occured
participants:
  - key: p1
    \x20
"""


@pytest.fixture(scope="module")
def server(root, tmp_path_factory):
    if not (root / ".vscode/settings.json").is_file():
        pytest.skip("the settings for editors are not part of the installed package")
    given = os.environ.get("YAML_LANGUAGE_SERVER")
    try:
        script = Path(given) if given else install(tmp_path_factory.mktemp("npm"))
    except UnavailableError as error:
        pytest.skip(str(error))
    with LanguageServer(script, root) as running:
        yield running


@pytest.fixture(scope="module")
def opened(server, root):
    """Open a text as a record of its own, and return its URI and its diagnostics."""
    numbers = itertools.count(1)
    return lambda text: server.open(root / f"dataset/records/2025/2025-06-02-new-{next(numbers)}.yaml", text)


@pytest.fixture(scope="module")
def draft(opened):
    return opened(DRAFT)


@pytest.fixture(scope="module")
def talks(opened, root):
    """A record of the dataset: its URI, diagnostics and lines."""
    text = (root / TALKS).read_text("utf-8")
    return (*opened(text), text.split("\n"))


def test_types_are_completed_with_their_labels_and_definitions(server, draft):
    items = server.complete(draft[0], 1, 6)
    types = vocabulary("event-types")
    assert set(items) == set(types)
    for value in types.values:
        assert items[value.code]["documentation"]["value"] == f"**{value.label}**: {value.definition}"


def test_names_of_fields_are_completed_with_their_descriptions(server, draft):
    event = describe(Event)
    items = server.complete(draft[0], 7, 0)
    wanted = {field.name for field in event.fields} - {"id", "type", "title", "status", "participants"}
    assert wanted <= set(items)
    assert items["summary"]["documentation"] == event.field("summary").description


def test_inside_a_list_the_fields_of_its_items_are_completed(server, draft):
    items = server.complete(draft[0], 6, 4)
    assert {"actor", "roles", "level", "represented_by", "asserted_by"} <= set(items)
    assert "title" not in items


def test_a_wrong_code_is_marked_where_it_stands(draft):
    wrong = [each for each in draft[1] if each["range"]["start"]["line"] == 3]
    assert len(wrong) == 1
    assert wrong[0]["range"]["start"]["character"] == len("status: ")
    assert '"occurred"' in wrong[0]["message"]


def test_hover_shows_what_a_field_means(server, draft):
    assert describe(Event).field("title").description in server.hover(draft[0], 2, 2)


def test_hover_over_a_code_shows_its_definition(server, talks):
    uri, found, lines = talks
    assert found == []
    shown = server.hover(uri, lines.index("type: talks"), len("type: ta"))
    assert vocabulary("event-types")["talks"].definition in shown


def test_code_marks_in_descriptions_are_shown_as_such(server, talks):
    uri, _, lines = talks
    shown = server.hover(uri, lines.index("  end: 2025-06-02"), 3)
    assert "the same as `start` for an event of one day" in shown


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("date: {start: 2025-06-02, end: NO}", 0, "pattern"),
        ("participants: [{key: p1, actor: UKR, roles: [NO]}]", 0, "not accepted"),
        ("sources:\n  - key: s1\n    accessed: 2025-6-2", 2, "pattern"),
        ("title: false", 0, "type"),
        ("coding:\n  methode: human", 1, "not allowed"),
    ],
)
def test_wrong_values_are_marked(opened, text, line, said):
    _, found = opened(f"{text}\n")
    assert [each for each in found if each["range"]["start"]["line"] == line and said in each["message"]], found


def test_norway_stays_text(opened):
    """By YAML 1.1 ``NO`` would be false, which is no title."""
    _, found = opened("title: NO\n")
    assert [each for each in found if "Missing" in each["message"]]
    assert not [each for each in found if "type" in each["message"] and "Missing" not in each["message"]]


def test_nothing_is_wrong_in_any_file_of_the_dataset(server, root):
    files = sorted({*(root / "dataset").rglob("*.yaml")} - {root / "dataset/dataset.yaml"})
    assert len(files) > 60
    for path in files:
        assert server.open(path)[1] == [], path
