"""The invitation link in every state, and what accepting does to whom."""

from __future__ import annotations

import pytest

from fixtures.stand_in.generate import Draw
from fixtures.stand_in.realm import InvitationRecord, InvitationState
from fixtures.stand_in.scenario import Grant, Invitation, Scenario, User
from fixtures.stand_in.seller.rights import UserKind
from fixtures.stand_in.world import StandIn
from tests.support.sites.site_visitor import HOST, Seen, Visitor, sign_in, visiting

LANGUAGES = ("en", "de")


def load(
    stand_in: StandIn,
    *,
    seed: int = 1,
    state: str = "offered",
    kind: str = "user",
    language: str = "en",
    **seller: object,
) -> User:
    draw = Draw(seed)
    guest, other = (draw.user(f"{name}@users.example", sign_in=["email", "password"]) for name in ("a1", "a2"))
    shop = draw.seller(**seller)
    offer = Invitation.model_validate(
        {"merchant_id": shop.merchant_id, "email": guest.email, "state": state, "kind": kind}
    )
    stand_in.load(Scenario(seed=seed, language=language, users=[guest, other], sellers=[shop], invitations=[offer]))
    return guest


def the_invitation(stand_in: StandIn) -> InvitationRecord:
    return next(iter(stand_in.realm.invitations.values()))


async def open_link(visitor: Visitor, stand_in: StandIn, user: User | None = None) -> Seen:
    await sign_in(visitor, stand_in, user or stand_in.realm.scenario.users[0])
    return await visitor.get(stand_in.realm.link_of(the_invitation(stand_in)))


def screen(stand_in: StandIn) -> str:
    return str(stand_in.realm.journal.of("request")[-1].fields["screen"])


@pytest.mark.parametrize("seed", range(1, 9))
@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_offer_names_the_shop_and_the_identity_and_can_be_accepted(
    stand_in: StandIn, visitor: Visitor, seed: int, language: str
) -> None:
    guest = load(stand_in, seed=seed, language=language)
    seen = await open_link(visitor, stand_in)
    assert screen(stand_in) == "invitation_offered"
    assert stand_in.realm.scenario.sellers[0].name in seen.text
    assert guest.email in seen.text
    assert {"en": "Accept Invitation", "de": "Einladung annehmen"}[language].lower() in seen.text.lower()
    seen = await visitor.submit("form[action='/invitation/accept']")
    assert seen.url.startswith(f"https://{HOST}/home?mons_sel_dir_mcid=")
    record = the_invitation(stand_in)
    assert (record.state, record.accepted_by) == (InvitationState.ACCEPTED, guest.email)
    assert stand_in.realm.journal.summary()["acceptances"] == {record.invitation_id: 1}
    assert stand_in.realm.grants.kind_of(record.merchant_id, guest.email) is UserKind.CURRENT


async def test_right_after_accepting_every_row_is_none(stand_in: StandIn, visitor: Visitor) -> None:
    guest = load(stand_in)
    await open_link(visitor, stand_in)
    await visitor.submit("form[action='/invitation/accept']")
    rights = stand_in.realm.grants.of(the_invitation(stand_in).merchant_id)
    assert {rights.level(guest.email, row.key).value for row in rights.rows} == {"None"}


@pytest.mark.parametrize(
    ("lands_on", "where"), [("home", "app"), ("picker", "account_picker"), ("success_page", "invitation_accepted")]
)
async def test_accepting_lands_where_the_scenario_says(
    stand_in: StandIn, visitor: Visitor, lands_on: str, where: str
) -> None:
    load(stand_in, lands_on=lands_on, marketplaces=["US", "CA"])
    await open_link(visitor, stand_in)
    await visitor.submit("form[action='/invitation/accept']")
    assert screen(stand_in) == where


@pytest.mark.parametrize(
    ("state", "wanted"),
    [("expired", "invitation_expired"), ("withdrawn", "invitation_withdrawn"), ("refused", "invitation_refused")],
)
async def test_a_closed_invitation_says_so_and_has_nothing_to_press(
    stand_in: StandIn, visitor: Visitor, state: str, wanted: str
) -> None:
    load(stand_in, state=state)
    seen = await open_link(visitor, stand_in)
    assert screen(stand_in) == wanted
    assert not seen.has("form")


