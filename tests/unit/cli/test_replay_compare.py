"""Outcomes of a replay beside what was recorded; no browser."""

from __future__ import annotations

from typing import Any

import pytest

from agent.rehearsal.replay.compare import compare

ROW = {"permission": "Manage Orders", "level": "View"}
READ = {"result": {"grid": {"layout": "classic", "rows": [ROW, ROW]}}}
CHALLENGE = {"error": {"code": "challenge", "screen": "otp"}}


def grid(**changed: Any) -> dict[str, Any]:
    return {"result": {"grid": {"layout": "classic", "rows": [ROW, ROW], **changed}}}


@pytest.mark.parametrize(
    ("now", "lines"),
    [
        (grid(), []),
        (grid(pages=["told since"], rows=[ROW, {**ROW, "raw": "told since"}]), []),
        (grid(rows=[ROW]), ["result.grid.rows: recorded 2 entries, now 1"]),
        (grid(rows=[ROW, {**ROW, "level": "None"}]), ["result.grid.rows[1].level: recorded 'View', now 'None'"]),
        (grid(rows=[ROW, {"permission": "Manage Orders"}]), ["result.grid.rows[1].level: recorded 'View', now None"]),
        (CHALLENGE, ["outcome: recorded classic, 2 rows, now challenge (otp)"]),
    ],
)
def test_what_was_read_differs_in_what_was_known_when_it_was_recorded(now: dict[str, Any], lines: list[str]) -> None:
    assert compare(READ, now) == lines


def test_of_an_error_everything_counts() -> None:
    now = {"error": {**CHALLENGE["error"], "kind": "captcha_image"}}
    assert compare(CHALLENGE, now) == ["error.kind: recorded None, now 'captcha_image'"]


def test_a_long_value_is_told_in_a_line() -> None:
    (line,) = compare(grid(layout="classic " * 100), grid())
    assert len(line) < 250
