"""What is drawn on rows, and numbered on lists, may say that what was read is not all, or not in force."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.permissions.accounting.account import unaccounted
from flows.permissions.accounting.known import Known
from flows.permissions.rows.looks import unlike
from flows.permissions.rows.numbering import Numbers, numbers_missing
from flows.permissions.rows.qualifiers import row_trouble
from flows.permissions.rows.tokens import DomSnapshot, Option, RowToken, TextToken, Way

PLAIN = ("1.00", "black", "none", "view\nblack\nwhite", "none")
Look = tuple[str, ...]


def rows(*looks: Look) -> list[RowToken]:
    return [RowToken(label=f"Row {number}", looks=look) for number, look in enumerate(looks)]


@pytest.mark.parametrize(
    "odd",
    [
        ("0.40", *PLAIN[1:]),
        (PLAIN[0], "grey", *PLAIN[2:]),
        (*PLAIN[:2], "pink", *PLAIN[3:]),
        (*PLAIN[:3], "view\ngrey\nwhite", PLAIN[4]),
        (*PLAIN[:3], "view\nblack\npink", PLAIN[4]),
        (*PLAIN[:3], "view\ngrey\n", PLAIN[4]),
        (*PLAIN[:4], "box red 1px"),
    ],
)
def test_a_row_that_looks_like_no_other_is_told(odd: Look) -> None:
    assert list(unlike(rows(*[PLAIN] * 4, odd, *[PLAIN] * 2))) == [4]


def test_a_level_whose_ground_is_not_known_for_the_pointer_is_compared_by_its_ink() -> None:
    touched = (*PLAIN[:3], "view\nblack\n", PLAIN[4])
    assert unlike(rows(*[PLAIN] * 4, touched, *[PLAIN] * 2)) == {}


def test_every_row_that_is_fainter_than_most_is_told() -> None:
    faint = ("0.40", *PLAIN[1:])
    assert list(unlike(rows(*[PLAIN] * 5, faint, faint))) == [5, 6]


@pytest.mark.parametrize("axis", [1, 2, 3, 4])
def test_a_few_rows_that_look_alike_and_unlike_all_others_are_told(axis: int) -> None:
    odd = tuple("view\nred\nwhite" if at == axis else look for at, look in enumerate(PLAIN))
    told = [replace(row, looks=odd if row.label in ("Row 6", "Row 7") else PLAIN) for row in rows(*[PLAIN] * 8)]
    assert list(unlike(told)) == [6, 7]


def test_rows_of_one_level_may_look_alike() -> None:
    odd = (*PLAIN[:2], "red", "none\nblack\nwhite", "none")
    told = [
        replace(row, options=(Option(own=("None" if row.looks == odd else "View",), on=True),))
        for row in rows(*[PLAIN] * 6, odd, odd)
    ]
    assert unlike(told) == {}


def test_a_drop_down_that_is_called_like_its_row_holds_no_other_level_for_that() -> None:
    odd = (*PLAIN[:2], "red", "", "none")
    told = [
        replace(row, options=(Option(way=Way.CHOICE, own=(row.label,), shows="", chosen=("View",), on=True),))
        for row in rows(*[PLAIN] * 6, odd, odd)
    ]
    assert list(unlike(told)) == [6, 7]


def test_a_few_rows_are_told_among_rows_of_two_colours_by_turns() -> None:
    odd, even = (*PLAIN[:2], "red", *PLAIN[3:]), (*PLAIN[:2], "white", *PLAIN[3:])
    assert list(unlike(rows(*[PLAIN, even] * 5, odd, odd))) == [10, 11]


def test_sections_of_three_colours_are_no_sign() -> None:
    odd, even = (*PLAIN[:2], "red", *PLAIN[3:]), (*PLAIN[:2], "white", *PLAIN[3:])
    assert unlike(rows(*[PLAIN] * 7, *[even] * 4, odd, odd)) == {}


@pytest.mark.parametrize(
    "label",
    ["User Permissi\u043ens", "\u202esnoissimreP resU\u202c", "User Permissio\u0335ns", "\uff35ser Permissions"],
)
def test_a_label_that_may_look_like_another_is_not_read(label: str) -> None:
    assert "says more than a name" in str(row_trouble(RowToken(label=label)))


@pytest.mark.parametrize(
    "label",
    [
        "Manage FBA Inventory",
        "\u30e6\u30fc\u30b6\u30fcID\u6a29\u9650",
        "Pr\u00e9f\u00e9rences",
        "\u0645\u062f\u06cc\u0631 FBA",
        "Item\u00ad Guide",
    ],
)
def test_a_label_in_letters_that_belong_together_is_read(label: str) -> None:
    assert row_trouble(RowToken(label=label)) is None


@pytest.mark.parametrize(
    "looks",
    [
        [PLAIN, (*PLAIN[:2], "grey", *PLAIN[3:])] * 3,  # every other row on another ground
        [PLAIN] * 5 + [(*PLAIN[:3], "none\nred\nwhite", PLAIN[4])],  # another level in a colour of its own
        [PLAIN] * 2 + [("0.40", *PLAIN[1:])],  # too few to say what is usual
    ],
)
def test_rows_that_differ_as_rows_do_are_not(looks: list[Look]) -> None:
    assert unlike(rows(*looks)) == {}


@pytest.mark.parametrize(
    ("at", "size", "heads", "missing"),
    [
        ({1, 2, 4}, 0, 0, "3"),
        ({1, 2}, 4, 0, "3, 4"),
        ({2, 3, 5}, 0, 1, "4"),
        ({2, 3}, 0, 0, "1"),
        ({3, 4}, 0, 1, "2"),
    ],
)
def test_a_number_that_no_row_bears_is_a_gap(at: set[int], size: int, heads: int, missing: str) -> None:
    (gap,) = numbers_missing([Numbers(where="list", at=frozenset(at), size=size, heads=heads)])
    assert f"({missing})" in gap.words


def test_the_windows_of_a_list_are_counted_together_and_heads_are_none_of_its_rows() -> None:
    first, last = (Numbers(where="list", at=frozenset(at), heads=1) for at in ({2, 3}, {3, 4}))
    assert numbers_missing([first, last]) == ()


def test_a_table_that_says_how_many_rows_it_has_may_leave_out_a_number() -> None:
    assert numbers_missing([Numbers(where="list", at=frozenset({2, 4}), heads=1, count=3)]) == ()
    assert numbers_missing([Numbers(where="list", at=frozenset({2, 4}), heads=1, count=4)]) != ()


def test_a_press_is_harmless_by_its_words_only_where_nobody_hears_it() -> None:
    silent = TextToken(text="Help", way="press", button=True)
    heard = TextToken(text="Help", way="press", button=True, heard=True)
    assert [len(unaccounted(DomSnapshot(tokens=(one,)), Known())) for one in (silent, heard)] == [0, 1]


def test_a_row_that_is_marked_invalid_is_not_read() -> None:
    assert row_trouble(RowToken(label="Payments", states=("aria-invalid",))) == "unread: the row is marked aria-invalid"
