"""``casus fetch``: a published release into the cache."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("version")
@click.option(
    "--base-url",
    metavar="ADDRESS",
    help="Address or folder under which VERSION/manifest.json lies; {version} in it is filled in [CASUS_BASE_URL].",
)
@click.option("--cache", type=click.Path(path_type=Path), help="Folder for fetched releases [CASUS_CACHE].")
@click.option("--sha256", help="SHA-256 of the manifest: needed for a release that this package does not know.")
def fetch(version: str, base_url: str | None, cache: Path | None, sha256: str | None) -> None:
    """Fetch release VERSION, so that `casus.load(version=...)` finds it.

    Every file is checked: the manifest against the list of releases inside the package, all others against the
    manifest. After a cut connection the same command goes on where it stopped.

    Exit code 0: the release is there; 1: it could not be fetched; 2: the command could not run.
    """
    from casus.fetching import fetch as get
    from casus.waiting import Bar

    with Bar() as bar:
        folder = get(version, base_url=base_url, cache=cache, sha256=sha256, progress=bar)
    click.echo(f"{folder}: release {version}, complete and as published.")
