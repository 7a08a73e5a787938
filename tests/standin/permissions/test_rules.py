"""What the stand-in's permission pages let whom see and do, asked without a browser."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest

from fixtures.stand_in.permissions.pages import Fault, Layout, PageAnswer, PageOptions, PageRequest, Refusal, respond
from fixtures.stand_in.permissions.probes import PROBES
from fixtures.stand_in.permissions.rows import draw_rights, draw_rows
from fixtures.stand_in.permissions.view import token
from fixtures.stand_in.seller.rights import Level, RightsRow, SellerRights, UserKind

USER, OWNER = "a1@users.example", "owner@seller.example"
OLD, NEW = "/gp/account-manager/home.html", "/account/permissions"
ORDERS = ("regional", "Orders", "Manage Orders", 1)


class ClassicForm(HTMLParser):
    """Reads the oldest form as its field names say.

    Group, value, checked, disabled, in the page's order.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.titles: list[str] = []
        self.labels: list[str] = []
        self.radios: list[tuple[str, str, bool, bool]] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("strong", "b"):
            self._open.append(tag)
        if tag == "input" and given.get("type") == "radio":
            self.radios.append((given["name"] or "", given["id"] or "", "checked" in given, "disabled" in given))

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag == self._open[-1]:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open:
            (self.titles if self._open[-1] == "strong" else self.labels).append(data)


def a_seller(layout: Layout = Layout.CLASSIC_G0, *, seed: int = 1, granted: bool = True) -> SellerRights:
    seller = draw_rights(seed, layout=layout)
    seller.add_user(USER, name="Uma User")
    if granted:
        seller.grant_as_ordered(USER)
    return seller


def ask(
    seller: SellerRights, path: str, *, viewer: str = USER, body: bytes = b"", host: str = "", **options: object
) -> PageAnswer:
    shown = replace(PageOptions(layout=Layout.CLASSIC_G0, seed=1), **options)  # type: ignore[arg-type]  # the test's own keywords
    place, _, query = path.partition("?")
    request = PageRequest(
        method="POST" if body else "GET",
        path=place,
        query=dict(part.split("=") for part in query.split("&") if part),
        body=body,
        host=host or "sellercentral.amazon.com",
    )
    answer = respond(request, seller, viewer, shown)
    assert answer is not None
    return answer


@pytest.mark.parametrize(
    ("layout", "least"), [(Layout.CLASSIC_G0, 40), (Layout.CLASSIC_G1, 40), (Layout.GLOBAL, 60), (Layout.UNIFIED, 60)]
)
def test_every_layout_has_rows_enough_whatever_the_seed(layout: Layout, least: int) -> None:
    assert min(len(draw_rows(seed, layout=layout)) for seed in range(300)) >= least


def test_the_same_seed_draws_the_same_rows() -> None:
    assert draw_rows(7, layout=Layout.UNIFIED, marketplaces=("US", "CA")) == draw_rows(
        7, layout=Layout.UNIFIED, marketplaces=("US", "CA")
    )


def test_rows_the_facts_know_offer_exactly_what_the_facts_say() -> None:
    offered = {row.permission: row.offered for row in draw_rows(3, layout=Layout.GLOBAL)}
    assert offered["Customer Metrics"] == (Level.NONE, Level.VIEW)
    assert offered["Transactions"] == (Level.NONE, Level.EDIT)
    assert offered["User Permissions"] == offered["Agreements/Amendments"] == (Level.NONE, Level.EDIT)


def test_rights_granted_as_ordered_leave_the_two_rows_at_none() -> None:
    seller = a_seller(Layout.GLOBAL)
    for row in seller.rows:
        highest = Level.EDIT if Level.EDIT in row.offered else Level.VIEW
        expected = Level.NONE if row.permission in ("User Permissions", "Agreements/Amendments") else highest
        assert seller.level(USER, row.key) is expected


def test_a_level_that_is_not_offered_cannot_be_set() -> None:
    with pytest.raises(ValueError, match="offers"):
        a_seller().set_level(USER, "regional", "Orders", "Transactions", 1, Level.VIEW)


def test_rights_survive_their_json() -> None:
    seller = a_seller(Layout.UNIFIED)
    seller.add_user("p@users.example", kind=UserKind.PENDING, code="123-456")
    again = SellerRights.from_json(json.loads(json.dumps(seller.to_json())))
    assert again.to_json() == seller.to_json()
    assert again.level(USER, ORDERS) is Level.VIEW or again.level(USER, ORDERS) is Level.EDIT


def test_oldest_form_repeats_its_table_id_and_says_levels_by_field_names() -> None:
    seller = a_seller()
    html = ask(seller, OLD, own_view=True).body.decode()
    form = ClassicForm(html)
    assert html.count('id="permissions-table"') == len({row.section for row in seller.rows}) == len(form.titles)
    assert [label for label in form.labels if not label.endswith(":")] == []
    assert len(form.labels) == len(seller.rows)
    assert ("transactions_role", "transactions_role_edit", True, True) in form.radios
    assert not any(ident.startswith("transactions_role_view") for _, ident, _, _ in form.radios)
    assert 'value="transactions_viewer"' in html  # the value contradicts the label


