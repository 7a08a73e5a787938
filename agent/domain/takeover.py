"""The states of a take-over, and which may follow which; pure."""

from __future__ import annotations

from enum import StrEnum


class TakeoverKind(StrEnum):
    """How it came about."""

    HOLD = "hold"  # a visit met a challenge while a driver was present
    SURVEY = "survey"  # a person asked for a survey of the site, and is there to pass what it cannot
    FRESH = "fresh"  # a driver asked for it, and a visit goes to the challenge


class TakeoverState(StrEnum):
    """Where a take-over stands."""

    WANTED = "wanted"  # asked for, no worker has begun
    COMING = "coming"  # a worker's visit is on its way to the challenge
    OFFERED = "offered"  # the page is kept, no person has it
    CLAIMED = "claimed"  # one person has it
    RETURNED = "returned"  # the agent goes on with the visit
    DONE = "done"  # the visit ended after it
    EXPIRED = "expired"  # no person came, or the time was over
    ABANDONED = "abandoned"  # the person gave up, or did not come back
    STOPPED = "stopped"  # a pause, a stop or a lost lease ended it
    LOST = "lost"  # its worker is gone
    REFUSED = "refused"  # it could not begin


OPEN = frozenset({TakeoverState.WANTED, TakeoverState.COMING, TakeoverState.OFFERED, TakeoverState.CLAIMED})
ENDS = frozenset(TakeoverState) - OPEN - {TakeoverState.RETURNED}
_S = TakeoverState
_AFTER = {
    _S.WANTED: {_S.COMING, _S.REFUSED, _S.EXPIRED, _S.STOPPED},
    _S.COMING: {_S.WANTED, _S.OFFERED, _S.RETURNED, _S.REFUSED, _S.STOPPED, _S.LOST, _S.DONE},
    _S.OFFERED: {_S.CLAIMED, _S.RETURNED, _S.EXPIRED, _S.ABANDONED, _S.STOPPED, _S.LOST},
    _S.CLAIMED: {_S.OFFERED, _S.CLAIMED, _S.RETURNED, _S.EXPIRED, _S.ABANDONED, _S.STOPPED, _S.LOST},
    _S.RETURNED: {_S.OFFERED, _S.DONE, _S.STOPPED, _S.LOST},
}


def may_follow(before: TakeoverState, after: TakeoverState) -> bool:
    """Whether a take-over may go from one state to another; nothing follows an end."""
    return after in _AFTER.get(before, set())
