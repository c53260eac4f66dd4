"""A release that is not what it was built as gives one clear error, naming file, row, field and rule."""

import json
import random

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from casus.digests import logical_digest, sha256_of
from casus.manifest import NAMES
from casus.releases import Release
from casus.schema import CasusError, InvalidRecordsError
from casus.schema.rules.file import RELEASE_RULES


def rewrite(release, name, change, *, forge=()):
    """Write a table anew; ``forge`` makes the manifest agree with its bytes, its digest, or both."""
    path = release / f"{name}.parquet"
    table = change(pq.ParquetFile(path).read())
    pq.write_table(table, path, compression="zstd")
    manifest = json.loads((release / "manifest.json").read_text())
    for said in manifest["tables"]:
        if said["name"] == name:
            if "bytes" in forge:
                said |= {"bytes": path.stat().st_size, "sha256": sha256_of(path), "rows": len(table)}
            if "digest" in forge:
                said["digest"] = logical_digest(table)
    (release / "manifest.json").write_text(json.dumps(manifest))


def flip(path, position):
    content = bytearray(path.read_bytes())
    content[position] ^= 0x10
    path.write_bytes(bytes(content))


def set_column(name, values):
    def change(table):
        index = table.column_names.index(name)
        column = values(table.column(name))
        return table.set_column(index, table.schema.field(name), column)

    return change


def edit_manifest(release, **values):
    manifest = json.loads((release / "manifest.json").read_text())
    (release / "manifest.json").write_text(json.dumps(manifest | values))


def folder_for_table(release):
    (release / "events.parquet").unlink()
    (release / "events.parquet").mkdir()


def blank(column):
    return pa.chunked_array([pa.array([""] * len(column))])


DAMAGES = {
    "remove a table": lambda release: (release / "events.parquet").unlink(),
    "break the manifest": lambda release: (release / "manifest.json").write_text("{"),
    "flip a byte": lambda release: flip(release / "events.parquet", 100),
    "change a value and forge the bytes": lambda release: rewrite(
        release, "events", set_column("title", pc.utf8_upper), forge=("bytes",)
    ),
    "claim another schema version": lambda release: edit_manifest(release, schema_version="9.0.0"),
    "add a column": lambda release: rewrite(
        release, "events", lambda table: table.append_column("extra", pa.array(["x"] * len(table))), forge=("bytes",)
    ),
    "truncate a table": lambda release: (release / "events.parquet").write_bytes(
        (release / "events.parquet").read_bytes()[:500]
    ),
    "put a folder in the place of a table": folder_for_table,
    "break a row and forge the digests": lambda release: rewrite(
        release, "events", set_column("title", blank), forge=("bytes", "digest")
    ),
}


#: CAS449 is raised by long files, and the others by ``casus verify`` and by versions that are not what was published.
ELSEWHERE = ("CAS449", "CAS451", "CAS452", "CAS453")


@pytest.mark.parametrize(
    "rule", [each for each in RELEASE_RULES if each.code not in ELSEWHERE], ids=lambda rule: rule.code
)
def test_damage_raises_its_code(rule, small_release):
    DAMAGES[rule.counterexample.how](small_release)
    with pytest.raises(InvalidRecordsError) as caught:
        Release.open(small_release).table("events")
    assert rule.code in {finding.code for finding in caught.value.findings}
    assert str(small_release) in str(caught.value)


def test_invalid_row_is_named(small_release):
    def second_low(column):
        return pa.chunked_array([pa.array([column[0].as_py(), -5.0, *column.to_pylist()[2:]], pa.float64())])

    rewrite(small_release, "quantities", set_column("best", second_low), forge=("bytes", "digest"))
    with pytest.raises(InvalidRecordsError) as caught:
        Release.open(small_release).table("quantities")
    (finding,) = caught.value.findings
    assert (finding.code, finding.row, finding.path) == ("CAS448", 1, ("best",))
    assert finding.record == "2025-05-16-istanbul-talks/q2"
    assert "-5.0" in finding.message


