"""Reports as text: one small module a format, and a table of them.

A format is a function from a :class:`View` to text. It knows findings and the lines they point at, nothing of parsing
or rules; text that comes from files is made harmless in every one of them.
"""

from __future__ import annotations

from casus.reports.choosing import FORMATS, default_format, render, use_colour
from casus.reports.summaries import append_step_summary

__all__ = ["FORMATS", "append_step_summary", "default_format", "render", "use_colour"]
