"""Starting a worker's one browser, and opening a fresh context a visit."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from weakref import WeakKeyDictionary, WeakSet

from playwright.async_api import (
    Browser,
    BrowserContext,
    Error,
    Page,
    Playwright,
    StorageState,
    async_playwright,
)
from playwright.async_api import (
    TimeoutError as PlaywrightTimeoutError,
)

from flows.browser.executable import find_executable
from flows.browser.hosts import HostPolicy
from flows.browser.network import Proxy, is_safe_endpoint, without_environment_proxies
from flows.browser.process import find_process, kill_process, memory_of_group, new_mark, yield_processor
from flows.browser.scripts import PageMovedError
from flows.errors import BrowserLostError, BrowserMissingError, StepTimeoutError

__all__ = [
    "Browser",
    "BrowserOptions",
    "Proxy",
    "find_executable",
    "is_safe_endpoint",
    "is_usable",
    "kill_browser",
    "memory_of",
    "open_browser",
    "process_of",
]

# Pictures are cheapest left out by the browser itself, which nothing undoes later: a browser that a person may have to
# look at stops them at the guard instead (a page with 40 pictures: 102 against 233 ms).
_NO_PICTURES = "--blink-settings=imagesEnabled=false"
# Site isolation is off so that one DevTools session sees every frame.
_ARGUMENTS = (
    "--disable-remote-fonts",
    "--mute-audio",
    "--deny-permission-prompts",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-pings",
    "--disable-site-isolation-trials",
    "--block-new-web-contents",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
)

_ACT = 15_000  # milliseconds one call into the page may take; flows have shorter bounds of their own
_OPEN_WITHIN = 30.0  # seconds for a new context
_CLOSE_WITHIN = 4.0  # seconds for closing one, or the browser; what hangs longer is killed

_user_agents: WeakKeyDictionary[Browser, str] = WeakKeyDictionary()
_marks: WeakKeyDictionary[Browser, str] = WeakKeyDictionary()
_killed: WeakSet[Browser] = WeakSet()


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserOptions:
    """How to start or reach the browser.

    The last group is the rehearsal's: both empty in production.
    """

    executable: Path | None = None
    endpoint: str | None = None  # ws:// (Playwright server), http:// or ws://.../devtools/... (CDP)
    headless: bool = True
    no_sandbox: bool = False
    user_agent_suffix: str = ""
    slow_ms: float = 0
    pictures: bool = False  # whether the guard can let pictures through when a person looks
    proxy: Proxy | None = None  # production's own; the environment's is never taken, and a rehearsal takes none
    host_resolver_rules: str | None = None
    trusted_spki: tuple[str, ...] = ()

    @property
    def is_rehearsal(self) -> bool:
        """Whether the browser is pointed at a stand-in."""
        return bool(self.host_resolver_rules or self.trusted_spki)

    @property
    def is_elsewhere(self) -> bool:
        """Whether the browser could reach any host.

        Its flags are not ours, or a proxy looks the names up.
        """
        return self.endpoint is not None or (self.proxy is not None and not self.is_rehearsal)


@asynccontextmanager
async def open_browser(options: BrowserOptions) -> AsyncIterator[Browser]:
    """Start (or connect to) the browser and close it afterwards.

    Share it between visits.

    Raises:
        BrowserMissingError: it is not installed or does not start, or the way to it is not safe.
    """
    require_endpoint(options)
    async with AsyncExitStack() as stack:
        with without_environment_proxies():  # the driver would take them, too
            playwright = await stack.enter_async_context(async_playwright())
        try:
            browser = await (
                _connect(playwright, options.endpoint) if options.endpoint else _launch(playwright, options)
            )
        except Error as err:
            raise BrowserMissingError(
                f"the browser was expected to start, it did not: {_reason(err)}; see 'sc-agent doctor'"
            ) from err
        try:
            yield browser
        finally:
            await close_bounded(browser, browser.close())


def _reason(err: Error) -> str:
    """The first line of what Playwright says.

    Where the browser said why it ended, that line.
    """
    lines = str(err).strip().splitlines()
    said = [line for line in lines if "[err]" in line and ("ERROR" in line or "Missing X server" in line)]
    return (said[0].partition("[err]")[2] if said else lines[0]).strip()


def process_of(browser: Browser) -> int | None:
    """The browser's leading process; None when it is gone or runs elsewhere."""
    mark = _marks.get(browser)
    return None if mark is None else find_process(mark)


