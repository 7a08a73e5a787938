"""A process that numbers and delivers, and kills itself at a chosen place: `deliver_and_die(url, key, place, nth)`."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from agent.clock import Clock
from agent.observe.notify import Alarms
from agent.observe.redaction import Redaction
from agent.outbox import deliverer as module
from agent.outbox.deliverer import Deliverer
from agent.outbox.publisher import Publisher
from agent.outbox.sender import Sender
from agent.store.database.engine import connect
from agent.store.outbox import sequence
from agent.store.vault.keys import Vault
from tests.support.web.webhooks import LOOPBACK

# Where it dies: before the number is committed, before the delivery is taken up for good, after the request was
# answered and before that is written down, and while that is written down.
_FUNCTIONS = {
    "number": (sequence, "announce"),
    "take_up": (module, "collapse"),
    "answered": (module, "conclude"),
    "record": (module, "conclude"),
}
PLACES = tuple(_FUNCTIONS)


def deliver_and_die(url: str, key: bytes, place: str, nth: int) -> None:
    """Work until the place was passed so many times."""
    _die_at(place, nth)
    engine = connect(url)
    deliverer = Deliverer(
        engine=engine,
        sealing=Vault(key),
        sender=Sender(settings=LOOPBACK, redaction=Redaction()),
        alarms=Alarms(send=lambda _title, _body: True, now=Clock().now),
        holder="dies",
        lease_length=timedelta(seconds=1),
    )

    async def work() -> None:
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            group.create_task(Publisher(engine=engine).run())
            group.create_task(deliverer.run())

    asyncio.run(work())


def _die_at(place: str, nth: int) -> None:
    where, name = _FUNCTIONS[place]
    where.__dict__[name] = _dying(where.__dict__[name], nth, before=place == "answered")


def _dying(function: Callable[..., Any], nth: int, *, before: bool = False) -> Callable[..., Any]:
    passed = 0

    def call(*arguments: Any, **named: Any) -> Any:
        nonlocal passed
        passed += 1
        if before and passed >= nth:
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*arguments, **named)
        if passed >= nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return call
