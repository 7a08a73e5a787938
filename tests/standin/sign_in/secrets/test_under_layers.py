"""Nothing is typed under a layer, and a network that turns visits away is a refusal of the site; in a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser
from pydantic import SecretStr

from flows.browser.launch import BrowserOptions
from flows.errors import ForeignHostError, SiteRefusedError, StepTimeoutError
from flows.models import Bounds
from flows.visit.navigate import Navigator
from flows.visit.onward import onward
from flows.visit.open_visit import open_visit
from tests.support.visits.guarded_site import HOST, Site, guarded_site

pytestmark = pytest.mark.asyncio(loop_scope="session")

PASSWORD = SecretStr("a-password-of-no-account")
FIELD = (
    "<form action='/ap/signin' method=post><div style='position:relative'><input id=p type=password "
    "name=password>{inside}</div></form>{outside}"
)
OVER = "position:fixed;inset:0;z-index:9"

COVERING = {
    "layer over everything": ("", f"<div role=dialog style='{OVER};background:#fff'><button>Accept all</button></div>"),
    "layer that is not seen": ("", f"<div style='{OVER};opacity:0'></div>"),
    "layer inside the form": ("<div style='position:absolute;inset:0;background:#fff'>Please wait</div>", ""),
    "modal dialog": ("", "<dialog>Your choices</dialog><script>document.querySelector('dialog').showModal()</script>"),
    "layer in a shadow root": (
        "",
        "<x-consent><template shadowrootmode=open><div "
        f"style='{OVER};background:#fff'>Consent</div></template></x-consent>",
    ),
    "layer that lets clicks through": (
        "",
        f"<div style='{OVER};background:#fff;pointer-events:none'>Please wait</div>",
    ),
    "one whose style cannot be changed": (
        "",
        f"<div style='{OVER};background:#fff;pointer-events:none !important'>Please wait</div>",
    ),
    "picture that lets clicks through": (
        "<img alt='' src='data:,' style='position:absolute;inset:0;width:100%;height:100%;pointer-events:none'>",
        "",
    ),
    "layer in a shadow root that lets clicks through": (
        "",
        "<x-wait style='pointer-events:none'><template shadowrootmode=open><div "
        f"style='{OVER};background:#fff'>Wait</div></template></x-wait>",
    ),
    "frame over everything": ("", f"<iframe srcdoc='<p>Consent</p>' style='{OVER};width:100%;height:100%'></iframe>"),
}
FREE = {
    "nothing": ("", ""),
    "its own label": ("<label for=p style='position:absolute;left:2px;top:2px'>Password of the login</label>", ""),
    "a floating label": (
        "<span style='position:absolute;inset:0;pointer-events:none'>Password of the login</span>",
        "",
    ),
    "an icon at its end": (
        "<svg style='position:absolute;right:0;top:0;width:16px;height:16px;pointer-events:none'></svg>",
        "",
    ),
    "a picture behind it": (
        "",
        "<div style='position:fixed;inset:0;z-index:-1;background:#eee;pointer-events:none'></div>",
    ),
    "a veil that is seen through": ("", f"<div style='{OVER};background:rgba(0,0,0,.1);pointer-events:none'></div>"),
    "banner at the foot": (
        "",
        "<div style='position:fixed;left:0;right:0;bottom:0;height:80px;background:#eee'>Cookies</div>",
    ),
    "far down the page": ("", "<script>document.body.style.paddingTop='4000px'</script>"),
    "layer that goes by itself": (
        "",
        f"<div id=w style='{OVER}'></div><script>setTimeout(() => w.remove(), 300)</script>",
    ),
}


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def made() -> AsyncIterator[tuple[Site, Browser, BrowserOptions]]:
    async with guarded_site() as site:
        yield site


async def typed(made: tuple[Site, Browser, BrowserOptions], page: str) -> str:
    """Serve a page, have the secret typed, and tell what stands in the field."""
    site, browser, options = made
    site.pages["/ap/signin"] = page
    async with open_visit(browser, options=options) as visit:
        await visit.page.goto(f"{HOST}/ap/signin")
        (field_,) = await visit.page.query_selector_all("#p")
        with suppress(StepTimeoutError):
            await visit.guard.type_secret(field_, PASSWORD)
        return await field_.input_value()


@pytest.mark.sampled(2)
@pytest.mark.parametrize("layer", COVERING)
async def test_no_secret_is_typed_under_a_layer(made: tuple[Site, Browser, BrowserOptions], layer: str) -> None:
    inside, outside = COVERING[layer]
    assert await typed(made, FIELD.format(inside=inside, outside=outside)) == ""


@pytest.mark.sampled(4)
@pytest.mark.parametrize("beside", FREE)
async def test_what_does_not_cover_a_field_hinders_nobody(
    made: tuple[Site, Browser, BrowserOptions], beside: str
) -> None:
    inside, outside = FREE[beside]
    assert await typed(made, FIELD.format(inside=inside, outside=outside)) == PASSWORD.get_secret_value()


AKAMAI = {
    "denied": "<title>Access Denied</title><h1>Access Denied</h1>You don't "
    'have permission to access "http://x/home" on '
    "this "
    "server.<p>Reference #18.example</p>",
    "check that never ends": (
        "<title>Challenge Validation</title><div id='sec-if-cpt-container'>Powered and protected by</div>"
    ),
}


@pytest.mark.parametrize("answer", AKAMAI)
async def test_a_network_that_turns_the_visit_away_is_tried_again_later(
    made: tuple[Site, Browser, BrowserOptions], answer: str
) -> None:
    site, browser, options = made
    site.pages["/home"] = AKAMAI[answer]
    bounds = Bounds(step=timedelta(seconds=5), challenge=timedelta(seconds=0.5))
    async with open_visit(browser, options=options) as visit:
        walk = Navigator(visit=visit, bounds=bounds)
        with pytest.raises(SiteRefusedError):
            await onward(walk, await walk.open(f"{HOST}/home"))


@pytest.mark.parametrize(
    ("front", "error"), [("sell.amazon.com", SiteRefusedError), ("sell.amazon.com.evil.example", ForeignHostError)]
)
async def test_to_be_led_to_the_shop_window_is_tried_again_and_it_is_never_opened(
    made: tuple[Site, Browser, BrowserOptions], front: str, error: type[Exception]
) -> None:
    site, browser, options = made
    site.redirects["/home"] = f"https://{front}/sell?ref=home"
    site.asked.clear()
    async with open_visit(browser, options=options) as visit:
        with pytest.raises(error):
            await Navigator(visit=visit, bounds=Bounds()).open(f"{HOST}/home")
    assert site.asked == ["GET sellercentral.amazon.com/home"]
