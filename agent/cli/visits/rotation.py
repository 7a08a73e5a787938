"""`sc-agent accounts rotate-totp`: one account, or the fleet one an hour."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from agent.cli import context
from agent.cli.output import now, say
from agent.errors import UsageError
from agent.store import accounts
from agent.store.database.engine import reading
from agent.store.vault.drawn_secrets import accounts_with_secrets_before

_BETWEEN = 3600.0  # seconds from one account's rotation to the next


def run(account_id: str | None, *, everyone: bool, older_than: int | None) -> None:
    """Rotate one account's authenticator, or with `everyone` those that are older; the first failure ends it.

    Raises:
        UsageError: not exactly one of the two was asked for.
        UnconfirmedError: see `agent.visits.on_demand.rotate_one`.
    """
    if (account_id is None) != everyone or (older_than is not None) != everyone:
        raise UsageError("expected an account's ID, or --all with --older-than DAYS")
    asyncio.run(_rotate([account_id] if account_id is not None else _older_than(older_than or 1)))


def _older_than(days: int) -> list[str]:
    with reading(context.database(context.settings(), reads=True)) as conn:
        return accounts_with_secrets_before(conn, now() - timedelta(days=days))


async def _rotate(ids: list[str]) -> None:
    from agent.visits.on_demand import rotate_one

    settings = context.settings()
    engine = context.database(settings)
    vault = context.proven_vault(settings, engine)
    with reading(engine) as conn:
        for each in ids:
            accounts.get(conn, each)  # an unknown one is told before a browser is asked for
    for number, account_id in enumerate(ids):
        if number:
            await asyncio.sleep(_BETWEEN)
        said = await rotate_one(settings, engine=engine, vault=vault, account_id=account_id)
        say(f"{account_id}: {said}")
    if not ids:
        say("no account's secrets are that old")
