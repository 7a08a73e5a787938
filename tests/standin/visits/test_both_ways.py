"""Audits by the short way and by the long one, as whole visits.

A page that lies costs the short way alone, and what is written down of a visit is the same by both.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import pytest_asyncio
import sqlalchemy as sa

from agent.domain.authorization import State
from agent.domain.policy.load import load_policy
from agent.observe.redaction import Redaction
from agent.store.database.engine import reading
from agent.store.database.schema import accounts, acts, audits, journal, outbox, sessions, visits
from agent.visits import browsing
from agent.visits.kinds.short_ways import ShortWays
from agent.visits.plan import VisitKind
from agent.visits.run import Ended, make_visit
from agent.visits.shared.context import WorkerContext
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.permissions import pages
from fixtures.stand_in.permissions.markup.frame import redirect
from fixtures.stand_in.scenario import Grant
from fixtures.stand_in.seller import switcher_json
from fixtures.stand_in.world import StandIn
from flows.visit.open_visit import open_visit
from flows.visit.visit import Visit
from tests.support.visits.rehearsal import Rehearsal, rehearsing

pytestmark = pytest.mark.asyncio(loop_scope="session")

USER = "a1@users.example"
OTHER = "other@users.example"
EUROPE = "sellercentral-europe.amazon.com"  # its cookies are those of the host in the United States
WRONG = {"Settings > User Permissions": "View & Edit"}

Lie = Callable[[str, str], str]  # the page and the shop's name -> the page as it lies


def another_shop(page: str, shop: str) -> str:
    return page.replace(escape(shop), "Somebody Else&#x27;s Store")


def another_user(page: str, _shop: str) -> str:
    note = f'<span id="auth-email-claim">{OTHER}</span>'
    return re.sub(r"<body[^>]*>", lambda body: body[0] + note, page, count=1)


def stale_cache(page: str, shop: str) -> str:
    """The name comes out of an earlier visit's cache, and is put right while the page is read."""
    script = f"""<script>setTimeout(() => {{
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), ours = {json.dumps(shop)};
while (walk.nextNode()) walk.currentNode.data = walk.currentNode.data.replaceAll(ours, "The Shop Before");
}}, 600)</script></body>"""
    return page.replace("</body>", script)


def another_marketplace(page: str, _shop: str) -> str:
    """The shop's own navigation shows it in a marketplace of another region."""
    assert page.count(">United States<") >= 1
    return page.replace(">United States<", ">Germany<")


def told_another(page: str, _shop: str) -> str:
    """The navigation is right, and what its script fetches for it is not: `tell` has that say another shop."""
    asks = f"fetch({json.dumps(switcher_json.SELECTION)}, {{headers: {{Accept: 'application/json'}}}})"
    return page.replace("</body>", f"<script>{asks}.then(answer => answer.text())</script></body>")


def right_later(page: str, shop: str) -> str:
    """The name is another shop's until the pointer leaves by the upper edge, as it does only once the page was read."""
    script = f"""<script>document.documentElement.addEventListener("mouseout", left => {{
if (left.clientY >= 0) return;
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), ours = {json.dumps(shop)};
while (walk.nextNode()) walk.currentNode.data = walk.currentNode.data.replaceAll("Somebody Else's Store", ours);
}})</script></body>"""
    return another_shop(page, shop).replace("</body>", script)


def another_region(page: str, _shop: str) -> str:
    """All is right on the page, and `tell` leads to another region's host for it."""
    return page


LIES: dict[str, Lie] = {
    "a header that is right later": right_later,
    "another region's host": another_region,
    "another marketplace": another_marketplace,
    "a call that says another shop": told_another,
    "another shop": another_shop,
    "another user's address": another_user,
    "a stale cache": stale_cache,
}

ENDS = {lie: "incomplete" if lie == "another user's address" else "wrong_account" for lie in LIES}


