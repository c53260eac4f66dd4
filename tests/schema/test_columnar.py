"""The columnar engine gives the record engine's verdicts: on every counterexample, in every form of column."""

import datetime as dt
import json
import random
import re

import numpy as np
import pyarrow as pa
import pytest
from support import EXAMPLE, patched

import casus
from casus.checking import check_entry
from casus.schema import Event, UsageError, types
from casus.schema.columnar import check_batch
from casus.schema.columnar.buffers import looked_up, truths
from casus.schema.columnar.texts import same_texts, unmatched
from casus.schema.constraints import Pattern
from casus.schema.corpus import Entry
from casus.schema.description import Kind, describe
from casus.schema.findings import Severity
from casus.schema.render_arrow import records_schema
from casus.schema.rules import ALL_RULES
from casus.schema.rules.base import Patch, Scope
from casus.schema.rules.record import RecordRule

BOTH = (Severity.ERROR, Severity.WARNING)
#: Not representable in typed columns: fields that no column holds, values of other types, days that do not exist, and
#: null, which in a column is absence.
NOT_IN_COLUMNS = {"CAS101", "CAS103", "CAS105", "CAS109", "CAS110"}
OF_ONE_RECORD = [
    rule
    for rule in ALL_RULES
    if (rule.scope is Scope.FIELD or isinstance(rule, RecordRule))
    and isinstance(rule.counterexample, Patch)
    and rule.code not in NOT_IN_COLUMNS
]


def loose(kind):
    """Return a type as Spark would deliver it: plain texts, everything nullable."""
    if pa.types.is_list(kind):
        return pa.list_(loose(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(kind.field(i).name, loose(kind.field(i).type)) for i in range(kind.num_fields)])
    return pa.string() if pa.types.is_dictionary(kind) else kind


LOOSE = pa.schema([pa.field(field.name, loose(field.type)) for field in records_schema()])


def typed(value, field):
    if value is None:
        return None
    if isinstance(value, list):
        return [typed(each, field) for each in value]
    if field.struct is not None:
        return {name: typed(each, field.struct.field(name)) for name, each in value.items()}
    return dt.date.fromisoformat(value) if field.kind is Kind.DATE else value


def batch_of(*records):
    struct = describe(Event)
    rows = [{name: typed(value, struct.field(name)) for name, value in record.items()} for record in records]
    return pa.Table.from_pylist(rows, LOOSE).combine_chunks().to_batches()[0]


def codes_by_record_engine(record):
    return {finding.code for finding in check_entry(Entry("event", record))}


@pytest.mark.parametrize("rule", OF_ONE_RECORD, ids=lambda rule: rule.code)
def test_counterexample_has_the_same_codes_in_columns(rule):
    record = patched(EXAMPLE, rule.counterexample.sets)
    found = check_batch(batch_of(EXAMPLE, record, EXAMPLE), BOTH).codes_of()
    assert found == {1: codes_by_record_engine(record)}
    assert rule.code in found[1]


def test_bundled_records_are_valid():
    (batch,) = casus.scan().to_arrow().combine_chunks().to_batches()
    verdicts = check_batch(batch)
    assert verdicts.length == len(casus.load())
    assert verdicts.suspects() == []


BROKEN = patched(EXAMPLE, {"quantities[0].low": 120, "type": "talk", "claims[0].about": ["quantities/q9"]})


def recast(batch, change):
    def kind_of(kind):
        if pa.types.is_list(kind):
            return change(pa.list_(kind_of(kind.value_type)))
        if pa.types.is_struct(kind):
            return pa.struct(
                [pa.field(kind.field(i).name, kind_of(kind.field(i).type)) for i in range(kind.num_fields)]
            )
        return change(kind)

    schema = pa.schema([pa.field(field.name, kind_of(field.type)) for field in batch.schema])
    return pa.RecordBatch.from_pylist(batch.to_pylist(), schema=schema)


