"""VIINA 2, one row a report and place: event_info, to which event_labels was joined."""

from __future__ import annotations

from casus.importers.viina import make, scope

__all__ = ["make", "scope"]
