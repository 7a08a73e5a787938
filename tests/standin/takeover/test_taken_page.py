"""A page in a person's hands, in a real browser: pictures, input, the curtain and the network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

import pytest
import pytest_asyncio
from playwright.async_api import Request
from pydantic import SecretStr

from flows.browser.hosts import PersonRules
from flows.takeover.hands import RefusedInputError
from flows.takeover.person_steps import ControlWay, StepAct
from flows.takeover.screencast import Picture
from flows.takeover.taken_page import TakenPage, taken_page
from flows.visit.open_visit import open_visit
from tests.support.pictures import pixels_of
from tests.support.sites.shown_site import PASSWORD, ShownRig, shown_rig

pytestmark = pytest.mark.asyncio(loop_scope="session")
GREEN, CANARY = (0, 160, 0), (255, 0, 255)
PICTURES = ".ssl-images-amazon.com"
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="100"><rect width="300" height="100" '
    'fill="#00a000"/></svg>'
)
CHECK = (
    "<!doctype html><title>Robot Check</title><h1>Enter the characters you see below</h1>"
    '<img src="https://images-na.ssl-images-amazon.com/captcha/a.svg" alt="captcha" width="300" height="100">'
    '<form method="post" action="/ap/cvf/verify"><input id="guess" name="cvf_captcha_input">'
    '<button id="go" name="action" value="verify">Continue</button></form>'
)
RULES = PersonRules(posts=("/ap/cvf/*",), pictures=(PICTURES,))


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def shown() -> AsyncIterator[ShownRig]:
    async with shown_rig(pictures=True) as rig:
        yield rig


@dataclass(slots=True)
class Taken:
    """The pictures that would have left."""

    pictures: list[Picture] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def deliver(self, picture: Picture) -> None:
        self.pictures.append(picture)
        self.came.set()

    async def next(self, held: TakenPage) -> None:
        """Wait for one more, as a viewer who draws each at once."""
        self.came.clear()
        await held.cast.drawn()
        await asyncio.wait_for(self.came.wait(), 90)

    @property
    def jpegs(self) -> list[bytes]:
        return [picture.jpeg for picture in self.pictures]


@asynccontextmanager
async def holding(
    shown: ShownRig, body: str, *, rules: PersonRules = RULES, path: str = "/ap/cvf/request"
) -> AsyncIterator[tuple[TakenPage, Taken]]:
    """Hold a page of the site that shows this body."""
    shown.site.begin({path: body, "/captcha/a.svg": PICTURE, "POST /ap/cvf/verify": "<title>next</title><p>Next</p>"})
    shown.site.types = {"/captcha/a.svg": (200, "image/svg+xml")}
    taken = Taken()
    async with open_visit(shown.browser, options=shown.options) as visit:
        await visit.page.goto(f"https://www.amazon.com{path}")
        async with taken_page(visit, rules=rules, secrets=[SecretStr(PASSWORD)], deliver=taken.deliver) as held:
            await held.look()
            yield held, taken


async def lifted(held: TakenPage) -> None:
    """Lift the curtain as the worker does, with as many looks as a busy browser takes to draw the page anew."""
    for _ in range(10):
        if await held.clear():
            return
    pytest.fail("the secret stays on the page")


async def press(held: TakenPage, css: str) -> None:
    """Click in the middle of an element, as the console does."""
    box = await held.visit.page.locator(css).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await held.hands.mouse("down", x, y)
    await held.hands.mouse("up", x, y)


async def test_pictures_are_stopped_before_and_shown_while_a_person_looks(shown: ShownRig) -> None:
    shown.site.begin({"/ap/cvf/request": CHECK})
    async with open_visit(shown.browser, options=shown.options) as visit:
        await visit.page.goto("https://www.amazon.com/ap/cvf/request")
    assert not [asked for asked in shown.site.asked if "captcha/a.svg" in asked]
    async with holding(shown, CHECK) as (held, taken):
        await held.cast.start()
        for _ in range(10):
            if max(await pixels_of(shown.browser, taken.jpegs[-1:], GREEN)) > 20_000:
                break
            await taken.next(held)
        assert max(await pixels_of(shown.browser, taken.jpegs, GREEN)) > 20_000


async def test_person_fills_and_presses_and_what_was_typed_is_not_kept(shown: ShownRig) -> None:
    async with holding(shown, CHECK) as (held, _):
        await press(held, "#guess")
        await held.hands.text("KXM")
        await held.hands.text("PQR")
        await press(held, "#go")
        await held.visit.page.wait_for_url("**/ap/cvf/verify")
        assert await held.look() is not None
        steps = held.log.steps
    assert dict(shown.site.sent[0].form) == {"cvf_captcha_input": "KXMPQR", "action": "verify"}
    assert [(step.act, step.control.name, step.keys) for step in steps] == [
        (StepAct.FILLED, "", 6),
        (StepAct.PRESSED, "continue", 0),
    ]
    assert [(each.way, each.seen) for each in steps[1].control.candidates] == [
        (ControlWay.ID, 1),
        (ControlWay.NAME, 1),
        (ControlWay.ROLE, 1),
        (ControlWay.TEXT, 1),
    ]
    assert steps[1].control.form == "POST /ap/cvf/verify"
    assert steps[1].after is not None
    assert "Next" in steps[1].after.html
    assert "KXM" not in repr(steps)


SECRET_FIELD = (
    "<style>#s:not(:placeholder-shown){background:#f0f;width:600px;height:300px}</style>"
    '<input id="s" placeholder="x" {kind}><input id="t">'
)


@pytest.mark.parametrize(
    "kind", ["type=password", "autocomplete=one-time-code", 'autocomplete="section-a current-password"']
)
async def test_no_picture_leaves_while_a_field_for_secrets_holds_one(shown: ShownRig, kind: str) -> None:
    async with holding(shown, SECRET_FIELD.replace("{kind}", kind)) as (held, taken):
        await held.cast.start()
        assert taken.pictures
        await held.visit.page.evaluate("document.getElementById('s').value = 'swordfish'")
        dropped = held.cast.dropped
        await held.cast.drawn()
        while held.cast.dropped == dropped:
            await held.visit.page.evaluate("new Promise(requestAnimationFrame)")
        assert not await held.is_clean()
        await lifted(held)
        before = len(taken.pictures)
        await held.cast.stop()
        await held.cast.start()  # as the worker does when it lifts the curtain
        assert len(taken.pictures) > before
    assert await pixels_of(shown.browser, taken.jpegs, CANARY) == [0] * len(taken.pictures)


HIDING = {
    "text": f"<p>{PASSWORD}</p>",
    "letters": "".join(f"<b>{letter}</b>" for letter in PASSWORD),
    "style": f"<style>p::after{{content:'{PASSWORD}'}}</style><p>you typed: </p>",
    "frame": f"<iframe srcdoc='<p>{PASSWORD}</p>'></iframe>",
    "closed shadow root": (
        "<div id=h></div><script>h.attachShadow({mode:'closed'}).innerHTML='<input type=password value=x>'</script>"
    ),
    "text field": f"<input type=text value='{PASSWORD}'>",
    "attribute": f"<p title='{PASSWORD}'>hover</p>",
    "field in a frame": "<iframe srcdoc='<input type=password value=x>'></iframe>",
}


@pytest.mark.parametrize("where", HIDING)
async def test_secret_is_found_wherever_it_stands(shown: ShownRig, where: str) -> None:
    async with holding(shown, f"<title>t</title>{HIDING[where]}") as (held, taken):
        await held.cast.start()
        assert not await held.is_clean()
        assert not taken.pictures
        assert await held.outline() == ()


async def test_keys_never_reach_a_field_for_secrets(shown: ShownRig) -> None:
    async with holding(shown, "<input type=password id=p autofocus>") as (held, _):
        await press(held, "#p")
        for act in (held.hands.text("abc"), held.hands.key("Space", shift=False)):
            with pytest.raises(RefusedInputError, match="secret_field"):
                await act
        assert await held.visit.page.input_value("#p") == ""


async def test_native_list_is_told_and_chosen_by_keys(shown: ShownRig) -> None:
    body = (
        "<label>Country <select id=c><option>A<option disabled>B<option>C</select></label>"
        "<script>c.onchange=e=>document.title=e.isTrusted+c.value</script>"
    )
    async with holding(shown, body) as (held, _):
        box = await held.visit.page.locator("#c").bounding_box()
        assert box is not None
        told = await held.hands.mouse("down", box["x"] + 5, box["y"] + 5)
        assert told is not None
        assert [(one["label"], one["disabled"]) for one in told.options] == [("A", False), ("B", True), ("C", False)]
        with pytest.raises(RefusedInputError, match="option"):
            await held.hands.choose(told.number, 1)
        await held.hands.choose(told.number, 2)
        assert await held.visit.page.title() == "trueC"
        assert held.log.steps[-1].act is StepAct.CHOSEN


async def test_text_mode_reads_presses_and_fills(shown: ShownRig) -> None:
    async with holding(shown, CHECK) as (held, _):
        entries = await held.outline()
        assert [(each.kind, each.name) for each in entries] == [
            ("heading", "Enter the characters you see below"),
            ("picture", "captcha"),
            ("field", ""),
            ("press", "Continue"),
        ]
        await held.hands.fill(entries[2].node, "KXMPQR")
        await held.hands.use(entries[3].node)
        await held.visit.page.wait_for_url("**/ap/cvf/verify")
    assert dict(shown.site.sent[0].form)["cvf_captcha_input"] == "KXMPQR"


@pytest.mark.parametrize(
    ("action", "posts", "passes"),
    [
        ("/ap/cvf/verify", ("/ap/cvf/*",), True),
        ("/ap/cvf/verify", (), False),
        ("/a/settings/password", ("*",), False),
        ("/ap/forgotpassword/reset", ("*",), False),
        ("/AP/CVF/../profile/x", ("/ap/cvf/*",), False),
        ("/ap/cvf/%2e%2e/profile/x", ("/ap/cvf/*",), False),
        ("/payments/x", ("*",), False),
        ("https://evil.example/ap/cvf/verify", ("/ap/cvf/*",), False),
    ],
)
async def test_only_the_posts_of_the_challenge_leave(
    shown: ShownRig, action: str, posts: tuple[str, ...], *, passes: bool
) -> None:
    body = f'<form method=post action="{action}"><button id=go>Go</button></form>'
    async with holding(shown, body, rules=PersonRules(posts=posts)) as (held, _):
        ended = asyncio.Event()

        def note(_request: Request) -> None:
            ended.set()

        held.visit.page.on("requestfailed", note)
        held.visit.page.on("requestfinished", note)
        await press(held, "#go")
        await asyncio.wait_for(ended.wait(), 90)
        held.visit.guard.check()  # what a person led to ends no visit
        assert bool(shown.site.sent) is passes
        assert bool(held.visit.guard.blocked) is not passes


async def test_sign_out_is_never_opened_by_a_person(shown: ShownRig) -> None:
    async with holding(shown, "<a id=out href='/gp/flex/sign-out.html'>Sign out</a>") as (held, _):
        async with held.visit.page.expect_event("requestfailed"):
            await press(held, "#out")
        assert not [asked for asked in shown.site.asked if "sign-out" in asked]
        assert await held.visit.page.locator("#out").count() == 1  # and the page stays


async def test_afterwards_pictures_and_posts_are_stopped_again(shown: ShownRig) -> None:
    async with holding(shown, CHECK) as (held, _):
        visit = held.visit
        await asyncio.wait_for(visit.page.wait_for_function("document.images[0].naturalWidth > 0"), 90)
        shown.site.asked.clear()
        visit.guard.person_is_done()
        await visit.page.goto("https://www.amazon.com/ap/cvf/request?again")
        await visit.page.wait_for_load_state("load")
        assert not [asked for asked in shown.site.asked if "captcha" in asked]


async def test_dialog_is_told_and_dismissed(shown: ShownRig) -> None:
    async with holding(shown, "<button id=b onclick='document.title=confirm(\"Sure?\")'>x</button>") as (held, _):
        await press(held, "#b")
        assert held.dialogs == ["Sure?"]
        assert await held.visit.page.title() == "false"


FRAMED = "<style>#s:not(:placeholder-shown){background:#f0f}</style><input type=password id=s placeholder=x>"
CANARIES = {  # places where a page may put a secret; behind each is a colour that no other part of it has
    "password": "<input type=password id=s placeholder=x>",
    "code": "<input autocomplete=one-time-code id=s placeholder=x>",
    "text": "<output id=s></output>",
    "in a frame": f"<iframe id=f srcdoc='{FRAMED}'></iframe>",
}
CANARY_STYLE = (
    "<style>"
    "input:not(:placeholder-shown),output:not(:empty){background:#f0f;display:block;width:500px;height:200px}</"
    "style>"
)
FIELD = "(document.getElementById('f')?.contentDocument || document).getElementById('s')"


@pytest.mark.sampled(3)
@pytest.mark.parametrize("seed", range(200))
async def test_no_picture_of_a_take_over_shows_the_colour_behind_a_secret(shown: ShownRig, seed: int) -> None:
    random = Random(seed)
    place = random.choice(sorted(CANARIES))
    body = (
        f"<!doctype html>{CANARY_STYLE}<p>{seed}</p><input id=guess placeholder=x "
        f"style='background:#fff!important'>{CANARIES[place]}"
    )
    async with holding(shown, body) as (held, taken):
        await held.cast.start()
        curtains = 0
        for step in range(random.randrange(3, 8)):
            match random.choice(("type", "secret", "look")):
                case "type":
                    await press(held, "#guess")
                    await held.hands.text("ab")
                case "secret":  # what autofill, or the site's own script, may do at any time
                    await held.visit.page.evaluate(
                        f"([value]) => {{ const e = {FIELD}; if ('value' in e && e.localName === 'input') "
                        "e.value = value; else e.textContent = value; }",
                        [PASSWORD],
                    )
                    curtains += not await held.is_clean()
                    await held.visit.page.evaluate("new Promise(requestAnimationFrame)")
                    await held.visit.page.evaluate(f"() => {{ {FIELD}.textContent = ''; }}")
                    await lifted(held)
                case _:
                    await held.visit.page.evaluate(f"document.title = '{step}'")
            await held.cast.drawn()
    shown_canaries = await pixels_of(shown.browser, taken.jpegs, CANARY)
    assert sum(shown_canaries) == 0, (place, shown_canaries)
    assert PASSWORD not in repr(held.log.steps)


FLASH = """([place, value, frames]) => new Promise(done => {
  const e = (document.getElementById('f')?.contentDocument || document).getElementById('s');
  const set = text => { if (e.localName === 'input') e.value = text; else e.textContent = text; };
  let left = frames;
  const step = () => { if (left-- > 0) requestAnimationFrame(step); else { set(''); done(); } };
  requestAnimationFrame(() => { set(value); requestAnimationFrame(step); });
})"""


async def draws_at_once(held: TakenPage) -> None:
    """A viewer who takes every picture there is."""
    while True:
        await held.cast.drawn()
        await held.visit.page.evaluate("new Promise(requestAnimationFrame)")


@pytest.mark.sampled(2)
@pytest.mark.parametrize("seed", range(100))
async def test_a_secret_that_is_shown_for_a_few_frames_only_is_on_no_picture(shown: ShownRig, seed: int) -> None:
    random = Random(seed)
    place = sorted(CANARIES)[seed % len(CANARIES)]
    async with holding(shown, f"<!doctype html>{CANARY_STYLE}<p>{seed}</p>{CANARIES[place]}") as (held, taken):
        await held.cast.start()
        before = len(taken.pictures)
        viewer = asyncio.create_task(draws_at_once(held))
        for _ in range(6):
            await held.visit.page.evaluate(FLASH, [place, PASSWORD, random.randrange(1, 5)])
        viewer.cancel()
        while len(taken.pictures) == before:  # and afterwards it goes on
            await held.cast.stop()
            await held.cast.start()
    assert sum(await pixels_of(shown.browser, taken.jpegs, CANARY)) == 0, place


CANVAS = (
    "<canvas id=c width=300 height=200></canvas><input type=password id=s><script>s.onchange = () => {"
    "const d = c.getContext('2d'); d.fillStyle = '#f0f'; d.fillRect(0, 0, 300, 200); d.fillText(s.value, 9, "
    "9); };</script>"
)


async def test_a_canvas_of_a_document_that_held_a_secret_is_never_shown(shown: ShownRig) -> None:
    async with holding(shown, CANVAS) as (held, taken):
        await held.cast.start()
        assert taken.pictures  # a puzzle on a canvas is shown, as long as there is no secret it could draw
        await held.visit.page.fill("#s", "another secret")
        await held.visit.page.dispatch_event("#s", "change")
        await held.visit.page.fill("#s", "")
        assert not await held.clear()
        await held.cast.stop()
        await held.cast.start()
    assert sum(await pixels_of(shown.browser, taken.jpegs, CANARY)) == 0


async def test_a_page_with_a_closed_shadow_root_counts_as_clean_from_the_second_look_on(shown: ShownRig) -> None:
    body = (
        "<p id=h></p><script>h.attachShadow({mode: 'closed'}).innerHTML = '<style>i{}</style><i>x</i><input>'</script>"
    )
    async with holding(shown, body) as (held, _):
        assert await held.is_clean()
        since = held.clean_since
        assert await held.is_clean()
        assert held.clean_since == since
