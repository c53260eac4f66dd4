"""Event data of other projects in this schema: ``casus.importers.import_files``, or ``casus import``.

Everything here is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from casus.importers.mapping import SourceMapping, sources
    from casus.importers.recognising import Recognised, recognise
    from casus.importers.report import Report
    from casus.importers.running import run_import as import_files

#: By public name: the module, and the name there.
_HOME = {
    "Recognised": ("recognising", "Recognised"),
    "Report": ("report", "Report"),
    "SourceMapping": ("mapping", "SourceMapping"),
    "import_files": ("running", "run_import"),
    "recognise": ("recognising", "recognise"),
    "sources": ("mapping", "sources"),
}

__all__ = ["Recognised", "Report", "SourceMapping", "import_files", "recognise", "sources"]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        module, own = _HOME[name]
        return getattr(import_module(f"casus.importers.{module}"), own)
    raise AttributeError(f"module 'casus.importers' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
