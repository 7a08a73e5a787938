"""Starting a worker's one browser, and opening a fresh context a visit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
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

from flows.browser.executable import find_executable
from flows.browser.network import Proxy, is_safe_endpoint, without_environment_proxies
from flows.browser.options import BrowserOptions, is_root, require_browser, require_endpoint, resolver_rules
from flows.browser.process import find_process, kill_process, memory_of_group, new_mark, yield_processor
from flows.errors import BrowserLostError, BrowserMissingError

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
# The environment's proxy is taken away before the start. A desktop's own settings are not looked at either: by the
# first a whole
# browser is told so, by the second the headless shell, which knows the first not.
_NO_PROXY = ("--no-proxy-server", "--no-system-proxy-config-service")
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
                f"expected the browser to start, found that it did not: {_reason(err)}; see 'sc-agent doctor'"
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
        arguments += _NO_PROXY
    browser = await playwright.chromium.launch(
        proxy=proxy.settings() if proxy else None,
        executable_path=find_executable(options.executable, headless=options.headless),
        headless=options.headless,
        args=arguments,
        chromium_sandbox=not (options.no_sandbox or (is_root() and options.is_rehearsal)),
        slow_mo=options.slow_ms,
        handle_sigint=False,
        handle_sigterm=False,
        handle_sighup=False,
    )
    _marks[browser] = mark
    yield_processor(mark)
    return browser


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
            f"expected the browser to open a page within {_OPEN_WITHIN:g} s, found it hanging: it was ended"
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
