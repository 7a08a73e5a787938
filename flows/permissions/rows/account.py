"""The accounting: what of a page nothing in the reading explains.

And why that matters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest

from flows.catalogue.grids import grid_data
from flows.models import PageGap, PageGapKind
from flows.permissions.rows.fields import field_gap
from flows.permissions.rows.furniture import matches
from flows.permissions.rows.listeners import gap_of_listener
from flows.permissions.rows.subject import (
    EMAIL,
    is_about,
    is_naming,
    is_navigation,
    is_picker,
    unnamed,
    without_names,
)  # fmt: skip
from flows.permissions.rows.tips import gap_of_tip
from flows.permissions.rows.tokens import (
    ColumnsToken,
    DomSnapshot,
    Piece,
    PieceKind,
    RowToken,
    SwitchToken,
    TextToken,
    Token,
)
from flows.permissions.rows.vocabulary import (
    bare_title,
    draws_sign,
    generic,
    is_caption,
    is_generic,
    is_level,
    is_section,
    level_told,
    says,
    scope_of,
    stated_count,
)
from flows.words import fold

# A count of rows, and nothing else: of what is filtered, of users or pages, or a date, it is none.
_COUNT = re.compile(
    r"[^\d]{0,40}?\(?\d+ (permissions|rights|rows)\)?\.?"
    r"|(showing |viewing |rows? |permissions? |results? )?\d+( ?[-–] ?\d+| to \d+)? of \d+( \w+)?\.?",
    re.IGNORECASE,
)
_OTHER_COUNT = re.compile(
    r"hidden|not shown|filter|\b(user|person|page|step|tab|store|account|marketplace)s?\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the reading did besides looking.

    The names of tabs and choices it followed, and whose rights it expects.
    """

    followed: frozenset[str] = frozenset()  # folded
    names: frozenset[str] = frozenset()  # addresses that may stand on the page, folded
    nameless: bool = False  # nothing on the page says whose rights these are, and that is known
    shown: frozenset[str] = frozenset()  # every text that was shown in any part of the page, folded


def unaccounted(snapshot: DomSnapshot, known: Known) -> tuple[PageGap, ...]:
    """Everything that neither the reading nor known furniture explains, in order."""
    return tuple(dict.fromkeys(gap for _, gaps in accounted(snapshot, known) for gap in gaps))


def accounted(snapshot: DomSnapshot, known: Known) -> Iterator[tuple[Token | Piece, tuple[PageGap, ...]]]:
    """Each token and each piece that was left over, with the gaps it makes.

    None where it is explained.
    """
    known = replace(known, shown=known.shown | shown_texts([snapshot]))
    tokens = [*without_names(snapshot, known.names, nameless=known.nameless)]
    for token, after in zip_longest(tokens, tokens[1:]):
        yield token, (*_of_token(token, known), *_of_led(token, after))
    for token, gap in _switches(snapshot):
        yield token, (gap,)
    count = sum(not is_picker(row) for row in snapshot.rows)
    for piece in snapshot.left:
        if piece.tip and piece.kind is PieceKind.TEXT:
            gap_of_it = gap_of_tip(piece, snapshot.rows)
        else:
            gap_of_it = _of_piece(piece, known) or field_gap(piece, shown=known.shown, count=count)
        yield piece, () if gap_of_it is None else (gap_of_it,)


def is_harmless(words: str) -> bool:
    """Whether pressing what is called so shows no rows and changes nothing."""
    return matches("presses", words)


def _switches(snapshot: DomSnapshot) -> Iterable[tuple[TextToken, PageGap]]:
    """Names of marketplaces one after the other that head nothing.

    What is chosen by them was not all seen.
    """
    for one, next_one in pairwise(snapshot.tokens):
        if isinstance(one, TextToken) and isinstance(next_one, TextToken) and _is_place(one) and _is_place(next_one):
            words = f"{one.text} / {next_one.text}"
            yield next_one, PageGap(kind=PageGapKind.WAY_NOT_TAKEN, words=words, where=next_one.where)


def _is_place(token: TextToken) -> bool:
    return not token.tab and scope_of(bare_title(token.text)) is not None and not is_generic(token.text)


def _of_token(token: Token, known: Known) -> Iterable[PageGap]:
    match token:
        case TextToken():
            yield from _of_text(token, known)
        case ColumnsToken():
            yield from (
                PageGap(kind=PageGapKind.UNEXPLAINED, words=part, where="column head")
                for part in token.parts
                if part and not _is_head(part)
            )
        case SwitchToken():
            if not token.head and not is_universal(token.own):
                words = " / ".join(token.own) or "a switch without a name"
                yield PageGap(kind=_kind_of(words, PageGapKind.UNEXPLAINED), words=words, where="control")
        case RowToken():
            if is_picker(token):
                yield from _of_picker(token, known)
            elif token.opens:
                yield PageGap(kind=PageGapKind.WAY_NOT_TAKEN, words=f"{token.label} can be pressed", where="row")


