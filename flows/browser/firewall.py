"""Whether the firewall answered in the site's place.

The silent challenge (AWS WAF, action "Challenge") keeps a request from the site: the firewall answers with the status
202 and a page whose script gets a token and sends the same request again (API reference of AWS WAF, ChallengeAction;
facts sign-in 1.2). So a form that was answered so was not tried.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from playwright.async_api import CDPSession

from flows.browser.sent_bodies import sending_of, text_in
from flows.browser.whose_secret import OwnedSecret

_CHALLENGED = 202  # the only status of this answer; a puzzle has 405 and is for a person
_ACTION = "x-amzn-waf-action"
_SIGNS = re.compile(r"gokuProps|AwsWafIntegration|\.awswaf\.com/|\bchallenge-container\b")  # see waf_challenge.toml
_FIELDS = re.compile(r"<\s*(?:form|input|select|textarea|button)\b", re.IGNORECASE)


def is_challenge(*, status: int, headers: dict[str, str], page: str) -> bool:
    """Whether an answer is the firewall's silent challenge.

    By its header where there is one, else by what its page holds. A page with a field or a button is none.
    """
    if status != _CHALLENGED or _FIELDS.search(page):
        return False
    action = next((value for name, value in headers.items() if name.lower() == _ACTION), None)
    return action.strip().lower() == "challenge" if action is not None else _SIGNS.search(page) is not None


async def note_answer(session: CDPSession, paused: dict[str, Any], owned: Iterable[OwnedSecret]) -> None:
    """Note who answered a request that took a secret along; then let the answer go on.

    It goes on whatever was found. One that cannot be read counts as the site's: nothing goes again.

    Raises:
        Error: the answer could not be read, or the page is gone and the request with it.
    """
    named = {"requestId": paused["requestId"]}
    try:
        if await _is_from_the_firewall(session, paused):
            for one in owned:
                one.note_untried(sending_of(paused))
    finally:
        await session.send("Fetch.continueRequest", named)


async def _is_from_the_firewall(session: CDPSession, paused: dict[str, Any]) -> bool:
    if paused.get("responseStatusCode") != _CHALLENGED:
        return False
    page = text_in(await session.send("Fetch.getResponseBody", {"requestId": paused["requestId"]}))
    headers = {one["name"]: one["value"] for one in paused.get("responseHeaders", ())}
    return is_challenge(status=_CHALLENGED, headers=headers, page=page)
