"""Citations: one source of truth, every page once, and texts that the tools of others read."""

import datetime as dt
import json
import re
from importlib.metadata import metadata
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator

import casus
from casus.citation_formats import FORMATS, Reference, as_bibtex, as_csl, as_text
from casus.citing import _with_keys
from casus.schema import UsageError

SCHEMA = Path(__file__).parents[1] / "vendored/csl-data.json"
TALKS = "2025-06-02-istanbul-talks"
HARD = r"100% & more: $5 #1 a_b {c} ~d ^e \f “g” – Çırağan, Київ }{"


def items(text):
    found = json.loads(text)
    Draft7Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(found)
    return found


def urls_of(*ids):
    return {row["url"] for row in casus.load("sources", event_id=list(ids)).to_arrow().to_pylist()}


def urls_for(event_id, part):
    rows = casus.load("citations", event_id=event_id, part=part, relation="source").to_arrow()
    keys = rows["source"].to_pylist()
    sources = casus.load("sources", event_id=event_id).to_arrow().to_pylist()
    return {each["url"] for each in sources if each["key"] in keys}


def pages(rows):
    return {each["URL"] for each in items(casus.cite("csl", events=rows))[1:]}


def test_the_dataset_is_cited_as_in_citation_cff(root):
    if not (root / "CITATION.cff").is_file():
        pytest.skip("CITATION.cff is not part of the installed package")
    cff = yaml.safe_load((root / "CITATION.cff").read_text("utf-8"))
    (said,) = items(casus.cite("csl", version=str(cff["version"])))
    assert said["title"] == cff["title"]
    assert said["version"] == str(cff["version"])
    assert [each["literal"] for each in said["author"]] == [each["name"] for each in cff["authors"]]
    assert metadata("casus-events")["Author"] == said["author"][0]["literal"]
    assert said["issued"]["date-parts"] == [[*map(int, str(cff["date-released"]).split("-"))]]
    assert cff["license"] in said["note"]


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_says_what_must_be_said(form):
    text = casus.cite(form, events=TALKS)
    assert repr(text) == str(text) == text
    row = casus.load("sources", event_id=TALKS).to_arrow().to_pylist()[0]
    for part in (casus.load().version, "The Casus maintainers", row["url"], row["title"].split()[0]):
        assert part in text


def test_the_newest_release_is_cited_unless_another_is_named():
    assert casus.load().version in casus.cite()
    assert "version 0.1.0" in casus.cite(version="0.1.0")


@pytest.mark.parametrize(
    ("events", "ids"),
    [
        (TALKS, [TALKS]),
        ([TALKS, "2025-05-16-istanbul-talks"], [TALKS, "2025-05-16-istanbul-talks"]),
        ((), []),
        ({"id": TALKS}, [TALKS]),
    ],
)
def test_every_page_of_the_events_is_cited_once(events, ids):
    found = items(casus.cite("csl", events=events))[1:]
    assert [each["URL"] for each in found] == list(dict.fromkeys(each["URL"] for each in found))
    assert {each["URL"] for each in found} == (urls_of(*ids) if ids else set())
    for each in found:
        assert {"title", "publisher", "accessed", "URL", "author", "id", "type"} <= set(each)


def test_filters_and_tables_agree():
    by_filter = casus.cite("bibtex", events={"type": "talks", "since": "2025-06-01"})
    table = casus.load(type="talks", since="2025-06-01")
    assert by_filter == casus.cite("bibtex", events=table)
    assert by_filter == casus.cite("bibtex", events=casus.scan("events").filter(type="talks", since="2025-06-01"))
    assert by_filter == casus.cite("bibtex", events=casus.scan().filter(type="talks", since="2025-06-01"))


@pytest.mark.parametrize("table", ["quantities", "claims", "positions", "status_history"])
def test_rows_of_parts_cite_only_the_pages_that_say_so(table):
    rows = casus.load(table, event_id="2025-06-02-exchange-agreement")
    if not len(rows):
        rows = casus.load(table)
    one = casus.load(
        table, event_id=rows.to_arrow().column("event_id")[0].as_py(), key=rows.to_arrow()["key"][0].as_py()
    )
    row = one.to_arrow().to_pylist()[0]
    part = f"{table}/{row['key']}"
    keys = (
        casus.load("citations", event_id=row["event_id"], part=part, relation="source").to_arrow()["source"].to_pylist()
    )
    sources = casus.load("sources", event_id=row["event_id"]).to_arrow().to_pylist()
    wanted = {each["url"] for each in sources if each["key"] in keys}
    assert {each["URL"] for each in items(casus.cite("csl", events=one))[1:]} == wanted
    assert wanted


def test_rows_of_participants_cite_what_supports_the_field():
    rows = casus.load("participants", event_id=TALKS)
    keys = (
        casus.load("citations", event_id=TALKS, part="participants", relation="source").to_arrow()["source"].to_pylist()
    )
    sources = casus.load("sources", event_id=TALKS).to_arrow().to_pylist()
    wanted = {each["url"] for each in sources if each["key"] in keys}
    assert {each["URL"] for each in items(casus.cite("csl", events=rows))[1:]} == wanted


