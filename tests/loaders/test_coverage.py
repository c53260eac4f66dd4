"""Reference lists against records: how much of what is known to have happened is coded."""

import json

import pytest
from support import EXAMPLE, FIRST_ROUND, patched, write_dataset

from casus.covering import coverage
from casus.reference_lists import read_reference_lists
from casus.schema.errors import UsageError

HEADER = "entry,date,end,place,name,status,page\n"
PAGE = "https://example.org/list"
CODED = EXAMPLE["id"]
ROWS = (
    f"{CODED},2025-06-02,,Istanbul,A round of talks,held,{PAGE}\n"
    f'2025-07-01-other-name,2025-07,,,"Talks, by another name",held,{PAGE}\n'
    f"2026-01-05-not-coded,2026-01-05,2026-01-06,video,Talks that nobody coded,cancelled,{PAGE}\n"
)


@pytest.fixture
def folder(tmp_path):
    """A dataset of two records, with a list of three entries of which two are coded."""
    made = write_dataset(tmp_path / "dataset", [EXAMPLE, patched(EXAMPLE, FIRST_ROUND)])
    write(made, "rounds.csv", HEADER + ROWS)
    write(made, "coded.csv", f"entry,record\n2025-07-01-other-name,{FIRST_ROUND['id']}\n")
    return made


def write(folder, name, text):
    place = folder / "reference"
    place.mkdir(exist_ok=True)
    (place / name).write_text(text, "utf-8")


def test_entries_are_coded_by_their_id_or_by_the_record_named_for_them(folder):
    found = coverage(folder)
    assert [entry.id for entry in found.missing("rounds")] == ["2026-01-05-not-coded"]
    assert found.share("rounds") == pytest.approx(2 / 3)
    assert [entry.year for entry in found.of("rounds")] == [2025, 2025, 2026]


def test_page_names_what_is_not_coded(folder):
    page = coverage(folder).to_markdown()
    assert "| rounds | 2 of 2 | 0 of 1 | 2 of 3 | 66 % |" in page
    assert f"- rounds: 2026-01-05, Talks that nobody coded ([page]({PAGE}))" in page
    assert "by another name" not in page


def test_links_that_say_only_that_one_came_after_do_not_count(folder):
    path = next((folder / "records").rglob(f"{EXAMPLE['id']}.*"))
    record = json.loads(path.read_text("utf-8"))
    shares = []
    for relation in ("follows", "same-series", "responds-to"):
        record["links"] = [{"key": "k1", "relation": relation, "target": FIRST_ROUND["id"]}]
        path.write_text(json.dumps(record), "utf-8")
        found = coverage(folder)
        shares.append((found.linking(), found.linked()))
    before = shares[0]
    assert shares[1] == before
    assert shares[2][0] > before[0]
    assert shares[2][1] > before[1]


def test_threads_are_counted_by_domain(folder):
    attack = patched(EXAMPLE, FIRST_ROUND | {"id": "2025-06-03-attack", "type": "air-attack", "mode": "drones"})
    attack["links"] = [{"key": "k1", "relation": "follows", "target": EXAMPLE["id"]}]
    path = folder / "records" / "2025-06-03-attack.json"
    path.write_text(json.dumps(attack), "utf-8")
    assert coverage(folder).crossing([attack["id"]]) == 0
    attack["links"][0]["relation"] = "about"
    path.write_text(json.dumps(attack), "utf-8")
    found = coverage(folder)
    assert found.crossing([attack["id"]]) == 1
    assert found.diplomatic() == {EXAMPLE["id"], FIRST_ROUND["id"]}
    assert found.records(["rounds"]) == {EXAMPLE["id"], FIRST_ROUND["id"]}
    assert found.domain(attack) == "military"
    assert found.domain({"type": "no-such"}) == "unknown"
    assert "| military | 1 |" in found.to_markdown()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("rounds.csv", "entry,date\n", "rounds.csv:1: the header is 'entry,date'; write 'entry,date,end,place,"),
        ("rounds.csv", HEADER + "a,b\n", "rounds.csv:2: 2 cells where 7 belong"),
        ("rounds.csv", HEADER + ROWS.replace("2025-07,", "July,"), "neither a day (2025-06-02) nor a month"),
        ("rounds.csv", HEADER + ROWS.replace("2026-01-06", "2026-01-04"), "the end 2026-01-04 lies before"),
        ("rounds.csv", HEADER + ROWS.replace("2026-01-06", "6 January"), "the end '6 January' is not a day"),
        ("rounds.csv", HEADER + ROWS.replace(PAGE, "example.org"), "is not the address of a page"),
        ("rounds.csv", HEADER + ROWS.replace("cancelled", " "), "rounds.csv:4: the column status is empty"),
        ("rounds.csv", HEADER + ROWS.replace("2025-07-01-other-name", "Other"), "the entry 'Other' is not an id"),
        ("rounds.csv", HEADER + "".join(reversed(ROWS.splitlines(keepends=True))), "sort the rows by date"),
        ("rounds.csv", HEADER + '"a', "not a row of CSV"),
        ("truces.csv", HEADER + ROWS, f"the entry {CODED} stands in rounds.csv and truces.csv"),
        ("coded.csv", "entry,record\n2025-01-01-nowhere,x\n", "no list has the entry '2025-01-01-nowhere'"),
        ("coded.csv", f"entry,record\n{CODED},2025-01-01-nowhere\n", "named for " + CODED + ", is not a record"),
    ],
)
def test_wrong_lists_are_refused_with_file_and_line(folder, name, text, said):
    write(folder, name, text)
    with pytest.raises(UsageError) as error:
        coverage(folder)
    assert said in str(error.value)


def test_lists_that_are_no_text_are_refused(folder):
    (folder / "reference/rounds.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="cannot be read as UTF-8"):
        read_reference_lists(folder)


def test_folder_without_lists_is_refused(tmp_path):
    with pytest.raises(UsageError, match="holds no reference list"):
        coverage(write_dataset(tmp_path / "dataset", [EXAMPLE]))


def test_command_prints_and_writes(folder, casus_command, tmp_path):
    page = tmp_path / "coverage.md"
    done = casus_command("coverage", folder, "--update", page)
    assert done.returncode == 0, done.stderr
    assert "rounds" in done.stdout
    assert "2 of    3  66 %" in done.stdout
    assert page.read_text("utf-8") == coverage(folder).to_markdown()
    lost = casus_command("coverage", folder, "--update", tmp_path / "none" / "coverage.md")
    assert lost.returncode == 2
    assert "cannot be written" in lost.stderr
