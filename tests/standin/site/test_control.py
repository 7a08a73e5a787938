"""The control port: scenes set, sellers acted, clocks moved, logs read, mistakes told in a sentence."""

from __future__ import annotations

from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from fixtures.stand_in.generate import one_account
from fixtures.stand_in.world import StandIn
from tests.support.sites.site_visitor import HOST, Visitor, sign_in


@pytest.fixture
async def control(stand_in: StandIn) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=stand_in.description()["control"], trust_env=False) as client:
        yield client


async def ask(control: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    answer = await control.post(path, json=body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_the_description_has_all_an_agent_needs_and_only_loopback(
    stand_in: StandIn, control: httpx.AsyncClient
) -> None:
    told = (await control.get("/")).json()
    assert told == stand_in.description()
    assert set(told) == {"host_resolver_rules", "spki", "site", "imap", "dns", "control"}
    targets = {rule.split()[2].partition(":")[0] for rule in told["host_resolver_rules"].split(", ")}
    assert targets == {"127.0.0.1", "~NOTFOUND"}
    assert told["imap"]["tls"] == "none"


async def test_a_scenario_is_replaced_over_the_wire(stand_in: StandIn, control: httpx.AsyncClient) -> None:
    world = one_account(9).model_dump(mode="json")
    told = await ask(control, "/scenario", **world)
    assert told["invitations"][0]["email"] == "a1@users.example"
    assert (await control.get("/scenario")).json() == world


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"users": [{"email": "x"}]}, "users.0.password"),
        ({"users": [{"email": "x", "password": "p", "totp_secret": "123456"}]}, "Base32"),
        (
            {"users": [{"email": "x", "password": "p", "totp_secret": "AAAA", "sign_in": ["optp"]}]},
            "unknown screen 'optp'",
        ),
        ({"sellers": [{"merchant_id": "B1", "name": "n"}]}, "sellers.0.merchant_id"),
        ({"faults": [{"on": "nowhere", "kind": "503"}]}, "unknown screen 'nowhere'"),
        ({"colour": "blue"}, "colour"),
        ({"invitations": [{"merchant_id": "A1", "email": "x"}]}, "no seller 'A1'"),
    ],
)
async def test_a_wrong_scenario_is_told_with_its_place_and_changes_nothing(
    stand_in: StandIn, control: httpx.AsyncClient, change: dict[str, Any], told: str
) -> None:
    before = stand_in.realm
    answer = await control.post("/scenario", json=change)
    assert answer.status_code == 400
    assert told in answer.json()["error"]
    assert stand_in.realm is before


async def test_an_invitation_is_mailed_signed_and_linked(stand_in: StandIn, control: httpx.AsyncClient) -> None:
    merchant = stand_in.realm.scenario.sellers[0].merchant_id
    told = await ask(control, "/seller", do="invite", merchant_id=merchant, email="new@users.example", language="de")
    assert (
        told["link"] == f"https://{HOST}/invitation/accept?merchantId={merchant}&invitationId={told['invitation_id']}"
    )
    assert stand_in.inbox.count() == 1
    await ask(control, "/seller", do="invite", merchant_id=merchant, email="quiet@users.example", deliver=False)
    assert stand_in.inbox.count() == 1
    await ask(control, "/seller", do="resend", invitation_id=told["invitation_id"])
    assert stand_in.inbox.count() == 2


async def test_every_language_of_a_scenario_gets_a_mail(stand_in: StandIn, control: httpx.AsyncClient) -> None:
    merchant = stand_in.realm.scenario.sellers[0].merchant_id
    for language in ("en", "de", "fr", "sv", "tr"):
        await ask(
            control, "/seller", do="invite", merchant_id=merchant, email=f"{language}@users.example", language=language
        )
    assert stand_in.inbox.count() == 5


async def test_the_seller_withdraws_expires_grants_and_revokes(stand_in: StandIn, control: httpx.AsyncClient) -> None:
    invitation = next(iter(stand_in.realm.invitations.values()))
    rights = stand_in.realm.grants.of(invitation.merchant_id)
    for do, state in (("withdraw", "withdrawn"), ("expire", "expired")):
        assert (await ask(control, "/seller", do=do, invitation_id=invitation.invitation_id))["state"] == state
    assert (await ask(control, "/seller", do="mark", invitation_id=invitation.invitation_id, state="offered"))[
        "state"
    ] == "offered"
    assert rights.user(invitation.email) is None
    rights.add_user(invitation.email)
    where = {"merchant_id": invitation.merchant_id, "email": invitation.email}
    await ask(
        control,
        "/seller",
        do="set_permissions",
        **where,
        preset="as_asked",
        rows={"Settings > User Permissions": "View & Edit"},
    )
    assert rights.highest(invitation.email, "User Permissions") == "View & Edit"
    await ask(control, "/seller", do="revoke", **where)
    assert rights.user(invitation.email) is None


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"do": "dance"}, "expected invite"),
        ({"do": "invite"}, "'merchant_id' is missing"),
        ({"do": "withdraw", "invitation_id": "x"}, "no invitation 'x'"),
        ({"do": "confirm", "merchant_id": "A0", "email": "e"}, "no seller 'A0'"),
    ],
)
async def test_a_mistake_is_told_in_a_sentence(control: httpx.AsyncClient, body: dict[str, Any], told: str) -> None:
    answer = await control.post("/seller", json=body)
    assert answer.status_code == 400
    assert told in answer.json()["error"]


