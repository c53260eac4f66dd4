"""Records read and checked row group by row group: every row, in order, whatever the form."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import EXAMPLE, patched

import casus
import casus.parquet_documents
from casus.parquet_records import to_arrow
from casus.schema import CasusError, Event, InvalidRecordsError
from casus.schema.columnar import check_batch
from casus.schema.columnar.across import hashes
from casus.schema.rules.base import REMOVE
from casus.streaming import load_records, read_groups

GOOD = to_arrow([Event.model_validate_json(json.dumps(EXAMPLE))])


def with_bad_rows(count, bad):
    """Return so many records of which some have a low bound above the best."""
    listed = pa.concat_tables([GOOD] * count).to_pylist()
    for row in bad:
        listed[row]["quantities"][1]["low"] = 5000.0
    return pa.Table.from_pylist(listed, GOOD.schema)


@pytest.fixture
def file(tmp_path):
    def write(table, **options):
        path = tmp_path / "records.parquet"
        pq.write_table(table, path, **options)
        return path

    return write


def test_bad_rows_are_found_and_explained_in_every_row_group(file):
    path = file(with_bad_rows(50, [0, 7, 23, 49]), row_group_size=8)
    table, findings = load_records(path)
    assert len(table) == 50
    assert [finding.row for finding in findings] == [0, 7, 23, 49]
    assert {finding.code for finding in findings} == {"CAS202"}
    assert {finding.path for finding in findings} == {("quantities", 1, "best")}
    assert findings[0].record == EXAMPLE["id"]


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_streaming_and_whole_table_give_the_same_verdicts(file, threads):
    table = with_bad_rows(40, [3, 11, 12, 39])
    path = file(table, row_group_size=7)
    streamed = [
        (group.first + row, code)
        for group in read_groups(path, threads=threads)
        for row, code in zip(group.verdicts.rows.tolist(), group.verdicts.codes, strict=True)
    ]
    whole = check_batch(table.combine_chunks())
    assert streamed == list(zip(whole.rows.tolist(), whole.codes, strict=True))
    assert [row for row, _ in streamed] == [3, 11, 12, 39]


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
def test_a_mapped_file_gives_the_same_with_any_number_of_threads(file, threads):
    path = file(with_bad_rows(40, [3, 30, 31, 33, 39]), row_group_size=9)
    groups = list(read_groups(path, threads=threads, mapped=True))
    assert [(group.first, group.verdicts.length) for group in groups] == [(0, 9), (9, 9), (18, 9), (27, 9), (36, 4)]
    assert [group.first + row for group in groups for row in group.verdicts.suspects()] == [3, 30, 31, 33, 39]


def test_reading_can_be_left_off(file):
    groups = read_groups(file(with_bad_rows(40, []), row_group_size=4))
    assert next(groups).first == 0
    groups.close()


def test_row_groups_come_in_order(file):
    path = file(with_bad_rows(30, []), row_group_size=4)
    groups = list(read_groups(path))
    assert [group.first for group in groups] == [0, 4, 8, 12, 16, 20, 24, 28]
    assert sum(group.table.num_rows for group in groups) == 30


def test_report_is_capped_and_says_how_many_more(file):
    _, findings = load_records(file(with_bad_rows(150, range(150)), row_group_size=64))
    assert len({finding.row for finding in findings if finding.row is not None}) == 100
    assert findings[-1].code == "CAS449"
    assert "50 more of 150 rows are invalid" in findings[-1].message


def test_no_rows_are_no_findings(file):
    table, findings = load_records(file(GOOD.slice(0, 0)))
    assert len(table) == 0
    assert findings == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.append_column("extra", pa.array(["x"])), "the column extra is unknown"),
        (lambda t: t.drop_columns(["claims"]), "the column claims is missing"),
        (lambda t: t.set_column(0, "id", pa.array([7])), "the column id is int64 and should be text"),
        (lambda t: t.set_column(t.column_names.index("issues"), "issues", pa.array(["x"])), "should be a list"),
    ],
)
def test_columns_that_cannot_hold_records_are_named(file, change, said):
    with pytest.raises(InvalidRecordsError, match=said):
        load_records(file(change(GOOD)))


def test_plain_columns_are_read_too(file):
    table = with_bad_rows(10, [4])
    plain = table.set_column(table.column_names.index("type"), "type", table.column("type").cast(pa.large_string()))
    _, findings = load_records(file(plain))
    assert [finding.row for finding in findings] == [4]


def test_corrupt_row_group_is_a_clear_error(file):
    path = file(with_bad_rows(2000, []), row_group_size=500, write_page_checksum=True)
    content = bytearray(path.read_bytes())
    middle = len(content) // 3
    content[middle : middle + 200] = bytes(200)
    path.write_bytes(bytes(content))
    with pytest.raises(CasusError):
        load_records(path)


def test_a_file_that_is_no_parquet_is_a_clear_error(tmp_path):
    path = tmp_path / "records.parquet"
    path.write_text("no parquet")
    with pytest.raises(InvalidRecordsError, match="CAS447"):
        load_records(path)


def test_ids_that_stand_twice_are_found_across_row_groups(tmp_path):
    path = tmp_path / "own.parquet"
    pq.write_table(with_bad_rows(6, []), path, row_group_size=2)
    report = casus.validate(path)
    assert [(finding.code, finding.row) for finding in report.findings if finding.code == "CAS301"] == [
        ("CAS301", row) for row in range(1, 6)
    ]


def own_file(folder, *changes):
    """Write records that differ from the example, as rows of a file of one's own."""
    rows = [
        patched(EXAMPLE, {"id": f"2025-06-02-own-{number}", "links": REMOVE} | sets)
        for number, sets in enumerate(changes)
    ]
    table = pa.concat_tables([to_arrow([Event.model_validate_json(json.dumps(row))]) for row in rows])
    path = folder / "own.parquet"
    pq.write_table(table, path, row_group_size=1)
    return path


