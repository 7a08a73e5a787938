"""Which answers are the firewall's, and how often what it answered goes again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from playwright.async_api import CDPSession, Error
from pydantic import SecretStr

from flows.browser.firewall import is_challenge, note_answer
from flows.browser.whose_secret import OwnedSecret, Sending

SIGNED = "<div id='challenge-container'></div><script>window.gokuProps = {}</script>"
CHALLENGE = {"X-Amzn-Waf-Action": "challenge"}
SENDING = Sending("https://www.amazon.com/ap/signin", "password=p%40ss", "Document of 1")


@pytest.mark.parametrize("headers", [{}, CHALLENGE, {"x-amzn-waf-action": " Challenge "}])
def test_a_challenge_is_known_by_its_status_and_its_header_or_page(headers: dict[str, str]) -> None:
    assert is_challenge(status=202, headers=headers, page=SIGNED)


def test_the_header_alone_does() -> None:
    assert is_challenge(status=202, headers=CHALLENGE, page="")


@pytest.mark.parametrize("status", [200, 201, 203, 302, 403, 405, 429, 503])
def test_no_other_status_is_a_challenge(status: int) -> None:
    assert not is_challenge(status=status, headers=CHALLENGE, page=SIGNED)


@pytest.mark.parametrize("inner", ["<form>", "<INPUT name=password>", "< button>", "<select>", "<textarea>"])
def test_a_page_that_asks_for_something_is_none(inner: str) -> None:
    assert not is_challenge(status=202, headers=CHALLENGE, page=SIGNED + inner)


@pytest.mark.parametrize("headers", [{"x-amzn-waf-action": "captcha"}, {"x-amzn-waf-action": ""}])
def test_what_the_header_calls_otherwise_is_none(headers: dict[str, str]) -> None:
    assert not is_challenge(status=202, headers=headers, page=SIGNED)


def test_a_page_without_a_sign_is_none() -> None:
    assert not is_challenge(status=202, headers={}, page="<p>Accepted</p>")


def sent(one: OwnedSecret, **changed: str) -> bool:
    return one.misdirection(replace(SENDING, **changed)) is None


def sent_once() -> OwnedSecret:
    one = OwnedSecret(secret=SecretStr("p@ss"), owner="a1@users.example")
    assert sent(one)
    return one


def test_what_the_firewall_answered_goes_once_more_and_never_a_third_time() -> None:
    one = sent_once()
    one.note_untried(SENDING)
    assert sent(one)
    assert not sent(one)  # the site has answered now
    one.note_untried(SENDING)
    assert one.is_endless(SENDING)
    assert not sent(one)


@pytest.mark.parametrize(
    "changed",
    [
        {"carried": "password=p%40ss&again=1"},
        {"sender": "Fetch of 1"},
        {"sender": "Document of 2"},
        {"url": f"{SENDING.url}?again=1"},
    ],
)
def test_what_differs_does_not_go_again(changed: dict[str, str]) -> None:
    one = sent_once()
    one.note_untried(SENDING)
    assert not sent(one, **changed)


def test_an_answer_to_another_request_counts_for_nothing() -> None:
    one = sent_once()
    one.note_untried(replace(SENDING, carried="email=a1"))
    assert not sent(one)
    assert not one.is_endless(SENDING)


PAUSED: dict[str, Any] = {
    "requestId": "7",
    "resourceType": "Document",
    "frameId": "1",
    "request": {"url": SENDING.url, "method": "POST", "postData": SENDING.carried, "headers": {}},
    "responseStatusCode": 202,
    "responseHeaders": [{"name": "x-amzn-waf-action", "value": "challenge"}],
}


@dataclass
class Network:
    """A browser that is asked for the body of an answer."""

    body: dict[str, Any] | Error
    asked: list[str] = field(default_factory=list)

    async def send(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        assert params == {"requestId": "7"}
        self.asked.append(method)
        if method != "Fetch.getResponseBody":
            return {}
        if isinstance(self.body, Error):
            raise self.body
        return self.body


def whole(body: str) -> dict[str, Any]:
    return {"body": body, "base64Encoded": False}


async def noted(network: Network, **changed: Any) -> OwnedSecret:
    one = sent_once()
    await note_answer(cast(CDPSession, network), PAUSED | changed, [one])
    return one


async def test_a_challenge_is_noted_and_goes_on() -> None:
    network = Network(whole(SIGNED))
    assert sent(await noted(network))
    assert network.asked == ["Fetch.getResponseBody", "Fetch.continueRequest"]


async def test_an_answer_that_cannot_be_read_goes_on_and_nothing_goes_again() -> None:
    network, one = Network(Error("Can only get response body on requests captured")), sent_once()
    with pytest.raises(Error):
        await note_answer(cast(CDPSession, network), PAUSED, [one])
    assert network.asked == ["Fetch.getResponseBody", "Fetch.continueRequest"]
    assert not sent(one)


@pytest.mark.parametrize("changed", [{"responseStatusCode": 200}, {"responseStatusCode": None}])
async def test_any_other_answer_goes_on_unread(changed: dict[str, Any]) -> None:
    network = Network(whole(SIGNED))
    assert not sent(await noted(network, **changed))
    assert network.asked == ["Fetch.continueRequest"]
