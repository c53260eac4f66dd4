"""``casus info`` and ``casus show``: look at the bundled release."""

from __future__ import annotations

import click


@click.command()
@click.option("--version", "version", help="Version of the release; the newest unless given.")
def info(version: str | None) -> None:
    """Load and validate the bundled release and print what is in it."""
    from casus.printing import print_info
    from casus.releases import bundled

    print_info(bundled(version))


@click.command()
@click.argument("event_id", metavar="ID")
@click.option("--version", "version", help="Version of the release; the newest unless given.")
def show(event_id: str, version: str | None) -> None:
    """Print one event with its numbers, claims, positions and sources."""
    from casus.printing import print_event
    from casus.releases import bundled
    from casus.schema.errors import UsageError
    from casus.schema.rules.field import nearest

    release = bundled(version)
    events = {event.id: event for event in release.events()}
    if event_id not in events:
        close = nearest(event_id, events)
        raise UsageError(f"No event has the id {event_id!r}{close}. `casus info` says what there is.")
    print_event(events[event_id], release)
