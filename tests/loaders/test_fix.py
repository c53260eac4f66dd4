"""Safe repairs: what is repaired, what is left alone, and that nothing else changes."""

import re
import stat
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casus.documents import parse
from casus.fixing import fix_text
from casus.fixing_files import fix_files
from casus.naming import Named, Names, names_for
from casus.repairs import Repair, day_of
from casus.schema.errors import UsageError

RECORD = """\
# yaml-language-server: $schema=../../../schema/json/event.schema.json
id: 2025-06-02-istanbul-talks
type: talks
mode: mediated
title: Second round of talks  # as most reports call it
summary: >-
  Delegations met # this is text
  and exchanged their positions.
status: occurred
status_history:
  # The first announcement.
  - key: h1
    status: scheduled
    as_of: 2025-06-01
    sources: [s1]
  - {key: h2, status: occurred, as_of: 2025-06-02, sources: [s1]}
date:
  start: 2025-06-02
  end: 2025-06-02
  start_time: "14:43"
participants:
  - key: p1
    actor: UKR
    roles: [party]
  - {key: p2, actor: RUS, roles: [party]}
sources:
  - key: s1
    url: https://example.org/talks
    publisher: example-news
    title: 'Talks: held'
    accessed: 2025-06-03
"""
NAMES = Names(
    (
        Named("actor", "UKR", "state", "Ukraine", ("Україна", "Ukrainian side")),
        Named("actor", "RUS", "state", "Russia", ("Росія",)),
        Named("actor", "a-minister", "person", "A Minister", ("Minister A.",), ("A. Minster",)),
        Named("actor", "two-one", "group", "One of Two", ("The Two",)),
        Named("actor", "two-two", "group", "Two of Two", ("The Two",)),
        Named("place", "tur-istanbul", "city", "Istanbul", ("İstanbul",)),
        Named("publisher", "example-news", "private", "Example News", hosts=("example.org",)),
    )
)


def fixed(text, names=NAMES, **options):
    done = fix_text(text, names, **options)
    assert done.problem is None
    again = fix_text(done.text, names, **options)
    assert (again.text, again.changes) == (done.text, ())
    return done


def changed(old, new, text=RECORD):
    assert text.count(old) == 1, old
    return text.replace(old, new)


def data_of(text):
    document = parse(text.encode(), "record")
    assert not document.findings
    return document.data


def test_nothing_is_done_where_nothing_is_wrong():
    assert fixed(RECORD).text == RECORD
    assert fixed(RECORD).changes == ()


def test_nothing_changes_in_any_file_of_the_dataset(dataset_folder):
    looked = list(fix_files([dataset_folder], write=False))
    assert len(looked) > 60
    assert [each.path for each in looked if each.changed or each.problem] == []


# --- order ----------------------------------------------------------------------------------------------------------


def test_fields_are_put_in_the_order_of_the_schema():
    moved = changed("type: talks\nmode: mediated\n", "") + "mode: mediated\ntype: talks\n"
    done = fixed(moved)
    assert done.text == RECORD
    assert [each.repair for each in done.changes] == [Repair.ORDER]


def test_a_comment_moves_with_the_field_below_it():
    text = changed("type: talks\nmode: mediated\n", "# how\nmode: mediated\n# what\n\n# indeed\ntype: talks\n")
    assert fixed(text).text == changed(
        "type: talks\nmode: mediated\n", "# what\n\n# indeed\ntype: talks\n# how\nmode: mediated\n"
    )


def test_a_comment_inside_a_value_moves_with_it_and_the_last_one_stays_last():
    history = RECORD[RECORD.index("status_history") : RECORD.index("date:")]
    done = fixed(changed(history, "") + history + "# the end\n")
    assert done.text == RECORD + "# the end\n"


def test_the_first_field_of_an_item_changes_places_behind_its_dash():
    text = changed("  - key: p1\n    actor: UKR\n", "  - actor: UKR  # who\n    # its key\n    key: p1\n")
    done = fixed(text)
    assert "  # its key\n  - key: p1\n    actor: UKR  # who\n" in done.text.replace("    # its key", "  # its key")
    assert data_of(done.text) == data_of(RECORD)


