"""How far two codings of the same events agree, against figures that can be reckoned by hand."""

import json
import math

import pytest
from support import EXAMPLE

import casus
from casus.reliability import EXPERIMENTAL_BELOW, agreements, draw, read_double_coding
from casus.reliability_page import reliability_page
from casus.schema.description import describe
from casus.schema.errors import UsageError
from casus.schema.event import Event

pytest.importorskip("krippendorff")
VERSION = "9.9.9"


def event(id_, **fields):
    return {
        "id": id_,
        "type": "talks",
        "mode": "direct",
        "status": "occurred",
        "date": {"start": "2025-06-02", "end": "2025-06-02"},
    } | fields


def figures(first, second):
    codings = [{each["id"]: each for each in coding} for coding in (first, second)]
    return {each.name: each for each in agreements(*codings, seed=1)}


def test_full_agreement_is_one_everywhere():
    coding = [
        event("2025-01-01-a"),
        event("2025-01-02-b", type="meeting", mode="summit", participants=[{"actor": "RUS", "roles": ["party"]}]),
    ]
    found = figures(coding, coding)
    assert {name for name, each in found.items() if not math.isnan(each.value) and each.value != 1} == set()
    assert not any(each.falls_short for each in found.values() if not math.isnan(each.value))
    assert found["participants"].n == 1
    assert math.isnan(found["targets"].value)


def test_alpha_is_that_of_the_textbook():
    # Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), part A: two observers, ten units of two values.
    ones = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    others = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    names = ["talks", "meeting"]
    first = [event(f"2025-01-{n:02}-a", type=names[value]) for n, value in enumerate(ones, 1)]
    second = [event(f"2025-01-{n:02}-a", type=names[value]) for n, value in enumerate(others, 1)]
    found = figures(first, second)["type"]
    assert found.value == pytest.approx(0.095, abs=0.001)
    assert (found.n, found.events) == (10, 10)
    assert found.low < found.value < found.high
    assert found.falls_short


def test_sets_are_compared_item_by_item():
    one = event("2025-01-01-a", participants=[{"actor": each, "roles": ["party"]} for each in ("RUS", "UKR", "TUR")])
    other = event("2025-01-01-a", participants=[{"actor": each, "roles": ["host"]} for each in ("RUS", "USA")])
    found = figures([one], [other])
    assert found["participants"].value == pytest.approx(2 * 1 / 5)
    assert found["roles of a participant in both"].n == 1
    claims = [{"kind": "fact", "claimant": "rus-mod"}] * 2
    repeated = figures([event("2025-01-01-a", claims=claims)], [event("2025-01-01-a", claims=claims[:1])])
    assert repeated["claims, by claimant"].value == pytest.approx(2 / 3)


def test_dates_overlap_or_are_the_same():
    first = [event("2025-01-01-a", date={"start": "2025-01-01", "end": "2025-01-03"})]
    second = [event("2025-01-01-a", date={"start": "2025-01-03", "end": "2025-01-03"})]
    found = figures(first, second)
    assert found["dates that overlap"].value == 1
    assert found["dates that are the same days"].value == 0
    open_end = [event("2025-01-01-a", date={"start": "2024-12-01"})]
    assert figures(first, open_end)["dates that overlap"].value == 1


def test_of_a_claimant_s_numbers_the_last_is_compared():
    def earlier(n):
        return {"replaces": f"q{n - 1}"} if n else {}

    def counted(*numbers):
        rows = [
            {"key": f"q{n}", "measure": "killed", "claimant": "rus-mod", "best": best} | earlier(n)
            for n, best in enumerate(numbers)
        ]
        return event("2025-01-01-a", quantities=rows)

    log = "number of a measure and claimant in both (log)"
    assert figures([counted(3, 9)], [counted(9)])[log].value == 1
    assert figures([counted(3)], [counted(9)])[log].value < 1
    assert figures([counted(3, 9)], [counted(9)])["quantities, by measure and number"].value == pytest.approx(2 / 3)


