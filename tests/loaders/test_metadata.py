"""What a release says of itself to other tools is valid, complete and true."""

import csv
import io
import json
import re

import pyarrow.parquet as pq
import pytest
import yaml
from jsonschema import Draft7Validator, FormatChecker
from support import EXAMPLE, FIRST_ROUND, patched, write_dataset

from casus.building import build_release
from casus.digests import sha256_of
from casus.manifest import Manifest, manifest_text, read_manifest
from casus.metadata import holds
from casus.schema.description import describe, walk
from casus.schema.event import Event
from casus.schema.metadata.dataset_card import size_category
from casus.schema.references import ForeignKey, foreign_keys
from casus.schema.tables import TABLES
from casus.schema.vocabulary import names, vocabulary

FILES = ["README.md", "codebook.csv", "codebook.json", "croissant.json", "datapackage.json", "schema.jsonld"]


@pytest.fixture
def package(small_release):
    return json.loads((small_release / "datapackage.json").read_text("utf-8"))


@pytest.fixture
def tables(small_release):
    return {table.name: pq.read_table(small_release / f"{table.name}.parquet")
            for table in read_manifest(small_release).tables}  # fmt: skip


@pytest.fixture(scope="session")
def profile(root):
    schema = json.loads((root / "tests/vendored/data-package-2.0.schema.json").read_text("utf-8"))
    return Draft7Validator(schema, format_checker=FormatChecker())


# --- the manifest ---------------------------------------------------------------------------------------------------


def test_manifest_lists_the_files_with_size_and_hash(small_release):
    files = read_manifest(small_release).files
    assert [each.name for each in files] == FILES
    for each in files:
        assert (each.bytes, each.sha256) == (
            (small_release / each.name).stat().st_size,
            sha256_of(small_release / each.name),
        )


@pytest.mark.parametrize("name", ["../up.json", "a/b.json", "events.parquet", "/etc/passwd.md", "x.exe"])
def test_manifest_cannot_name_a_file_elsewhere(small_release, name):
    said = json.loads((small_release / "manifest.json").read_text())
    said["files"][0]["name"] = name
    (small_release / "manifest.json").write_text(json.dumps(said))
    with pytest.raises(Exception, match="CAS442"):
        read_manifest(small_release)


def test_manifest_without_files_still_reads(small_release):
    said = json.loads((small_release / "manifest.json").read_text())
    for name in ("files", "creators", "keywords", "homepage"):
        said.pop(name, None)
    (small_release / "manifest.json").write_text(json.dumps(said))
    manifest = read_manifest(small_release)
    assert manifest.files == ()
    assert "creators" not in manifest_text(manifest)
    assert Manifest.model_validate_json(manifest_text(manifest)) == manifest


# --- Data Package ---------------------------------------------------------------------------------------------------


def test_data_package_fits_the_profile(package, profile):
    assert [str(error.message) for error in profile.iter_errors(package)] == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda package: package["resources"][1]["schema"]["fields"][0].update(type="text"),
        lambda package: package.update(version=1),
        lambda package: package["resources"][1].update(path="../events.parquet"),
        lambda package: package.update(resources=[]),
    ],
)
def test_profile_is_not_a_formality(package, profile, damage):
    damage(package)
    assert not profile.is_valid(package)


def test_data_package_has_every_table_as_it_is(package, small_release, tables):
    resources = {each["name"]: each for each in package["resources"]}
    assert set(resources) == {*tables, "codebook"}
    kinds = {"string": "string", "int32": "integer", "double": "number", "bool": "boolean", "date32[day]": "date"}
    for name, table in tables.items():
        assert resources[name]["bytes"] == (small_release / f"{name}.parquet").stat().st_size
        assert resources[name]["hash"] == f"sha256:{sha256_of(small_release / f'{name}.parquet')}"
        fields = resources[name]["schema"]["fields"]
        assert [each["name"] for each in fields] == table.column_names
        assert [each["constraints"].get("required", False) if "constraints" in each else False for each in fields] == [
            not each.nullable for each in table.schema
        ]
        if name != "records":
            for each, column in zip(fields, table.schema, strict=True):
                plain = str(getattr(column.type, "value_type", column.type))
                assert each["type"] == kinds.get(plain, "any"), (name, each["name"])


def test_codes_are_enums_with_labels(package):
    fields = {each["name"]: each for each in package["resources"][1]["schema"]["fields"]}
    assert fields["status"]["constraints"]["enum"] == list(vocabulary("statuses").codes)
    assert fields["status"]["categories"][0] == {
        "value": vocabulary("statuses").codes[0],
        "label": vocabulary("statuses").values[0].label,
    }


