"""What may be asked of which host."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from flows.browser.hosts import HostPolicy, ReadCall, ReadOnly, RequestRuling, judge
from flows.browser.options import BrowserOptions, resolver_rules
from flows.marketplaces import MARKETPLACES, SELLER_CENTRAL_HOSTS, Marketplace, marketplace

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
        (HOME, RequestRuling.PASS),
        ("https://sellercentral.amazon.com:443/home", RequestRuling.PASS),
        ("about:blank", RequestRuling.PASS),
        ("http://sellercentral.amazon.com/home", RequestRuling.FOREIGN),
        ("https://sellercentral.amazon.com:8443/home", RequestRuling.FOREIGN),
        ("https://sellercentral.amazon.com.evil.example/home", RequestRuling.FOREIGN),
        ("https://sellercentral.amazon.com@evil.example/home", RequestRuling.FOREIGN),
        ("https://evilsellercentral.amazon.com/home", RequestRuling.FOREIGN),
        ("https://m.media-amazon.com/home", RequestRuling.FOREIGN),
        ("ftp://sellercentral.amazon.com/home", RequestRuling.FOREIGN),
    ],
)
def test_documents_come_from_listed_hosts_over_https_alone(url: str, ruling: RequestRuling) -> None:
    assert judge(kind="document", method="GET", url=url, policy=POLICY) is ruling


@pytest.mark.parametrize("kind", ["xhr", "fetch", "ping"])
def test_scripts_may_talk_to_resource_hosts_but_send_nothing_elsewhere(kind: str) -> None:
    def ruling(method: str, url: str) -> RequestRuling:
        return judge(kind=kind, method=method, url=url, policy=POLICY)

    assert ruling("POST", "https://abc.edge.token.awswaf.com/verify") is RequestRuling.PASS
    assert ruling("GET", "https://evil.example/x") is RequestRuling.STOP
    assert (
        ruling("POST", "https://evil.example/x") is RequestRuling.STOP
    )  # background noise; a form would be a document


@pytest.mark.parametrize("place", MARKETPLACES.values(), ids=lambda place: place.code)
@pytest.mark.parametrize("service", ["fls-na", "fls-eu", "fls-fe", "unagi", "unagi-eu"])
def test_the_site_s_own_measurements_pass_in_every_country_and_are_dropped_from_a_visit_that_only_reads(
    place: Marketplace, service: str
) -> None:
    domain = "amazon." + place.host.partition(".amazon.")[2]
    url = f"https://{service}.{domain}/1/batch/1/OE/"
    assert judge(kind="ping", method="POST", url=url, policy=POLICY) is RequestRuling.PASS
    assert judge(kind="xhr", method="POST", url=url, policy=POLICY, read_only=READ_ONLY) is RequestRuling.DROP
    assert judge(kind="document", method="GET", url=url, policy=POLICY) is RequestRuling.FOREIGN
    assert any(fnmatchcase(f"{service}.{domain}", pattern) for pattern in POLICY.patterns())


@pytest.mark.parametrize(
    "host", ["fls-eu.amazon.de.evil.example", "fls-eu.evil.example", "evil-unagi.amazon.de", "xfls-na.amazon.ca"]
)
def test_no_other_host_passes_for_one_of_measurements(host: str) -> None:
    assert judge(kind="xhr", method="POST", url=f"https://{host}/1/batch", policy=POLICY) is RequestRuling.STOP


@pytest.mark.parametrize(
    ("kind", "method", "path", "ruling"),
    [
        ("document", "GET", "/home", RequestRuling.PASS),
        ("document", "HEAD", "/gp/account-manager/home.html", RequestRuling.PASS),
        ("document", "POST", "/home", RequestRuling.STOP),
        ("document", "GET", "/invitation/accept", RequestRuling.STOP),
        ("document", "GET", "/sign-out", RequestRuling.STOP),
        ("script", "GET", "/sign-out", RequestRuling.STOP),
        ("stylesheet", "GET", "/sign-out/ref=nav", RequestRuling.STOP),
        ("script", "GET", "/%73ign-out", RequestRuling.STOP),
        ("script", "GET", "//Sign-Out;x=1", RequestRuling.STOP),
        ("script", "GET", "/account%2Dswitcher/default", RequestRuling.STOP),
        ("script", "GET", "/assets/app.js", RequestRuling.PASS),
        ("document", "GET", "/account-switcher/default/merchantMarketplace", RequestRuling.STOP),
        ("document", "GET", "/home?mons_sel_mkid=A2EUQ1WTGCTBG2", RequestRuling.STOP),
        ("document", "GET", "/home?mons_sel_mkid=ATVPDKIKX0DER&mons_sel_locale=en_US", RequestRuling.PASS),
        ("fetch", "GET", "/account-switcher/global-accounts", RequestRuling.PASS),
        ("xhr", "GET", "/account-switcher/global-and-regional-account/merchantMarketplace", RequestRuling.PASS),
        ("xhr", "GET", "/account-switcher/regional-accounts/merchantMarketplace?globalAccountId=G", RequestRuling.PASS),
        ("xhr", "POST", "/account-switcher/global-accounts", RequestRuling.STOP),
        ("document", "GET", "/account-switcher/global-accounts", RequestRuling.STOP),
        ("xhr", "GET", "/account-switcher/global-accounts/select", RequestRuling.STOP),
        ("xhr", "GET", "/account-switcher/global-accounts?mons_sel_mkid=A2EUQ1WTGCTBG2", RequestRuling.STOP),
        ("xhr", "GET", "/api/rows", RequestRuling.PASS),
        ("xhr", "GET", "/sign-out", RequestRuling.STOP),
        ("xhr", "POST", "/api/save", RequestRuling.STOP),
        ("xhr", "POST", "/ox-api/graphql", RequestRuling.PASS),
        ("xhr", "DELETE", "/ox-api/graphql", RequestRuling.STOP),
        ("ping", "POST", "/metrics", RequestRuling.STOP),
        ("other", "GET", "/rules", RequestRuling.STOP),
    ],
)
def test_a_visit_that_only_reads_sends_nothing_that_could_change_something(
    kind: str, method: str, path: str, ruling: RequestRuling
) -> None:
    url = f"https://sellercentral.amazon.com{path}"
    assert judge(kind=kind, method=method, url=url, policy=POLICY, read_only=READ_ONLY) is ruling


@pytest.mark.parametrize(
    ("method", "host", "is_noise"),
    [
        ("POST", "metrics.example", True),
        ("GET", "metrics.example", False),
        ("POST", "sellercentral.amazon.com", False),
        ("POST", "m.media-amazon.com", False),
        ("GET", "fls-na.amazon.com", True),
    ],
)
def test_only_what_is_sent_to_strangers_or_measures_is_noise_that_a_reading_does_not_miss(
    method: str, host: str, is_noise: bool
) -> None:
    assert POLICY.is_noise(method, host) is is_noise


NEVER = [
    ("GET", "/sign-out"), ("POST", "/ap/signout"), ("GET", "/ap/cnep"), ("POST", "/ap/profile/name"),
    ("GET", "/ax/account/manage"),
    ("GET", "/a/settings/approval"), ("POST", "/ap/forgotpassword"), ("POST", "/ap/register/x"),
    ("POST", "/gp/account-manager/home.html"),
    ("PUT", "/account/permissions/api/users"), ("POST", "/payments/dashboard"), ("POST", "/agreements/accept"),
    ("GET", "/ap/%63nep"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), NEVER)
def test_what_is_never_asked_for_is_stopped_in_every_visit_whatever_allows_it(method: str, path: str) -> None:
    url = f"https://sellercentral.amazon.com{path}"
    everything = ReadOnly(documents=("*",), calls=(ReadCall(method=method, path="*"),))
    for read_only in (None, everything):
        for kind in ("document", "xhr", "ping", "script"):
            assert judge(kind=kind, method=method, url=url, policy=POLICY, read_only=read_only) is RequestRuling.STOP


@pytest.mark.parametrize(
    "path", ["/ap/forgotpassword/reverification", "/ap/register", "/payments/dashboard", "/account/permissions"]
)
def test_a_page_the_site_leads_to_may_still_be_shown_and_recognised(path: str) -> None:
    url = f"https://sellercentral.amazon.com{path}"
    assert judge(kind="document", method="GET", url=url, policy=POLICY) is RequestRuling.PASS


def test_only_the_errand_opens_what_it_is_for() -> None:
    def ruling(path: str, *errands: str, read_only: ReadOnly | None = None) -> RequestRuling:
        policy = HostPolicy(errands=frozenset(errands))
        url = f"https://sellercentral.amazon.com{path}"
        return judge(kind="document", method="POST", url=url, policy=policy, read_only=read_only)

    assert ruling("/ap/switchaccount", "sign_in") is RequestRuling.PASS
    assert ruling("/ap/switchaccount") is RequestRuling.STOP
    assert ruling("/ap/switchaccount", "sign_in", read_only=READ_ONLY) is RequestRuling.STOP
    assert ruling("/ap/register", "sign_in") is RequestRuling.STOP
    assert ruling("/ap/register", "registration") is RequestRuling.PASS
    assert ruling("/ap/cnep", "rotation") is RequestRuling.PASS
    assert ruling("/sign-out", "sign_in", "registration", "rotation") is RequestRuling.STOP


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
