"""Releases of other schemas: an older one is upgraded on read, a newer one is read as far as it is known."""

import datetime as dt
import itertools
import json
import warnings

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import EXAMPLE, write_dataset

import casus
from casus import releases as releases_module
from casus.building import build_release
from casus.digests import logical_digest, sha256_of
from casus.manifest import NAMES, RECORDS
from casus.release_index import read_index
from casus.releases import Release, releases_folder
from casus.schema import SCHEMA_VERSION, InvalidRecordsError, NewerSchemaWarning, UsageError
from casus.schema import migrations as migrations_module
from casus.schema.frozen import frozen_schemas, read_lines
from casus.schema.geometry import GEO, points
from casus.schema.migrations import MIGRATIONS, About, Migration, upgrade
from casus.schema.render_arrow import records_schema, schema_lines, table_schema
from casus.schema.tables import TABLES
from casus.schema.versions import Standing, parse, published, standing
from casus.table_checks import check_schema

OLD = "0.1.0"
OLD_FOLDER = releases_folder() / OLD


def present(name):
    return records_schema() if name == RECORDS else table_schema(TABLES[name].columns)


def raw(folder, name):
    return pq.ParquetFile(folder / f"{name}.parquet").read()


def rewrite(folder, name, table):
    """Write a table of a release anew, and make the manifest say so."""
    path = folder / f"{name}.parquet"
    pq.write_table(table, path)
    said = {"name": name, "rows": len(table), "bytes": path.stat().st_size, "sha256": sha256_of(path)}
    said["digest"] = logical_digest(table)
    manifest = json.loads((folder / "manifest.json").read_text())
    others = [each for each in manifest["tables"] if each["name"] != name]
    (folder / "manifest.json").write_text(json.dumps(manifest | {"tables": [*others, said]}))


def follow(folder, version, **more):
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"schema_version": version} | more))


def as_old(folder):
    """Make a release that was built now one of the schema 0.1.0."""
    rewrite(folder, "events", raw(folder, "events").drop_columns(["geometry"]))
    gone = raw(folder, "revisions").schema
    fields = [gone.field(name) for name in ("id", "kind", "on", "reason", "replaced_by")]
    fields[3] = fields[3].with_nullable(nullable=False)
    row = {"id": "2025-01-01-gone", "kind": "withdrawn", "on": dt.date(2025, 6, 30), "reason": "It was not held."}
    rewrite(folder, "revisions", pa.Table.from_pylist([row], pa.schema(fields)))
    follow(folder, OLD)
    return folder


@pytest.fixture
def newer(small_release):
    """A release of the next minor schema: more columns, nested fields, codes, tables and fields of the manifest."""

    def other_codes(table, name, code):
        values = pa.array([code, *table.column(name).cast(pa.string()).to_pylist()[1:]]).dictionary_encode()
        return table.set_column(table.column_names.index(name), table.schema.field(name), values.cast(
            table.schema.field(name).type))  # fmt: skip

    events = other_codes(raw(small_release, "events"), "type", "banquet")
    rewrite(small_release, "events", events.append_column("mood", pa.array(["good"] * len(events))))
    table = other_codes(raw(small_release, RECORDS), "type", "banquet")
    rows = table.to_pylist()
    for row in rows:
        row["mood"] = "good"
        for quantity in row["quantities"]:
            quantity["spread"] = 1.5
    item = pa.struct([*table.schema.field("quantities").type.value_type, pa.field("spread", pa.float64())])
    fields = [
        field.with_type(pa.list_(pa.field("item", item, nullable=False))) if field.name == "quantities" else field
        for field in table.schema
    ]
    rewrite(small_release, RECORDS, pa.Table.from_pylist(rows, pa.schema([*fields, pa.field("mood", pa.string())])))
    version = parse(SCHEMA_VERSION)
    follow(small_release, f"{version.major}.{version.minor + 1}.0", doi="10.1234/x")
    manifest = json.loads((small_release / "manifest.json").read_text())
    for said in manifest["tables"]:
        said["compression"] = "none"
    manifest["tables"].append({**manifest["tables"][0], "name": "moods"})
    (small_release / "manifest.json").write_text(json.dumps(manifest))
    return small_release


def test_the_first_release_follows_the_first_schema_and_is_as_it_was_built():
    release = Release.open(OLD_FOLDER)
    assert release.standing is Standing.OLDER
    assert release.manifest.schema_version == OLD
    for said in release.manifest.tables:
        assert sha256_of(OLD_FOLDER / f"{said.name}.parquet") == said.sha256


