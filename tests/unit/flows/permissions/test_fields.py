"""What a field for typing says of itself, and what is called again, are gaps where they may tell of other rows."""

from __future__ import annotations

import pytest

from flows.models import PageGap, PageGapKind
from flows.permissions.accounting.account import unaccounted
from flows.permissions.accounting.chrome import why_not_chrome
from flows.permissions.accounting.fields import says_more
from flows.permissions.accounting.known import Known
from flows.permissions.accounting.listeners import CALLED_AGAIN, gap_of_listener
from flows.permissions.rows.tokens import DomSnapshot, Option, Piece, PieceKind, RowToken, TextToken, Token, Way

ROW = RowToken(label="Payments", options=(Option(way=Way.TEXT, own=("View",), on=True),))
REPORTS = TextToken(text="Reports", title=True)


def gaps(*above: Token, left: tuple[Piece, ...] = ()) -> tuple[PageGap, ...]:
    return unaccounted(DomSnapshot(tokens=(*above, REPORTS, ROW), left=left), Known())


def field(*texts: str, value: str = "", listed: tuple[str, ...] = ()) -> Piece:
    return Piece(kind=PieceKind.CONTROL, role="field", words="Search", texts=texts, value=value, listed=listed)


@pytest.mark.parametrize(
    "text",
    ["Search 14 permissions", "Find one of twenty rows", "+3 hidden", "Weitere suchen", "１４件を検索", "他の権限"],
)
def test_a_field_that_tells_of_more_rows_is_a_gap_wherever_it_says_so(text: str) -> None:
    assert [(gap.kind, gap.words) for gap in gaps(left=(field("Search", text),))] == [(PageGapKind.WAY_NOT_TAKEN, text)]


@pytest.mark.parametrize(
    "text", ["Search permissions", "Search for an account", "Suche", "アカウントを検索", "搜索账户"]
)
def test_a_field_that_says_what_is_searched_is_none(text: str) -> None:
    assert gaps(left=(field(text),)) == ()


def test_a_field_may_count_the_rows_that_were_read() -> None:
    assert not says_more("Search 14 permissions", count=14)
    assert says_more("Search 14 of 20 permissions", count=14)


def test_a_suggestion_that_is_no_text_of_the_rows_is_a_gap() -> None:
    assert gaps(left=(field(listed=("Payments", "Reports")),)) == ()
    assert [gap.words for gap in gaps(left=(field(listed=("Payments", "Bulk Tax Upload")),))] == ["Bulk Tax Upload"]


def test_what_is_typed_in_a_field_is_a_filter() -> None:
    assert [(gap.kind, gap.words) for gap in gaps(left=(field(value="tax"),))] == [
        (PageGapKind.FILTERED, "Search: tax")
    ]


def test_a_known_word_behind_a_sign_may_be_a_row_unless_it_heads_some() -> None:
    assert [gap.words for gap in gaps(TextToken(text="Canada", led=True))] == ["a sign before Canada"]
    assert gaps(TextToken(text="Canada", led=True, title=True)) == ()
    heading = DomSnapshot(tokens=(TextToken(text="Canada", led=True), ROW))
    assert unaccounted(heading, Known()) == ()


@pytest.mark.parametrize("text", ["×", "∅", "✗", "\ue14b"])
def test_a_sign_by_itself_is_a_gap(text: str) -> None:
    assert [gap.words for gap in gaps(TextToken(text=text))] == [text]


@pytest.mark.parametrize("text", ["-", "|", ">", "→", "/", "·"])
def test_a_sign_between_words_is_none(text: str) -> None:
    assert gaps(TextToken(text=text)) == ()


def turn(text: str) -> PageGap:
    return gap_of_listener(
        Piece(kind=PieceKind.HEARD, words=f"again: {text[:80]}", where=CALLED_AGAIN, role="page", value=text)
    )


def test_what_is_called_again_is_adopted_by_the_hash_of_its_text() -> None:
    one, other = (turn(f"() => {{ refreshBadge('seller-central-shell', {at}); }}") for at in (1, 2))
    assert (one.kind, why_not_chrome(one)) == (PageGapKind.UNEXPLAINED, None)
    assert one.words != other.words


@pytest.mark.parametrize("text", ["() => show()", "() => { if (count() > 12) showPermissionRows('the rest'); }"])
def test_what_is_called_again_and_may_bring_rows_is_never_adopted(text: str) -> None:
    assert why_not_chrome(turn(text)) is not None
