"""The scripts that flows run inside a page, and calling them."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import ElementHandle, JSHandle, Page

from flows.browser.page_errors import page_errors

_NO_CHARACTER = re.compile(r"(?<!\\)((?:\\\\)*)\\u(?:d[89a-f][0-9a-f]{2}|0000)")
_FOLDER = Path(__file__).parent / "js"


@cache
def script(name: str) -> str:
    """Return a script of the folder as a function, with the shared part in front."""
    return function_of(source(name), source("shared"))


@cache
def source(name: str) -> str:
    """Return a script as it stands, for running before a page's own."""
    return load_script(_FOLDER, name)


def clock() -> str:
    """The clock of a page (`rest.js`) behind what it asks."""
    return source("animations") + source("rest")


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
    """Run a script in the page and return its plain value; raises as `page_errors`."""
    return await value_of(page, script(name), argument)


async def value_of(page: Page, function: str, argument: Any) -> Any:
    """Call a function in the page and take its answer as a plain value.

    Raises as `page_errors`.

    Both travel as one text: Playwright looks at every nested value by itself, on its two sides, which costs eight times
    as much (measured on a look at a permissions page: 6 to 8 ms instead of 1 of this process).
    """
    try:
        given, taken = json.dumps(argument), "JSON.parse(given)"
    except TypeError:  # elements of the page are no text
        given, taken = argument, "given"
    with page_errors(page):
        told = await page.evaluate(f"async given => JSON.stringify(await ({function})({taken}))", given)
    return None if told is None else parse_told(told)


def parse_told(told: str) -> Any:
    """Parse what a page told as JSON, without NUL and half a character.

    No text file or database takes them. JSON.stringify escapes these two; half a character stands in it no other way.
    """
    return json.loads(_NO_CHARACTER.sub(r"\1\\ufffd", told) if "\\u" in told else told)


async def ask_handle(page: Page, name: str, argument: Any) -> JSHandle:
    """Run a script in the page for a handle to its value; raises as `page_errors`."""
    with page_errors(page):
        return await page.evaluate_handle(script(name), argument)


async def elements_of(page: Page, function: str, argument: Any) -> list[ElementHandle]:
    """Call a function in the page for the elements it finds; raises as `page_errors`."""
    with page_errors(page):
        found = await page.evaluate_handle(function, argument)
        properties = await found.get_properties()
    return [element for handle in properties.values() if (element := handle.as_element()) is not None]


async def elements_and_told(page: Page, function: str, argument: Any) -> tuple[list[ElementHandle], Any]:
    """Call a function in the page that gives elements and what it tells beside them.

    In two calls, however many there are. Raises as `page_errors`.
    """
    found_in = f"{{ const [found, told] = ({function})(JSON.parse(given));"
    beside = f"given => {found_in} return Object.assign([...found], {{ told: JSON.stringify(told) }}); }}"
    with page_errors(page):
        found = await page.evaluate_handle(beside, json.dumps(argument))
        properties = await found.get_properties()
        told = parse_told(await properties.pop("told").json_value())  # a text: the driver has it already
    return [element for handle in properties.values() if (element := handle.as_element()) is not None], told
