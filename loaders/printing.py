"""What ``casus info`` and ``casus show`` print on a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from casus.manifest import RECORDS
from casus.releases import Release
from casus.schema import SCHEMA_VERSION
from casus.schema.event import Event, EventDate, Quantity
from casus.schema.migrations import steps
from casus.schema.versions import Standing
from casus.schema.vocabulary import vocabulary

_console = Console(highlight=False, soft_wrap=False)


def print_info(release: Release) -> None:
    """Read and validate every table of a release, and print what is in it."""
    manifest = release.manifest
    rows = {name: release.table(name).num_rows for name in release.names}
    events = release.table("events").select(["type", "status", "date_start"]).to_pylist()
    _console.print(f"[bold]{escape(manifest.title)}[/bold]  {manifest.version}")
    days = [event["date_start"] for event in events if event["date_start"]]
    span = f"{min(days)} to {max(days)}" if days else "no dates"
    about = f"kept up to {manifest.as_of}; schema {manifest.schema_version}; {manifest.licence}"
    _console.print(f"{len(events)} events, {span}; {about}")
    _console.print(f"[dim]{release.folder}[/dim]")
    notes = [each for each in (release.note, _how_read(release)) if each]
    _console.print("".join(f"[yellow]{escape(each)}[/yellow]\n" for each in notes))
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("type")
    table.add_column("events", justify="right")
    table.add_column("status", style="dim")
    by_type = Counter(event["type"] for event in events)
    for code in dict.fromkeys([*vocabulary("event-types"), *by_type]):
        if by_type[code]:
            states = Counter(event["status"] for event in events if event["type"] == code)
            table.add_row(
                code, str(by_type[code]), ", ".join(f"{count} {status}" for status, count in states.most_common())
            )
    _console.print(table)
    independent = release.table("events").column("n_independent").to_pylist()
    two = sum(count > 1 for count in independent)
    parts = ", ".join(f"{rows[name]} {name}" for name in ("quantities", "claims", "positions", "links", "sources"))
    _console.print(f"\n{parts}.")
    _console.print(f"{two} of {len(events)} events have at least two independent sources.")
    others = [f"{name} {count}" for name, count in rows.items() if name != RECORDS]
    _console.print(f"Tables: {', '.join(others)}.")
    files = f"{len(events)} records and {len(manifest.tables)} files checked"
    if release.standing is Standing.NEWER:
        _console.print(f"[yellow]As built[/yellow]: {files} (bytes, content); codes and rules are not judged.")
    else:
        _console.print(f"[green]Valid[/green]: {files} (bytes, columns, content, rules).")


def _how_read(release: Release) -> str:
    """Return how a release of another schema was read; nothing if it is of the present one."""
    follows = f"This release follows schema {release.manifest.schema_version}"
    if release.standing is Standing.OLDER:
        done = "; ".join(step.says for step in steps(release.manifest.schema_version)) or "the same columns"
        return f"{follows}; upgraded on read to {SCHEMA_VERSION} ({done}). Its files are as they were built."
    if release.standing is Standing.NEWER:
        return f"{follows}, newer than {SCHEMA_VERSION}: read as far as this package knows it."
    return ""


def print_event(event: Event, release: Release) -> None:
    """Print one event readably."""
    names = _names(release)
    _console.print(f"[bold]{escape(event.title)}[/bold]")
    modes = ", ".join(filter(None, (event.mode, *event.other_modes)))
    _console.print(f"{event.id}   {event.type} ({modes})   [bold]{event.status}[/bold]   {_date(event.date)}")
    _console.print(Padding(escape(event.summary), (1, 0)))
    for title, lines in _sections(event, names):
        shown = list(lines)
        if shown:
            _console.print(f"[bold]{title}[/bold]")
            for line in shown:
                hanging = Table.grid(padding=(0, 1))
                hanging.add_column(width=1)
                hanging.add_column(overflow="fold")
                hanging.add_row("-", Text(line))
                _console.print(Padding(hanging, (0, 0, 0, 2)))
    _console.print(f"[dim]Coded {event.coding.coded_on}, {event.coding.method}. casus {release.version}[/dim]")


def _names(release: Release) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in ("publishers", "actors", "places"):
        rows = release.table(name)
        found |= dict(zip(rows.column("id").to_pylist(), rows.column("name").to_pylist(), strict=True))
    return found


def _date(date: EventDate) -> str:
    if date.start is None:
        return "no date"
    days = str(date.start) if date.end == date.start else f"{date.start} to {date.end or 'open'}"
    within = "within " if date.extent == "within" else ""
    times = " to ".join(filter(None, (date.start_time, date.end_time)))
    return f"{within}{days}{f' {times} ({date.utc_offset})' if times else ''}"


def _sections(event: Event, names: dict[str, str]) -> Iterator[tuple[str, Iterator[str]]]:
    yield "Status", (f"{row.as_of} {row.status}{_said(row.claimant, names)}" for row in event.status_history)
    yield (
        "Where",
        (f"{names.get(each.place, each.place)} ({each.role}, precision {each.precision})" for each in event.locations),
    )
    yield (
        "Who",
        (
            f"{names.get(each.actor, each.actor)} ({', '.join(each.roles)})"
            + (
                ": " + ", ".join(names.get(one.person, one.person) for one in each.represented_by)
                if each.represented_by
                else ""
            )
            for each in event.participants
        ),
    )
    yield "Numbers", (_quantity(each, names) for each in event.quantities)
    yield (
        "Claims",
        (
            f"{_speaker(each.claimant, names)} {each.stance} ({each.kind}): {each.statement}"
            + (f" [{each.scope}]" if each.scope else "")
            for each in event.claims
        ),
    )
    yield (
        "Positions",
        (
            f"{names.get(each.actor, each.actor)} {each.stance} ({each.issue}): {each.statement}"
            for each in event.positions
        ),
    )
    yield "Outcome", iter([event.outcome.result] if event.outcome else [])
    yield (
        "Links",
        (
            f"{each.relation} {each.target}"
            + (f" (says {', '.join(names.get(one, one) for one in each.asserted_by)})" if each.asserted_by else "")
            for each in event.links
        ),
    )
    yield (
        "Sources",
        (
            f"{names.get(each.publisher, each.publisher)}: {each.title} ({each.language}) {each.url}"
            for each in event.sources
        ),
    )


def _speaker(claimant: str | None, names: dict[str, str]) -> str:
    return names.get(claimant, claimant) if claimant else "Unattributed"


def _said(claimant: str | None, names: dict[str, str]) -> str:
    return f", says {names.get(claimant, claimant)}" if claimant else ""


def _quantity(each: Quantity, names: dict[str, str]) -> str:
    if each.best is not None:
        number = f"{each.best:,.10g}"
        bounds = [
            f"{word} {value:,.10g}"
            for word, value in (("at least", each.low), ("at most", each.high))
            if value is not None
        ]
        number += f" ({', '.join(bounds)})" if bounds else ""
    elif each.low is not None and each.high is not None:
        number = f"{each.low:,.10g} to {each.high:,.10g}"
    elif each.low is not None:
        number = f"at least {each.low:,.10g}"
    elif each.high is not None:
        number = f"at most {each.high:,.10g}"
    else:
        number = each.words or "unknown"
    measures = vocabulary("measures")
    unit = each.currency or (measures[each.measure].extra["unit"] if each.measure in measures else "")
    about = "about " if each.approx and each.best is not None else ""
    of = f" of {names.get(each.subject, each.subject)}" if each.subject else ""
    at = f" at {names.get(each.place, each.place)}" if each.place else ""
    item = f" ({each.item})" if each.item else ""
    total = ", running total" if each.cumulative else ""
    who = names.get(each.claimant or "", each.claimant or "nobody named")
    anonymous = " (anonymous)" if each.attribution == "anonymous" else ""
    return f"{each.measure}{item}{of}{at}: {about}{number} {unit}{total}, says {who}{anonymous}"
