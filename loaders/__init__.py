"""Casus: a versioned dataset of conflict and diplomacy events, validated as it is loaded.

>>> import casus
>>> events = casus.load()  # doctest: +SKIP

Everything here is imported when it is first used, so that ``import casus`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from casus.changelogs import changelog
    from casus.checking import Report
    from casus.describing import codebook
    from casus.differing import diff
    from casus.frames import Scan, Table
    from casus.querying import get_path, load, records, scan, tally, versions
    from casus.schema import (
        Actor,
        CasusError,
        Event,
        Finding,
        InvalidRecordsError,
        Place,
        Publisher,
        ReleaseError,
        UsageError,
    )
    from casus.validating import validate

_HOME = {
    "Actor": "casus.schema",
    "CasusError": "casus.schema",
    "Event": "casus.schema",
    "Finding": "casus.schema",
    "InvalidRecordsError": "casus.schema",
    "Place": "casus.schema",
    "Publisher": "casus.schema",
    "ReleaseError": "casus.schema",
    "Report": "casus.checking",
    "Scan": "casus.frames",
    "Table": "casus.frames",
    "UsageError": "casus.schema",
    "changelog": "casus.changelogs",
    "codebook": "casus.describing",
    "diff": "casus.differing",
    "get_path": "casus.querying",
    "load": "casus.querying",
    "records": "casus.querying",
    "scan": "casus.querying",
    "tally": "casus.querying",
    "validate": "casus.validating",
    "versions": "casus.querying",
}

__all__ = [
    "Actor",
    "CasusError",
    "Event",
    "Finding",
    "InvalidRecordsError",
    "Place",
    "Publisher",
    "ReleaseError",
    "Report",
    "Scan",
    "Table",
    "UsageError",
    "__version__",
    "changelog",
    "codebook",
    "diff",
    "get_path",
    "load",
    "records",
    "scan",
    "tally",
    "validate",
    "versions",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("casus-events")
    if name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'casus' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
