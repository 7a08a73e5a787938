"""What the second reading hears.

Strips of buttons, layout tables, sections beside their rows, lines that end in a level.
"""

from __future__ import annotations

import pytest

from flows.models import Level, PermissionRow
from flows.permissions.rows.tokens import Option, RowToken, Way
from flows.permissions.rows.vocabulary import is_language_picker, lexicon, scope_of, split_level
from flows.permissions.snapshot.accessibility import read_tree
from flows.permissions.snapshot.aria_row import AccessibleRow
from flows.permissions.snapshot.aria_tree import parse_aria
from flows.permissions.snapshot.compare import disagreements


def heard(tree: str) -> list[AccessibleRow]:
    return list(read_tree(parse_aria(tree.strip("\n"))).rows)


def told(row: AccessibleRow) -> tuple[list[str], list[tuple[str, bool | None]]]:
    return row.texts, [(next(iter(option.own), option.column), option.on) for option in row.options]


def test_a_strip_of_buttons_is_a_row_when_one_of_them_is_pressed() -> None:
    (row,) = heard('- heading "Payments"\n- group:\n  - button "None"\n  - button "Edit" [pressed]')
    assert told(row) == (["Payments"], [("None", False), ("Edit", True)])


def test_buttons_called_like_levels_are_no_row_when_none_is_pressed() -> None:
    assert heard('- heading "Payments"\n- group:\n  - button "None"\n  - button "Edit"') == []


def test_several_controls_of_one_cell_are_all_heard() -> None:
    (row,) = heard('- row:\n  - cell "Payments"\n  - cell:\n    - radio "None"\n    - radio "Edit" [checked]')
    assert told(row) == (["Payments"], [("None", False), ("Edit", True)])


def test_a_row_of_a_layout_table_is_heard_as_the_rows_inside_it() -> None:
    inner = (
        '- cell "{}"\n        - cell:\n          - table:\n            - row:\n              - radio "None" [checked]'
    )
    rows = [f"      - row:\n        {inner.format(name)}" for name in ("Payments", "Feedback")]
    found = heard("- table:\n  - row:\n    - cell:\n" + "\n".join(rows))
    assert [told(row) for row in found] == [(["Payments"], [("None", True)]), (["Feedback"], [("None", True)])]


def test_a_cell_beside_several_rows_names_their_section() -> None:
    found = heard(
        """
- table:
  - row [box=0,0,300,20]:
    - rowheader "Reports" [box=0,0,90,40]
    - cell "Payments" [box=100,0,190,20]
    - cell "View" [box=200,0,300,20]
  - row [box=0,20,300,40]:
    - cell "Feedback" [box=100,20,190,40]
    - cell "None" [box=200,20,300,40]
  - row [box=0,40,300,60]:
    - rowheader "Settings" [box=0,40,90,60]
    - cell "Gift Options" [box=100,40,190,60]
    - cell "None" [box=200,40,300,60]
"""
    )
    assert [(row.titles, row.explicit) for row in found] == [
        (["Reports"], ["Payments"]),
        ([], ["Feedback"]),
        (["Settings"], ["Gift Options"]),
    ]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Payments View & Edit", ("Payments", "View & Edit")),
        ("Payments: View only", ("Payments", "View only")),
        ("用户权限无", ("用户权限", "无")),
        ("Lets the user view and edit", ("Lets the user view and edit", "")),
        ("None View Edit Admin", ("None View Edit Admin", "")),
        ("Payments", ("Payments", "")),
    ],
)
def test_a_line_is_split_where_it_ends_in_one_level(text: str, parts: tuple[str, str]) -> None:
    assert split_level(text) == parts


def test_only_a_list_of_languages_is_the_sites_own_picker() -> None:
    assert is_language_picker(("English (US)", "Deutsch - DE", "中文"))
    assert not is_language_picker(("English", "None"))
    assert not is_language_picker(())


@pytest.mark.parametrize(("first", "differs"), [("Canada", False), ("United States", True), ("", True)])
def test_both_readings_must_put_a_control_under_the_same_marketplace(first: str, differs: bool) -> None:
    tree = """
- heading "Orders" [level=2]
- table:
  - row:
    - columnheader "Permission" [box=0,0,100,10]
    - columnheader "Mexico" [box=100,0,100,10]
    - columnheader "Canada" [box=200,0,100,10]
  - row:
    - cell "Manage Orders" [box=0,10,100,10]
    - cell [box=100,10,100,10]
    - cell [box=200,10,100,10]:
      - combobox [box=220,10,50,10]:
        - option "None"
        - option "View" [selected]
"""
    option = Option(way=Way.CHOICE, over=first, on=True, listed=("None", "View"), chosen=("View",))
    scope = scope_of(first) or "regional"
    row = PermissionRow(
        scope=scope,
        section="Orders",
        permission="Manage Orders",
        offered=(Level.NONE, Level.VIEW),
        level=Level.VIEW,
    )
    said = disagreements(
        [(row, RowToken(label="Manage Orders", options=(option,)))], read_tree(parse_aria(tree.strip())), lexicon("en")
    )
    assert any("the marketplace (CA was heard)" in line for line in said) is differs
