"""Telling which screen a page is, at once, from what is visible on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from playwright.async_api import Page

from flows.catalogue import Catalogue

UNKNOWN = "unknown"


class Session(StrEnum):
    """What a screen says about the session; never read from cookies."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """One reading of one page. `screen` is a catalogue name or "unknown"."""

    screen: str
    claim: str = ""  # which claim of the catalogue file matched
    also: tuple[str, ...] = ()  # screens of later order that claim the page too
    alert: str | None = None  # a visible alert the catalogue can name
    alert_text: str = ""  # the text of all visible error alerts
    variants: frozenset[str] = frozenset()  # e.g. "sms" on the one-time code page
    session: Session = Session.CANNOT_TELL
    language: str = "en"
    url: str = ""
    title: str = ""
    status: int = 0  # HTTP status of the document, 0 when unknown
    document: str = ""  # changes with every new document
    shape: str = ""  # hash of what is visible, to see progress
    emails: tuple[str, ...] = field(default=())  # addresses shown where a page names its user


async def recognise(page: Page, catalogue: Catalogue) -> Recognition:
    """Recognise the page as it is now. Never waits; one call into the page."""
    raise NotImplementedError