def test_items_on_one_line_are_put_in_order():
    text = changed("{key: p2, actor: RUS, roles: [party]}", "{roles: [party], actor: RUS, key: p2} # them")
    assert fixed(text).text == changed(
        "{key: p2, actor: RUS, roles: [party]}", "{key: p2, actor: RUS, roles: [party]} # them"
    )


def test_an_unknown_field_stays_behind_its_neighbour():
    text = changed("type: talks\nmode: mediated\n", "mode: mediated\nmood: tense\ntype: talks\n")
    assert "type: talks\nmode: mediated\nmood: tense\n" in fixed(text).text


# --- keys -----------------------------------------------------------------------------------------------------------


def test_missing_keys_are_the_next_free_ones():
    text = changed("{key: p2, actor: RUS", "{actor: RUS")
    assert fixed(text).text == RECORD
    assert str(fixed(text).changes[0]) == "participants[1]: key p2 added"


def test_a_key_is_first_in_a_block():
    text = changed("  - key: h1\n    status: scheduled\n", "  - status: scheduled\n")
    assert "  - key: h3\n    status: scheduled\n" in fixed(text).text


def test_the_letters_are_those_of_the_list():
    text = RECORD.replace("s1", "src1") + "  - {url: https://example.org/b, publisher: example-news, title: B}\n"
    assert data_of(fixed(text).text)["sources"][1]["key"] == "src2"


@pytest.mark.parametrize(
    ("field", "item", "key"),
    [
        ("claims", "{statement: It was so., about: [event]}", "c1"),
        ("positions", "{actor: UKR}", "pos1"),
        ("quantities", "{measure: killed}", "q1"),
        ("links", "{relation: follows}", "k1"),
        ("locations", "{place: tur-istanbul}", "l1"),
    ],
)
def test_a_list_without_keys_gets_those_that_the_dataset_uses(field, item, key):
    assert data_of(fixed(f"id: a\n{field}:\n  - {item}\n").text)[field][0]["key"] == key


def test_letters_of_the_dataset_are_those_of_its_records(dataset_folder):
    from casus.repairs import LETTERS

    for path in (dataset_folder / "records").rglob("*.yaml"):
        data = data_of(path.read_text("utf-8"))
        for name, letter in LETTERS.items():
            for item in data.get(name, ()):
                assert re.fullmatch(rf"{letter}[0-9]+", item["key"]), path


def test_no_key_makes_a_dangling_pointer_lead_somewhere():
    """``s2`` stands in a list of sources and leads to nothing: which source was meant is for people to say."""
    text = changed("  - {key: h2, status: occurred, as_of: 2025-06-02, sources: [s1]}",
                   "  - {key: h2, status: occurred, as_of: 2025-06-02, sources: [s2]}")  # fmt: skip
    text += "  - {url: https://example.org/b, publisher: example-news, title: B}\n"
    assert data_of(fixed(text).text)["sources"][1]["key"] == "s3"


# --- days -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2 June 2025", "2 Jun 2025", "2nd June 2025", "02 june 2025", "June 2, 2025", "June 2 2025", "2025-6-2",
        "2025/06/02", "2025.06.02", "2025/6/2", "02.06.2025", "2.6.2025", "2. 6. 2025", "20250602", 20250602,
        "2-Jun-2025", " 2025-06-02 ", "2025 06 02", "2025-06-02",
    ],
)  # fmt: skip
def test_days_that_can_be_read_in_one_way(text):
    assert day_of(text) == "2025-06-02"


@pytest.mark.parametrize(
    ("text", "day"), [("13/04/2025", "2025-04-13"), ("04/13/2025", "2025-04-13"), ("03/03/2025", "2025-03-03")]
)
def test_slashes_are_read_where_only_one_reading_is_a_day(text, day):
    assert day_of(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "03/04/2025", "3-4-2025", "2025-02-30", "30 February 2025", "June 2025", "2025", "06/2025", "2 June",
        "02.06.25", "2025-06-02T14:43", "2 Brumaire 2025", "yesterday", "", "04.13.2025", "13/13/2025", True, None,
        2.5, "0000-01-01",
    ],
)  # fmt: skip
def test_days_that_are_never_guessed(text):
    assert day_of(text) is None


