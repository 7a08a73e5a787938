"""What a page tells arrives as text that every file and database takes."""

from __future__ import annotations

import json

import pytest

from flows.browser.scripts import parse_told


@pytest.mark.parametrize(
    ("told", "read"),
    [
        (r'"a\ud800b"', "a\ufffdb"),
        (r'"\udfff\u0000"', "\ufffd\ufffd"),
        (r'"\\\ud800"', "\\\ufffd"),
        (r'"\\ud800"', r"\ud800"),
        (r'"\\u0000"', r"\u0000"),
        (r'"\u001b\u0085 \u00e9"', "\x1b\x85 é"),
        (json.dumps("👍🏽 Ω", ensure_ascii=False), "👍🏽 Ω"),
    ],
)
def test_half_a_character_and_nul_are_replaced_and_nothing_else(told: str, read: str) -> None:
    assert parse_told(told) == read
    assert parse_told(json.dumps(read, ensure_ascii=False)) == read.replace("\0", "\ufffd")
