"""What may be asked of which host."""

from __future__ import annotations

import pytest

from flows.browser.hosts import HostPolicy, ReadCall, ReadOnly, Ruling, judge
from flows.browser.launch import BrowserOptions, resolver_rules
from flows.marketplaces import MARKETPLACES, SELLER_CENTRAL_HOSTS, marketplace

HOME = "https://sellercentral.amazon.com/home"
POLICY = HostPolicy()
READ_ONLY = ReadOnly(
    documents=("/home", "/gp/account-manager/*"),
    calls=(ReadCall(method="POST", path="/ox-api/graphql"),),
    selection=frozenset({"ATVPDKIKX0DER"}),
)


@pytest.mark.parametrize(
    ("url", "ruling"),
    [
        (HOME, Ruling.PASS),
        ("https://sellercentral.amazon.com:443/home", Ruling.PASS),
        ("about:blank", Ruling.PASS),
        ("http://sellercentral.amazon.com/home", Ruling.FOREIGN),
        ("https://sellercentral.amazon.com:8443/home", Ruling.FOREIGN),
        ("https://sellercentral.amazon.com.evil.example/home", Ruling.FOREIGN),
        ("https://sellercentral.amazon.com@evil.example/home", Ruling.FOREIGN),
        ("https://evilsellercentral.amazon.com/home", Ruling.FOREIGN),
        ("https://m.media-amazon.com/home", Ruling.FOREIGN),
        ("ftp://sellercentral.amazon.com/home", Ruling.FOREIGN),
    ],
)
def test_documents_come_from_listed_hosts_over_https_alone(url: str, ruling: Ruling) -> None:
    assert judge(kind="document", method="GET", url=url, policy=POLICY) is ruling


@pytest.mark.parametrize("kind", ["xhr", "fetch", "ping"])
def test_scripts_may_talk_to_resource_hosts_but_send_nothing_elsewhere(kind: str) -> None:
    def ruling(method: str, url: str) -> Ruling:
        return judge(kind=kind, method=method, url=url, policy=POLICY)

    assert ruling("POST", "https://abc.edge.token.awswaf.com/verify") is Ruling.PASS
    assert ruling("GET", "https://evil.example/x") is Ruling.STOP
    assert ruling("POST", "https://evil.example/x") is Ruling.FOREIGN


@pytest.mark.parametrize(
    ("kind", "method", "path", "ruling"),
    [
        ("document", "GET", "/home", Ruling.PASS),
        ("document", "HEAD", "/gp/account-manager/home.html", Ruling.PASS),
        ("document", "POST", "/home", Ruling.STOP),
        ("document", "GET", "/invitation/accept", Ruling.STOP),
        ("document", "GET", "/sign-out", Ruling.STOP),
        ("document", "GET", "/account-switcher/default/merchantMarketplace", Ruling.STOP),
        ("document", "GET", "/home?mons_sel_mkid=A2EUQ1WTGCTBG2", Ruling.STOP),
        ("document", "GET", "/home?mons_sel_mkid=ATVPDKIKX0DER&mons_sel_locale=en_US", Ruling.PASS),
        ("xhr", "GET", "/api/rows", Ruling.PASS),
        ("xhr", "GET", "/sign-out", Ruling.STOP),
        ("xhr", "POST", "/api/save", Ruling.STOP),
        ("xhr", "POST", "/ox-api/graphql", Ruling.PASS),
        ("xhr", "DELETE", "/ox-api/graphql", Ruling.STOP),
        ("ping", "POST", "/metrics", Ruling.STOP),
    ],
)
def test_a_visit_that_only_reads_sends_nothing_that_could_change_something(
    kind: str, method: str, path: str, ruling: Ruling
) -> None:
    url = f"https://sellercentral.amazon.com{path}"
    assert judge(kind=kind, method=method, url=url, policy=POLICY, read_only=READ_ONLY) is ruling


def test_in_production_no_unlisted_host_has_an_address() -> None:
    rules = resolver_rules(BrowserOptions())
    assert rules.startswith("MAP * ~NOTFOUND , EXCLUDE ")
    assert "EXCLUDE sellercentral.amazon.com" in rules
    assert "EXCLUDE *.awswaf.com" in rules


def test_in_rehearsal_a_rule_for_all_becomes_one_for_each_listed_host() -> None:
    rules = resolver_rules(BrowserOptions(host_resolver_rules="MAP * 127.0.0.1:8443")).split(" , ")
    assert "MAP sellercentral.amazon.com 127.0.0.1:8443" in rules
    assert "MAP * 127.0.0.1:8443" not in rules
    assert rules[-1] == "MAP * ~NOTFOUND"


def test_united_kingdom_has_two_codes() -> None:
    assert marketplace("gb") is marketplace("UK") is MARKETPLACES["UK"]


def test_every_marketplace_is_served_by_a_listed_host() -> None:
    assert {place.host for place in MARKETPLACES.values()} <= SELLER_CENTRAL_HOSTS <= POLICY.navigation
    assert len(MARKETPLACES) == 23
