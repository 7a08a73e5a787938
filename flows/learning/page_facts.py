"""What a passed page says of itself, read from its scrubbed copy in a browser."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from playwright.async_api import Page
from pydantic import BaseModel, ConfigDict

from flows.browser.scripts import ask
from flows.takeover.person_steps import ControlCandidate


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Place(_Read):
    """Where something leads; `path` without query."""

    host: str
    path: str


class PageLink(Place):
    """A link that stands in no footer, header or navigation."""

    name: str


class PressedControl(_Read):
    """The control that was pressed, as the catalogue would name it."""

    name: str
    tag: str
    role: str
    type: str
    is_link: bool
    in_control: bool  # among what recognition counts as controls
    target: Place | None  # of its link or form
    method: str
    fields: int  # visible ones of its form


class PageFacts(_Read):
    """Names and words in lower case but for `title` and `lines`.

    Footers, headers and navigation are left out.
    """

    title: str
    lines: tuple[str, ...]
    text: str
    headings: tuple[str, ...]
    controls: tuple[str, ...]
    links: tuple[PageLink, ...]
    fields: tuple[str, ...]  # kinds of the visible ones, anywhere
    frames: int
    pressed: PressedControl | None  # None: it was not found again


async def read_facts(page: Page, candidates: Iterable[ControlCandidate]) -> PageFacts:
    """Read a page that is shown, and outline the pressed control for its picture."""
    asked = [{"css": one.css, "name": one.name or ""} for one in candidates if one.css or one.name]
    answer: dict[str, Any] = await ask(page, "learn", {"candidates": asked, "mark": True})
    return PageFacts.model_validate(answer)
