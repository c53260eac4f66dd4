"""Import and validation beyond one machine: the pure batch functions on Spark, with the verdicts of the local run.

Two forms: files on storage that every worker sees (:func:`import_files`, :func:`validate_files`), where Spark only
hands out tasks, and DataFrames that are in Spark already (:func:`validate_frame`, :func:`import_frame`). The rules
across records are SQL, in Spark (:func:`across_in_spark`) or DuckDB (:func:`across_in_duckdb`). Spark comes with
``pip install 'casus-events[spark]'``; nothing of it is imported here.
"""

from casus.distributed.across import across_in_duckdb, across_in_spark
from casus.distributed.files import Checked, import_files, validate_files
from casus.distributed.frames import import_frame, validate_frame

__all__ = [
    "Checked",
    "across_in_duckdb",
    "across_in_spark",
    "import_files",
    "import_frame",
    "validate_files",
    "validate_frame",
]
