"""How many requests a key may make: a bucket for each, filled at a steady rate."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

_MOST = 10_000  # buckets remembered; a forgotten one is a full one


@dataclass(slots=True, kw_only=True)
class Rates:
    """Token buckets by name. Safe from several threads."""

    per_second: float
    burst: float
    elapsed: Callable[[], float]
    _buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, name: str, *, cost: float = 1.0) -> int | None:
        """Take from a bucket.

        None when there was enough, else the whole seconds after which there will be.
        """
        now = self.elapsed()
        with self._lock:
            left, at = self._buckets.pop(name, (self.burst, now))
            left = min(self.burst, left + (now - at) * self.per_second)
            enough = left >= cost
            self._buckets[name] = (left - cost if enough else left, now)
            while len(self._buckets) > _MOST:
                self._buckets.popitem(last=False)
        return None if enough else max(1, math.ceil((cost - left) / self.per_second))