FORMS = {
    "plain": lambda kind: kind,
    "large strings": lambda kind: pa.large_string() if pa.types.is_string(kind) else kind,
    "large lists": lambda kind: pa.large_list(kind.value_type) if pa.types.is_list(kind) else kind,
    "dictionaries": lambda kind: pa.dictionary(pa.int8(), pa.string()) if pa.types.is_string(kind) else kind,
    "wide numbers": lambda kind: pa.int64() if pa.types.is_int32(kind) else kind,
}


@pytest.mark.parametrize("form", FORMS)
def test_other_forms_of_columns_give_the_same_verdicts(form):
    batch = batch_of(EXAMPLE, BROKEN, EXAMPLE, BROKEN)
    expected = check_batch(batch).codes_of()
    assert expected == {1: {"CAS104", "CAS202", "CAS213"}, 3: {"CAS104", "CAS202", "CAS213"}}
    assert check_batch(recast(batch, FORMS[form])).codes_of() == expected


def test_sliced_batches_give_the_same_verdicts():
    batch = batch_of(EXAMPLE, BROKEN, EXAMPLE, BROKEN, EXAMPLE)
    assert set(check_batch(batch.slice(2, 3)).codes_of()) == {1}
    assert set(check_batch(batch.slice(1, 1)).codes_of()) == {0}


def test_no_rows_and_all_rows_invalid():
    batch = batch_of(*[BROKEN] * 20)
    assert check_batch(batch).suspects() == list(range(20))
    assert check_batch(batch.slice(0, 0)).suspects() == []


def test_unused_words_of_a_dictionary_are_no_findings():
    batch = batch_of(EXAMPLE)
    column = pa.DictionaryArray.from_arrays(pa.array([1], pa.int8()), ["banquet", "talks"])
    batch = pa.RecordBatch.from_arrays(
        [column if name == "type" else batch.column(name) for name in batch.schema.names], names=batch.schema.names
    )
    assert check_batch(batch).suspects() == []


def test_verdicts_are_a_batch_of_row_path_and_code():
    rows = check_batch(batch_of(EXAMPLE, BROKEN)).to_arrow().to_pylist()
    assert {(row["row"], row["path"], row["code"]) for row in rows} == {
        (1, "type", "CAS104"),
        (1, "quantities[].best", "CAS202"),
        (1, "", "CAS213"),
    }


def test_what_is_no_record_is_named():
    with pytest.raises(UsageError, match="the column type is missing"):
        check_batch(batch_of(EXAMPLE).select(["id"]))


def test_many_keys_are_told_apart():
    many = json.loads(json.dumps(EXAMPLE))
    claim = many["claims"][0]
    many["claims"] = [claim | {"key": f"c{number}"} for number in range(200)]
    twice = json.loads(json.dumps(many))
    twice["claims"][199]["key"] = "c7"
    dangling = json.loads(json.dumps(many))
    dangling["claims"][0]["about"] = ["claims/c199", "claims/c200"]
    found = check_batch(batch_of(many, twice, dangling)).codes_of()
    assert found == {1: {"CAS212"}, 2: {"CAS213"}}


PATTERNS = [each for each in vars(types).values() if isinstance(each, Pattern)]
ODD = [
    "",
    "\n",
    "a\nb",
    "é",
    "://",
    "https://",
    "http://x",
    "https:///",
    "bench:",
    ":",
    "2025-06-02-",
    "_",
    "-",
    "\x00",
]
PLAIN = ("bench:A1", "https://a.example/b-c", "https://a.example")


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda each: each.example)
def test_many_texts_are_matched_as_one_by_one(pattern):
    whole = re.compile(pattern.regex.removesuffix("$") + r"\Z")
    chance = random.Random(1)
    text = pattern.example
    near = [text[:cut] + chance.choice(ODD) + text[cut:] for cut in range(len(text))]
    good = [each for each in (text, *PLAIN) if whole.match(each)] * 3000
    few = [*chance.sample(near, min(3, len(near))), ":", "bench:a:b", "https://a:b"]
    for texts in (
        good,
        [*good, *few],
        [*good, *near, *ODD],
        [*ODD, *near, *good],
        near * 200,
        [*near * 200, *good[:3]],
    ):
        chance.shuffle(texts)
        wrong = {place for place, each in enumerate(texts) if not whole.match(each)}
        assert set(unmatched(pattern, pa.array(texts, pa.string())).tolist()) == wrong
        some = pa.array([None if place % 7 == 3 else each for place, each in enumerate(texts)], pa.string())
        assert set(unmatched(pattern, some.slice(1)).tolist()) == {each - 1 for each in wrong if each and each % 7 != 3}


