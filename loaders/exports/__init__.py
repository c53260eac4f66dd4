"""A release in other formats.

``files`` writes aside and moves into place; ``plain`` gives the tables as the formats can hold them; each of
``text`` (CSV, JSON Lines), ``database`` (SQLite), ``workbook`` (Excel) and ``geopackage`` writes one kind of file.
What a format cannot hold is an error, and never left out or cut; what it holds in another form is named there.
"""
