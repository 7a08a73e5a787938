"""Many audits at once, told in the order of their accounts.

One that fails is its own result.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable

from agent.cli.output import now, warn
from agent.domain.account import Account
from agent.domain.audit.document import AuditDocument, unread_document
from agent.errors import AgentError, ConfigurationError

AuditOne = Callable[[str, str | None], Awaitable[AuditDocument]]


async def audits_in_order(
    chosen: list[Account], audit_one: AuditOne, as_account: str | None, *, at_once: int
) -> AsyncIterator[tuple[Account, AuditDocument]]:
    """Run a sliding window of audits and yield them in order.

    Memory holds the window only.

    Raises:
        ConfigurationError: nothing can be audited here, for want of a browser or a key.
    """
    window: deque[tuple[Account, asyncio.Task[AuditDocument]]] = deque()
    waiting = iter(chosen)
    try:
        while True:
            while len(window) < at_once and (account := next(waiting, None)) is not None:
                window.append((account, asyncio.create_task(_audit(account, audit_one, as_account))))
            if not window:
                return
            account, task = window.popleft()
            yield account, await task
    finally:
        for _, task in window:
            task.cancel()
        await asyncio.gather(*(task for _, task in window), return_exceptions=True)


async def _audit(account: Account, audit_one: AuditOne, as_account: str | None) -> AuditDocument:
    """One account; what stops it is its own result and never the others'.

    A missing browser or key stops all.
    """
    try:
        return await audit_one(account.id, as_account)
    except ConfigurationError:
        raise
    except AgentError as err:
        warn(str(err) if account.id in str(err) else f"{account.id}: {err}")
        return unread_document(account=account.id, user_email=account.user_email, now=now(), reason=str(err))
