"""`sc-agent accounts rotate-totp`: one account, or the fleet one an hour."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from agent.actions.rotations import confirm_removed
from agent.cli import context
from agent.cli.output import now, say
from agent.errors import UsageError
from agent.store import accounts
from agent.store.database.engine import reading, writing
from agent.store.database.handles import Connection
from agent.store.sign_in import old_authenticators
from agent.store.vault.drawn_secrets import accounts_with_secrets_before

_BETWEEN = 3600.0  # seconds from one account's rotation to the next


def run(account_id: str | None, *, everyone: bool, older_than: int | None) -> None:
    """Rotate one account's authenticator, or with `everyone` those that are older.

    The first failure ends it.

    Raises:
        UsageError: not exactly one of the two was asked for.
        UnconfirmedError: see `agent.visits.on_demand.rotate_one`.
    """
    if (account_id is None) != everyone or (older_than is not None) != everyone:
        raise UsageError("expected an account's ID, or --all with --older-than DAYS")
    asyncio.run(_rotate([account_id] if account_id is not None else _older_than(older_than or 1)))


def due(conn: Connection, *, days: int, now: datetime) -> list[str]:
    """The accounts whose rotation was cut off, then those with older secrets.

    The oldest first.
    """
    unfinished = old_authenticators.accounts_to_finish(conn)
    old = accounts_with_secrets_before(conn, now - timedelta(days=days))
    return [*unfinished, *(each for each in old if each not in unfinished)]


def _older_than(days: int) -> list[str]:
    with reading(context.database(context.settings(), reads=True)) as conn:
        return due(conn, days=days, now=now())


def confirm(account_id: str | None) -> None:
    """Close the task about an old authenticator that a rotation left.

    Raises:
        UsageError: no account was named, or there is no such task.
    """
    if account_id is None:
        raise UsageError("expected an account's ID with --old-removed")
    engine = context.database(context.settings())
    with writing(engine) as conn:
        accounts.get(conn, account_id)
        confirm_removed(conn, account_id, who=context.who(), now=now())
    say(f"{account_id}: the old authenticator is enrolled no more")


async def rotate_all(
    ids: Sequence[str],
    *,
    rotate: Callable[[str], Awaitable[str]],
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> None:
    """Rotate one account an hour.

    Raises:
        UnconfirmedError: one failed; those after it are left as they are.
    """
    for number, account_id in enumerate(ids):
        if number:
            await sleep(_BETWEEN)
        said = await rotate(account_id)
        say(f"{account_id}: {said}")
    if not ids:
        say("no account's secrets are that old")


async def _rotate(ids: list[str]) -> None:
    from agent.visits.on_demand import rotate_one

    settings = context.settings()
    engine = context.database(settings)
    vault = context.proven_vault(settings, engine)
    with reading(engine) as conn:
        for each in ids:
            accounts.get(conn, each)  # an unknown one is told before a browser is asked for

    async def rotate(account_id: str) -> str:
        return await rotate_one(settings, engine=engine, vault=vault, account_id=account_id)

    await rotate_all(ids, rotate=rotate)
