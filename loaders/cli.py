"""The command ``casus``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from casus.schema.errors import CasusError, InvalidRecordsError, UsageError

_MOST_SHOWN = 500


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="casus-events")
def cli() -> None:
    """Conflict and diplomacy events: look at the dataset, validate records, build releases."""


@cli.command()
@click.option("--version", "version", help="Version of the release; the newest unless given.")
def info(version: str | None) -> None:
    """Load and validate the bundled release and print what is in it."""
    from casus.printing import print_info
    from casus.releases import bundled

    print_info(bundled(version))


@cli.command()
@click.argument("event_id", metavar="ID")
@click.option("--version", "version", help="Version of the release; the newest unless given.")
def show(event_id: str, version: str | None) -> None:
    """Print one event with its numbers, claims, positions and sources."""
    from casus.printing import print_event
    from casus.releases import bundled
    from casus.schema.rules.field import nearest

    release = bundled(version)
    events = {event.id: event for event in release.events()}
    if event_id not in events:
        close = nearest(event_id, events)
        raise UsageError(f"No event has the id {event_id!r}{close}. `casus info` says what there is.")
    print_event(events[event_id], release)


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
def validate(paths: tuple[Path, ...]) -> None:
    """Validate record files or folders (without PATHS: the bundled release).

    Exit code 0: nothing blocks; 1: errors; 2: the command could not run.
    """
    from casus.validating import validate as run

    report = run(None if not paths else paths[0] if len(paths) == 1 else list(paths))
    click.echo(str(report))
    sys.exit(0 if report.ok else 1)


@cli.command()
@click.argument("source", type=click.Path(path_type=Path), default=Path("dataset"))
@click.option("--into", type=click.Path(path_type=Path), help="Folder of the releases (SOURCE/releases).")
def build(source: Path, into: Path | None) -> None:
    """Build a release from the dataset folder SOURCE (./dataset)."""
    from casus.building import build_release

    built = build_release(source, into)
    click.echo(built.report.summary())
    done = "was there already, with the same content" if built.unchanged else "built"
    click.echo(f"{built.folder}: {done}.")


@cli.group()
def export() -> None:
    """Write the release in another format."""


@export.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--version", "version", help="Version of the release; the newest unless given.")
def csv(folder: Path, version: str | None) -> None:
    """Write every flat table as FOLDER/<table>.csv (UTF-8, comma, header, empty where unknown)."""
    from casus.exporting import export_csv
    from casus.releases import bundled

    for path, rows in export_csv(bundled(version), folder):
        click.echo(f"{path}: {rows} rows")


def main() -> None:
    """Run the command; errors end it with 1 (findings) or 2 (usage), never with a traceback."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except UsageError as error:
        click.echo(f"casus: {error}", err=True)
        sys.exit(2)
    except InvalidRecordsError as error:
        click.echo(error.text(shown=_MOST_SHOWN), err=True)
        sys.exit(1)
    except CasusError as error:
        click.echo(f"casus: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)


if __name__ == "__main__":
    main()
