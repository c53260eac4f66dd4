"""A release in other formats: every value survives, nothing overwritten unasked, nothing half-written."""

import csv
import datetime as dt
import json
import sqlite3
import struct
import zipfile
from contextlib import closing

import pyarrow as pa
import pytest

from casus.exports.database import export_sqlite
from casus.exports.files import written_aside
from casus.exports.geopackage import export_gpkg
from casus.exports.plain import flat_tables
from casus.exports.text import export_csv, export_jsonl
from casus.exports.workbook import CELL, FIRST_DAY, export_xlsx
from casus.parquet_records import rows
from casus.releases import Release, bundled
from casus.schema import Event, UsageError
from casus.schema.description import Kind
from casus.schema.tables import TABLES
from casus.schema.vocabulary import names

AWKWARD = ["=1+1", "+3", "-2", "@x", "#N/A", " lead", "tail ", 'quo"te, comma', "two\nlines", "_x0041_", "007", "TRUE",
           "2025-01-02", "Київ 🕊", "\ttab", "'", ""]  # fmt: skip


@pytest.fixture(scope="module")
def release():
    return bundled()


@pytest.fixture
def small(small_release):
    return Release.open(small_release)


def changed(release, name, column, values):
    """Put values into a column of a table, as if the release held them."""
    table = release.table(name)
    repeated = table.take(pa.array([index % len(table) for index in range(len(values))]))
    index = table.column_names.index(column)
    release._tables[name] = repeated.set_column(index, table.schema.field(column), pa.array(values, pa.string()))


def expected(release, name):
    return dict(flat_tables(release, hexadecimal=True))[name].to_pylist()


# --- all formats ----------------------------------------------------------------------------------------------------

FORMATS = {
    "csv": (export_csv, "folder", ["folder/events.csv"]),
    "jsonl": (export_jsonl, "a.jsonl", ["a.jsonl"]),
    "sqlite": (export_sqlite, "a.sqlite", ["a.sqlite"]),
    "xlsx": (export_xlsx, "a.xlsx", ["a.xlsx"]),
    "gpkg": (export_gpkg, "a.gpkg", ["a.gpkg"]),
}


@pytest.fixture(params=FORMATS)
def form(request):
    if request.param == "gpkg":
        pytest.importorskip("pyogrio", reason="pyogrio is not installed (pip install 'casus-events[geo]')")
    return request.param


def run(form, release, folder, **options):
    export, name, _ = FORMATS[form]
    done = export(release, folder / name, **options)
    return list(done) if form == "csv" else done


def test_nothing_is_overwritten_unless_forced(form, small, tmp_path):
    first = tmp_path / FORMATS[form][2][0]
    first.parent.mkdir(exist_ok=True)
    first.write_text("mine")
    with pytest.raises(UsageError, match=r"exists already.*--force"):
        run(form, small, tmp_path)
    assert first.read_text() == "mine"
    run(form, small, tmp_path, force=True)
    assert first.read_bytes() != b"mine"


def test_nothing_else_is_left_in_the_folder(form, small, tmp_path):
    target = tmp_path / "out"
    run(form, small, target)
    left = sorted(path.name for path in (target / "folder" if form == "csv" else target).iterdir())
    assert left == (sorted(f"{name}.csv" for name in [*TABLES, "codebook"]) if form == "csv" else [FORMATS[form][1]])


def test_folder_that_cannot_be_made_is_a_clear_error(form, small, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UsageError, match=r"cannot be written|is a file"):
        run(form, small, tmp_path / "file")


def test_commands_say_what_they_wrote_and_refuse_to_overwrite(form, casus_command, tmp_path):
    target = tmp_path / FORMATS[form][1]
    done = casus_command("export", form, target, "--version", "0.1.0")
    assert done.returncode == 0, done.stderr
    assert "66" in done.stdout or "tables" in done.stdout
    again = casus_command("export", form, target)
    assert (again.returncode, "--force" in again.stderr) == (2, True)
    assert casus_command("export", form, target, "--force").returncode == 0


