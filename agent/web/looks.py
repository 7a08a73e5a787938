"""Status documents that are asked for at the same time.

One look at the database reads them all, with their keys.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

from agent.clock import Clock
from agent.domain.account import Account
from agent.store import accounts
from agent.store.api import api_keys
from agent.store.api.api_keys import ApiKey
from agent.store.api.web_key import WebKey
from agent.store.database.engine import connect_apart, reading
from agent.store.database.handles import Connection, DBAPIError, Engine, SQLAlchemyError

_Found = tuple[Mapping[str, ApiKey], Mapping[str, Account]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerView:
    """What was stored when the look was taken.

    The caller's live key and the account, None for what there is not.
    """

    key: ApiKey | None
    account: Account | None


@dataclass(slots=True, kw_only=True)
class _Look:
    """One look, and what it is to find."""

    keys: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    found_keys: Mapping[str, ApiKey] | None = None
    found: Mapping[str, Account] = field(default_factory=dict)
    error: Exception | None = None


@dataclass(slots=True, kw_only=True)
class Looks:
    """One look at the database serves all callers that asked before it began.

    A caller that asks while a look is taken waits for the next one, so a key that was revoked before opens nothing.
    The more ask, the less each of them costs.
    """

    engine: Engine
    web_key: WebKey
    clock: Clock
    _next: _Look | None = None
    _conn: Connection | None = None
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ask(self, presented: str, account_id: str | None) -> CallerView:
        """The key that is presented and the account, as stored now.

        Raises:
            SQLAlchemyError: the database is away.
        """
        look = self._next = self._next or _Look()
        look.keys.add(presented)
        if account_id is not None:
            look.ids.add(account_id)
        async with self._one:
            if look.found_keys is None and look.error is None:
                await self._take(look)
        if look.error is not None:
            raise look.error
        keys = look.found_keys or {}
        return CallerView(key=keys.get(presented), account=None if account_id is None else look.found.get(account_id))

    async def _take(self, look: _Look) -> None:
        if self._next is look:
            self._next = None
        try:
            look.found_keys, look.found = await run_in_threadpool(self._read, look)
        except Exception as err:  # noqa: BLE001 - told to all callers of the look
            look.error = err

    def _read(self, look: _Look) -> _Found:
        if self.engine.dialect.name != "postgresql":
            with reading(self.engine) as conn:
                return self._find(conn, look)
        try:
            return self._find(self._connection(), look)
        except DBAPIError as err:
            if not err.connection_invalidated:
                raise
        self.close()
        return self._find(self._connection(), look)  # the server was away since the last look

    def _find(self, conn: Connection, look: _Look) -> _Found:
        keys = api_keys.find_all_presented(conn, self.web_key, look.keys, now=self.clock.now())
        return keys, accounts.find_all(conn, look.ids)

    def _connection(self) -> Connection:
        """The kept connection.

        Beginning, ending and trying one out takes longer than the look itself.
        """
        if self._conn is None:
            self._conn = connect_apart(self.engine)
        return self._conn

    def close(self) -> None:
        """Give the kept connection up; the next look opens another."""
        conn, self._conn = self._conn, None
        if conn is not None:
            with suppress(SQLAlchemyError):
                conn.close()
