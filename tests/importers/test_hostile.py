"""Files that are not what they seem: a clear report, nothing that looks whole, and no row lost."""

import gzip
import io
import zipfile

import pyarrow.parquet as pq
import pytest
from importing import UCDP, counted, ucdp_rows, ucdp_text, write

from casus.importers import import_files, recognise
from casus.schema import UsageError


def refused(tmp_path, path, said, **options):
    """The file is refused in these words, and nothing that looks whole is there."""
    with pytest.raises(UsageError, match=said):
        import_files("ucdp-ged", [path], tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_a_wrong_file_is_refused_by_the_names_of_its_columns(tmp_path):
    (tmp_path / "wrong.csv").write_text("name,age\nx,1\n")
    refused(tmp_path, tmp_path / "wrong.csv", "not a table of UCDP.*'type_of_violence' is missing.*cannot be read")
    assert not (tmp_path / "out.partial").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"\xff\xfei\0d\0", "no text"),
        (b"\x89PNG\r\n\x1a\n\0\0", "no text"),
        (b"PK\x03\x04 cut off", "archive cannot be read"),
        (b"\x1f\x8b\x08\0cut", "packed file is damaged"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, content, said):
    (tmp_path / "file.csv").write_bytes(content)
    refused(tmp_path, tmp_path / "file.csv", said)


def test_a_header_without_rows_is_an_import_of_nothing(tmp_path, casus_command):
    path = write(tmp_path, [])
    done = casus_command("import", "auto", path, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert counted(tmp_path / "out")["rows"] == 0
    assert casus_command("validate", tmp_path / "out").returncode == 0
    assert "have a header and no rows" in done.stdout


def test_rows_of_another_layout_in_the_same_file_are_set_aside_with_their_numbers(tmp_path):
    lines = ucdp_text(ucdp_rows(6)).splitlines(keepends=True)
    lines[3] = lines[3].rstrip("\r\n") + ',"more"\r\n'
    lines[5] = '"1","2"\r\n'
    (tmp_path / "mixed.csv").write_text("".join(lines), newline="")
    import_files("ucdp-ged", [tmp_path / "mixed.csv"], tmp_path / "out")
    assert counted(tmp_path / "out")["codes"] == {"CAS605": 2}
    found = pq.read_table(tmp_path / "out/quarantine.parquet").to_pylist()
    assert [(each["row"], each["reason"]) for each in found] == [
        (3, "The row has 50 cells where 49 belong."),
        (5, "The row has 2 cells where 49 belong."),
    ]
    assert found[1]["raw"] == '"1","2"'


def test_a_repeated_header_is_set_aside_and_not_taken_for_a_row(tmp_path):
    text = ucdp_text(ucdp_rows(2))
    (tmp_path / "joined.csv").write_text(
        text + text.replace('"1000"', '"2000"').replace('"1001"', '"2001"'), newline=""
    )
    import_files("ucdp-ged", [tmp_path / "joined.csv"], tmp_path / "out")
    said = counted(tmp_path / "out")
    assert (said["records"], said["quarantined"]) == (4, 1)


def test_latin_1_is_named_and_read_when_it_is_said(tmp_path):
    path = tmp_path / "latin.csv"
    path.write_bytes(ucdp_text([UCDP | {"where_coordinates": "Järvi"}]).encode("latin-1"))
    refused(tmp_path, path, "not utf-8.*--encoding latin-1")
    import_files("ucdp-ged", [path], tmp_path / "out", encoding="latin-1")
    assert pq.read_table(tmp_path / "out/places.parquet").column("name").to_pylist() == ["Järvi"]


def test_an_unknown_encoding_is_named(tmp_path):
    refused(tmp_path, write(tmp_path, ucdp_rows(1)), "no encoding 'utf-9'", encoding="utf-9")


def test_a_truncated_gzip_is_named(tmp_path):
    whole = gzip.compress(ucdp_text(ucdp_rows(3000)).encode())
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    refused(tmp_path, path, "packed file is damaged or was cut off", block=32_768)
    path.write_bytes(whole)
    import_files("ucdp-ged", [path], tmp_path / "out", block=32_768)
    assert counted(tmp_path / "out")["records"] == 3000


def test_what_was_made_of_a_bad_file_does_not_stand_in_the_way_of_a_good_one(tmp_path):
    rows = ucdp_text(ucdp_rows(3000)).encode()
    path = tmp_path / "rows.csv"
    path.write_bytes(rows[:-2000] + b"\xff\xfe" + rows[-2000:])
    told = []
    with pytest.raises(UsageError, match="the text is not utf-8"):
        import_files("ucdp-ged", [path], tmp_path / "out", block=32_768, progress=told.append)
    assert told
    assert [each.name for each in tmp_path.iterdir()] == ["rows.csv"]
    path.write_bytes(rows)
    import_files("ucdp-ged", [path], tmp_path / "out", block=32_768)
    assert counted(tmp_path / "out")["records"] == 3000


def _zipped(path, name, content, **options):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, **options)
    return path


