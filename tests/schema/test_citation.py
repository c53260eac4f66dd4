"""How to cite: CITATION.cff and .zenodo.json say what dataset.yaml says, in the forms that their readers know."""

import datetime as dt
import json

import pytest
import yaml

from casus.schema.metadata import Facts, licence_url
from casus.schema.metadata.citation import bibtex, citation_cff, zenodo_json

FACTS = Facts(
    "Talks & terms", "What it holds.", "1.2.3", "0.2.0", "2026-01-31", "CC-BY-4.0", ("Ada & Co", "Ben"), ("a: b",)
)


@pytest.fixture
def head(dataset_folder):
    return yaml.safe_load((dataset_folder / "dataset.yaml").read_text("utf-8"))


def test_citation_says_what_the_dataset_says(root, head):
    said = yaml.safe_load((root / "CITATION.cff").read_text("utf-8"))
    assert (said["title"], said["version"], said["license"]) == (head["title"], head["version"], head["licence"])
    assert said["date-released"] == str(head["as_of"])
    assert [each["name"] for each in said["authors"]] == head["creators"]
    assert (said["cff-version"], said["type"]) == ("1.2.0", "dataset")


def test_zenodo_says_what_the_dataset_says(root, head):
    said = json.loads((root / ".zenodo.json").read_text("utf-8"))
    assert (said["title"], said["version"], said["publication_date"]) == (
        head["title"], head["version"], str(head["as_of"]))  # fmt: skip
    assert said["description"] == head["description"]


def test_zenodo_metadata_is_of_the_documented_form():
    said = json.loads(zenodo_json(FACTS))
    known = {"title": str, "description": str, "upload_type": str, "access_right": str, "license": str,
             "creators": list, "keywords": list, "version": str, "publication_date": str, "language": str,
             "notes": str}  # fmt: skip
    assert {name: type(value) for name, value in said.items()} == known
    assert (said["upload_type"], said["access_right"], said["license"]) == ("dataset", "open", "cc-by-4.0")
    assert said["creators"] == [{"name": "Ada & Co"}, {"name": "Ben"}]
    assert dt.date.fromisoformat(said["publication_date"])


def test_description_is_as_long_as_search_engines_take(head):
    assert 50 <= len(head["description"]) <= 5000


def test_citation_file_survives_awkward_texts():
    said = yaml.safe_load(citation_cff(FACTS))
    assert (said["title"], said["keywords"]) == ("Talks & terms", ["a: b"])


def test_bibtex_escapes_what_tex_reads():
    assert bibtex(FACTS) == (
        "@dataset{talks-terms-1.2.3,\n"
        "  title = {{Talks \\& terms}},\n"
        "  author = {{Ada \\& Co} and {Ben}},\n"
        "  version = {1.2.3},\n"
        "  year = {2026},\n"
        "  date = {2026-01-31}\n"
        "}"
    )


@pytest.mark.parametrize(
    ("licence", "url"),
    [
        ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
        ("ODbL-1.0", "https://spdx.org/licenses/ODbL-1.0.html"),
        ("ask the authors", None),
    ],
)
def test_licences_have_their_page(licence, url):
    assert licence_url(licence) == url
