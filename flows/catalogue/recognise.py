"""Telling which screen a page is, at once, from what is visible on it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Page

from flows.browser.scripts import ask
from flows.catalogue.load import Catalogue
from flows.catalogue.schema import Claim, Screen, SessionRule, Sign
from flows.words import squeeze

UNKNOWN_SCREEN = "unknown"

__all__ = ["UNKNOWN_SCREEN", "Recognition", "SessionRule", "recognise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """One reading of one page. `screen` is a catalogue name or "unknown"."""

    screen: str
    claim: str = ""  # which claim of the catalogue file matched
    also: tuple[str, ...] = ()  # screens of later order that claim the page too
    alert: str | None = None  # a visible alert the catalogue can name
    alert_text: str = ""  # the text of all visible error and warning alerts, harmless ones left out
    rejects: str | None = None  # as `alert`, wherever the words stand: a message in a box that is not listed
    variants: frozenset[str] = frozenset()  # e.g. "sms" on the one-time code page
    session: SessionRule = SessionRule.CANNOT_TELL
    language: str = "en"
    url: str = ""
    title: str = ""
    status: int = 0  # HTTP status of the document, 0 when unknown
    document: str = ""  # changes with every new document
    lines: frozenset[int] = frozenset()  # of a page that asks for a password: hashes of its visible lines
    shape: str = ""  # hash of what is visible, to see progress
    is_settled: bool = True  # the document and its scripts are loaded
    emails: tuple[str, ...] = field(default=())  # addresses shown where a signed-in page names its user
    addressed: tuple[str, ...] = field(default=())  # addresses the page says something was sent to
    inviting: tuple[str, ...] = ()  # addresses of those who invite, or who answer questions
    claimed: tuple[str, ...] = field(default=())  # addresses and numbers the sign-in page asks about or would send
    mentioned: tuple[str, ...] = field(default=())  # every address in the visible text
    is_blank: bool = False  # nothing to see and nothing to press
    failed_sign_ins: int = 0  # what the page's links count
    unstyled: tuple[str, ...] = ()  # hosts of the style sheets that have not come: what is visible cannot be told

    @property
    def path(self) -> str:
        """The address without query: safe to log."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}{parts.path}"

    @property
    def place(self) -> dict[str, str]:
        """Where it is, as an error tells it."""
        return {"screen": self.screen, "url": self.path}

    def differs(self, before: Recognition) -> bool:
        """Another document, another screen, or a message that was not there.

        A message that goes away is not yet an answer.
        """
        if (self.document, self.screen) != (before.document, before.screen):
            return True
        return bool(self.alert_text) and self.alert_text != before.alert_text

    def is_same(self, before: Recognition) -> bool:
        """Nothing that can be seen has changed."""
        return not self.differs(before) and self.shape == before.shape


async def recognise(page: Page, catalogue: Catalogue) -> Recognition:
    """Recognise the page as it is now. Never waits; one call into the page.

    Raises:
        PageMovedError: the document went away meanwhile.
        BrowserLostError: the page died.
    """
    return read(await _observe(page, catalogue), catalogue)


async def nearest(page: Page, catalogue: Catalogue, *, most: int = 3) -> tuple[str, ...]:
    """Say which claims come nearest to being true of an unknown page.

    And what each lacks; for the person who adds the screen.
    """
    look = _Look(await _observe(page, catalogue), catalogue)
    found = []
    for entry in catalogue.ranked:
        lacking = look.lacks(entry.screen, entry.claim)
        if len(lacking) < len(entry.claim.all) + bool(entry.claim.any):  # something of it is there
            found.append(
                (
                    len(lacking),
                    entry.order,
                    f"{entry.screen.screen} by {entry.claim.name}, which lacks {', '.join(lacking)}",
                )
            )
    return tuple(text for _, _, text in sorted(found)[:most])


