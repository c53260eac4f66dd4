"""Ids that came before: which rows repeat one, over a file of any size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from casus.schema.columnar.across import hashes


class Seen:
    """Finds ids that came before, with eight bytes an id: runs of sorted hashes, the equal ones looked at again."""

    def __init__(self) -> None:
        self._runs: list[Any] = []

    def add(self, ids: Any) -> list[int]:
        """Return the rows whose id stands in an earlier row, of this batch or an earlier one."""
        mine = hashes(ids)
        order = np.argsort(mine, kind="stable")
        ordered = mine[order]
        again = np.zeros(len(mine), bool)
        again[order[1:]] = ordered[1:] == ordered[:-1]
        for run in self._runs:
            places = np.minimum(np.searchsorted(run, mine), len(run) - 1)
            again |= run[places] == mine
        again &= np.asarray(ids.is_valid()) & (mine != hashes(pa.array([""]))[0])
        self._runs.append(_once(ordered))
        while len(self._runs) > 1 and len(self._runs[-1]) * 2 >= len(self._runs[-2]):
            last = self._runs.pop()
            self._runs[-1] = _once(np.sort(np.concatenate([self._runs[-1], last]), kind="stable"))
        return [int(row) for row in np.flatnonzero(again)]


def _once(ordered: Any) -> Any:
    """Return sorted numbers with each once."""
    return ordered[np.concatenate([np.ones(min(1, len(ordered)), bool), ordered[1:] != ordered[:-1]])]
