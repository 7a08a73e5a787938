"""Texts that belong to no row: whether anything explains them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flows.models import PageGap, PageGapKind
from flows.permissions.accounting.known import Known
from flows.permissions.accounting.phrases import (
    is_head,
    is_known,
    kind_of,
    leads_to_the_other_half,
    sends_the_form,
    sorts,
)
from flows.permissions.rows.furniture import matches
from flows.permissions.rows.subject import EMAIL, is_navigation, is_of_user, unnamed
from flows.permissions.rows.tokens import ColumnsToken, RowToken, TextToken, Token
from flows.permissions.rows.vocabulary import draws_sign, generic, is_caption, is_generic, is_level, says
from flows.words import fold


def of_text(token: TextToken, known: Known) -> Iterable[PageGap]:
    """The gap that a text makes, unless the page, the visit or the user explains it."""
    if _is_explained(token, known):
        return
    if token.way and not token.locked and token.way != "away":
        kind = PageGapKind.WAY_NOT_TAKEN
    elif token.alert:
        kind = PageGapKind.BANNER
    else:
        kind = kind_of(token.text, PageGapKind.UNEXPLAINED)
    yield PageGap(kind=kind, words=token.text[:200], where=token.where)


def of_led(token: Token, after: Token | None) -> Iterable[PageGap]:
    """A known word with a sign before it, which heads no rows.

    It may be a row whose level is the sign.
    """
    if not isinstance(token, TextToken) or not token.led or token.title or token.head or token.way or token.tab:
        return
    heads = isinstance(after, RowToken | ColumnsToken) and not is_generic(token.text)
    if is_known(token.text) and not heads:
        yield PageGap(kind=PageGapKind.UNEXPLAINED, words=f"a sign before {token.text}", where=token.where)


def _is_explained(token: TextToken, known: Known) -> bool:
    text = token.text
    if token.is_glyph:
        return True
    if token.still or (token.chrome and is_navigation(token, known.names)):
        return True
    if token.tab:
        return fold(text) in known.followed or matches("tabs", text) or (token.locked and not is_level(text))
    if token.head and token.way == "press" and not (token.pressed or token.fold) and sorts(text):
        return True
    if token.way == "press":
        return not token.pressed and _is_harmless_press(token)
    if token.way == "here":
        return fold(text) in known.followed or leads_to_the_other_half(text)
    if token.way == "back" and matches("backs", text):
        return True
    if token.signed and not (token.title or token.head or token.way) and is_known(text):
        return False  # a known word with a sign behind it may be a row
    if token.way == "away" and (matches("presses", text) or matches("links", text)):
        return True
    if is_known(text) or is_caption(text) or matches("texts", text) or says("trouble", text) or says("loading", text):
        return True
    if text.isdecimal():
        return True  # a number by itself, which cannot be pressed, says nothing
    if token.head and (is_level(text) or is_head(text)):
        return True
    return _is_about_the_user(text, known)


def _is_harmless_press(token: TextToken) -> bool:
    if token.fold and (is_known(token.text) or token.title):
        return True  # whether it was opened is told apart
    words = fold(token.text)
    is_form = token.button and sends_the_form(token.text, above=token.above)
    return (
        token.locked
        or is_form
        or words in generic("universal_admin")
        or (not token.heard and matches("presses", token.text))
        or leads_to_the_other_half(token.text)
    )


def _is_about_the_user(text: str, known: Known) -> bool:
    if not EMAIL.search(text):
        return not unnamed(text) and not re.search(r"[^\W_]", re.sub(r"[^\W\d_]", "", text)) and not draws_sign(text)
    return is_of_user(text, known.names)