async def _observe(page: Page, catalogue: Catalogue) -> dict[str, Any]:
    shared = catalogue.shared
    answer: dict[str, Any] = await ask(
        page,
        "observe",
        {
            "probes": list(catalogue.probes),
            "scripts": list(catalogue.scripts),
            "alerts": list(shared.alert_boxes),
            "headings": list(shared.headings),
            "identity": list(shared.identity),
            "claimed": list(shared.claimed),
            "decoys": ", ".join(shared.decoys),
            "styled": ", ".join(shared.hidden_by_style),
            "harmless": ", ".join(css for alert in shared.alerts if alert.harmless for css in alert.ids),
        },
    )
    return answer


def read(seen: dict[str, Any], catalogue: Catalogue) -> Recognition:
    """Judge what a page answered; pure."""
    look = _Look(seen, catalogue)
    claims = [entry for entry in catalogue.ranked if look.holds(entry.screen, entry.claim)]
    first = claims[0] if claims else None
    screen = first.screen if first else None
    return Recognition(
        screen=screen.screen if screen else UNKNOWN_SCREEN,
        claim=first.claim.name if first else "",
        also=tuple(dict.fromkeys(entry.screen.screen for entry in claims if entry.screen is not screen)),
        alert=look.alert(),
        alert_text=look.alert_text,
        rejects=look.rejects() if screen and screen.session is SessionRule.SIGNED_OUT else None,
        variants=frozenset(
            name
            for name, signs in (screen.variants if screen else {}).items()
            if any(look.has(screen, s) for s in signs)
        ),
        session=screen.session if screen else SessionRule.CANNOT_TELL,
        language=look.language(),
        url=seen["url"],
        title=seen["title"],
        status=seen["status"],
        document=seen["document"],
        lines=frozenset(seen["lines"]),
        shape=seen["shape"],
        is_settled=seen["ready"] == "complete",
        emails=look.addresses("signed_in_as", named=True),
        addressed=look.addresses("sent_to"),
        inviting=look.addresses("invited_by"),
        claimed=tuple(seen["claimed"]),
        mentioned=look.addresses(),
        is_blank=seen["blank"],
        failed_sign_ins=seen["failed"],
        unstyled=tuple(seen["unstyled"]),
    )


