"""The scripts that flows run inside a page, and calling them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import Error, JSHandle, Page

from flows.errors import BrowserLostError

_FOLDER = Path(__file__).parent / "js"


class PageMovedError(Exception):
    """The document went away under a script; look again at the next one."""


@cache
def script(name: str) -> str:
    """Return a script of the folder as a function, with the shared part in front."""
    return function_of(source(name), source("shared"))


@cache
def source(name: str) -> str:
    """Return a script as it stands, for running before a page's own."""
    return load_script(_FOLDER, name)


@cache
def load_script(folder: Path, name: str) -> str:
    """Load the script of that name from wherever it lies below a room's folder."""
    (file,) = folder.rglob(f"{name}.js")
    return file.read_text("utf-8")


def function_of(body: str, *before: str) -> str:
    """Return a script as a function that runs after the statements `before`."""
    declared = ";\n".join(before)
    return f"argument => {{\n{declared}\nconst main = (\n{expression_of(body)}\n);\nreturn main(argument);\n}}"


def expression_of(body: str) -> str:
    """Return a script without what ends it as a statement."""
    return body.rstrip().rstrip(";")


async def ask(page: Page, name: str, argument: Any) -> Any:
    """Run a script in the page and return its plain value.

    Raises:
        PageMovedError: the document was replaced meanwhile.
        BrowserLostError: the page or the browser died.
    """
    try:
        return await value_of(page, script(name), argument)
    except Error as err:
        raise _told(page, err) from err


async def value_of(page: Page, function: str, argument: Any) -> Any:
    """Call a function in the page and take its answer as a plain value.

    Both travel as one text: Playwright looks at every nested value by itself, on its two sides, which costs eight times
    as much
    (measured on a look at a permissions page: 6 to 8 ms instead of 1 of this process).
    """
    try:
        given, taken = json.dumps(argument), "JSON.parse(given)"
    except TypeError:  # elements of the page are no text
        given, taken = argument, "given"
    told = await page.evaluate(f"async given => JSON.stringify(await ({function})({taken}))", given)
    return None if told is None else json.loads(told)


async def ask_handle(page: Page, name: str, argument: Any) -> JSHandle:
    """Run a script in the page and return a handle to its value; raises as `ask`."""
    try:
        return await page.evaluate_handle(script(name), argument)
    except Error as err:
        raise _told(page, err) from err


def _told(page: Page, err: Error) -> Exception:
    message = str(err)
    if page.is_closed() or "crashed" in message or "has been closed" in message or "Connection closed" in message:
        return BrowserLostError(
            "the page was expected to answer, but it or its browser is gone; the visit may be repeated"
        )
    if (
        "context was destroyed" in message
        or "Cannot find context" in message
        or "navigat" in message
        or "Frame was detached" in message
    ):
        return PageMovedError()
    return err
