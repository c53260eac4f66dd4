"""Records kept in a repository of one's own, with registries of one's own beside those of the dataset."""

import json
import subprocess
import sys

import pytest
from support import EXAMPLE, REMOVE, patched, write_dataset

import casus

ACTORS = [
    {"id": "own-minister", "kind": "person", "name": "Own Minister",
     "memberships": [{"of": "UKR", "kind": "office", "office": "Minister", "start": "2023-09-06"}]},
]  # fmt: skip
PLACES = [{"id": "tur-own-hall", "kind": "building", "name": "Own Hall", "countries": [{"state": "TUR"}],
           "within": "tur-istanbul"}]  # fmt: skip
PUBLISHERS = [
    {
        "id": "own-news",
        "name": "Own News",
        "hosts": ["example.org"],
        "owner": "private",
        "independence_group": "own-news",
    },
    {
        "id": "own-post",
        "name": "Own Post",
        "hosts": ["other.example"],
        "owner": "private",
        "independence_group": "own-post",
    },
]
RECORD = patched(
    EXAMPLE,
    {
        "id": "2024-03-01-own-talks",
        "date": {"start": "2024-03-01", "end": "2024-03-01"},
        "status_history": REMOVE,
        "locations[0].place": "tur-own-hall",
        "participants[0].represented_by[0].person": "own-minister",
        "quantities[0].claimant": "own-news",
        "quantities[0].said_on": REMOVE,
        "claims[0].claimant": "own-minister",
        "claims[0].said_on": REMOVE,
        "sources[0].publisher": "own-news",
        "sources[1].publisher": "own-post",
        "links[0].target": "2025-05-16-istanbul-talks",
    },
)


@pytest.fixture
def own(tmp_path):
    """A repository of one's own: ``my/records`` and ``my/registry``."""
    records, registry = tmp_path / "my/records/2024", tmp_path / "my/registry"
    records.mkdir(parents=True)
    registry.mkdir()
    (records / f"{RECORD['id']}.yaml").write_text(json.dumps(RECORD, indent=1))
    for name, rows in (("actors", ACTORS), ("places", PLACES), ("publishers", PUBLISHERS)):
        (registry / f"{name}.yaml").write_text(json.dumps(rows, indent=1))
    return tmp_path / "my"


def change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_own_actors_places_and_publishers_stand_beside_ours(own):
    report = casus.validate(own / "records", registry=own / "registry")
    assert report.findings == (), str(report)
    assert (report.checked, report.entries) == (1, 4)


def test_without_the_registry_they_are_unknown(own):
    codes = {each.code for each in casus.validate(own / "records").errors}
    assert codes == {"CAS304", "CAS305", "CAS306", "CAS307"}