class _Look:
    """What one page answered, asked sign by sign; every answer is kept."""

    def __init__(self, seen: dict[str, Any], catalogue: Catalogue) -> None:
        self._seen = seen
        self._catalogue = catalogue
        self._index = {css: place for place, css in enumerate(catalogue.probes)}
        self._script = dict(zip(catalogue.scripts, seen["scripts"], strict=True))
        self._answers: dict[int, bool] = {}
        parts = urlsplit(seen["url"])
        self._path, self._query = parts.path or "/", parts.query
        errors = [
            alert["text"]
            for alert in seen["alerts"]
            if alert["severity"] in ("error", "warning") and not self._is_harmless(alert)
        ]
        self._alerts = " \n ".join(alert["text"] for alert in seen["alerts"])
        self.alert_text = " \n ".join(errors)
        self._headings = " \n ".join([*seen["headings"], *(alert["text"] for alert in seen["alerts"])])
        self._text = " \n ".join([seen["text"], self._alerts])
        self._forms = [form for form in seen["forms"] if form["shown"]]

    def holds(self, screen: Screen, claim: Claim) -> bool:
        """Whether a claim is true of the page."""
        return (
            all(self.has(screen, name) for name in claim.all)
            and not any(self.has(screen, name) for name in claim.none)
            and (not claim.any or sum(self.has(screen, name) for name in claim.any) >= claim.at_least)
        )

    def lacks(self, screen: Screen, claim: Claim) -> list[str]:
        """What keeps a claim from being true of the page."""
        lacking = [name for name in claim.all if not self.has(screen, name)]
        if claim.any and sum(self.has(screen, name) for name in claim.any) < claim.at_least:
            lacking.append(f"{claim.at_least} of ({', '.join(claim.any)})")
        return lacking + [f"not {name}" for name in claim.none if self.has(screen, name)]

    def has(self, screen: Screen | None, name: str) -> bool:
        """Whether a sign is on the page."""
        sign = self._catalogue.sign(screen, name) if screen else self._catalogue.shared.signs[name]
        if id(sign) not in self._answers:
            self._answers[id(sign)] = self._ask(screen, sign)
        return self._answers[id(sign)]

    def alert(self) -> str | None:
        """Return the first alert of the catalogue that is visible."""
        for alert in self._catalogue.shared.alerts:
            if alert.harmless:
                continue
            if not self._seen["unstyled"] and any(self._seen["visible"][self._index[css]] for css in alert.ids):
                return alert.name
            texts = " \n ".join(one["text"] for one in self._seen["alerts"] if one["severity"] in alert.severity)
            if alert.words and self._catalogue.words(None, alert.words).find(texts):
                return alert.name
        return None

    def rejects(self) -> str | None:
        """Return the first alert whose words stand anywhere in the visible text."""
        named = (one for one in self._catalogue.shared.alerts if one.words and not one.harmless)
        return next((one.name for one in named if self._catalogue.words(None, one.words or "").find(self._text)), None)

    def addresses(self, words: str = "", *, named: bool = False) -> tuple[str, ...]:
        """Return the addresses in the visible text.

        All, or those beside such words (or, with `named`, where a page names its user).
        """
        beside = self._catalogue.words(None, words) if words else None
        found = [
            one["address"]
            for one in self._seen["addresses"]
            if beside is None or beside.find(one["around"]) is not None or (named and one["named"])
        ]
        return tuple(dict.fromkeys(found))

    def language(self) -> str:
        """Return the document's stated language, else the one most words are of."""
        if told := re.match(r"[a-z]{2,3}", self._seen["lang"].lower()):
            return told.group()
        found = [
            language for words in self._catalogue.shared.texts.values() for language in words.languages(self._text)
        ]
        return max(sorted(set(found), key=lambda language: (language != "en", language)), key=found.count, default="en")

    def _is_harmless(self, message: dict[str, Any]) -> bool:
        """Whether a message only says what does no harm.

        Nothing that has another name stands in it too.
        """
        text, named = message["text"], [one for one in self._catalogue.shared.alerts if one.words]
        said = [one for one in named if self._catalogue.words(None, one.words or "").find(text)]
        if any(not one.harmless for one in said):
            return False
        return bool(message["harmless"]) or any(message["severity"] in one.severity for one in said)

    def _ask(self, screen: Screen | None, sign: Sign) -> bool:
        if sign.words:
            return self._ask_words(screen, sign)
        if sign.css:
            return self._ask_elements(sign)
        if sign.script:
            return any(self._script[piece] for piece in sign.script)
        if sign.action:
            return any(form["app"] in sign.action for form in self._forms)
        if sign.severity:
            return any(alert["severity"] in sign.severity for alert in self._seen["alerts"])
        if sign.status:
            return self._seen["status"] in sign.status
        if sign.form:
            return any(sign.form.search(form["action"]) for form in self._forms)
        if sign.matches:
            return bool(sign.matches.search(self._text))
        if sign.path:
            return bool(sign.path.search(self._path))
        return bool(sign.query and sign.query.search(self._query))

    def _ask_elements(self, sign: Sign) -> bool:
        places = [self._index[css] for css in sign.css]
        if sign.count:
            return bool(self._seen["counts"][places[0]] == sign.count.equals)
        return any(self._seen["visible" if sign.visible else "present"][place] for place in places)

    def _ask_words(self, screen: Screen | None, sign: Sign) -> bool:
        sets = [self._catalogue.words(screen, name) for name in sign.words]
        if sign.button:
            return any(_named(words.phrases, self._seen["controls"]) for words in sets)
        if sign.title:
            where = squeeze(self._seen["title"])
        else:
            where = self._headings if sign.heading else self._alerts if sign.alert else self._text
        return any(words.find(where) for words in sets)


def _named(phrases: Iterable[str], controls: Iterable[str]) -> bool:
    wanted = set(phrases)
    return any(name.rstrip(" .!:…>»›") in wanted for name in controls)
