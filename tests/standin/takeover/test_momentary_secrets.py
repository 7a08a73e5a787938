"""A secret that a page shows for a moment only: the picture of it is on its way when the page is clean again."""

# A line of a page is one line, however long.
# ruff: noqa: E501

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from flows.takeover.taken_page import TakenPage
from tests.standin.takeover.test_taken_page import CANARY, holding
from tests.support.pictures import pixels_of
from tests.support.sites.shown_site import PASSWORD, ShownRig, shown_rig

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def shown() -> AsyncIterator[ShownRig]:
    async with shown_rig(pictures=True) as rig:
        yield rig


STYLE = "<style>*:not(:placeholder-shown):is(input,textarea),output:not(:empty),b{background:#f0f;display:block;width:500px;height:200px}</style>"
SHADOW = "const r = h.attachShadow({mode: '%s'}); r.innerHTML = `%s<input id=s placeholder=x %s>`; window.s = r.getElementById('s');"
ATTACKS: dict[str, tuple[str, str, str]] = {  # what a page shows for some frames, and how it takes it away again
    "password": ("<input type=password id=s placeholder=x>", "s.value = v", "s.value = ''"),
    "code": ("<input autocomplete=one-time-code id=s placeholder=x>", "s.value = v", "s.value = ''"),
    "field shown in clear": (
        "<input type=password id=s placeholder=x>",
        "s.type = 'text'; s.value = 'other'",
        "s.value = ''",
    ),
    "text": ("<output id=s></output>", "s.textContent = v", "s.textContent = ''"),
    "letters": (
        "<p id=s></p>",
        "for (const c of v) s.append(Object.assign(document.createElement('b'), {textContent: c}))",
        "s.replaceChildren()",
    ),
    "text area": ("<textarea id=s placeholder=x></textarea>", "s.value = v", "s.value = ''"),
    "hint": (
        "<input id=s placeholder=x>",
        "s.placeholder = v; s.style.background = '#f0f'; s.style.height = '200px'",
        "s.placeholder = 'x'; s.style.background = ''",
    ),
    "frame": (
        "<iframe id=f width=600 height=300 srcdoc='{style}<input type=password id=s placeholder=x>'></iframe>",
        "f.contentDocument.getElementById('s').value = v",
        "f.contentDocument.getElementById('s').value = ''",
    ),
    "frame that comes and goes": (
        "<p>x</p>",
        "const e = document.createElement('iframe'); e.id = 'n'; e.width = 600; e.height = 300; "
        "e.srcdoc = `<body style='background:#f0f'>${v}`; document.body.append(e)",
        "n.remove()",
    ),
    "shadow root": ("<p id=h></p><script>{shadow_open}</script>", "window.s.value = v", "window.s.value = ''"),
    "closed shadow root": ("<p id=h></p><script>{shadow_closed}</script>", "window.s.value = v", "window.s.value = ''"),
    "shadow root that comes late": (
        "<p id=h></p>",
        "const h = document.createElement('p'); document.body.append(h); {shadow_open} window.s.value = v",
        "window.s.value = ''",
    ),
    "closed shadow root that comes late": (
        "<p id=h></p>",
        "const h = document.createElement('p'); document.body.append(h); {shadow_closed} window.s.value = v",
        "window.s.value = ''",
    ),
    "drawn on focus": (
        "<input id=t placeholder=x onfocus='setTimeout(() => s.textContent = window.v)'><output id=s></output>",
        "window.v = v; t.focus()",
        "t.blur(); s.textContent = ''",
    ),
    "style": (
        "<p id=s>x</p>",
        "const e = document.createElement('style'); e.id = 'n'; e.textContent = `#s::after{content:'${v}';background:#f0f;display:block;height:200px}`; document.head.append(e)",
        "n.remove()",
    ),
    "style by rule": (
        "<style id=n></style><p id=s>x</p>",
        "n.sheet.insertRule(`#s::after{content:'${v}';background:#f0f;display:block;height:200px}`)",
        "n.sheet.deleteRule(0)",
    ),
    "adopted style": (
        "<p id=s>x</p>",
        "const e = new CSSStyleSheet(); e.replaceSync(`#s::after{content:'${v}';background:#f0f;display:block;height:200px}`); document.adoptedStyleSheets = [e]",
        "document.adoptedStyleSheets = []",
    ),
    "attribute by style": (
        "<style>#s[data-v]::after{content:attr(data-v);background:#f0f;display:block;height:200px}</style><p id=s>x</p>",
        "s.dataset.v = v",
        "delete s.dataset.v",
    ),
    "variable": (
        "<style>#s::after{content:var(--v, '');background:var(--c, #fff);display:block;height:200px}</style><p id=s>x</p>",
        "s.style.setProperty('--v', `'${v}'`); s.style.setProperty('--c', '#f0f')",
        "s.removeAttribute('style')",
    ),
    "canvas that comes and goes": (
        "<input type=password id=p placeholder=x>",
        "const e = document.createElement('canvas'); e.id = 'n'; e.width = 500; e.height = 200; document.body.append(e); const d = e.getContext('2d'); "
        "d.fillStyle = '#f0f'; d.fillRect(0, 0, 500, 200); d.fillText(v, 9, 9)",
        "n.remove()",
    ),
}
DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))"