def test_own_view_has_nothing_to_save_with() -> None:
    html = ask(a_seller(), OLD).body.decode()
    assert all(off for *_, off in ClassicForm(html).radios)
    assert 'type="submit"' not in html.partition("sc-content-container")[2]


def test_saved_form_changes_the_rights_and_is_logged() -> None:
    seller = a_seller()
    user = seller.user(USER)
    assert user is not None
    body = urlencode(
        {"user": user.id, "seller_your_account_role": "no_seller_ya_role", "transactions_role": "transactions_viewer"}
    ).encode()
    answer = ask(seller, OLD, viewer=OWNER, body=body)
    assert "saved" in answer.body.decode()
    assert seller.level(USER, ORDERS) is Level.NONE
    assert seller.level(USER, ("regional", "Orders", "Transactions", 1)) is Level.EDIT
    assert [(change.by, change.what) for change in seller.log[-1:]] == [(OWNER, "level")]


@pytest.mark.parametrize(
    "path", [OLD, "/account/permissions/api/save", "/account/permissions/api/admin", "/gp/account-manager/action.html"]
)
def test_who_does_not_administer_users_changes_nothing(path: str) -> None:
    seller = a_seller()
    user, before = seller.user(USER), seller.to_json()
    assert user is not None
    sent = {"user": user.id, "levels": {"account_manager_role": "account_manager_editor"}, "on": True, "act": "delete"}
    assert ask(seller, path, body=json.dumps(sent).encode()).status == 403
    assert seller.to_json() == before


def test_user_permissions_above_none_opens_the_list_of_users() -> None:
    seller = a_seller()
    seller.set_level(USER, "regional", "Settings", "User Permissions", 1, Level.EDIT)
    assert "Current Users" in ask(seller, OLD).body.decode()


def test_pending_user_stands_in_the_list_with_the_code_until_confirmed() -> None:
    seller = a_seller()
    pending = seller.add_user("p@users.example", kind=UserKind.PENDING, code="K7-EXAMPLE")
    assert "K7-EXAMPLE" in ask(seller, OLD, viewer=OWNER).body.decode()
    assert not seller.may_open(pending.email)
    ask(
        seller,
        "/gp/account-manager/action.html",
        viewer=OWNER,
        body=urlencode({"act": "confirm", "user": pending.id}).encode(),
    )
    assert pending.kind is UserKind.CURRENT
    assert "K7-EXAMPLE" not in ask(seller, OLD, viewer=OWNER).body.decode()


def test_plain_links_act_only_in_scenarios_that_want_them() -> None:
    seller = a_seller()
    user = seller.user(USER)
    assert user is not None
    link = f"/gp/account-manager/action.html?act=delete&user={user.id}"
    request = PageRequest(method="GET", path=link.partition("?")[0], query={"act": "delete", "user": user.id})
    assert respond(request, seller, OWNER, PageOptions()) is None
    ask(seller, link, viewer=OWNER, acts_by_get=True)
    assert seller.user(USER) is None


REFUSALS = {
    Refusal.REDIRECT: (302, "", "/home"),
    Refusal.ACCESS_REQUIRED: (200, "Access required", ""),
    Refusal.ACCESS_REQUIRED_ZH: (200, "需要访问权限", ""),
    Refusal.FAILED_GLOBAL: (302, "", "/authorization/failed-global/?returnTo=%2Fgp%2Faccount-manager%2Fhome.html"),
    Refusal.NOT_FOUND: (404, "Page Not Found", ""),
    Refusal.NOT_FOUND_200: (200, "Page Not Found", ""),
    Refusal.INVALID_ACCESS: (200, "Invalid Access; You do not have permissions to view this page", ""),
}


@pytest.mark.parametrize("layout", list(Layout))
@pytest.mark.parametrize("refusal", list(Refusal))
def test_page_is_refused_in_the_scenarios_way(refusal: Refusal, layout: Layout) -> None:
    status, words, place = REFUSALS[refusal]
    seeds = [seed for seed in range(6) if layout is not Layout.UNIFIED or refusal.name.startswith("ACCESS") is False]
    for seed in seeds:
        answer = ask(a_seller(layout), OLD, layout=layout, seed=seed, refusal=refusal, own_view=False)
        assert (answer.status, dict(answer.headers).get("Location", "")) == (status, place)
        assert words in answer.body.decode()


@pytest.mark.parametrize("layout", [Layout.GLOBAL, Layout.UNIFIED])
def test_application_that_loads_for_everybody_gives_no_rights_away(layout: Layout) -> None:
    answer = ask(a_seller(layout), "/account/permissions/api/view", layout=layout, own_view=False)
    assert answer.status == 403
    assert "Manage Orders" not in answer.body.decode()