@pytest.mark.parametrize("name", NAMES)
def test_every_table_of_the_first_release_loads_as_the_present_schema_has_it(name):
    before = {path.name: path.read_bytes() for path in OLD_FOLDER.iterdir()}
    table = casus.load(name, version=OLD).to_arrow()
    assert check_schema(table.schema, present(name)) == []
    assert table.schema.metadata[b"casus_schema_version"].decode() == SCHEMA_VERSION
    assert len(table) == len(raw(OLD_FOLDER, name))
    assert before == {path.name: path.read_bytes() for path in OLD_FOLDER.iterdir()}


def test_every_method_reads_the_first_release(tmp_path, casus_command):
    assert len(casus.scan("quantities", version=OLD).filter(measure="drones-launched").to_arrow())
    events = list(casus.records(version=OLD, type="talks"))
    assert {event.id for event in events} == set(
        casus.load(version=OLD, type="talks").to_arrow().column("id").to_pylist()
    )
    assert len(casus.tally("drones-launched", by="month", rule="max", version=OLD))
    done = casus_command("export", "csv", tmp_path / "out", "--version", OLD)
    assert done.returncode == 0, done.stderr
    head, row, *_ = (tmp_path / "out/events.csv").read_text().splitlines()
    assert head.endswith('"geometry"')
    assert row.rstrip('"').rpartition('"')[2].startswith("0101000000")
    assert casus_command("show", "2025-06-02-istanbul-talks", "--version", OLD).returncode == 0


def test_info_says_that_the_release_was_upgraded(casus_command):
    said = " ".join(casus_command("info", "--version", OLD).stdout.split())
    assert f"follows schema {OLD}; upgraded on read to {SCHEMA_VERSION}" in said
    assert "Valid" in said


def test_points_of_the_first_release_are_at_their_coordinates():
    table = casus.load(version=OLD).to_arrow()
    assert (
        table.column("geometry").to_pylist() == points(table.column("longitude"), table.column("latitude")).to_pylist()
    )
    assert json.loads(table.schema.metadata[GEO])["columns"]["geometry"]["geometry_types"] == ["Point"]


def test_old_tombstones_get_the_columns_of_the_history(small_release):
    release = Release.open(as_old(small_release))
    assert release.table("revisions").to_pylist() == [
        {
            "id": "2025-01-01-gone",
            "version": "0.1.0",
            "on": dt.date(2025, 6, 30),
            "kind": "withdrawn",
            "fields": None,
            "reason": "It was not held.",
            "replaced_by": None,
        }
    ]
    (gone,) = [entry for entry in release.registry_entries() if entry.kind == "revision"]
    assert gone.data == {
        "id": "2025-01-01-gone",
        "kind": "withdrawn",
        "on": "2025-06-30",
        "reason": "It was not held.",
    }
    assert read_index(small_release).rows["revision"]


def test_old_release_with_columns_of_the_present_schema_is_refused(small_release):
    follow(small_release, OLD)
    with pytest.raises(InvalidRecordsError, match=r"CAS446 the column geometry is unknown"):
        Release.open(small_release).table("events")


def test_old_release_lacking_a_table_is_refused(small_release):
    as_old(small_release)
    manifest = json.loads((small_release / "manifest.json").read_text())
    follow(small_release, OLD, tables=manifest["tables"][1:])
    with pytest.raises(InvalidRecordsError, match="CAS442"):
        Release.open(small_release)


def test_damage_of_an_old_release_is_found_before_it_is_upgraded(small_release):
    path = as_old(small_release) / "events.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(InvalidRecordsError, match="CAS443"):
        Release.open(small_release).table("events")


def test_bad_row_of_an_old_release_is_named(small_release):
    as_old(small_release)
    table = raw(small_release, "events")
    index = table.column_names.index("latitude")
    rewrite(small_release, "events", table.set_column(index, table.schema.field(index), [[95.0] * len(table)]))
    with pytest.raises(InvalidRecordsError, match="latitude is 95"):
        Release.open(small_release).table("events")


def test_a_schema_that_never_was_published_is_refused(small_release):
    follow(small_release, "0.1.7")
    with pytest.raises(InvalidRecordsError, match=r"CAS445 The release follows schema 0\.1\.7, and this package reads"):
        Release.open(small_release)