@given(st.dates(), st.sampled_from(["%d %B %Y", "%Y/%m/%d", "%d.%m.%Y", "%B %d, %Y", "%Y%m%d", "%d %b %Y"]))
def test_every_day_comes_back(day, form):
    assert day_of(day.strftime(form).replace(str(day.year), f"{day.year:04}")) in (day.isoformat(), None)
    if day.year >= 1000:
        assert day_of(day.strftime(form)) == day.isoformat()


def test_dates_are_written_the_one_way_and_quotes_and_comments_stay():
    text = changed("as_of: 2025-06-01\n", 'as_of: "1 June 2025"   # announced\n')
    text = text.replace("  start: 2025-06-02\n", "  start: 2025-6-2\n")
    done = fixed(text)
    assert re.search(r'as_of: "2025-06-01" +# announced\n', done.text)
    assert "  start: 2025-06-02\n" in done.text
    assert [str(each) for each in done.changes] == [
        "status_history[0].as_of: 1 June 2025 -> 2025-06-01",
        "date.start: 2025-6-2 -> 2025-06-02",
    ]


def test_only_dates_are_taken_for_dates():
    text = changed("title: Second round of talks", "title: 2 June 2025")
    assert fixed(text).text == text


# --- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Ukraine", "ukraine", "Україна", "Ukrainian  side", "ukr"])
def test_names_of_the_registry_become_ids(name):
    assert fixed(changed("actor: UKR\n", f"actor: {name}\n")).text == RECORD


@pytest.mark.parametrize("name", ["The Two", "Ukrain", "Istanbul", "Example News"])
def test_a_name_of_nobody_of_two_or_of_another_registry_stays(name):
    text = changed("actor: UKR\n", f"actor: {name}\n")
    assert fixed(text).text == text


def test_persons_are_looked_up_among_persons():
    text = changed(
        "    roles: [party]\n", "    roles: [party]\n    represented_by: [{person: A. Minster}, {person: Ukraine}]\n"
    )
    people = data_of(fixed(text).text)["participants"][0]["represented_by"]
    assert [each["person"] for each in people] == ["a-minister", "Ukraine"]


def test_publishers_are_known_by_name_and_host():
    for name in ("Example News", "example.org"):
        assert fixed(changed("publisher: example-news", f"publisher: {name}")).text == RECORD


def test_names_in_lists_become_ids_too():
    text = changed(
        "    title: 'Talks: held'\n", "    title: 'Talks: held'\n    relays: [Minister A., Example News, nobody]\n"
    )
    assert data_of(fixed(text).text)["sources"][0]["relays"] == ["a-minister", "example-news", "nobody"]


def test_registry_files_are_repaired_too():
    text = "# People.\n- name: Rus Sr.\n  id: rus-x\n  kind: group\n  memberships: [{kind: part-of, of: Russia}]\n"
    assert fixed(text, kind="actor").text == (
        "# People.\n- id: rus-x\n  kind: group\n  name: Rus Sr.\n  memberships: [{of: RUS, kind: part-of}]\n"
    )


# --- bytes and lines ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        RECORD.encode("utf-8-sig"),
        RECORD.encode("utf-16"),
        RECORD.replace("\n", "\r\n").encode(),
        RECORD.replace("type: talks\n", "type: talks  \n").encode(),
        RECORD.replace("mediated\n", "mediated\t\n").encode(),
        RECORD.removesuffix("\n").encode(),
    ],
)
def test_bytes_and_line_ends_are_cleaned(content):
    done = fixed(content)
    assert done.text == RECORD
    assert len(done.changes) == 1


def test_spaces_in_a_text_are_a_part_of_it():
    text = changed("Delegations met # this is text\n", "Delegations met   \n")
    assert fixed(text).text == text
    moved = changed("mode: mediated\n", "", text) + "mode: mediated\n"
    assert fixed(moved).text == text


@pytest.mark.parametrize(
    "content",
    [
        b"id: [1\n", b"id: a\nid: b\n", b"id: &a x\ntitle: *a\n", b"id: !!python/object:os.system x\n",
        b"id: a\n---\nid: b\n", b"\xff\xfei", b"id: \xff\n", b"a:\n\tb: 1\n", b"\x00", b"[" * 100_000,
    ],
)  # fmt: skip
def test_what_does_not_parse_is_left_alone(content):
    done = fix_text(content, NAMES)
    assert done.problem
    assert done.changes == ()


