"""What a person passes once becomes a draft that passes it alone; what nobody but a person may pass does not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
import pytest_asyncio

from flows.browser.hosts import PersonRules
from flows.catalogue.adopted import Adopted, AdoptedKind, digest_of, lay_under
from flows.catalogue.load import Catalogue, load_catalogue
from flows.learning.draft import Draft, drafts_of
from flows.models import Bounds
from flows.takeover.person_steps import PersonStep
from flows.takeover.taken_page import TakenPage, taken_page
from flows.visit.navigate import Navigator
from flows.visit.onward import onward
from flows.visit.open_visit import open_visit
from tests.support.sites.shown_site import INSIDE, ShownRig, shown_rig
from tests.support.visits.interstitials import HARMLESS, NOT_OFFERED, Interstitial

pytestmark = pytest.mark.asyncio(loop_scope="session")
HOST = "https://sellercentral.amazon.com"
BOUNDS = Bounds(step=timedelta(seconds=8), visit=timedelta(seconds=30), challenge=timedelta(seconds=1))
DAY = date(2026, 11, 1)
RULES = PersonRules(posts=("/voice/skip",))


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def shown() -> AsyncIterator[ShownRig]:
    async with shown_rig(pictures=True) as rig:
        yield rig


async def no_pictures(_: object) -> None: ...


async def passed_by_a_person(shown: ShownRig, shown_page: Interstitial) -> tuple[PersonStep, ...]:
    """A scripted person opens the page, presses its control, and comes to another page."""
    shown.site.begin({shown_page.path: shown_page.html(1)})
    async with open_visit(shown.browser, options=shown.options) as visit:
        await visit.page.goto(f"{HOST}{shown_page.path}")
        async with taken_page(visit, rules=RULES, secrets=[], deliver=no_pictures) as held:
            await held.look()
            place = await press(held, shown_page)
            async with visit.page.expect_navigation(timeout=5000):
                await held.hands.mouse("up", *place)
            await held.look()
            return tuple(held.log.steps)


async def place_of(held: TakenPage, shown_page: Interstitial) -> tuple[float, float]:
    main = held.visit.page.locator("main")
    named = main.get_by_role("button", name=shown_page.press).or_(main.get_by_role("link", name=shown_page.press))
    box = await named.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


async def press(held: TakenPage, shown_page: Interstitial) -> tuple[float, float]:
    place = await place_of(held, shown_page)
    await held.hands.mouse("down", *place)
    return place


async def pressed_only(shown: ShownRig, shown_page: Interstitial) -> tuple[PersonStep, ...]:
    """The person's press, as if the next page had been an ordinary one: some of these lead nowhere under the guard."""
    shown.site.begin({shown_page.path: shown_page.html(1)})
    async with open_visit(shown.browser, options=shown.options) as visit:
        await visit.page.goto(f"{HOST}{shown_page.path}")
        async with taken_page(visit, rules=RULES, secrets=[], deliver=no_pictures) as held:
            await held.look()
            await press(held, shown_page)
            (step,) = held.log.steps
    after = replace(step.before, document="another", screen="app", session="signed_in", url=f"{HOST}/home")
    return (replace(step, after=after),)


async def draft_of(shown: ShownRig, steps: tuple[PersonStep, ...]) -> Draft:
    (draft,) = await drafts_of(shown.browser, steps, catalogue=load_catalogue(), seen_on=DAY, source="a test")
    return draft


def with_draft(draft: Draft) -> Catalogue:
    laid = lay_under(
        load_catalogue(),
        [Adopted(kind=AdoptedKind.SCREEN, name=draft.name, text=draft.text, digest=digest_of(draft.text))],
    )
    assert laid.refused == ()
    return laid.catalogue


@pytest.mark.sampled(1)
@pytest.mark.parametrize("shown_page", HARMLESS, ids=lambda one: one.name)
async def test_a_page_that_a_person_passed_once_is_passed_alone_when_it_looks_otherwise(
    shown: ShownRig, shown_page: Interstitial
) -> None:
    draft = await draft_of(shown, await passed_by_a_person(shown, shown_page))
    assert draft.refusals == ()
    assert draft.picture is not None
    shown.site.begin({shown_page.path: shown_page.html(2)})
    async with open_visit(shown.browser, options=shown.options, catalogue=with_draft(draft)) as visit:
        navigator = Navigator(visit=visit, bounds=BOUNDS)
        seen = await onward(navigator, await navigator.open(f"{HOST}{shown_page.path}"))
        assert (seen.screen, visit.page.url.rstrip("?")) == ("app", f"{HOST}{INSIDE}")


@pytest.mark.sampled(2)
@pytest.mark.parametrize("shown_page", NOT_OFFERED, ids=lambda one: one.name)
async def test_what_only_a_person_may_pass_is_not_offered(shown: ShownRig, shown_page: Interstitial) -> None:
    draft = await draft_of(shown, await pressed_only(shown, shown_page))
    assert draft.refusals
    assert draft.text == ""