def test_unknown_code_in_a_dictionary_is_named(small_release):
    def other(column):
        indices = pa.array([0, 0], column.type.index_type)
        return pa.chunked_array([pa.DictionaryArray.from_arrays(indices, ["banquet"])])

    rewrite(small_release, "events", set_column("type", other), forge=("bytes", "digest"))
    with pytest.raises(InvalidRecordsError, match=r"'banquet': it is not in the vocabulary event-types"):
        Release.open(small_release).table("events")


def test_nan_coordinates_are_named(small_release):
    def nan(column):
        return pa.chunked_array([pa.array([float("nan")] * len(column))])

    rewrite(small_release, "events", set_column("latitude", nan), forge=("bytes", "digest"))
    with pytest.raises(InvalidRecordsError, match="latitude is nan"):
        Release.open(small_release).table("events")


def test_repeated_key_is_named(small_release):
    rewrite(small_release, "links", lambda t: pa.concat_tables([t, t]), forge=("bytes", "digest"))
    with pytest.raises(InvalidRecordsError, match="row 0 has the same event_id, key"):
        Release.open(small_release).table("links")


def test_row_without_its_event_is_named(small_release):
    def other(column):
        return pa.chunked_array([pa.array(["2020-01-01-nothing"] * len(column))])

    rewrite(small_release, "links", set_column("event_id", other), forge=("bytes", "digest"))
    with pytest.raises(InvalidRecordsError, match="no event has that id"):
        Release.open(small_release).table("links")


def test_invalid_record_names_row_field_and_rule(small_release):
    def swap(table):
        rows = table.to_pylist()
        rows[1]["quantities"][0]["low"] = 120.0
        return pa.Table.from_pylist(rows, table.schema)

    rewrite(small_release, "records", swap, forge=("bytes", "digest"))
    with pytest.raises(InvalidRecordsError) as caught:
        Release.open(small_release).events()
    (finding,) = caught.value.findings
    assert (finding.code, finding.row, finding.path) == ("CAS202", 1, ("quantities", 0, "best"))
    assert finding.record == "2025-06-02-istanbul-talks"


def test_other_types_are_refused(small_release):
    def plain(table):
        return table.set_column(table.column_names.index("type"), "type", table.column("type").cast(pa.string()))

    rewrite(small_release, "events", plain, forge=("bytes",))
    with pytest.raises(InvalidRecordsError, match="the column type is string"):
        Release.open(small_release).table("events")


@pytest.mark.parametrize("name", NAMES)
def test_no_flipped_byte_is_accepted(name, small_release):
    path = small_release / f"{name}.parquet"
    whole = path.read_bytes()
    chance = random.Random(name)
    for position in chance.sample(range(len(whole)), 40):
        flip(path, position)
        with pytest.raises(CasusError):
            Release.open(small_release).table(name)
        path.write_bytes(whole)


@pytest.mark.parametrize("size", [0, 1, 4, 12, 100, 1000])
def test_truncation_is_an_error(size, small_release):
    path = small_release / "records.parquet"
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(InvalidRecordsError, match="CAS443"):
        Release.open(small_release).events()


@pytest.mark.parametrize(
    "manifest",
    [
        "",
        "[]",
        "null",
        "[" * 100_000,
        '{"schema_version": "0.1.0"}',
        '{"schema_version": 7}',
        '{"schema_version": "new"}',
        '{"tables": [{"name": "../../etc/passwd"}]}',
    ],
)
def test_bad_manifest_is_an_error(manifest, small_release):
    (small_release / "manifest.json").write_text(manifest)
    with pytest.raises(InvalidRecordsError, match="CAS44"):
        Release.open(small_release)


def test_table_name_cannot_leave_the_folder(small_release):
    with pytest.raises(CasusError, match="There is no table"):
        Release.open(small_release).table("../../etc/passwd")
