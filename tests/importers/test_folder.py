"""What an import leaves behind: read lazily, filtered, checked, and read by other tools."""

import json
import shutil

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from importing import UCDP, ucdp_rows, write

import casus
from casus.importers import import_files


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    """An import of 300 rows in several parts."""
    folder = tmp_path_factory.mktemp("imported")
    rows = ucdp_rows(300)
    for number, row in enumerate(rows):
        if number % 3 == 0:
            row |= {"type_of_violence": "3", "side_b": "Civilians", "side_b_new_id": "9999"}
        if number % 5 == 0:
            row |= {"country_id": "365", "country": "Russia (Soviet Union)", "where_coordinates": f"Place {number % 7}"}
    path = write(folder, [*rows, UCDP | {"id": "1", "low": "9"}])
    import_files("ucdp-ged", [path], folder / "out", block=16_384)
    return folder / "out"


def test_the_scan_is_lazy_and_reads_all_parts(imported):
    scan = casus.scan(version=imported)
    assert len(list((imported / "records").iterdir())) > 3
    assert len(scan) == 300
    assert scan.collect().columns == casus.scan().collect().columns
    assert "ucdp-ged 22.0.2" in repr(scan)
    assert [column.name for column in scan.select("id", "date").schema] == ["id", "date"]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({"mode": "one-sided"}, 100),
        ({"mode": ["one-sided", "state-based"]}, 300),
        ({"type": "unspecified-violence"}, 300),
        ({"domain": "military"}, 300),
        ({"domain": "diplomacy"}, 0),
        ({"role": "target"}, 100),
        ({"country": "RUS"}, 60),
        ({"country": ["RUS", "UKR"]}, 300),
        ({"actor": "ucdp-ged:actor-9999"}, 100),
        ({"actor": "UKR"}, 300),
        ({"since": "2022-02-10", "until": "2022-02-10"}, 11),
        ({"since": "2022-03-01"}, 0),
        ({"country": "RUS", "role": "target", "mode": "one-sided"}, 20),
        ({"issue": "ceasefire"}, 0),
        ({"id": "ucdp-ged:1003"}, 1),
    ],
)
def test_filters_look_into_the_nested_records(imported, wanted, count):
    scan = casus.scan(version=imported).filter(**wanted)
    assert len(scan) == count
    assert len(scan.select("id").collect()) == count
    assert sum(batch.num_rows for batch in scan.select("title").batches()) == count


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"mode": "one-side"}, "did you mean 'one-sided'"),
        ({"actor": "nobody"}, "actors of this import have no 'nobody'"),
        ({"country": "ZZZ"}, "places of this import have no 'ZZZ'"),
        ({"since": "soon"}, "takes a day"),
        ({"rol": "target"}, "did you mean 'role'"),
        ({"role": "targets"}, "did you mean 'target'"),
        ({"domain": "sports"}, "There is no domain"),
        ({"participants": "x"}, "it is a list or a group"),
    ],
)
def test_filters_that_mean_nothing_are_named(imported, wanted, said):
    with pytest.raises(casus.UsageError, match=said):
        casus.scan(version=imported).filter(**wanted)


def test_registries_and_quarantine_are_tables_too(imported):
    places = casus.load("places", version=imported)
    used = casus.scan(version=imported).select("locations").to_arrow().column("locations").to_pylist()
    assert {each["place"] for row in used for each in row} <= set(places.to_arrow().column("id").to_pylist())
    actors = set(casus.load("actors", version=imported).to_arrow().column("id").to_pylist())
    parts = casus.scan(version=imported).select("participants").to_arrow().column("participants").to_pylist()
    assert {each["actor"] for row in parts for each in row} <= actors
    publishers = set(casus.load("publishers", version=imported).to_arrow().column("id").to_pylist())
    assert {
        each["claimant"]
        for row in casus.scan(version=imported).select("quantities").to_arrow().column("quantities").to_pylist()
        for each in row
    } == publishers
    (row,) = casus.load("quarantine", version=imported).to_arrow().to_pylist()
    assert (row["row"], row["code"], json.loads(row["raw"])["id"]) == (301, "CAS202", "1")
    with pytest.raises(casus.UsageError, match="no table 'events'"):
        casus.load(version=imported)


def test_other_tools_read_it(imported):
    scan = casus.scan(version=imported).filter(country="RUS")
    assert pl.DataFrame(scan).height == 60
    assert pa.table(scan).num_rows == 60
    assert len(scan.to_pandas()) == 60
    said = duckdb.sql(
        f"select p.country, count(*) n from '{imported}/records/*.parquet' r, unnest(r.locations) l(l) "
        f"join '{imported}/places.parquet' p on p.id = l.place group by 1 order by 1"
    )
    assert said.fetchall() == [("RUS", 60), ("UKR", 240)]


def test_validate_checks_every_part(imported, casus_command):
    report = casus.validate(imported)
    assert (report.ok, report.checked) == (True, 300)
    done = casus_command("validate", imported)
    assert (done.returncode, done.stdout.split(":")[0]) == (0, "300 records checked")


def _twice(folder):
    first = min((folder / "records").iterdir())
    shutil.copy(first, folder / "records" / "part-000099.parquet")


def _lost(folder):
    min((folder / "records").iterdir()).unlink()


def _cut(folder):
    first = min((folder / "records").iterdir())
    first.write_bytes(first.read_bytes()[:-100])


def _no_quarantine(folder):
    (folder / "quarantine.parquet").unlink()


def _less_quarantine(folder):
    path = folder / "quarantine.parquet"
    pq.write_table(pq.read_table(path).slice(1), path)


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (_twice, "CAS301"),
        (_lost, "CAS443"),
        (_cut, "CAS447"),
        (_no_quarantine, "CAS441"),
        (_less_quarantine, "CAS443"),
    ],
)
def test_validate_finds_damage(imported, tmp_path, damage, code):
    folder = tmp_path / "out"
    shutil.copytree(imported, folder)
    damage(folder)
    report = casus.validate(folder)
    assert not report.ok
    assert code in {each.code for each in report.findings}


def test_a_stopped_import_is_not_taken_for_one(tmp_path):
    (tmp_path / "out.partial").mkdir()
    (tmp_path / "out.partial" / "state.json").write_text("{}")
    for use in (casus.validate, lambda path: casus.scan(version=path)):
        with pytest.raises(casus.UsageError, match="was stopped"):
            use(tmp_path / "out.partial")


def test_an_import_whose_report_is_damaged_is_named(tmp_path):
    (tmp_path / "import.json").write_text("[]")
    with pytest.raises(casus.CasusError, match=r"import\.json cannot be read"):
        casus.scan(version=tmp_path)
