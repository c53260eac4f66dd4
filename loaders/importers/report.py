"""What an import did, and whether too much of it is in quarantine."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from casus.importers.mapping import Drift
from casus.schema import SCHEMA_VERSION
from casus.schema.errors import QuarantineError


@dataclass
class Report:
    """What an import did; rows in are records, rows in quarantine, and rows out of scope.

    Attributes
    ----------
    source, version
        The source and its version.
    folder
        Where the records are.
    files
        The tables that were read.
    rows, records, quarantined
        How many rows there were, became records, and are in quarantine.
    skipped
        How many rows are out of scope, by reason.
    codes
        How many rows are in quarantine, by rule.
    drift
        How the columns of each table differ from the documented ones.
    done
        About how much of the files is read, 0 to 1, while an import is under way; None where their size is not known
        before they are unpacked.
    """

    source: str
    version: str
    folder: Path
    files: list[str] = field(default_factory=list)
    rows: int = 0
    records: int = 0
    quarantined: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    drift: dict[str, Drift] = field(default_factory=dict)
    done: float | None = field(default=None, compare=False)

    @property
    def share(self) -> float:
        """The share of the rows in scope that are in quarantine, 0 to 1."""
        scope = self.records + self.quarantined
        return self.quarantined / scope if scope else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return {
            "source": self.source,
            "version": self.version,
            "schema_version": SCHEMA_VERSION,
            "files": self.files,
            "rows": self.rows,
            "records": self.records,
            "quarantined": self.quarantined,
            "out_of_scope": dict(sorted(self.skipped.items())),
            "codes": dict(sorted(self.codes.items())),
            "drift": {name: list(each.lines()) for name, each in self.drift.items()},
        }


def check_share(report: Report, most: float | None, partial: Path) -> None:
    """Refuse an import of which a larger share is in quarantine than was allowed.

    Raises
    ------
    QuarantineError
        If it is; what is done is kept in the partial folder.
    """
    if most is not None and report.share > most:
        raise QuarantineError(
            f"{report.quarantined} of {report.rows} rows are in quarantine ({report.share:.1%} of those in scope), "
            f"more than {most:.1%}: see {partial / 'quarantine'}. {report.folder} was not made; the same command with "
            "a larger share makes it of what is done."
        )
