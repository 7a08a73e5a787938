"""When a delivery is tried again, and when it is given up."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

# Of Standard Webhooks: 75 hours in ten steps; the last one repeats.
_STEPS = (
    timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=5),
    timedelta(hours=10), timedelta(hours=14), timedelta(hours=20), timedelta(hours=24),
)  # fmt: skip
_JITTER = 0.2  # either way
_RETRY_AFTER_AT_MOST = timedelta(hours=1)
SET_ASIDE_AFTER = timedelta(days=3)
DISABLED_AFTER = timedelta(days=5)


def next_try(attempts: int, *, now: datetime, chance: float, retry_after: timedelta | None = None) -> datetime:
    """When a delivery that failed `attempts` times is tried again.

    `chance` is in 0..1.

    A receiver's Retry-After is kept where it is later, up to an hour.
    """
    step = _STEPS[min(attempts, len(_STEPS)) - 1] * (1 + _JITTER * (2 * chance - 1))
    return now + max(step, retry_after or timedelta())


def parse_retry_after(text: str | None, *, now: datetime) -> timedelta | None:
    """Seconds or a date (RFC 9110, 10.2.3), at most an hour.

    None where it says nothing.
    """
    if text is None:
        return None
    if text.strip().isascii() and text.strip().isdigit():
        return min(timedelta(seconds=min(int(text.strip()[:9]), 10**6)), _RETRY_AFTER_AT_MOST)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return min(max(moment - now, timedelta()), _RETRY_AFTER_AT_MOST)
