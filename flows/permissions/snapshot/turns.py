"""What the page will call again when it was read.

Timers that timers set, those that repeat, frames, turns of films: rows may come at each.
"""

from __future__ import annotations

from functools import cache

from flows.browser.scripts import clock, source
from flows.catalogue.grids import grid_data
from flows.models import PageGap
from flows.permissions.accounting.listeners import CALLED_AGAIN, gap_of_listener
from flows.permissions.page_reader import PageReader
from flows.permissions.rows.tokens import Piece, PieceKind
from flows.permissions.scripts import part

_TOLD = 80  # characters of a script that a gap shows
_DEBT = 1.5  # seconds for what a last scroll set off to be over


async def coming_again(page: PageReader) -> tuple[PageGap, ...]:
    """One gap for each script that will be called again.

    Not for one whose words prove that it brings no rows.
    """
    rules = grid_data("listeners")
    asked = {f"harmless_{name}": rules[name] for name in ("calls", "globals", "sets")}
    return tuple(_gap(words) for words in await page.value(turns_script(), asked))


async def still_coming(page: PageReader) -> tuple[PageGap, ...]:
    """The same of a page to which nothing was done for a moment.

    What a scroll sets off again is over by then.
    """
    if not await coming_again(page):
        return ()
    await page.ask("wait", least=_DEBT * 1000, limit=_DEBT * 1000)
    return await coming_again(page)


def _gap(words: str) -> PageGap:
    said = " ".join(words.split())[:_TOLD]
    piece = Piece(kind=PieceKind.HEARD, words=f"again: {said}", where=CALLED_AGAIN, role="page", value=words)
    return gap_of_listener(piece)


@cache
def turns_script() -> str:
    """The question, with what tells by its words that a function brings nothing."""
    clocks = f"{clock()}; {source('turns')}"
    asked = "const { harmless_calls, harmless_globals, harmless_sets } = asked"
    parts = "\n".join(map(part, ("quiet_code", "coming")))
    return f"(asked) => {{ {clocks}; {asked};\n{parts}\nreturn coming();\n}}"
