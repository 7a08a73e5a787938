"""Scenarios come from data, are checked with care, and a seed gives the same world and the same pages every time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import fixtures.stand_in
from fixtures.stand_in.generate import Draw, one_account
from fixtures.stand_in.realm import Clock, Realm
from fixtures.stand_in.scenario import Grant, Scenario, ScenarioError, load_scenario, parse_scenario
from fixtures.stand_in.seller.grants import Grants
from fixtures.stand_in.site.places import PLACES, SELLER_CENTRAL_HOSTS, cookie_domain, cookie_suffix
from fixtures.stand_in.six_accounts import six_accounts
from fixtures.stand_in.world import StandIn
from tests.support.sites.site_visitor import HOST, Visitor

TOML = """
seed = 4
[[users]]
email = "a1@users.example"
password = "p"
totp_secret = "JBSW Y3DP EHPK 3PXP"
sign_in = ["continue_wall", "email_unified", "password", "otp:sms"]
[[sellers]]
merchant_id = "A1B2C3D4E5F6G7"
name = "Harbor Toys"
marketplaces = ["DE", "FR"]
[[invitations]]
merchant_id = "A1B2C3D4E5F6G7"
email = "a1@users.example"
"""


def test_a_scenario_is_read_from_toml_and_json(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(TOML)
    world = load_scenario(tmp_path / "s.toml")
    assert world.users[0].sign_in[3] == "otp:sms"
    (tmp_path / "s.json").write_text(json.dumps(world.model_dump(mode="json")))
    assert load_scenario(tmp_path / "s.json") == world


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[1]", "found list"),
        ("{", "expected a readable JSON or TOML scenario"),
        (
            '{"users": [{"email": "a", "password": "p", "totp_secret": "AAAA", "sign_in": ["otp:fax"]}]}',
            "unknown variant 'fax' of 'otp'",
        ),
        (
            '{"sellers": [{"merchant_id": "A1B2C3D4E5F6G7", "name": "n", "marketplaces": ["XX"]}]}',
            "unknown marketplace 'XX'",
        ),
    ],
)
def test_a_file_that_cannot_be_played_is_refused_in_one_sentence(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "s.json"
    path.write_text(text)
    with pytest.raises(ScenarioError, match=told.replace("'", ".")):
        load_scenario(path)


def test_the_scenario_in_the_readme_can_be_played() -> None:
    text = (Path(fixtures.stand_in.__file__).parent / "README.md").read_text(encoding="utf-8")
    world = parse_scenario(json.loads(text.split("```json\n")[1].split("```")[0]))
    assert world.sellers[0].layout == "unified"
    Realm(world).grants.of("A1B2C3D4E5F6G7")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ScenarioError,
        match=r"^the scenario .*none\.json cannot be read \(No such file or directory\); give a JSON or TOML file$",
    ):
        load_scenario(tmp_path / "none.json")


def test_two_users_may_share_an_email_but_not_the_password_too() -> None:
    person = Draw(1).user("x@users.example").model_dump()
    with pytest.raises(ScenarioError, match="appears twice"):
        parse_scenario({"users": [person, person]})


@pytest.mark.parametrize("options", [{"refusal": "no such"}, {"colour": 1}, {"faults": ["nothing"]}])
def test_options_the_permission_pages_do_not_know_are_refused(options: dict[str, object]) -> None:
    world = one_account(1, seller={"options": options})
    with pytest.raises(ScenarioError, match="not known to the permission pages"):
        Grants(world, Clock().now)


@pytest.mark.parametrize("layout", ["classic", "classic_g0", "classic_g1", "global", "unified"])
def test_presets_fill_every_row_in_every_layout(layout: str) -> None:
    world = one_account(3, seller={"layout": layout, "marketplaces": ["US", "CA"], "members": ["a1@users.example"]})
    grants = Grants(world, Clock().now)
    merchant = world.sellers[0].merchant_id
    grants.assign(merchant, "a1@users.example", Grant(preset="as_asked"))
    rights = grants.of(merchant)
    assert all(rights.level("a1@users.example", row.key) == row.ordered for row in rights.rows)
    grants.assign(merchant, "a1@users.example", Grant(preset="as_asked", rows={"first_full_row": "View"}))
    assert [row for row in rights.rows if rights.level("a1@users.example", row.key) != row.ordered] != []


def test_the_same_seed_draws_the_same_world() -> None:
    assert six_accounts(5) == six_accounts(5)
    assert six_accounts(5) != six_accounts(6)
    assert one_account(5) == one_account(5)


def test_the_demos_accounts_have_realistic_secrets() -> None:
    world = six_accounts(1)
    assert len({user.password for user in world.users}) == 6
    assert all(len(user.totp_secret.replace(" ", "")) == 52 for user in world.users)
    Realm(world)


async def test_a_page_is_the_same_for_a_seed_and_different_for_another(stand_in: StandIn, visitor: Visitor) -> None:
    pages = []
    for seed in (1, 1, 2):
        stand_in.load(one_account(seed))
        visitor.session.cookie_jar.clear()
        pages.append((await visitor.get("/home")).text)
    assert pages[0] == pages[1]
    assert pages[0] != pages[2]


async def test_without_variation_two_seeds_differ_in_their_tokens_only(stand_in: StandIn, visitor: Visitor) -> None:
    shapes = []
    for seed in (1, 2):
        stand_in.load(one_account(seed, vary=False))
        visitor.session.cookie_jar.clear()
        tree = (await visitor.get("/home")).tree
        shapes.append([(node.tag, node.attributes.get("class")) for node in tree.css("*")])
    assert shapes[0] == shapes[1]


def test_every_marketplace_has_a_host_a_cookie_domain_and_a_suffix_of_its_own() -> None:
    assert len(PLACES) == 23
    assert len({place.marketplace_id for place in PLACES.values()}) == 23
    assert cookie_domain("sellercentral.amazon.co.uk") == ".amazon.co.uk"
    assert cookie_suffix("sellercentral.amazon.co.uk") == "acbuk"
    assert cookie_suffix("sellercentral-europe.amazon.com") == "main"
    assert all(host.startswith("sellercentral") for host in SELLER_CENTRAL_HOSTS)


def test_a_scenario_without_anybody_is_fine() -> None:
    assert Realm(Scenario()).invitations == {}


async def test_a_whole_visit_repeats_itself_to_the_byte_for_a_seed(stand_in: StandIn, visitor: Visitor) -> None:
    runs = []
    for _ in range(2):
        stand_in.load(one_account(12, user={"sign_in": ["email", "password"]}))
        visitor.session.cookie_jar.clear()
        pages = [
            await visitor.get(f"https://{HOST}/home"),
            await visitor.submit("form[name=signIn]", email="a1@users.example"),
        ]
        pages.append(await visitor.submit("form[name=signIn]", password=stand_in.realm.scenario.users[0].password))
        pages.append(await visitor.get(stand_in.realm.link_of(next(iter(stand_in.realm.invitations.values())))))
        pages.append(await visitor.submit("form[action='/invitation/accept']"))
        cookies = sorted((cookie.key, cookie.value) for cookie in visitor.session.cookie_jar)
        runs.append(([(page.url, page.text) for page in pages], cookies))
    assert runs[0] == runs[1]
