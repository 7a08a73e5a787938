"""A row of the users' screen is the subject's by address and by type: partners share the screen, and may share the
address.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser

from flows.permissions.scripts import script
from flows.permissions.user_list import asked_of_list
from tests.support.sites.grids.recorded import showing

pytestmark = pytest.mark.asyncio(loop_scope="session")
EMAIL = "a1@users.example"
URL = "https://sellercentral.amazon.com/gp/account-manager/home.html"


def row(link: str, kind: str = "") -> str:
    return f"<tr><td>Anna</td><td>{EMAIL}</td><td>{kind}</td><td><a href='/{link}'>Manage Permissions</a></td></tr>"


def listed(title: str, *rows: str) -> str:
    return f"<section><h2>{title}</h2><table>{''.join(rows)}</table></section>"


SCREENS = {
    "a user alone": (listed("Current Users", row("ours")), ["/ours"]),
    "a list of both": (listed("Users and authorized partners", row("theirs", "Authorized Partner"),
        row("ours", "User")), ["/ours"]),
    "a list of each": (listed("Authorised Partners", row("theirs")) + listed("Current Users", row("ours")), ["/ours"]),
    "a user alone in a list of both": (listed("Users and authorized partners", row("ours")), ["/ours"]),
    "a partner alone": (listed("Current Users", row("theirs", "Solution provider")), []),
    "a partner alone in a list of partners": (listed("Authorized Partners", row("theirs")), []),
    "titles beside the lists": (
        f"<h2>Authorized Partners</h2><table>{row('theirs')}</table><h2>Current Users</h2><table>{row('ours')}</table>",
        ["/ours"],
    ),
    "two whose type is not told": (listed("Users and authorized partners", row("one"), row("two")), []),
}  # fmt: skip


@pytest.mark.parametrize("name", SCREENS)
async def test_no_row_of_a_partner_is_the_subject_s(chromium: Browser, name: str) -> None:
    html, expected = SCREENS[name]
    async with showing(chromium, f"<main>{html}</main>", url=URL) as page:
        asked: dict[str, Any] = asked_of_list("links", EMAIL, ["Manage Permissions"])
        found = await page.evaluate(
            f"(asked) => ({script('reach')})(asked).map((el) => el.getAttribute('href'))", asked
        )
    assert found == expected
