"""GeoPackage: the events as points, the other flat tables as tables without geometry."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from casus.exports.files import refuse_to_overwrite, written_aside
from casus.exports.plain import flat_tables
from casus.releases import Release
from casus.schema.errors import UsageError
from casus.schema.geometry import GEOMETRY

_POINTS = {"geometry_name": GEOMETRY, "geometry_type": "Point", "crs": "EPSG:4326"}


def export_gpkg(release: Release, path: Path, *, force: bool = False) -> Mapping[str, int]:
    """Write the flat tables as a GeoPackage and return the number of rows of each layer.

    Events whose place has no coordinates have no point. Codes are texts, days are days.

    Raises
    ------
    UsageError
        If pyogrio is not installed, the file exists and ``force`` is false, or it cannot be written.
    """
    try:
        pyogrio = import_module("pyogrio")
    except ImportError:
        raise UsageError("This needs pyogrio. Install it with: pip install 'casus-events[geo]'") from None
    if path.suffix != ".gpkg":
        raise UsageError(f"{path}: the name of a GeoPackage ends in .gpkg.")
    refuse_to_overwrite([path], force=force)
    done: dict[str, int] = {}
    with written_aside(path, force=force) as aside:
        for name, table in flat_tables(release, hexadecimal=False):
            more = _POINTS if name == "events" else {}
            try:
                pyogrio.write_arrow(table, aside, layer=name, driver="GPKG", append=bool(done), **more)
            except RuntimeError as error:  # the base of pyogrio's errors
                raise UsageError(f"{path} cannot be written ({error}). Give a place that can.") from None
            done[name] = len(table)
    return done
