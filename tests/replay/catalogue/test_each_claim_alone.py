"""Each claim of the pages that nobody may accept is needed: its page has no other name without it."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Route

from flows.browser.launch import BrowserOptions
from flows.catalogue.load import load_catalogue
from flows.catalogue.recognise import recognise
from flows.data_files import selectors_root
from tests.support.sites.kept_browsers import KEPT

pytestmark = pytest.mark.asyncio(loop_scope="session")

INSIDE = '<meta name="anti-csrftoken-a2z" content="t"><h1>Home</h1>'
WANTS = "<p>Review and accept the Business Solutions Agreement.</p>"
LAYER = '<div id="sp-cc-wrapper" style="position:fixed;inset:0">Cookies {}</div>'
REJECT = '<a id="sp-cc-rejectall-link" href="#">Decline</a>'
# The claim, the path, and a page that it alone names.
PAGES = {
    "agreement.words_and_button": ("/business/start", f"{INSIDE}{WANTS}<button>I agree</button>"),
    "agreement.words_instead_of_home": ("/home", f"{WANTS}<button>I agree</button>"),
    "agreement.words_over_home": ("/home", f"{INSIDE}<div role=dialog>{WANTS}<button>I agree</button></div>"),
    "agreement.address": ("/agreements/updated", "<h1>Updated agreement</h1><a href=/go>Continue</a>"),
    "cookie_consent.rejectable": ("/home", INSIDE + LAYER.format(REJECT)),
    "cookie_consent.layer_alone": ("/ap/signin", LAYER.format("<button>Customize</button>")),
}


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def offline() -> AsyncIterator[Browser]:
    async with KEPT.lend(BrowserOptions(host_resolver_rules="MAP * ~NOTFOUND")) as browser:
        yield browser


@pytest.mark.parametrize("claim", PAGES)
async def test_a_page_that_one_claim_names_is_not_named_without_it(
    offline: Browser, claim: str, tmp_path: Path
) -> None:
    path, body = PAGES[claim]
    screen, _, name = claim.partition(".")
    root = Path(shutil.copytree(selectors_root(), tmp_path / "selectors"))
    file = root / f"{screen}.toml"
    text, cut = re.subn(rf'\[\[claims\]\]\nname = "{name}"\n(?:[a-z_]+ = .*\n)*', "", file.read_text("utf-8"))
    assert cut == 1
    file.write_text(text, "utf-8")

    async def answer(route: Route) -> None:
        await route.fulfill(body=f"<!doctype html><html lang=en><body>{body}</body></html>", content_type="text/html")

    context = await offline.new_context()
    await context.route("**/*", answer)
    page = await context.new_page()
    await page.goto(f"https://sellercentral.amazon.com{path}")
    named, unnamed = await recognise(page, load_catalogue()), await recognise(page, load_catalogue(root))
    await context.close()
    assert (named.screen, named.claim) == (screen, name)
    assert unnamed.screen != screen
