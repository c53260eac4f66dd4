"""Ids that stand twice in an import of many tasks: the same rows, whoever looks for them."""

import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from casus.distributed.across import repeated_here
from casus.distributed.tasks import IDS


def ids(folder, rows):
    """Write the ids of three tasks, in files as the tasks write them."""
    folder.mkdir()
    for part in range(3):
        mine = [row for row in rows if row[0] == part]
        columns = [pa.array(values, pa.int64()) for values in zip(*mine, strict=True)]
        pq.write_table(pa.table(columns, schema=IDS), folder / f"part-{part:06}.parquet")
    return folder


@pytest.fixture
def many():
    chance = random.Random(5)
    return [(part, number, chance.randrange(400)) for part in range(3) for number in range(200)]


def expected(rows):
    seen, found = set(), {}
    for part, number, id_ in rows:
        if id_ in seen:
            found.setdefault(part, []).append(number)
        seen.add(id_)
    return found


def test_the_first_row_stays_and_the_others_are_told(tmp_path, many):
    assert repeated_here(ids(tmp_path / "ids", many)) == expected(many)
    alone = [(part, number, 1000 * part + number) for part in range(3) for number in range(5)]
    assert repeated_here(ids(tmp_path / "other", alone)) == {}


@pytest.mark.slow
def test_spark_tells_the_same(spark, tmp_path, many):
    from casus.distributed.across import repeated_in_spark

    assert repeated_in_spark(spark, ids(tmp_path / "ids", many)) == expected(many)
