"""`sc-agent replay`: flows against recordings, offline."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.output import print_document, say
from agent.errors import Exit, UsageError
from agent.rehearsal.replay.report import as_document, as_junit, print_replays


def replay(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH",
            help="Recordings, or directories of some; all shipped ones when left out.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    junit: Annotated[Path | None, typer.Option(help="Write a JUnit report for CI.", show_default=False)] = None,
    jobs: Annotated[
        int, typer.Option(min=1, max=64, help="Browsers at once.", show_default="one a processor, 4 at most")
    ] = min(4, os.cpu_count() or 1),
    until: Annotated[
        str | None, typer.Option(help="Stop at this step: a screen's name or a number.", show_default=False)
    ] = None,
    headed: Annotated[bool, typer.Option("--headed", help="Show the browser, one recording at a time.")] = False,
    slow: Annotated[bool, typer.Option("--slow", help="Wait half a second between acts.")] = False,
    trace: Annotated[Path | None, typer.Option(help="A directory for Playwright traces.", show_default=False)] = None,
    against_stand_in: Annotated[
        bool, typer.Option("--against-stand-in", help="Compare with a visit to a stand-in, each page by its shape.")
    ] = False,
    against: Annotated[
        str | None, typer.Option(metavar="ID", help="Compare with a live visit as this account.", show_default=False)
    ] = None,
) -> None:
    """Run flows against recordings, offline, and compare the outcomes.

    Exit code 1 if anything differs: step, screen and the page's difference are shown.
    """
    from agent.rehearsal.replay.run import ReplayOptions, replay_all
    from flows import BrowserOptions

    found = _recordings(paths or [])
    if against_stand_in or against is not None:
        raise typer.Exit(_ageing(found, against))
    browser = BrowserOptions(executable=_executable(), headless=not headed, slow_ms=500 if slow else 0)
    options = ReplayOptions(
        browser=browser, jobs=1 if headed else jobs, until=until, hold=headed and until is not None, trace=trace
    )
    results = asyncio.run(replay_all(found, options))
    if junit is not None:
        junit.parent.mkdir(parents=True, exist_ok=True)
        junit.write_text(as_junit(results), encoding="utf-8")
    if as_json:
        print_document(as_document(results))
    else:
        print_replays(results)
    raise typer.Exit(int(Exit.OK if all(result.is_same for result in results) else Exit.FINDING))


def _ageing(found: list[Path], account_id: str | None) -> int:
    """Show what the visits look like today."""
    from agent.rehearsal.replay.ageing import compare_with_account, compare_with_stand_in

    aged = asyncio.run(compare_with_stand_in(found) if account_id is None else compare_with_account(found, account_id))
    for one in aged:
        say(
            f"{one.name}: {one.age_days} days old, "
            + (f"{len(one.differences)} lines of difference" if one.differences else "same shapes")
        )
        for line in one.differences:
            say(f"  {line}")
    return int(Exit.FINDING if any(one.differences for one in aged) else Exit.OK)


def _recordings(paths: list[Path]) -> list[Path]:
    import fixtures
    from fixtures.player.recording import find_recordings

    for path in paths:
        if not path.exists():
            raise UsageError(f"a recording or a directory of recordings was expected at {path}, there is nothing")
    places = paths or [Path(next(iter(fixtures.__path__)))]
    found = find_recordings(places)
    if not found:
        raise UsageError(
            f"no recording.json was found under {', '.join(map(str, places))}; make one with 'sc-agent record'"
        )
    return found


def _executable() -> Path | None:
    """The configured browser; replaying needs none of the other settings."""
    value = os.environ.get("SC_AGENT_BROWSER__EXECUTABLE")
    return Path(value) if value else None
