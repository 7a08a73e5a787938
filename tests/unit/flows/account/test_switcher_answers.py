"""Which of a page's answers are heard: of its own host, asked by its own script, whole, and of the document that is
there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from flows.visit.switcher_answers import LARGEST, About, SwitcherAnswers

HOST = "https://sellercentral.amazon.com"
PATH = "/account-switcher/global-accounts"
SECOND = timedelta(seconds=1)


class Asked:
    """A request, told apart by what it is."""

    def __init__(self, **told: Any) -> None:
        self.__dict__.update(told)


class FakePage:
    """A page that asks and is answered as it is told."""

    def __init__(self) -> None:
        self.url = HOST + "/home"
        self.main_frame = object()
        self._handlers: dict[str, Callable[[Any], None]] = {}
        self.answers = SwitcherAnswers(cast("Any", self))

    def on(self, event: str, handler: Callable[[Any], None]) -> None:
        self._handlers[event] = handler

    def ask(self, url: str = HOST + PATH, **other: Any) -> Asked:
        told = {"method": "GET", "resource_type": "fetch", "frame": self.main_frame, "redirected_from": None} | other
        is_navigation = told["resource_type"] == "document"
        request = Asked(url=url, is_navigation_request=lambda: is_navigation, **told)
        self._handlers["request"](request)
        return request

    async def answer(self, request: Asked, *, body: bytes = b'{"a":1}', status: int = 200, **headers: str) -> int:
        async def whole() -> bytes:
            return body

        told = {"content-type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
        self._handlers["response"](SimpleNamespace(request=request, status=status, headers=told, body=whole))
        await self.answers.settled(within=SECOND)
        return len(self.answers.heard(About.ACCOUNTS, since=self.answers.document))


async def test_the_page_s_own_answer_is_heard() -> None:
    page = FakePage()
    assert await page.answer(page.ask(HOST + PATH + "?x=1"), content_type="application/json; charset=utf-8") == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"url": "https://sellercentral.amazon.de" + PATH},
        {"url": "https://sellercentral.amazon.com.evil.example" + PATH},
        {"url": "http://sellercentral.amazon.com" + PATH},
        {"url": HOST + ":8443" + PATH},
        {"url": HOST + PATH + "/selection"},
        {"method": "POST"},
        {"resource_type": "script"},
        {"frame": object()},
        {"redirected_from": object()},
    ],
    ids=["a country", "a look-alike", "no TLS", "a port", "below", "a post", "a script", "a frame", "redirected"],
)
async def test_what_another_asked_or_elsewhere_is_not_heard(asked: dict[str, Any]) -> None:
    page = FakePage()
    assert await page.answer(page.ask(**asked)) == 0


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 403},
        {"status": 202},
        {"content_type": "text/html", "body": b"<form name='signIn'>"},
        {"body": b"<form name='signIn'>"},
        {"body": b'{"a":'},
        {"content_length": str(LARGEST + 1)},
        {"content_length": "-1"},
        {"content_length": "9" * 5_000},
        {"body": b" " * (LARGEST + 1)},
    ],
    ids=lambda answer: str(answer)[:40],
)
async def test_what_is_no_whole_answer_is_not_heard(answer: dict[str, Any]) -> None:
    page = FakePage()
    assert await page.answer(page.ask(), **answer) == 0


async def test_an_answer_that_the_document_before_had_asked_for_is_not_heard() -> None:
    page = FakePage()
    late = page.ask()
    page.ask(HOST + "/home", resource_type="document")
    assert (await page.answer(late), await page.answer(page.ask())) == (0, 1)
