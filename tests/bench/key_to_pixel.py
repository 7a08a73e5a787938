"""From a key that a person presses in the console to the picture there that shows it: console, worker and page on one
machine.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import Page

from agent.domain.takeover import TakeoverState
from agent.visits.plan import VisitKind
from agent.visits.run import make_visit
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.world import StandIn
from tests.bench.tools.figure import Family, Figure, figure
from tests.support.sites.plain_browser import plain_browser
from tests.support.visits.rehearsal import rehearsing
from tests.support.web.takeovers import TakeoverRig, takeover_rig

_KEYS, _QUICK = 60, 12
_WITHIN = 20  # seconds: a picture that has not come by then is lost
_FIELD = "input[name=cvf_captcha_input]"
_SWITCH = """() => {
  let is = false;
  document.addEventListener("input", () => {
    is = !is;
    document.documentElement.style.background = document.body.style.background = is ? "#00f" : "#f00";
  });
}"""
# From the event in the person's own browser to the first picture there whose corner has the other colour. It listens
# when
# this has returned; the delay is asked for afterwards: a key that is pressed before anybody listens is never measured.
_LISTEN = """isBlue => {
  const canvas = document.getElementById("view");
  window.scDelay = new Promise(done => {
    let began = 0;
    document.getElementById("keys-in").addEventListener("input", () => (began = performance.now()), { once: true, capture: true });
    const observer = new MutationObserver(() => {
      const [red, , blue] = canvas.getContext("2d").getImageData(canvas.width - 3, canvas.height - 3, 1, 1).data;
      if (began === 0 || (isBlue ? blue < 200 || red > 90 : red < 200 || blue > 90)) return;
      observer.disconnect();
      done((performance.now() - began) / 1000);
    });
    observer.observe(canvas, { attributes: true, attributeFilter: ["data-number"] });
  });
}"""  # noqa: E501 - a text in lines of its own


async def measure(quick: bool) -> AsyncIterator[Figure]:
    """Press keys at a page that a person has taken over; each changes the colour of all of it."""
    scenario = one_account(1, user={"sign_in": ["email", "password", "captcha_cvf", "otp"]})
    with tempfile.TemporaryDirectory() as directory:
        async with StandIn(scenario) as stand_in, plain_browser() as people:
            with rehearsing(stand_in, Path(directory)) as ready:
                async with takeover_rig(ready, people) as stage, stage.person() as page:
                    delays = await _measure(stage, page, _QUICK if quick else _KEYS)
    yield figure("key_to_pixel", delays, unit="s", of="console, relay, worker and both browsers in one run, loopback")


async def _measure(stage: TakeoverRig, page: Page, count: int) -> list[float]:
    stage.rehearsal.register()
    stage.rehearsal.admit()
    visit = asyncio.create_task(make_visit(stage.context, "A1", kind=VisitKind.ACCEPT))
    await stage.reaches(TakeoverState.OFFERED)
    await stage.claim(page)
    await stage.press(page, _FIELD)
    assert stage.context.picture_pool is not None
    async with stage.context.picture_pool.browser() as browser:
        await browser.contexts[0].pages[0].evaluate(_SWITCH)
    delays = [await _delay(page, is_blue=number % 2 == 0) for number in range(count)]
    await page.get_by_role("button", name="Give up").click()
    await visit
    return delays


async def _delay(page: Page, *, is_blue: bool) -> float:
    await page.evaluate(_LISTEN, is_blue)
    await page.keyboard.type("a")
    return float(await asyncio.wait_for(page.evaluate("() => window.scDelay"), _WITHIN))


FAMILY = Family(names=("key_to_pixel",), measure=measure)