async def test_an_invitation_that_closes_under_an_open_page_is_not_accepted(
    stand_in: StandIn, visitor: Visitor
) -> None:
    load(stand_in)
    await open_link(visitor, stand_in)
    the_invitation(stand_in).state = InvitationState.WITHDRAWN
    await visitor.submit("form[action='/invitation/accept']")
    assert screen(stand_in) == "invitation_withdrawn"
    assert stand_in.realm.journal.summary()["acceptances"] == {}


@pytest.mark.parametrize(("shown_as", "wanted"), [("page", "invitation_already_accepted"), ("home", "app")])
async def test_an_accepted_invitation_is_shown_as_accepted_and_counted_once(
    stand_in: StandIn, visitor: Visitor, shown_as: str, wanted: str
) -> None:
    load(stand_in, already_shown_as=shown_as)
    offer = await open_link(visitor, stand_in)
    await visitor.submit("form[action='/invitation/accept']")
    visitor.seen = offer
    await visitor.submit("form[action='/invitation/accept']")
    assert screen(stand_in) == wanted
    assert list(stand_in.realm.journal.summary()["acceptances"].values()) == [1]
    assert [entry.kind for entry in stand_in.realm.journal.of("invitation.accept_repeated")] == [
        "invitation.accept_repeated"
    ]


async def test_accepting_as_somebody_else_binds_the_wrong_identity_and_is_logged_loudly(
    stand_in: StandIn, visitor: Visitor
) -> None:
    guest = load(stand_in)
    other = stand_in.realm.scenario.users[1]
    seen = await open_link(visitor, stand_in, other)
    assert screen(stand_in) == "invitation_other_recipient"
    assert "additional approval step" in seen.text
    await visitor.submit("form[action='/invitation/accept']")
    [entry] = stand_in.realm.journal.summary()["wrong_identity"]
    assert (entry["invited"], entry["by"]) == (guest.email, other.email)
    merchant = the_invitation(stand_in).merchant_id
    assert stand_in.realm.grants.kind_of(merchant, other.email) is UserKind.PENDING
    assert stand_in.realm.grants.kind_of(merchant, guest.email) is UserKind.INVITED
    async with visiting(stand_in) as first:
        assert "used by another account" in (await open_link(first, stand_in, guest)).text
        assert screen(stand_in) == "invitation_refused"


@pytest.mark.parametrize("seed", range(1, 5))
async def test_the_older_flow_shows_a_code_until_the_seller_confirms(
    stand_in: StandIn, visitor: Visitor, seed: int
) -> None:
    guest = load(stand_in, seed=seed, invitation_flow="code")
    await open_link(visitor, stand_in)
    seen = await visitor.submit("form[action='/invitation/accept']")
    record = the_invitation(stand_in)
    assert screen(stand_in) == "confirmation_code"
    assert record.confirmation_code in seen.text
    await visitor.get("/home")
    assert screen(stand_in) == "no_account"
    await visitor.get(stand_in.realm.link_of(record))
    assert screen(stand_in) == "confirmation_code"
    stand_in.seller.confirm(record.merchant_id, guest.email, code=record.confirmation_code)
    await visitor.get("/home")
    assert screen(stand_in) == "app"


async def test_the_link_comes_in_both_forms_and_must_name_its_merchant(stand_in: StandIn, visitor: Visitor) -> None:
    load(stand_in, link_form="globalAccountId")
    seen = await open_link(visitor, stand_in)
    assert "globalAccountId=A" in seen.url
    assert screen(stand_in) == "invitation_offered"
    await visitor.get(seen.url.replace("globalAccountId=A", "globalAccountId=B"))
    assert screen(stand_in) == "invitation_refused"


async def test_a_partner_link_is_another_page(stand_in: StandIn, visitor: Visitor) -> None:
    load(stand_in, kind="partner")
    seen = await open_link(visitor, stand_in)
    assert screen(stand_in) == "partner_link"
    assert "Authorized Partner" in seen.text
    await visitor.submit("form")
    assert [entry["kind"] for entry in stand_in.realm.journal.summary()["dangers"]] == ["danger.partner_request_sent"]


async def test_a_form_without_the_page_s_token_accepts_nothing(stand_in: StandIn, visitor: Visitor) -> None:
    load(stand_in)
    await open_link(visitor, stand_in)
    await visitor.submit("form[action='/invitation/accept']", **{"anti-csrftoken-a2z": "x"})
    assert stand_in.realm.journal.summary()["acceptances"] == {}


async def test_the_link_asks_for_a_sign_in_first_and_is_remembered(stand_in: StandIn, visitor: Visitor) -> None:
    guest = load(stand_in)
    link = stand_in.realm.link_of(the_invitation(stand_in))
    seen = await sign_in(visitor, stand_in, guest, link)
    assert seen.url == link
    assert screen(stand_in) == "invitation_offered"


