"""How the browser is started or reached, and what is refused before it is."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from flows.browser.executable import find_executable
from flows.browser.hosts import HostPolicy
from flows.browser.network import Proxy, is_safe_endpoint
from flows.errors import BrowserMissingError


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
    if is_root() and not options.no_sandbox and not options.is_rehearsal:
        raise BrowserMissingError(
            "a user other than root was expected: a browser run by root has no sandbox; start the agent as "
            "another user, or set SC_AGENT_BROWSER__NO_SANDBOX=true if that is acceptable"
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
            "no proxy was expected beside SC_AGENT_BROWSER__ENDPOINT: a browser elsewhere has its own; remove "
            "SC_AGENT_BROWSER__PROXY"
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


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