def test_who_is_no_member_of_the_seller_is_refused() -> None:
    assert "Access required" in ask(a_seller(), OLD, viewer="stranger@users.example").body.decode()


@pytest.mark.parametrize("path", sorted(PROBES))
def test_probe_page_is_reached_exactly_when_a_tied_permission_is_above_none(path: str) -> None:
    title, permissions = PROBES[path]
    host = "advertising.amazon.com" if path == "/cm" else ""
    seller = SellerRights([RightsRow(scope="regional", section="S", permission=name) for name in permissions])
    seller.add_user(USER)
    walled = ask(seller, path, host=host)
    assert walled.status in (302, 404) or "<table>" not in walled.body.decode()
    seller.set_level(USER, "regional", "S", permissions[-1], 1, Level.VIEW)
    reached = ask(seller, path, host=host)
    assert reached.status == 200
    assert "<table>" in reached.body.decode()
    assert title.replace("&", "&amp;") in reached.body.decode()


def test_unclear_probe_answers_200_with_an_empty_application() -> None:
    html = ask(a_seller(), "/orders-v3", unclear_paths=frozenset({"/orders-v3"})).body.decode()
    assert '<div id="root" class="spa-root"></div>' in html
    assert "<h1>" not in html


def test_new_address_is_a_wrong_path_in_the_old_days() -> None:
    assert 'class="spa-root"' in ask(a_seller(), NEW, viewer=OWNER).body.decode()


def test_paths_of_others_are_left_to_the_server() -> None:
    for path in ("/home", "/ap/signin", "/invitation/accept"):
        assert respond(PageRequest(method="GET", path=path), a_seller(), USER, PageOptions()) is None


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.SLOW])
@pytest.mark.parametrize("layout", [Layout.CLASSIC_G0, Layout.CLASSIC_G1])
def test_fault_shows_in_the_page(fault: Fault, layout: Layout) -> None:
    seller = a_seller(layout)
    whole = ask(seller, OLD, layout=layout).body
    assert ask(seller, OLD, layout=layout, faults=frozenset({fault})).body != whole


def test_half_rendered_page_just_ends() -> None:
    html = ask(a_seller(), OLD, faults=frozenset({Fault.HALF_RENDERED})).body.decode()
    assert "</html>" not in html


def test_slow_page_is_whole_but_late() -> None:
    seller = a_seller()
    slow = ask(seller, OLD, faults=frozenset({Fault.SLOW}))
    assert slow.delay > 0
    assert slow.body == ask(seller, OLD).body


def test_question_about_returns_comes_before_the_form_when_the_scenario_wants_it() -> None:
    seller = a_seller(Layout.CLASSIC_G1)
    user = seller.user(USER)
    assert user is not None
    asked = ask(
        seller, f"{OLD}?user={user.id}", viewer=OWNER, layout=Layout.CLASSIC_G1, interstitial=True
    ).body.decode()
    assert "refunds?" in asked
    assert "permissions-table" not in asked
    assert (
        "permissions-table"
        in ask(
            seller, f"{OLD}?user={user.id}&asked=1", viewer=OWNER, layout=Layout.CLASSIC_G1, interstitial=True
        ).body.decode()
    )


def test_save_call_of_the_new_page_knows_rows_by_their_token() -> None:
    seller = a_seller(Layout.UNIFIED, granted=False)
    user = seller.user(USER)
    assert user is not None
    row = next(row for row in seller.rows if row.permission == "Transactions")
    options = PageOptions(layout=Layout.UNIFIED, seed=1)
    for value in ("edit", "20", "EDIT"):  # what this look calls the level is drawn; the others it does not understand
        body = json.dumps({"user": user.id, "levels": {token(row.key): value}}).encode()
        respond(PageRequest(method="POST", path="/account/permissions/api/save", body=body), seller, OWNER, options)
    assert seller.level(USER, row.key) is Level.EDIT


def test_one_half_of_a_global_account_can_be_refused_alone() -> None:
    seller = a_seller(Layout.GLOBAL)
    half = frozenset({"global"})
    assert "permissions-table" in ask(seller, OLD, layout=Layout.GLOBAL, refused_halves=half).body.decode()
    assert "Access required" in ask(seller, NEW, layout=Layout.GLOBAL, refused_halves=half).body.decode()


def test_own_view_may_show_words_or_marks_instead_of_controls() -> None:
    seller = a_seller(Layout.CLASSIC_G1)
    assert ClassicForm(ask(seller, OLD, layout=Layout.CLASSIC_G1, widget="text").body.decode()).radios == []
    marked = ask(seller, OLD, layout=Layout.CLASSIC_G1, widget="marks").body.decode()
    assert marked.count('aria-label="Selected"') == len(seller.rows)