@pytest.mark.parametrize(
    "content", [b"", b"# nothing\n", b"just text\n", b"- a\n- b\n", b"1: 2\n", b"date: 5\nsources: x\n"]
)
def test_what_is_no_record_is_no_accident(content):
    assert fixed(content).text == content.decode()


def test_layout_that_needs_no_repair_stays():
    text = changed("type: talks\n", "type:   talks\nissues: [ceasefire,\n   prisoners]   # two\n")
    text = changed("actor: UKR\n", "actor: Ukraine\n", text)
    done = fixed(text)
    assert "type:   talks\n" in done.text
    assert "issues: [ceasefire,\n   prisoners]   # two\n" in done.text
    assert "actor: UKR\n" in done.text


def test_lists_that_are_not_indented_stay_so():
    text = "id: a\nparticipants:\n- actor: Ukraine\n  roles: [party]\n- key: p1\n  actor: RUS\n"
    assert (
        fixed(text).text == "id: a\nparticipants:\n- key: p2\n  actor: UKR\n  roles: [party]\n- key: p1\n  actor: RUS\n"
    )


def test_no_long_line_is_wrapped():
    title = "A long title " * 30
    text = changed("'Talks: held'", f"'{title}: {title}'")
    moved = changed("actor: UKR\n", "actor: Ukraine\n", text)
    assert fixed(moved).text == text


@pytest.mark.parametrize(
    "value", ["true", "~", "", "null", "0123", "1_000", "1e3", "0x1F", "12:30", "NO", "2.50", ".5"]
)
def test_other_values_are_not_written_another_way(value):
    text = changed("mode: mediated", f"mode: {value}".rstrip())
    text = changed("actor: UKR\n", "actor: Ukraine\n", text)
    assert fixed(text).text == changed("actor: Ukraine\n", "actor: UKR\n", text)


# --- over mutated records -------------------------------------------------------------------------------------------


def by_forms(text, dice):
    """Write days, names and order another way, and return what must come back as it was."""
    forms = ("{y}/{m}/{d}", "{d}.{m}.{y}", "{d} {name} {y}", "{y}.{m}.{d}")
    month = ("", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
             "November", "December")  # fmt: skip

    def other(match):
        y, m, d = match[2].split("-")
        if not dice.random() < 0.5:
            return match[0]
        return match[1] + dice.choice(forms).format(y=y, m=m, d=d, name=month[int(m)])

    return re.sub(
        r"((?:as_of|start|end|said_on|published|accessed|coded_on): )([0-9]{4}-[0-9]{2}-[0-9]{2})", other, text
    )


def by_comments(text, dice, scalars):
    """Put comments between lines and behind them, outside of texts that run over lines."""
    lines = text.split("\n")
    out = []
    for number, line in enumerate(lines):
        free = number not in scalars and line.strip()
        if free and dice.random() < 0.1:
            out.append(" " * (len(line) - len(line.lstrip())) + f"# note {number}")
        ends = free and line.rstrip()[-1] not in ">-|" and "#" not in line
        out.append(f"{line}  # aside {number}" if ends and dice.random() < 0.1 else line)
    return "\n".join(out)


def by_order(text, dice):
    """Put the top fields in another order, each with the comments above it; the first line stays."""
    head, *lines = text.rstrip("\n").split("\n")
    chunks, waiting = [], []
    for line in lines:
        waiting.append(line)
        if line[0] not in " #-" and not (chunks and len(waiting) == 0):
            chunks.append(waiting)
            waiting = []
        elif chunks and line[0] in " -":
            chunks[-1].extend(waiting)
            waiting = []
    return "\n".join([head, *(line for chunk in dice.sample(chunks, len(chunks)) for line in chunk), *waiting, ""])


def comments_of(text):
    return sorted(re.findall(r"# (?:note|aside) [0-9]+", text))


class Real:
    """Records and the names that they are written with, with a short repr for reports."""

    def __init__(self, records, names):
        self.records, self.names = records, names


