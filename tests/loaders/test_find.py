"""``casus.find`` finds what is there, ranks it, and says where."""

import html
import re

import pytest

import casus
from casus.full_text import PLACES
from casus.hits import Hit, Hits
from casus.schema import UsageError


@pytest.fixture(scope="module")
def ceasefire():
    return casus.find("ceasefire", limit=1000)


def test_records_and_codebook_are_found(ceasefire):
    assert isinstance(ceasefire, Hits)
    assert {"event", "code"} <= {hit.kind for hit in ceasefire}
    codes = {hit.id for hit in ceasefire if hit.kind == "code"}
    assert {"event-types ceasefire", "issues ceasefire", "agreement ceasefire-terms"} <= codes
    about = set(casus.load(issue="ceasefire").to_arrow().column("id").to_pylist())
    assert about
    assert about <= {hit.id for hit in ceasefire if hit.kind == "event"}


def test_every_hit_has_the_word_where_it_says(ceasefire):
    for hit in ceasefire:
        start, end = hit.match
        word = hit.snippet[start:end].lower()
        assert re.match(r"cease[- ]?fire|ceasefire", word) or word.startswith("ceasefire"), hit
        assert len(hit.snippet) < 200
        assert hit.where


def test_every_id_leads_on(ceasefire):
    for hit in ceasefire:
        if hit.kind in ("code", "field", "column", "vocabulary"):
            assert "easefire" in str(casus.codebook(hit.id)), hit.id
        if hit.kind == "event":
            assert len(casus.load(id=hit.id)) == 1


def test_the_best_comes_first(ceasefire):
    scores = [hit.score for hit in ceasefire]
    assert scores == sorted(scores, reverse=True)
    kinds = [hit.kind for hit in casus.find("2025-06-02-istanbul-talks", within="records")]
    assert kinds
    assert casus.find("2025-06-02-istanbul-talks", within="records")[0].id == "2025-06-02-istanbul-talks"
    assert casus.find("ceasefire", within="codebook")[0].id == "event-types ceasefire"
    titled = [hit for hit in casus.find("bridge", within="records") if hit.where == "title"]
    summed = [hit for hit in casus.find("bridge", within="records") if hit.where.startswith("sources")]
    assert min(hit.score for hit in titled) > max(hit.score for hit in summed)


@pytest.mark.parametrize(("one", "other"), [("CEASEFIRE", "ceasefire"), ("cease-fire", "ceasefire"),
                                            ("prisoner", "prisoners"), ("Medinskiy", "Medinskiy ")])  # fmt: skip
def test_spellings_that_do_not_matter(one, other):
    assert {hit.id for hit in casus.find(one, limit=500)} == {hit.id for hit in casus.find(other, limit=500)}


def test_other_scripts_and_aliases_are_found():
    assert casus.find("Стамбул")[0].id == "tur-istanbul"
    assert casus.find("стамбул").total == casus.find("СТАМБУЛ").total > 0
    assert casus.find("Ciragan").total == casus.find("Çırağan").total > 0


def test_all_words_must_be_there():
    both = casus.find("medinsky bodies", within="records", limit=500)
    ids = {hit.id for hit in both}
    one, other = ({hit.id for hit in casus.find(word, within="records", limit=500)} for word in ("medinsky", "bodies"))
    assert ids == one & other
    assert one - other


@pytest.mark.parametrize("place", PLACES)
def test_where_to_look_is_kept_to(place):
    kinds = {"records": {"event"}, "codebook": {"code", "field", "column", "vocabulary"},
             "registries": {"actor", "place", "publisher"}}  # fmt: skip
    found = {hit.kind for word in ("russia", "talks") for hit in casus.find(word, within=place, limit=500)}
    assert found <= kinds[place]
    assert found


def test_what_is_not_there_is_said_with_what_is_near():
    found = casus.find("ceasfire")
    assert (len(found), found.total, bool(found)) == (0, 0, False)
    assert "Nothing was found for 'ceasfire'. Did you mean ceasefire" in repr(found)
    assert "Nothing was found" in repr(casus.find("qqqqzzzz"))


def test_it_prints_in_a_terminal_and_in_a_notebook():
    found = casus.find("memorandum", limit=3)
    assert len(found) == 3
    assert f"{found.total} found for 'memorandum', the best 3 shown." in repr(found)
    assert all(len(line) <= 60 for line in found.lines(60) if "-" not in line.split()[-1])
    page = found._repr_html_()
    assert page.count("<tr>") == 4
    assert casus.find("ceasfire")._repr_html_().startswith("<p>Nothing was found")
    assert "<mark>" in page
    assert isinstance(found[:1], Hits)
    assert len(found[:1]) == 1


def test_html_is_escaped():
    hit = Hit("event", "<i>", "<b>&", "title", 'a <script>"x"', (2, 10), 1.0, 0)
    page = Hits("<u>", [hit], 1)._repr_html_()
    assert not re.search("<script|<b>&|<u>|<i>", page)
    assert html.escape("<script>") in page


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: casus.find(""), "no letter or digit"),
        (lambda: casus.find("!?"), "no letter or digit"),
        (lambda: casus.find("x", within="record"), "did you mean 'records'"),
        (lambda: casus.find("x", limit=0), "at least 1"),
        (lambda: casus.find("x" * 300), "300 characters"),
        (lambda: casus.find("x", version="9.9.9"), "no version"),
    ],
)
def test_wrong_calls_are_said(call, said):
    with pytest.raises(UsageError, match=said):
        call()


def test_a_release_of_ones_own_is_searched(small_release):
    found = casus.find("progress", within="records", version=small_release)
    assert [hit.where for hit in found] == ["claims/c1", "claims/c1"]


def test_the_command_still_finds_ids(casus_command):
    done = casus_command("find", "Medinsky")
    assert (done.returncode, "vladimir-medinsky" in done.stdout) == (0, True)
    done = casus_command("find", "--in", "registries", "Medinsky", "--kind", "person")
    assert (done.returncode, "vladimir-medinsky" in done.stdout) == (0, True)
    done = casus_command("find", "qqqqzzzz")
    assert (done.returncode, "--in records" in done.stderr) == (1, True)


def test_the_command_finds_words(casus_command):
    done = casus_command("find", "--in", "records", "--in", "codebook", "ceasefire", "--limit", "3")
    assert done.returncode == 0
    assert "the best 3 shown" in done.stdout
    assert casus_command("find", "--in", "records", "ceasfire").returncode == 1
    assert casus_command("find", "--in", "records", "x", "--kind", "person").returncode == 2