def test_the_next_major_schema_is_refused_and_says_what_to_do(small_release):
    follow(small_release, f"{parse(SCHEMA_VERSION).major + 1}.0.0")
    with pytest.raises(InvalidRecordsError) as caught:
        Release.open(small_release)
    (finding,) = caught.value.findings
    assert finding.code == "CAS445"
    assert "pip install -U casus-events" in finding.fix


def test_a_newer_schema_is_read_as_far_as_it_is_known(newer):
    with pytest.warns(NewerSchemaWarning, match=r"newer than this package's .* pip install -U casus-events") as warned:
        release = Release.open(newer)
    assert len(warned) == 1
    assert SCHEMA_VERSION in str(warned[0].message)
    assert release.names == tuple(sorted(NAMES, key=release.names.index))
    for name in NAMES:
        assert release.table(name).column_names == [field.name for field in present(name)]
    assert release.table("events").column("type").to_pylist()[0] == "banquet"
    item = release.table(RECORDS).schema.field("quantities").type.value_type
    assert "spread" not in [field.name for field in item]
    first, second = release.events()
    assert (first.id, first.type, first.date.start) == ("2025-05-16-istanbul-talks", "banquet", dt.date(2025, 6, 2))
    assert second == casus.Event.model_validate_json(json.dumps(EXAMPLE))
    assert len(list(release.entries())) > 2


def test_a_newer_schema_may_do_without_a_table(newer):
    manifest = json.loads((newer / "manifest.json").read_text())
    follow(newer, manifest["schema_version"], tables=[each for each in manifest["tables"] if each["name"] != "tags"])
    with pytest.warns(NewerSchemaWarning):
        release = Release.open(newer)
    assert len(release.table("events")) == 2
    with pytest.raises(UsageError, match="There is no table 'tags'"):
        release.table("tags")


@pytest.mark.parametrize(
    "tables", ["none", [], [7], [{"name": "events"}], [{"name": "events", "rows": "many"}]], ids=str
)
def test_a_bad_manifest_of_a_newer_schema_is_an_error(tables, newer):
    follow(newer, json.loads((newer / "manifest.json").read_text())["schema_version"], tables=tables)
    with pytest.warns(NewerSchemaWarning), pytest.raises(InvalidRecordsError, match="CAS442"):
        Release.open(newer)


def test_damage_of_a_newer_release_is_found(newer):
    rewritten = raw(newer, "links").slice(0, 1)
    pq.write_table(rewritten, newer / "links.parquet")
    with pytest.warns(NewerSchemaWarning):
        release = Release.open(newer)
    with pytest.raises(InvalidRecordsError, match="CAS44"):
        release.table("links")


def test_a_newer_schema_without_a_known_column_is_refused(newer):
    rewrite(newer, "links", raw(newer, "links").drop_columns(["relation"]))
    with pytest.warns(NewerSchemaWarning):
        release = Release.open(newer)
    with pytest.raises(InvalidRecordsError, match=r"the column relation is missing: upgrade with pip install -U"):
        release.table("links")


def test_users_filter_newer_releases_by_codes_that_they_have(newer, monkeypatch):
    with pytest.warns(NewerSchemaWarning):
        release = Release.open(newer)
    monkeypatch.setattr("casus.querying.bundled", lambda _version: release)
    assert len(casus.load(type="banquet")) == 1
    assert [event.type for event in casus.records(type="banquet")] == ["banquet"]
    with pytest.raises(UsageError, match="There is no type 'feast'"):
        casus.load(type="feast")


def test_the_command_warns_in_plain_words(newer, monkeypatch, capsys):
    from casus.cli import _show
    from casus.printing import print_info

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        monkeypatch.setattr(warnings, "showwarning", _show)
        print_info(Release.open(newer))
    printed = capsys.readouterr()
    assert printed.err.startswith("casus: warning: ")
    assert printed.err.count("\n") == 1
    assert "As built" in printed.out
    assert "banquet" in printed.out


def test_a_release_built_now_reads_back_and_has_its_history(small_dataset):
    built = Release.open(build_release(small_dataset).folder)
    assert built.standing is Standing.PRESENT
    assert [(row["id"], row["kind"], row["version"]) for row in built.table("revisions").to_pylist()] == [
        ("2025-05-16-istanbul-talks", "added", "0.1.0"),
        ("2025-06-02-istanbul-talks", "added", "0.1.0"),
    ]
    events, table = built.events(), built.table("events")
    old = Release.open(as_old(built.folder))
    assert old.table("events").to_pylist() == table.to_pylist()
    assert old.events() == events


