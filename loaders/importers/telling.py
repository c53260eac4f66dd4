"""What an import did, in words."""

from __future__ import annotations

from collections.abc import Iterator

from casus.importers.mapping import mapping
from casus.importers.report import Report
from casus.schema.rules import RULES


def lines(report: Report) -> Iterator[str]:
    """Yield the lines of a report: the counts, which add up, the quarantine by rule, and how columns differ."""
    known = mapping(report.source)
    skipped = sum(report.skipped.values())
    yield f"{known.title}, version {report.version}"
    yield from (f"  {name}" for name in report.files)
    width = len(f"{report.rows:,}")
    if not report.rows:
        yield "The files have a header and no rows."
        return
    yield f"{report.rows:>{width},} rows, of which"
    yield f"{report.records:>{width},} became records"
    yield f"{report.quarantined:>{width},} are in quarantine ({report.share:.2%} of those in scope)"
    yield f"{skipped:>{width},} are out of scope"
    for reason, count in sorted(report.skipped.items(), key=lambda each: (-each[1], each[0])):
        yield f"  {count:,} {reason}"
    if report.codes:
        yield "In quarantine, by rule (a row may break several):"
        for code, count in sorted(report.codes.items(), key=lambda each: (-each[1], each[0])):
            yield f"  {count:>{width},} {code} {RULES[code].title}"
    for name, differing in report.drift.items():
        yield f"The columns of {name} are not those of the documentation:"
        yield from (f"  {line}" for line in differing.lines())


def notice(source: str) -> Iterator[str]:
    """Yield what to know of the licence before a source is imported."""
    known = mapping(source)
    yield f"Licence of the data: {known.licence}. {known.notice}".strip()
