"""`sc-agent selectors`: the catalogue against the recorded pages."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.output import print_document, say
from agent.cli.visits import drafts
from agent.errors import Exit, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows import Coverage, PageCheck, RecordedPage

app = typer.Typer(no_args_is_help=True, help="The catalogue of the site's screens.")


@app.callback()
def selectors() -> None:
    """The catalogue of the site's screens."""


@app.command("check")
def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH",
            help="Recorded pages, evidence, or directories of some; all shipped pages when left out.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    all_pages: Annotated[bool, typer.Option("--all", help="List the pages that are read as expected too.")] = False,
) -> None:
    """Run the catalogue over recorded pages in a browser.

    Says which claim matched, which candidate found each element, and what nothing claims.

    Given the evidence of a visit, it says what each kept page is read as, or which claims come nearest.
    Exit code 1 if a page is not read as its file says, if the catalogue lacks an element that a flow asks for,
    or, over all shipped pages, if a screen or such an element is on none of them.
    """
    from flows import coverage_of, load_catalogue

    catalogue = load_catalogue()
    checks = asyncio.run(_check(_pages(paths or [])))
    covered = coverage_of(checks, catalogue)
    unshown = [] if paths else sorted(set(catalogue.screens) - {one.seen.screen for one in checks})
    uncovered = () if paths else covered.uncovered
    if as_json:
        told = {"missing": list(covered.missing), "covered": list(covered.covered)}
        print_document(
            _document(checks, len(catalogue.screens)) | told | {"not_covered": list(uncovered), "unshown": unshown}
        )
    else:
        _print(checks, all_pages=all_pages)
        _print_coverage(checks, covered, uncovered, unshown, screens=len(catalogue.screens))
    wrong = covered.missing or uncovered or unshown or any(one.problems for one in checks)
    raise typer.Exit(int(Exit.FINDING if wrong else Exit.OK))


app.command("drafts")(drafts.list_)
app.command("adopt")(drafts.adopt)
app.command("withdraw")(drafts.withdraw)
app.command("export")(drafts.export)


def _pages(paths: list[Path]) -> list[RecordedPage]:
    from flows import find_pages, shipped_pages

    for path in paths:
        if not path.exists():
            raise UsageError(f"a recorded page or a directory of some was expected at {path}, there is nothing")
    try:
        found = find_pages(paths or [shipped_pages()])
    except ValueError as err:
        raise UsageError(str(err)) from err
    if not found:
        raise UsageError(
            "no page with its expected reading, and no page kept as evidence, was found there; "
            "record some with 'sc-agent record'"
        )
    return found


async def _check(pages: list[RecordedPage]) -> list[PageCheck]:
    from flows import BrowserOptions, check_pages, open_browser

    executable = os.environ.get("SC_AGENT_BROWSER__EXECUTABLE")
    # No host exists for this browser: it only ever shows what lies on the disk.
    options = BrowserOptions(executable=Path(executable) if executable else None, host_resolver_rules="MAP * ~NOTFOUND")
    async with open_browser(options) as browser:
        checks = [one async for one in check_pages(browser, pages)]
    return sorted(checks, key=lambda one: one.page.html)


def _print(checks: list[PageCheck], *, all_pages: bool) -> None:
    for one in checks:
        if one.problems:
            say(f"DIFFERS {one.page.name}: {'; '.join(one.problems)}")
        elif one.page.is_evidence and one.seen.screen != "unknown":
            say(f"read    {one.page.name}: {one.seen.screen} by {one.seen.claim}{_elements(one)}")
        elif one.page.is_evidence:
            say(f"unknown {one.page.name}: no screen claims it; nearest:", *(f"        {near}" for near in one.near))
        elif all_pages:
            say(f"ok      {one.page.name}: {one.seen.screen} by {one.seen.claim or 'no claim'}{_elements(one)}")
        elif one.drift:
            say(f"drift   {one.page.name}: {', '.join(one.drift)}")


def _print_coverage(
    checks: list[PageCheck], covered: Coverage, uncovered: Sequence[str], unshown: list[str], *, screens: int
) -> None:
    for name in covered.missing:
        say(f"MISSING {name}: a flow asks for it, the catalogue has no such element")
    for name in uncovered:
        say(f"NOT COVERED {name}: found on no recorded page")
    for name in unshown:
        say(f"NOT COVERED screen {name}: no recorded page is read as it")
    for name, why in covered.without_a_page.items():
        say(f"without a page {name}: {why}")
    wrong, found = sum(bool(one.problems) for one in checks), len(covered.covered)
    say(
        f"{len(checks)} pages, {wrong} not as expected; {screens} screens; {found} of "
        f"{len(covered.elements) + len(covered.missing)} elements that flows ask for were found"
    )


def _elements(one: PageCheck) -> str:
    found = [f"{name} by candidate {index + 1}" for name, index in one.elements.items() if index is not None]
    return f" ({', '.join(found)})" if found else ""


def _document(checks: list[PageCheck], screens: int) -> dict[str, object]:
    return {
        "schema": 1,
        "screens": screens,
        "pages": [
            {
                "page": one.page.name,
                "expected": None if one.page.is_evidence else one.page.screen,
                "screen": one.seen.screen,
                "claim": one.seen.claim,
                "also": list(one.seen.also),
                "alert": one.seen.alert,
                "language": one.seen.language,
                "elements": {name: None if index is None else index + 1 for name, index in one.elements.items()},
                "near": list(one.near),
                "problems": one.problems,
            }
            for one in checks
        ],
    }
