"""Building a release: whole or not at all, and the same each time."""

import json

import pytest
from support import EXAMPLE

from casus.building import build_release
from casus.manifest import FILE, NAMES, read_manifest
from casus.parquet_records import from_arrow, to_arrow
from casus.releases import Release
from casus.schema import Event, InvalidRecordsError, ReleaseError, UsageError
from casus.validating import validate


def test_release_has_every_table_and_a_manifest(small_dataset):
    built = build_release(small_dataset)
    assert built.folder == small_dataset / "releases/0.1.0"
    assert {path.name for path in built.folder.iterdir()} == {
        FILE,
        *(f"{name}.parquet" for name in NAMES),
        *(other.name for other in read_manifest(built.folder).files),
    }
    manifest = read_manifest(built.folder)
    assert manifest.version == "0.1.0"
    assert {table.name: table.rows for table in manifest.tables}["records"] == 2


def test_records_survive_parquet():
    event = Event.model_validate_json(json.dumps(EXAMPLE))
    assert list(from_arrow(to_arrow([event]), "x")) == [event]


def test_records_are_in_order_of_time(small_dataset):
    release = Release.open(build_release(small_dataset).folder)
    assert [event.id for event in release.events()] == ["2025-05-16-istanbul-talks", "2025-06-02-istanbul-talks"]


def test_building_twice_gives_the_same_bytes(small_dataset, tmp_path):
    first = build_release(small_dataset, tmp_path / "a").folder
    second = build_release(small_dataset, tmp_path / "b").folder
    for path in sorted(first.iterdir()):
        assert path.read_bytes() == (second / path.name).read_bytes(), path.name


def test_building_again_changes_nothing(small_dataset):
    first = build_release(small_dataset)
    again = build_release(small_dataset)
    assert not first.unchanged
    assert again.unchanged


def test_a_version_that_exists_is_never_overwritten(small_dataset):
    folder = build_release(small_dataset).folder
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    record = small_dataset / "records/2025/2025-06-02-istanbul-talks.yaml"
    record.write_text(record.read_text().replace('"best": 67', '"best": 68'))
    with pytest.raises(UsageError, match=r"exists .* with other content \(records, quantities\)"):
        build_release(small_dataset)
    assert before == {path.name: path.read_bytes() for path in folder.iterdir()}


def test_invalid_records_are_refused_and_nothing_is_written(small_dataset):
    record = small_dataset / "records/2025/2025-06-02-istanbul-talks.yaml"
    record.write_text(record.read_text().replace('"end": "2025-06-02"', '"end": "2025-06-01"'))
    with pytest.raises(InvalidRecordsError, match="CAS201"):
        build_release(small_dataset)
    assert not (small_dataset / "releases").exists()


def test_bad_head_is_refused(small_dataset):
    head = small_dataset / "dataset.yaml"
    head.write_text(head.read_text().replace("version: 0.1.0", "version: ../../up"))
    with pytest.raises(InvalidRecordsError, match=r"dataset\.yaml.*CAS105"):
        build_release(small_dataset)


def test_folder_without_dataset_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="not a dataset folder"):
        build_release(tmp_path)


def test_target_that_cannot_be_written_is_a_clear_error(small_dataset, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(ReleaseError, match="cannot be written"):
        build_release(small_dataset, blocked)


def test_leftovers_of_a_killed_build_are_cleared(small_dataset):
    stale = small_dataset / "releases/.building-killed"
    stale.mkdir(parents=True)
    (stale / "events.parquet").write_bytes(b"half")
    build_release(small_dataset)
    left = {path.name for path in (small_dataset / "releases").iterdir()}
    assert left == {"0.1.0", "0.1.0.index.json", "releases.json"}


def test_flat_tables_say_what_the_records_say(small_dataset):
    release = Release.open(build_release(small_dataset).folder)
    rows = release.table("events").to_pylist()
    assert rows[1]["n_quantities"] == 2
    assert rows[1]["n_independent"] == 2
    assert (rows[1]["place_name"], rows[1]["country"]) == ("Istanbul", "TUR")
    assert rows[1]["date_precision"] == "day"
    roles = release.table("participant_roles").to_pylist()
    assert [row["role"] for row in roles if row["actor"] == "TUR"] == ["host", "mediator"] * 2
    quantities = release.table("quantities").to_pylist()
    assert {row["unit"] for row in quantities} == {"minutes", "persons"}
    claims = release.table("claims").to_pylist()
    assert {row["claimant_side"] for row in claims} == {"UKR"}


@pytest.mark.parametrize("batch", [1, 2, 2048])
@pytest.mark.parametrize("wrong", [0, 1])
@pytest.mark.parametrize("other", [None, 0, 1])
def test_a_build_finds_what_validation_finds(small_dataset, monkeypatch, batch, wrong, other):
    """Rules are judged in columns here, record by record there; the findings are the same wherever a record stands."""
    monkeypatch.setattr("casus.release_tables._BATCH", batch)
    paths = sorted((small_dataset / "records").rglob("*.yaml"))
    for number, change in ((wrong, ('"low": 1000', '"low": 1100')), (other, ('"type": "talks"', '"type": "banquet"'))):
        if number is not None:
            paths[number].write_text(paths[number].read_text().replace(*change))
    with pytest.raises(InvalidRecordsError) as caught:
        build_release(small_dataset)
    wanted = validate(small_dataset).errors
    assert {each.code for each in wanted} >= {"CAS202"}
    assert [(each.code, each.record, each.path, each.line) for each in caught.value.findings] == [
        (each.code, each.record, each.path, each.line) for each in wanted
    ]


def test_warnings_are_those_of_validation(dataset_folder, tmp_path):
    built = build_release(dataset_folder, tmp_path)
    grown = [each for each in built.report.findings if each.code == "CAS466"]  # what only a comparison of releases sees
    rest = [each for each in built.report.findings if each not in grown]
    assert rest == list(validate(dataset_folder).findings)
