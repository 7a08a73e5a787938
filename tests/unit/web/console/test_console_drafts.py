"""`/drafts`: what people showed, with pictures; only an admin adopts, with a reason, and the log says who."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from agent.store.console import operator_log
from agent.store.console.people import Role
from agent.store.database.engine import reading, writing
from agent.store.people import adopted, drafts
from agent.visits.shared.adopted_catalogue import current_catalogue
from flows.catalogue.adopted import chrome_text, digest_of
from tests.support.visits.adopted_screen import NAME, TEXT
from tests.support.web.console import signed_in, submit
from tests.support.web.web_server import WebServer

NOW = datetime(2026, 11, 1, tzinfo=UTC)
HOSTILE = "<img src=x onerror=alert(1)>\x1b[31m"
WORDS, WHERE = "New: watch our webinar on Tuesday", "div#shell > div.promo"


def keep(engine: Engine, name: str, *, kind: str = "screen", text: str = TEXT, **other: Any) -> int:
    about = {"title": HOSTILE, "url": "https://sellercentral.amazon.com/x", "words": [HOSTILE]}
    told = {"refusals": (), "about": about, **other}
    with writing(engine) as conn:
        drafts.add(
            conn,
            kind=kind,
            name=name,
            text=text,
            digest=digest_of(text),
            person=HOSTILE,
            now=NOW,
            picture=b"\x89PNG",
            **told,
        )
        return next(row.id for row in drafts.list_all(conn) if row.name == name)


def chrome(engine: Engine) -> int:
    text = chrome_text(
        name="adopted_webinar",
        layout="unified",
        kind="banner",
        where=WHERE,
        words=WORDS,
        summary="a promotion",
        source="a test",
        seen_on=NOW.date(),
    )
    about = {"layout": "unified", "gap": "banner", "words": WORDS, "where": WHERE, "picture": None}
    return keep(engine, "adopted_webinar", kind="chrome", text=text, about=about)


async def test_an_admin_adopts_a_piece_of_chrome_and_takes_it_back_and_both_are_in_the_log(
    engine: Engine, web: WebServer
) -> None:
    number = chrome(engine)
    async with signed_in(web, name="ada") as admin:
        page = f"/drafts/{number}"
        assert WORDS in (await admin.get(page)).text
        answer = await submit(admin, page, f"{page}/adopt", reason="a promotion of the site")
        assert (answer.status_code, answer.url.path) == (200, "/drafts")
        assert [one.words for one in current_catalogue(engine).chrome] == [WORDS]
        assert (await submit(admin, page, f"{page}/adopt", reason="again")).status_code != 200
        withdrawn = await submit(admin, "/drafts", "/drafts/withdraw", name="adopted_webinar", reason="it changed")
        assert withdrawn.status_code == 200
    with reading(engine) as conn:
        log = [(one.person, one.act, one.subject, one.reason) for one in operator_log.page(conn, before=None, limit=2)]
        assert operator_log.first_broken(conn) is None
    assert log == [
        ("ada", "withdraw chrome", "adopted_webinar", "it changed"),
        ("ada", "adopt chrome", "adopted_webinar", "a promotion of the site"),
    ]
    assert current_catalogue(engine).chrome == ()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR, Role.DRIVER])
async def test_whoever_is_no_admin_may_look_and_adopts_nothing(engine: Engine, web: WebServer, role: Role) -> None:
    number = chrome(engine)
    async with signed_in(web, name="eve", role=role) as other:
        page = f"/drafts/{number}"
        assert f"{page}/adopt" not in (await other.get(page)).text
        for place in (f"{page}/adopt", "/drafts/withdraw"):
            assert (await submit(other, "/access", place, name="adopted_webinar")).status_code == 403
    with reading(engine) as conn:
        assert adopted.list_all(conn) == []


async def test_a_form_without_the_token_of_its_session_adopts_nothing(engine: Engine, web: WebServer) -> None:
    number = chrome(engine)
    async with signed_in(web) as admin:
        forged = await admin.post(f"/drafts/{number}/adopt", data={"form_token": "0" * 32, "reason": "x"})
    assert forged.status_code == 403
    with reading(engine) as conn:
        assert adopted.list_all(conn) == []


async def test_a_draft_that_is_not_offered_has_no_form_and_is_not_adopted_by_one(
    engine: Engine, web: WebServer
) -> None:
    number = keep(engine, "adopted_terms", text="", refusals=("it asks for an agreement ('i agree')",))
    async with signed_in(web) as admin:
        page = (await admin.get(f"/drafts/{number}")).text
        assert "Not offered" in page
        assert f"/drafts/{number}/adopt" not in page
        assert (await submit(admin, "/access", f"/drafts/{number}/adopt")).status_code == 409
    assert current_catalogue(engine).adopted == frozenset()


async def test_words_of_a_page_are_text_and_its_picture_is_a_picture(engine: Engine, web: WebServer) -> None:
    number = keep(engine, NAME)
    async with signed_in(web) as admin:
        for place in ("/drafts", f"/drafts/{number}"):
            shown = (await admin.get(place)).text
            assert "<img src=x" not in shown
            assert "\x1b" not in shown
        picture = await admin.get(f"/drafts/{number}/picture")
        assert (picture.headers["content-type"], picture.content) == ("image/png", b"\x89PNG")
        assert "sandbox" in picture.headers["content-security-policy"]
        for nobody in ("/drafts/99999", "/drafts/x", "/drafts/99999/picture"):
            assert (await admin.get(nobody)).status_code in (404, 409)