def memory_of(browser: Browser) -> int:
    """Bytes of memory of the browser with all its processes.

    0 when it is gone or runs elsewhere.
    """
    leader = process_of(browser)
    return 0 if leader is None else memory_of_group(leader)


def kill_browser(browser: Browser) -> None:
    """Kill a browser that hangs; the visits inside end with `BrowserLostError`.

    One that runs elsewhere is only let go.
    """
    if (mark := _marks.get(browser)) is not None:
        kill_process(mark)
    _killed.add(browser)


def is_usable(browser: Browser) -> bool:
    """Whether a visit may be opened in it.

    What was killed is not, though its connection may not have noticed yet.
    """
    return browser.is_connected() and browser not in _killed


def require_browser(options: BrowserOptions) -> None:
    """See, without starting it, that this user may start a browser.

    Raises:
        BrowserMissingError: see find_executable; or it would run as root without a sandbox in production.
    """
    require_endpoint(options)
    if options.endpoint is not None:
        return
    if not options.headless and sys.platform == "linux" and not ({"DISPLAY", "WAYLAND_DISPLAY"} & {*os.environ}):
        raise BrowserMissingError(
            "a display was expected for a browser with a window, DISPLAY is not set: start it under one (xvfb-run), "
            "or set SC_AGENT_BROWSER__HEADLESS=true"
        )
    if _is_root() and not options.no_sandbox and not options.is_rehearsal:
        raise BrowserMissingError(
            "a user other than root was expected: a browser run by root has no sandbox; start the agent as another user, "
            "or set SC_AGENT_BROWSER__NO_SANDBOX=true if that is acceptable"
        )
    find_executable(options.executable, headless=options.headless)


def require_endpoint(options: BrowserOptions) -> None:
    """Refuse to send passwords to a browser elsewhere over plain text.

    Raises:
        BrowserMissingError: the endpoint is http:// or ws:// and not on this machine; or a proxy is set beside it.
    """
    if options.endpoint is not None and not is_safe_endpoint(options.endpoint):
        raise BrowserMissingError(
            "wss:// or https:// was expected of a browser on another machine, plain text would show it every password: "
            "correct SC_AGENT_BROWSER__ENDPOINT"
        )
    if options.endpoint is not None and options.proxy is not None:
        raise BrowserMissingError(
            "no proxy was expected beside SC_AGENT_BROWSER__ENDPOINT: a browser elsewhere has its own; remove SC_AGENT_BROWSER__PROXY"
        )


def resolver_rules(options: BrowserOptions, policy: HostPolicy | None = None) -> str:
    """Make every host unreachable that the policy does not list.

    For the whole browser, at no cost per request.

    A rehearsal's `MAP * ADDRESS` becomes one rule for each listed host; its other rules stay as they are.
    """
    hosts = list((policy or HostPolicy()).patterns())
    if not options.host_resolver_rules:
        own = [options.proxy.host] if options.proxy else []  # or its name had no address either
        return " , ".join(["MAP * ~NOTFOUND", *(f"EXCLUDE {host}" for host in [*hosts, *own])])
    rules: list[str] = []
    for rule in (part.strip() for part in options.host_resolver_rules.split(",")):
        words = rule.split()
        is_for_all = len(words) == 3 and words[0].upper() == "MAP" and words[1] == "*" and not words[2].startswith("~")
        rules += [f"MAP {host} {words[2]}" for host in hosts] if is_for_all else [rule]
    return " , ".join([*filter(None, rules), "MAP * ~NOTFOUND"])


