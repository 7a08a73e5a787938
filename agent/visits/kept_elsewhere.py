"""Secrets that another store keeps: read before a visit, for this visit alone.

A store that gives none costs no password attempt: the account is put off with the store's own failure code, and the
store has an alarm of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from agent.domain.authorization import Event
from agent.errors import ConfigurationError, UsageError
from agent.observe.tracing import Attribute, SpanName, Value, span
from agent.secret_stores import KeptSecret, StoreError, StoreUnavailableError, parse_reference, read_secret
from agent.store import transitions
from agent.store.database.engine import reading, writing
from agent.store.processes.alarms import end_alarm, note_alarm
from agent.store.sign_in import secret_refs
from agent.visits.shared.context import WorkerContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What was read for one account."""

    account_id: str
    kept: KeptSecret


def fetch(context: WorkerContext, account_id: str) -> Fetched | None:
    """Read an account's secrets from their store; None where our vault keeps them.

    Raises:
        StoreError: the store does not give them, or this worker cannot ask it: its settings or a library are missing,
            or a newer release gave the reference.
    """
    with reading(context.engine) as conn:
        known = secret_refs.get(conn, account_id)
    if known is None:
        return None
    alarm = f"secret_store {_store_of(known.ref)}"
    told: dict[Attribute, Value] = {Attribute.ACCOUNT: account_id, Attribute.STORE: known.ref.partition("://")[0]}
    try:
        with span(SpanName.SECRET, told):
            kept = _read(known.ref, context)
    except StoreError as err:
        with writing(context.engine) as conn:
            note_alarm(conn, alarm, str(err), now=context.clock.now(), times=1)
        raise
    with writing(context.engine) as conn:
        end_alarm(conn, alarm)
    return Fetched(account_id=account_id, kept=kept)


def _read(ref: str, context: WorkerContext) -> KeptSecret:
    try:
        return read_secret(parse_reference(ref), context.settings.secrets)
    except (ConfigurationError, UsageError) as err:
        raise StoreUnavailableError(str(err)) from err


def _store_of(ref: str) -> str:
    try:
        return parse_reference(ref).store
    except UsageError:
        return ref.partition("://")[0]


def put_off(context: WorkerContext, account_id: str, err: StoreError) -> None:
    """Try the account again later, longer each time.

    On-call sees the store's failure code.
    """
    facts = transitions.Facts(internal_reason=str(err), failure_code=err.code)
    with writing(context.engine) as conn:
        transitions.apply(
            conn, account_id, Event.RETRY, now=context.clock.now(), why=str(err), facts=facts, rhythm=context.rhythm
        )