@dataclass
class Office:
    """One account whose user may see its own rights, a worker, and the ways its contexts went."""

    rehearsal: Rehearsal
    context: WorkerContext
    contexts: list[list[str]] = field(default_factory=list)  # the documents that each opened

    async def audit(self) -> Ended:
        self.contexts.clear()
        return await make_visit(self.context, "A1", kind=VisitKind.AUDIT)

    @property
    def ways(self) -> list[str]:
        """By which way each context of the last visit went."""
        return ["long" if "/home" in opened else "short" for opened in self.contexts]

    @asynccontextmanager
    async def opened(self, *arguments: Any, **named: Any) -> AsyncIterator[Visit]:
        """The same context, with a witness."""
        documents: list[str] = []
        self.contexts.append(documents)
        async with open_visit(*arguments, **named) as visit:
            visit.page.on("framenavigated", lambda frame: documents.append(urlsplit(frame.url).path))
            yield visit

    def grant(self, rows: dict[str, str]) -> None:
        seller = self.rehearsal.scenario.sellers[0]
        given = Grant.model_validate({"preset": "as_asked", "rows": rows})
        self.rehearsal.stand_in.seller.set_permissions(seller.merchant_id, USER, given)

    def tell(self, lie: Lie, patch: pytest.MonkeyPatch, *, for_good: bool) -> None:
        """Let the permission pages lie, for good or until a home page was opened."""
        book, respond = self.rehearsal.stand_in.realm.journal, pages.respond
        before, shop = len(book.of("request")), self.rehearsal.scenario.sellers[0].name
        selection = switcher_json._selection

        def is_over() -> bool:
            return not for_good and any(one.fields["path"] == "/home" for one in book.of("request")[before:])

        def lying(*given: Any) -> Any:
            answer = respond(*given)
            if answer is None or is_over():
                return answer
            if lie is another_region and given[0].host != EUROPE:
                return redirect(f"https://{EUROPE}{given[0].path}?{urlencode(given[0].query)}")
            return replace(answer, body=lie(answer.body.decode(), shop).encode())

        def another(visit: Any) -> dict[str, Any]:
            told = selection(visit)
            return told if is_over() else told | {"globalAccount": {"id": "amzn1.merchant.o.A9EXAMPLE00099"}}

        patch.setattr(pages, "respond", lying)
        if lie is told_another:
            patch.setattr(switcher_json, "_selection", another)


def worker_of(ready: Rehearsal) -> WorkerContext:
    return WorkerContext.of(
        ready.settings,
        engine=ready.engine,
        vault=ready.vault,
        policy=load_policy(),
        worker="w1",
        redaction=Redaction(),
    )


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def audited(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Rehearsal]:
    """An account that was audited once, so that a session is stored; each test gets a copy of the agent's database."""
    seller = {"layout": "classic", "members": [USER], "permissions": {USER: {"preset": "as_asked"}}}
    script = one_account(3, user={"identity_shown": "claim"}, seller=seller, invitations=[])
    async with StandIn(script) as stand_in:
        with rehearsing(stand_in, tmp_path_factory.mktemp("audited")) as ready:
            ready.register()
            office = Office(ready, worker_of(ready))
            assert (await office.audit()).conclusion.outcome == "pass"
            await office.context.pool.close()
        yield ready


