"""casus.load, scan, records: what a user gets."""

import datetime as dt

import pyarrow as pa
import pytest

import casus
from casus.manifest import NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_table_loads(name):
    table = casus.load(name)
    assert len(table) or name in {"revisions", "wanted"}
    assert isinstance(table.to_arrow(), pa.Table)


def test_load_gives_events_by_default():
    events = casus.load()
    assert events.name == "events"
    assert {"id", "type", "date_start", "latitude", "n_independent"} <= set(events.columns)
    assert events.version in casus.versions()


def test_filters_keep_what_fits():
    talks = casus.load(type="talks", since="2025-06-01").to_arrow().to_pylist()
    assert "2025-06-02-istanbul-talks" in {row["id"] for row in talks}
    assert all(row["type"] == "talks" and row["date_start"] >= dt.date(2025, 6, 1) for row in talks)
    assert len(casus.load(type=["talks", "exchange"])) == len(casus.load(type="talks")) + len(
        casus.load(type="exchange")
    )


def test_until_and_since_take_dates_and_overlap():
    day = dt.date(2025, 5, 24)
    ids = set(casus.load(since=day, until=day).to_arrow().column("id").to_pylist())
    assert "2025-05-23-prisoner-exchange" in ids
    assert "2025-06-02-istanbul-talks" not in ids


def test_actor_includes_those_who_belong_to_the_state():
    ids = set(casus.load(actor="UKR").to_arrow().column("id").to_pylist())
    assert "2025-06-01-operation-spiderweb" in ids
    assert ids >= set(casus.load(actor="ukr-sbu").to_arrow().column("id").to_pylist())


def test_event_filters_reach_other_tables():
    claims = casus.load("claims", type="air-attack", kind="superlative").to_arrow().to_pylist()
    attacks = set(casus.load(type="air-attack").to_arrow().column("id").to_pylist())
    assert claims
    assert {row["event_id"] for row in claims} <= attacks
    assert all(row["scope"] for row in claims)


@pytest.mark.parametrize(
    "filters",
    [
        {"role": "mediator"},
        {"place": "tur-istanbul"},
        {"country": "TUR"},
        {"issue": "prisoners"},
        {"target": "airfield"},
    ],
)
def test_special_filters_find_something_and_not_everything(filters):
    assert 0 < len(casus.load(**filters)) < len(casus.load())


def test_place_includes_places_within():
    inner = set(casus.load(place="tur-ciragan-palace").to_arrow().column("id").to_pylist())
    assert inner
    assert inner <= set(casus.load(place="tur-istanbul").to_arrow().column("id").to_pylist())


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: casus.load("event"), "no table 'event'"),
        (lambda: casus.load(version="9.9.9"), "Bundled are: 0.1.0"),
        (lambda: casus.load(typ="talks"), "did you mean 'type'"),
        (lambda: casus.load(type="talk"), "did you mean 'talks'"),
        (lambda: casus.load(since="yesterday"), "takes a day such as"),
        (lambda: casus.load(actor="Russia"), "There is no actor 'Russia'"),
        (lambda: casus.load(columns=["titel"]), "did you mean 'title'"),
        (lambda: casus.load("actors", since="2025-01-01"), "cannot be filtered by 'since'"),
        (lambda: casus.load("records", claims="x"), "it is a list or a group"),
        (lambda: casus.load(n_claims="many"), "takes int32"),
        (lambda: casus.scan().filter(type="talks").filter(type="vote"), "filtered by type already"),
    ],
)
def test_wrong_request_says_what_is_allowed(call, said):
    with pytest.raises(casus.UsageError, match=said):
        call()


def test_scan_is_lazy_and_filters():
    scan = casus.scan().filter(type="talks").select("id", "quantities")
    assert "type='talks'" in repr(scan)
    assert len(scan) == len(casus.load(type="talks"))
    assert scan.collect().columns == ["id", "quantities"]


def test_records_are_models():
    events = list(casus.records(type="exchange"))
    assert events
    assert all(isinstance(event, casus.Event) and event.type == "exchange" for event in events)


def test_dictionaries_are_unified():
    column = casus.load().to_arrow().column("type")
    assert all(chunk.dictionary.equals(column.chunk(0).dictionary) for chunk in column.chunks)


def test_get_path_leads_to_the_file():
    assert casus.get_path("quantities").is_file()


def test_html_for_notebooks_escapes_text():
    html = casus.load("claims").select("event_id", "statement")._repr_html_()
    assert html.count("<tr>") == 11
    table = casus.Table(pa.table({"x": ["<script>"]}), "x", "0")
    assert "<script>" not in table._repr_html_()


def test_repr_shows_rows_and_names_hidden_columns():
    shown = repr(casus.load())
    assert shown.startswith("casus ")
    assert "more rows" in shown
    assert "n_sources" in shown