async def _launch(playwright: Playwright, options: BrowserOptions) -> Browser:
    require_browser(options)
    mark = new_mark()
    proxy = None if options.is_rehearsal else options.proxy
    arguments = [*_ARGUMENTS, mark, f"--host-resolver-rules={resolver_rules(options)}"]
    if not options.pictures:
        arguments.append(_NO_PICTURES)
    if options.trusted_spki:
        arguments.append(f"--ignore-certificate-errors-spki-list={','.join(options.trusted_spki)}")
    if proxy is None:
        arguments.append("--no-proxy-server")
    browser = await playwright.chromium.launch(
        proxy=proxy.settings() if proxy else None,
        executable_path=find_executable(options.executable, headless=options.headless),
        headless=options.headless,
        args=arguments,
        chromium_sandbox=not (options.no_sandbox or (_is_root() and options.is_rehearsal)),
        slow_mo=options.slow_ms,
        handle_sigint=False,
        handle_sigterm=False,
        handle_sighup=False,
    )
    _marks[browser] = mark
    yield_processor(mark)
    return browser


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


async def _connect(playwright: Playwright, endpoint: str) -> Browser:
    if endpoint.startswith("http") or "/devtools/" in endpoint:
        return await playwright.chromium.connect_over_cdp(endpoint)
    return await playwright.chromium.connect(endpoint)


async def new_page(
    browser: Browser, options: BrowserOptions, state: Mapping[str, Any] | None
) -> tuple[BrowserContext, Page]:
    """Open a context with one page; a browser that hangs meanwhile is killed."""
    try:
        async with asyncio.timeout(_OPEN_WITHIN):
            context = await _new_context(browser, options, state)
            context.set_default_timeout(_ACT)
            return context, await context.new_page()
    except TimeoutError as err:
        kill_browser(browser)
        raise BrowserLostError(
            f"the browser was expected to open a page within {_OPEN_WITHIN:g} s, it hangs and was ended"
        ) from err


async def close_bounded(browser: Browser, closing: Awaitable[None]) -> None:
    """Wait for an orderly end, a bounded time.

    Whatever is still under way in a browser that hangs must not happen later.
    """
    try:
        async with asyncio.timeout(_CLOSE_WITHIN):
            await closing
    except Error:
        pass  # it is gone already
    except TimeoutError:
        kill_browser(browser)
    except asyncio.CancelledError:
        kill_browser(browser)
        raise


async def _new_context(
    browser: Browser, options: BrowserOptions, storage_state: Mapping[str, Any] | None
) -> BrowserContext:
    return await browser.new_context(
        locale="en-US",
        user_agent=await _user_agent(browser, options.user_agent_suffix),
        storage_state=cast("StorageState | None", dict(storage_state) if storage_state else None),
        service_workers="block",
        accept_downloads=False,
        viewport={"width": 1280, "height": 900},
    )


async def _user_agent(browser: Browser, suffix: str) -> str:
    """Say what the browser is, and who drives it."""
    if browser not in _user_agents:
        session = await browser.new_browser_cdp_session()
        _user_agents[browser] = (await session.send("Browser.getVersion"))["userAgent"]
        await session.detach()
    return f"{_user_agents[browser]} {suffix}".strip()


def as_flow_error(browser: Browser, err: Exception) -> Exception:
    """Map what Playwright raised to the flows' own errors."""
    if not browser.is_connected() or "has been closed" in str(err) or "crashed" in str(err):
        return BrowserLostError(
            "the browser was expected to answer, but it or its page is gone; the visit may be repeated"
        )
    if isinstance(err, PlaywrightTimeoutError | PageMovedError):
        return StepTimeoutError(
            "the page was expected to react to an act, it did not within its bound; the visit may be repeated"
        )
    return StepTimeoutError(
        f"the page was expected to take an act, the browser refused: {str(err).strip().splitlines()[0]}"
    )