@pytest_asyncio.fixture(loop_scope="session")
async def office(audited: Rehearsal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    """The site and the agent as they were after that audit."""
    stand_in = audited.stand_in
    for session in stand_in.realm.sessions.by_id.values():
        session.flags.discard("wrong_account")
    shutil.copyfile(audited.settings.data_dir / "agent.sqlite", tmp_path / "agent.sqlite")
    with rehearsing(stand_in, tmp_path) as copied:
        ready = replace(copied, vault=audited.vault)
        office = Office(ready, worker_of(ready))
        office.grant({})
        monkeypatch.setattr(browsing, "open_visit", office.opened)
        yield office
        await office.context.pool.close()


async def test_a_page_that_proves_itself_is_read_in_one_context(office: Office) -> None:
    ended = await office.audit()
    assert (ended.conclusion.outcome, office.ways) == ("pass", ["short"])


@pytest.mark.sampled(1)
@pytest.mark.parametrize("lie", LIES)
async def test_a_page_that_lies_costs_the_short_way_and_the_long_way_ends_right_in_a_second_context(
    office: Office, lie: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.tell(LIES[lie], monkeypatch, for_good=False)
    ended = await office.audit()
    assert (ended.conclusion.outcome, office.ways) == ("pass", ["short", "long"])


@pytest.mark.parametrize("lie", LIES)
async def test_a_page_that_goes_on_lying_is_believed_by_no_way(
    office: Office, lie: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.tell(LIES[lie], monkeypatch, for_good=True)
    ended = await office.audit()
    assert (ended.conclusion.outcome, office.ways) == (ENDS[lie], ["short", "long"])
    needs_person = office.rehearsal.account().authorization is State.NEEDS_HUMAN
    assert needs_person is (ENDS[lie] == "wrong_account")


async def test_an_account_that_is_another_on_every_page_goes_to_a_person(office: Office) -> None:
    for session in office.rehearsal.stand_in.realm.sessions.by_id.values():
        session.flags.add("wrong_account")
    ended = await office.audit()
    assert (ended.conclusion.outcome, office.ways) == ("wrong_account", ["short", "long"])
    assert office.rehearsal.account().authorization is State.NEEDS_HUMAN


@dataclass(frozen=True, kw_only=True)
class Books:
    """What is written down of one visit, without its times and numbers."""

    ways: list[str]
    visit: dict[str, Any]
    journal: list[tuple[Any, ...]]
    acts: list[tuple[Any, ...]]
    events: list[tuple[Any, ...]]
    document: dict[str, Any]
    evidence: list[str]
    session_is_new: bool
    account: dict[str, Any]


_OF_THE_VISIT = {"id", "started_at", "ended_at"}
_OF_THE_MOMENT = {"audited_at", "second_look_s"}
_TIMES = {"due", "updated_at", "changed_at", "last_complete_read_at", "revision", "condition_times", "fingerprint"}


async def books_of_an_audit(office: Office) -> Books:
    engine = office.rehearsal.engine
    with reading(engine) as conn:
        last = conn.scalar(sa.select(sa.func.max(outbox.c.id))) or 0
        stored = conn.scalar(sa.select(sessions.c.saved_at))
    ended = await office.audit()
    number = ended.plan.visit_id
    with reading(engine) as conn:
        row = conn.execute(sa.select(visits).where(visits.c.id == number)).mappings().one()
        told = sa.select(journal.c.from_state, journal.c.to_state, journal.c.why).where(journal.c.visit_id == number)
        done = sa.select(acts.c.act, acts.c.outcome).where(acts.c.visit_id == number)
        noted = sa.select(outbox.c.type, outbox.c.account_id).where(outbox.c.id > last).order_by(outbox.c.id)
        document = dict(conn.scalars(sa.select(audits.c.document).where(audits.c.visit_id == number)).one())
        account = dict(conn.execute(sa.select(accounts)).mappings().one())
        return Books(
            ways=office.ways,
            visit={name: value for name, value in row.items() if name not in _OF_THE_VISIT},
            journal=[tuple(line) for line in conn.execute(told.order_by(journal.c.id))],
            acts=[tuple(line) for line in conn.execute(done.order_by(acts.c.id))],
            events=[tuple(line) for line in conn.execute(noted)],
            document=_without_the_visit(document, number),
            evidence=sorted(path.name for path in ended.evidence),
            session_is_new=conn.scalar(sa.select(sessions.c.saved_at)) != stored,
            account={name: value for name, value in account.items() if name not in _TIMES},
        )


def _without_the_visit(document: dict[str, Any], number: str) -> dict[str, Any]:
    told = json.dumps({name: value for name, value in document.items() if name not in _OF_THE_MOMENT})
    kept: dict[str, Any] = json.loads(told.replace(number, "VISIT"))
    return kept


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("rows", "verdict"), [({}, "pass"), (WRONG, "fail")], ids=["pass", "fail"])
async def test_journal_visit_and_document_are_the_same_by_the_short_way_as_by_the_long_one(
    office: Office, rows: dict[str, str], verdict: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.grant(rows)
    await office.audit()  # what differs from before is written down once
    short = await books_of_an_audit(office)
    monkeypatch.setattr(ShortWays, "is_open", lambda *_: False)
    long = await books_of_an_audit(office)
    assert (short.ways, long.ways) == (["short"], ["long"])
    assert replace(short, ways=[]) == replace(long, ways=[])
    assert (short.visit["kind"], short.visit["outcome"], short.session_is_new) == ("audit", verdict, True)
    assert [why.partition(":")[0] for _, _, why in short.journal] == ["permissions are being read", "audit"]
    assert bool(short.evidence) is (verdict == "fail")
