"""Spark in this process, with two workers; and records with known mistakes."""

import copy
import os
import shutil
import sys
import warnings

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import EXAMPLE
from written import write_parquet


@pytest.fixture(scope="session")
def spark():
    """A session of two workers in which a task may fail three times; skips without PySpark or Java."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyspark = pytest.importorskip("pyspark.sql", reason="needs the extra spark (PySpark)")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("needs Java 17")
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    builder = pyspark.SparkSession.builder.master("local[2,4]").appName("casus-tests")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.ui.showConsoleProgress": "false",
    }.items():
        builder = builder.config(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        session = builder.getOrCreate()
    session.sparkContext.setLogLevel("FATAL")
    yield session
    session.stop()


def _records(count):
    """Return so many valid records, each linked to the next; the last link leads nowhere."""
    found = []
    for number in range(count):
        record = copy.deepcopy(EXAMPLE) | {"id": f"{EXAMPLE['id']}-{number:04}"}
        source = record["sources"][0]["key"]
        link = {"key": "k1", "relation": "follows", "target": f"{EXAMPLE['id']}-{number + 1:04}", "sources": [source]}
        found.append(record | {"links": [link]})
    return found


@pytest.fixture
def linked():
    """A function that writes 40 records, of which two stand twice and three have links that lead nowhere."""

    def write(folder):
        folder.mkdir(parents=True, exist_ok=True)
        records = _records(40)
        records[11]["links"][0]["target"] = "2025-01-01-known-elsewhere"
        records[12]["links"][0]["target"] = "2025-01-01-nowhere"
        records[13]["links"].append(records[13]["links"][0] | {"key": "k2", "target": "2025-01-01-nowhere-else"})
        records[14]["links"] = []
        write_parquet(folder / "plain.parquet", [*records, records[3], records[4]])
        table = pq.read_table(folder / "plain.parquet")
        pq.write_table(table, folder / "records.parquet", row_group_size=10)
        (folder / "plain.parquet").unlink()
        return folder / "records.parquet"

    return write


@pytest.fixture
def spoiled():
    """A function that writes 60 records in groups of seven, with titles that are too long in every ninth."""

    def write(path):
        write_parquet(path, _records(60))
        table = pq.read_table(path)
        titles = ["x" * 400 if number % 9 == 4 else title for number, title in enumerate(table["title"].to_pylist())]

        index = table.schema.get_field_index("title")
        table = table.set_column(index, table.schema.field("title"), pa.array(titles, table.schema.field("title").type))

        pq.write_table(table, path, row_group_size=7)
        return path

    return write
