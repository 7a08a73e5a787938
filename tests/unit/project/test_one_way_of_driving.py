"""A page is driven in one way: one module says what the browser's errors mean, and grids never see a bare page."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
# Whoever else takes the errors themselves, and why. No other room may.
OWNERS = {
    "flows/browser/page_errors.py": "says what they mean",
    "flows/browser/launch.py": "a browser that does not start, and one that ends",
    "flows/browser/guard.py": "requests are answered beside the page; a secret's error is cut before anybody sees it",
    "flows/recording/exchange.py": "notes in the browser's words why a body did not come",
}
ERRORS = {"Error", "TimeoutError"}
# What of the driver's the reading of permissions takes; everybody else there has a reader.
DRIVEN = {
    "flows/permissions/page_reader.py": {"Page"},
    "flows/permissions/explain/sheet.py": {"Page"},  # another one, to draw on
    "flows/permissions/capture.py": {"FloatRect"},
}


# And what of the driver's the reading of insights takes: it hears what the scripts of the page fetch.
HEARD = {"flows/insights/listen.py": {"CDPSession", "Page", "Request", "Response"}}


def trees(*rooms: str) -> Iterator[tuple[str, ast.Module]]:
    for room in rooms:
        for file in sorted((ROOT / room).rglob("*.py")):
            yield str(file.relative_to(ROOT)), ast.parse(file.read_text(encoding="utf-8"))


def taken_from_playwright(tree: ast.Module) -> set[str]:
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    names = {alias.name for node in nodes if (node.module or "").startswith("playwright") for alias in node.names}
    whole = (node for node in ast.walk(tree) if isinstance(node, ast.Import))
    return names | {alias.name for node in whole for alias in node.names if alias.name.startswith("playwright")}


def attributes(tree: ast.Module) -> set[str]:
    return {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def test_one_module_says_what_the_browser_s_errors_mean() -> None:
    takers = {name for name, tree in trees("agent", "flows") if taken_from_playwright(tree) & ERRORS}
    assert takers == set(OWNERS)


def test_nobody_takes_the_driver_whole_and_so_its_errors() -> None:
    def is_whole(name: str) -> bool:
        return name.partition(".")[0] == "playwright"

    whole = {name for name, tree in trees("agent", "flows") if any(map(is_whole, taken_from_playwright(tree)))}
    assert whole == set()


def test_what_reads_permissions_takes_no_page_of_the_driver_s() -> None:
    taken = {name: names for name, tree in trees("flows/permissions") if (names := taken_from_playwright(tree))}
    assert taken == DRIVEN


def test_what_reads_insights_takes_no_page_of_the_driver_s() -> None:
    taken = {name: names for name, tree in trees("flows/insights") if (names := taken_from_playwright(tree))}
    assert taken == HEARD


def test_what_reads_permissions_takes_no_page_out_of_a_visit() -> None:
    takers = {name for name, tree in trees("flows/permissions") if attributes(tree) & {"visit.page", "self.visit.page"}}
    assert takers == set()


def test_what_reads_permissions_takes_no_page_out_of_its_reader() -> None:
    bare = ("page._page", "reader._page")
    takers = {name for name, tree in trees("flows/permissions") if any(one.endswith(bare) for one in attributes(tree))}
    assert takers == set()
