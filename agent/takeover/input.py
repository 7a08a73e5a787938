"""Bring one event of a person to the page."""

from __future__ import annotations

from typing import assert_never

from agent.takeover.protocol import Choose, Fill, Mouse, PressKey, Scroll, Text, Use
from flows import Hands, NativeList

PageInput = Mouse | Scroll | PressKey | Text | Choose | Use | Fill


async def perform(act: PageInput, hands: Hands) -> NativeList | None:
    """Do it; a native list that was pressed is returned, for the console to draw.

    Raises:
        RefusedInputError: it is never taken.
    """
    match act:
        case Mouse():
            return await hands.mouse(act.act, act.x, act.y)
        case Use():
            return await hands.use(act.node)
        case Scroll():
            await hands.scroll(act.x, act.y, act.down)
        case PressKey():
            await hands.key(act.key, shift=act.shift)
        case Text():
            await hands.text(act.text)
        case Choose():
            await hands.choose(act.list, act.option)
        case Fill():
            await hands.fill(act.node, act.text)
        case _:
            assert_never(act)
    return None
