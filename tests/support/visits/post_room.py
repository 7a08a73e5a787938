"""A visit on the stand-in whose mailed codes go through the trust gate as they are delivered, and a person who answers
requests.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import httpx
from pydantic import SecretStr

from agent.clock import utc_now
from agent.domain.account import Account
from agent.domain.login_order import LoginOrder
from agent.domain.policy.load import load_policy
from agent.mail.codes.keep import keep_code
from agent.mail.trust.examine import TrustPolicy, examine
from agent.mail.trust.signatures import Key
from agent.settings.groups.operation import WebSettings
from agent.settings.groups.visits import RegistrationSettings
from agent.store.database.engine import reading, writing
from agent.store.people import tasks
from agent.store.people.tasks import Task
from agent.store.sign_in import login_orders
from agent.store.vault.keys import new_key
from agent.visits.run import Ended, make_visit
from agent.visits.shared.command_context import command_context
from agent.visits.shared.context import WorkerContext
from fixtures.stand_in.registration.mail_codes import Purpose
from fixtures.stand_in.scenario import Scenario
from fixtures.stand_in.world import StandIn
from tests.support.visits.rehearsal import Rehearsal, rehearsing
from tests.support.web.web_server import API, serving

_LOOK_EVERY = 0.1  # seconds


@dataclass(slots=True, kw_only=True)
class PostRoom:
    """One agent on a stand-in; `given` are the answers of a person, by what was asked for."""

    agent: Rehearsal
    context: WorkerContext
    asked: list[Task] = field(default_factory=list)

    def order(self, *, phone: str | None = None) -> None:
        """Register A1, whose login is to be created, with the seller's invitation."""
        self.agent.order(phone=phone)

    def placed(self) -> LoginOrder:
        """The order as it stands."""
        with reading(self.agent.engine) as conn:
            found = login_orders.get(conn, "A1")
        assert found is not None
        return found

    def account(self) -> Account:
        """The account as it stands."""
        return self.agent.account()

    async def visit(self, answer: Callable[[Task], str | None] = lambda _: None) -> Ended:
        """Make the visit that is due, while a person answers each task through the API; None leaves it."""
        visit = asyncio.create_task(make_visit(self.context, "A1"))
        try:
            async with (
                serving(self.agent.engine, self.context.settings, self.context.vault, network=False) as web,
                web.client() as client,
            ):
                while not visit.done():
                    for task in await asyncio.to_thread(self._new_requests):
                        self.asked.append(task)
                        if (code := answer(task)) is not None:
                            await _give(client, code)
                    await asyncio.wait({visit}, timeout=_LOOK_EVERY)
        finally:
            visit.cancel()
            await asyncio.wait({visit})
        return visit.result()

    def _new_requests(self) -> list[Task]:
        with reading(self.agent.engine) as conn:
            found = tasks.list_all(conn, now=utc_now(), limit=9)
        known = {task.id for task in self.asked}
        return [task for task in found if task.kind == "request" and task.id not in known]

    def mailed(self, purpose: Purpose) -> str:
        """The code that the site takes now, as a person reads it off the mail."""
        realm = self.agent.stand_in.realm
        found = realm.mail_codes.valid(purpose, self.account().user_email)
        assert found is not None
        return found.code

    def texted(self) -> str:
        """The code that was sent to the phone last."""
        return str(self.agent.stand_in.realm.journal.of("sms.sent")[-1].fields["code"])

    def tally(self) -> dict[str, int]:
        """What the stand-in counted of this address."""
        counted = self.agent.stand_in.realm.journal.summary()["registrations"]
        found: dict[str, int] = counted.get(self.account().user_email, {})
        return found


@asynccontextmanager
async def post_room(
    stand_in: StandIn, scenario: Scenario, folder: Path, *, person_wait: float = 20
) -> AsyncIterator[PostRoom]:
    """Load the scenario and lend an agent, whose mails are judged as they are delivered."""
    stand_in.load(scenario)
    with rehearsing(stand_in, folder) as agent:
        waits = RegistrationSettings(code_wait=4, person_wait=person_wait)
        web = WebSettings(address="127.0.0.1:0", key=SecretStr(new_key()))
        settings = agent.settings.model_copy(update={"registration": waits, "web": web})
        async with command_context(settings, agent.engine, agent.vault, load_policy()) as lent:
            room = PostRoom(agent=agent, context=replace(lent, asks_people=True))
            with _judging(stand_in, room):
                yield room


@contextmanager
def _judging(stand_in: StandIn, room: PostRoom) -> Iterator[None]:
    """Let each delivered mail with a code be judged and kept, as the intake does."""
    inbox, real = stand_in.inbox, stand_in.inbox.deliver
    keys = {name.lower(): Key(record=txt.encode()) for name, txt in stand_in.composer.records.items()}

    async def deliver(raw: bytes, folder: str = "INBOX", when: datetime | None = None) -> int:
        await asyncio.to_thread(_judge, room.agent, raw, lambda name: keys.get(name.lower(), Key()))
        return await real(raw, folder, when)

    inbox.deliver = deliver  # type: ignore[method-assign]  # taken back below
    try:
        yield
    finally:
        inbox.deliver = real  # type: ignore[method-assign]


def _judge(agent: Rehearsal, raw: bytes, resolver: Callable[[str], Key]) -> None:
    now, policy = utc_now(), TrustPolicy(own_addresses=("invitations@users.example",))
    found = examine(raw, policy=policy, resolver=resolver, now=now, arrived_at=now)
    if found.mailed is None or found.recipient is None or found.ruling is None or found.ruling.reason != "code_mail":
        return
    with writing(agent.engine) as conn:
        keep_code(conn, agent.vault, found.mailed, recipient=found.recipient, found_at=now, now=now)


async def _give(client: httpx.AsyncClient, code: str) -> None:
    place, once = f"{API}/accounts/A1/codes", {"Idempotency-Key": uuid4().hex}
    given = await client.post(place, json={"code": code}, headers=once)
    assert given.status_code == 200, given.text
    assert code not in given.text
