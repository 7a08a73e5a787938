"""A page kept as evidence: nothing secret is left of it in any place, and the catalogue still reads it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from flows.browser.launch import BrowserOptions
from flows.catalogue.check import check_pages, showing
from flows.catalogue.recorded_page import RecordedPage, find_pages, shipped_pages
from flows.recording.evidence import scrubbed_html
from flows.redaction.redact import Redactor
from flows.redaction.seeds import seed_forms
from tests.support.leaks.hidden_secrets import ASCII, drawn
from tests.support.sites.kept_browsers import KEPT

SCREENS = (
    "email",
    "email_unified",
    "combined",
    "password",
    "otp",
    "otp_device_picker",
    "new_customer_choice",
    "account_picker",
    "invitation_offered",
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

# S stands for the secret.
PLACES = (
    "<div data-csrf='S'>x</div>",
    "<div data-session-id='S'>x</div>",
    "<meta name=session content='S'>",
    "<meta name=x content='S'>",
    "<img srcset='/a?t=S 2x'>",
    "<div data-url='/x?token=S'>x</div>",
    "<div style='background:url(/S)'>x</div>",
    "<style>a{background:url(/S)}</style>",
    "<style>a::after{content:'S'}</style>",
    "<div style='--token: S'>x</div>",
    "<object data='/S'></object>",
    "<a ping='/S' href='/'>x</a>",
    "<iframe srcdoc='S'></iframe>",
    "<noscript>S</noscript>",
    "<a href='/reset/S/now'>x</a>",
    "<a href='/x?token=S'>x</a>",
    "<a href='/x#S'>x</a>",
    "<a href='data:text/plain,S'>x</a>",
    "<a href='javascript:f(1)//S'>x</a>",
    "<select><option value='S'>one</option></select>",
    "<div contenteditable>S</div>",
    "<textarea>S</textarea>",
    "<input value='S'>",
    "<input type=hidden name=appAction value='S'>",
    "<input type=radio value='S'>",
    "<input type=checkbox value='S'>",
    "<button value='S'>x</button>",
    "<li value='1' data-value='S'>x</li>",
    "<form action='/post/S'></form>",
    "<button formaction='/x?t=S'>x</button>",
    "<template><p>S</p></template>",
    "<script>var t='S'</script>",
    "<script type='application/json'>{'t':'S'}</script>",
    "<!-- S -->",
    "<div onclick='f(\"S\")'>x</div>",
    "<link rel=preload href='/x?token=S'>",
    "<video poster='/S'>S</video>",
    "<kat-x token='S' jwt='S'></kat-x>",
    "<div nonce='S' integrity='S'>x</div>",
    "<base target='S'>",
    "<p>Signed in with COOKIE</p>",
    "<p>TOTP key: GROUPS</p>",
    "<div title='COOKIE'>x</div>",
    "<div aria-label='GROUPS'>x</div>",
)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def offline() -> AsyncIterator[Browser]:
    """One browser for which no host exists."""
    executable = os.environ.get("SC_AGENT_BROWSER__EXECUTABLE")
    options = BrowserOptions(executable=Path(executable) if executable else None, host_resolver_rules="MAP * ~NOTFOUND")
    async with KEPT.lend(options) as browser:
        yield browser


def _filled(place: str, secret: str) -> str:
    return place if "COOKIE" in place or "GROUPS" in place else place.replace("S", secret)


async def test_no_place_of_a_page_keeps_a_secret_that_nobody_registered(offline: Browser) -> None:
    random = Random(5)
    hidden = [(place, drawn(random, ASCII)) for place in PLACES]
    seed = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    groups = " ".join(seed[at : at + 4] for at in range(0, len(seed), 4))
    markup = "".join(_filled(place, secret) for place, secret in hidden)
    markup = markup.replace("COOKIE", "SESSIONTOKEN-abc123XYZ987").replace("GROUPS", groups)
    context = await offline.new_context()
    await context.add_cookies(
        [{"name": "at-main", "value": "SESSIONTOKEN-abc123XYZ987", "url": "https://sellercentral.amazon.com"}]
    )
    page = await context.new_page()
    await page.set_content(markup)
    redactor = Redactor()
    redactor.register_all(seed_forms(f"otpauth://totp/x?secret={seed}"))
    kept = await scrubbed_html(page, redactor)
    await context.close()
    assert [place for place, secret in hidden if secret in kept] == []
    assert "SESSIONTOKEN" not in kept
    assert "3PXP JBSW" not in kept


def _some(pages: list[RecordedPage]) -> list[RecordedPage]:
    """Of each screen the page at one place of its list, chosen by the seed; all with SC_TEST_ALL=1."""
    if os.environ.get("SC_TEST_ALL") == "1":
        return pages
    random = Random(int(os.environ.get("SC_TEST_SEED", "1")))
    by_screen = [[page for page in pages if page.screen == screen] for screen in SCREENS]
    return [page for found in by_screen for page in random.sample(found, min(1, len(found)))]


async def test_a_kept_page_is_read_as_the_page_itself(offline: Browser, tmp_path: Path) -> None:
    """What stays is what the catalogue looks for."""
    recorded = _some([page for page in find_pages([shipped_pages()]) if page.screen in SCREENS])
    assert {page.screen for page in recorded} == set(SCREENS)
    kept: list[RecordedPage] = []
    async with showing(offline) as show:
        for number, one in enumerate(recorded):
            html = await scrubbed_html(await show(one), Redactor())
            (tmp_path / f"{number}.html").write_text(html, "utf-8")
            kept.append(RecordedPage(html=tmp_path / f"{number}.html", expected=one.expected))
    read = {check.page.html: check.seen.screen async for check in check_pages(offline, kept)}
    missed = [
        (one.name, read[copy.html]) for one, copy in zip(recorded, kept, strict=True) if read[copy.html] != one.screen
    ]
    assert missed == []
