"""Verdicts: what the schema and the rules say of entries, in one run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from casus.schema.base import Record
from casus.schema.corpus import MODELS, Corpus, Entry
from casus.schema.description import describe
from casus.schema.errors import InvalidRecordsError
from casus.schema.event import FIELDS_ALONE
from casus.schema.findings import Finding, Path, Severity
from casus.schema.rules.dataset import DATASET_RULES, apply_exceptions, check_corpus
from casus.schema.rules.field import explain, wrong_lengths
from casus.schema.rules.file import MOST_LISTED, finding
from casus.schema.rules.record import check_record

_BOTH = (Severity.ERROR, Severity.WARNING)

#: The kinds of checks that :func:`check` makes, as the report names them.
CHECKS = ("fields", "rules of a record", "rules across records", "editorial rules")

#: Told how many of how many entries are done.
Progress = Callable[[int, int], None]


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
    strict
        Whether warnings block too.
    checks
        The kinds of checks that were made.
    entries
        How many entries of registries and lists were checked.
    context
        How many other records they were judged with.
    untouched
        How many findings are left out because the change that was asked about does not touch them.
    """

    findings: tuple[Finding, ...]
    checked: int
    texts: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    strict: bool = False
    checks: tuple[str, ...] = ()
    entries: int = 0
    context: int = 0
    untouched: int | None = None

    def replaced(self, findings: tuple[Finding, ...], **more: Any) -> Report:
        """Return the same report with other findings, and with some of its fields set."""
        return replace(self, findings=findings, **more)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that break a rule."""
        return tuple(each for each in self.findings if each.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that a reviewer will ask about; they block only where the report is strict."""
        return tuple(each for each in self.findings if each.severity is Severity.WARNING)

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The findings that block: the errors, and where the report is strict the warnings too."""
        return self.findings if self.strict else self.errors

    @property
    def ok(self) -> bool:
        """Whether nothing blocks."""
        return not self.blocking

    def __bool__(self) -> bool:
        return self.ok

    def summary(self) -> str:
        """Return one line that says how many records were checked, what was found, and what was checked."""
        faulty = len({each.record or each.file for each in self.errors})
        errors = _counted(len(self.errors), "error") + (f" in {faulty}" if faulty else "")
        line = f"{_counted(self.checked, 'record')} checked: {errors}, {_counted(len(self.warnings), 'warning')}."
        return " ".join([line, *self._more()])

    def _more(self) -> Iterable[str]:
        if self.strict and self.warnings:
            yield "Warnings block (strict)."
        if self.untouched is not None:
            yield f"In what the change does not touch: {_counted(self.untouched, 'finding')}, not shown."
        if self.checks:
            more = [f"{_counted(self.entries, 'registry entry', 'registry entries')} too"] if self.entries else []
            more += [f"judged with {_counted(self.context, 'other record')}"] if self.context else []
            also = f" ({', '.join(more)})" if more else ""
            yield f"Checked were {', '.join(self.checks[:-1])} and {self.checks[-1]}{also}."

    def __str__(self) -> str:
        return "\n".join([*(f"{each.severity}: {each.one_line()}" for each in self.findings), self.summary()])

    def raise_if_invalid(self) -> None:
        """Raise if anything blocks.

        Raises
        ------
        InvalidRecordsError
            With everything that blocks.
        """
        if self.blocking:
            raise InvalidRecordsError(self.blocking)


def _counted(number: int, what: str, many: str = "") -> str:
    return f"{number} {what if number == 1 else many or f'{what}s'}"


def check_entry(entry: Entry) -> list[Finding]:
    """Return what the entry's own fields and record rules say of it, warnings included.

    Of either no more are returned than a report lists of a file, and one more; beyond these only the first of every
    code that has not come yet, so that a long list of one mistake hides no other.
    """
    return read_entry(entry)[1]


def read_entry(entry: Entry) -> tuple[Record | None, list[Finding]]:
    """Return the entry as a model if nothing blocks it, and what its own fields and record rules say of it."""
    model = MODELS[entry.kind]
    read: Record | None = None
    findings = list(wrong_lengths(describe(model), entry.data))
    lists = [each.path for each in findings]
    try:
        # The rules come below, with their warnings.
        read = model.model_validate_json(_as_json(entry, without=lists), context=FIELDS_ALONE)
    except ValidationError as error:
        others = (each for each in explain(model, error) if not any(each.path[: len(p)] == p for p in lists))
        findings.extend(_enough(others))
    if entry.kind == "event":
        broken = frozenset(each.path for each in findings)
        findings.extend(_enough(check_record(entry.data, severities=_BOTH, broken=broken)))
    if any(each.severity is Severity.ERROR for each in findings):
        read = None
    return read, [entry.placed(each) for each in findings]


def check(
    corpus: Corpus,
    *,
    found: Iterable[Finding] = (),
    only: Sequence[Entry] | None = None,
    progress: Progress | None = None,
    judge: Callable[[Entry], list[Finding]] = check_entry,
) -> Report:
    """Return the report on a corpus: fields, records, and everything across records.

    Parameters
    ----------
    corpus
        Records and registries.
    found
        What the readers found already.
    only
        The entries that are to be judged; all the others are there as context. None judges all.
    progress
        Called with the number of entries that are done, and of all.
    judge
        What says of one entry what is wrong with it; a build keeps what it read.
    """
    if only is not None:
        corpus = replace(corpus, only=tuple(only))
    judged = corpus.judged()
    findings: list[Finding] = []
    for number, entry in enumerate(judged, 1):
        findings.extend(judge(entry))
        if progress is not None:
            progress(number, len(judged))
    found = tuple(found)
    findings = apply_exceptions(corpus, list(_once([*findings, *check_corpus(corpus)], found)))
    if only is not None:
        mine = {(entry.file, entry.row, entry.id) for entry in judged}
        findings = [each for each in findings if (each.file, each.row, each.record or "") in mine]
    findings.extend(found)
    records = sum(entry.kind == "event" for entry in judged)
    return Report(
        in_order(_listed(findings)),
        records,
        checks=CHECKS,
        entries=len(judged) - records,
        context=len(corpus.of("event")) - records,
    )


#: What the readers say of a single value; what the field and the rules would say of it follows from that.
_OF_A_VALUE = ("CAS403", "CAS404", "CAS412")
#: What is not said of a value whose field is wrong already: that it is unknown, or leads to nothing.
_FOLLOWING = frozenset(("CAS213", *(rule.code for rule in DATASET_RULES)))


def _once(findings: Sequence[Finding], read: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings without those that follow from another one at the same place.

    What was probably meant is known to either: a finding that is kept says it for the one that is not.
    """
    told = {_place(each) for each in read if each.code in _OF_A_VALUE}
    wrong = {_spot(each) for each in findings if each.code.startswith("CAS1")}
    following = {_spot(each): each for each in findings if each.code in _FOLLOWING and _spot(each) in wrong}
    for each in findings:
        if each.line is not None and _place(each) in told:
            continue
        other = following.get(_spot(each))
        if other is not None and each.code in _FOLLOWING:
            continue
        if other is not None and other.nearest and each.nearest is None:
            yield each.at(nearest=other.nearest, paste=each.paste or other.paste, see=each.see or other.see)
        else:
            yield each


