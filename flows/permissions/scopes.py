"""Rights per marketplace.

Finding the tabs or the picker that switch between marketplaces, and switching.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from flows.permissions.page_reader import PageReader
from flows.permissions.rows.vocabulary import bare_title, is_section, scope_of
from flows.visit.page_acts import Handle
from flows.words import fold


async def each_scope(
    page: PageReader, *, default: str, followed: set[str]
) -> AsyncIterator[tuple[str, tuple[str, ...]]]:
    """Show the page's scopes one after the other.

    Yields each with what went wrong in showing it.

    A page without a switch has one scope, the default. `followed` is told the names of the tabs and choices, folded.
    """
    there = await page.survey()
    names = await _tab_names(page) if there.tabs else []
    if names:
        followed.update(fold(name) for name in names)
        for name in names:
            yield scope_of(bare_title(name)) or default, await _press_tab(page, name)
        return
    choices = await _choices(page) if there.pickers else []
    if choices:
        followed.update(fold(choice) for choice in choices)
        for choice in choices:
            yield scope_of(bare_title(choice)) or default, await _choose(page, choice)
        return
    yield default, ()


async def show_scope(page: PageReader, scope: str) -> None:
    """Show one scope again, where the page has a switch for it."""
    for name in await _tab_names(page):
        if scope_of(bare_title(name)) == scope:
            await _press_tab(page, name)
            return
    for choice in await _choices(page):
        if scope_of(bare_title(choice)) == scope:
            await _choose(page, choice)
            return


async def _tab_names(page: PageReader) -> list[str]:
    """The names of the tabs that stand for scopes.

    Where sections have tabs, of all of them; tabs for anything else
    are left alone.
    """
    tabs = await page.find("tabs")
    names = [str(item["name"]) for item in await page.ask("names", target=tabs)] if tabs else []
    return names if sum(map(is_section, names)) > 1 else [name for name in names if scope_of(bare_title(name))]


async def _press_tab(page: PageReader, name: str) -> tuple[str, ...]:
    tab = await _tab(page, name)
    if tab is None or not await page.press(tab):
        return (f"the tab {name!r} could not be opened",)
    await page.rest()
    again = await _tab(page, name)
    chosen = again is not None and (await page.ask("names", target=[again]))[0]["selected"]
    return () if chosen else (f"the tab {name!r} does not say that it is the chosen one",)


async def _tab(page: PageReader, name: str) -> Handle | None:
    tabs = await page.find("tabs")
    names = await page.ask("names", target=tabs) if tabs else []
    found = [tab for tab, item in zip(tabs, names, strict=True) if item["name"] == name]
    return found[0] if len(found) == 1 else None


async def _choices(page: PageReader) -> list[str]:
    """The choices of the picker whose every choice is a scope."""
    picker = await _picker(page)
    return [] if picker is None else list((await page.ask("choices", target=[picker]))[0])


async def _picker(page: PageReader) -> Handle | None:
    pickers = await page.find("pickers")
    listed = await page.ask("choices", target=pickers) if pickers else []
    found = [
        picker
        for picker, choices in zip(pickers, listed, strict=True)
        if choices and all(scope_of(bare_title(c)) for c in choices)
    ]
    return found[0] if len(found) == 1 else None


async def _choose(page: PageReader, choice: str) -> tuple[str, ...]:
    picker = await _picker(page)
    if picker is None:
        return ("the marketplace picker went away",)
    if not await page.choose(picker, choice):
        return (f"the marketplace {choice!r} could not be chosen",)
    await page.rest()
    shown = await page.shown_by(picker)
    return () if fold(choice) in fold(shown) else (f"the picker does not show {choice!r} after it was chosen",)
