"""The one exception hierarchy: every error that Casus raises on purpose is a :class:`CasusError`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from casus.schema.findings import Finding


class CasusError(Exception):
    """Base of all errors that Casus raises on purpose.

    The text says what was found, where, what is allowed and what to do.
    """


class UsageError(CasusError):
    """A call or command that cannot be carried out as it was asked (exit code 2)."""


class ReleaseError(CasusError):
    """A release folder or file that is missing, damaged, or not what its manifest says."""


class InvalidRecordsError(CasusError):
    """Records that break a rule; :attr:`findings` holds every one of them.

    Parameters
    ----------
    findings
        What was found, at least one.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(self.text(shown=5))

    def text(self, *, shown: int) -> str:
        """Return the findings, one a line; beyond ``shown`` of them only their number."""
        lines = [finding.one_line() for finding in self.findings[:shown]]
        if len(self.findings) > shown:
            lines.append(f"... and {len(self.findings) - shown} more (all in the error's .findings)")
        return "\n".join(lines)


class CasusWarning(UserWarning):
    """Base of all warnings that Casus gives."""


class NewerSchemaWarning(CasusWarning):
    """A release that follows a newer schema than this package: read as far as the package knows it."""


class QuarantineError(CasusError):
    """More rows of an import are in quarantine than were allowed."""


class SchemaDefinitionError(CasusError):
    """The schema itself is wrong: a vocabulary file or a constraint that no renderer knows."""