async def test_a_row_or_level_the_page_does_not_have_is_refused_and_nothing_set(
    stand_in: StandIn, control: httpx.AsyncClient
) -> None:
    invitation = next(iter(stand_in.realm.invitations.values()))
    where = {
        "do": "set_permissions",
        "merchant_id": invitation.merchant_id,
        "email": invitation.email,
        "preset": "as_asked",
    }
    for rows, told in (
        ({"Settings > Moon": "View"}, "no permission row"),
        ({"Settings > User Permissions": "View"}, "offers"),
        ({"Settings > User Permissions": "Boss"}, "unknown level"),
    ):
        answer = await control.post("/seller", json={**where, "rows": rows})
        assert told in answer.json()["error"]
    rights = stand_in.realm.grants.of(invitation.merchant_id)
    assert {rights.level(invitation.email, row.key).value for row in rights.rows} == {"None"}


async def test_the_clock_moves_the_date_header(stand_in: StandIn, control: httpx.AsyncClient, visitor: Visitor) -> None:
    machine = parsedate_to_datetime((await visitor.get("/home")).headers["Date"])
    await ask(control, "/clock", skew=90)
    skewed = parsedate_to_datetime((await visitor.get("/home")).headers["Date"])
    assert 88 <= (skewed - machine).total_seconds() <= 95


async def test_sessions_end_on_the_sites_side(stand_in: StandIn, control: httpx.AsyncClient, visitor: Visitor) -> None:
    stand_in.load(one_account(1, seller={"members": ["a1@users.example"]}))
    user = stand_in.realm.scenario.users[0]
    await sign_in(visitor, stand_in, user)
    assert (await control.get("/state")).json()["signed_in"] == [user.email]
    assert await ask(control, "/sessions", user=user.email) == {"ended": 1}
    assert (await visitor.get("/home")).has("a[data-name=switch_account_request]")


async def test_the_log_tells_what_came_after_a_mark(
    stand_in: StandIn, control: httpx.AsyncClient, visitor: Visitor
) -> None:
    await visitor.get("/home")
    mark = (await control.get("/log")).json()["last_seq"]
    await visitor.submit("form[name=signIn]", email="a1@users.example")
    told = (await control.get("/log", params={"since": mark})).json()
    assert [entry["method"] for entry in told["requests"]] == ["POST"] or told["requests"][0]["method"] == "POST"
    assert told["writes"][0]["path"] == "/ap/signin"
    assert "password" in told["writes"][0]["form_fields"]
    assert "requests" not in (await control.get("/log", params={"brief": 1})).json()


async def test_a_password_changes_in_the_middle_of_a_sign_in(
    stand_in: StandIn, control: httpx.AsyncClient, visitor: Visitor
) -> None:
    stand_in.load(one_account(1, user={"sign_in": ["email", "password"]}, seller={"members": ["a1@users.example"]}))
    await visitor.get("/home")
    await visitor.submit("form[name=signIn]", email="a1@users.example")
    told = await ask(control, "/users", user="a1@users.example", password="new one")
    assert told["password"] == "new one"
    assert (await visitor.submit("form[name=signIn]", password="new one")).url == f"https://{HOST}/home"
    answer = await control.post("/users", json={"user": "a1@users.example", "sign_in": ["moon"]})
    assert "unknown screen 'moon'" in answer.json()["error"]


async def test_a_sellers_page_changes_its_layout_and_keeps_its_rights(
    stand_in: StandIn, control: httpx.AsyncClient
) -> None:
    merchant = stand_in.realm.scenario.sellers[0].merchant_id
    rights = stand_in.realm.grants.of(merchant)
    await ask(
        control, "/sellers", merchant_id=merchant, options={"own_view": False, "refusal": "redirect"}, name="New Name"
    )
    assert stand_in.realm.grants.options(merchant).refusal == "redirect"
    assert stand_in.realm.grants.of(merchant) is rights
    assert stand_in.realm.scenario.sellers[0].name == "New Name"


async def test_a_raw_message_is_delivered_as_it_is(stand_in: StandIn, control: httpx.AsyncClient) -> None:
    await ask(control, "/mail", raw="Subject: hello\r\n\r\nbody", folder="Junk")
    assert stand_in.inbox.count("Junk") == 1


async def test_mailbox_and_dns_can_be_troubled(stand_in: StandIn, control: httpx.AsyncClient) -> None:
    await ask(control, "/mail", raw="Subject: hello\r\n\r\nbody")
    assert await ask(control, "/inbox", do="count") == {"count": 1}
    assert await ask(control, "/inbox", do="kick") == {"cut": 0}
    assert await ask(control, "/inbox", do="renew") == {"count": 0}
    await ask(control, "/dns", fault="servfail")
    assert stand_in.dns.fault == "servfail"
    assert "expected kick" in (await control.post("/inbox", json={"do": "burn"})).json()["error"]
    assert (await control.post("/dns", json={"fault": "burn"})).status_code == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "attacker.example"}, 421),
        ({"Host": "127.0.0.1.attacker.example:80"}, 421),
        ({"Origin": "https://attacker.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
async def test_no_web_page_reaches_the_control_port(
    control: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    body = {"content": b'{"advance": 1}', "headers": {"Content-Type": "application/json"} | headers}
    assert (await control.post("/clock", **body)).status_code == status  # type: ignore[arg-type]