def test_texts_are_compared_by_their_ends_as_by_all_of_them():
    chance = random.Random(2)
    words = ["", None, "a", "b", "ab", "cb", "xxab", "yxab", "a long text, page 1", "b long text, page 1", "é", "è"]
    for some in (words, ["", None], ["", "", None, "a"]):
        texts = [chance.choice(some) for _ in range(400)]
        column = pa.array([None, "before", *texts], pa.string()).slice(2)
        first, second = np.array([(chance.randrange(400), chance.randrange(400)) for _ in range(2000)]).T
        equal = [
            texts[one] is not None and texts[one] == texts[other] for one, other in zip(first, second, strict=True)
        ]
        assert same_texts(column, first, second).tolist() == equal


@pytest.mark.parametrize("start", [0, 1, 7, 8, 9, 63, 64])
def test_truth_values_are_unpacked_from_anywhere(start):
    values = [number % 3 == 0 for number in range(200)]
    for end in (start, start + 1, start + 9, 200):
        assert truths(pa.array(values).slice(start, end - start)).tolist() == values[start:end]


@pytest.mark.parametrize("marked", [(), (3,), (0, 5), range(7)])
def test_codes_are_looked_up_or_compared_alike(marked):
    marks = np.isin(np.arange(7), list(marked))
    codes = np.arange(70, dtype=np.int16) % 7
    assert looked_up(marks, codes).tolist() == [code in marked for code in codes]


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda each: each.example)
def test_one_text_many_times_is_judged_once(pattern):
    good, other = pattern.example, f"{pattern.example[:-1]}\n"
    is_wrong = re.match(pattern.regex.removesuffix("$") + r"\Z", other) is None
    mixed = [*[good] * 1500, other, *[good] * 499]
    assert not len(unmatched(pattern, pa.array([good] * 2000, pa.string())))
    assert unmatched(pattern, pa.array(mixed, pa.string())).tolist() == [1500] * is_wrong
    assert len(unmatched(pattern, pa.array([other] * 2000, pa.string()))) == 2000 * is_wrong


def test_few_records_with_keys_of_their_own_are_judged_like_the_numbered_ones():
    records = [patched(EXAMPLE, {"id": f"2025-06-02-talks-{number}"}) for number in range(40)]
    records[3] = patched(records[3], {"participants[0].key": "host"})  # fine: nothing points there
    records[7] = patched(records[7], {"participants[1].key": "p1"})
    records[8] = patched(records[8], {"quantities[0].sources": ["s9"]})
    records[9] = patched(records[9], {"sources[0].key": "report"})
    records[11] = patched(records[11], {"claims[0].about": ["claims/q1"]})
    found = check_batch(batch_of(*records)).codes_of()
    assert found == {7: {"CAS212"}, 8: {"CAS213"}, 9: {"CAS213"}, 11: {"CAS213"}}
    assert found == {row: codes for row, each in enumerate(records) if (codes := codes_by_record_engine(each))}


@pytest.mark.parametrize(
    "changes",
    [
        {"quantities[1].currency": "USD", "quantities[2]": None},
        {"status_history[0].planned.end": "2025-05-30", "status_history[2]": None},
        {"participants[0].represented_by[1]": None, "participants[0].roles[1]": "host"},
    ],
)
def test_a_null_among_the_items_hides_nothing_of_the_others(changes):
    record = patched(EXAMPLE, changes)
    assert check_batch(batch_of(record)).codes_of() == {0: codes_by_record_engine(record)}
