"""What people adopted, laid under the shipped catalogue.

It is asked after every shipped claim, and bounded in what it may say: nothing here can override a file of `selectors/`,
sign a session in, or press what the never-list names.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from flows.browser.rules import is_never
from flows.catalogue.load import Catalogue, check_references, compile_catalogue
from flows.catalogue.schema import Candidate, Chrome, Claim, Screen, ScreenKind, SessionRule, Shared, Sign
from flows.errors import CatalogueError
from flows.tables import check_table

# Signs of `selectors/shared/learning.toml` and its like: every claim of an adopted screen excludes all of them.
EXCLUDED = (
    "asks_for_input",
    "any_password",
    "email_field",
    "code_field",
    "invitation_path",
    "binds",
    "invites",
    "asks_for_secret",
)
NEVER_PRESSED = "never_learnt"  # the set of words that no control of an adopted screen holds
ADOPTED_PREFIX = "adopted_"
_MOST_PRESSES = 2


class AdoptedKind(StrEnum):
    """What was adopted."""

    SCREEN = "screen"  # an interstitial, passed by with one press
    CHROME = "chrome"  # a piece of the permission pages that says nothing about rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """One adopted file: its text, and the hash it was adopted under."""

    kind: AdoptedKind
    name: str
    text: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlaid:
    """The catalogue with what was adopted, and what of that is not used and why."""

    catalogue: Catalogue
    refused: tuple[tuple[str, str], ...] = ()


def digest_of(text: str) -> str:
    """The hash that an adopted text is kept under."""
    return hashlib.sha256(text.encode()).hexdigest()


def lay_under(shipped: Catalogue, adopted: Iterable[Adopted]) -> Overlaid:
    """Lay adopted screens and chrome under the shipped catalogue, in order.

    What does not verify or validate is left out and named.
    """
    screens: dict[str, Screen] = {}
    chrome: list[Chrome] = []
    refused: list[tuple[str, str]] = []
    laid: list[tuple[str, str, str]] = list(shipped.laid)
    for one in adopted:
        try:
            _verify(one, shipped, taken={*screens, *(each.chrome for each in chrome)})
            if one.kind is AdoptedKind.SCREEN:
                screens[one.name] = parse_screen(one.name, one.text, shipped)
            else:
                chrome.append(parse_chrome(one.name, one.text))
            laid.append((str(one.kind), one.name, one.text))
        except CatalogueError as err:
            refused.append((one.name, str(err)))
    if not screens and not chrome:
        return Overlaid(catalogue=shipped, refused=tuple(refused))
    joined = compile_catalogue(
        shipped.root,
        {**shipped.screens, **screens},
        shipped.shared,
        last=tuple(screens),
        chrome=(*shipped.chrome, *chrome),
    )
    return Overlaid(catalogue=replace(joined, laid=tuple(laid)), refused=tuple(refused))


def parse_screen(name: str, text: str, shipped: Catalogue) -> Screen:
    """Read an adopted screen and hold it against what such a screen may be.

    Raises:
        CatalogueError: it is no file of the catalogue, or says more than an adopted screen may.
    """
    screen = check_table(name, _table(name, text), Screen)
    if screen.screen != name:
        raise CatalogueError(f"{name}: screen: is {screen.screen!r}, expected the name it was adopted under")
    check_references(screen, shipped.shared, {*shipped.screens, name})
    for problem in _beyond_bounds(screen, shipped):
        raise CatalogueError(f"{name}: {problem}")
    return screen


def parse_chrome(name: str, text: str) -> Chrome:
    """Read an adopted piece of chrome.

    Raises:
        CatalogueError: it is none.
    """
    chrome = check_table(name, _table(name, text), Chrome)
    if chrome.chrome != name:
        raise CatalogueError(f"{name}: chrome: is {chrome.chrome!r}, expected the name it was adopted under")
    return chrome


def chrome_text(
    *, name: str, layout: str, kind: str, where: str, words: str, summary: str, source: str, seen_on: date
) -> str:
    """Write a piece of chrome as a file."""
    values = {"chrome": name, "layout": layout, "kind": kind, "where": where, "words": words}
    lines = [f"{key} = {quoted(value)}" for key, value in (values | {"summary": summary, "source": source}).items()]
    return "\n".join([*lines, f"last_verified = {seen_on.isoformat()}", ""])


def quoted(text: str) -> str:
    """Write a text as a TOML string on one line."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"' + "".join(char if char.isprintable() or char == " " else f"\\u{ord(char):04x}" for char in escaped) + '"'


