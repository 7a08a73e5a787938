"""A person's input on a page.

By trusted events of the browser's own; some input is never taken.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from playwright.async_api import CDPSession, ElementHandle, Frame

from flows.browser.page_errors import ActRefusedError, PageMovedError, page_errors, unless_gone
from flows.browser.scripts import script
from flows.takeover.person_steps import ControlCandidate, ControlWay, StepAct, UsedControl
from flows.visit.visit import Visit

_TICKS = ("checkbox", "radio", "switch")
_FILES = ("input:file",)
_WITHIN = 3_000  # milliseconds for one act of text mode


class RefusedInputError(Exception):
    """The input is never taken; the word says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeList:
    """A native list that was pressed: the console draws it."""

    number: int
    name: str
    options: tuple[dict[str, Any], ...]  # index, label, selected, disabled


@dataclass(slots=True, kw_only=True)
class Hands:
    """Brings one person's input to the page.

    `used` is told of every control before it is used, with how many keys; never which.
    """

    visit: Visit
    session: CDPSession
    used: Callable[[StepAct, UsedControl, int], Awaitable[None]]
    _lists: dict[int, ElementHandle] = field(default_factory=dict)
    _is_down: bool = False

    async def mouse(self, act: Literal["move", "down", "up"], x: float, y: float) -> NativeList | None:
        """Move or press the pointer.

        A native list that was pressed is returned instead of opened.

        Raises:
            RefusedInputError: it would open a file chooser.
        """
        mouse = self.visit.page.mouse
        if act == "down":
            handle, frame = await self._under(x, y)
            if handle is not None:
                if (found := await self._list_of(handle)) is not None:
                    return found
                await self._press(handle, frame)
        await mouse.move(x, y)
        if act == "down":
            self._is_down = True
            await mouse.down()
        elif act == "up" and self._is_down:
            self._is_down = False
            await mouse.up()
        return None

    async def scroll(self, x: float, y: float, down: float) -> None:
        """Turn the mouse's wheel over a place."""
        await self.visit.page.mouse.move(x, y)
        await self.visit.page.mouse.wheel(0, down)

    async def key(self, key: str, *, shift: bool) -> None:
        """Press one key that has no character.

        Raises:
            RefusedInputError: the field is for a secret, or the keys would do more than that.
        """
        if shift and key != "Tab":
            raise RefusedInputError("shift")
        await self._into_focused(1, moves=key in ("Tab", "Escape"))
        await self.visit.page.keyboard.press("Shift+Tab" if shift else key)

    async def text(self, text: str) -> None:
        """Insert characters where the page takes keys.

        Raises:
            RefusedInputError: the field is for a secret.
        """
        await self._into_focused(len(text))
        await self.visit.page.keyboard.insert_text(text)

    async def choose(self, number: int, option: int) -> None:
        """Choose an option of a list that was returned before, by keys as a person would.

        Raises:
            RefusedInputError: there is no such list or option.
        """
        handle = self._lists.get(number)
        told = None if handle is None else await handle.evaluate(script("options"))
        options = [] if told is None else told["options"]
        if handle is None or option >= len(options) or options[option]["disabled"]:
            raise RefusedInputError("option")
        await self.used(StepAct.CHOSEN, await self._control(handle, await handle.owner_frame()), 0)
        await handle.focus()
        await self.visit.page.keyboard.press("Home")
        for _ in [one for one in options[:option] if not one["disabled"]]:
            await self.visit.page.keyboard.press("ArrowDown")
        if await handle.evaluate("e => e.selectedIndex") != option:
            await handle.select_option(index=option)

    async def use(self, node: int) -> NativeList | None:
        """Text mode: press what the outline calls by this number.

        Raises:
            RefusedInputError: it is gone, or cannot be pressed.
        """
        handle = await self._node(node)
        if (found := await self._list_of(handle)) is not None:
            return found
        await self._press(handle, await handle.owner_frame())
        try:
            with page_errors(self.visit.page):
                await handle.click(timeout=_WITHIN)
        except ActRefusedError as err:
            if err.is_late:
                raise RefusedInputError("covered") from err
            raise
        return None

    async def fill(self, node: int, text: str) -> None:
        """Text mode: replace what a field holds.

        Raises:
            RefusedInputError: it is gone, no field, or one for a secret.
        """
        handle = await self._node(node)
        described = await handle.evaluate(script("control"))
        if described["secret"] or not described["editable"]:
            raise RefusedInputError("secret_field" if described["secret"] else "no_field")
        await self.used(StepAct.FILLED, self._as_control(described, await handle.owner_frame()), len(text))
        await handle.focus()
        await handle.select_text(timeout=_WITHIN)
        await (self.visit.page.keyboard.insert_text(text) if text else self.visit.page.keyboard.press("Delete"))

    async def _press(self, handle: ElementHandle, frame: Frame | None) -> None:
        described = await handle.evaluate(script("control"))
        if described["kind"] in _FILES:
            raise RefusedInputError("file")
        if described["editable"] or described["role"] == "generic":
            return  # putting the caret somewhere is no step
        act = StepAct.TICKED if described["role"] in _TICKS else StepAct.PRESSED
        await self.used(act, self._as_control(described, frame), 0)

    async def _into_focused(self, keys: int, *, moves: bool = False) -> None:
        for frame in self.visit.page.frames:
            with unless_gone():
                handle = (await frame.evaluate_handle(script("focused"), None)).as_element()
                if handle is None:
                    continue
                described = await handle.evaluate(script("control"))
                if moves:
                    return
                if described["secret"]:
                    raise RefusedInputError("secret_field")
                if described["kind"] in _FILES:
                    raise RefusedInputError("file")
                act = StepAct.FILLED if described["editable"] else StepAct.PRESSED
                await self.used(act, self._as_control(described, frame), keys)
                return

    async def _under(self, x: float, y: float) -> tuple[ElementHandle | None, Frame | None]:
        """The innermost element at a place, through frames."""
        frame: Frame | None = self.visit.page.main_frame
        found: ElementHandle | None = None
        while frame is not None:
            handle = (await frame.evaluate_handle(script("under"), [x, y])).as_element()
            if handle is None:
                return found, frame
            found = handle
            inner = await handle.content_frame()
            if inner is None:
                return found, frame
            left, top = await handle.evaluate(
                "e => { const b = e.getBoundingClientRect(); return [b.left + e.clientLeft, b.top + e.clientTop]; }"
            )
            x, y, frame = x - left, y - top, inner
        return found, frame

    async def _list_of(self, handle: ElementHandle) -> NativeList | None:
        told = await handle.evaluate(script("options"))
        if told is None:
            return None
        number = len(self._lists) + 1
        own = await handle.evaluate_handle("e => e.closest('select') || e.closest('label').control")
        element = own.as_element()
        assert element is not None  # noqa: S101 - the script found it just now
        self._lists[number] = element
        redact = self.visit.redactor.redact
        options = tuple(one | {"label": redact(one["label"])} for one in told["options"])
        return NativeList(number=number, name=redact(told["name"]), options=options)

    async def _node(self, node: int) -> ElementHandle:
        """The element that the outline calls by this number."""
        try:
            with page_errors(self.visit.page):
                told = await self.session.send("DOM.resolveNode", {"backendNodeId": node, "objectGroup": "takeover"})
                mark = f"sc{node}"
                await self.session.send(
                    "Runtime.callFunctionOn",
                    {
                        "objectId": told["object"]["objectId"],
                        "functionDeclaration": (
                            "function (mark) { (this.nodeType === 1 ? this : this.parentElement).__taken = mark; }"
                        ),
                        "arguments": [{"value": mark}],
                    },
                )
                for frame in self.visit.page.frames:
                    found = await frame.evaluate_handle(_MARKED, mark)
                    if (handle := found.as_element()) is not None:
                        return handle
        except (ActRefusedError, PageMovedError) as err:
            raise RefusedInputError("gone") from err
        raise RefusedInputError("gone")

    async def _control(self, handle: ElementHandle, frame: Frame | None) -> UsedControl:
        return self._as_control(await handle.evaluate(script("control")), frame)

    def _as_control(self, described: dict[str, Any], frame: Frame | None) -> UsedControl:
        redact = self.visit.redactor.redact
        is_inner = frame is not None and frame is not self.visit.page.main_frame
        return UsedControl(
            role=described["role"],
            name=redact(described["name"]),
            kind=described["kind"],
            candidates=tuple(_candidate(each, redact) for each in described["candidates"]),
            form=redact(described["form"]),
            frame=redact(frame.url.partition("?")[0]) if is_inner and frame is not None else "",
        )


# An element handle of Playwright's is found again by a property that only lives as long as the document.
_MARKED = """mark => {
  const roots = [document];
  for (let i = 0; i < roots.length; i++)
    for (const e of roots[i].querySelectorAll("*")) {
      if (e.__taken === mark) return e;
      if (e.shadowRoot) roots.push(e.shadowRoot);
    }
  return null;
}"""


def _candidate(told: dict[str, Any], redact: Callable[[str], str]) -> ControlCandidate:
    return ControlCandidate(
        way=ControlWay(told["way"]),
        css=None if told.get("css") is None else redact(told["css"]),
        role=told.get("role"),
        name=None if told.get("name") is None else redact(told["name"]),
        seen=told["seen"],
    )
