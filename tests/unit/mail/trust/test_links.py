"""Which links are invitations.

The table of traps, and that only checked parts survive.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import ada_url
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.domain.invitation import PATH
from agent.mail.trust.links import LinkError, check_link, find_anchors, find_hrefs, find_urls, pretends_to_invite
from flows.marketplaces import HOST_REGIONS

UUID = "0f8b6c1e-2d3a-4b5c-8d7e-9f0a1b2c3d4e"
SC = "https://sellercentral.amazon.com"
GOOD = f"{SC}/invitation/accept?merchantId=A1EXAMPLE0000&invitationId={UUID}"
QUERY = GOOD.partition("?")[2]

TRAPS = {
    "http": GOOD.replace("https:", "http:"),
    "no scheme": GOOD.removeprefix("https:"),
    "javascript": f"javascript:location='{GOOD}'",
    "one slash": GOOD.replace("https://", "https:/"),
    "no slashes": GOOD.replace("https://", "https:"),
    "three slashes": GOOD.replace("https://", "https:///"),
    "upper-case scheme": GOOD.replace("https", "HTTPS"),
    "view-source": f"view-source:{GOOD}",
    "user name": GOOD.replace("https://", "https://amazon@"),
    "user and password": GOOD.replace("https://", "https://a:b@"),
    "backslash before at": f"https://evil.test\\@sellercentral.amazon.com{PATH}?{QUERY}",
    "at after backslash": f"https://sellercentral.amazon.com\\@evil.test{PATH}?{QUERY}",
    "backslash for slash": GOOD.replace("/invitation/", "\\invitation\\"),
    "port": GOOD.replace(".com/", ".com:8443/"),
    "default port": GOOD.replace(".com/", ".com:443/"),
    "empty port": GOOD.replace(".com/", ".com:/"),
    "trailing dot": GOOD.replace(".com/", ".com./"),
    "suffix": GOOD.replace("amazon.com", "amazon.com.evil.test"),
    "prefix": GOOD.replace("sellercentral.", "evil-sellercentral."),
    "sub-domain": GOOD.replace("sellercentral.", "a.sellercentral."),
    "hyphen for dot": GOOD.replace("sellercentral.amazon", "sellercentral-amazon"),
    "look-alike letter": GOOD.replace("amazon", "amаzon"),
    "punycode": GOOD.replace("amazon", "xn--amzon-3ve"),
    "full-width letters": GOOD.replace("amazon", "ａｍａｚｏｎ"),
    "circled letters": GOOD.replace("amazon", "ⓐmazon"),
    "ideographic dot": GOOD.replace(".com", "。com"),
    "soft hyphen": GOOD.replace("amazon", "ama\u00adzon"),
    "percent in host": GOOD.replace("amazon", "am%61zon"),
    "ip address": GOOD.replace("sellercentral.amazon.com", "192.0.2.1"),
    "dot segments": GOOD.replace(PATH, "/x/.." + PATH),
    "dots after": GOOD.replace(PATH, PATH + "/../../gp/redirect"),
    "double slash path": GOOD.replace(PATH, "/" + PATH),
    "trailing slash": GOOD.replace("accept?", "accept/?"),
    "upper-case path": GOOD.replace("accept?", "Accept?"),
    "percent in path": GOOD.replace("accept?", "acc%65pt?"),
    "path parameter": GOOD.replace("accept?", "accept;x=1?"),
    "other path": f"{SC}/partner/accept?{QUERY}",
    "fragment": GOOD + "#x",
    "new line": GOOD.replace("merchant", "mer\nchant"),
    "tab": GOOD.replace("merchant", "mer\tchant"),
    "leading space": " " + GOOD,
    "nul": GOOD + "\0",
    "repeated invitation": GOOD + f"&invitationId={UUID}",
    "repeated in other case": GOOD + "&merchantid=A1EXAMPLE0001",
    "both accounts": GOOD + "&globalAccountId=A1EXAMPLE0001",
    "no account": f"{SC}{PATH}?invitationId={UUID}",
    "no invitation": f"{SC}{PATH}?merchantId=A1EXAMPLE0000",
    "short uuid": GOOD[:-1],
    "long uuid": GOOD + "0",
    "uuid in braces": GOOD.replace(UUID, "{" + UUID + "}"),
    "encoded name": GOOD.replace("merchantId", "%6DerchantId"),
    "encoded value": GOOD.replace("A1EXAMPLE", "A1%45XAMPLE"),
    "lower-case merchant": GOOD.replace("A1EXAMPLE", "a1example"),
    "short merchant": GOOD.replace("A1EXAMPLE0000", "A1"),
    "semicolons": GOOD.replace("&", ";"),
    "no query": f"{SC}{PATH}",
    "return to": GOOD + "&returnTo=https%3A%2F%2Fevil.test",
    "too long": GOOD + "&x=" + "a" * 3000,
    "empty": "",
    "redirector": f"https://www.amazon.com/gp/r.html?U={SC}%2Finvitation%2Faccept%3F{QUERY}",
}


@pytest.mark.parametrize("url", TRAPS.values(), ids=TRAPS)
def test_trap_is_refused(url: str) -> None:
    with pytest.raises(LinkError):
        check_link(url)


@pytest.mark.parametrize("host", HOST_REGIONS)
def test_link_on_every_seller_central_host_is_accepted(host: str) -> None:
    link = check_link(GOOD.replace("sellercentral.amazon.com", host))
    assert (link.host, link.merchant_id, link.invitation_id) == (host, "A1EXAMPLE0000", UUID)


def test_global_account_form_is_accepted() -> None:
    link = check_link(f"{SC}{PATH}?globalAccountId=A1EXAMPLE0001&invitationId={UUID.upper()}")
    assert (link.global_account_id, link.merchant_id, link.invitation_id) == ("A1EXAMPLE0001", None, UUID)


def test_order_of_parameters_does_not_matter() -> None:
    assert check_link(f"{SC}{PATH}?invitationId={UUID}&merchantId=A1EXAMPLE0000") == check_link(GOOD)


def test_foreign_parameters_do_not_survive() -> None:
    assert check_link(GOOD + "&ref_=xx_mail_1").url == GOOD


def test_host_python_and_browsers_disagree_on_is_refused() -> None:
    url = TRAPS["backslash before at"]
    assert urlsplit(url).hostname == "sellercentral.amazon.com"
    assert ada_url.URL(url).hostname == "evil.test"
    with pytest.raises(LinkError):
        check_link(url)


@pytest.mark.parametrize(
    "name", ["redirector", "suffix", "http", "dot segments", "percent in path", "backslash for slash", "no query"]
)
def test_trap_still_counts_as_pretending(name: str) -> None:
    assert pretends_to_invite(TRAPS[name])


def test_ordinary_links_do_not_pretend() -> None:
    assert not pretends_to_invite(f"{SC}/home")
    assert not pretends_to_invite("https://www.amazon.com/gp/r.html?U=https%3A%2F%2Fwww.amazon.com%2Fprivacy")


def test_hrefs_are_found_wherever_a_click_can_lead() -> None:
    page = f'<a href="{GOOD.replace("&", "&amp;")}">x</a><map><area href="https://b.test"></map><form action="https://c.test"></form><a>none</a>'
    assert sorted(find_hrefs(page)) == sorted([GOOD, "https://b.test", "https://c.test"])


def test_only_links_are_what_a_reader_can_follow() -> None:
    page = '<base href="https://a.test"><a href="https://b.test">x</a><map><area href="https://c.test"></map><form action="https://d.test">'
    assert sorted(find_anchors(page)) == ["https://b.test", "https://c.test"]


@pytest.mark.sampled(25)
@pytest.mark.parametrize("at", range(8, len(GOOD)))
def test_address_broken_anywhere_is_joined(at: int) -> None:
    text = f"Go to: {GOOD[:at]}\r\n{GOOD[at:]}\r\nThank you"
    assert GOOD in find_urls(text)


@pytest.mark.parametrize("text", [f"{GOOD}\r\nabc", f"{GOOD}.\r\n{UUID}", f"({GOOD})\nand so on"])
def test_whole_address_is_not_joined_with_the_next_line(text: str) -> None:
    assert list(find_urls(text)) == [GOOD]


def test_address_of_another_host_is_not_joined_to_an_invitation() -> None:
    assert GOOD not in find_urls("https://evil.test/?\r\n" + GOOD.removeprefix("https:"))
    assert list(find_urls("https://sellercentral.amazon.com/home\r\nThank you")) == [
        "https://sellercentral.amazon.com/home"
    ]


def test_first_of_repeated_attributes_counts_as_in_browsers() -> None:
    assert list(find_hrefs('<a href="https://first.test" href="https://second.test">x</a>')) == ["https://first.test"]


@given(st.text(max_size=200))
def test_any_text_is_either_refused_or_rebuilt_from_its_parts(text: str) -> None:
    for url in (text, GOOD + text, GOOD.replace("amazon", text), text + GOOD):
        try:
            link = check_link(url)
        except LinkError:
            continue
        parsed = ada_url.URL(link.url)
        assert (parsed.protocol, parsed.hostname, parsed.pathname) == ("https:", link.host, PATH)
        assert link.host in HOST_REGIONS
        assert ada_url.URL(url).hostname == link.host, "a browser would have gone elsewhere"
