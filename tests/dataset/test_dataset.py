"""The dataset itself: what this release promises."""

import json
import re

import pytest

import casus
from casus.building import build_release
from casus.collection import read_collection
from casus.manifest import read_manifest
from casus.releases import releases_folder
from casus.schema.corpus import Corpus
from casus.schema.rules.dataset import independent_groups


@pytest.fixture(scope="module")
def corpus(root) -> Corpus:
    folder = root / "dataset"
    if not (folder / "records").is_dir():
        pytest.skip("the authored records are not part of the installed package")
    return read_collection(folder).corpus


def test_authored_records_have_no_errors(dataset_folder):
    report = casus.validate(dataset_folder)
    assert report.errors == (), str(report)


def test_bundled_release_is_what_the_records_give(dataset_folder, tmp_path):
    built = build_release(dataset_folder, tmp_path).folder
    bundled = releases_folder() / built.name
    digests = [{table.name: table.digest for table in read_manifest(folder).tables} for folder in (built, bundled)]
    changed = [name for name in digests[0] if digests[0][name] != digests[1].get(name)]
    assert not changed, f"{', '.join(changed)} differ: set a new version in dataset.yaml and run: casus build"


def test_release_is_as_large_and_as_well_sourced_as_promised():
    events = casus.load().to_arrow().to_pylist()
    assert len(events) >= 40
    assert sum(event["n_independent"] >= 2 for event in events) >= 0.9 * len(events)


def test_every_record_says_how_it_was_made():
    for event in casus.records():
        assert event.coding.method == "machine-assisted", event.id
        assert event.coding.coders, event.id


def test_founding_article_is_a_source_of_the_records_it_speaks_of():
    sources = casus.load("sources", publisher="topgab").to_arrow().to_pylist()
    assert {"2025-06-02-istanbul-talks", "2025-05-31-air-attack-ukraine", "2025-06-01-operation-spiderweb"} <= {
        source["event_id"] for source in sources
    }


def test_misspellings_of_the_article_are_found():
    names = {row["name"]: row["id"] for row in casus.load("names", kind="misspelling").to_arrow().to_pylist()}
    assert names["Rustem Umgerov"] == "rustem-umerov"
    assert names["Vadim Medinsky"] == "vladimir-medinsky"


def test_every_contested_number_names_its_claimant():
    for row in casus.load("quantities").to_arrow().to_pylist():
        assert (row["claimant"] is None) == (row["attribution"] == "unattributed"), row


def test_independence_in_the_table_is_that_of_the_rule(corpus):
    table = dict(
        zip(*(casus.load().to_arrow().column(name).to_pylist() for name in ("id", "n_independent")), strict=True)
    )
    for entry in corpus.of("event"):
        assert table[entry.id] == len(independent_groups(entry.data, corpus.ids("publisher"))), entry.id


def test_istanbul_case_points_to_records_and_keys_that_exist(root):
    path = root / "docs/istanbul-case.md"
    if not path.is_file():
        pytest.skip("the documents are not part of the installed package")
    events = {event.id: json.loads(event.model_dump_json()) for event in casus.records()}
    links = re.findall(r"\(\.\./dataset/records/\d{4}/([^)]+)\.yaml\)", path.read_text("utf-8"))
    assert len(set(links)) >= 15
    assert set(links) <= set(events)


def test_no_record_names_a_machine_path_or_session(root):
    for path in sorted((root / "dataset").rglob("*.yaml")):
        assert not re.search(r"(^|\s)/(work|tmp|root|home)/", path.read_text("utf-8")), path
