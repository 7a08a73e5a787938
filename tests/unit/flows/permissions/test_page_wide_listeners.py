"""A listener for all of a page is adopted by the hash of its text, and never where it may bring rows."""

from __future__ import annotations

from datetime import date

import pytest

from flows.catalogue.schema import Chrome
from flows.models import PageGap, PageGapKind
from flows.permissions.accounting.account import unaccounted
from flows.permissions.accounting.chrome import why_not_chrome, without_chrome
from flows.permissions.accounting.known import Known
from flows.permissions.rows.tokens import DomSnapshot, Piece, PieceKind

TEXT = "function (event) { trackInteraction(event, 'seller-central-shell'); }"


def gap_of(text: str, *, where: str = "listener on document", role: str = "page") -> PageGap:
    piece = Piece(kind=PieceKind.HEARD, words=f"click: {text[:80]}", where=where, role=role, value=text)
    (gap,) = unaccounted(DomSnapshot(tokens=(), left=(piece,)), Known())
    return gap


def adopted(gap: PageGap) -> Chrome:
    told = {"chrome": "adopted_x", "layout": "unified", "kind": gap.kind.value, "words": gap.words, "where": gap.where}
    return Chrome(**told, summary="measuring", source="a test", last_verified=date(2026, 11, 1))


def test_the_same_text_is_known_again_and_no_other_is() -> None:
    gap = gap_of(TEXT)
    assert (gap.kind, why_not_chrome(gap)) == (PageGapKind.UNEXPLAINED, None)
    assert without_chrome([gap], [adopted(gap)], layout="unified") == []
    longer = TEXT + " " * 60 + "// and more of it"
    other = gap_of(longer)
    assert without_chrome([other], [adopted(gap)], layout="unified") == [other]


def test_texts_that_begin_alike_are_told_apart_by_their_hash() -> None:
    one, two = (gap_of(TEXT + "/" * 80 + end) for end in ("a", "b"))
    assert one.words.partition("[")[0] == two.words.partition("[")[0]
    assert without_chrome([two], [adopted(one)], layout="unified") == [two]


@pytest.mark.parametrize(
    "text",
    [
        "() => show()",
        "function (event) { revealOtherPermissions(event.target, 'all of them'); }",
        "function (event) { if (isNear(event)) loadMore(event.target, 'and again'); }",
        "function (event) { if (event.isTrusted) openTheOtherPart(event.target); }",
        "function () { [native code] } // and some more of it, so that it is long",
        "function (event) { openTheOtherPart(event); }" + " " * 20_000,
    ],
    ids=["short", "permissions", "more", "hand", "native", "long"],
)
def test_what_may_bring_rows_or_cannot_be_known_again_is_never_adopted(text: str) -> None:
    gap = gap_of(text)
    assert gap.kind is PageGapKind.WAY_NOT_TAKEN
    assert "never chrome" in str(why_not_chrome(gap))


@pytest.mark.parametrize(("where", "role"), [("section.rows", ""), ("listener on section", "page"), ("", "page")])
def test_a_listener_of_a_part_of_the_page_is_never_adopted(where: str, role: str) -> None:
    assert gap_of(TEXT, where=where, role=role).kind is PageGapKind.WAY_NOT_TAKEN