@pytest.mark.filterwarnings("ignore::casus.schema.NewerSchemaWarning")
def test_release_of_a_newer_schema_is_exported_as_far_as_it_is_known(form, small_release, tmp_path):
    manifest = json.loads((small_release / "manifest.json").read_text())
    major, minor, _ = manifest["schema_version"].split(".")
    manifest["schema_version"] = f"{major}.{int(minor) + 1}.0"
    manifest["tables"] = [each for each in manifest["tables"] if each["name"] not in ("wanted", "publishers", "claims")]
    for name in ("wanted", "publishers", "claims"):
        (small_release / f"{name}.parquet").unlink()
    (small_release / "manifest.json").write_text(json.dumps(manifest))
    run(form, Release.open(small_release), tmp_path / "out")
    left = [path.name for path in (tmp_path / "out").rglob("*.*") if path.is_file()]
    assert "events.csv" in left if form == "csv" else left == [FORMATS[form][1]]
    assert "claims.csv" not in left
    if form == "sqlite":
        with closing(sqlite3.connect(tmp_path / "out/a.sqlite")) as connection:
            tables = {
                row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
            }
        assert "quantities" in tables
        assert not {"claims", "claims_with_events", "quantities_with_events"} & tables


def test_failure_midway_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(UsageError, match="No space left"), written_aside(path, force=True) as aside:  # noqa: PT012
        aside.write_text("half")
        raise OSError(28, "No space left on device")
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("a.txt", "old")]


def test_folder_in_place_of_a_file_is_a_clear_error(small, tmp_path):
    (tmp_path / "a.sqlite").mkdir()
    with pytest.raises(UsageError, match="is a folder"):
        export_sqlite(small, tmp_path / "a.sqlite", force=True)


# --- CSV and JSON Lines ---------------------------------------------------------------------------------------------


def _csv_value(value):
    if value is None:
        return ""
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else value