def link(relation, target):
    return [{"key": "k1", "relation": relation, "target": target, "sources": ["s1"]}]


#: The rules across records that the columns are judged by too; the record engine has more.
IN_COLUMNS = {"CAS301", "CAS302", "CAS304", "CAS305", "CAS306", "CAS307", "CAS309"}


@pytest.fixture(params=["together with others", "alone, in columns"])
def codes_by_row(request, monkeypatch):
    """Return what is found in a file, judged with all others or, as a large one is, alone."""
    if request.param == "alone, in columns":
        monkeypatch.setattr(casus.parquet_documents, "MOST_RECORDS", 0)

    def found(path):
        report = casus.validate(path)
        assert ("editorial rules" in report.checks) == (request.param == "together with others")
        return {(finding.row, finding.code) for finding in report.findings if finding.code in IN_COLUMNS}

    return found


REGISTERED = {
    "participants": [{"key": "p1", "actor": "UKR", "roles": ["party"]}],
    "locations": [{"key": "l1", "place": "tur-istanbul"}],
    "quantities": REMOVE,
    "claims": REMOVE,
    "sources[0].publisher": "reuters",
    "sources[1].publisher": "tass",
}


def test_links_lead_to_rows_of_the_file_or_of_the_bundled_release(codes_by_row, tmp_path):
    path = own_file(
        tmp_path,
        REGISTERED | {"links": link("follows", "2025-06-02-own-1"), "coding.confidence": REMOVE},
        REGISTERED | {"links": link("follows", "2025-05-16-istanbul-talks")},
        REGISTERED | {"links": link("follows", "2025-05-16-istanbul-talk")},
    )
    assert codes_by_row(path) == {(2, "CAS302")}


def test_no_event_is_part_of_itself_across_rows(codes_by_row, tmp_path):
    path = own_file(
        tmp_path,
        REGISTERED | {"links": link("part-of", "2025-06-02-own-1")},
        REGISTERED | {"links": link("part-of", "2025-06-02-own-2")},
        REGISTERED | {"links": link("part-of", "2025-06-02-own-0")},
        REGISTERED | {"links": link("part-of", "2025-06-02-own-0")},
    )
    assert codes_by_row(path) == {(0, "CAS309"), (1, "CAS309"), (2, "CAS309")}


def test_references_are_looked_up_in_the_registries(codes_by_row, tmp_path):
    path = own_file(
        tmp_path,
        REGISTERED,
        REGISTERED | {"participants": [{"key": "p1", "actor": "ukr-nobody", "roles": ["party"]}]},
        REGISTERED | {"sources[0].publisher": "nobody-news"},
    )
    assert codes_by_row(path) == {(1, "CAS304"), (2, "CAS306")}


def test_hashes_tell_texts_apart():
    texts = [f"bench:{number}" for number in range(100_000)] + ["", "a", "b", "ab", "ba", "aab", "\x00", "\x00\x00"]
    plain = hashes(pa.array(texts))
    assert len(set(plain.tolist())) == len(texts)
    assert hashes(pa.array(texts).dictionary_encode()).tolist() == plain.tolist()
    assert hashes(pa.array(texts)[5:9]).tolist() == plain[5:9].tolist()
