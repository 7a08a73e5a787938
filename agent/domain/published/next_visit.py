"""What happens to an account next, and why, in one sentence."""

from __future__ import annotations

from datetime import datetime

from agent.domain.authorization import BLOCKED, State


def why_due(state: State, due: datetime | None, *, now: datetime, paused_by: str | None) -> str:
    """One sentence for people about what happens next; pure.

    `due` is when the account is looked at next, None when no timer runs. `paused_by` is who paused everything, None
    when nothing is paused.
    """
    if paused_by is not None:
        return f"Nothing: everything is paused by {paused_by}."
    if state in BLOCKED:
        return "Nothing by itself: it waits for a person."
    if due is None:
        return "Nothing by the clock: it waits for a mail, the platform or a person."
    what = "the invitation is accepted" if state is State.ACCEPTING else "the permissions are read"
    return f"Next, {what}." if due > now else f"Due now: {what} as soon as a worker has a free browser context."