def test_history_goes_on_from_a_release_of_the_old_schema(small_dataset):
    as_old(build_release(small_dataset).folder)
    card = small_dataset / "dataset.yaml"
    card.write_text(card.read_text().replace("version: 0.1.0", "version: 0.2.0"))
    record = small_dataset / "records/2025/2025-06-02-istanbul-talks.yaml"
    record.write_text(record.read_text().replace('"best": 67', '"best": 68'))
    (small_dataset / "revisions.yaml").write_text(
        "- {id: 2025-01-01-gone, kind: withdrawn, on: 2025-06-30, reason: It was not held.}\n"
        "- {id: 2025-02-02-gone, kind: withdrawn, on: 2025-07-01, reason: Nor was this.}\n"
    )
    (small_dataset / "changes.yaml").write_text(
        "- {version: 0.2.0, ids: [2025-06-02-istanbul-talks], reason: The source corrected it.}\n"
    )
    release = Release.open(build_release(small_dataset).folder)
    found = [(row["id"], row["version"], row["kind"], row["fields"]) for row in release.table("revisions").to_pylist()]
    assert found == [
        ("2025-01-01-gone", "0.1.0", "withdrawn", None),
        ("2025-05-16-istanbul-talks", "0.1.0", "added", None),
        ("2025-06-02-istanbul-talks", "0.1.0", "added", None),
        ("2025-02-02-gone", "0.2.0", "withdrawn", None),
        ("2025-06-02-istanbul-talks", "0.2.0", "changed", "quantities"),
    ]
    assert len([entry for entry in release.registry_entries() if entry.kind == "revision"]) == 2


def test_building_elsewhere_gives_the_same_history(small_dataset, tmp_path):
    build_release(small_dataset)
    card = small_dataset / "dataset.yaml"
    card.write_text(card.read_text().replace("version: 0.1.0", "version: 0.1.1"))
    one = build_release(small_dataset).folder
    two = build_release(small_dataset, tmp_path / "elsewhere").folder
    assert (one / "revisions.parquet").read_bytes() == (two / "revisions.parquet").read_bytes()


def test_a_version_that_exists_with_another_schema_says_so(small_dataset):
    as_old(build_release(small_dataset).folder)
    with pytest.raises(UsageError, match=rf"follows schema {OLD}; this package builds {SCHEMA_VERSION}"):
        build_release(small_dataset)


def test_a_release_with_no_point_can_be_built(tmp_path, example):
    del example["locations"], example["links"]
    for quantity in example["quantities"]:
        quantity.pop("place", None)
    release = Release.open(build_release(write_dataset(tmp_path / "data", [example])).folder)
    table = release.table("events")
    assert table.column("geometry").to_pylist() == [None]
    assert "bbox" not in json.loads(table.schema.metadata[GEO])["columns"]["geometry"]


def test_a_point_elsewhere_than_its_coordinates_is_named(small_release):
    table = raw(small_release, "events")
    moved = points(pa.chunked_array([[1.0] * len(table)]), pa.chunked_array([[2.0] * len(table)]))
    index = table.column_names.index("geometry")
    rewrite(small_release, "events", table.set_column(index, table.schema.field(index), moved))
    with pytest.raises(InvalidRecordsError, match="it is not the point of its longitude and latitude"):
        Release.open(small_release).table("events")


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_survives_its_text(name):
    schema = present(name)
    assert check_schema(read_lines(schema_lines(schema)), schema) == []
    assert schema_lines(read_lines(schema_lines(schema))) == schema_lines(schema)


def test_migrations_lead_from_version_to_version_without_a_gap():
    assert [step.number for step in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))
    assert all(parse(one.after) <= parse(two.before) for one, two in itertools.pairwise(MIGRATIONS))
    assert all(parse(step.before) < parse(step.after) <= parse(SCHEMA_VERSION) for step in MIGRATIONS)
    assert {step.before for step in MIGRATIONS} <= set(published())


@pytest.mark.parametrize("version", published())
def test_upgraded_tables_have_the_present_columns(version):
    before = frozen_schemas(version)

    def empty(name):
        return before[name].empty_table() if name in before else pa.table({})

    about = About("0.1.0", dt.date(2025, 7, 1), empty)
    for name in NAMES:
        assert check_schema(upgrade(name, version, about).schema, present(name)) == [], name


