"""The preview of a pull request: what records it adds, changes and removes."""

import json
import re
import shutil

import pytest
from markdown_it import MarkdownIt
from support import EXAMPLE, patched

import casus
from casus.previewing import changes, preview

NEW = {"id": "2025-06-09-exchange", "title": "An exchange", "type": "exchange"}


@pytest.fixture
def base(small_dataset, tmp_path):
    """A copy of the small dataset, to compare it with."""
    return shutil.copytree(small_dataset, tmp_path / "base")


def path_of(folder, record_id):
    return folder / "records" / record_id[:4] / f"{record_id}.yaml"


def write(folder, record):
    path_of(folder, record["id"]).write_text(json.dumps(record, ensure_ascii=False), "utf-8")


def test_nothing_changed(small_dataset, base):
    found = changes(small_dataset, base)
    assert not found
    assert preview(found) == "### Records: 0 added, 0 changed, 0 removed\n"


def test_added_records_are_a_table(small_dataset, base):
    write(small_dataset, patched(EXAMPLE, NEW | {"date.end": "2025-06-03"}))
    assert preview(changes(small_dataset, base)) == (
        "### Records: 1 added, 0 changed, 0 removed\n\n"
        "| id | type | date | title | sources |\n"
        "| --- | --- | --- | --- | --- |\n"
        "| `2025-06-09-exchange` | exchange | 2025-06-02 to 2025-06-03 | An exchange | 2: example-news, other-news |\n"
    )


def test_changed_records_name_their_fields(small_dataset, base):
    write(small_dataset, patched(EXAMPLE, {"title": "Another title", "quantities[0].best": 68}))
    found = changes(small_dataset, base)
    assert found.fields == {EXAMPLE["id"]: ("title", "quantities")}
    assert f"- `{EXAMPLE['id']}`: `title`, `quantities`\n" in preview(found)


def test_another_form_of_the_same_record_is_no_change(small_dataset, base):
    write(small_dataset, dict(reversed(patched(EXAMPLE, {"quantities[0].best": 67.0, "date.extent": "spans"}).items())))
    assert not changes(small_dataset, base)


def test_removed_records_are_listed(small_dataset, base):
    path_of(small_dataset, EXAMPLE["id"]).unlink()
    found = changes(small_dataset, base)
    assert [each["id"] for each in found.removed] == [EXAMPLE["id"]]
    assert f"Removed:\n\n- `{EXAMPLE['id']}`\n" in preview(found)


def test_invalid_and_unreadable_records_are_no_crash(small_dataset, base):
    write(small_dataset, patched(EXAMPLE, {"type": ["x"], "date": 7, "title": None, "sources": [1, {"publisher": 2}]}))
    write(small_dataset, {"id": "2025-01-01-odd", "date": {"start": {}}, "sources": "none"})
    (small_dataset / "records/2025/broken.yaml").write_text("id: [\n")
    found = changes(small_dataset, base)
    assert [each["id"] for each in found.added] == ["2025-01-01-odd"]
    assert set(found.fields[EXAMPLE["id"]]) == {"type", "date", "title", "sources"}
    assert "`2025-01-01-odd`" in preview(found)


def test_texts_of_records_are_escaped(small_dataset, base):
    evil = "| x |\n<img src=x> [a](https://evil.example) @someone `\x1b[31m"
    write(small_dataset, patched(EXAMPLE, NEW | {"title": evil, "type": evil, "sources[0].publisher": evil}))
    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(preview(changes(small_dataset, base)))
    assert set(re.findall(r"<([a-z0-9]+)", page)) == {"h3", "table", "thead", "tbody", "tr", "th", "td", "code"}
    assert page.count("<td>") == 5
    assert "\x1b" not in page


def test_many_records_are_counted(small_dataset, base):
    for number in range(60):
        write(small_dataset, patched(EXAMPLE, NEW | {"id": f"2025-06-09-exchange-{number}"}))
    text = preview(changes(small_dataset, base))
    assert text.count("| `2025-06-09-exchange-") == 50
    assert "10 more are not shown." in text


def test_the_bundled_release_is_the_base_unless_another_is_named(dataset_folder):
    assert not changes(dataset_folder)


def test_what_is_no_dataset_is_a_usage_error(tmp_path, small_dataset):
    with pytest.raises(casus.UsageError, match="not a dataset folder"):
        changes(tmp_path)
    with pytest.raises(casus.UsageError, match="not a dataset folder"):
        changes(small_dataset, tmp_path)


def test_command_prints_the_preview(small_dataset, base):
    from click.testing import CliRunner

    from casus.cli import cli

    write(small_dataset, patched(EXAMPLE, NEW))
    done = CliRunner().invoke(cli, ["preview", str(small_dataset), "--base", str(base)])
    assert done.exit_code == 0
    assert done.output.startswith("### Records: 1 added")
