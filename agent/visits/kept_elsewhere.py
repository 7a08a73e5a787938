"""Secrets that another store keeps: read before a visit, for this visit alone.

A store that gives none costs no password attempt: the account is put off with the store's own failure code, and the
store has an alarm of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from agent.domain.authorization import Event
from agent.secret_stores import KeptSecret, StoreError, parse_reference, read_secret
from agent.store import transitions
from agent.store.database.engine import reading, writing
from agent.store.processes.alarms import end_alarm, note_alarm
from agent.store.sign_in import secret_refs
from agent.visits.context import WorkerContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What was read for one account."""

    account_id: str
    kept: KeptSecret


def fetch(context: WorkerContext, account_id: str) -> Fetched | None:
    """Read an account's secrets from their store; None where our vault keeps them.

    Raises:
        StoreError: the store does not give them.
        UsageError, ConfigurationError: the reference is none, or the settings do not reach its store.
    """
    with reading(context.engine) as conn:
        known = secret_refs.get(conn, account_id)
    if known is None:
        return None
    reference = parse_reference(known.ref)
    alarm = f"secret_store {reference.scheme}://{reference.name}"
    try:
        kept = read_secret(reference, context.settings.secrets)
    except StoreError as err:
        with writing(context.engine) as conn:
            note_alarm(conn, alarm, str(err), now=context.clock.now(), times=1)
        raise
    with writing(context.engine) as conn:
        end_alarm(conn, alarm)
    return Fetched(account_id=account_id, kept=kept)


def put_off(context: WorkerContext, account_id: str, err: StoreError) -> None:
    """Try the account again later, longer each time; on-call sees the store's failure code."""
    facts = transitions.Facts(internal_reason=str(err), failure_code=err.code)
    with writing(context.engine) as conn:
        transitions.apply(
            conn, account_id, Event.RETRY, now=context.clock.now(), why=str(err), facts=facts, rhythm=context.rhythm
        )