@pytest.mark.parametrize("name", NAMES)
def test_migrations_are_pure(name):
    table = raw(OLD_FOLDER, name)
    about = About("0.1.0", dt.date(2025, 7, 1), lambda _name: table)
    before = logical_digest(table)
    assert upgrade(name, OLD, about).equals(upgrade(name, OLD, about))
    assert logical_digest(table) == before


def test_a_migration_of_the_records_and_of_a_new_table_works(small_release, monkeypatch):
    """As a later step will: a field of the records renamed, and a table that the old schema did not have."""
    as_old(small_release)
    manifest = json.loads((small_release / "manifest.json").read_text())
    old = raw(small_release, RECORDS)
    names = ["heading" if name == "title" else name for name in old.column_names]
    rewrite(small_release, RECORDS, old.rename_columns(names))
    manifest = json.loads((small_release / "manifest.json").read_text())
    follow(small_release, OLD, tables=[each for each in manifest["tables"] if each["name"] != "wanted"])
    frozen = {name: schema for name, schema in frozen_schemas(OLD).items() if name != "wanted"}
    fields = [field.with_name(name) for field, name in zip(frozen[RECORDS], names, strict=True)]
    frozen[RECORDS] = pa.schema(fields)
    monkeypatch.setattr("casus.manifest.tables_of", lambda _version: tuple(frozen))
    monkeypatch.setattr(releases_module, "frozen_schemas", lambda _version: frozen)
    step = Migration(
        2,
        OLD,
        SCHEMA_VERSION,
        "title again",
        {
            RECORDS: lambda table, _about: table.rename_columns(old.column_names),
            "wanted": lambda _table, _about: present("wanted").empty_table(),
        },
    )
    monkeypatch.setattr(migrations_module, "MIGRATIONS", (*MIGRATIONS, step))
    release = Release.open(small_release)
    assert [event.title for event in release.events()] == old.column("title").to_pylist()
    assert len(release.table("wanted")) == 0
    with pytest.raises(UsageError, match="has no file of the table 'wanted'"):
        release.path("wanted")

    def broken(table, _about):
        table = table.rename_columns(old.column_names)
        index = table.column_names.index("title")
        return table.set_column(index, table.schema.field(index), [[""] * len(table)])

    monkeypatch.setattr(
        migrations_module, "MIGRATIONS", (Migration(1, OLD, SCHEMA_VERSION, "wrong", {RECORDS: broken}),)
    )
    with pytest.raises(InvalidRecordsError, match="title"):
        Release.open(small_release).events()


def test_a_step_sees_the_tables_as_they_are_before_it(monkeypatch):
    """As when a column becomes a table of its own: both are asked for in any order."""

    def split(_table, about):
        rows = about.table("events").to_pylist()
        return pa.table({"id": [row["id"] for row in rows], "mood": [row["mood"] for row in rows]})

    first = Migration(1, OLD, "0.1.5", "mood", {"events": lambda t, _a: t.append_column("mood", pa.array(["good"]))})
    second = Migration(
        2, "0.1.5", SCHEMA_VERSION, "moods", {"events": lambda t, _a: t.drop_columns(["mood"]), "moods": split}
    )
    monkeypatch.setattr(migrations_module, "MIGRATIONS", (first, second))
    built = {"events": pa.table({"id": ["a"]})}
    about = About("0.1.0", dt.date(2025, 7, 1), lambda name: built.get(name, pa.table({})))
    assert upgrade("moods", OLD, about).to_pylist() == [{"id": "a", "mood": "good"}]
    assert upgrade("events", OLD, about).to_pylist() == [{"id": "a"}]


@pytest.mark.parametrize(
    ("version", "how"),
    [
        (SCHEMA_VERSION, Standing.PRESENT),
        (f"{SCHEMA_VERSION.rpartition('.')[0]}.999", Standing.PRESENT),
        (OLD, Standing.OLDER),
        ("0.1.9", Standing.UNREADABLE),
        ("0.999.0", Standing.NEWER),
        ("1.0.0", Standing.UNREADABLE),
    ],
)
def test_versions_stand_to_the_present_one(version, how):
    assert standing(version) is how


@pytest.mark.parametrize("text", ["", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.x", "1.2.3-rc1", "1.2.9999999", " 1.2.3"])
def test_other_texts_are_no_versions(text):
    with pytest.raises(UsageError, match="not a schema version"):
        parse(text)
