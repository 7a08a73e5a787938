"""Asking a person in the middle of a visit, for a bounded time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

import structlog
from pydantic import SecretStr

from agent.domain.requests import Ending, RequestKind
from agent.observe import events
from agent.store.database.engine import reading, writing
from agent.store.outbox.ring import Ring
from agent.store.outbox.wake import Signal
from agent.store.people import requests
from agent.store.people.requests import PersonAnswer, PersonRequest, RequestState
from agent.store.vault.keys import VaultError
from agent.visits.plan import Plan
from agent.visits.shared.context import WorkerContext
from flows import Redactor

_LOOK_EVERY = 1.0  # seconds; an answer that this process or the database tells of is seen at once

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a person gave; it is registered with the redactor and given out once."""

    text: SecretStr
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """Why no answer came."""

    ending: Ending


async def ask_person(
    context: WorkerContext, plan: Plan, *, kind: RequestKind, words: str, within: timedelta, redactor: Redactor
) -> Answered | Unanswered:
    """Open a request and wait for its answer.

    `words` are the page's; they are redacted here. A visit that is paused, stopped or loses its lease is cancelled as
    always: the request is then closed as `visit_ended`. The visit's own bound goes on meanwhile.
    """
    if not context.asks_people:
        return Unanswered(ending=Ending.WITHDRAWN)
    ring = Ring(Signal.WRITTEN)
    with ring.listening():
        expires_at = context.clock.now() + within
        opening = asyncio.create_task(asyncio.to_thread(_open, context, plan, kind, redactor.redact(words), expires_at))
        try:
            asked = await asyncio.shield(opening)
            log.info(events.PERSON_ASKED, account=plan.account.id, visit=plan.visit_id, kind=kind)
            found = await _answer(context, asked, ring, within=within)
        except BaseException:
            await asyncio.wait({opening})
            if opening.exception() is None:
                await asyncio.shield(asyncio.to_thread(_close, context, opening.result(), Ending.VISIT_ENDED))
            raise
    match found:
        case PersonAnswer():
            redactor.register(found.text)
            return Answered(text=found.text, who=found.who)
        case Ending():
            return Unanswered(ending=found)
        case _:
            assert_never(found)


async def _answer(
    context: WorkerContext, asked: PersonRequest, ring: Ring, *, within: timedelta
) -> PersonAnswer | Ending:
    ends = context.clock.elapsed() + within.total_seconds()
    while True:
        ticket = ring.ticket()
        if await asyncio.to_thread(_has_moved, context, asked):
            taken = await asyncio.to_thread(_take, context, asked)
            if taken is not None:
                return taken
        left = ends - context.clock.elapsed()
        if left <= 0:
            return await asyncio.to_thread(_expire, context, asked)
        await ring.wait(ticket, timeout=min(left, _LOOK_EVERY))


def _open(context: WorkerContext, plan: Plan, kind: RequestKind, words: str, expires_at: datetime) -> PersonRequest:
    with writing(context.engine) as conn:
        return requests.open_request(
            conn,
            account_id=plan.signs_in.id,
            kind=kind,
            words=words,
            visit_id=plan.visit_id,
            now=context.clock.now(),
            expires_at=expires_at,
        )


def _has_moved(context: WorkerContext, asked: PersonRequest) -> bool:
    """Whether there is anything to take; this only reads, so waiting writes nothing."""
    with reading(context.engine) as conn:
        found = requests.find(conn, asked.id)
    return found is None or found.state is not RequestState.OPEN


def _take(context: WorkerContext, asked: PersonRequest) -> PersonAnswer | Ending | None:
    try:
        with writing(context.engine) as conn:
            return requests.take(conn, context.vault, asked.id, now=context.clock.now())
    except VaultError as err:
        log.error(events.SECRETS_NOT_OPENED, error=str(err))
        _close(context, asked, Ending.WITHDRAWN)
        return Ending.WITHDRAWN


def _expire(context: WorkerContext, asked: PersonRequest) -> PersonAnswer | Ending:
    """Take an answer that came at the last moment, else end the request."""
    with writing(context.engine) as conn:
        taken = requests.take(conn, context.vault, asked.id, now=context.clock.now())
        if taken is None:
            requests.close(conn, asked.id, Ending.EXPIRED, now=context.clock.now())
    return taken or Ending.EXPIRED


def _close(context: WorkerContext, asked: PersonRequest, ending: Ending) -> None:
    with writing(context.engine) as conn:
        requests.close(conn, asked.id, ending, now=context.clock.now())
