"""Speed as ratios: what clas-qa takes against the bare library call that it cannot do without, measured in turns in one run."""

import statistics
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same work done by clas-qa and bare, in turns; times in seconds, in the order they were taken.

    Attributes:
        name: what was done.
        bare: the call it is held against.
        ours_s, bare_s: one time for each turn.
        aim: the most that `ratio` should be, None where there is no aim.
    """

    name: str
    bare: str
    ours_s: tuple[float, ...]
    bare_s: tuple[float, ...]
    aim: float | None = None

    @property
    def ratio(self) -> float:
        """Median of ours over median of bare."""
        return statistics.median(self.ours_s) / statistics.median(self.bare_s)

    @property
    def ratio_p95(self) -> float:
        """95th percentile of ours over that of bare."""
        return percentile(self.ours_s, 95) / percentile(self.bare_s, 95)


def percentile(times_s: tuple[float, ...], percent: int) -> float:
    """Percentile by nearest rank: the least time that `percent` of the times do not exceed."""
    ordered = sorted(times_s)
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]
