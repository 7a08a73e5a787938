"""One draft: the page, what was pressed, what came next, and a file for it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from playwright.async_api import Browser, Page

from flows.browser.page_errors import PageMovedError, page_errors
from flows.catalogue.adopted import Adopted, AdoptedKind, digest_of, lay_under
from flows.catalogue.check import showing
from flows.catalogue.elements import find_on
from flows.catalogue.load import Catalogue
from flows.catalogue.recognise import UNKNOWN_SCREEN, recognise
from flows.catalogue.recorded_page import KeptPage
from flows.errors import CatalogueError, FlowError
from flows.learning.page_facts import PageFacts, read_facts
from flows.learning.refusals import refusals
from flows.learning.screen_text import screen_name, screen_text
from flows.takeover.person_steps import PersonStep, StepAct

_HIGHEST = 4_000  # pixels of a page that its picture shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What one step of a person came to.

    `refusals`: why it is not offered; then `text` may be empty. `about` holds plain values for people: the address, the
    control with its candidates, what came next.
    """

    name: str
    text: str
    refusals: tuple[str, ...]
    about: dict[str, Any] = field(repr=False)
    page: str = field(repr=False)  # scrubbed
    picture: bytes | None = field(repr=False)  # PNG


async def drafts_of(
    browser: Browser, steps: tuple[PersonStep, ...], *, catalogue: Catalogue, seen_on: date, source: str
) -> list[Draft]:
    """Make a draft of each unknown screen that a person passed.

    The scrubbed pages are shown again, without a network, in a context of their own.
    """
    made = []
    async with showing(browser) as show:
        for step in passing(steps):
            others = [one for one in steps if one is not step and one.before.document == step.before.document]
            page = await show(KeptPage(address=step.before.url, body=step.before.html))
            made.append(await _draft(page, step, others, catalogue=catalogue, seen_on=seen_on, source=source))
    return made


def passing(steps: tuple[PersonStep, ...]) -> list[PersonStep]:
    """The steps by which unknown pages were left, one for each document."""
    last: dict[str, PersonStep] = {}
    for step in steps:
        after = step.after
        gone = after is not None and (after.document != step.before.document or after.screen != step.before.screen)
        if step.before.screen == UNKNOWN_SCREEN and gone and step.before.html:
            last[step.before.document] = step
    return list(last.values())


async def _draft(
    page: Page, step: PersonStep, others: list[PersonStep], *, catalogue: Catalogue, seen_on: date, source: str
) -> Draft:
    facts = await read_facts(page, step.control.candidates)
    reasons = refusals(step, others, facts, catalogue)
    name, text = screen_name(step, facts), ""
    if not reasons:
        text = screen_text(name, step, facts, catalogue, seen_on=seen_on, source=source)
        reasons = await _fails(page, name, text, catalogue)
    return Draft(
        name=name,
        text=text,
        refusals=reasons,
        about=_about(step, facts),
        page=step.before.html,
        picture=await _picture(page),
    )


async def _fails(page: Page, name: str, text: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Why the file does not recognise its own page and find its control there.

    Empty when it does.
    """
    if not text:
        return ("the page says too little that it could be recognised by",)
    laid = lay_under(catalogue, [Adopted(kind=AdoptedKind.SCREEN, name=name, text=text, digest=digest_of(text))])
    if laid.refused:
        return (laid.refused[0][1],)
    seen = await recognise(page, laid.catalogue)
    if seen.screen != name:
        return (f"the kept page is read as {seen.screen}, not as the draft",)
    element = laid.catalogue.screens[name].handling.element or ""
    try:
        found = await find_on(page, laid.catalogue, name, element)
    except CatalogueError as err:  # pragma: no cover - the bounds see to it
        return (str(err),)
    return () if found else ("its control is not found by any of its candidates",)


def _about(step: PersonStep, facts: PageFacts) -> dict[str, Any]:
    control, after = step.control, step.after
    return {
        "url": step.before.url,
        "title": step.before.title,
        "act": str(step.act) if step.act is not StepAct.PRESSED else "pressed",
        "control": {
            "role": control.role,
            "name": control.name,
            "kind": control.kind,
            "form": control.form,
            "candidates": [
                {"way": str(one.way), "css": one.css, "role": one.role, "name": one.name, "seen": one.seen}
                for one in control.candidates
            ],
        },
        "next": None if after is None else {"screen": after.screen, "url": after.url, "title": after.title},
        "words": list(facts.lines[:12]),
    }


async def _picture(page: Page) -> bytes | None:
    with suppress(FlowError, PageMovedError), page_errors(page):
        height = min(int(await page.evaluate("document.documentElement.scrollHeight")), _HIGHEST)
        clip = {"x": 0, "y": 0, "width": 1280, "height": max(height, 200)}
        return await page.screenshot(full_page=True, clip=clip, animations="disabled", caret="hide")  # type: ignore[arg-type]  # a plain mapping of the same keys
    return None