async def test_nobody_without_a_seller_gets_further_than_the_page_that_says_so(
    stand_in: StandIn, visitor: Visitor
) -> None:
    guest = load(stand_in)
    seen = await sign_in(visitor, stand_in, guest)
    assert seen.has("[data-metric-name='sc:auth-failed:no-account:start-registration-button']")
    await visitor.get("/register")
    assert stand_in.realm.journal.summary()["dangers"][0]["kind"] == "danger.registration_started"


async def test_revoking_takes_the_account_away_at_once(stand_in: StandIn, visitor: Visitor) -> None:
    guest = load(stand_in, members=["a1@users.example"], state="accepted")
    await sign_in(visitor, stand_in, guest)
    assert screen(stand_in) == "app"
    stand_in.seller.revoke(the_invitation(stand_in).merchant_id, guest.email)
    await visitor.get("/home")
    assert screen(stand_in) == "no_account"


async def test_permissions_set_by_the_seller_are_on_the_page(stand_in: StandIn, visitor: Visitor) -> None:
    guest = load(stand_in, state="accepted", layout="classic", options={"own_view": True})
    merchant = the_invitation(stand_in).merchant_id
    stand_in.seller.set_permissions(merchant, guest.email, Grant(preset="as_asked"))
    await sign_in(visitor, stand_in, guest)
    seen = await visitor.get("/gp/account-manager/home.html")
    assert seen.status == 200
    assert "Item Classification Guide" in seen.text
    changes = stand_in.realm.grants.changes()
    assert changes[-1]["by"] == "control"


@pytest.mark.parametrize("home", ["failed_global", "access_required", "not_found", "no_account"])
async def test_home_itself_can_refuse(stand_in: StandIn, visitor: Visitor, home: str) -> None:
    load(stand_in, members=["a1@users.example"])
    world = stand_in.realm.scenario
    refused = world.users[0].model_copy(update={"home_shows": home})
    stand_in.load(world.model_copy(update={"users": [refused, world.users[1]]}))
    await sign_in(visitor, stand_in, refused)
    assert screen(stand_in) == home


async def test_the_texts_nobody_has_recorded_come_in_several_wordings(stand_in: StandIn, visitor: Visitor) -> None:
    told = set()
    for seed in range(1, 13):
        load(stand_in, seed=seed, state="expired")
        visitor.session.cookie_jar.clear()
        seen = await open_link(visitor, stand_in)
        alert = seen.tree.css_first("kat-alert, .a-alert, [role=alert]")
        assert alert is not None
        told.add(
            (alert.attributes.get("header") or "")
            + (alert.attributes.get("description") or "")
            + alert.text(strip=True)
        )
    assert len(told) >= 3
    assert all("expired" in text for text in told)


async def test_a_deep_link_may_ask_for_the_account_that_home_did_not_ask_for(
    stand_in: StandIn, visitor: Visitor
) -> None:
    load(stand_in, members=["a1@users.example"], marketplaces=["US", "CA"])
    world = stand_in.realm.scenario
    asked = world.users[0].model_copy(update={"picker_when": "deep_links"})
    stand_in.load(world.model_copy(update={"users": [asked, world.users[1]]}))
    await sign_in(visitor, stand_in, asked)
    assert screen(stand_in) == "app"
    seen = await visitor.get("/gp/account-manager/home.html")
    assert seen.url.endswith("/account-switcher/default/merchantMarketplace?returnTo=/gp/account-manager/home.html")


@pytest.mark.parametrize(("switches", "wanted"), [(True, ("app", "CA")), (False, ("account_picker", None))])
async def test_an_address_chooses_the_account_on_old_sites_only(
    stand_in: StandIn, visitor: Visitor, switches: bool, wanted: tuple[str, str | None]
) -> None:
    load(stand_in, members=["a1@users.example"], marketplaces=["US", "CA"])
    world = stand_in.realm.scenario
    user = world.users[0].model_copy(update={"mons_sel_switches": switches})
    stand_in.load(world.model_copy(update={"users": [user, world.users[1]]}))
    await sign_in(visitor, stand_in, user)
    await visitor.get(f"https://{HOST}/home?mons_sel_mkid=A2EUQ1WTGCTBG2")
    selected = next(session.selected for session in stand_in.realm.sessions.by_id.values() if session.user)
    assert (screen(stand_in), selected[1] if selected else None) == wanted
