"""Points as GeoParquet 1.1 writes them: well-known binary, and what the file says of it.

Written as plain bytes with the specification's metadata, and not as Parquet's own geometry type, which older readers
cannot read. The coordinate reference system is left out, which means longitude and latitude on WGS 84 (OGC:CRS84).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

#: The column of ``events`` that holds the point.
GEOMETRY = "geometry"
#: The key of the metadata of an Arrow schema or a Parquet file.
GEO = b"geo"
_POINT, _LITTLE_ENDIAN = 1, 1


def points(longitude: pa.ChunkedArray, latitude: pa.ChunkedArray) -> pa.Array:
    """Return points in well-known binary; null where one of the coordinates is."""
    import numpy as np
    import pyarrow as pa

    x, y = (each.combine_chunks().to_numpy(zero_copy_only=False) for each in (longitude, latitude))
    made = np.empty(len(x), dtype=[("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])
    made["order"], made["kind"], made["x"], made["y"] = _LITTLE_ENDIAN, _POINT, x, y
    unknown = longitude.is_null().combine_chunks().to_numpy(zero_copy_only=False)
    unknown |= latitude.is_null().combine_chunks().to_numpy(zero_copy_only=False)
    values = [None if gone else each for gone, each in zip(unknown, np.frombuffer(made, "V21").tolist(), strict=True)]
    return pa.array(values, pa.binary())


def with_geometry(table: pa.Table) -> pa.Table:
    """Return ``events`` with its points filled from its coordinates, and the metadata of GeoParquet."""
    import pyarrow as pa

    column = points(table.column("longitude"), table.column("latitude"))
    if GEOMETRY in table.column_names:
        index = table.column_names.index(GEOMETRY)
        table = table.set_column(index, table.schema.field(index), column)
    else:
        table = table.append_column(pa.field(GEOMETRY, pa.binary()), column)
    return table.replace_schema_metadata({**(table.schema.metadata or {}), GEO: json.dumps(_geo(table)).encode()})


def _geo(table: pa.Table) -> dict[str, Any]:
    import pyarrow.compute as pc

    known = table.filter(pc.is_valid(table.column(GEOMETRY)))
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": ["Point"]}
    if len(known):
        ends = [pc.min_max(known.column(name)).as_py() for name in ("longitude", "latitude")]
        column["bbox"] = [each[end] for end in ("min", "max") for each in ends]
    return {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
