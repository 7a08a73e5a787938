"""Faults strike where and when they were planned, and nowhere else."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from fixtures.stand_in.generate import one_account
from fixtures.stand_in.scenario import Fault
from fixtures.stand_in.site.faults import FaultBook
from fixtures.stand_in.world import StandIn
from tests.support.sites.site_visitor import HOST, Visitor, sign_in, visiting

PLAIN = {"sign_in": ["email", "password"]}


def load(stand_in: StandIn, *faults: dict[str, object], member: bool = True) -> None:
    seller = {"members": ["a1@users.example"]} if member else {}
    stand_in.load(one_account(1, user=PLAIN, seller=seller, faults=[Fault.model_validate(fault) for fault in faults]))


@pytest.mark.parametrize(
    ("kind", "status", "mark"),
    [
        ("503", 503, "Dogs of Amazon"),
        ("500", 500, "Sorry! Something went wrong!"),
        ("429", 429, "Too Many Requests"),
        ("blank", 200, ""),
        ("captcha", 200, "captchacharacters"),
        ("waf", 202, "gokuProps"),
        ("spa_shell", 200, '<div id="root">'),
        ("changed_label", 200, "ap_claim_v2"),
    ],
)
async def test_a_fault_of_the_page_replaces_one_showing(
    stand_in: StandIn, visitor: Visitor, kind: str, status: int, mark: str
) -> None:
    load(stand_in, {"on": "email", "kind": kind, "nth": 2})
    assert (await visitor.get("/home")).has("#ap_email")
    seen = await visitor.get(visitor.seen.url)
    assert (seen.status, mark in seen.text, seen.has("#ap_email")) == (status, True, False)
    assert (await visitor.get(seen.url)).has("#ap_email")


@pytest.mark.parametrize("kind", ["drop", "half_page", "hang"])
async def test_a_fault_of_the_wire_breaks_one_answer(stand_in: StandIn, visitor: Visitor, kind: str) -> None:
    times = 1 if kind == "half_page" else 2  # this client asks once more by itself when a connection is cut
    load(stand_in, {"on": "email", "kind": kind, "seconds": 0.05, "times": times})
    with pytest.raises(aiohttp.ClientError):
        await visitor.get("/home")
    assert (await visitor.get("/home")).has("#ap_email")


async def test_a_lost_session_asks_for_a_sign_in_in_the_middle(stand_in: StandIn, visitor: Visitor) -> None:
    load(stand_in, {"on": "app", "kind": "lost_session", "nth": 2})
    await sign_in(visitor, stand_in, stand_in.realm.scenario.users[0])
    assert (await visitor.get("/home")).has("a[data-name=switch_account_request]")


async def test_a_wrong_account_shows_in_the_header(stand_in: StandIn, visitor: Visitor) -> None:
    load(stand_in, {"on": "app", "kind": "wrong_account"})
    seen = await sign_in(visitor, stand_in, stand_in.realm.scenario.users[0])
    header = "[class*=header-label-global], .partner-label"
    assert seen.text_of(header).rstrip(".") == "Somebody Else's Store"


@pytest.mark.parametrize(("moment", "accepted"), [("before", 0), ("after", 1)])
async def test_an_acceptance_may_be_cut_off_before_or_after_it_counted(
    stand_in: StandIn, visitor: Visitor, moment: str, accepted: int
) -> None:
    load(stand_in, {"on": "/invitation/accept", "kind": "drop", "method": "POST", "moment": moment}, member=False)
    await sign_in(visitor, stand_in, stand_in.realm.scenario.users[0])
    await visitor.get(stand_in.realm.link_of(next(iter(stand_in.realm.invitations.values()))))
    with pytest.raises(aiohttp.ClientError):
        await visitor.submit("form[action='/invitation/accept']")
    assert sum(stand_in.realm.journal.summary()["acceptances"].values()) == accepted


async def test_a_fault_of_one_user_leaves_the_others_alone(stand_in: StandIn, visitor: Visitor) -> None:
    load(stand_in, {"on": "password", "kind": "503", "user": "somebody@users.example", "times": 0})
    await visitor.get("/home")
    assert (await visitor.submit("form[name=signIn]", email="a1@users.example")).status == 200


async def test_a_fault_without_end_strikes_every_time(stand_in: StandIn, visitor: Visitor) -> None:
    load(stand_in, {"on": "/home", "kind": "503", "times": 0})
    assert [(await visitor.get(f"https://{HOST}/home")).status for _ in range(3)] == [503, 503, 503]
    assert len(stand_in.realm.journal.of("fault.played")) == 3


def test_the_nth_showing_is_counted_for_each_fault_by_itself() -> None:
    book = FaultBook(
        [Fault(on="password", kind="503", nth=2), Fault(on="/ap/signin", kind="429", nth=1, moment="after")]
    )
    struck = [book.due("after", screen="password", path="/ap/signin", method="GET", user="") for _ in range(3)]
    assert [fault.kind if fault else None for fault in struck] == ["429", "503", None]


async def test_the_stand_in_stops_at_once_while_an_answer_hangs() -> None:
    fault = Fault.model_validate({"on": "email", "kind": "hang", "seconds": 60})
    stand_in = StandIn(one_account(1, user=PLAIN, faults=[fault]))
    await stand_in.start()
    async with visiting(stand_in) as visitor:
        asked = asyncio.create_task(visitor.get("/home"))
        async with asyncio.timeout(90):
            while not stand_in.realm.journal.of("fault.played"):  # noqa: ASYNC110 - the other side of a socket has no event
                await asyncio.sleep(0.01)
            await stand_in.stop()
        with pytest.raises(aiohttp.ClientError):
            await asked


def test_a_chance_is_drawn_by_the_seed() -> None:
    def strikes(seed: int) -> list[bool]:
        book = FaultBook([Fault(on="password", kind="503", times=0, chance=0.3)], seed)
        return [book.due("after", screen="password", path="/", method="GET", user="") is not None for _ in range(60)]

    assert strikes(1) == strikes(1) != strikes(2)
    assert 5 < sum(strikes(1)) < 35