def _of_picker(token: RowToken, known: Known) -> Iterable[PageGap]:
    """A drop-down above the grid, and the texts that were taken for its label."""
    for option in token.options:
        listed, shown = [*option.listed], option.shows or ", ".join(option.chosen)
        called = [token.label, *option.own, *token.called]
        if listed and all(fold(choice) in known.followed for choice in listed):
            return
        if any(matches("pickers", name) for name in called):
            continue
        kind = PageGapKind.SUBJECT if EMAIL.search(" ".join([*listed, shown])) else PageGapKind.WAY_NOT_TAKEN
        yield PageGap(kind=kind, words=f"{token.label}: {shown}".strip(": "), where="drop-down")
    for text in (token.label, *token.described, *token.beside):
        if text:
            yield from _of_text(TextToken(text=text), known)


def _of_text(token: TextToken, known: Known) -> Iterable[PageGap]:
    if _is_explained(token, known):
        return
    if token.way and not token.locked and token.way != "away":
        kind = PageGapKind.WAY_NOT_TAKEN
    elif token.alert:
        kind = PageGapKind.BANNER
    else:
        kind = _kind_of(token.text, PageGapKind.UNEXPLAINED)
    yield PageGap(kind=kind, words=token.text[:200], where=token.where)


def _is_explained(token: TextToken, known: Known) -> bool:
    text = token.text
    if is_glyph(token):
        return True
    if token.still or (token.chrome and is_navigation(token, known.names)):
        return True
    if token.tab:
        return fold(text) in known.followed or matches("tabs", text) or (token.locked and not is_level(text))
    if token.head and token.way == "press" and not (token.pressed or token.fold) and _sorts(text):
        return True
    if token.way == "press":
        return not token.pressed and _is_harmless_press(token)
    if token.way == "here":
        return fold(text) in known.followed or _leads_to_the_other_half(text)
    if token.way == "back" and matches("backs", text):
        return True
    if token.signed and not (token.title or token.head or token.way) and _is_known(text):
        return False  # a known word with a sign behind it may be a row
    if token.way == "away" and (matches("presses", text) or matches("links", text)):
        return True
    if _is_known(text) or is_caption(text) or matches("texts", text) or says("trouble", text) or says("loading", text):
        return True
    if text.isdecimal():
        return True  # a number by itself, which cannot be pressed, says nothing
    if token.head and (is_level(text) or _is_head(text)):
        return True
    return _is_about_the_user(text, known)


def _of_led(token: Token, after: Token | None) -> Iterable[PageGap]:
    """A known word with a sign before it, which heads no rows.

    It may be a row whose level is the sign.
    """
    if not isinstance(token, TextToken) or not token.led or token.title or token.head or token.way or token.tab:
        return
    heads = isinstance(after, RowToken | ColumnsToken) and not is_generic(token.text)
    if _is_known(token.text) and not heads:
        yield PageGap(kind=PageGapKind.UNEXPLAINED, words=f"a sign before {token.text}", where=token.where)


def is_glyph(token: TextToken) -> bool:
    """A single letter or sign on the handle of a section.

    It is drawn there, and says nothing.
    """
    return bool(token.fold) and len(token.text) == 1


def _is_harmless_press(token: TextToken) -> bool:
    if token.fold and (_is_known(token.text) or token.title):
        return True  # whether it was opened is told apart
    words = fold(token.text)
    is_form = token.button and _sends_the_form(token.text, above=token.above)
    return (
        token.locked
        or is_form
        or words in generic("universal_admin")
        or (not token.heard and matches("presses", token.text))
        or _leads_to_the_other_half(token.text)
    )


def _sends_the_form(text: str, *, above: bool) -> bool:
    """Whether a button sends a form of permissions, or gives it up.

    Neither shows rows. "Continue" saves on a classic page, behind the rows (facts: permissions); with rows behind it,
    it leads on.
    """
    return (fold(text) in generic("save") or matches("forms", text)) and not (above and matches("onward", text))


def _sorts(head: str) -> bool:
    """Whether a column head sorts its rows, or sets all of them: it shows no others."""
    return is_level(head) or is_caption(head) or matches("heads", head)


def _leads_to_the_other_half(text: str) -> bool:
    """A link that the visit follows by itself."""
    return fold(text) in {fold(word) for word in grid_data("reach")["words"]["global"]}


def _is_about_the_user(text: str, known: Known) -> bool:
    addresses = [address.casefold() for address in EMAIL.findall(text)]
    if not addresses:
        return not unnamed(text) and not re.search(r"[^\W_]", re.sub(r"[^\W\d_]", "", text)) and not draws_sign(text)
    if any(address not in known.names for address in addresses):
        return False
    return is_naming(text) or is_about(text)


