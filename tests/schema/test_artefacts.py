"""What is generated and committed is what the schema gives."""

import pytest

from casus.schema.artefacts import UPDATE, artefacts

ROOT_FILES = ("docs/codebook-rules.md", "schema/json/event.schema.json")


@pytest.fixture(scope="module")
def generated(root):
    if not all((root / name).is_file() for name in ROOT_FILES):
        pytest.skip("the committed artefacts are not part of the installed package")
    return artefacts(root)


def test_committed_files_are_up_to_date(generated, root):
    stale = [
        path for path, text in generated.items() if not (root / path).is_file() or (root / path).read_text() != text
    ]
    assert not stale, f"{', '.join(stale)} differ from the schema; run: {UPDATE}"


def test_no_generated_file_is_left_over(generated, root):
    committed = {f"schema/json/{path.name}" for path in (root / "schema/json").iterdir() if path.is_file()}
    committed |= {f"schema/arrow/{path.name}" for path in (root / "schema/arrow").iterdir() if path.is_file()}
    assert committed <= set(generated)


def test_every_rule_has_an_anchor(generated):
    from casus.schema.rules import ALL_RULES

    assert all(f"### {rule.code}\n" in generated["docs/rules.md"] for rule in ALL_RULES)


def test_codebook_holds_every_code(generated):
    from casus.schema.vocabulary import names, vocabulary

    text = generated["docs/codebook.md"]
    for name in names():
        for code in vocabulary(name):
            assert f"`{code}`" in text, f"{name}: {code}"
