"""The accounting: what of a page nothing in the reading explains.

And why that matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise, zip_longest

from flows.models import PageGap, PageGapKind
from flows.permissions.accounting.fields import field_gap
from flows.permissions.accounting.known import Known, shown_texts
from flows.permissions.accounting.listeners import is_listener
from flows.permissions.accounting.phrases import is_head, kind_of
from flows.permissions.accounting.pieces import of_piece
from flows.permissions.accounting.texts import of_led, of_text
from flows.permissions.rows.furniture import matches
from flows.permissions.rows.subject import EMAIL, is_picker, without_names
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
from flows.permissions.rows.vocabulary import bare_title, is_generic, is_universal, scope_of
from flows.words import fold

_LONGEST = 200  # characters of a piece that its gap tells


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
        yield token, (*_of_token(token, known), *of_led(token, after))
    for token, gap in _switches(snapshot):
        yield token, (gap,)
    count = sum(not is_picker(row) for row in snapshot.rows)
    for piece in snapshot.left:
        if piece.tip and piece.kind is PieceKind.TEXT:
            gap_of_it = gap_of_tip(piece, snapshot.rows)
        else:
            gap_of_it = of_piece(piece, known) or field_gap(piece, shown=known.shown, count=count)
        yield piece, () if gap_of_it is None else (_short(gap_of_it),)


def _short(gap: PageGap) -> PageGap:
    """A gap as it is told; what its words meant was decided by all of them."""
    return gap if is_listener(gap) else replace(gap, words=gap.words[:_LONGEST])


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
            yield from of_text(token, known)
        case ColumnsToken():
            yield from (
                PageGap(kind=PageGapKind.UNEXPLAINED, words=part, where="column head")
                for part in token.parts
                if part and not is_head(part)
            )
        case SwitchToken():
            if not token.head and not is_universal(token.own):
                words = " / ".join(token.own) or "a switch without a name"
                yield PageGap(kind=kind_of(words, PageGapKind.UNEXPLAINED), words=words, where="control")
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
            yield from of_text(TextToken(text=text), known)
