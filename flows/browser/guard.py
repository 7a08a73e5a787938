"""What the browser may open, send and have typed into it.

Whatever a flow or a page wants.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from playwright.async_api import BrowserContext, CDPSession, ElementHandle, Error, Frame, Page, Response, Route
from pydantic import SecretStr

from flows.browser.firewall import note_answer
from flows.browser.hosts import HostPolicy, PersonRules, ReadCall, ReadOnly, RequestRuling, judge
from flows.browser.network import is_loopback
from flows.browser.on_top import require_on_top
from flows.browser.scripts import script, source
from flows.browser.sent_bodies import body_of, sending_of, text_of
from flows.browser.whose_secret import OwnedSecret, Sending
from flows.errors import ForeignHostError, SecretGuardError

__all__ = ["Guard", "HostPolicy", "ReadCall"]

# Measured: one DevTools session sees these for the page, all its frames (site isolation is off) and its dedicated
# workers, keeps the
# HTTP cache, and leaves scripts, styles and pictures alone. Shared workers and sockets are taken away by the init
# scripts.
_WATCHED = ("Document", "XHR", "Fetch", "Ping", "EventSource", "Other", "Media", "Image")
# What a page needs; in a browser elsewhere nothing of any other kind is let through.
_ELSEWHERE = ("document", "stylesheet", "script", "xhr", "fetch", "ping", "eventsource")
# Of the site's own hosts everything is watched: a script's address could end a session as well as a link.
_OWN = ("https://sellercentral*", "https://www.amazon.*")

_CARRY_NOTHING = ("GET", "HEAD", "OPTIONS")
_MOST_NOTED, _LONGEST = 1000, 500  # of what a page makes us note, and its letters


@dataclass(slots=True)
class Guard:
    """The network rules of one visit; `check` raises what they saw."""

    policy: HostPolicy
    rehearsal: bool
    blocked: list[str] = field(default_factory=list)  # "METHOD url" without query, in order
    sent: int = 0  # requests that carried something away: all that passed but GET and HEAD
    dialogs: list[str] = field(default_factory=list)  # what pages said in boxes of the browser's own, which it closes
    led_to: list[str] = field(default_factory=list)  # the addresses among them that were pages
    _page: Page | None = None
    _foreign: str | None = None
    _misdirected: str | None = None  # what a page did with a secret after it was typed
    _owned: list[OwnedSecret] = field(default_factory=list, repr=False)
    _main_frame: str = ""  # the browser's id of the page's own frame
    _read_only: ReadOnly | None = None
    _person: PersonRules | None = None
    typed: list[tuple[ElementHandle, SecretStr]] = field(default_factory=list, repr=False)
    _documents: dict[Frame, Response] = field(default_factory=dict)
    _answers: set[asyncio.Task[None]] = field(default_factory=set)

    async def watch(self, context: BrowserContext, page: Page, *, remote: bool) -> None:
        """Start guarding.

        A browser whose flags are not ours, or that goes through a proxy, can reach any host: there
        every request passes through us as well, cache or not, and pages and workers have no sockets.
        """
        self._page = page
        names = ("harden", *(("harden_remote",) if remote else ()), "animations", "rest", "late", "turns")
        scripts = "".join(map(source, names))
        context.on("page", lambda popup: self._own(popup.close()))
        if self.rehearsal:
            page.on("response", lambda response: self._remember(response))
        # sees the frames that such a browser may keep in processes of their own, but no redirect before it was followed
        if remote:
            await context.route("**/*", lambda route: self._on_route(route))
        session, _ = await asyncio.gather(context.new_cdp_session(page), context.add_init_script(scripts))
        session.on("Fetch.requestPaused", lambda paused: self._own(self._on_paused(session, paused)))
        session.on("Page.javascriptDialogOpening", lambda told: _note(self.dialogs, str(told.get("message", ""))))
        await session.send("Page.enable")
        await session.send("Fetch.enable", {"patterns": _patterns()})
        # what is made beforehand is asked for by the browser itself, past every guard; its rules are taken
        # out by the script
        await session.send("Page.setPrerenderingAllowed", {"isAllowed": False})
        self._main_frame = (await session.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]

    async def close(self) -> None:
        """Wait for the answers that are under way."""
        for task in list(self._answers):
            task.cancel()
        await asyncio.gather(*self._answers, return_exceptions=True)

    def check(self) -> None:
        """Raise if a page tried to leave the listed hosts since the last check.

        Raises:
            ForeignHostError: a navigation or a sent form was stopped.
            SecretGuardError: a request was stopped that took a secret along for another address, or in its own.
        """
        misdirected, self._misdirected = self._misdirected, None
        if misdirected:
            raise SecretGuardError(misdirected)
        foreign, self._foreign = self._foreign, None
        if foreign:
            raise ForeignHostError(
                f"expected listed hosts over https alone, found that the page asks for {foreign}: it was stopped",
                url=foreign,
            )

    async def read_only(
        self, *, documents: Sequence[str], calls: Sequence[ReadCall] = (), selection: frozenset[str] = frozenset()
    ) -> None:
        """Let nothing through from now on that could change something.

        There is no way back within the visit.

        Documents: GET or HEAD, path in `documents` (exact, or with * and ?). Scripts: GET and HEAD, and the listed
        calls. `selection` are the values of mons_sel_* of the account that was chosen, besides those of the page that
        is open. No WebSockets, no beacons, no /sign-out, no account switch. What is stopped is listed in `blocked` and
        does not raise, except a foreign host. Sockets and workers of the document that is open now are not closed: open
        another one.
        """
        active = parse_qsl(urlsplit(self._page.url).query) if self._page else []
        chosen = selection | {value for key, value in active if key.startswith("mons_sel_")}
        self._read_only = ReadOnly(documents=tuple(documents), calls=tuple(calls), selection=chosen)
        if self._page:
            await self._page.context.add_init_script(source("read_only"))

    def person_acts(self, rules: PersonRules) -> None:
        """Let a person act on the page from now on: by these rules, on top of all others.

        What a person leads the page to is stopped and listed in `blocked`; it does not end the visit.
        """
        self._person = rules

    def person_is_done(self) -> None:
        """Only the flow acts again."""
        self._person = None

    async def type_secret(self, handle: ElementHandle, secret: SecretStr, *, owner: str | None = None) -> None:
        """Type a secret into one element, after checking where it lives right now.

        The caller has registered it with the redactor. With `owner` (an address), no field of the element's form may
        hold another one.

        Raises:
            SecretGuardError: the frame's host is not a sign-in host, not https, or in rehearsal not on loopback; or
            the form is for another address. Nothing was typed.
            StepTimeoutError: something lies over the element and stays. Nothing was typed.
        """
        where = await handle.evaluate(script("where"))
        for url in filter(None, (where["href"], where["target"])):
            parts = urlsplit(url)
            if parts.scheme != "https" or parts.hostname not in self.policy.sign_in or parts.port not in (None, 443):
                shown = f"{parts.scheme}://{parts.netloc}"
                raise SecretGuardError(
                    f"expected a field of a sign-in host over https, found one of {shown}: nothing was typed",
                    url=shown,
                )
        if not where["connected"]:
            raise SecretGuardError("expected the field on the page, found it gone: nothing was typed")
        if owner and any(claim.lower() != owner.strip().lower() for claim in where["claims"]):
            raise SecretGuardError(
                "expected a form for the account's user, found another address in it: nothing was typed; look at the "
                "kept page"
            )
        if self.rehearsal:
            await self._require_loopback(handle, urlsplit(where["href"]).hostname or "")
        await require_on_top(handle, what="field", lost="typed")
        value = secret.get_secret_value()
        self.typed.append((handle, secret))
        if owner:
            others = [one for one in self._owned if one.secret != secret]
            self._owned = [*others, OwnedSecret(secret=secret, owner=owner)]
        try:
            await (handle.press(value) if len(value) == 1 else handle.fill(value))  # boxes of one digit listen to keys
        except Error as err:
            # What follows the first line is Playwright's log of the call, and holds what was to be typed.
            raise type(err)(str(err).partition("\n")[0]) from None

    async def _require_loopback(self, handle: ElementHandle, host: str) -> None:
        frame = await handle.owner_frame()
        response = self._documents.get(frame) if frame else None
        address = await response.server_addr() if response and urlsplit(response.url).hostname == host else None
        if address is None or not is_loopback(address["ipAddress"]):
            seen = address["ipAddress"] if address else "an unknown address"
            raise SecretGuardError(
                f"expected {host} on loopback in a rehearsal, found it at {seen}: nothing was typed",
                url=f"https://{host}",
            )

    def _remember(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self._documents[response.frame] = response

    async def _on_paused(self, session: CDPSession, paused: dict[str, Any]) -> None:
        if "responseStatusCode" in paused or "responseErrorReason" in paused:
            with suppress(Error):
                await note_answer(session, paused, self._owned)
            return
        request, named = paused["request"], {"requestId": paused["requestId"]}
        kind, frame = paused.get("resourceType", "Other").lower(), paused.get("frameId")
        inner = self._read_only is not None and frame not in (None, self._main_frame)
        passes = self._rule(kind, request["method"], request["url"], inner=inner, body=body_of(request))
        sending = sending_of(paused)
        is_endless = any(one.is_endless(sending) for one in self._owned)
        passes = passes and not is_endless and self._is_directed(sending)
        self.sent += passes and self._carries(request["method"], request["url"])
        # The page may be gone by now, and the request with it.
        with suppress(Error):
            if passes:
                is_asked = kind == "document" and any(one.is_under_way(sending) for one in self._owned)
                await session.send("Fetch.continueRequest", {**named, "interceptResponse": is_asked})
            else:  # a person keeps the page they are on, and a flow the challenge that comes again
                reason = "Aborted" if self._person or is_endless else "BlockedByClient"
                await session.send("Fetch.failRequest", {**named, "errorReason": reason})

    async def _on_route(self, route: Route) -> None:
        request = route.request
        passes = self._rule(request.resource_type, request.method, request.url, body=text_of(request))
        passes = passes and self._is_directed(Sending(request.url, text_of(request) or ""), counts=False)
        kinds = (*_ELSEWHERE, "image") if self._person else _ELSEWHERE
        passes = passes and request.resource_type in kinds  # among the others are rules for pages made beforehand
        self.sent += passes and self._carries(request.method, request.url)
        with suppress(Error):
            await (route.continue_() if passes else route.abort("blockedbyclient"))

    def _is_directed(self, sending: Sending, *, counts: bool = True) -> bool:
        """Whether a request takes a secret along for its own address only, and once.

        Of the looks at one request, one `counts`.
        """
        told = (one.misdirection(sending, counts=counts) for one in self._owned)
        why = next((why for why in told if why), None)
        self._misdirected = self._misdirected or why
        return why is None

    def _carries(self, method: str, url: str) -> bool:
        """Whether a request takes something of the page's along.

        The site's own measurements do not count.
        """
        return method not in _CARRY_NOTHING and not self.policy.is_telemetry(urlsplit(url).hostname or "")

    def _rule(self, kind: str, method: str, url: str, *, inner: bool = False, body: str | None = None) -> bool:
        """Whether a request passes.

        `inner`: it is of a frame in a page that is read, which goes nowhere by that.
        """
        ruling = judge(
            kind=kind,
            method=method,
            url=url,
            policy=self.policy,
            read_only=self._read_only,
            person=self._person,
            body=body,
        )
        if ruling in (RequestRuling.PASS, RequestRuling.DROP):
            return ruling is RequestRuling.PASS
        parts = urlsplit(url)
        shown = f"{parts.scheme}://{parts.netloc}{parts.path}"
        if kind not in ("media", "font", "image"):
            _note(self.blocked, f"{method} {shown}")
        if self._person is not None:
            return False
        if kind == "document" and not inner:
            self.led_to.append(shown)
        if ruling is RequestRuling.FOREIGN and self._foreign is None and not (inner and method == "GET"):
            self._foreign = shown
        return False

    def _own(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._answers.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._answers.discard(task)
        if not task.cancelled():
            task.exception()  # a closing page may refuse; what matters was recorded before


def _note(noted: list[str], what: str) -> None:
    """Note what a page does, which may do it without end."""
    if len(noted) < _MOST_NOTED:
        noted.append(what[:_LONGEST])


def _patterns() -> list[dict[str, str]]:
    """What the DevTools session pauses."""
    kinds = [{"urlPattern": "*", "resourceType": kind, "requestStage": "Request"} for kind in _WATCHED]
    return [*kinds, *({"urlPattern": own, "requestStage": "Request"} for own in _OWN)]
