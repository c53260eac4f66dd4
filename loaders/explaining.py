"""What a rule says, why, an example that breaks it, and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from casus.checking import check
from casus.collection import FORMS, record_entry, stream_parts
from casus.documents import parse
from casus.pages import Line, Page
from casus.schema.errors import UsageError
from casus.schema.findings import Finding
from casus.schema.rules import RULES, Rule, Scope
from casus.schema.rules.base import REMOVE, Damage, Patch, Row, Text
from casus.schema.rules.example import EXAMPLE, corpus_of, patched
from casus.yaml_writing import field_lines, item_lines

_SCOPES = {
    Scope.FIELD: "looks at one field",
    Scope.RECORD: "looks at one record",
    Scope.DATASET: "looks at records and registries together",
    Scope.FILE: "looks at a file",
    Scope.RELEASE: "looks at a release",
    Scope.IMPORT: "looks at a row that is imported",
}
_PAGE = "docs/rules.md"
_SHOWN = 48
_SUGGESTED = 3


def explanation(code: str) -> Page:
    """Return the page that explains a rule.

    Parameters
    ----------
    code
        The rule's code, such as ``CAS201``; ``cas201`` and ``201`` will do.

    Raises
    ------
    UsageError
        If no rule has the code; the text names the nearest.
    """
    return Page(tuple(_lines(_rule(code))))


def _rule(code: str) -> Rule:
    wanted = code.strip().upper()
    wanted = f"CAS{wanted}" if wanted.isdigit() else wanted
    if wanted not in RULES:
        close = difflib.get_close_matches(wanted, RULES, _SUGGESTED, 0.5)
        near = "; ".join(f"{each} ({RULES[each].title})" for each in close)
        hint = f" Near are: {near}." if near else ""
        raise UsageError(f"No rule has the code {code!r}.{hint} `casus explain` lists all codes.")
    return RULES[wanted]


def all_rules() -> Page:
    """Return the page that lists all rules."""
    return Page(tuple(Line(rule.title, rule.code, 1) for rule in RULES.values()))


def _lines(rule: Rule) -> Iterator[Line]:
    marks = f"{rule.severity}, {_SCOPES[rule.scope]}" + (", authored records only" if rule.authored_only else "")
    yield Line(f"{rule.code}  {rule.title}")
    yield Line(
        marks[0].upper() + marks[1:] + ("; warnings do not block." if rule.severity == "warning" else "."), "", 1
    )
    yield Line("")
    yield Line(rule.reason, "why", 1)
    yield Line(f"{_PAGE}#{rule.code.lower()}", "page", 1)
    yield Line("")
    yield Line("An example that raises it:", "", 1)
    yield Line(_example(rule), "", 2, kept=True)
    yield Line("")
    says, fix = _told(rule)
    yield Line(says, "says", 1)
    yield Line(fix, "fix", 1)


def _told(rule: Rule) -> tuple[str, str]:
    """Return what is said of the example, and what to do about it."""
    match rule.counterexample:
        case Damage(_, says) | Row(_, says):
            return says, rule.fix
        case Text(content, name):
            found = _found_in(content, Path("records") / (name if "/" in name else f"{name[:4]}/{name}"))
        case Patch(sets, also):
            found = list(check(corpus_of(patched(EXAMPLE, sets), also)).findings)
    told = next(each for each in found if each.code == rule.code)
    return told.message, told.fix or rule.fix


def _found_in(content: bytes, path: Path) -> list[Finding]:
    """Return what the readers say of a file with this content."""
    form = FORMS.get(path.suffix, "yaml")
    if form in ("yaml", "json"):
        return record_entry(parse(content, str(path), is_json=form == "json"), path)[1]
    return [each for _, found in stream_parts(BytesIO(content), str(path), form) for each in found]


def _example(rule: Rule) -> str:
    match rule.counterexample:
        case Patch(sets, also):
            return "\n".join([*_sets(sets), *_beside(also)])
        case Text(content, name):
            return f"{name}:\n{_shortened(content)}"
        case Damage(how, _):
            return f"a release after this: {how}"
        case Row(cells, _, _, twice):
            changed = ", ".join(f"{name}: {value!r}" for name, value in cells.items())
            return f"a row of UCDP GED {'that stands twice' if twice else f'with {changed}'}"


def _sets(sets: Mapping[str, Any]) -> Iterator[str]:
    gone = [path for path, value in sets.items() if value is REMOVE]
    for path, value in sets.items():
        if value is not REMOVE:
            yield from field_lines(path, value)
    if gone:
        yield f"# without: {', '.join(gone)}"


def _beside(also: Mapping[str, list[Mapping[str, Any]]]) -> Iterator[str]:
    for kind, rows in also.items():
        for row in rows:
            if "$example" in row:
                yield "# and another record with" + ("" if row["$example"] else " the same content")
                yield from _sets(row["$example"])
            else:
                yield f"# in the list of {kind} entries"
                yield from item_lines(row)


def _shortened(content: bytes) -> str:
    more = len(content) - _SHOWN
    shown = content[:_SHOWN].decode("utf-8", "backslashreplace").rstrip("\n")
    shown += f"... ({more} more bytes)" if more > 0 else ""
    return "\n".join(f"  {line}" for line in shown.split("\n"))