def test_it_works_from_another_current_folder_as_a_command(own, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    command = [sys.executable, "-m", "casus.cli", "validate", str(own / "records"), "--registry", str(own / "registry")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=elsewhere)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 record checked: 0 errors, 0 warnings." in done.stdout
    assert f"(4 registry entries too, judged with {len(casus.load())} other records)" in done.stdout


def test_an_id_of_ours_may_not_be_taken(own):
    change(own / "registry/actors.yaml", '"own-minister"', '"hakan-fidan"')
    findings = casus.validate(registry=own / "registry").errors
    assert [(each.code, each.file) for each in findings] == [("CAS301", str(own / "registry/actors.yaml"))]
    assert findings[0].line == 3


@pytest.mark.parametrize(("name", "rows"), [
    ("actors", [{"id": "ap", "kind": "group", "name": "Own group"}]),
    ("publishers", [{"id": "UKR", "name": "Own paper", "hosts": ["a.example"], "owner": "private",
                     "independence_group": "own"}]),
])  # fmt: skip
def test_actors_and_publishers_of_both_share_one_namespace(own, name, rows):
    (own / f"registry/{name}.yaml").write_text(json.dumps(rows))
    assert [each.code for each in casus.validate(registry=own / "registry").errors] == ["CAS314"]


def test_a_state_of_ours_may_not_be_added_again(own):
    (own / "registry/states.yaml").write_text('[{"iso3": "UKR", "name": "Another Ukraine"}]')
    (finding,) = casus.validate(registry=own / "registry").errors
    assert (finding.code, finding.path) == ("CAS301", ("iso3",))
    (own / "registry/states.yaml").write_text('[{"iso3": "XKX", "name": "Kosovo"}]')
    assert casus.validate(registry=own / "registry").ok


def test_a_name_of_ours_is_said(own):
    change(own / "registry/actors.yaml", "Own Minister", "Hakan Fidan")
    (finding,) = casus.validate(registry=own / "registry").errors
    assert (finding.code, finding.path) == ("CAS317", ("name",))
    assert "hakan-fidan" in finding.message


def test_what_is_wrong_in_the_registry_has_its_place(own):
    change(own / "registry/places.yaml", '"building"', '"bilding"')
    (finding,) = casus.validate(own / "records", registry=own / "registry").findings
    assert (finding.code, finding.file) == ("CAS104", str(own / "registry/places.yaml"))
    assert "bilding" in (own / "registry/places.yaml").read_text().splitlines()[finding.line - 1]


def test_a_registry_that_cannot_be_read_is_a_finding(own):
    (own / "registry/places.yaml").write_text("- id: [\n")
    report = casus.validate(own / "records", registry=own / "registry")
    assert {each.code for each in report.errors} == {"CAS401", "CAS305"}


def test_what_to_do_names_ones_own_file(own, monkeypatch):
    path = own / "records/2024" / f"{RECORD['id']}.yaml"
    change(path, "own-minister", "own-ministr")
    change(path, "2025-05-16-istanbul-talks", "2023-01-01-nothing")
    monkeypatch.chdir(own)
    fixes = {each.code: each.fix for each in casus.validate("records", registry="registry").errors}
    assert "registry/actors.yaml" in fixes["CAS307"]
    assert "registry/wanted.yaml" in fixes["CAS302"]
    assert not any("dataset/" in fix for fix in fixes.values())


def test_own_wanted_revisions_and_exceptions_count(own):
    path = own / "records/2024" / f"{RECORD['id']}.yaml"
    change(path, "2025-05-16-istanbul-talks", "2023-01-01-first")
    change(path, '"best": 67', '"best": 67.5')
    (own / "registry/wanted.yaml").write_text('[{"id": "2023-01-01-first", "title": "A first round"}]')
    (own / "registry/exceptions.yaml").write_text(
        json.dumps([{"code": "CAS303", "id": RECORD["id"], "reason": "It will be recorded."}])
    )
    assert casus.validate(own / "records", registry=own / "registry").findings == ()
    (own / "registry/wanted.yaml").write_text("[]")
    (own / "registry/revisions.yaml").write_text(
        '[{"id": "2023-01-01-first", "kind": "withdrawn", "on": "2024-01-01", "reason": "An example."}]'
    )
    codes = {each.code for each in casus.validate(own / "records", registry=own / "registry").findings}
    assert codes == {"CAS312", "CAS319"}


def test_an_exception_for_a_record_that_is_not_judged_is_not_called_stale(own):
    (own / "registry/exceptions.yaml").write_text('[{"code": "CAS502", "id": "2024-01-01-x", "reason": "An example."}]')
    assert casus.validate(own / "records", registry=own / "registry").findings == ()


def test_the_registry_may_lie_among_the_records(own):
    assert casus.validate(own, registry=own / "registry").findings == ()


def test_several_registries_and_single_files(own, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (own / "registry/places.yaml").rename(other / "places.yaml")
    assert casus.validate(own / "records", registry=[own / "registry", other]).findings == ()
    assert casus.validate(own / "records", registry=[own / "registry", other / "places.yaml"]).findings == ()


def test_ids_in_two_registries_are_found(own, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "places.yaml").write_text(json.dumps(PLACES))
    codes = [each.code for each in casus.validate(own / "records", registry=[own / "registry", other]).errors]
    assert codes == ["CAS301"]


def test_it_works_with_records_of_a_dataset_folder(own, tmp_path):
    folder = write_dataset(tmp_path / "data", [patched(EXAMPLE, {"links": REMOVE})])
    path = folder / "records/2025/2025-06-02-istanbul-talks.yaml"
    change(path, "tur-istanbul", "tur-own-hall")
    assert [each.code for each in casus.validate(path).errors] == ["CAS305"]
    (own / "registry/publishers.yaml").unlink()
    assert casus.validate(path, registry=own / "registry").errors == ()


def test_a_record_in_memory_is_judged_with_the_registry(own):
    assert casus.validate(RECORD, registry=own / "registry").findings == ()
    assert not casus.validate(RECORD).ok


@pytest.mark.parametrize(("path", "said"), [("nowhere", "does not exist"), ("records", "holds no registry")])
def test_a_wrong_path_is_a_usage_error_that_says_what_is_expected(own, path, said):
    with pytest.raises(casus.UsageError, match=f"{said}.*actors.yaml"):
        casus.validate(own / "records", registry=own / path)
