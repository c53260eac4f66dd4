"""The command ``casus``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from casus.schema.errors import CasusError, InvalidRecordsError, UsageError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="casus-events")
def cli() -> None:
    """Conflict and diplomacy events: look at the dataset, validate records, build releases."""


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
def validate(paths: tuple[Path, ...]) -> None:
    """Validate record files or folders (without PATHS: the bundled release)."""
    from casus.validating import validate as run

    report = run(None if not paths else paths[0] if len(paths) == 1 else list(paths))
    click.echo(str(report))
    sys.exit(0 if report.ok else 1)


def main() -> None:
    """Run the command; errors of Casus end it with 1 (findings) or 2 (usage), never with a traceback."""
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
        click.echo(str(error), err=True)
        sys.exit(1)
    except CasusError as error:
        click.echo(f"casus: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
