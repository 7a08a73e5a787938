"""A link of the user's row may lead to another list of users, as that to Global User Permissions does.

Both halves are read through both lists; what the second one leaves open is a gap, whatever was read besides.
"""

from __future__ import annotations

from random import Random

import pytest

from tests.support.lies.bases import drawn_base, page_of
from tests.support.lies.page import PERMISSIONS, USER, LyingPage, Resource
from tests.support.lies.rig import Judged, LyingRig

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser and one site a module

REGIONAL, GLOBAL, NEXT = f"{PERMISSIONS}/x/regional", f"{PERMISSIONS}/x/global", f"{PERMISSIONS}/overview"
OTHER = "b2@users.example"
BASE = drawn_base(Random("two lists 4"), line="table", level="radios")
TO_FORM, TO_NEXT = f'<a href="{REGIONAL}">Manage Permissions</a>', f'<a href="{NEXT}">Manage Global Permissions</a>'
TO_GLOBAL = f'<a href="{GLOBAL}">Manage rights</a>'


def users(title: str, *rows: tuple[str, str]) -> str:
    lines = "".join(f"<tr><td>Ada</td><td>{email}</td><td>{links}</td></tr>" for email, links in rows)
    return page_of(f"<h1>{title}</h1><table><tr><th>Name</th><th>Email</th><th></th></tr>{lines}</table>")


def global_half(held: str = "View &amp; Edit", *, whose: str = USER) -> str:
    levels = ("None", "View", "View &amp; Edit")
    cells = "".join(
        f'<td><label><input type="radio" name="g1"{" checked" * (level == held)}>{level}</label></td>'
        for level in levels
    )
    table = f"<table><tr><td>Manage Service Requests</td>{cells}</tr></table>"
    return page_of(
        f"<h1>Global User Permissions</h1><p>Permissions of {whose}</p><section><h2>Services</h2>{table}</section>"
    )


def next_list(links: str = TO_GLOBAL) -> str:
    return users("Global User Permissions", (USER, links), (OTHER, links.replace("/x/", "/y/")))


async def judged(
    stage: LyingRig, *, second: str, first: str = f"{TO_FORM} {TO_NEXT}", half: str = "", shown: str = ""
) -> Judged:
    """The audit of an account whose list of users has these links in the user's row.

    `shown`: what is shown instead of that list.
    """
    pages = {REGIONAL: BASE.html, NEXT: second, f"{NEXT}/2": next_list(), GLOBAL: half or global_half()}
    return await stage.judge(
        LyingPage(
            name="two lists",
            kind="listed",
            what="two lists of users",
            right=frozenset({"pass"}),
            html=shown or users("User Permissions", (USER, first), (OTHER, first.replace("/x/", "/y/"))),
            resources={path: Resource(type="text/html", body=html) for path, html in pages.items()},
        )
    )


async def test_both_halves_are_read_through_both_lists(stage: LyingRig) -> None:
    told = await judged(stage, second=next_list())
    assert (told.verdict, told.gaps, told.rows) == ("pass", (), len(BASE.rows) + 1)


async def test_a_half_behind_the_second_list_is_judged_as_the_first(stage: LyingRig) -> None:
    told = await judged(stage, second=next_list(), half=global_half("None"))
    assert (told.verdict, told.rows) == ("fail", len(BASE.rows) + 1)


OPEN = {
    "an unknown link in the second list": (next_list(f'{TO_GLOBAL} <a href="/x">Delegations</a>'), "Delegations"),
    "a second link to rights in the second list": (
        next_list(f'{TO_GLOBAL} <a href="{PERMISSIONS}/x/europe">Permissions in Europe</a>'), "Permissions in Europe"),
    "the same form behind the second list": (next_list(TO_FORM), "led to the same permissions"),
    "a third list behind the second": (
        next_list(f'<a href="{NEXT}/2">Manage rights</a>'), "led to a list of users"),
    "a form of the regional half alone": (BASE.html, "shows no global rows"),
}  # fmt: skip


@pytest.mark.sampled(1)
@pytest.mark.parametrize("name", OPEN)
async def test_what_a_second_list_leaves_open_is_a_gap(stage: LyingRig, name: str) -> None:
    second, words = OPEN[name]
    told = await judged(stage, second=second)
    assert told.verdict == "incomplete", str(told)
    assert [gap for gap in told.gaps if words in gap], str(told)


async def test_a_link_back_to_the_first_list_is_a_way_that_was_not_taken(stage: LyingRig) -> None:
    back = f'<a href="{PERMISSIONS}?all=1">Manage Global Permissions</a>'
    told = await judged(stage, first=f"{TO_FORM} {back}", second="")
    assert told.verdict == "incomplete"
    assert "the link 'Manage Global Permissions' led back to the list of users" in told.gaps


async def test_another_user_s_half_behind_the_second_list_does_not_pass(stage: LyingRig) -> None:
    told = await judged(stage, second=next_list(), half=global_half(whose=OTHER))
    assert told.verdict == "incomplete", str(told)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("more", "verdict"), [("", "pass"), (' <a href="/x">Delegations</a>', "incomplete")], ids=["alone", "with another"]
)
async def test_a_link_of_a_list_that_the_form_leads_to_is_a_gap_too(stage: LyingRig, more: str, verdict: str) -> None:
    form = BASE.html.replace('<div id="grid">', f'<p><a href="{NEXT}">Global User Permissions</a></p><div id="grid">')
    told = await judged(stage, shown=form, second=next_list(TO_GLOBAL + more))
    assert (told.verdict, len([gap for gap in told.gaps if "Delegations" in gap])) == (verdict, len(more) and 1), str(
        told
    )
