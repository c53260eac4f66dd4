"""casus.validate: files, folders, records in memory, datasets and releases."""

import json

import pytest
from support import EXAMPLE, FIRST_ROUND, patched, write_dataset

import casus
from casus.schema import Event


def test_record_file_in_a_dataset_is_judged_with_it(small_dataset):
    report = casus.validate(small_dataset / "records/2025/2025-06-02-istanbul-talks.yaml")
    assert report.ok
    assert (report.checked, report.findings) == (1, ())


def test_finding_names_file_line_and_column(small_dataset):
    path = small_dataset / "records/2025/2025-06-02-istanbul-talks.yaml"
    path.write_text(path.read_text().replace('"mediated"', '"mediatd"'))
    (finding,) = casus.validate(path).findings
    line = path.read_text().splitlines()[finding.line - 1]
    assert line[finding.column - 1 :].startswith('"mediatd"')
    assert "did you mean 'mediated'" in finding.message
    assert finding.one_line().startswith(f"{path}:{finding.line}:{finding.column} CAS104")


def test_links_are_judged_with_the_whole_dataset(small_dataset):
    path = small_dataset / "records/2025/2025-06-02-istanbul-talks.yaml"
    path.write_text(path.read_text().replace("2025-05-16-istanbul-talks", "2025-05-16-istanbul-talk"))
    (finding,) = casus.validate(path).findings
    assert finding.code == "CAS302"
    assert "did you mean '2025-05-16-istanbul-talks'" in finding.message


def test_only_the_files_asked_for_are_reported(small_dataset):
    other = small_dataset / "records/2025/2025-05-16-istanbul-talks.yaml"
    other.write_text("id: [\n")
    report = casus.validate(small_dataset / "records/2025/2025-06-02-istanbul-talks.yaml")
    assert {finding.code for finding in report.findings} == {"CAS302"}
    assert not casus.validate(small_dataset).ok


def test_twice_the_same_id_is_found(small_dataset):
    copy = small_dataset / "records/2025/copy.yaml"
    copy.write_text((small_dataset / "records/2025/2025-06-02-istanbul-talks.yaml").read_text())
    codes = {finding.code for finding in casus.validate(copy).findings}
    assert codes == {"CAS301", "CAS408"}


def test_folder_is_validated_in_one_run(small_dataset):
    for name, text in {"a.yaml": "id: [\n", "b.yaml": "# nothing\n", "c.yaml": "- 1\n"}.items():
        (small_dataset / "records/2025" / name).write_text(text)
    report = casus.validate(small_dataset / "records")
    assert [finding.code for finding in report.findings] == ["CAS401", "CAS410", "CAS410"]
    assert report.checked == 2
    assert "2 records checked: 3 errors in 3, 0 warnings." in str(report)


def test_registry_mistake_has_its_position(small_dataset):
    path = small_dataset / "registries/places.yaml"
    rows = json.loads(path.read_text())
    rows[0]["latitude"] = 95.0
    path.write_text(json.dumps(rows, indent=1))
    (finding,) = casus.validate(small_dataset).findings
    assert (finding.code, finding.path) == ("CAS106", ("latitude",))
    assert "95.0" in path.read_text().splitlines()[finding.line - 1]


def test_nan_coordinates_are_refused(small_dataset):
    path = small_dataset / "registries/places.yaml"
    path.write_text(path.read_text().replace("41.01384", ".nan"))
    assert "CAS412" in {finding.code for finding in casus.validate(small_dataset).findings}


def test_event_and_mapping_are_judged_with_the_bundled_release():
    first = next(casus.records(type="talks"))
    assert casus.validate(first).errors == ()
    broken = json.loads(first.model_dump_json(exclude_none=True)) | {"type": "talk"}
    assert [finding.code for finding in casus.validate(broken).errors] == ["CAS104"]
    unknown = patched(EXAMPLE, {"participants[0].actor": "nobody-at-all", "id": "2025-06-02-another"})
    assert "CAS304" in {finding.code for finding in casus.validate(unknown).errors}


def test_file_outside_a_dataset_is_judged_with_the_bundled_release(tmp_path):
    event = next(casus.records(type="talks"))
    path = tmp_path / f"{event.id}.json"
    path.write_text(event.model_dump_json(exclude_none=True))
    assert casus.validate(path).errors == ()
    record = json.loads(path.read_text())
    record["locations"][0]["place"] = "tur-atlantis"
    path.write_text(json.dumps(record))
    assert {finding.code for finding in casus.validate(path).errors} == {"CAS305"}


def test_bundled_release_is_valid():
    report = casus.validate()
    assert report.ok, str(report)
    assert report.checked == len(casus.load())


def test_raise_if_invalid(small_dataset):
    path = small_dataset / "records/2025/2025-06-02-istanbul-talks.yaml"
    path.write_text(path.read_text().replace('"status": "occurred",\n "status_h', '"status": "done",\n "status_h'))
    with pytest.raises(casus.InvalidRecordsError, match="CAS104") as caught:
        casus.validate(path).raise_if_invalid()
    assert len(caught.value.findings) == 1


@pytest.mark.parametrize("target", ["nowhere.yaml", "nowhere/"])
def test_missing_path_is_a_usage_error(target):
    with pytest.raises(casus.UsageError, match="does not exist"):
        casus.validate(target)


def test_folder_without_records_is_a_usage_error(tmp_path):
    with pytest.raises(casus.UsageError, match="no record file"):
        casus.validate(tmp_path)


def test_imported_record_needs_no_registry(tmp_path):
    provenance = {"dataset": "ucdp-ged", "version": "25.1", "row_id": "1", "licence": "CC-BY-4.0"}
    row = patched(
        EXAMPLE, {"id": "ucdp-ged:1", "provenance": provenance, "participants[0].actor": "ucdp:17", "links": []}
    )
    folder = write_dataset(tmp_path / "data", [patched(EXAMPLE, FIRST_ROUND)])
    path = folder / "records" / "imported.json"
    path.write_text(json.dumps(row))
    assert casus.validate(path).findings == ()
    assert Event.model_validate_json(json.dumps(row)).profile == "imported"
