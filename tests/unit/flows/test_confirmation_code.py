"""Which text of a page is the confirmation code."""

from __future__ import annotations

import pytest

from flows.invitation.confirmation_code import code_in


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        ([": 7QK4-ZM2P"], "7QK4-ZM2P"),
        ([" 48213377."], "48213377"),
        (["QWKZPLMX"], "QWKZPLMX"),
        (["4821 3377"], "4821 3377"),
        (["123-456"], "123-456"),
        (["123 456"], "123 456"),
        (["x7f3k9q2"], "x7f3k9q2"),
        (["７ＱＫ４"], "7QK4"),
        (["is 7QK4-ZM2P. It is valid for 14 days"], "7QK4-ZM2P"),
        (["7QK4-ZM2P is your"], "7QK4-ZM2P"),
        (["", "A1B2-C3D4-E5F6-G7H8", "Give it to the owner"], "A1B2-C3D4-E5F6-G7H8"),
        (["is b2b4 or 7QK4-ZM2P"], "7QK4-ZM2P"),
    ],
)
def test_a_code_is_found_in_the_shapes_it_has(texts: list[str], code: str) -> None:
    assert code_in(texts) == code


@pytest.mark.parametrize(
    "texts",
    [
        [],
        [""],
        ["Please wait"],
        ["given to the account owner"],
        ["AB12CD or EF34GH"],
        ["7QK4-ZM2P", "8RL5-AN3Q"],
        ["a1@users.example asked"],
    ],
)
def test_no_code_is_guessed(texts: list[str]) -> None:
    assert code_in(texts) is None
