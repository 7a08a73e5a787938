"""Signing in at the stand-in.

Any order of screens, real passwords, real codes, and what failures lead to.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from fixtures.stand_in.generate import Draw, one_account
from fixtures.stand_in.scenario import Scenario, Seller, User
from fixtures.stand_in.site.places import PLACES
from fixtures.stand_in.world import StandIn
from tests.support.sites.site_visitor import HOST, Visitor, code_now, sign_in, visiting

MEMBER = {"seller": {"members": ["a1@users.example"]}}


def kinds(stand_in: StandIn, *wanted: str) -> list[str]:
    return [entry.kind for entry in stand_in.realm.journal.of(*wanted)]


def load(stand_in: StandIn, order: list[str] | None = None, **rest: object) -> User:
    user: dict[str, object] = {"sign_in": order} if order else {}
    stand_in.load(one_account(1, user=user, seller={"members": ["a1@users.example"]}, **rest))
    return stand_in.realm.scenario.users[0]


@pytest.mark.parametrize(
    "order",
    [
        ["email", "password", "otp"],
        ["email_unified", "password", "otp"],
        ["combined", "otp"],
        ["email", "password"],
        ["password", "otp"],
        ["password"],
        ["otp", "email", "password"],
        ["email", "password", "password", "otp"],
        ["email", "combined", "otp"],
    ],
)
async def test_every_order_of_screens_ends_signed_in(stand_in: StandIn, visitor: Visitor, order: list[str]) -> None:
    user = load(stand_in, order)
    seen = await sign_in(visitor, stand_in, user)
    assert seen.url.startswith(f"https://{HOST}/home")
    assert seen.has("meta[name='anti-csrftoken-a2z']")
    assert stand_in.realm.journal.summary()["sign_ins"][0]["screens"] == order


async def test_home_bounces_to_the_sign_in_with_openid_parameters(stand_in: StandIn, visitor: Visitor) -> None:
    seen = await visitor.get(f"https://{HOST}/home")
    assert seen.hops == ["GET /home 302", "GET /ap/signin 200"]
    for part in (
        "openid.assoc_handle=sc_na_amazon_v2",
        "openid.mode=checkid_setup",
        "pageId=sc_na_amazon_v2",
        "ssoResponse=",
    ):
        assert part in seen.url


async def test_cookies_are_named_after_the_marketplace(stand_in: StandIn) -> None:
    user = load(stand_in)
    for host, suffix in ((HOST, "main"), ("sellercentral.amazon.de", "acbde")):
        stand_in.realm.codes.taken.clear()
        async with visiting(stand_in) as visitor:
            await sign_in(visitor, stand_in, user, f"https://{host}/home")
            names = {cookie.key for cookie in visitor.session.cookie_jar}
        assert {"session-id", f"ubid-{suffix}", f"at-{suffix}", f"sess-at-{suffix}", f"x-{suffix}"} <= names


async def test_a_wrong_password_shows_the_alert_and_is_counted(stand_in: StandIn, visitor: Visitor) -> None:
    user = load(stand_in, ["email", "password", "otp"])
    await visitor.get("/home")
    await visitor.submit("form[name=signIn]", email=user.email)
    seen = await visitor.submit("form[name=signIn]", password="wrong")
    assert "incorrect" in seen.text_of("#auth-error-message-box.auth-server-side-message-box")
    assert stand_in.realm.failures == {user.email: 1}
    assert kinds(stand_in, "password.") == ["password.rejected"]


async def test_four_wrong_passwords_lead_to_the_forgot_password_flow(stand_in: StandIn, visitor: Visitor) -> None:
    user = load(stand_in, ["email", "password", "otp"])
    await visitor.get("/home")
    seen = await visitor.submit("form[name=signIn]", email=user.email)
    for _ in range(4):
        assert seen.has("#ap_password")
        seen = await visitor.submit("form[name=signIn]", password="wrong")
    assert "/ap/forgotpassword/reverification" in seen.url
    assert seen.has("form[name=forgotPassword]")


async def test_after_too_many_failures_the_right_password_does_not_help(stand_in: StandIn, visitor: Visitor) -> None:
    user = load(stand_in, ["email", "password", "otp"])
    stand_in.realm.failures[user.email] = 4
    assert (await sign_in(visitor, stand_in, user)).has("form[name=forgotPassword]")


async def test_a_form_sent_twice_counts_once(stand_in: StandIn, visitor: Visitor) -> None:
    user = load(stand_in, ["email", "password", "otp"])
    await visitor.get("/home")
    page = await visitor.submit("form[name=signIn]", email=user.email)
    await visitor.submit("form[name=signIn]", password="wrong")
    visitor.seen = page
    await visitor.submit("form[name=signIn]", password="wrong")
    assert stand_in.realm.failures[user.email] == 1
    assert kinds(stand_in, "form.stale") == ["form.stale"]


async def test_a_code_is_not_taken_twice_even_from_another_browser(stand_in: StandIn, visitor: Visitor) -> None:
    user = load(stand_in, ["password", "otp"])
    await sign_in(visitor, stand_in, user)
    async with visiting(stand_in) as second:
        await second.get(f"https://{HOST}/home")
        await second.submit("form[name=signIn]", password=user.password)
        used = stand_in.realm.journal.of("code.accepted")[0].fields["step"]
        seen = await second.submit("#auth-mfa-form", otpCode=user.seed().code(used))
    assert "not valid" in seen.text_of("#auth-error-message-box")
    assert kinds(stand_in, "code.") == ["code.accepted", "code.reused"]


async def test_the_site_judges_codes_by_its_own_skewed_clock(stand_in: StandIn, visitor: Visitor) -> None:
    user = load(stand_in, ["password", "otp"], clock_skew=600)
    await visitor.get("/home")
    await visitor.submit("form[name=signIn]", password=user.password)
    seen = await visitor.submit("#auth-mfa-form", otpCode=code_now(stand_in, user, steps=-20))
    assert seen.has("#auth-mfa-form")
    assert (await visitor.submit("#auth-mfa-form", otpCode=code_now(stand_in, user))).url.startswith(
        f"https://{HOST}/home"
    )


async def test_an_sms_page_takes_the_authenticator_only_after_it_was_picked(
    stand_in: StandIn, visitor: Visitor
) -> None:
    user = load(stand_in, ["password", "otp:sms"])
    await visitor.get("/home")
    seen = await visitor.submit("form[name=signIn]", password=user.password)
    assert f"ending in {user.phone_tail}" in seen.text
    assert (await visitor.submit("#auth-mfa-form", otpCode=code_now(stand_in, user))).has("#auth-mfa-form")
    picker = await visitor.get("/ap/mfa/new-otp")
    totp = picker.tree.css_first("[data-a-input-name=otpDeviceContext].auth-TOTP input")
    assert totp is not None
    seen = await visitor.submit("#auth-select-device-form", otpDeviceContext=totp.attributes["value"] or "")
    assert "Authenticator App" in seen.text
    assert (await visitor.submit("#auth-mfa-form", otpCode=code_now(stand_in, user))).url.startswith(
        f"https://{HOST}/home"
    )
    assert kinds(stand_in, "sms.") == ["sms.sent"]


async def test_asking_for_too_many_messages_uses_the_quota_up(stand_in: StandIn, visitor: Visitor) -> None:
    user = load(stand_in, ["password", "otp_device_picker", "otp"], sms_quota=1)
    await visitor.get("/home")
    seen = await visitor.submit("form[name=signIn]", password=user.password)
    for _ in range(2):
        sms = seen.tree.css_first(".auth-SMS input")
        assert sms is not None
        seen = await visitor.submit("#auth-select-device-form", otpDeviceContext=sms.attributes["value"] or "")
        if not seen.has("#auth-mfa-form"):
            break
        seen = await visitor.get("/ap/mfa/new-otp")
    assert "too many OTPs today" in seen.text


async def test_a_remembered_device_is_not_asked_for_a_code_again(stand_in: StandIn, visitor: Visitor) -> None:
    user = load(stand_in, ["email", "password", "otp"])
    await visitor.get("/home")
    await visitor.submit("form[name=signIn]", email=user.email)
    await visitor.submit("form[name=signIn]", password=user.password)
    await visitor.submit("#auth-mfa-form", otpCode=code_now(stand_in, user), rememberDevice="")
    await visitor.get("/sign-out")
    await sign_in(visitor, stand_in, user)
    assert [entry.fields["screens"] for entry in stand_in.realm.journal.of("sign_in.done")][1] == ["email", "password"]


async def test_two_accounts_of_one_email_are_told_apart_by_password(stand_in: StandIn, visitor: Visitor) -> None:
    draw = Draw(5)
    users = [draw.user("shared@users.example", name="First"), draw.user("shared@users.example", name="Second")]
    stand_in.load(Scenario(users=users))
    await sign_in(visitor, stand_in, users[1])
    assert stand_in.realm.journal.summary()["sign_ins"][0]["name"] == "Second"


async def test_users_with_different_orders_share_the_email_page_and_go_their_own_ways(stand_in: StandIn) -> None:
    draw = Draw(6)
    orders = [
        ["email", "password", "otp"],
        ["combined", "otp"],
        ["email", "password", "captcha_image"],
        ["email_unified", "password"],
    ]
    users = [draw.user(f"u{number}@users.example", sign_in=order) for number, order in enumerate(orders)]
    stand_in.load(Scenario(users=users, sellers=[draw.seller(members=[user.email for user in users])]))
    ends = []
    for user in users:
        async with visiting(stand_in) as visitor:
            seen = await sign_in(visitor, stand_in, user)
            ends.append("captcha" if seen.has("#captchacharacters") else seen.url.removeprefix(f"https://{HOST}")[:5])
    assert ends == ["/home", "/home", "captcha", "/home"]


async def test_an_expected_arrival_meets_its_own_order_from_the_first_screen(
    stand_in: StandIn, visitor: Visitor
) -> None:
    draw = Draw(7)
    users = [draw.user("x@users.example"), draw.user("y@users.example", sign_in=["continue_wall", "combined", "otp"])]
    stand_in.load(Scenario(users=users))
    stand_in.realm.arrivals.append("y@users.example")
    assert "continue shopping" in (await visitor.get("/home")).text


async def test_an_unknown_email_ends_on_the_alert_or_the_offer_to_create_an_account(
    stand_in: StandIn, visitor: Visitor
) -> None:
    load(stand_in, ["email_unified", "password", "otp"])
    await visitor.get("/home")
    seen = await visitor.submit("form[name=signIn]", email="nobody@users.example")
    assert seen.has("#intent-confirmation-form")
    load(stand_in, ["email", "password", "otp"])
    await visitor.get("/home")
    seen = await visitor.submit("form[name=signIn]", email="nobody@users.example")
    assert "cannot find an account" in seen.text_of("#auth-error-message-box.auth-server-side-message-box")


async def test_quiet_for_too_long_means_signing_in_again_by_tile_and_password(
    stand_in: StandIn, visitor: Visitor
) -> None:
    user = load(stand_in, ["password", "otp"], max_auth_age=300)
    await sign_in(visitor, stand_in, user)
    stand_in.realm.clock.skipped += timedelta(seconds=301)
    seen = await visitor.get("/home")
    assert "openid.pape.max_auth_age=300" in seen.hops[1] or seen.has("a[data-name=switch_account_request]")
    tile = seen.tree.css_first("a[data-name=switch_account_request]")
    assert tile is not None
    assert user.email in tile.text()
    seen = await visitor.get(tile.attributes["href"] or "")
    assert "enter your password to continue" in seen.text
    assert (await visitor.submit("form[name=signIn]", password=user.password)).url == f"https://{HOST}/home"


async def test_the_picker_of_identities_says_who_is_signed_in(stand_in: StandIn, visitor: Visitor) -> None:
    user = load(stand_in, ["password", "otp"])
    await sign_in(visitor, stand_in, user)
    seen = await visitor.get(
        "/ap/signin?switch_account=picker&openid.return_to=https%3A%2F%2Fsellercentral.amazon.com%2Fhome"
    )
    assert user.email in seen.text_of("a[data-name=switch_account_request]")
    assert (await visitor.get("/home")).has("meta[name='anti-csrftoken-a2z']")


async def test_selecting_an_account_before_signing_in_is_an_invalid_request(
    stand_in: StandIn, visitor: Visitor
) -> None:
    load(stand_in, ["email", "password", "otp"])
    seen = await visitor.get(f"https://{HOST}/home?mons_sel_mkid={PLACES['US'].marketplace_id}")
    assert "Invalid request URL from client" in seen.text_of("#ap_error_page_message")
    assert (await visitor.get("/home")).has("#ap_email")


async def test_signing_out_forgets_the_browser(stand_in: StandIn, visitor: Visitor) -> None:
    user = load(stand_in, ["email", "password", "otp"])
    await sign_in(visitor, stand_in, user)
    seen = await visitor.get("/sign-out")
    assert seen.has("#sign-in-button") or "Log in" in seen.text
    assert (await visitor.get("/home")).has("#ap_email")


async def test_hosts_of_scripts_keep_no_session(stand_in: StandIn, visitor: Visitor) -> None:
    await visitor.get("https://m.media-amazon.com/images/I/x.js")
    assert "javascript" in visitor.seen.headers["Content-Type"]
    await visitor.get("https://www.example.com/home")
    assert visitor.seen.status == 421
    assert stand_in.realm.sessions.by_id == {}


async def test_a_deep_link_is_remembered_across_the_sign_in(stand_in: StandIn, visitor: Visitor) -> None:
    user = load(stand_in, ["email", "password", "otp"])
    seen = await sign_in(visitor, stand_in, user, f"https://{HOST}/gp/account-manager/home.html?ref=x")
    assert seen.url == f"https://{HOST}/gp/account-manager/home.html?ref=x"


async def test_a_password_never_reaches_the_log(stand_in: StandIn, visitor: Visitor) -> None:
    user = load(stand_in, ["email", "password", "otp"])
    await sign_in(visitor, stand_in, user)
    told = str(stand_in.realm.journal.summary())
    assert user.password not in told
    assert user.totp_secret.replace(" ", "") not in told.replace(" ", "")


def test_a_seller_of_the_demo_has_a_token_like_the_real_ones() -> None:
    seller: Seller = Draw(1).seller()
    assert len(seller.merchant_id) == 14
    assert seller.merchant_id.startswith("A")


async def test_of_twenty_who_sign_in_at_once_with_one_code_one_gets_in(stand_in: StandIn) -> None:
    user = load(stand_in, ["password", "otp"], failures_before_reset=99)
    code = code_now(stand_in, user)

    async def try_it() -> bool:
        async with visiting(stand_in) as one:
            await one.get("/home")
            await one.submit("form[name=signIn]", password=user.password)
            return (await one.submit("#auth-mfa-form", otpCode=code)).url.startswith(f"https://{HOST}/home")

    assert sum(await asyncio.gather(*(try_it() for _ in range(20)))) == 1
    assert kinds(stand_in, "code.").count("code.reused") == 19


async def test_other_accounts_stand_off_the_screen_beside_the_active_one(stand_in: StandIn, visitor: Visitor) -> None:
    draw = Draw(3)
    person = draw.user("a1@users.example", sign_in=["password"], picker_when="never")
    shops = [draw.seller(name=name, members=[person.email]) for name in ("Harbor Toys", "Alder Audio")]
    with_others = 0
    for seed in range(1, 11):
        stand_in.load(Scenario(seed=seed, users=[person], sellers=shops))
        visitor.session.cookie_jar.clear()
        seen = await sign_in(visitor, stand_in, person)
        with_others += "Alder Audio" in seen.text
    assert 0 < with_others < 10
