"""Listening: answers that a page's own scripts fetched.

Taken by method, path and kind. Nothing is asked by us.
"""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import CDPSession, Page, Request, Response

from flows.browser.page_errors import ActRefusedError, PageMovedError, page_errors, unless_gone
from flows.errors import FlowError
from flows.insights.data import insights_data
from flows.insights.sighting import Absence

_FRESH = timedelta(minutes=30)  # how much older than its page an answer may be
_BODY = 10.0  # seconds for a body whose headers have come


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardAnswer:
    """One answer: its JSON, or why it is none.

    `absence` is what then becomes of the values it would have given.
    """

    about: str  # health, tiles, report
    path: str
    content: Any = None
    absence: Absence | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """One answer as it came; `body` None where it did not come whole."""

    method: str
    path: str
    status: int
    headers: dict[str, str]
    body: str | None


class Listener:
    """Keeps the answers of a page from the moment it is opened until `take` is called.

    They are read on their way to the page, so one counts whether or not the page's script looks into it.
    """

    def __init__(self, page: Page, *, host: str) -> None:
        """`open` begins to listen to what this host answers."""
        self._page, self._host = page, host
        self._answers: list[_Answer] = []
        self._waiting: set[Request] = set()
        self._changed = asyncio.Event()
        self._reading: set[asyncio.Task[None]] = set()
        self.document: Response | None = None  # the last one of the page itself

    async def open(self) -> None:
        """Listen from now on."""
        self._page.on("response", self._see)
        self._page.on("request", self._begin)
        self._page.on("requestfailed", self._end)
        session = await self._page.context.new_cdp_session(self._page)
        session.on("Fetch.requestPaused", lambda paused: self._own(self._read(session, paused)))
        patterns = [
            {"urlPattern": f"https://{self._host}{path}*", "requestStage": "Response"}
            for answer in insights_data("pages")["answers"]
            for path in answer["paths"]
        ]
        await session.send("Fetch.enable", {"patterns": patterns})

    async def answered(self, *, within: timedelta) -> bool:
        """Wait until every call that is listened to is answered.

        False when that took too long.
        """
        try:
            async with asyncio.timeout(within.total_seconds()):
                while self._waiting or self._reading:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def take(self, *, page_date: datetime | None) -> list[HeardAnswer]:
        """Return what was heard since the last time, in order.

        `page_date` is the document's own Date.
        """
        answers, self._answers = self._answers, []
        late = [
            HeardAnswer(about=about, path=path, absence=Absence.NOT_READ, problem="it was not answered in time")
            for request in self._waiting
            if (about := _about(request.method, path := urlsplit(request.url).path)) is not None
        ]
        self._waiting.clear()
        return [*(_heard(answer, page_date) for answer in answers), *late]

    async def text_of(self, document: Response) -> str:
        """The text of a document; empty where it did not come whole.

        Raises:
            BrowserLostError: the page or the browser died.
        """
        try:
            with page_errors(self._page):
                return await document.text()
        except (ActRefusedError, PageMovedError, UnicodeDecodeError):
            return ""

    async def close(self) -> None:
        """Stop listening."""
        for event, handler in (("response", self._see), ("request", self._begin), ("requestfailed", self._end)):
            self._page.remove_listener(event, handler)
        await asyncio.gather(*self._reading, return_exceptions=True)

    def _see(self, response: Response) -> None:
        if response.request.is_navigation_request() and response.frame is self._page.main_frame:
            self.document = response

    def _begin(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.hostname == self._host and _about(request.method, parts.path) is not None:
            self._waiting.add(request)

    def _end(self, request: Request) -> None:
        self._waiting.discard(request)
        self._changed.set()

    async def _read(self, session: CDPSession, paused: dict[str, Any]) -> None:
        """Take one answer and let it go on to the page."""
        request, parts = paused["request"], urlsplit(paused["request"]["url"])
        is_call = paused.get("resourceType") in ("XHR", "Fetch")
        body: str | None = None
        try:
            if is_call and "responseErrorReason" not in paused:
                async with asyncio.timeout(_BODY):
                    with page_errors(self._page):
                        told = await session.send("Fetch.getResponseBody", {"requestId": paused["requestId"]})
                raw = b64decode(told["body"]) if told["base64Encoded"] else told["body"].encode()
                body = raw.decode("utf-8-sig")
        except (FlowError, PageMovedError, TimeoutError, ValueError):
            body = None
        finally:
            with unless_gone():
                await session.send("Fetch.continueRequest", {"requestId": paused["requestId"]})
        if is_call and _about(request["method"], parts.path) is not None:
            headers = {one["name"].lower(): one["value"] for one in paused.get("responseHeaders", ())}
            status = int(paused.get("responseStatusCode", 0))
            self._answers.append(
                _Answer(method=request["method"], path=parts.path, status=status, headers=headers, body=body)
            )
        for one in list(self._waiting):
            if (one.method, one.url) == (request["method"], request["url"]):
                self._waiting.discard(one)
                break

    def _own(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._reading.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._reading.discard(task)
        if not task.cancelled():
            task.exception()  # a closing page may refuse
        self._changed.set()


def date_of(headers: dict[str, str]) -> datetime | None:
    """When an answer was made, by its Date header, less the age that a cache says."""
    try:
        made = parsedate_to_datetime(headers["date"]).astimezone(UTC)
        return made - timedelta(seconds=int(headers.get("age", "0")))
    except (KeyError, ValueError, TypeError, OverflowError):
        return None


def what_stands_instead(text: str) -> str | None:
    """Whether a text is a sign-in page or says that too much was asked.

    The status says nothing of that.
    """
    words = insights_data("pages")["instead"]
    head = text[: words["looked_at"]].casefold()
    if any(word.casefold() in head for word in words["signed_out"]):
        return "a sign-in page stands where data belongs"
    if any(word in head for word in words["throttled"]):
        return "the site says that too much was asked"
    return None


def _about(method: str, path: str) -> str | None:
    for answer in insights_data("pages")["answers"]:
        prefixes = [one[:-1] for one in answer["paths"] if one.endswith("*")]
        if method == answer["method"] and (path in answer["paths"] or path.startswith(tuple(prefixes))):
            return str(answer["about"])
    return None


def _heard(answer: _Answer, page_date: datetime | None) -> HeardAnswer:
    about, path, text = _about(answer.method, answer.path) or "", answer.path, answer.body

    def failed(problem: str, absence: Absence = Absence.NOT_READ) -> HeardAnswer:
        return HeardAnswer(about=about, path=path, absence=absence, problem=problem)

    if answer.status == 403:
        return failed("the site answered 403", Absence.NO_PERMISSION)
    if answer.status != 200:
        return failed(f"the site answered {answer.status}")
    if text is None:
        return failed("its body did not come whole")
    made = date_of(answer.headers)
    if page_date is not None and made is not None and page_date - made > _FRESH:
        return failed("it is older than its page")
    try:
        content = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return failed(what_stands_instead(text) or "JSON was expected")
    if not isinstance(content, dict | list):
        return failed("an object or a list was expected")
    return HeardAnswer(about=about, path=path, content=content)


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is no JSON")
