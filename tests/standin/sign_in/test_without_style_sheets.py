"""A page without its style sheets is not a page.

What they hide is to be seen then, alerts and decoys alike: nothing on it is an answer, and nothing is typed.
"""

# A line holds one page.
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from tests.support.recorded_pages import recorded_body
from tests.support.sites.shown_site import EMAIL, ShownRig, shown_rig

pytestmark = pytest.mark.asyncio(loop_scope="session")

RECORDED = ["email_unified/style_sheets_lost_en", "email/classic_2025_en", "password/after_claim_2025_en"]
CDN, OWN = "https://m.media-amazon.com/images/I/aui.css", "/assets/aui.css"
HIDES = ".aok-hidden,.hide{display:none}"
LINK = '<link rel="stylesheet" href="{}">'
ASKS_AFTERWARDS = (
    f'<!doctype html><html><head><title>Amazon Sign-In</title></head><body><h1>Sign in</h1><form name="signIn" method="post" action="/ap/signin">'
    f'<input type="hidden" name="email" value="{EMAIL}"><input type="password" id="ap_password" name="password">'
    '<input type="submit" id="signInSubmit" value="Sign in"></form></body></html>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a page asks for its sheet, and what it gets."""

    head: str
    answers: dict[str, tuple[int, str, str]] = field(default_factory=dict)  # by path: status, type, body
    cut: tuple[str, ...] = ()


CSS, HTML = "text/css", "text/html"
LOST = {
    "an answer of 503": Way(head=LINK.format(CDN), answers={"/images/I/aui.css": (503, CSS, HIDES)}),
    "the site's own, not found": Way(head=LINK.format(OWN), answers={OWN: (404, HTML, "no")}),
    "another thing under its name": Way(head=LINK.format(OWN), answers={OWN: (200, HTML, "<p>sign in</p>")}),
    "another thing under the name of one elsewhere": Way(head=LINK.format(CDN), answers={"/images/I/aui.css": (200, HTML, "<p>x</p>")}),
    "the connection is cut": Way(head=LINK.format(CDN), cut=("/images/I/aui.css",)),
    "it comes empty": Way(head=LINK.format(CDN), answers={"/images/I/aui.css": (200, CSS, "")}),
    "it comes as something else that calls itself a style": Way(head=LINK.format(CDN), answers={"/images/I/aui.css": (200, CSS, "<h1>Service unavailable</h1>")}),
    "what it imports is lost": Way(head=LINK.format(OWN), answers={OWN: (200, CSS, f"@import '{CDN}';"), "/images/I/aui.css": (503, CSS, "")}),
    "what the page itself imports is lost": Way(head=f"<style>@layer a; @import '{CDN}';</style>", answers={"/images/I/aui.css": (404, CSS, "")}),
    "fetched ahead and never put in": Way(head=f"<link rel=preload as=style href='{CDN}' onload=\"this.rel='stylesheet'\">", answers={"/images/I/aui.css": (503, CSS, "")}),
    "for print until it is there": Way(head=f"<link rel=stylesheet media=print href='{CDN}' onload=\"this.media='all'\">", answers={"/images/I/aui.css": (503, CSS, "")}),
    "put in by a script": Way(head=f"<script>document.write(`<link rel=STYLESHEET href='{CDN}'>`)</script>", answers={"/images/I/aui.css": (503, CSS, "")}),
}  # fmt: skip


def bare(name: str, head: str) -> str:
    """A recorded page whose own styles are gone, with a head that asks for a sheet."""
    page = recorded_body(name).replace(LINK.format(CDN), "")
    page = page.replace("<style>", "<style>/*").replace("</style>", "*/</style>")
    return page.replace("<head>", f"<head>{head}")


def show(rig: ShownRig, page: str, way: Way) -> None:
    rig.site.begin({"*": page, **{path: body for path, (_, _, body) in way.answers.items()}})
    rig.site.types = {path: (status, kind) for path, (status, kind, _) in way.answers.items()}
    rig.site.cut = {*way.cut}


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def rig() -> AsyncIterator[ShownRig]:
    async with shown_rig() as running:
        yield running


@pytest.mark.sampled(1)
@pytest.mark.parametrize("page_name", RECORDED)
@pytest.mark.parametrize("way", LOST)
async def test_a_page_whose_style_sheets_are_lost_is_not_acted_on(rig: ShownRig, way: str, page_name: str) -> None:
    show(rig, bare(page_name, LOST[way].head), LOST[way])
    ended = await rig.go_on()
    assert (ended.outcome, rig.site.sent) == ("site_refused", []), ended.error
    assert "style sheets" in str(ended.error)


WHOLE = (200, CSS, HIDES)
THERE = {
    "linked": Way(head=LINK.format(CDN), answers={"/images/I/aui.css": WHOLE}),
    "imported": Way(head=f"<style>@import '{CDN}';</style>", answers={"/images/I/aui.css": WHOLE}),
    "fetched ahead": Way(head=f"<link rel=preload as=style href='{CDN}' onload=\"this.rel='stylesheet'\">", answers={"/images/I/aui.css": WHOLE}),
    "for print until it is there": Way(head=f"<link rel=stylesheet media=print href='{CDN}' onload=\"this.media='all'\">", answers={"/images/I/aui.css": WHOLE}),
}  # fmt: skip


@pytest.mark.sampled(2)
@pytest.mark.parametrize("seconds", [0, 2])
@pytest.mark.parametrize("way", THERE)
async def test_the_same_page_is_acted_on_once_its_style_sheets_are_there(
    rig: ShownRig, way: str, seconds: float
) -> None:
    show(rig, bare("email_unified/style_sheets_lost_en", THERE[way].head), THERE[way])
    rig.site.pages["POST /ax/claim"] = ASKS_AFTERWARDS
    rig.site.late = {"/images/I/aui.css": seconds}
    ended = await rig.go_on()
    assert (ended.outcome, len(rig.site.passwords)) == ("arrived", 1), ended.error
    assert dict(rig.site.sent[0].form).get("password", "") == ""  # never with the address step


async def test_a_style_sheet_of_a_host_that_is_not_the_site_s_is_not_waited_for(rig: ShownRig) -> None:
    ended = await rig.sign_in(
        {"*": ASKS_AFTERWARDS.replace("</head>", LINK.format("https://fonts.example/a.css") + "</head>")}
    )
    assert ended.outcome == "arrived", ended.error


async def test_one_hidden_thing_that_is_shown_among_others_makes_no_page_bare(rig: ShownRig) -> None:
    inner = f'<style>{HIDES}</style><p class="aok-hidden">a</p><p class="aok-hidden" id="b">b</p><style>#b{{display:block!important}}</style>'
    ended = await rig.sign_in({"*": ASKS_AFTERWARDS.replace("<h1>", inner + "<h1>")})
    assert ended.outcome == "arrived", ended.error
