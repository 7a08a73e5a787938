"""Keeping a lease while a visit runs.

The visit is stopped when it is lost, paused or no longer wanted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from agent.clock import Clock
from agent.domain.authorization import State
from agent.store import accounts
from agent.store.accounts import UnknownAccountError
from agent.store.database.engine import writing
from agent.store.database.handles import Connection, Engine, SQLAlchemyError
from agent.store.processes import leases, switches
from agent.store.processes.leases import Lease
from agent.visits.errors import LeaseLostError, VisitHaltedError

T = TypeVar("T")
_LOOK_EVERY = 1.5  # seconds between looks at the switch and the lease
_CLEAN_UP_WITHIN = 10.0  # seconds; a browser that does not close is killed sooner
_TRUSTED_SHARE = 0.6  # of the lease; without a renewal for longer, we may not be alone any more
_ONE_TRY = 0.1  # of the lease: what a renewal gets even if we come late to it


async def while_leased(
    work: Coroutine[Any, Any, T],
    kept: Sequence[Lease],
    *,
    engine: Engine,
    clock: Clock,
    length: timedelta,
    answered: Callable[[], Awaitable[None]] | None = None,
) -> T:
    """Run `work` as long as the leases are ours; cancel it the moment they are not.

    `answered` is awaited before: what was typed is not left without its answer. Nothing else is done meanwhile, since
    each act asks for leave again.

    Raises:
        LeaseLostError: a lease was lost, or could not be renewed in time.
        VisitHaltedError: the account or everything was paused meanwhile, or the account is gone.
    """
    working = asyncio.create_task(work)
    keeping = asyncio.create_task(_keep(kept, engine=engine, clock=clock, length=length))
    try:
        await asyncio.wait({working, keeping}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return await working
        await _settle(working, answered)
        await _end(working)
        await keeping
        raise LeaseLostError("the lease is not kept any more")
    except asyncio.CancelledError:
        await _settle(working, answered)
        raise
    finally:
        await _end(working)
        await _end(keeping)


def require_leases(conn: Connection, kept: Sequence[Lease], *, now: datetime, length: timedelta) -> None:
    """Prove, in the database and now, that we may act; prolongs the leases.

    The first is the account's own, others lend a sign-in.

    Raises:
        LeaseLostError, VisitHaltedError: we may not.
    """
    shared = leases.shared_now(conn, now)
    for lease in kept:
        if not leases.renew(conn, lease, now=shared, length=length):
            raise LeaseLostError(
                f"the lease of account {lease.account_id} was lost; nothing was clicked, another worker goes on"
            )
    if (who := switches.paused_by(conn)) is not None:
        raise VisitHaltedError(f"everything is paused by {who}; 'sc-agent resume --all' lets it go on")
    for lease in kept:
        _require_started(conn, lease.account_id)


def _require_started(conn: Connection, account_id: str) -> None:
    try:
        account = accounts.get(conn, account_id)
    except UnknownAccountError as err:
        raise VisitHaltedError(f"account {account_id} was removed") from err
    if account.authorization is State.PAUSED:
        raise VisitHaltedError(f"account {account_id} was paused")
    if not account.api_complete:
        raise VisitHaltedError(f"the API authorization of account {account_id} is pending")


async def _keep(kept: Sequence[Lease], *, engine: Engine, clock: Clock, length: timedelta) -> None:
    """Look and renew until something is wrong.

    An answer that is late is as good as none.
    """
    renewed = clock.elapsed()
    trusted = length.total_seconds() * _TRUSTED_SHARE
    pause = min(_LOOK_EVERY, length.total_seconds() / 4)
    while True:
        await asyncio.sleep(pause)
        started = clock.elapsed()
        try:
            async with asyncio.timeout(max(renewed + trusted - started, length.total_seconds() * _ONE_TRY)):
                await asyncio.to_thread(_renew, engine, kept, clock.now(), length)
            renewed = started
        except TimeoutError as err:
            raise _unproven() from err
        except SQLAlchemyError as err:
            if clock.elapsed() - renewed > trusted:
                raise _unproven() from err


def _unproven() -> LeaseLostError:
    return LeaseLostError("the lease could not be renewed in time: the database does not answer")


def _renew(engine: Engine, kept: Sequence[Lease], now: datetime, length: timedelta) -> None:
    with writing(engine) as conn:
        require_leases(conn, kept, now=now, length=length)


async def _settle(working: asyncio.Task[Any], answered: Callable[[], Awaitable[None]] | None) -> None:
    if answered is not None and not working.done():
        waiting = asyncio.ensure_future(answered())
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()


async def _end(task: asyncio.Task[Any]) -> None:
    """Cancel a task and wait until it has cleaned up, a bounded time.

    A browser that hangs must not block the worker.
    """
    if not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=_CLEAN_UP_WITHIN)
    if task.done() and not task.cancelled():
        task.exception()  # looked at: its outcome is of no interest any more
