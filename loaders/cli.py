"""The command ``casus``."""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from typing import Any

import click

from casus.schema.errors import CasusError, CasusWarning, InvalidRecordsError, UsageError
from casus.schema.visible import visible

_MOST_SHOWN = 500

#: Every command, and the module of :mod:`casus.commands` that has it: imported when the command is used.
COMMANDS = {
    "build": "build",
    "changelog": "changelog",
    "cite": "cite",
    "codebook": "codebook",
    "coverage": "coverage",
    "diff": "diff",
    "explain": "explain",
    "export": "export",
    "fetch": "fetch",
    "find": "find",
    "fix": "fix",
    "import": "import_",
    "info": "look",
    "match": "match",
    "new": "new",
    "preview": "preview",
    "reliability": "reliability",
    "schema": "schema",
    "show": "look",
    "validate": "validate",
    "verify": "verify",
    "versions": "versions",
}
#: The functions of commands whose name is a word of Python.
_FUNCTIONS = {"import": "import_"}


#: How Python shows a warning.
_SHOW = warnings.showwarning


class _Lazy(click.Group):
    """A group whose commands are imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(
            import_module(f"casus.commands.{COMMANDS[cmd_name]}"), _FUNCTIONS.get(cmd_name, cmd_name)
        )
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="casus-events")
def cli() -> None:
    """Conflict and diplomacy events: look at the dataset, validate records, build releases."""


def _show(message: Warning | str, category: type[Warning], *where: Any, **how: Any) -> None:
    """Print what Casus warns of as plain text; other warnings as Python does."""
    if issubclass(category, CasusWarning):
        click.echo(f"casus: warning: {message}", err=True)
    else:
        _SHOW(message, category, *where, **how)


def main() -> None:
    """Run the command; errors end it with 1 (findings) or 2 (usage), never with a traceback."""
    warnings.showwarning = _show
    try:
        code = cli(standalone_mode=False)  # what a command said with Context.exit
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
    except OSError as error:  # a full disk, a name that is too long, a folder that may not be looked into
        click.echo(f"casus: {visible(str(error.filename or 'a file'))}: {error.strerror or error}", err=True)
        sys.exit(2)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
