"""The pure parts of the grid readers.

Windows, the accessibility tree, levels, drift.
"""

from __future__ import annotations

import pytest

from flows.catalogue.drift import drift_of
from flows.catalogue.grids import recorded_shapes
from flows.models import Level
from flows.permissions.rows.interpret import interpret
from flows.permissions.rows.levels import read_level
from flows.permissions.rows.tokens import DomSnapshot, Option, RowToken, TextToken, Way
from flows.permissions.rows.vocabulary import lexicon, lexicon_for, says, scope_of, stated_count
from flows.permissions.snapshot.accessibility import read_tree
from flows.permissions.snapshot.aria_tree import parse_aria
from flows.permissions.snapshot.merge import merge_windows

EN = lexicon("en")


def rows(names: str) -> tuple[RowToken, ...]:
    return tuple(RowToken(label=name) for name in names)


def labels(tokens: object) -> str:
    assert isinstance(tokens, tuple)
    return "".join(token.label for token in tokens)


@pytest.mark.parametrize(
    ("seen", "window", "merged", "whole"),
    [
        ("", "abc", "abc", True),
        ("abcd", "cdef", "abcdef", True),
        ("abc", "abcdef", "abcdef", True),
        ("abb", "bbc", "abbc", True),
        ("abc", "xyz", "abcxyz", False),
    ],
)
def test_windows_are_woven_and_a_gap_between_them_is_noticed(seen: str, window: str, merged: str, whole: bool) -> None:
    tokens, held = merge_windows(rows(seen), rows(window))
    assert (labels(tokens), held) == (merged, whole)


def radio(word: str, *, on: bool = False, column: str = "") -> Option:
    return Option(own=(word,) if word else (), column=column, on=on)


def test_a_level_is_read_from_labels_and_columns_together() -> None:
    found = read_level((radio("None"), radio("", on=True, column="View & Edit")), EN, label="Payments")
    assert (found.level, found.offered, found.problem) == (Level.EDIT, (Level.NONE, Level.EDIT), None)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((radio("None"), radio("View")), "unread"),
        ((radio("None", on=True), radio("View", on=True)), "unread"),
        ((radio("None"), radio("Limited", on=True)), "unknown_level"),
        ((radio("None"), radio("View", on=True, column="Edit")), "unread"),
        ((radio("None"), radio("None", on=True)), "unread"),
        ((radio("None"), radio("", on=True)), "unknown_level"),
        ((radio("None"), Option(own=("View",), on=None)), "unread"),
        ((radio("None"), Option(own=("View", "○"), on=True)), "unread"),
        ((), "unread"),
        ((Option(way=Way.CHOICE, listed=("None", "View"), chosen=("View",), shows="None", on=True),), "unread"),
        ((Option(way=Way.CHOICE, listed=("None", "Some"), chosen=("None",), on=True),), "unknown_level"),
    ],
)
def test_a_row_that_is_not_clear_has_no_level(options: tuple[Option, ...], code: str) -> None:
    found = read_level(options, EN, label="Payments")
    assert found.level is None
    assert (found.problem or "").startswith(f"{code}: ")


@pytest.mark.parametrize(
    "options", [(radio("None"), radio("Voir", on=True)), (Option(way=Way.CHOICE, shows="Voir", on=True),)]
)
def test_a_word_that_nobody_knows_is_named_with_the_place_to_add_it(options: tuple[Option, ...]) -> None:
    problem = read_level(options, lexicon("fr"), label="Payments").problem or ""
    assert "'Voir' is no level we know" in problem
    assert "[levels.fr] of selectors/grids/words.toml" in problem


def test_the_rows_label_in_a_controls_name_is_no_level() -> None:
    found = read_level((radio("Payments None"), radio("Payments: Edit", on=True)), EN, label="Payments")
    assert found.level is Level.EDIT


