"""Which screens are offered to a person, and what may leave the browser meanwhile.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from flows import UNKNOWN_SCREEN, Catalogue, PersonRules, Recognition, ScreenKind, plain_path

_SIGN_IN = ("/ap/", "/ax/")
_UNKNOWN_PICTURES = (".ssl-images-amazon.com", ".media-amazon.com")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonOffer:
    """What a person may do on a screen. `may_act` False: look only."""

    rules: PersonRules
    may_act: bool = True
    with_password: bool = False
    answer: str | None = None  # code, approval: what is enough without a picture
    needs_picture: bool = False  # no person can pass it without seeing one


def offer_for(catalogue: Catalogue, seen: Recognition, *, allows_unknown: bool) -> PersonOffer | None:
    """What is offered on a screen; None: nothing, it is not for people in the console.

    An unknown sign-in page may only be looked at, unless an admin allows its own posts for this take-over (decision
    40); elsewhere a person may follow pages and close layers, and nothing is sent.
    """
    if seen.screen == UNKNOWN_SCREEN:
        return _unknown(seen, allows_unknown=allows_unknown)
    given = catalogue.screens[seen.screen].takeover
    if given is None:
        return None
    return PersonOffer(
        rules=PersonRules(posts=given.posts, pictures=given.pictures),
        with_password=given.with_password,
        answer=given.answer,
        needs_picture=bool(given.pictures) and given.answer is None,
    )


def is_passed(catalogue: Catalogue, seen: Recognition) -> bool:
    """Whether the flow knows how to go on from here."""
    if seen.screen == UNKNOWN_SCREEN:
        return False
    return catalogue.screens[seen.screen].handling.kind not in (ScreenKind.CHALLENGE, ScreenKind.WAIT)


def _unknown(seen: Recognition, *, allows_unknown: bool) -> PersonOffer:
    path = plain_path(urlsplit(seen.url).path)
    if not f"{path}/".startswith(_SIGN_IN):
        return PersonOffer(rules=PersonRules(pictures=_UNKNOWN_PICTURES))
    posts = tuple(f"{start}*" for start in _SIGN_IN) if allows_unknown else ()
    return PersonOffer(rules=PersonRules(posts=posts, pictures=_UNKNOWN_PICTURES), may_act=allows_unknown)