def _table(name: str, text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as err:
        raise CatalogueError(f"{name}: {err}") from err


def _verify(one: Adopted, shipped: Catalogue, *, taken: set[str]) -> None:
    if digest_of(one.text) != one.digest:
        raise CatalogueError(f"{one.name}: its text is not the one that was adopted (the hash differs)")
    if one.name in {*shipped.screens, *(each.chrome for each in shipped.chrome)} | taken:
        raise CatalogueError(f"{one.name}: the catalogue has something of this name, which is not overridden")


def _beyond_bounds(screen: Screen, shipped: Catalogue) -> Iterable[str]:
    handling = screen.handling
    if not screen.screen.startswith(ADOPTED_PREFIX):
        yield f"screen: an adopted screen's name begins with {ADOPTED_PREFIX}"
    if handling.kind is not ScreenKind.PRESS or handling.fallback is not None or handling.at_most > _MOST_PRESSES:
        yield f"handling: only kind = press, at most {_MOST_PRESSES} times and without a fallback"
    if screen.session is not SessionRule.CANNOT_TELL:
        yield "session: an adopted screen cannot tell whether somebody is signed in"
    if screen.variants:
        yield "variants: an adopted screen has none"
    if screen.takeover is not None:
        yield "takeover: an adopted screen is passed by the agent"
    if set(screen.elements) != {handling.element}:
        yield "elements: only the one that is pressed"
    for claim in screen.claims:
        yield from _claim_beyond_bounds(screen, claim, shipped)
    for element in screen.elements.values():
        if element.many:
            yield "elements: one control, not many"
        for candidate in element.candidates:
            yield from _candidate_beyond_bounds(screen, candidate, shipped)


def _claim_beyond_bounds(screen: Screen, claim: Claim, shipped: Catalogue) -> Iterable[str]:
    missing = sorted(set(EXCLUDED) - set(claim.none))
    if missing:
        yield f"claims.{claim.name}: must have {', '.join(missing)} in `none`"
    if shadowed := sorted(set(EXCLUDED) & set(screen.signs)):
        yield f"signs: {', '.join(shadowed)} is shared and cannot be another thing here"
    signs = {name: shipped.sign(screen, name) for name in (*claim.all, *claim.any)}
    if not any(signs[name].button for name in claim.all):
        yield f"claims.{claim.name}: `all` needs the name of the control that is pressed"
    told = [name for name in claim.all if not _is_address(signs[name])]
    if len(told) + (claim.at_least if claim.any else 0) < 2:
        yield f"claims.{claim.name}: needs something that the page says besides the control's name"
    for name, sign in signs.items():
        if sign.path and is_never(literal(sign.path), method="POST", errands=frozenset()):
            yield f"signs.{name}: the never-list names this path"


def _candidate_beyond_bounds(screen: Screen, candidate: Candidate, shipped: Catalogue) -> Iterable[str]:
    if candidate.hidden or candidate.names is None:
        yield "elements: every candidate is visible and has names"
        return
    if candidate.match != "exact":
        yield "elements: names are compared exactly"
    for phrase in shipped.words(screen, candidate.names).phrases:
        if not is_pressable(phrase, shipped.shared):
            yield f"elements: a control called {phrase!r} is never pressed"


def is_pressable(name: str, shared: Shared) -> bool:
    """Whether a control of this (squeezed) name may be pressed by an adopted screen.

    What changes something is not, unless the name only puts it off: "set up later".
    """
    if not shared.texts[NEVER_PRESSED].find(name):
        return True
    return shared.texts["puts_off"].find(name) is not None and shared.texts["joins"].find(name) is None


def _is_address(sign: Sign) -> bool:
    return bool(sign.path or sign.query or sign.status)


def literal(pattern: re.Pattern[str]) -> str:
    """The path that a pattern of ours was made from, what changes written as a letter."""
    plain = re.sub(r"\[\^/\]\+", "x", pattern.pattern).removeprefix("^").removesuffix("$").removesuffix("/?")
    return re.sub(r"\\(.)", r"\1", plain)