@pytest.mark.parametrize("declared", ["en-US", "de-DE", "zh-CN"])
def test_pages_mix_languages_and_every_known_word_is_understood(declared: str) -> None:
    words = lexicon_for(["None", "View", "Anzeigen und Bearbeiten"], declared=declared)
    assert words.level("Anzeigen und Bearbeiten") is Level.EDIT
    assert (words.level("View"), words.section("Settings")) == (Level.VIEW, "Settings")
    assert words.label("User Permissions") == words.label("用户权限") == "User Permissions"


def test_a_word_of_a_language_that_nobody_wrote_down_is_not_understood() -> None:
    assert lexicon("fr").level("Voir et modifier") is None


def test_scopes_and_counts_are_told_from_titles() -> None:
    assert (scope_of("Global User Permissions"), scope_of("United States"), scope_of("Orders")) == (
        "global",
        "US",
        None,
    )
    assert (
        stated_count("Orders (7)"),
        stated_count("62 permissions"),
        stated_count("Showing 20 of 62"),
        stated_count("Orders"),
    ) == (
        7,
        62,
        62,
        None,
    )


def test_the_accessibility_tree_is_parsed_with_quotes_and_states() -> None:
    root = parse_aria('- row:\n  - \'cell "It\'\'s: a"\'\n  - radio "None" [checked] [disabled]\n  - text: "x: y"')
    row = root.children[0]
    assert [child.role for child in row.children] == ["cell", "radio", "text"]
    assert (row.children[0].name, row.children[1].states, row.children[2].text) == (
        "It's: a",
        {"checked": "true", "disabled": "true"},
        "x: y",
    )


def test_a_snapshot_that_is_not_understood_is_refused() -> None:
    with pytest.raises(ValueError, match="not a line"):
        parse_aria("something else")


def test_rows_are_heard_in_the_order_of_reading() -> None:
    lines = (
        '- heading "Orders" [level=2]',
        "- text: Payments",
        '- radio "None"',
        '- radio "Edit" [checked]',
        "- text: Feedback",
    )
    heard = read_tree(parse_aria("\n".join((*lines, '- radio "None" [checked]'))))
    assert [row.texts for row in heard.rows] == [["Orders", "Payments"], ["Feedback"]]


def test_a_new_shape_is_drift_and_a_recorded_one_is_not() -> None:
    known = recorded_shapes()["classic"][0]
    assert drift_of("classic", known) is None
    assert drift_of("global", f"{known}+{known}") is None
    assert "abc" in (drift_of("global", f"{known}+abc") or "")


def grid_with(
    *tokens: TextToken | RowToken, troubles: tuple[str, ...] = ()
) -> tuple[tuple[str, ...], list[str | None]]:
    payments = RowToken(label="Payments", options=(radio("None", on=True), radio("View")))
    read = interpret(DomSnapshot(tokens=(TextToken(text="Reports", title=True), payments, *tokens), troubles=troubles))
    return read.gaps, [row.problem for row in read.rows]


def test_a_grid_that_says_nothing_went_wrong_has_no_gap() -> None:
    assert grid_with(TextToken(text="Questions? Try the help pages.")) == ((), [None])


@pytest.mark.parametrize(
    "text",
    [
        "Some permissions could not be loaded",
        "Something went wrong",
        "Retry",
        "数据加载失败",
        "Einige Rechte konnten nicht geladen werden",
    ],
)
def test_a_page_that_says_that_something_went_wrong_is_not_whole(text: str) -> None:
    assert any("not whole" in gap for gap in grid_with(TextToken(text=text))[0])
    taken_for_a_row = RowToken(label=text, options=(radio("None", on=True),))
    assert any("not whole" in gap for gap in grid_with(taken_for_a_row)[0])


def test_a_box_for_errors_is_a_gap_whatever_it_says() -> None:
    assert any("not whole" in gap for gap in grid_with(troubles=("Ups",))[0])


def test_a_colon_alone_is_no_label() -> None:
    _, problems = grid_with(RowToken(label=":", options=(radio("None", on=True),)))
    assert problems[1] == "unknown_permission: the row has no label of its own"


def test_a_text_that_something_is_loading_is_told_from_a_label() -> None:
    assert says("loading", "Loading permissions…")
    assert not says("loading", "Manage loading docks")
