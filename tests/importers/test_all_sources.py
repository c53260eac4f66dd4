"""Every mapping holds together: columns, codes and what they become."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from casus.importers.mapping import drift, mapping, sources
from casus.importers.recognising import recognise
from casus.schema.vocabulary import modes_of, vocabulary

ALL = sources()
VOCABULARIES = {"target": "targets", "issue": "issues", "extent": "date-extents", "basis": "date-bases"}


def named(path: Path, source: str, layout: tuple[str, ...]) -> Path:
    """Write a file that has nothing but the columns of a layout."""
    form = mapping(source).form
    if form["kind"] == "json":
        path.write_text("{" + ", ".join(f'"{name}": ""' for name in layout) + "}\n", "utf-8")
    else:
        path.write_text(form["delimiter"].join(layout) + "\n", "utf-8")
    return path


@pytest.mark.parametrize("source", ALL)
def test_layouts_have_known_columns_and_all_that_are_required(source: str) -> None:
    known = mapping(source)
    assert known.layouts
    for layout in known.layouts:
        assert len(set(layout)) == len(layout)
        assert set(layout) <= known.known
        assert known.required <= set(layout)
    assert len({column.name for column in known.columns}) == len(known.columns)


@pytest.mark.parametrize("source", ALL)
def test_codes_become_codes_of_ours(source: str) -> None:
    for table in mapping(source).codes.values():
        for code in table.values():
            if "type" in code.to:
                assert code.to["type"] in vocabulary("event-types").codes
                assert code.to.get("mode") is None or code.to["mode"] in modes_of(code.to["type"])
                continue  # in such a table, source and target are roles
            for field, name in VOCABULARIES.items():
                assert field not in code.to or code.to[field] in vocabulary(name).codes


@pytest.mark.parametrize("source", ALL)
def test_modules_have_what_an_import_calls(source: str) -> None:
    module = import_module(f"casus.importers.{source.replace('-', '_')}")
    assert callable(module.make)
    assert callable(getattr(module, "scope", dict))


@pytest.mark.parametrize("source", [each for each in ALL if mapping(each).form.get("header", True)])
def test_each_layout_is_recognised_as_that_of_its_source(source: str, tmp_path: Path) -> None:
    for layout in mapping(source).layouts:
        path = named(tmp_path / "file.csv", source, layout)
        assert recognise(path).source == source
        assert not drift(mapping(source), layout).missing
