"""Hypothesis strategies: valid records of every type, and records with damage at any path."""

from conformance.making import EVENT_TYPES, STATUSES, make
from conformance.mutating import mutated
from hypothesis import strategies as st

from casus.schema.rules.record import IMPORTED_ONLY


class Drawn:
    """Chooses what Hypothesis draws (see :mod:`conformance.making`); it shrinks towards less and the first."""

    def __init__(self, draw):
        self._draw = draw

    def flag(self, _field=None):
        # One in four: records with everything in them leave Hypothesis too little room.
        return self._draw(st.integers(0, 3)) == 3

    def pick(self, options):
        return options[self._draw(st.integers(0, len(options) - 1))]

    def count(self, least, most):
        return self._draw(st.integers(least, min(most, least + 2)))


@st.composite
def valid_records(draw):
    """Return a strategy of valid records: of every type, status and mode, authored and imported."""
    event_type = draw(st.sampled_from(EVENT_TYPES))
    imported = event_type in IMPORTED_ONLY or draw(st.booleans())
    return make(Drawn(draw), event_type, imported=imported, status=draw(st.sampled_from(STATUSES)))


@st.composite
def mutated_records(draw):
    """Return a strategy of records with one to three mutations at any path; some stay valid."""
    return mutated(draw(valid_records()), Drawn(draw), draw(st.integers(1, 3)))