def test_draw_depends_on_seed_and_ids_alone():
    ids = [f"2025-01-{n:02}-a" for n in range(1, 29)]
    drawn = draw(ids, 10, seed=7)
    assert drawn == draw(reversed(ids), 10, seed=7)
    assert drawn != draw(ids, 10, seed=8)
    assert len(set(drawn)) == 10
    with pytest.raises(UsageError, match="only 28"):
        draw(ids, 29, seed=7)


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "reliability" / VERSION
    place.mkdir(parents=True)
    ids = ["2025-01-01-a", "2025-01-02-b"]
    stratum = {"name": "diplomatic", "release": "0.2.0", "domains": ["diplomacy"], "n": 2, "ids": ids}
    (place / "sample.json").write_text(
        json.dumps({"seed": 3, "notes": ["**Read.** All of it."], "strata": [stratum]}), "utf-8"
    )
    for name, mode in (("first", "direct"), ("second", "mediated")):
        lines = [json.dumps(event(ids[0])), json.dumps(event(ids[1], mode=mode))]
        (place / f"{name}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    return tmp_path


def test_page_says_how_it_was_made_and_what_differs(folder):
    page = reliability_page(read_double_coding(folder), {"machine-assisted": 2})
    assert "Of the 2 records of this release none was coded or checked by a person." in page
    assert "| diplomatic | 0.2.0 | diplomacy | 2 |" in page
    assert "- `mode`: direct / mediated" in page
    assert "\n\n**Read.** All of it.\n\n" in page
    assert "- `type`: none" in page


def test_recoding_stands_beside_the_first_figure(folder):
    (folder / "reliability" / VERSION / "again.jsonl").write_text(json.dumps(event("2025-01-02-b")) + "\n", "utf-8")
    page = reliability_page(read_double_coding(folder), {"human": 1})
    row = next(line for line in page.splitlines() if line.startswith("| mode |"))
    assert row.endswith("| 1.00 | 0.667: reached |")
    assert "Of the 1 records of this release 1 was coded or checked by a person." in page


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("first.jsonl", "{", "first.jsonl:1: this line is not a record"),
        ("second.jsonl", json.dumps(event("2025-01-01-a")), "missing: 2025-01-02-b"),
        ("second.jsonl", json.dumps(event("2024-01-01-z")), "not in the sample: 2024-01-01-z"),
        ("sample.json", '{"strata": []}', "seed is to be a whole number"),
        ("sample.json", "[]", "it is no mapping"),
        ("sample.json", "seed", "cannot be read"),
        ("sample.json", '{"seed": 1, "strata": [{"name": "a"}]}', "a stratum has the fields"),
        (
            "sample.json",
            json.dumps(
                {"seed": 1, "strata": [{"name": "a", "release": "0.1.0", "domains": ["x"], "n": 2, "ids": ["b"]}]}
            ),
            "names 1 events and says n: 2",
        ),
    ],
)
def test_files_that_are_wrong_are_named(folder, name, text, said):
    (folder / "reliability" / VERSION / name).write_text(text, "utf-8")
    with pytest.raises(UsageError, match=said.replace("(", r"\(")):
        read_double_coding(folder)


def test_no_double_coding(tmp_path):
    with pytest.raises(UsageError, match="There is no double coding"):
        read_double_coding(tmp_path)
    with pytest.raises(UsageError, match="share no event"):
        agreements({}, {"2025-01-01-a": EXAMPLE})


def test_sample_can_be_drawn_again(root):
    """The events of the kept sample are those that the seed draws from the releases."""
    if not (root / "dataset" / "reliability").is_dir():
        pytest.skip("the double coding is not part of the installed package")
    coding = read_double_coding(root / "dataset")
    types = {code: value.extra["domain"] for code, value in _types().items()}
    for stratum in coding.strata:
        events = casus.load(version=stratum.release).to_arrow().select(["id", "type"]).to_pylist()
        ids = [each["id"] for each in events if types[each["type"]] in stratum.domains]
        assert stratum.ids == draw(ids, stratum.n, coding.seed)


def test_page_is_up_to_date(root):
    if not (root / "docs" / "reliability.md").is_file():
        pytest.skip("the documentation is not part of the installed package")
    from collections import Counter

    from casus.collection import read_collection

    events = read_collection(root / "dataset").corpus.of("event")
    methods = Counter(str(each.data["coding"]["method"]) for each in events)
    page = reliability_page(read_double_coding(root / "dataset"), methods)
    assert (root / "docs" / "reliability.md").read_text("utf-8") == page


def _types():
    from casus.schema.vocabulary import vocabulary

    types = vocabulary("event-types")
    return {code: types[code] for code in types.codes}


def test_what_coders_agree_on_too_little_is_marked_as_experimental(root):
    """A field is experimental in the schema if, and only if, a figure of it is too low after all recoding."""
    if not (root / "dataset" / "reliability").is_dir():
        pytest.skip("the double coding is not part of the installed package")
    coding = read_double_coding(root / "dataset")
    found = agreements(coding.first, {**coding.second, **coding.again}, seed=coding.seed)
    low = {each.field for each in found if each.value < EXPERIMENTAL_BELOW}
    marked = {".".join(path) for path, field in _fields(describe(Event)) if field.experimental}
    assert low == marked


def _fields(struct, path=()):
    for field in struct.fields:
        yield (*path, field.name), field
        if field.struct:
            yield from _fields(field.struct, (*path, field.name))