def test_rows_of_sources_and_rows_without_keys():
    rows = casus.load("sources", event_id=TALKS, key="s1")
    assert {each["URL"] for each in items(casus.cite("csl", events=rows))[1:]} == set(
        rows.to_arrow()["url"].to_pylist()
    )
    whole = casus.load("claims", event_id=TALKS, columns=["event_id", "statement"])
    assert pages(whole) == urls_of(TALKS)


def test_keys_are_stable_and_unique():
    def keys(text):
        return dict(zip(re.findall(r"url = \{(.*)\}", text), re.findall("@misc{(.*),", text)[1:], strict=True))

    everything = keys(casus.cite("bibtex", events=casus.load()))
    assert len(set(everything.values())) == len(everything) > 500
    assert all(re.fullmatch("[a-z0-9-]+", key) for key in everything.values())
    some = keys(casus.cite("bibtex", events=TALKS))
    assert some.items() <= everything.items()
    page = Reference("a", "page", ("A",), "T", dt.date(2025, 1, 1), url="https://a.example")
    one, other = _with_keys([page, page])
    assert other.key.startswith(one.key)
    assert other.key != one.key


def test_the_page_was_read_last_on_the_last_day(small_release):
    (page, *_) = items(casus.cite("csl", events=[TALKS], version=small_release))[1:]
    assert page["accessed"] == {"date-parts": [[2025, 6, 3]]}


# --- BibTeX ---------------------------------------------------------------------------------------------------------


def parsed(text):
    bibtexparser = pytest.importorskip("bibtexparser")
    library = bibtexparser.parse_string(text)
    assert library.failed_blocks == []
    return library.entries


def balanced(text):
    depth = 0
    for sign in text:
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth >= 0
    return depth == 0


def test_bibtex_of_all_sources_is_read_by_others():
    text = casus.cite("bibtex", events=casus.load())
    assert balanced(text)
    entries = parsed(text)
    assert len(entries) == text.count("@misc{") == len(urls_of(*casus.load().to_arrow()["id"].to_pylist())) + 1
    titles = set(casus.load("sources").to_arrow()["title"].to_pylist())
    plain = {title for title in titles if not re.search(r"[\\{}$&%#_~^]", title)}
    found = {entry["title"].strip("{}") for entry in entries}
    assert {" ".join(title.split()) for title in plain} <= found


def test_hard_texts_are_escaped_for_bibtex_and_latex():
    page = Reference("k", "page", (HARD, "B"), HARD, dt.date(2025, 1, 2), url="https://a.example/{x}?q=%20&b=_#c d")
    text = as_bibtex([page])
    assert balanced(text)
    (entry,) = parsed(text)
    title = entry["title"]
    assert entry["author"].endswith(" and {B}")
    for escaped in (r"100\% \& more", r"\$5 \#1 a\_b", r"\textbraceleft{}c\textbraceright{}",
                    r"\textasciitilde{}d", r"\textasciicircum{}e", r"\textbackslash{}f", "Київ"):  # fmt: skip
        assert escaped in title
    assert entry["url"] == "https://a.example/%7Bx%7D?q=%20&b=_#c%20d"


def test_references_without_days_and_names():
    page = Reference("k", "page", ("A",), "Is it?", None, url="https://a.example")
    assert "year" not in as_bibtex([page])
    assert as_text([page]) == "A: Is it? Without date. https://a.example"
    assert "issued" not in items(as_csl([page]))[0]


def test_a_dataset_of_ones_own_is_not_said_to_be_by_the_maintainers(small_release):
    text = casus.cite(version=small_release)
    assert "A small dataset, version 0.1.0" in text
    assert "Casus maintainers" not in text
    balanced(casus.cite("bibtex", version=small_release))


# --- wrong calls ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: casus.cite("bibtx"), "did you mean 'bibtex'"),
        (lambda: casus.cite(events="2025-06-02-istanbul-talk"), f"did you mean '{TALKS}'"),
        (lambda: casus.cite(events=[TALKS, "x"]), "No event has the id 'x'"),
        (lambda: casus.cite(events={"typ": "talks"}), "cannot be filtered by 'typ'"),
        (lambda: casus.cite(events=casus.load("actors")), "do not say of which events"),
        (lambda: casus.cite(events=casus.load(columns=["title"])), "do not say of which events"),
        (lambda: casus.cite(version="9.9.9"), "no version"),
    ],
)
def test_wrong_calls_are_said(call, said):
    with pytest.raises(UsageError, match=said):
        call()


def test_rows_and_version_must_be_of_one_release(small_release):
    rows = casus.load(version=small_release)
    with pytest.raises(UsageError, match="Give its folder as version"):
        casus.cite(events=rows)
    assert "example.org" in casus.cite(events=rows, version=small_release)


def test_the_command(casus_command):
    done = casus_command("cite")
    assert (done.returncode, "[data set]" in done.stdout) == (0, True)
    done = casus_command("cite", "--format", "csl", TALKS)
    assert {each["URL"] for each in items(done.stdout)[1:]} == urls_of(TALKS)
    done = casus_command("cite", "--format", "bibtex", "--where", "type=talks", "--where", "type=exchange")
    assert balanced(done.stdout)
    assert done.stdout.count("@misc") > 10
    for wrong in (("--where", "talks"), ("--where", "typ=talks"), (TALKS, "--where", "type=talks"), ("nothing",)):
        assert casus_command("cite", *wrong).returncode == 2