@pytest.fixture(scope="module")
def real(dataset_folder):
    """The shorter records of the dataset: their text and the lines of texts that run over lines."""
    from casus.fixing import _scalars

    found = []
    for path in sorted((dataset_folder / "records").rglob("*.yaml")):
        text = path.read_text("utf-8")
        if len(text) < 8000:
            spans = [(each.start_mark.line, each.end_mark.line) for each in _scalars(text)]
            found.append((text, {line for start, end in spans if end > start for line in range(start, end)}))
    assert len(found) > 10
    return Real(found, names_for(dataset_folder))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32))
def test_mutated_records_come_back(real, seed):
    names, dice = real.names, Random(seed)
    text, scalars = dice.choice(real.records)
    wrong = by_order(by_forms(by_comments(text, dice, scalars), dice), dice)
    if dice.random() < 0.5:
        wrong = wrong.replace("\n", "\r\n")
    content = wrong.encode(dice.choice(("utf-8-sig", "utf-8", "utf-16")))
    done = fix_text(content, names)
    assert done.problem is None
    assert data_of(done.text) == data_of(text)
    assert list(data_of(done.text)) == list(data_of(text))
    assert comments_of(done.text) == comments_of(wrong)
    assert re.sub(r" *# note [0-9]+\n| *# aside [0-9]+", "", done.text) == text
    again = fix_text(done.text, names)
    assert (again.text, again.changes, again.problem) == (done.text, (), None)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32))
def test_removed_keys_come_back_free(real, seed):
    names, dice = real.names, Random(seed)
    text, _ = dice.choice(real.records)
    keyed = list(re.finditer(r"(?<=\{)key: [a-z0-9]+, |(?<=- )key: [a-z0-9]+\n +", text))
    gone = dice.sample(keyed, dice.randint(1, 4))
    wrong = text
    for match in sorted(gone, key=lambda each: -each.start()):
        wrong = wrong[: match.start()] + wrong[match.end() :]
    done = fix_text(wrong, names)
    assert done.problem is None
    assert sum(each.repair is Repair.KEY for each in done.changes) == len(gone)
    keys = re.findall(r"\bkey: ([a-z0-9]+)", done.text)
    assert len(set(keys)) == len(keys) == len(re.findall(r"\bkey: ", text))
    assert fix_text(done.text, names).changes == ()
    # What points to nothing now still does: a key that is there again is one that nothing pointed to.
    again = {match[0].split()[1].strip(",") for match in gone} & set(keys)
    assert not [key for key in again if re.search(rf"[\[/ ]{key}[\],\n]", wrong)]


# --- files ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "records/2025/2025-06-02-istanbul-talks.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(changed("actor: UKR\n", "actor: Ukraine\n"))
    return path


def test_files_are_written_and_keep_their_mode(file):
    file.chmod(0o640)
    (done,) = fix_files([file], names=NAMES)
    assert done.changed
    assert file.read_text() == RECORD
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_checking_writes_nothing(file):
    before = file.read_bytes()
    (done,) = fix_files([file], names=NAMES, write=False)
    assert done.changed
    assert file.read_bytes() == before


def test_a_link_stays_a_link(file, tmp_path):
    link = tmp_path / "2025-06-02-istanbul-talks.yaml"
    link.symlink_to(file)
    list(fix_files([link], names=NAMES))
    assert link.is_symlink()
    assert file.read_text() == RECORD


@pytest.mark.parametrize(
    "name", ["talks.yaml", "2025-06-02-istanbul-talks.yml", "../1999/2025-06-02-istanbul-talks.yaml"]
)
def test_files_move_to_where_their_id_belongs(file, name):
    wrong = (file.parent / name).resolve()
    wrong.parent.mkdir(exist_ok=True)
    file.rename(wrong)
    (done,) = fix_files([wrong], names=NAMES)
    if name.endswith(".yml"):
        assert wrong.read_text() == RECORD
        return
    assert done.goes_to == file
    assert file.read_text() == RECORD
    assert not wrong.exists()
    assert list(done.diff())[:2] == [f"rename from {wrong}", f"rename to {file}"]


def test_nothing_is_ever_overwritten(file):
    other = file.with_name("other.yaml")
    other.write_text(RECORD)
    before = file.read_bytes()
    done = {each.path: each for each in fix_files([other, file.parent], names=NAMES, write=True)}
    assert "is there already" in done[other].problem
    assert other.read_text() == RECORD
    assert file.read_bytes() != before


