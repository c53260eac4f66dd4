"""Mappings say why for everything, and their pages are as generated."""

import pytest

from casus.importers import sources
from casus.importers.__main__ import main
from casus.importers.mapping import mapping
from casus.importers.rendering import INDEX, page, pages
from casus.schema import UsageError


def test_committed_pages_are_up_to_date(root):
    folder = root / "docs/importers"
    if not folder.is_dir():
        pytest.skip("the pages are not part of the installed package")
    there = {each.name: each.read_text("utf-8") for each in folder.glob("*.md")}
    stale = [name for name, text in pages().items() if there.get(name) != text]
    assert not stale, f"{', '.join(stale)} differ; run: python -m casus.importers --write docs/importers"
    assert set(there) == set(pages())


@pytest.mark.parametrize("name", sources())
def test_every_column_of_a_layout_is_documented_and_every_row_has_a_reason(name):
    known = mapping(name)
    assert {column for layout in known.layouts for column in layout} <= known.known
    assert all(column.why for column in known.columns)
    assert all(code.why for table in known.codes.values() for code in table.values())
    assert len({column.name for column in known.columns}) == len(known.columns)
    assert known.licence
    assert f"`{name}`" in page(name)
    assert f"({name}.md)" in pages()[INDEX]


def test_pages_are_written_and_compared(tmp_path, capsys):
    folder = tmp_path / "pages"
    assert main([str(folder)]) == 1
    assert main(["--write", str(folder)]) == 0
    assert main([str(folder)]) == 0
    (folder / "ucdp-ged.md").write_text("old")
    (folder / "gone.md").write_text("of a source that is no more")
    assert main([str(folder)]) == 1
    assert main(["--write", str(folder)]) == 0
    assert main([str(folder)]) == 0
    assert main([]) == 2
    assert "removed" in capsys.readouterr().out


def test_an_unknown_source_is_named_with_the_nearest():
    with pytest.raises(UsageError, match="did you mean 'ucdp-ged'"):
        mapping("ucdp_ged")
