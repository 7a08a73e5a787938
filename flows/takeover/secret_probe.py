"""Whether a secret is on the page, in any frame of it.

As long as one is, no picture leaves and no input is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playwright.async_api import CDPSession
from pydantic import SecretStr

from flows.browser.page_errors import unless_gone
from flows.browser.scripts import script
from flows.takeover.secret_watch import SecretWatch
from flows.visit.visit import Visit

_FOR_SECRETS = ("one-time-code", "current-password", "new-password")
_SHORTEST = 4  # characters: shorter ones, the digits of a code, are looked for where they were typed
_LONG = 8  # characters that do not stand on a page by chance, also when each stands in an element of its own


class SecretProbe:
    """Looks at the whole document from outside the page.

    Shadow roots and frames included, as the browser keeps it.
    """

    def __init__(self, visit: Visit, session: CDPSession, secrets: Sequence[SecretStr]) -> None:
        """`secrets` are looked for wherever they stand, besides what the guard has typed."""
        self._visit = visit
        self._session = session
        self._secrets = tuple(secret.get_secret_value() for secret in secrets)
        self._watch = SecretWatch(session=session)

    async def start(self) -> None:
        """Watch from here on what is shown for a moment only."""
        await self._watch.start()

    async def was_shown(self) -> bool:
        """Whether a secret was on the page since this was asked last, however shortly.

        Raises:
            Error: the page could not be looked at.
        """
        return await self._watch.was_shown(self._wanted())

    async def drawn_anew(self) -> bool:
        """Wait until what is shown is what the page holds; False where it does not come."""
        return await self._watch.drawn_anew()

    async def found(self) -> str | None:
        """Say what kind of secret is on the page; None when it is clean.

        Raises:
            Error: the page could not be looked at; it counts as not clean.
        """
        taken = await self._session.send("DOMSnapshot.captureSnapshot", {"computedStyles": []})
        await self._watch.follow(_closed_roots(taken))
        if _holds_field(taken):
            return "field"
        if self._is_shown(taken):
            return "text"
        was_filled = self._watch.was_filled
        for handle, _ in self._visit.guard.typed:
            with unless_gone():  # its document is gone
                if await handle.evaluate("e => e.isConnected && Boolean(e.value)"):
                    return "typed"
                was_filled = was_filled or await handle.evaluate("e => e.isConnected")
        # What is drawn on a canvas cannot be read; a document that never had a secret has none to draw.
        return "canvas" if was_filled and "CANVAS" in taken["strings"] else None

    async def empty(self) -> None:
        """Empty the fields that are for secrets, and those that one was typed into."""
        for frame in self._visit.page.frames:
            with unless_gone():
                await frame.evaluate(script("empty_secrets"), None)
        for handle, _ in self._visit.guard.typed:
            with unless_gone():
                await handle.evaluate("e => { if (e.isConnected) e.value = ''; }")

    def _is_shown(self, taken: dict[str, Any]) -> bool:
        wanted = self._wanted()
        if not wanted:
            return False
        strings: list[str] = taken["strings"]
        if any(secret in text for text in strings for secret in wanted):
            return True
        drawn = _drawn(taken)
        return any(secret in drawn for secret in wanted if len(secret) >= _LONG)

    def _wanted(self) -> set[str]:
        typed = (secret.get_secret_value() for _, secret in self._visit.guard.typed)
        return {secret for secret in (*self._secrets, *typed) if len(secret) >= _SHORTEST}


def _drawn(taken: dict[str, Any]) -> str:
    """All that is drawn, without the bounds of its elements."""
    strings: list[str] = taken["strings"]
    texts = (strings[at] for document in taken["documents"] for at in document["layout"]["text"] if at >= 0)
    return "".join("".join(text.split()) for text in texts)


def _closed_roots(taken: dict[str, Any]) -> list[int]:
    """The nodes in closed shadow roots, by the browser's numbers.

    No script reaches them by itself.
    """
    strings: list[str] = taken["strings"]
    found = []
    for document in taken["documents"]:
        nodes = document["nodes"]
        kinds = nodes.get("shadowRootType", {"index": [], "value": []})
        closed = [at for at, kind in zip(kinds["index"], kinds["value"], strict=True) if strings[kind] == "closed"]
        found += [nodes["backendNodeId"][at] for at in closed]
    return found


def _holds_field(taken: dict[str, Any]) -> bool:
    """Whether a field that is for a secret holds a value."""
    strings: list[str] = taken["strings"]
    for document in taken["documents"]:
        nodes = document["nodes"]
        values = nodes.get("inputValue", {"index": [], "value": []})
        for at, value in zip(values["index"], values["value"], strict=True):
            if value >= 0 and strings[value] and _is_for_secret(nodes["attributes"][at], strings):
                return True
    return False


def _is_for_secret(attributes: list[int], strings: list[str]) -> bool:
    named = {
        strings[name].lower(): strings[value].lower()
        for name, value in zip(attributes[::2], attributes[1::2], strict=True)
    }
    return named.get("type") == "password" or any(word in named.get("autocomplete", "") for word in _FOR_SECRETS)
