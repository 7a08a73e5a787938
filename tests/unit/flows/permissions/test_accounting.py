"""What nothing in a reading explains is a gap.

What the catalogue calls furniture is none.
"""

from __future__ import annotations

import pytest

from flows.models import PageGapKind
from flows.permissions.accounting.account import unaccounted
from flows.permissions.accounting.known import Known
from flows.permissions.rows.qualifiers import row_trouble
from flows.permissions.rows.subject import naming
from flows.permissions.rows.tokens import DomSnapshot, Option, Piece, PieceKind, RowToken, TextToken, Way

USER = "a1@users.example"
HEADING = TextToken(text="Edit User Permissions", title=True)
ROW = RowToken(label="Payments", options=(Option(way=Way.TEXT, own=("View",), on=True),))
KNOWN = Known(names=frozenset({USER}))


def page(*above: TextToken, left: tuple[Piece, ...] = ()) -> DomSnapshot:
    return DomSnapshot(tokens=(HEADING, *above, TextToken(text="Reports", title=True), ROW), left=left)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Draft, not published", PageGapKind.UNEXPLAINED),
        ("Account role: Owner", PageGapKind.UNEXPLAINED),
        ("Viewing as: Bea Berg", PageGapKind.SUBJECT),
        ("Last change by b2@users.example", PageGapKind.SUBJECT),
        ("3 permissions are hidden by your administrator", PageGapKind.FILTERED),
    ],
)
def test_a_text_that_nothing_explains_is_a_gap_in_its_own_words(text: str, kind: PageGapKind) -> None:
    assert [(gap.kind, gap.words) for gap in unaccounted(page(TextToken(text=text)), KNOWN)] == [(kind, text)]


@pytest.mark.parametrize("text", [f"Permissions of {USER}", f"User: {USER}", "Region: North America", "Access level"])
def test_furniture_and_whose_rights_these_are_leave_no_gap(text: str) -> None:
    assert unaccounted(page(TextToken(text=text)), KNOWN) == ()


@pytest.mark.parametrize("way", ["press", "here"])
def test_a_button_or_a_link_that_was_not_followed_is_a_way_not_taken(way: str) -> None:
    gaps = unaccounted(page(TextToken(text="+3 more", way=way, button=True)), KNOWN)
    assert [gap.kind for gap in gaps] == [PageGapKind.WAY_NOT_TAKEN]


@pytest.mark.parametrize(
    ("piece", "kind"),
    [
        (Piece(kind=PieceKind.PICTURE, words="canvas"), PageGapKind.PICTURE),
        (Piece(kind=PieceKind.FRAME, words="/rows"), PageGapKind.FRAME),
        (Piece(kind=PieceKind.HEARD, words="click: (e) => show(e)"), PageGapKind.WAY_NOT_TAKEN),
        (Piece(kind=PieceKind.BLANK, words="a row without any text"), PageGapKind.LATE),
        (Piece(kind=PieceKind.CONTROL, words="Permission name", role="field", value="pay"), PageGapKind.FILTERED),
        (Piece(kind=PieceKind.CONTROL, words="", role="button"), PageGapKind.WAY_NOT_TAKEN),
        (Piece(kind=PieceKind.FOLDED, words="", texts=("Tax Settings", "None")), PageGapKind.WAY_NOT_TAKEN),
    ],
)
def test_what_is_left_over_of_the_inventory_is_a_gap_of_its_kind(piece: Piece, kind: PageGapKind) -> None:
    assert [gap.kind for gap in unaccounted(page(left=(piece,)), KNOWN)] == [kind]


@pytest.mark.parametrize("beside", ["Revoked", "US only", "until 12 Dec", "No"])
def test_a_row_with_anything_beside_its_level_is_unread(beside: str) -> None:
    token = RowToken(label="Payments", beside=(beside,), options=ROW.options)
    assert row_trouble(token) is not None


def test_an_address_below_the_first_row_names_nobody() -> None:
    below = DomSnapshot(tokens=(HEADING, ROW, TextToken(text=f"Permissions of {USER}")))
    assert naming(below, titled=False, own=False) == ()


def test_the_name_beside_the_address_of_the_user_leaves_no_gap() -> None:
    assert unaccounted(page(TextToken(text="Ada Berg"), TextToken(text=f"User: {USER}")), KNOWN) == ()


@pytest.mark.parametrize(
    "texts",
    [
        (TextToken(text="Common Rare", pieces=2),),
        (TextToken(text="Common Rare", way="press"),),
        (TextToken(text="Main Store"), TextToken(text="Outlet Store")),
    ],
)
def test_what_may_be_a_switch_of_two_words_is_no_name(texts: tuple[TextToken, ...]) -> None:
    gaps = unaccounted(page(*texts, TextToken(text=f"User: {USER}")), KNOWN)
    assert [gap.words for gap in gaps] == [text.text for text in texts]


def test_a_row_that_opens_something_when_it_is_pressed_is_a_way_not_taken() -> None:
    opens = RowToken(label="Payments", options=ROW.options, opens=True)
    snapshot = DomSnapshot(tokens=(HEADING, TextToken(text="Reports", title=True), opens))
    assert [gap.kind for gap in unaccounted(snapshot, KNOWN)] == [PageGapKind.WAY_NOT_TAKEN]
