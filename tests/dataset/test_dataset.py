"""The dataset itself: what this release promises."""

import json
import re

import pytest

import casus
from casus.building import build_release
from casus.collection import read_collection
from casus.covering import coverage
from casus.digests import logical_digest
from casus.releases import Release, releases_folder
from casus.schema.corpus import Corpus
from casus.schema.rules.dataset import independent_groups
from casus.schema.versions import Standing


@pytest.fixture(scope="module")
def corpus(root) -> Corpus:
    folder = root / "dataset"
    if not (folder / "records").is_dir():
        pytest.skip("the authored records are not part of the installed package")
    return read_collection(folder).corpus


def test_authored_records_have_no_errors_and_none_stands_twice(dataset_folder):
    report = casus.validate(dataset_folder)
    assert report.errors == (), str(report)
    assert [each for each in report.findings if each.code == "CAS506"] == []


def test_bundled_release_is_what_the_records_give(dataset_folder, tmp_path):
    built = build_release(dataset_folder, tmp_path).folder
    bundled = releases_folder() / built.name
    releases = [Release.open(folder) for folder in (built, bundled)]
    # What a release of an older schema says of the history begins with the next release.
    names = [name for name in releases[0].names if releases[1].standing is Standing.PRESENT or name != "revisions"]
    changed = [name for name in names if len({logical_digest(release.table(name)) for release in releases}) > 1]
    assert not changed, f"{', '.join(changed)} differ: set a new version in dataset.yaml and run: casus build"


def test_release_is_as_large_and_as_well_sourced_as_promised():
    events = casus.load().to_arrow().to_pylist()
    assert len(events) >= 300
    assert sum(event["n_independent"] >= 2 for event in events) >= 0.9 * len(events)


def test_dataset_card_counts_what_is_there(root):
    if not (root / "docs/dataset-card.md").is_file():
        pytest.skip("the documents are not part of the installed package")
    card = (root / "docs/dataset-card.md").read_text("utf-8")
    sources = casus.load("sources").to_arrow().column("language").to_pylist()
    places = casus.load("places").to_arrow().column("latitude")
    actors = casus.load("actors").to_arrow().column("wikidata")
    assert f"holds {len(casus.load())} events" in card
    assert f"{sources.count('en')} of the {len(sources)} citations" in card
    assert f"{sources.count('ru')} Russian, {sources.count('uk')} Ukrainian" in card
    assert f"the rest {len(set(sources)) - 3} other languages" in card
    assert f"{places.null_count} of {len(places)} places" in card
    assert f"given for {len(actors) - actors.null_count} actors" in card


def test_first_wave_is_covered_and_sourced_as_promised(dataset_folder):
    found = coverage(dataset_folder)
    assert {kind: found.share(kind) for kind in found.lists.kinds if found.share(kind) < 0.95} == {}
    assert found.well_sourced() >= 0.8
    assert found.linking() >= 0.5


def test_second_wave_leads_to_the_table(dataset_folder):
    """At least a third of the attacks, sanctions, decisions and court acts are tied to a diplomatic record."""
    found = coverage(dataset_folder)
    second = found.records(
        ["air_attacks", "operations", "territory", "incidents", "atrocities", "sanctions", "aid", "legal"]
    )
    assert len(second) >= 250
    assert found.crossing(second) >= 1 / 3
    groups = corpus_groups(found)
    assert sum(groups[id_] >= 2 for id_ in second) >= 0.8 * len(second)


def corpus_groups(found):
    """Return how many independent sources each record has."""
    publishers = found.corpus.ids("publisher")
    return {id_: len(independent_groups(event, publishers)) for id_, event in found.events.items()}


def test_page_on_coverage_is_what_the_lists_give(root, dataset_folder):
    if not (root / "docs/coverage.md").is_file():
        pytest.skip("the documents are not part of the installed package")
    said = (root / "docs/coverage.md").read_text("utf-8")
    assert said == coverage(dataset_folder).to_markdown(), "run: casus coverage --update docs/coverage.md"


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


CASE = "docs/istanbul-case.md"
PART = re.compile(r"\[(20[^\]]+)\]|`([a-z_]+)(?:/([a-z][a-z0-9-]*))?`")


def pointers(text):
    """Yield ``(record id, field, key)`` for the pointers of a document; a pointer belongs to the record before it."""
    record = None
    for match in PART.finditer(text.partition("\n[article]:")[0]):
        if match[1]:
            record = match[1]
            yield record, None, None
        elif record:
            yield record, match[2], match[3]


def test_istanbul_case_points_to_records_and_keys_that_exist(root):
    if not (root / CASE).is_file():
        pytest.skip("the documents are not part of the installed package")
    events = {event.id: json.loads(event.model_dump_json(exclude_none=True)) for event in casus.records()}
    lost, found = [], 0
    for record, field, key in pointers((root / CASE).read_text("utf-8")):
        event = events.get(record, {})
        keys = {part["key"] for part in event.get(field, []) if isinstance(part, dict)} if key else {None}
        known = (field is None and event) or (field in event and (key is None or key in keys))
        found += bool(known)
        if not known and (key or field is None):
            lost.append((record, field, key))
    assert lost == []
    assert found > 150


def test_istanbul_case_links_lead_to_files(root):
    if not (root / CASE).is_file():
        pytest.skip("the documents are not part of the installed package")
    text = (root / CASE).read_text("utf-8")
    targets = re.findall(r"\]\((\.\./[^)#]+)\)|^\[20[^\]]+\]: (\S+)$", text, re.MULTILINE)
    assert len(targets) > 50
    assert [target for pair in targets for target in pair if target and not (root / "docs" / target).exists()] == []


def test_no_record_names_a_machine_path_or_session(root):
    for path in sorted((root / "dataset").rglob("*.yaml")):
        assert not re.search(r"(^|\s)/(work|tmp|root|home)/", path.read_text("utf-8")), path
