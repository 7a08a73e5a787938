"""What is left over when the reading has taken its own: whether it matters."""

from __future__ import annotations

from flows.models import PageGap, PageGapKind
from flows.permissions.accounting.known import Known, shape
from flows.permissions.accounting.listeners import gap_of_listener
from flows.permissions.accounting.phrases import is_known, kind_of, sends_the_form, sorts
from flows.permissions.rows.furniture import matches
from flows.permissions.rows.subject import is_navigation, is_of_user
from flows.permissions.rows.tokens import Piece, PieceKind
from flows.permissions.rows.vocabulary import is_caption, is_generic, is_level, is_section, level_told, scope_of
from flows.words import fold


def of_piece(piece: Piece, known: Known) -> PageGap | None:
    """The gap that a piece makes, but for fields and tips, which are looked at apart."""
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
    if piece.in_head and piece.role in ("button", "other") and piece.fold != "closed" and sorts(piece.words):
        return None
    if piece.role == "field":
        return None  # `field_gap` says what it tells
    words = piece.words
    if piece.locked or piece.way == "away" or piece.fold == "open" or fold(words) in known.followed:
        return None
    if (
        sends_the_form(words, above=piece.above)
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
    if is_of_user(piece.words, known.names):
        return None
    if piece.hushed and (is_known(piece.words) or is_level(piece.words) or shape(piece.words) in known.shown):
        return None  # a copy for the eye of what assistive technology is told
    if piece.way and piece.way != "away":
        return PageGap(kind=PageGapKind.WAY_NOT_TAKEN, words=piece.words, where=piece.where)
    return PageGap(kind=kind_of(piece.words, PageGapKind.UNEXPLAINED), words=piece.words, where=piece.where)


def _of_folded(piece: Piece, known: Known) -> PageGap | None:
    """Text that is in the document and not shown.

    A way to more rows, unless it is a copy of what is shown, or a tip.
    """
    spoken = [text for text in piece.texts if any(char.isalpha() for char in text)]
    new = [text for text in spoken if not (shape(text) in known.shown or is_level(text) or matches("texts", text))]
    levels = any(level_told(text) for text in piece.texts) or any(is_section(text) or scope_of(text) for text in new)
    if not new or (piece.tip and not levels and not piece.stateful) or not (levels or piece.in_row or piece.controls):
        return None
    return PageGap(kind=PageGapKind.WAY_NOT_TAKEN, words=f"not shown: {new[0][:120]}", where=piece.where)
