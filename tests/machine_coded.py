"""Rows of GDELT and ICEWS in their documented shape."""

from __future__ import annotations

from casus.importers.mapping import mapping


def gdelt_row(number: int = 1, layout: int = 61, **cells: str) -> str:
    """Return a row of GDELT in the layout with so many columns; cells by the names of the documentation."""
    values = {
        "GLOBALEVENTID": str(410000000 + number),
        "SQLDATE": "20220301",
        "Actor1Code": "RUSMIL",
        "Actor1Name": "RUSSIAN MILITARY",
        "Actor1CountryCode": "RUS",
        "Actor2Code": "UKR",
        "Actor2Name": "UKRAINE",
        "Actor2CountryCode": "UKR",
        "EventCode": "195",
        "NumMentions": "10",
        "NumSources": "1",
        "NumArticles": "10",
        "ActionGeo_Type": "4",
        "ActionGeo_FullName": "Port Amber, Somewhere, Ukraine",
        "ActionGeo_CountryCode": "UP",
        "ActionGeo_Lat": "50.5",
        "ActionGeo_Long": "30.5",
        "ActionGeo_FeatureID": "-1",
        "DATEADDED": "20220302001500",
        "SOURCEURL": "https://www.example.org/a",
    } | cells
    names = next(each for each in mapping("gdelt").layouts if len(each) == layout)
    return "\t".join(values.get(name, "") for name in names) + "\n"


def icews_row(number: int = 1, **cells: str) -> str:
    """Return a row of ICEWS; cells by the names of its columns, with ``_`` for a space."""
    values = {
        "Event ID": str(32000000 + number),
        "Event Date": "2018-06-01",
        "Source Name": "Government (Ukraine)",
        "Source Sectors": "Government",
        "Source Country": "Ukraine",
        "Event Text": "Consult",
        "CAMEO Code": "040",
        "Intensity": "1",
        "Target Name": "Ministry (Russia)",
        "Target Sectors": "Government",
        "Target Country": "Russian Federation",
        "Story ID": "47400351",
        "Sentence Number": "2",
        "Publisher": "Example News",
        "City": "Port Amber",
        "District": "NA",
        "Province": "Somewhere",
        "Country": "Ukraine",
        "Latitude": "50.5",
        "Longitude": "30.5",
    } | {name.replace("_", " "): cell for name, cell in cells.items()}
    return "\t".join(values[name] for name in mapping("icews").layouts[0]) + "\n"


def icews_header() -> str:
    """Return the header of ICEWS."""
    return "\t".join(mapping("icews").layouts[0]) + "\n"
