"""Whatever is sent to the stand-in, it answers.

A site that breaks down would be mistaken for a fault that was planned.
"""

from __future__ import annotations

from random import Random
from urllib.parse import quote

import pytest

from fixtures.stand_in.generate import one_account
from fixtures.stand_in.sign_in.screens.names import SIGN_IN_SCREENS
from fixtures.stand_in.world import StandIn
from tests.support.sites.site_visitor import HOST, Visitor, sign_in

PATHS = (
    "/",
    "/home",
    "/ap/signin",
    "/ap/signin?change=1",
    "/ap/signin?switch_account=picker",
    "/ax/claim",
    "/ax/claim/webauthn/nudge",
    "/ap/mfa/new-otp",
    "/ap/cvf/request",
    "/ap/cvf/approval/poll",
    "/ap/switchaccount?email=nobody",
    "/ap/profilefixup/skip",
    "/errors/validateCaptcha?field-keywords=x",
    "/signin",
    "/sign-out",
    "/invitation/accept",
    "/invitation/accept?merchantId=x&invitationId=y",
    "/authorized-partner/invitation",
    "/account-switcher/",
    "/account-switcher/default/merchantMarketplace",
    "/account-switcher/global-accounts/selection",
    "/authorization/select-account",
    "/authorization/failed/",
    "/authorization/failed-global/?returnTo=//evil.example",
    "/gp/account-manager/home.html",
    "/account/permissions",
    "/ox-api/graphql",
    "/no/such/page",
    "/%00%ff",
    "/home?mons_sel_mkid=x",
    "/home?language=",
)
FIELDS = (
    "email",
    "password",
    "otpCode",
    "otpDeviceContext",
    "option",
    "code",
    "appActionToken",
    "decline",
    "enrol",
    "merchant",
    "invitationId",
)
PLANNED = {429, 500, 503}


@pytest.mark.sampled(1)
@pytest.mark.parametrize("is_signed_in", [False, True])
async def test_nothing_that_a_stranger_sends_breaks_the_site(
    stand_in: StandIn, visitor: Visitor, is_signed_in: bool
) -> None:
    random = Random(19)
    for screen in sorted(SIGN_IN_SCREENS):
        stand_in.load(
            one_account(
                1,
                user={"sign_in": ["password"] if is_signed_in else [screen, "email"]},
                seller={"members": ["a1@users.example"]},
            )
        )
        visitor.session.cookie_jar.clear()
        if is_signed_in:
            await sign_in(visitor, stand_in, stand_in.realm.scenario.users[0])
        for _ in range(12):
            fields = {
                name: random.choice(("", "x", "ü\u0000", "a1@users.example")) for name in random.sample(FIELDS, 3)
            }
            url = f"https://{HOST}{random.choice(PATHS)}"
            seen = await (visitor.post(url, fields) if random.random() < 0.5 else visitor.get(url))
            assert seen.status < 500 or screen in ("site_down", "too_many_requests"), (seen.hops, seen.text[:300])
            assert seen.url.startswith(f"https://{HOST}/")


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'{"merchant":1}', b'{"merchant":"A1","code":"US"}', b"\xff\xfe"])
async def test_a_selection_that_makes_no_sense_selects_nothing(
    stand_in: StandIn, visitor: Visitor, body: bytes
) -> None:
    stand_in.load(one_account(1, user={"sign_in": ["password"]}, seller={"members": ["a1@users.example"]}))
    await sign_in(visitor, stand_in, stand_in.realm.scenario.users[0])
    async with visitor.session.post(f"https://{HOST}/account-switcher/global-accounts/selection", data=body) as answer:
        assert answer.status in (400, 403)
    assert stand_in.realm.journal.of("account.selected") == []


async def test_nobody_is_sent_to_another_site_after_signing_in(stand_in: StandIn, visitor: Visitor) -> None:
    stand_in.load(one_account(1, user={"sign_in": ["password"]}, seller={"members": ["a1@users.example"]}))
    for target in (
        "https://evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        f"https://{HOST}@evil.example/",
        "http://" + HOST + "/",
    ):
        visitor.session.cookie_jar.clear()
        await visitor.get(f"https://{HOST}/ap/signin?openid.return_to={quote(target, safe='')}")
        if visitor.seen.has("#ap_password"):
            await visitor.submit("form[name=signIn]", password=stand_in.realm.scenario.users[0].password)
        assert visitor.seen.url.startswith(f"https://{HOST}/")
