"""A piece of a permission page that was adopted as chrome is no gap; what is about rows can never be."""

from __future__ import annotations

from datetime import date

import pytest

from flows.catalogue.schema import Chrome
from flows.models import PageGap, PageGapKind
from flows.permissions.accounting.chrome import why_not_chrome, without_chrome

WORDS, WHERE = "New: watch our webinar on Tuesday", "div#shell > div.promo"
GAP = PageGap(kind=PageGapKind.BANNER, words=WORDS, where=WHERE)


def chrome(**other: str) -> Chrome:
    told = {"chrome": "adopted_webinar", "layout": "unified", "kind": "banner", "words": WORDS, "where": WHERE, **other}
    return Chrome(**told, summary="a promotion", source="a test", last_verified=date(2026, 11, 1))


def test_exactly_these_words_at_exactly_this_place_of_this_layout_are_no_gap() -> None:
    other = PageGap(kind=PageGapKind.UNEXPLAINED, words="Something else", where=WHERE)
    assert without_chrome([GAP, other], [chrome()], layout="unified") == [other]
    assert without_chrome([GAP], [chrome(layout="global")], layout="unified") == []


@pytest.mark.parametrize(
    ("adopted", "layout"),
    [
        (chrome(words=WORDS + " too"), "unified"),
        (chrome(where="div#shell"), "unified"),
        (chrome(kind="unexplained"), "unified"),
        (chrome(), "classic"),
        (chrome(layout="global"), "own_view"),
    ],
)
def test_other_words_another_place_kind_or_layout_stay_a_gap(adopted: Chrome, layout: str) -> None:
    assert without_chrome([GAP], [adopted], layout=layout) == [GAP]


@pytest.mark.parametrize(
    ("words", "kind", "where", "said"),
    [
        ("You can only View this", "banner", WHERE, "level word"),
        ("None of this matters", "unexplained", WHERE, "level word"),
        ("查看", "unexplained", WHERE, "level word"),
        ("Settings", "unexplained", WHERE, "title of a section"),
        ("Canada", "unexplained", WHERE, "marketplace"),
        ("Pending until Friday", "banner", WHERE, "take back"),
        ("Draft", "banner", WHERE, "take back"),
        ("3 permissions are hidden", "banner", WHERE, "about rows"),
        ("Showing 10 of 40", "unexplained", WHERE, "about rows"),
        ("Manage Global Permissions", "unexplained", WHERE, "title of a section"),
        ("Benutzer ausgeblendet", "banner", WHERE, "about rows"),
        ("Welcome b2@users.example", "banner", WHERE, "an address"),
        ("Webinar", "unexplained", "control", "stands in a control"),
        ("Webinar", "unexplained", "", "stands in a control"),
        ("Webinar", "way_not_taken", WHERE, "never chrome"),
        ("Webinar", "late", WHERE, "never chrome"),
        ("w" * 200, "banner", WHERE, "cut off"),
    ],
)
def test_what_is_about_rows_is_never_chrome_even_where_a_row_of_the_database_says_so(
    words: str, kind: str, where: str, said: str
) -> None:
    gap = PageGap(kind=PageGapKind(kind), words=words, where=where)
    assert said in (why_not_chrome(gap) or "")
    if kind in ("banner", "unexplained") and where:
        forged = chrome(words=words[:200], kind=kind, where=where)
        assert without_chrome([gap], [forged], layout="unified") == [gap]