def test_csv_holds_every_value(release, tmp_path):
    list(export_csv(release, tmp_path))
    for name, table in TABLES.items():
        with (tmp_path / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            read = list(csv.DictReader(file))
        wanted = expected(release, name)
        assert len(read) == len(wanted)
        for row, said in zip(read, wanted, strict=True):
            for column in table.columns:
                text, value = row[column.name], _csv_value(said[column.name])
                if isinstance(value, int | float):
                    assert float(text) == value
                else:
                    assert text == str(value)


def test_csv_holds_awkward_texts(small, tmp_path):
    changed(small, "claims", "statement", AWKWARD)
    list(export_csv(small, tmp_path))
    with (tmp_path / "claims.csv").open(encoding="utf-8", newline="") as file:
        assert [row["statement"] for row in csv.DictReader(file)] == AWKWARD


def test_jsonl_holds_every_record_in_the_order_of_the_schema(release, tmp_path):
    assert export_jsonl(release, tmp_path / "a.jsonl") == len(release.events())
    lines = (tmp_path / "a.jsonl").read_text("utf-8").splitlines()
    assert [Event.model_validate_json(line) for line in lines] == release.events()
    order = list(Event.model_fields)
    for line, row in zip(lines, rows(release.table("records")), strict=True):
        read = json.loads(line)
        assert read == row
        assert list(read) == [name for name in order if name in read]


# --- SQLite ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def database(release, tmp_path_factory):
    path = tmp_path_factory.mktemp("sqlite") / "a.sqlite"
    export_sqlite(release, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


def test_sqlite_holds_every_value(release, database):
    plain = dict(flat_tables(release, hexadecimal=False))
    for name in TABLES:
        read = [dict(row) for row in database.execute(f"SELECT * FROM {name}")]
        wanted = [
            {key: value.isoformat() if isinstance(value, dt.date) else value for key, value in row.items()}
            for row in plain[name].to_pylist()
        ]
        assert read == wanted, name


def test_sqlite_has_types_and_keys_that_hold(database):
    assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    declared = {row["name"]: row["type"] for row in database.execute("PRAGMA table_info(quantities)")}
    assert (declared["best"], declared["approx"], declared["as_of"], declared["key"]) == (
        "REAL", "BOOLEAN", "DATE", "TEXT")  # fmt: skip
    assert [row["name"] for row in database.execute("PRAGMA table_info(claims)") if row["pk"]] == ["event_id", "key"]
    there = {
        (row["from"], row["table"], row["to"]) for row in database.execute("PRAGMA foreign_key_list(participants)")
    }
    assert {("event_id", "events", "id"), ("actor", "actors", "id")} <= there


def test_sqlite_keys_refuse_what_does_not_fit(database):
    database.execute("PRAGMA foreign_keys = ON")
    columns = [row["name"] for row in database.execute("PRAGMA table_info(links)") if row["notnull"]]
    marks = ", ".join("?" * len(columns))
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        database.execute(f"INSERT INTO links ({', '.join(columns)}) VALUES ({marks})", ["nowhere"] * len(columns))
    database.rollback()


def test_sqlite_uses_its_indexes(database):
    plan = database.execute("EXPLAIN QUERY PLAN SELECT * FROM claims WHERE claimant = 'x'").fetchone()
    assert "claims_by_claimant" in plan["detail"]


@pytest.mark.parametrize("table", ["quantities", "claims"])
def test_sqlite_views_have_one_row_for_each(release, database, table):
    read = [dict(row) for row in database.execute(f"SELECT * FROM {table}_with_events")]
    assert len(read) == len(release.table(table))
    known = {row["id"]: row["name"] for name in ("actors", "publishers") for row in release.table(name).to_pylist()}
    assert all(row["claimant_name"] == known.get(row["claimant"]) for row in read)
    titles = {row["id"]: row["title"] for row in release.table("events").to_pylist()}
    assert all(row["event_title"] == titles[row["event_id"]] for row in read)


def test_sqlite_says_what_it_is(release, database):
    said = dict(tuple(row) for row in database.execute("SELECT * FROM release"))
    assert (said["version"], said["as_of"]) == (release.version, release.manifest.as_of.isoformat())
    kinds = dict(tuple(row) for row in database.execute("SELECT kind, count(*) FROM codebook GROUP BY kind"))
    assert kinds["vocabulary"] == len(names())
    assert kinds["field"] > sum(len(table.columns) for table in TABLES.values())


def test_sqlite_leaves_out_a_key_that_does_not_hold(small, tmp_path):
    small.table("events")
    small._tables["actors"] = small.table("actors").slice(1)
    export_sqlite(small, tmp_path / "a.sqlite")
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        keys = {row[2] for row in connection.execute("PRAGMA foreign_key_list(participants)")}
        assert keys == {"events"}


# --- Excel ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def sheets(tmp_path):
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not installed (pip install 'casus-events[excel]')")

    def load(release):
        export_xlsx(release, tmp_path / "a.xlsx")
        return openpyxl.load_workbook(tmp_path / "a.xlsx")

    return load


def _excel_value(value):
    if isinstance(value, dt.date):
        return value.isoformat() if value < FIRST_DAY else dt.datetime.combine(value, dt.time())
    return None if value == "" else value


def test_xlsx_holds_every_value_with_its_type(release, sheets):
    book = sheets(release)
    assert book.sheetnames == [*TABLES, "codebook"]
    for name in TABLES:
        head, *read = book[name].iter_rows(values_only=True)
        wanted = expected(release, name)
        assert list(head) == [column.name for column in TABLES[name].columns]
        assert read == [tuple(map(_excel_value, row.values())) for row in wanted], name
        assert book[name].freeze_panes == "A2"
    assert book["events"]["H2"].number_format == "yyyy-mm-dd"
    assert book["events"]["H2"].is_date
    assert len(list(book["codebook"].iter_rows())) > len(TABLES)


def test_xlsx_never_makes_a_formula_of_a_text(small, sheets, tmp_path):
    texts = [text for text in AWKWARD if text]
    changed(small, "claims", "statement", texts)
    sheet = sheets(small)["claims"]
    at = small.table("claims").column_names.index("statement") + 1
    cells = [sheet.cell(row, at) for row in range(2, len(texts) + 2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value.replace("_x005F_", "_") for cell in cells] == texts
    quoted = {cell.value for cell in cells if cell.quotePrefix}
    assert quoted == {text for text in texts if text[0] in "=+-@\t"}
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert not [name for name in archive.namelist() if b"<f>" in archive.read(name)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x" * (CELL + 1), "row 2, column statement: the text has 32768 characters.*csv, jsonl or sqlite"),
        ("\N{DOVE OF PEACE}" * (CELL // 2 + 1), "32768 characters"),
        ("a\x0bb", r"cannot hold the character U\+000B"),
        ("a\rb", r"U\+000D"),
        ("a\ufffeb", r"U\+FFFE"),
    ],
)
def test_xlsx_refuses_what_a_cell_cannot_hold(small, tmp_path, text, said):
    pytest.importorskip("openpyxl")
    changed(small, "claims", "statement", ["fine", text])
    with pytest.raises(UsageError, match=said):
        export_xlsx(small, tmp_path / "a.xlsx")
    assert not (tmp_path / "a.xlsx").exists()


def test_xlsx_takes_the_longest_text_whole(small, sheets):
    changed(small, "claims", "statement", ["x" * CELL])
    at = small.table("claims").column_names.index("statement") + 1
    assert sheets(small)["claims"].cell(2, at).value == "x" * CELL


def test_xlsx_refuses_more_rows_than_a_sheet_has(small, tmp_path, monkeypatch):
    pytest.importorskip("openpyxl")
    monkeypatch.setattr("casus.exports.workbook.ROWS", 3)
    with pytest.raises(UsageError, match="more than 2 rows"):
        export_xlsx(small, tmp_path / "a.xlsx")
    assert not (tmp_path / "a.xlsx").exists()


@pytest.mark.parametrize(("form", "library", "extra"), [("xlsx", "openpyxl", "excel"), ("gpkg", "pyogrio", "geo")])
def test_absent_library_names_the_extra(small, tmp_path, monkeypatch, form, library, extra):
    monkeypatch.setitem(__import__("sys").modules, library, None)
    with pytest.raises(UsageError, match=rf"casus-events\[{extra}\]"):
        FORMATS[form][0](small, tmp_path / f"a.{form}")


# --- GeoPackage -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def layers(release, tmp_path_factory):
    pyogrio = pytest.importorskip("pyogrio", reason="pyogrio is not installed (pip install 'casus-events[geo]')")
    path = tmp_path_factory.mktemp("gpkg") / "a.gpkg"
    export_gpkg(release, path)
    return pyogrio, path


def test_gpkg_holds_every_value(release, layers):
    pyogrio, path = layers
    assert [tuple(each) for each in pyogrio.list_layers(path)] == [
        (name, "Point" if name == "events" else None) for name in TABLES
    ]
    for name, table in flat_tables(release, hexadecimal=False):
        _, read = pyogrio.read_arrow(path, layer=name)
        shared = [column for column in table.column_names if column != "geometry"]
        assert read.select(shared).to_pylist() == table.select(shared).to_pylist(), name
        for column in TABLES[name].columns:
            if column.kind is Kind.DATE:
                assert pa.types.is_date32(read.schema.field(column.name).type)


def test_gpkg_events_are_where_their_place_is(release, layers):
    pyogrio, path = layers
    meta, read = pyogrio.read_arrow(path, layer="events")
    assert meta["crs"] == "EPSG:4326"
    points = read.column(meta["geometry_name"] or "geom").to_pylist()
    for row, point in zip(release.table("events").to_pylist(), points, strict=True):
        there = (row["longitude"], row["latitude"])
        assert (struct.unpack("<BIdd", point)[2:] if point else (None, None)) == there


def test_gpkg_must_be_named_so(small, tmp_path):
    pytest.importorskip("pyogrio")
    with pytest.raises(UsageError, match=r"ends in \.gpkg"):
        export_gpkg(small, tmp_path / "a.geo")
