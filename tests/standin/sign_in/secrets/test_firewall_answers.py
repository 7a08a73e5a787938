"""A challenge of the firewall that answers the password.

The site has not seen that request, so it goes once more.
"""

# A line holds one page.
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.standin.sign_in.secrets.test_whose_password import ASKED, SENT
from tests.support.sites.shown_site import PASSWORD, ShownRig, shown_rig

pytestmark = pytest.mark.asyncio(loop_scope="session")

CONTAINER = "<div id='challenge-container'></div>"
TOKEN = "document.cookie = 'aws-waf-token=t; path=/; secure';"
AGAIN = f"setTimeout(() => {{ {TOKEN} location.reload() }}, 300)"


def challenge(script: str = AGAIN, *, signs: str = CONTAINER, inner: str = "") -> str:
    """A page as the firewall serves it."""
    return f"<!doctype html><html><head><title></title></head><body>{signs}{inner}<script>window.gokuProps = {{key: 'k'}}; {script}</script></body></html>"


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def rig() -> AsyncIterator[ShownRig]:
    async with shown_rig() as running:
        yield running


SENDS_AGAIN = {
    "after a while": challenge(),
    "at once": challenge(f"{TOKEN} location.reload()"),
    "when all is loaded": challenge(f"onload = () => {{ {TOKEN} history.go(0) }}"),
    "without the container": challenge(signs=""),
    "from the service": challenge(signs="<script src='https://3f38.us-east-1.token.awswaf.com/3f38/challenge.js'></script>"),
}  # fmt: skip


@pytest.mark.sampled(2)
@pytest.mark.parametrize("way", SENDS_AGAIN)
async def test_what_the_firewall_answered_is_sent_once_more_and_arrives(rig: ShownRig, way: str) -> None:
    rig.site.begin({"*": ASKED})
    rig.site.first = [(202, SENDS_AGAIN[way])]
    ended = await rig.go_on()
    assert ended.outcome == "arrived", ended.error
    assert (len(rig.site.passwords), ended.typed) == (2, ("type_password accepted",))
    assert rig.site.passwords[0] == rig.site.passwords[1]


@pytest.mark.parametrize("times", [2, 5])
async def test_a_challenge_that_comes_again_is_for_a_person(rig: ShownRig, times: int) -> None:
    rig.site.begin({"*": ASKED})
    rig.site.first = [(202, challenge())] * times
    ended = await rig.go_on()
    assert (ended.outcome, ended.typed) == ("challenge", ("type_password doubted",)), ended.error
    assert len(rig.site.passwords) == 2


@pytest.mark.parametrize("words", ["Your password is incorrect", "Heslo je nespravne"])
async def test_a_refusal_after_the_challenge_is_the_end(rig: ShownRig, words: str) -> None:
    box = f"<div id='auth-error-message-box'><h4>There was a problem</h4><ul><li>{words}</li></ul></div>"
    rig.site.begin({"*": ASKED, SENT: ASKED.replace("<h1>", f"{box}<h1>", 1)})
    rig.site.first = [(202, challenge())]
    ended = await rig.go_on()
    assert ended.outcome in ("password_rejected", "unknown_screen", "stuck"), ended.error
    assert len(rig.site.passwords) == 2


FETCHED = f"fetch('/ap/signin', {{method: 'POST', body: new URLSearchParams({{password: '{PASSWORD}'}})}})"
FORM = (
    "<form method='post' action='/ap/signin'><input type='hidden' name='email' value='a1@users.example'>"
    f"<input type='hidden' name='password' value='{PASSWORD}'></form>"
)
MADE = f"document.body.insertAdjacentHTML('beforeend', `{FORM}`); document.forms[0].submit()"
FRAMED = "const f = document.createElement('iframe'); f.srcdoc = `{}<script>document.forms[0].submit()<\\/script>`; document.body.append(f)"

# The page that answers the password, and its status: what the site itself may have answered, or no mere reload.
NO_CHALLENGE = {
    "a status of the site's": (200, challenge()),
    "another status": (203, challenge()),
    "a puzzle of the firewall": (405, challenge()),
    "no sign of the firewall": (202, "<!doctype html><title></title><p>One moment</p><script>setTimeout(() => location.reload(), 300)</script>"),
    "the form again": (202, challenge(inner=FORM)),
    "the page of the password": (202, ASKED.replace("</body>", f"{CONTAINER}<script>setTimeout(() => location.reload(), 300)</script></body>")),
    "a script that sends it": (202, challenge(f"setTimeout(() => {FETCHED}, 300)")),
    "a form that a script makes": (202, challenge(f"setTimeout(() => {{ {MADE} }}, 300)")),
    "a frame that sends it": (202, challenge(f"setTimeout(() => {{ {FRAMED.format(FORM)} }}, 300)")),
}  # fmt: skip


@pytest.mark.sampled(3)
@pytest.mark.parametrize("way", NO_CHALLENGE)
async def test_what_the_site_may_have_seen_is_sent_once(rig: ShownRig, way: str) -> None:
    rig.site.begin({"*": ASKED})
    rig.site.first = [NO_CHALLENGE[way]]
    ended = await rig.go_on()
    assert ended.outcome != "arrived"
    assert (len(rig.site.passwords), ended.typed) == (1, ("type_password doubted",)), ended.error
