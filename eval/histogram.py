"""Times of answers in bins that widen with the time: answers take 2 ms or 20 s, and both are to be seen."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

_STEPS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)
_SHORTEST_MS, _DECADES = 0.1, 8


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts of times in milliseconds.

    Attributes:
        edges: bin n holds times from edges[n] up to, not including, edges[n + 1].
        counts: one a bin.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]

    def place(self, time_ms: float) -> float:
        """Where a time stands, in bins from the left edge."""
        number = min(max(bisect_right(self.edges, time_ms) - 1, 0), len(self.counts) - 1)
        low, high = self.edges[number], self.edges[number + 1]
        inside = math.log(max(time_ms, low) / low) / math.log(high / low)
        return number + min(inside, 1.0)


def histogram(times_ms: Sequence[float]) -> Histogram:
    """Counts over the bins from the shortest to the longest time; no bins where there are no times."""
    if not times_ms:
        return Histogram((), ())
    edges = [round(_SHORTEST_MS * 10**decade * step, 6) for decade in range(_DECADES) for step in _STEPS]
    kept = [min(max(time, edges[0]), edges[-2]) for time in times_ms]
    first, last = bisect_right(edges, min(kept)) - 1, bisect_right(edges, max(kept)) - 1
    counts = [0] * (last - first + 1)
    for time in kept:
        counts[bisect_right(edges, time) - 1 - first] += 1
    return Histogram(tuple(edges[first : last + 2]), tuple(counts))
