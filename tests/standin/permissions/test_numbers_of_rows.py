"""What a page of the stand-in says of how many rows a table has is true of it, heads and all, whatever the seed."""

from __future__ import annotations

import re

import pytest

from fixtures.stand_in.permissions.markup.style import draw_style
from fixtures.stand_in.permissions.pages import Layout, PageOptions, PageRequest, respond
from fixtures.stand_in.permissions.rows import draw_rights

USER = "a1@users.example"
TABLE = re.compile(r'<table[^>]* aria-rowcount="(\d+)"[^>]*>(.*?)</table>', re.DOTALL)


@pytest.mark.parametrize("layout", [Layout.CLASSIC_G0, Layout.CLASSIC_G1, Layout.GLOBAL])
def test_the_numbers_of_a_table_are_those_of_its_rows(layout: Layout) -> None:
    looks = set()
    for seed in range(60):
        options = PageOptions(layout=layout, seed=seed)
        seller = draw_rights(seed, layout=layout)
        seller.add_user(USER, name="Uma User")
        answer = respond(PageRequest(method="GET", path="/gp/account-manager/home.html"), seller, USER, options)
        assert answer is not None
        for count, table in TABLE.findall(answer.body.decode()):
            numbers = [int(number) for number in re.findall(r'aria-rowindex="(\d+)"', table)]
            heads = table.count("<tr") - len(numbers)
            assert numbers == list(range(heads + 1, int(count) + 1)), f"seed {seed}"
            looks.add((draw_style(options).heads, heads))
    assert len(looks) >= (3 if layout is Layout.CLASSIC_G0 else 1)  # with heads, with a title alone, with neither