async def flashed(shown: ShownRig, attack: str, *, watched: bool = True) -> tuple[int, int]:
    """Let a page show a secret while a picture of it is on its way; the marked pixels that left, and that were drawn.

    The look at the page that belongs to the picture comes when the page is clean again.
    """
    body, show, hide = (_filled(part) for part in ATTACKS[attack])
    async with holding(shown, f"<!doctype html>{STYLE}{body}") as (held, taken):
        if not watched:
            held.probe._watch = NoWatch()  # type: ignore[assignment]  # the test of the tests
        await held.visit.page.evaluate(f"if (window.p) {{ p.value = 'x'; {DRAWN}.then(() => p.value = '') }}")
        await held.visit.page.evaluate(DRAWN)
        await held.visit.page.evaluate(DRAWN)
        await held.is_clean()
        await held.cast.start()
        may_look, real, drawn = asyncio.Event(), held.cast.is_clean, []

        async def look_late() -> bool:
            await may_look.wait()
            return await real()

        held.cast.is_clean = look_late
        held.cast.session.on("Page.screencastFrame", lambda frame: drawn.append(b64decode(frame["data"])))
        seen = len(taken.pictures)
        for _ in range(20):
            may_look.set()
            await rests(held)
            may_look.clear()
            await held.visit.page.evaluate(f"v => {{ {show} }}", PASSWORD)
            await held.visit.page.evaluate(DRAWN)
            if drawn and sum(await pixels_of(shown.browser, drawn, CANARY)):
                break
            await held.visit.page.evaluate(f"() => {{ {hide} }}")
            await held.is_clean()
        await held.visit.page.evaluate(f"() => {{ {hide} }}")
        may_look.set()
        before = len(taken.pictures)
        while len(taken.pictures) < before + 2:  # the one on its way, and afterwards it goes on
            await held.visit.page.evaluate("document.documentElement.append('.')")
            await taken.next(held)
    return sum(await pixels_of(shown.browser, taken.jpegs[seen:], CANARY)), sum(
        await pixels_of(shown.browser, drawn, CANARY)
    )


async def rests(held: TakenPage) -> None:
    """Wait until a viewer who draws each picture at once has all that were due."""
    await held.cast.drawn()
    while held.cast._tasks or held.cast._frame or held.cast._owes:
        await held.cast.drawn()
        await held.visit.page.evaluate("new Promise(requestAnimationFrame)")


def _filled(part: str) -> str:
    inner = "<style>input:not(:placeholder-shown){background:#f0f;display:block;width:500px;height:200px}</style>"
    return (
        part.replace("{shadow_open}", SHADOW % ("open", inner, "type=password"))
        .replace("{shadow_closed}", SHADOW % ("closed", inner, "type=password"))
        .replace("{style}", inner)
    )


class NoWatch:
    """No watch at all."""

    was_filled = False

    async def was_shown(self, secrets: object) -> bool:
        return False

    async def follow(self, closed: object) -> None: ...

    async def drawn_anew(self) -> bool:
        return True


@pytest.mark.sampled(4)
@pytest.mark.parametrize("attack", ATTACKS)
async def test_a_picture_that_was_drawn_with_a_secret_is_dropped_by_the_watch_alone(
    shown: ShownRig, attack: str
) -> None:
    left, drawn = await flashed(shown, attack)
    assert drawn > 1000, "the attack showed nothing"
    assert left == 0
    if attack == "password":
        assert await _leaves_unwatched(shown, attack), (
            "the look at the page alone stops it: nothing is shown of the watch"
        )


async def _leaves_unwatched(shown: ShownRig, attack: str) -> bool:
    """Whether the secret leaves without the watch, by one flash of ten.

    A picture that is drawn while another is on its way is owed, and drawn anew when the page is clean again: the one of
    a flash need not be the one that would have left.
    """
    for _ in range(10):
        left, _drawn = await flashed(shown, attack, watched=False)
        if left > 1000:
            return True
    return False
