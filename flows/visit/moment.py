"""A moment until which something may be done, by every clock there is.

Each of them may stand still while we are frozen.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic, time


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The end of a permission."""

    steady: float  # by the clock that only goes on
    wall: float  # by the clock on the wall, which also counts the time a machine was asleep

    @classmethod
    def in_(cls, seconds: float) -> Moment:
        """The moment so many seconds from now."""
        return cls(steady=monotonic() + seconds, wall=time() + seconds)

    @property
    def left(self) -> float:
        """Seconds until then; negative afterwards."""
        return min(self.steady - monotonic(), self.wall - time())
