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
    from casus.citing import cite
    from casus.crosswalking import crosswalk
    from casus.describing import codebook
    from casus.differing import diff
    from casus.dyadic import dyads
    from casus.fetching import fetch
    from casus.frames import Scan, Table
    from casus.full_text import find
    from casus.locating import versions
    from casus.matching import match
    from casus.panels import panel
    from casus.querying import get_path, load, records, scan, tally
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
    from casus.verifying import verify

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
    "cite": "casus.citing",
    "codebook": "casus.describing",
    "crosswalk": "casus.crosswalking",
    "diff": "casus.differing",
    "dyads": "casus.dyadic",
    "fetch": "casus.fetching",
    "find": "casus.full_text",
    "get_path": "casus.querying",
    "load": "casus.querying",
    "match": "casus.matching",
    "panel": "casus.panels",
    "records": "casus.querying",
    "scan": "casus.querying",
    "tally": "casus.querying",
    "validate": "casus.validating",
    "verify": "casus.verifying",
    "versions": "casus.locating",
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
    "cite",
    "codebook",
    "crosswalk",
    "diff",
    "dyads",
    "fetch",
    "find",
    "get_path",
    "load",
    "match",
    "panel",
    "records",
    "scan",
    "tally",
    "validate",
    "verify",
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