def _place(finding: Finding) -> tuple[object, ...]:
    return finding.file, finding.line, finding.column, finding.column_name


def _spot(finding: Finding) -> tuple[object, ...]:
    """Return the place of a finding; records of one file that have no id are told apart by their line or row."""
    return finding.file, finding.record, finding.path, finding.line, finding.row


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings in the order of files and lines, each once."""
    return tuple(
        sorted(
            dict.fromkeys(findings),
            key=lambda each: (
                each.file or "",
                each.line or 0,
                each.column or 0,
                each.row or 0,
                each.column_name or "",
                each.code,
            ),
        )
    )


def _listed(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield what a report lists of each file: errors before warnings, and where it is too much, that it is."""
    files: dict[str | None, list[Finding]] = {}
    for each in in_order(findings):
        files.setdefault(each.file if each.row is None else None, []).append(each)
    for file, found in files.items():
        if file is None or len(found) <= MOST_LISTED:
            yield from found
            continue
        found.sort(key=lambda each: each.severity is not Severity.ERROR)
        known = [each for each in found if each.code != "CAS420"]
        shown = {each.code for each in known[:MOST_LISTED]}
        others = list({each.code: each for each in reversed(known[MOST_LISTED:]) if each.code not in shown}.values())
        yield from known[: MOST_LISTED - len(others)]
        yield from reversed(others)
        yield finding("CAS420", allowed=MOST_LISTED).at(file=file, line=1, column=1)


def _enough(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield as many findings as a report lists, and one more; then only the first of every further code."""
    seen: set[str] = set()
    for number, each in enumerate(findings):
        if number <= MOST_LISTED or each.code not in seen:
            seen.add(each.code)
            yield each


def _as_json(entry: Entry, without: Sequence[Path]) -> str:
    """Return the entry as JSON, the lists of wrong length empty.

    Their items are not judged: how many of them Pydantic looks at depends on which are valid.
    """
    return json.dumps(_emptied(entry.data, without), ensure_ascii=False)


def _emptied(data: Any, paths: Sequence[Path]) -> Any:
    if () in paths:
        return []
    if not paths:
        return data
    inner: dict[str | int, list[Path]] = {}
    for path in paths:
        inner.setdefault(path[0], []).append(path[1:])
    copy: Any = dict(data) if isinstance(data, Mapping) else list(data)
    for step, rest in inner.items():
        copy[step] = _emptied(copy[step], rest)
    return copy
