"""What is no yes to a password: it is not typed again, and what became of it stays open."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.standin.sign_in.test_whose_password import IN_OURS, PASSWORD_FIELD, page
from tests.support.sites.shown_site import ShownRig, shown_rig

pytestmark = pytest.mark.asyncio(loop_scope="session")

ASKED = page(IN_OURS + PASSWORD_FIELD)
TILES = (
    "<title>Amazon Sign-In</title><h1>Switch accounts</h1><div class='cvf-account-switcher'>"
    "<div class='cvf-account-switcher-profile-details'>Somebody</div></div>"
)
SENT = "POST /ap/signin"

# The page that answers, and its status: words in no box and in no known language, a box of the browser's own, an error.
ANSWERS = {
    "other words": (page(IN_OURS + PASSWORD_FIELD, beside="<p>Heslo je nespravne</p>"), 200),
    "a box of the browser's own": (ASKED.replace("</body>", "<script>alert('No')</script></body>"), 200),
    "the status of a refusal": (ASKED, 422),
    "a page that is not found": ("<title>Page Not Found</title><h1>Page not found</h1>", 404),
    "a choice of logins": (TILES, 200),
}


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def rig() -> AsyncIterator[ShownRig]:
    async with shown_rig() as running:
        yield running


@pytest.mark.sampled(2)
@pytest.mark.parametrize("answer", ANSWERS)
async def test_what_is_no_yes_is_doubted_after_one_try(rig: ShownRig, answer: str) -> None:
    shown, status = ANSWERS[answer]
    rig.site.begin({"*": ASKED, SENT: shown})
    rig.site.types[SENT] = (status, "text/html")
    ended = await rig.go_on()
    assert ended.outcome in ("stuck", "unknown_screen"), ended.error
    assert (len(rig.site.passwords), ended.typed) == (1, ("type_password doubted",))


async def test_a_form_that_the_site_sends_the_browser_to_send_again_is_sent_to_each_place_once(rig: ShownRig) -> None:
    rig.site.begin({"*": ASKED})
    rig.site.redirects |= {SENT: "/ap/elsewhere", "POST /ap/elsewhere": "/ap/signin"}
    ended = await rig.go_on()
    assert [one.path for one in rig.site.sent] == ["/ap/signin", "/ap/elsewhere"]
    assert (ended.outcome, ended.typed) == ("secret_guard", ("type_password doubted",))