def test_two_files_do_not_move_to_one_place(file):
    one, two = file.with_name("one.yaml"), file.with_name("two.yaml")
    file.rename(one)
    two.write_bytes(one.read_bytes())
    done = list(fix_files([file.parent], names=NAMES, write=False))
    assert [each.problem is None for each in done] == [True, False]


@pytest.mark.parametrize("event_id", ["2025-06-02 Talks", "ucdp-ged:1", "../../../evil", "a/b", ""])
def test_no_file_moves_after_an_id_that_is_none(tmp_path, event_id):
    path = tmp_path / "talks.yaml"
    path.write_text(changed("id: 2025-06-02-istanbul-talks", f"id: {event_id}".rstrip()))
    (done,) = fix_files([path], names=NAMES)
    assert done.goes_to == path


def test_names_are_those_of_the_dataset_folder(small_dataset):
    path = small_dataset / "records/2025/2025-06-02-istanbul-talks.yaml"
    path.write_text(path.read_text().replace('"person": "a-minister"', '"person": "Minister A."') + "\n")
    (done,) = fix_files([path])
    assert [str(each) for each in done.fixed.changes] == [
        "participants[0].represented_by[0].person: Minister A. -> a-minister"
    ]


def test_without_ruamel_a_clear_word(file, monkeypatch):
    file.write_text("id: 2025-06-02-a\nparticipants:\n  - {actor: UKR, roles: [party]}\n")  # the key is missing
    monkeypatch.setitem(sys.modules, "ruamel.yaml", None)
    with pytest.raises(UsageError, match=re.escape('pip install "casus-events[fix]"')):
        list(fix_files([file], names=NAMES))


def test_single_values_are_repaired_where_they_stand(monkeypatch):
    monkeypatch.setitem(sys.modules, "ruamel.yaml", None)
    text = (
        "date: {start: 2025/06/02, end: '2 June 2025'}  # both\n"
        "participants:\n  - {key: p1, actor:  Ukraine , roles: [party]}\n  # of the other side\n"
        '  - {key: p2, actor: "Україна", roles: [party]}  # again\n'
    )
    assert fix_text(text, NAMES).text == (
        "date: {start: 2025-06-02, end: '2025-06-02'}  # both\n"
        "participants:\n  - {key: p1, actor:  UKR , roles: [party]}\n  # of the other side\n"
        '  - {key: p2, actor: "UKR", roles: [party]}  # again\n'
    )


def test_only_yaml_is_repaired(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("{}")
    with pytest.raises(UsageError, match="only YAML"):
        list(fix_files([path]))


def test_huge_files_are_left_alone(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_bytes(b"#" * 2_100_000)
    (done,) = fix_files([path], names=NAMES)
    assert "2100000 bytes" in done.problem


# --- the command ----------------------------------------------------------------------------------------------------


def test_the_command_prints_a_diff_and_ends_with_0(casus_command, file):
    assert casus_command("fix", "--check", file).returncode == 1
    done = casus_command("fix", file)
    assert done.returncode == 0
    assert "participants[0].actor: Ukraine -> UKR" in done.stdout
    assert "-    actor: Ukraine\n+    actor: UKR\n" in done.stdout
    assert "\x1b" not in done.stdout
    assert "1 file looked at: 1 repaired." in done.stderr
    assert file.read_text() == RECORD
    assert casus_command("fix", "--check", file).returncode == 0


def test_the_command_says_what_it_left_alone(casus_command, file):
    file.write_text("id: [\n")
    done = casus_command("fix", file.parent)
    assert done.returncode == 1
    assert "left as it is; it cannot be read: line " in done.stdout
    assert file.read_text() == "id: [\n"


def test_the_command_without_a_dataset_wants_paths(casus_command, tmp_path):
    done = casus_command("fix", cwd=tmp_path)
    assert done.returncode == 2
    assert "give record files or folders" in done.stderr


def test_a_folder_that_cannot_be_written_is_a_usage_error(casus_command):
    path = Path("/proc/self/none.yaml")
    assert casus_command("fix", path).returncode == 2
