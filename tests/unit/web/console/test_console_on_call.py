"""What the console says to a person on call.

What is not watched is not well, and every page says the way on.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
import pytest_asyncio

from agent.actions import lifecycle
from agent.store.console.people import Role
from agent.store.database.engine import writing
from agent.store.inbox import folders
from agent.store.processes import workers
from tests.support.stored.accounts import write_account
from tests.support.stored.registry import add_account
from tests.support.web.console import shown_by, signed_in
from tests.support.web.web_server import WebServer

BROWSER = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}


@pytest_asyncio.fixture
async def admin(web: WebServer) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(web) as client:
        yield client


def beat(web: WebServer, roles: str) -> None:
    with writing(web.engine) as conn:
        now = web.role.parts.clock.now()
        workers.beat(conn, roles, roles=roles, host="host", now=now, lease=timedelta(seconds=30))


@pytest.fixture
def mailbox(web: WebServer) -> None:
    """One that was connected when its worker was last heard of."""
    with writing(web.engine) as conn:
        folders.ensure(conn, mailbox="in@host", folder="INBOX", role="inbox")
        now = web.role.parts.clock.now()
        folders.note_state(conn, "in@host", state="up", error=None, fail_count=0, now=now)


@pytest.mark.usefixtures("mailbox")
@pytest.mark.parametrize("alive", [(), ("web",), ("mail,web",), ("web,work",)])
async def test_where_no_living_worker_does_it_no_page_says_that_all_is_well(
    web: WebServer, admin: httpx.AsyncClient, alive: tuple[str, ...]
) -> None:
    for roles in alive:
        beat(web, roles)
    done = ",".join(alive)
    for place in ("/", "/health"):
        told = shown_by(await admin.get(place))
        assert ("nothing is visited" in told) is ("work" not in done), place
        assert ("no mailbox is watched" in told) is ("mail" not in done), place
        assert ("not watched" in told) is ("mail" not in done), place
        assert "Nothing is wrong" not in told


@pytest.mark.usefixtures("mailbox")
async def test_where_every_role_is_had_the_mailbox_stands_as_its_worker_says(
    web: WebServer, admin: httpx.AsyncClient
) -> None:
    beat(web, "mail,web")
    beat(web, "work")
    assert "in@host INBOX: up" in re.sub("</?bdi>", "", shown_by(await admin.get("/")))
    told = shown_by(await admin.get("/health"))
    assert '<td data-label="State" class="good">up</td>' in told
    assert "No living worker" not in told


async def test_an_installation_without_accounts_and_mails_says_how_to_begin(admin: httpx.AsyncClient) -> None:
    assert "sc-agent accounts add" in (await admin.get("/")).text
    assert "sc-agent run" in (await admin.get("/health")).text
    assert "No mail was judged yet" in shown_by(await admin.get("/mails"))
    assert "No mail is like this" in (await admin.get("/mails?verdict=held")).text


async def test_an_address_without_a_page_is_a_page_to_a_browser_and_a_problem_to_a_program(
    web: WebServer, admin: httpx.AsyncClient
) -> None:
    page = await admin.get("/acounts/A1", headers=BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is no page at this address" in page.text
    assert "<title>Not found" in page.text
    assert (await admin.get("/acounts/A1")).json()["code"] == "not_found"
    assert (await admin.get("/pause", headers=BROWSER)).json()["code"] == "method_not_allowed"
    async with web.bare(headers=BROWSER) as nobody:
        answer = await nobody.get("/acounts/A1")
    assert answer.status_code == 404
    assert "To do" not in answer.text


async def test_failures_are_looked_for_further_back_than_the_newest_entries(
    web: WebServer, admin: httpx.AsyncClient
) -> None:
    with writing(web.engine) as conn:
        now = web.role.parts.clock.now()
        add_account(conn, "A1", now=now)
        for number in range(31):
            lifecycle.pause(conn, "A1", now=now + timedelta(seconds=2 * number), reason="looked at")
            lifecycle.resume(conn, "A1", now=now + timedelta(seconds=2 * number + 1), reason="looked at")
    told = shown_by(await admin.get("/accounts/A1?failures=1"))
    assert "Nothing that failed here; go on with what is earlier." in told
    further = re.search(r'class="more" href="([^"#]+)', told)
    assert further is not None
    assert "failures=1" in further[1]
    last = shown_by(await admin.get("/accounts/A1" + further[1].replace("&amp;", "&")))
    assert "Nothing that failed so far." in last


async def test_the_runbook_s_code_is_told_from_its_prose(web: WebServer, admin: httpx.AsyncClient) -> None:
    with writing(web.engine) as conn:
        add_account(conn, "A1")
        write_account(conn, "A1", stale_since=web.role.parts.clock.now())
    told = shown_by(await admin.get("/todo"))
    assert "<code>AUDIT__STALE_AFTER_DAYS</code>" in told
    assert "`" not in told


async def test_a_page_below_another_shows_in_the_menu_where_it_stands(admin: httpx.AsyncClient) -> None:
    assert '<a href="/todo" aria-current="page">' in (await admin.get("/todo")).text
    below = shown_by(await admin.get("/mails/77"))
    assert '<a href="/mails" aria-current="true">' in below
    assert below.count("aria-current") == 1


async def test_a_viewer_is_told_whose_page_it_is_and_what_role_acts(web: WebServer) -> None:
    with writing(web.engine) as conn:
        add_account(conn, "A1")
    async with signed_in(web, name="vera", role=Role.VIEWER) as viewer:
        assert "you need the role operator" in shown_by(await viewer.get("/accounts/A1"))
