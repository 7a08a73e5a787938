"""What the site answers to addresses, passwords and codes, sessions, and where an account is chosen."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr

from fixtures.stand_in.generate import Draw, one_account
from fixtures.stand_in.scenario import Fault, Scenario, parse_scenario
from flows.account.choose_account import choose_account
from flows.errors import (
    AccountNotOfferedError,
    ChallengeError,
    CodeRejectedError,
    NoSuchLoginError,
    PasswordRejectedError,
    SignedOutError,
    SiteRefusedError,
    StepTimeoutError,
    UnknownScreenError,
)
from flows.marketplaces import marketplace
from flows.models import ActiveAccount, Identity, Proof, SellerAccount
from flows.recording.evidence import capture
from flows.sign_in.sign_in import ensure_signed_in
from flows.visit.visit import Visit
from tests.support.sites.flow_rig import QUICK, Helpers, Rig, rig

pytestmark = pytest.mark.asyncio(loop_scope="session")

MEMBER: dict[str, Any] = {"members": ["a1@users.example"]}


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def rehearsal() -> AsyncIterator[Rig]:
    async with rig() as running:
        yield running


def world(
    seed: int = 1, *, user: dict[str, Any] | None = None, seller: dict[str, Any] | None = None, **rest: Any
) -> Scenario:
    return one_account(seed, user=user, seller=MEMBER | (seller or {}), **rest)


async def sign_in(rehearsal: Rig, helpers: Helpers, visit: Visit, *, password: str | None = None) -> Identity:
    return await ensure_signed_in(
        visit,
        host=rehearsal.host,
        credentials=helpers.credentials(password=password),
        hooks=helpers.hooks(),
        bounds=QUICK,
    )


async def attempt(rehearsal: Rig, helpers: Helpers, *, password: str | None = None) -> Identity:
    async with rehearsal.visit() as visit:
        return await sign_in(rehearsal, helpers, visit, password=password)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "it", "nl", "ja", "zh"])
@pytest.mark.parametrize("order", [("email", "password", "otp"), ("combined", "otp")], ids="-".join)
async def test_a_rejected_password_is_typed_once(rehearsal: Rig, order: tuple[str, ...], language: str) -> None:
    helpers = rehearsal.play(
        world(len(language), user={"sign_in": list(order), "language": language}, language=language)
    )
    with pytest.raises(PasswordRejectedError):
        await attempt(rehearsal, helpers, password="not-the-password")
    assert (helpers.acts, helpers.outcomes) == (["type_password"], ["type_password rejected"])
    assert rehearsal.journal("password.rejected") == ["password.rejected"]


@pytest.mark.sampled(1, of="a rejected code")
@pytest.mark.parametrize("language", ["en", "de", "fr", "ja"])
async def test_one_rejected_code_is_followed_by_a_fresh_one(rehearsal: Rig, language: str) -> None:
    helpers = rehearsal.play(world(3, user={"language": language}, language=language))
    helpers.wrong_codes = 1
    await attempt(rehearsal, helpers)
    assert helpers.outcomes == ["type_password accepted", "type_code rejected", "type_code accepted"]


@pytest.mark.sampled(1, of="a rejected code")
async def test_two_rejected_codes_stop_the_sign_in(rehearsal: Rig) -> None:
    helpers = rehearsal.play(world())
    helpers.wrong_codes = 9
    with pytest.raises(CodeRejectedError):
        await attempt(rehearsal, helpers)
    assert (helpers.codes, helpers.outcomes[1:]) == (2, ["type_code rejected", "type_code rejected"])


@pytest.mark.sampled(1)
@pytest.mark.parametrize("order", [("email", "password"), ("email_unified", "password"), ("combined",)], ids="-".join)
async def test_an_address_the_site_does_not_know_creates_nothing(rehearsal: Rig, order: tuple[str, ...]) -> None:
    helpers = rehearsal.play(world(user={"sign_in": list(order)}, entry=list(order)))
    helpers.user = Draw(5).user("nobody@users.example")
    with pytest.raises(NoSuchLoginError):
        await attempt(rehearsal, helpers)
    assert rehearsal.journal("danger.") == []


async def test_an_sms_is_never_asked_for(rehearsal: Rig) -> None:
    helpers = rehearsal.play(world(user={"sign_in": ["email", "password", "otp:sms"]}))
    await attempt(rehearsal, helpers)
    assert len(rehearsal.journal("sms.sent")) <= 1  # the one the site sent by itself when it showed the page


def _sms(rehearsal: Rig) -> str:
    """The code that the site sent last."""
    return str(rehearsal.stand_in.realm.journal.of("sms.sent")[-1].fields["code"])


NO_OTHER_WAY = """document.addEventListener("DOMContentLoaded",
  () => document.querySelector("#auth-get-new-otp-link")?.remove())"""


@pytest.mark.sampled(1)
@pytest.mark.parametrize("is_answered", [True, False])
async def test_a_code_sent_by_message_is_asked_of_a_person_where_there_is_no_other_way(
    rehearsal: Rig, *, is_answered: bool
) -> None:
    helpers = rehearsal.play(world(user={"sign_in": ["email", "password", "otp:sms"]}))
    asked: list[str] = []

    async def ask_code(words: str) -> SecretStr | None:
        asked.append(words)
        return SecretStr(_sms(rehearsal)) if is_answered else None

    async with rehearsal.visit() as visit:
        await visit.page.add_init_script(NO_OTHER_WAY)
        signing_in = ensure_signed_in(
            visit,
            host=rehearsal.host,
            credentials=helpers.credentials(),
            hooks=replace(helpers.hooks(), ask_code=ask_code),
            bounds=QUICK,
        )
        if is_answered:
            assert (await signing_in).fresh
        else:
            with pytest.raises(ChallengeError):
                await signing_in
    assert (len(asked), helpers.codes, len(rehearsal.journal("sms.sent"))) == (1, 0, 1)


@pytest.mark.sampled(2, of="a sign-in that goes well")
async def test_a_stored_session_needs_no_secret(rehearsal: Rig) -> None:
    helpers = rehearsal.play(world(user={"identity_shown": "greeting"}))
    async with rehearsal.visit() as visit:
        first = await sign_in(rehearsal, helpers, visit)
        session = json.loads(json.dumps(await visit.storage_state()))
    helpers.acts.clear()
    async with rehearsal.visit(session=session) as visit:
        again = await sign_in(rehearsal, helpers, visit)
    assert (first.proof, first.fresh, again.proof, again.fresh, helpers.acts) == (
        Proof.SIGN_IN,
        True,
        Proof.PAGE,
        False,
        [],
    )


@pytest.mark.sampled(2, of="a sign-in that goes well")
async def test_cookies_that_the_site_no_longer_takes_lead_to_a_sign_in(rehearsal: Rig) -> None:
    helpers = rehearsal.play(world())
    async with rehearsal.visit() as visit:
        await sign_in(rehearsal, helpers, visit)
        session = await visit.storage_state()
    helpers = rehearsal.play(world())
    async with rehearsal.visit(session=session) as visit:
        assert (await sign_in(rehearsal, helpers, visit)).fresh


@pytest.mark.sampled(2, of="a sign-in that goes well")
async def test_the_clock_of_the_site_is_reported_once(rehearsal: Rig) -> None:
    helpers = rehearsal.play(world())
    await attempt(rehearsal, helpers)
    assert len(helpers.site_times) == 1
    assert helpers.site_times[0].tzinfo is not None


@pytest.mark.sampled(1)
@pytest.mark.parametrize("shown", ["failed_global", "no_account", "access_required", "not_found"])
async def test_a_signed_in_page_without_rights_counts_as_signed_in(rehearsal: Rig, shown: str) -> None:
    helpers = rehearsal.play(world(user={"home_shows": shown}))
    assert (await attempt(rehearsal, helpers)).fresh


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"on": "email", "kind": "503"}, SiteRefusedError),
        ({"on": "password", "kind": "429"}, SiteRefusedError),
        ({"on": "otp", "kind": "500"}, SiteRefusedError),
        ({"on": "email", "kind": "drop"}, SiteRefusedError),
        ({"on": "password", "kind": "blank"}, SiteRefusedError),
        ({"on": "otp", "kind": "hang", "seconds": 30}, StepTimeoutError),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else value.__name__,
)
async def test_a_site_that_fails_is_never_taken_for_an_answer(
    rehearsal: Rig, fault: dict[str, Any], error: type[Exception]
) -> None:
    helpers = rehearsal.play(world(faults=[Fault.model_validate(fault | {"times": 0})]))
    with pytest.raises(error):
        await attempt(rehearsal, helpers)


async def test_a_page_that_nothing_claims_ends_at_once_with_the_page_kept(rehearsal: Rig, tmp_path: Any) -> None:
    helpers = rehearsal.play(world(user={"sign_in": ["email", "password", "unknown"]}))
    async with rehearsal.visit() as visit:
        with pytest.raises(UnknownScreenError) as caught:
            await sign_in(rehearsal, helpers, visit)
        kept = await capture(
            visit.page, tmp_path / "evidence", "unknown", visit.redactor, visit=visit, error=caught.value
        )
    assert [path.name for path in kept] == ["unknown.json", "unknown.html", "unknown.png"]
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}
    text = (tmp_path / "evidence" / "unknown.html").read_text() + (tmp_path / "evidence" / "unknown.json").read_text()
    assert helpers.user.password not in text
    assert helpers.user.email not in text


def many_sellers(seed: int, *, picker: str, agency: str | None = None) -> Scenario:
    plain = world(
        seed, user={"picker": picker}, seller={"marketplaces": ["US", "CA", "MX"], "agency": agency}
    ).model_dump(mode="json")
    others = [
        Draw(seed + n).seller(marketplaces=["US", "DE"], agency=agency, **MEMBER).model_dump(mode="json")
        for n in (10, 20)
    ]
    plain["sellers"] += [other for other in others if other["name"] != plain["sellers"][0]["name"]]
    return parse_scenario(plain)


async def choose(rehearsal: Rig, helpers: Helpers, account: SellerAccount) -> ActiveAccount:
    async with rehearsal.visit() as visit:
        await sign_in(rehearsal, helpers, visit)
        return await choose_account(visit, account=account, bounds=QUICK)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
@pytest.mark.parametrize(("picker", "agency"), [("new", None), ("new", "Northern Agency"), ("old", None)])
async def test_the_right_account_is_chosen_among_many(
    rehearsal: Rig, picker: str, agency: str | None, seed: int, language: str
) -> None:
    plain = many_sellers(seed, picker=picker, agency=agency).model_dump(mode="json") | {"language": language}
    helpers = rehearsal.play(parse_scenario(plain))
    wanted = rehearsal.account
    account = SellerAccount(marketplace=marketplace("CA"), merchant_name=wanted.merchant_name)
    active = await choose(rehearsal, helpers, account)
    assert (active.merchant_name, active.marketplace.code) == (wanted.merchant_name, "CA")
    chosen = rehearsal.stand_in.realm.journal.of("account.selected")[-1]
    assert chosen.fields["merchant_id"] == wanted.merchant_id


@pytest.mark.sampled(2, of="a sign-in that goes well")
async def test_an_account_that_is_active_is_not_chosen_again(rehearsal: Rig) -> None:
    helpers = rehearsal.play(world())
    await choose(rehearsal, helpers, rehearsal.account)
    assert rehearsal.journal("account.selected") == []


@pytest.mark.sampled(1)
@pytest.mark.parametrize("picker", ["new", "old"])
@pytest.mark.parametrize("missing", ["merchant", "marketplace"])
async def test_an_account_that_is_not_offered_is_never_replaced_by_another(
    rehearsal: Rig, missing: str, picker: str
) -> None:
    helpers = rehearsal.play(many_sellers(2, picker=picker))
    name = "Nobody's Goods" if missing == "merchant" else rehearsal.account.merchant_name
    account = SellerAccount(marketplace=marketplace("CA" if missing == "merchant" else "JP"), merchant_name=name)
    with pytest.raises(AccountNotOfferedError):
        await choose(rehearsal, helpers, account)
    assert rehearsal.journal("account.selected") == []


@pytest.mark.sampled(2, of="a sign-in that goes well")
async def test_the_picker_is_reloaded_when_it_shows_an_error(rehearsal: Rig) -> None:
    plain = many_sellers(2, picker="new").model_dump(mode="json")
    plain["users"][0]["picker_error_loads"] = 2
    helpers = rehearsal.play(parse_scenario(plain))
    assert (await choose(rehearsal, helpers, rehearsal.account)).marketplace.code == "US"


async def test_choosing_without_a_session_says_signed_out(rehearsal: Rig) -> None:
    rehearsal.play(world())
    async with rehearsal.visit() as visit:
        await visit.page.goto(f"https://{rehearsal.host}/home")
        with pytest.raises(SignedOutError):
            await choose_account(visit, account=rehearsal.account, bounds=QUICK)
