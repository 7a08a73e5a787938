"""Whether the vault's keys open what is stored, before anything relies on it."""

from __future__ import annotations

from agent.clock import utc_now
from agent.store.database.engine import reading
from agent.store.database.handles import Engine
from agent.store.vault import sign_in_secrets
from agent.store.vault.binding import bind_old_rows
from agent.store.vault.keys import Vault


def require_right_key(engine: Engine, vault: Vault) -> None:
    """Open one stored secret of each key.

    Rows of 0.1 are sealed anew at the first start.

    Raises:
        VaultError: a key that is needed is not at hand.
    """
    with reading(engine) as conn:
        for account_id in sign_in_secrets.one_account_of_each_key(conn):
            sign_in_secrets.load(conn, vault, account_id)
    bind_old_rows(engine, vault, now=utc_now())
