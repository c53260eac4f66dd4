"""Verdicts: what the schema and the rules say of entries, in one run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from casus.schema.corpus import MODELS, Corpus, Entry
from casus.schema.description import describe
from casus.schema.errors import InvalidRecordsError
from casus.schema.findings import Finding, Severity
from casus.schema.rules.dataset import apply_exceptions, check_corpus
from casus.schema.rules.field import explain, wrong_lengths
from casus.schema.rules.record import check_record

_BOTH = (Severity.ERROR, Severity.WARNING)


@dataclass(frozen=True, slots=True)
class Report:
    """What a validation found.

    Attributes
    ----------
    findings
        Everything that was found, in the order of files and lines.
    checked
        How many records were checked.
    texts
        The texts of the files that were read, by name, for reports that show the line of a finding.
    """

    findings: tuple[Finding, ...]
    checked: int
    texts: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that block."""
        return tuple(each for each in self.findings if each.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that do not block."""
        return tuple(each for each in self.findings if each.severity is Severity.WARNING)

    @property
    def ok(self) -> bool:
        """Whether nothing blocks."""
        return not self.errors

    def __bool__(self) -> bool:
        return self.ok

    def summary(self) -> str:
        """Return one line that says how many records were checked and what was found."""
        faulty = len({each.record or each.file for each in self.errors})
        errors = _counted(len(self.errors), "error") + (f" in {faulty}" if faulty else "")
        return f"{_counted(self.checked, 'record')} checked: {errors}, {_counted(len(self.warnings), 'warning')}."

    def __str__(self) -> str:
        return "\n".join([*(f"{each.severity}: {each.one_line()}" for each in self.findings), self.summary()])

    def raise_if_invalid(self) -> None:
        """Raise if anything blocks.

        Raises
        ------
        InvalidRecordsError
            With all errors.
        """
        if self.errors:
            raise InvalidRecordsError(self.errors)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def check_entry(entry: Entry) -> list[Finding]:
    """Return what the entry's own fields and record rules say of it, warnings included."""
    model = MODELS[entry.kind]
    findings = list(wrong_lengths(describe(model), entry.data))
    lists = {each.path for each in findings}
    try:
        model.model_validate_json(_as_json(entry))
    except ValidationError as error:
        # The items of a list of wrong length are not judged: how many Pydantic looks at depends on which are valid.
        others = (each for each in explain(model, error) if not any(each.path[: len(p)] == p for p in lists))
        findings.extend(each for each in others if not each.code.startswith(("CAS2", "CAS5")))
    if entry.kind == "event":
        broken = frozenset(each.path for each in findings)
        findings.extend(check_record(entry.data, severities=_BOTH, broken=broken))
    return [entry.placed(each) for each in findings]


def check(corpus: Corpus, *, found: Iterable[Finding] = (), only: Sequence[Entry] | None = None) -> Report:
    """Return the report on a corpus: fields, records, and everything across records.

    Parameters
    ----------
    corpus
        Records and registries.
    found
        What the readers found already.
    only
        The entries that are to be judged; all the others are there as context. None judges all.
    """
    judged = corpus.entries if only is None else tuple(only)
    findings = [each for entry in judged for each in check_entry(entry)]
    broken = {(each.file, each.record, each.path) for each in findings if each.code.startswith("CAS1")}
    across = (each for each in check_corpus(corpus) if (each.file, each.record, each.path) not in broken)
    findings = apply_exceptions(corpus, [*findings, *across])
    if only is not None:
        mine = {(entry.file, entry.row, entry.id) for entry in judged}
        findings = [each for each in findings if (each.file, each.row, each.record or "") in mine]
    findings.extend(found)
    order = sorted(
        set(findings),
        key=lambda each: (each.file or "", each.line or 0, each.column or 0, each.row or 0, each.code),
    )
    return Report(tuple(order), sum(entry.kind == "event" for entry in judged))


def _as_json(entry: Entry) -> str:
    return json.dumps(entry.data, ensure_ascii=False)
