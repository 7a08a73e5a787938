"""Rules that lies of a second hand led to: navigation, ways back, signs behind words, numbers, words that take back."""

from __future__ import annotations

import pytest

from flows.models import PageGap
from flows.permissions.accounting.account import unaccounted
from flows.permissions.accounting.known import Known
from flows.permissions.rows.interpret import interpret
from flows.permissions.rows.qualifiers import row_trouble
from flows.permissions.rows.tokens import DomSnapshot, Option, Piece, PieceKind, RowToken, TextToken, Token, Way

USER = "a1@users.example"
ROW = RowToken(label="Payments", options=(Option(way=Way.TEXT, own=("View",), on=True),))
REPORTS = TextToken(text="Reports", title=True)


def page(*above: Token, left: tuple[Piece, ...] = ()) -> DomSnapshot:
    return DomSnapshot(tokens=(TextToken(text="Edit User Permissions", title=True), *above, ROW), left=left)


def gaps(*above: Token, left: tuple[Piece, ...] = ()) -> tuple[PageGap, ...]:
    return unaccounted(page(*above, REPORTS, left=left), Known(names=frozenset({USER})))


@pytest.mark.parametrize("text", ["Back", "Close", "User Permissions", "Permissions"])
def test_a_link_to_another_page_of_permissions_is_a_way_whatever_it_is_called(text: str) -> None:
    assert gaps(TextToken(text=text, way="back")) == ()
    assert [gap.words for gap in gaps(TextToken(text=text, way="here"))] == [text]


@pytest.mark.parametrize("role", ["button", "link"])
def test_a_control_called_like_a_harmless_one_is_a_way_where_it_leads_to_permissions(role: str) -> None:
    def control(way: str) -> Piece:
        return Piece(kind=PieceKind.CONTROL, words="Help", role=role, way=way)

    assert gaps(left=(control("press"),)) == ()
    assert [gap.words for gap in gaps(left=(control("here"),))] == ["Help"]


@pytest.mark.parametrize("text", ["bea.berg@users.example", "Draft, not published", "Suspended"])
def test_a_navigation_that_speaks_of_this_page_or_of_another_user_is_a_gap(text: str) -> None:
    assert [gap.words for gap in gaps(TextToken(text=text, chrome=True))] == [text]
    assert [gap.words for gap in gaps(left=(Piece(kind=PieceKind.TEXT, words=text, chrome=True),))] == [text]


@pytest.mark.parametrize("text", ["Home", "Account Health", USER])
def test_any_other_word_of_a_navigation_finds_the_way(text: str) -> None:
    assert gaps(TextToken(text=text, chrome=True)) == ()


def test_a_known_word_with_a_sign_behind_it_may_be_a_row() -> None:
    assert gaps(TextToken(text="User Permissions")) == ()
    assert [gap.words for gap in gaps(TextToken(text="User Permissions", signed=True))] == ["User Permissions"]
    assert gaps(TextToken(text="User Permissions", signed=True, title=True)) == ()
    assert gaps(TextToken(text=USER, signed=True)) == ()


def test_a_tip_with_a_control_that_holds_a_state_is_a_gap() -> None:
    def tip(stateful: int) -> Piece:
        return Piece(kind=PieceKind.FOLDED, words="", texts=("Manage Orders",), tip=True, controls=1, stateful=stateful)

    assert gaps(left=(tip(0),)) == ()
    assert [gap.words for gap in gaps(left=(tip(1),))] == ["not shown: Manage Orders"]


@pytest.mark.parametrize(
    "texts",
    [
        (REPORTS, "3"),
        ("Permissions", "3", REPORTS),
        ("3", "Permissions", REPORTS),
        ("1", "/", "3", REPORTS),
        ("1", "of", "3", REPORTS),
    ],
)
def test_a_number_by_itself_that_counts_more_rows_than_were_read_is_a_gap(texts: tuple[str | TextToken, ...]) -> None:
    def said(count: str) -> tuple[str, ...]:
        told = [TextToken(text=text.replace("3", count)) if isinstance(text, str) else text for text in texts]
        return interpret(page(*told)).gaps

    assert said("1") == ()
    assert said("3") == ("the page says there are 3 rows; 1 were read",)


def test_a_number_before_a_section_counts_nothing() -> None:
    assert interpret(page(TextToken(text="3"), REPORTS)).gaps == ()


@pytest.mark.parametrize(
    "said",
    [
        "Révoqué",
        "取り消し済み",
        "Switched off by your administrator on Monday last week.",
        "Not all stores are included.",
        "Dieses Recht gilt für diesen Benutzer nicht mehr, es wurde zurückgezogen.",
        "Ce droit n'est plus valable pour cet utilisateur.",
        "この権限は取り消されました。",
    ],
)
def test_words_of_any_language_beside_a_label_may_take_a_row_back(said: str) -> None:
    assert row_trouble(RowToken(label="Payments", described=(said,), options=ROW.options)) is not None


@pytest.mark.parametrize(
    "said",
    [
        "Lets the user work with payments for this account.",
        "Erlaubt es, Zahlungen dieses Kontos zu öffnen und zu ändern.",
        "この権限ではお支払いのページを見て変えることができます。",
    ],
)
def test_a_sentence_of_any_language_about_a_row_takes_nothing_back(said: str) -> None:
    assert row_trouble(RowToken(label="Payments", described=(said,), options=ROW.options)) is None


def test_a_number_behind_the_rows_counts_nothing() -> None:
    shown = DomSnapshot(tokens=(REPORTS, ROW, TextToken(text="0")))
    assert interpret(shown).gaps == ()