def _is_known(text: str) -> bool:
    title = bare_title(text)
    return (
        is_section(text)
        or is_generic(text)
        or is_generic(title)
        or scope_of(title) is not None
        or fold(text) in generic("universal_admin")
        or (stated_count(text) is not None and bool(_COUNT.fullmatch(text)) and not _OTHER_COUNT.search(text))
    )


def _is_head(part: str) -> bool:
    return is_level(part) or _is_known(part) or is_caption(part) or matches("heads", part)


def is_universal(words: Sequence[str]) -> bool:
    """Whether words name the switch that gives everything."""
    return any(fold(word) in generic("universal_admin") or "universal" in fold(word) for word in words)


def _of_piece(piece: Piece, known: Known) -> PageGap | None:
    match piece.kind:
        case PieceKind.CONTROL:
            return _of_control(piece, known)
        case PieceKind.TEXT | PieceKind.PSEUDO:
            return _of_stray(piece, known)
        case PieceKind.PICTURE:
            kind = PageGapKind.PICTURE
        case PieceKind.FRAME | PieceKind.SEALED:
            kind = PageGapKind.FRAME
        case PieceKind.BLANK:
            kind = PageGapKind.LATE
        case PieceKind.FOLDED:
            return _of_folded(piece, known)
        case PieceKind.HEARD:
            return gap_of_listener(piece)
    return PageGap(kind=kind, words=piece.words, where=piece.where)


def _of_control(piece: Piece, known: Known) -> PageGap | None:
    if piece.still or piece.chrome or (piece.in_head and not piece.words):
        return None
    if piece.in_head and piece.role in ("button", "other") and piece.fold != "closed" and _sorts(piece.words):
        return None
    if piece.role == "field":
        return None  # `field_gap` says what it tells
    words = piece.words
    if piece.locked or piece.way == "away" or piece.fold == "open" or fold(words) in known.followed:
        return None
    if (
        _sends_the_form(words, above=piece.above)
        or (not piece.heard and piece.way != "here" and matches("presses", words))
        or (piece.role == "tab" and matches("tabs", words))
    ):
        return None
    if piece.role == "choice" and piece.listed and all(fold(choice) in known.followed for choice in piece.listed):
        return None
    return PageGap(
        kind=PageGapKind.WAY_NOT_TAKEN, words=piece.words or f"a {piece.role} without a name", where=piece.where
    )


def _of_stray(piece: Piece, known: Known) -> PageGap | None:
    if piece.kind is PieceKind.TEXT and (piece.still or (piece.chrome and is_navigation(piece, known.names))):
        return None
    if is_caption(piece.words) or matches("texts", piece.words) or (is_generic(piece.words) and not piece.way):
        return None
    if matches("presses", piece.words) and not piece.heard and piece.way != "here":
        return None
    addresses = [address.casefold() for address in EMAIL.findall(piece.words)]
    if addresses and all(address in known.names for address in addresses):
        return None
    if piece.hushed and (_is_known(piece.words) or is_level(piece.words) or _shape(piece.words) in known.shown):
        return None  # a copy for the eye of what assistive technology is told
    if piece.way and piece.way != "away":
        return PageGap(kind=PageGapKind.WAY_NOT_TAKEN, words=piece.words, where=piece.where)
    return PageGap(kind=_kind_of(piece.words, PageGapKind.UNEXPLAINED), words=piece.words, where=piece.where)


def _of_folded(piece: Piece, known: Known) -> PageGap | None:
    """Text that is in the document and not shown.

    A way to more rows, unless it is a copy of what is shown, or a tip.
    """
    spoken = [text for text in piece.texts if any(char.isalpha() for char in text)]
    new = [text for text in spoken if not (_shape(text) in known.shown or is_level(text) or matches("texts", text))]
    levels = any(level_told(text) for text in piece.texts) or any(is_section(text) or scope_of(text) for text in new)
    if not new or (piece.tip and not levels and not piece.stateful) or not (levels or piece.in_row or piece.controls):
        return None
    return PageGap(kind=PageGapKind.WAY_NOT_TAKEN, words=f"not shown: {new[0][:120]}", where=piece.where)


def shown_texts(snapshots: Iterable[DomSnapshot]) -> frozenset[str]:
    """Every text of rows, titles and heads, in a form to compare."""
    return frozenset(_shape(text) for snapshot in snapshots for token in snapshot.tokens for text in _texts(token))


def _shape(text: str) -> str:
    return fold(re.sub(r"\s+\d+$", "", bare_title(text)))


def _texts(token: Token) -> tuple[str, ...]:
    match token:
        case RowToken():
            return (token.label, *token.described, *token.beside, *token.astray)
        case TextToken():
            return (token.text,)
        case ColumnsToken():
            return token.parts
        case SwitchToken():
            return token.own


def _kind_of(words: str, otherwise: PageGapKind) -> PageGapKind:
    if EMAIL.search(words) or says("whose", words):
        return PageGapKind.SUBJECT
    return PageGapKind.FILTERED if says("filtered", words) else otherwise