def test_patterns_are_those_of_xml_schema_and_take_what_is_there(package, tables):
    taken = 0
    for resource in package["resources"][1:-1]:
        for field in resource["schema"]["fields"]:
            pattern = field.get("constraints", {}).get("pattern")
            if pattern:
                assert pattern[0] != "^"
                assert pattern[-1] != "$"
                assert "\\u" not in pattern
                there = [each for each in tables[resource["name"]][field["name"]].to_pylist() if each is not None]
                assert all(re.fullmatch(pattern, each) for each in [*there, field["example"]]), field["name"]
                taken += len(there)
    assert taken


def test_day_of_the_data_is_the_only_day(package):
    assert package["created"] == "2025-07-01T00:00:00Z"
    assert package["version"] == "0.1.0"
    assert package["licenses"][0]["name"] == "CC-BY-4.0"
    assert {"title": "Example News", "path": "https://example.org/"} in package["sources"]


def test_primary_and_foreign_keys_hold(package, tables):
    for resource in package["resources"]:
        if resource["name"] == "codebook":
            continue
        rows = tables[resource["name"]].to_pylist()
        for key in [resource["schema"].get("primaryKey"), *resource["schema"].get("uniqueKeys", [])]:
            if key:
                assert len({tuple(row[name] for name in key) for row in rows}) == len(rows), resource["name"]
        for key in resource["schema"].get("foreignKeys", []):
            target, names_there = key["reference"]["resource"], key["reference"]["fields"]
            there = {tuple(row[name] for name in names_there) for row in tables[target].to_pylist()}
            here = {tuple(row[name] for name in key["fields"]) for row in rows}
            assert {each for each in here if None not in each} <= there, (resource["name"], key)


def test_foreign_keys_cover_what_points_somewhere():
    assert ForeignKey(("event_id",), "events", ("id",)) in foreign_keys(TABLES["claims"])
    assert ForeignKey(("actor",), "actors", ("id",)) in foreign_keys(TABLES["participants"])
    assert ForeignKey(("place",), "places", ("id",)) in foreign_keys(TABLES["events"])
    assert ForeignKey(("event_id", "replaces"), "quantities", ("event_id", "key")) in foreign_keys(TABLES["quantities"])
    for name, table in TABLES.items():
        for key in foreign_keys(table):
            assert set(key.columns) <= {column.name for column in table.columns}, name
            assert key.keys == TABLES[key.table].key


def test_key_that_does_not_hold_is_not_declared(tables):
    known = {**tables, "actors": tables["actors"].filter([True, *[False] * (len(tables["actors"]) - 1)])}
    key = ForeignKey(("actor",), "actors", ("id",))
    assert holds(key, tables["participants"], tables)
    assert not holds(key, tables["participants"], known)
    composite = ForeignKey(("event_id", "key"), "participants", ("event_id", "key"))
    assert holds(composite, tables["participant_roles"], tables)
    assert not holds(composite, tables["participant_roles"], {"participants": tables["participants"].slice(1)})


# --- codebook -------------------------------------------------------------------------------------------------------


def test_codebook_has_every_field_and_every_code_once(small_release):
    rows = json.loads((small_release / "codebook.json").read_text("utf-8"))["rows"]
    fields = [(row["table"], row["name"]) for row in rows if row["kind"] == "field"]
    wanted = [("records", path) for path, _ in walk(describe(Event))]
    wanted += [(name, column.name) for name, table in TABLES.items() for column in table.columns]
    assert fields == wanted
    codes = [(row["vocabulary"], row.get("within"), row["name"]) for row in rows if row["kind"] == "code"]
    assert len(set(codes)) == len(codes)
    said = {(name, None, code) for name in names() if name != "modes" for code in vocabulary(name)}
    said |= {("modes", kind.code, mode.code) for kind in vocabulary("event-types").values for mode in kind.modes}
    assert set(codes) == said
    assert all(row["definition"] for row in rows)
    assert all(row[text] for row in rows if row["kind"] == "code" for text in ("includes", "excludes", "example"))


def test_codebook_says_the_same_in_both_forms(small_release):
    rows = json.loads((small_release / "codebook.json").read_text("utf-8"))["rows"]
    read = list(csv.DictReader(io.StringIO((small_release / "codebook.csv").read_text("utf-8"))))
    plain = [{key: {True: "true", False: "false"}.get(value, str(value)) for key, value in row.items()} for row in rows]
    assert [{key: value for key, value in row.items() if value} for row in read] == plain


