"""What claimed each piece of a view, and where the gaps stand; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flows.models import PageGap, PermissionRow
from flows.permissions.accounting.account import accounted
from flows.permissions.accounting.known import Known
from flows.permissions.rows.interpret import interpret
from flows.permissions.rows.subject import EMAIL, is_picker
from flows.permissions.rows.tokens import DomSnapshot, Piece, PieceKind, RowToken, SwitchToken, TextToken, Token
from flows.permissions.rows.vocabulary import bare_title, is_level, is_section, scope_of
from flows.words import fold

Box = tuple[int, int, int, int]  # left, top, width, height in pixels of the page
_Item = dict[str, Any]  # one box of `js/account/explain.js`: by, box, words, and the number of its token or piece
_QUOTED = re.compile(r"'([^']{2,})'")
_SEALED = (PieceKind.FRAME, PieceKind.SEALED, PieceKind.PICTURE)


class ClaimKind(StrEnum):
    """What explains a piece of a page, in the order of a legend."""

    SECTION = "section"  # a section's or a marketplace's title
    HEAD = "head"  # a column head
    LABEL = "label"  # the name of a permission
    DESCRIPTION = "description"  # what stands below the name
    LEVEL = "level"  # the level chosen
    OFFERED = "offered"  # a level that could be chosen
    SUBJECT = "subject"  # whose rights these are
    FURNITURE = "furniture"  # known by catalogue, or a way that was followed
    CHROME = "chrome"  # the site's own frame, by catalogue or adopted


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedPiece:
    """One explained piece.

    `shows`: the level to write over a drop-down that the masks cover.
    """

    kind: ClaimKind
    box: Box
    words: str = ""
    shows: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One view of a page: its pieces, gaps and unread rows with their boxes.

    `private` are boxes that no picture may show: what cannot be looked into, and names of people.
    """

    size: tuple[int, int]
    claimed: tuple[ExplainedPiece, ...]
    gaps: tuple[tuple[PageGap, Box], ...]
    unread: tuple[tuple[PermissionRow, Box], ...]
    private: tuple[Box, ...]


def view_of(
    snapshot: DomSnapshot,
    pieces: dict[str, Any],
    *,
    known: Known,
    gaps: Sequence[PageGap],
    rows: Iterable[PermissionRow],
    scope: str,
) -> View:
    """Say of each box of a look (`PageReader.look_explained`) what claimed it.

    `gaps` and `rows` are the audit's own: a gap of this view that is none of the audit's was explained by what was read
    elsewhere (a section opened later, adopted chrome), and an unread row is one of `rows` with a problem.
    """
    found = pieces["found"]
    books = _Books(snapshot, known)
    frames = [_box(item) for item in found if item["by"] == "chrome"]
    told = {(gap.kind, gap.words, gap.where) for gap in gaps}
    by_words = {(gap.kind, gap.words): gap for gap in gaps}  # where its place is called otherwise by now
    marked: dict[tuple[PageGap, Box], None] = {}
    claimed: list[ExplainedPiece] = []
    for item in found:
        own = [
            gap if (gap.kind, gap.words, gap.where) in told else by_words[gap.kind, gap.words]
            for gap in books.gaps_of(item)
            if (gap.kind, gap.words) in by_words
        ]
        if own:
            box = _around(found, item["token"]) if isinstance(books.token_of(item), RowToken) else _box(item)
            marked |= {(gap, box): None for gap in own}
        elif not any(_is_inside(_box(item), frame) and _box(item) != frame for frame in frames):
            claimed.append(_claimed(books, item))
    placed = {gap for gap, _ in marked}
    for gap in gaps:
        if gap not in placed and (quoted := _box_of_words(gap, found)) is not None:
            marked[gap, quoted] = None
    return View(
        size=(int(pieces["size"][0]), int(pieces["size"][1])),
        claimed=tuple(dict.fromkeys(claimed)),
        gaps=tuple(marked),
        unread=tuple(_unread(snapshot, found, rows, scope)),
        private=tuple(_box(item) for item in found if books.is_private(item)),
    )