@pytest.mark.parametrize("name", ["../../rows.csv", "/etc/rows.csv", "a/../../rows.csv", "..\\rows.csv", "C:/rows.csv"])
def test_a_name_that_leads_out_of_an_archive_is_refused(tmp_path, name):
    refused(tmp_path, _zipped(tmp_path / "a.zip", name, ucdp_text(ucdp_rows(1))), "leads out of it")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = _zipped(tmp_path / "bomb.zip", "rows.csv", b"0" * 80 * 2**20)
    assert path.stat().st_size < 2**20
    refused(tmp_path, path, "would unpack from")


def test_an_archive_without_a_table_is_named(tmp_path):
    refused(tmp_path, _zipped(tmp_path / "a.zip", "readme.txt", "hello"), "holds no table.*readme.txt")


def test_a_damaged_member_is_named(tmp_path):
    path = _zipped(tmp_path / "a.zip", "rows.csv", ucdp_text(ucdp_rows(500)))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    refused(tmp_path, path, "rows.csv: .*damaged")


def test_coordinates_that_are_swapped_are_found_where_they_can_be(tmp_path):
    rows = [UCDP | {"id": "1", "latitude": "151.2", "longitude": "-33.9"}, UCDP | {"id": "2"}]
    import_files("ucdp-ged", [write(tmp_path, rows)], tmp_path / "out")
    (found,) = pq.read_table(tmp_path / "out/quarantine.parquet").to_pylist()
    assert found["reason"] == "latitude holds '151.2', which is not a number from -90 to 90."


@pytest.mark.parametrize("day", ["03.04.2022", "04/03/2022", "2022-02-30", "44600", "2022-2-8", "20220208"])
def test_days_of_another_form_are_never_guessed(tmp_path, day):
    import_files("ucdp-ged", [write(tmp_path, [UCDP | {"date_start": day}, UCDP | {"id": "2"}])], tmp_path / "out")
    assert counted(tmp_path / "out")["codes"] == {"CAS602": 1}


def test_control_characters_and_formulas_are_only_text(tmp_path):
    row = UCDP | {"where_coordinates": '=HYPERLINK("x")\u202e\t\x07end', "side_b": "<script>\"'|"}
    import_files("ucdp-ged", [write(tmp_path, [row])], tmp_path / "out")
    assert counted(tmp_path / "out")["records"] == 1
    (name,) = pq.read_table(tmp_path / "out/places.parquet").column("name").to_pylist()
    assert name == '=HYPERLINK("x") end'


def test_ids_that_come_again_are_found_across_parts_and_files(tmp_path):
    rows = ucdp_rows(400)
    one = write(tmp_path, [*rows, rows[3]], name="one.csv")
    two = write(tmp_path, [rows[0], UCDP | {"id": "5"}], name="two.csv")
    import_files("ucdp-ged", [one, two], tmp_path / "out", block=16_384)
    said = counted(tmp_path / "out")
    assert (said["records"], said["codes"]) == (401, {"CAS606": 2})
    found = pq.read_table(tmp_path / "out/quarantine.parquet").to_pylist()
    assert [(each["file"], each["row"]) for each in found] == [("one.csv", 401), ("two.csv", 1)]


def test_very_long_cells_are_cut_and_do_not_break_the_import(tmp_path):
    row = UCDP | {"where_coordinates": "x" * 3_000_000, "dyad_name": "y" * 10_000}
    import_files("ucdp-ged", [write(tmp_path, [row, UCDP | {"id": "2"}])], tmp_path / "out")
    assert counted(tmp_path / "out")["records"] == 2


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"a" * 70_000, b'"' * 5, b"\n" * 9, b"\xff" * 50, b"a,b\n1"])
def test_auto_never_fails_but_with_words(tmp_path, content):
    (tmp_path / "some").write_bytes(content)
    with pytest.raises(UsageError, match="no source has these columns"):
        recognise(tmp_path / "some")


def test_a_folder_instead_of_a_file_is_named(tmp_path, casus_command):
    (tmp_path / "folder").mkdir()
    for source in ("auto", "ucdp-ged"):
        done = casus_command("import", source, tmp_path / "folder", "-o", tmp_path / "out")
        assert (done.returncode, done.stderr != "") == (2, True)


def test_text_is_read_as_bytes_of_a_stream(tmp_path):
    text = io.StringIO(ucdp_text(ucdp_rows(2))).read()
    (tmp_path / "bom.csv").write_text("\ufeff" + text, "utf-8", newline="")
    import_files("ucdp-ged", [tmp_path / "bom.csv"], tmp_path / "out")
    assert counted(tmp_path / "out")["records"] == 2