def test_columns_carry_their_description_in_the_file(tables):
    for name, table in tables.items():
        for field in table.schema:
            assert field.metadata[b"description"], (name, field.name)
    nested = tables["records"].schema.field("date").type
    assert nested.field("start").metadata[b"description"]


# --- schema.org, Croissant, Hugging Face ----------------------------------------------------------------------------


def test_json_ld_says_what_a_search_engine_asks_for(small_release):
    said = json.loads((small_release / "schema.jsonld").read_text("utf-8"))
    assert (said["@context"], said["@type"]) == ("https://schema.org/", "Dataset")
    assert said["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert said["temporalCoverage"] == "2025-06-02/2025-06-02"
    assert {each["contentUrl"] for each in said["distribution"]} >= {"events.parquet", "codebook.csv"}
    assert {each["name"] for each in said["variableMeasured"]} == {column.name for column in TABLES["events"].columns}


def test_croissant_names_only_what_is_there(small_release, tables):
    said = json.loads((small_release / "croissant.json").read_text("utf-8"))
    files = {each["@id"]: each for each in said["distribution"]}
    for name, each in files.items():
        assert each["sha256"] == sha256_of(small_release / name)
    for each in said["recordSet"]:
        for field in each["field"]:
            if "source" in field:
                name = field["source"]["fileObject"]["@id"].removesuffix(".parquet")
                assert field["source"]["extract"]["column"] in tables[name].column_names


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_mlcroissant_reads_every_record_set(small_release, tables):
    croissant = pytest.importorskip("mlcroissant", reason="mlcroissant is not installed (pip install mlcroissant)")
    dataset = croissant.Dataset(str(small_release / "croissant.json"))
    assert dataset.metadata.issues.errors == set()
    assert dataset.metadata.issues.warnings == set()
    for each in dataset.metadata.record_sets:
        rows = list(dataset.records(each.id))
        if each.id in TABLES:
            assert len(rows) == len(tables[each.id]), each.id
        else:
            assert [row[f"{each.id}/code"] for row in rows] == list(vocabulary(each.id.removeprefix("codes/")))
    row = next(iter(dataset.records("quantities")))
    assert (row["quantities/event_id"], row["quantities/best"]) == (b"2025-05-16-istanbul-talks", 67.0)


def test_card_has_a_configuration_for_every_table_with_rows(small_release, tables):
    _, front, body = (small_release / "README.md").read_text("utf-8").split("---\n", 2)
    said = yaml.safe_load(front)
    files = {each["config_name"]: each["data_files"][0]["path"] for each in said["configs"]}
    assert files == {name: f"{name}.parquet" for name, table in tables.items() if len(table)}
    assert [each["config_name"] for each in said["configs"] if each.get("default")] == ["events"]
    assert (said["license"], said["size_categories"]) == ("cc-by-4.0", ["n<1K"])
    assert "A small dataset" in body
    assert f"- 2 `human`: {vocabulary('coding-methods')['human'].definition}\n" in body


@pytest.mark.parametrize(
    ("rows", "said"),
    [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (10**9, "1B<n<10B"), (10**13, "n>1T")],
)
def test_size_categories(rows, said):
    assert size_category(rows) == said


# --- the same each time ---------------------------------------------------------------------------------------------


def test_awkward_head_is_written_safely(tmp_path):
    data = write_dataset(tmp_path / "data", [patched(EXAMPLE, FIRST_ROUND), EXAMPLE])
    title = "Ereignisse: 50% & mehr - 'x' {y} #1"
    head = {
        "title": title, "description": "- a\n# b: c", "version": "0.2.0", "as_of": "2025-07-01",
        "licence": "See the page", "creators": ["Ä & B"], "keywords": ["a: b", "---"], "homepage": "https://example.org/x",
    }  # fmt: skip
    (data / "dataset.yaml").write_text(json.dumps(head), "utf-8")
    folder = build_release(data).folder
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    assert (package["title"], package["name"]) == (title, "ereignisse-50-mehr-x-y-1")
    assert package["licenses"] == [{"name": "See the page", "title": "See the page"}]
    front = yaml.safe_load((folder / "README.md").read_text("utf-8").split("\n---\n")[0].removeprefix("---\n"))
    assert front["tags"] == ["a: b", "---", "parquet"]
    assert (front["license"], front["license_name"]) == ("other", "See the page")
    assert "50\\% \\& mehr" in (folder / "README.md").read_text("utf-8")