class _Books:
    """The accounts of one look.

    The gaps of each token and piece, and the tokens that are names of people.
    """

    def __init__(self, snapshot: DomSnapshot, known: Known) -> None:
        self._snapshot = snapshot
        self._gaps: dict[int, list[PageGap]] = {}
        for thing, its in accounted(snapshot, known):
            self._gaps.setdefault(id(thing), []).extend(its)

    def token_of(self, item: _Item) -> Token | None:
        return self._snapshot.tokens[item["token"]] if item["token"] >= 0 else None

    def piece_of(self, item: _Item) -> Piece | None:
        return self._snapshot.left[item["left"]] if item["left"] >= 0 else None

    def gaps_of(self, item: _Item) -> list[PageGap]:
        """The gaps of a box: its token's, its column head's or its piece's."""
        its = self._gaps.get(id(self.token_of(item) or self.piece_of(item)), [])
        return [gap for gap in its if gap.words == item["words"]] if item["by"] == "head" else its

    def is_name(self, item: _Item) -> bool:
        """Whether a text was passed over as the name beside an address."""
        token = self.token_of(item)
        return isinstance(token, TextToken) and id(token) not in self._gaps

    def is_private(self, item: _Item) -> bool:
        """Whether no picture may show it: it cannot be looked into, or is about a person."""
        token, piece = self.token_of(item), self.piece_of(item)
        listed = isinstance(token, RowToken) and is_picker(token)
        sealed = piece is not None and piece.kind in _SEALED
        return sealed or listed or self.is_name(item) or bool(EMAIL.search(item["words"]))


def _box(item: _Item) -> Box:
    left, top, width, height = item["box"]
    return (left, top, width, height)


def _is_inside(box: Box, frame: Box) -> bool:
    return (
        frame[0] <= box[0] + 1
        and frame[1] <= box[1] + 1
        and box[0] + box[2] <= frame[0] + frame[2] + 1
        and box[1] + box[3] <= frame[1] + frame[3] + 1
    )


def _around(found: Sequence[_Item], token: int) -> Box:
    """The box around everything of one row."""
    boxes = [_box(item) for item in found if item["token"] == token]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes)
    return (left, top, right - left, bottom - top)


def _claimed(books: _Books, item: _Item) -> ExplainedPiece:
    kind = ClaimKind.SUBJECT if books.is_name(item) else _kind(item["by"], books.token_of(item), books.piece_of(item))
    covered = item.get("covered") and kind in (ClaimKind.LEVEL, ClaimKind.OFFERED) and is_level(item["words"])
    return ExplainedPiece(kind=kind, box=_box(item), words=item["words"], shows=item["words"] if covered else "")


def _kind(by: str, token: Token | None, piece: Piece | None) -> ClaimKind:
    if isinstance(token, RowToken) and is_picker(token):
        return ClaimKind.FURNITURE
    if piece is not None:
        return ClaimKind.CHROME if piece.chrome else ClaimKind.FURNITURE
    match by:
        case "scope":
            return ClaimKind.SECTION
        case "text" if isinstance(token, TextToken):
            return _kind_of_text(token)
        case "switch":
            return ClaimKind.LEVEL if isinstance(token, SwitchToken) and token.on else ClaimKind.OFFERED
        case _:
            return ClaimKind(by)


def _kind_of_text(token: TextToken) -> ClaimKind:
    text = token.text
    if EMAIL.search(text):
        return ClaimKind.SUBJECT
    if token.chrome:
        return ClaimKind.CHROME
    if is_section(text) or is_section(bare_title(text)) or scope_of(bare_title(text)) is not None:
        return ClaimKind.SECTION
    return ClaimKind.HEAD if token.head else ClaimKind.FURNITURE


def _box_of_words(gap: PageGap, found: Sequence[_Item]) -> Box | None:
    """Where the words stand that a sentence quotes, if in one place."""
    for quoted in _QUOTED.findall(gap.words):
        wanted = fold(quoted)
        boxes = [_box(item) for item in found if item["words"] and fold(bare_title(item["words"])) == wanted]
        if len(boxes) == 1:
            return boxes[0]
    return None


def _unread(
    snapshot: DomSnapshot, found: Sequence[_Item], rows: Iterable[PermissionRow], scope: str
) -> Iterator[tuple[PermissionRow, Box]]:
    """The rows of the audit that have a problem and stand in this view."""
    troubled = [row for row in rows if row.problem is not None]
    if not troubled:
        return
    read = interpret(snapshot, scope=scope)
    numbers = [number for number, token in enumerate(snapshot.tokens) if isinstance(token, RowToken)]
    for row, at in zip(read.rows, read.at, strict=True):
        same = [one for one in troubled if _is_same(row, one)]
        if at is not None and same and any(item["token"] == numbers[at] for item in found):
            exact = [one for one in same if one.occurrence == row.occurrence] or same
            yield exact[0], _around(found, numbers[at])


def _is_same(shown: PermissionRow, row: PermissionRow) -> bool:
    return (shown.scope, shown.permission) == (row.scope, row.permission) and shown.section in (row.section, "")
