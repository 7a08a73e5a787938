"""Replaying recordings: one browser and one player a slot.

Several slots run at once; each recording is judged against what it
expects.
"""

from __future__ import annotations

import asyncio
import difflib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from agent.errors import UsageError
from agent.rehearsal.record.flows_by_name import describe, replay_hooks, run_flow
from agent.rehearsal.replay.compare import compare
from fixtures.player.recording import Recording, RecordingError, load_recording
from fixtures.player.server import Player, starting_session
from flows import (
    UNKNOWN_SCREEN,
    Adopted,
    AdoptedKind,
    Bounds,
    Browser,
    BrowserOptions,
    Catalogue,
    FlowError,
    RecordedVisit,
    Snapshot,
    StoppedAtStepError,
    digest_of,
    lay_under,
    load_catalogue,
    open_browser,
    open_visit,
    outcome_of,
    outline,
)

BOUNDS = Bounds(
    step=timedelta(seconds=10), visit=timedelta(seconds=60), challenge=timedelta(seconds=3), second_look=timedelta(0)
)  # no answer comes late here
_DIFF_LINES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOptions:
    """How to replay. `until` is a screen's name or a step's number.

    `trace` a directory for Playwright traces.
    """

    browser: BrowserOptions
    jobs: int = 2
    until: str | None = None
    hold: bool = False  # wait for Enter where the visit stopped
    trace: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """One recording replayed.

    It is the same if nothing differs and nothing was missed.
    """

    name: str
    flow: str
    seconds: float
    outcome: str
    differences: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    bodiless: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    page_difference: str = ""
    age_days: int = 0
    stopped: bool = False

    @property
    def is_same(self) -> bool:
        """Tell whether the replay ended as the recording did."""
        return not self.differences and not self.misses


async def replay_all(paths: Sequence[Path], options: ReplayOptions) -> list[Replayed]:
    """Replay recordings and return the results in the order given.

    Raises:
        BrowserMissingError: there is no browser.
    """
    queue: asyncio.Queue[tuple[int, Path]] = asyncio.Queue()
    for item in enumerate(paths):
        queue.put_nowait(item)
    results: dict[int, Replayed] = {}
    async with asyncio.TaskGroup() as slots:
        for _ in range(max(1, min(options.jobs, len(paths)))):
            slots.create_task(_slot(queue, results, options))
    return [results[place] for place in range(len(paths))]


async def _slot(queue: asyncio.Queue[tuple[int, Path]], results: dict[int, Replayed], options: ReplayOptions) -> None:
    async with Player() as player:
        rehearsal = replace(options.browser, host_resolver_rules=player.resolver_rules, trusted_spki=(player.spki,))
        async with open_browser(rehearsal) as browser:
            while not queue.empty():
                place, path = queue.get_nowait()
                results[place] = await _replay(path, player, browser, replace(options, browser=rehearsal))


async def _replay(path: Path, player: Player, browser: Browser, options: ReplayOptions) -> Replayed:
    name = f"{path.parent.name}/{path.name}"
    try:
        recording = load_recording(path)
    except RecordingError as err:
        return Replayed(name=name, flow="", seconds=0.0, outcome="unreadable", differences=(str(err),))
    began = time.monotonic()
    player.load(recording)
    try:
        outcome, snapshots = await _visit(recording, player, browser, options)
    except (KeyError, TypeError, UsageError) as err:
        return Replayed(name=name, flow="", seconds=0.0, outcome="unplayable", differences=(f"inputs: {err}",))
    except FlowError as err:  # the browser's, not the flow's: one recording's surprise must not stop the others
        outcome, snapshots = outcome_of(err), ()
    finally:
        report = player.finish()
    stopped = "stopped" in outcome
    expected = recording.about["expected"]
    unknown = tuple(_unknown_screens(recording, _catalogue(recording)))
    differing = () if stopped else tuple(compare(expected, outcome))
    if options.until is not None and not stopped:
        seen = ", ".join(snapshot.screen for snapshot in snapshots)
        differing = (f"step {options.until} was not reached; the steps were {seen or 'none'}", *differing)
    misses = tuple(str(miss) for miss in report.misses) + tuple(
        f"asked after the end: {stray}" for stray in report.strays
    )
    return Replayed(
        name=name,
        flow=str(recording.about["flow"]),
        seconds=time.monotonic() - began,
        outcome=describe(outcome),
        differences=differing,
        misses=(*misses, *unknown) if differing or misses else misses,
        unused=() if stopped else report.unused,
        bodiless=report.bodiless,
        steps=tuple(snapshot.screen for snapshot in snapshots),
        page_difference=_page_difference(recording, snapshots) if differing or misses else "",
        age_days=recording.age_days(datetime.now(UTC)),
        stopped=stopped,
    )


async def _visit(
    recording: Recording, player: Player, browser: Browser, options: ReplayOptions
) -> tuple[dict[str, Any], Sequence[Snapshot]]:
    session = starting_session(recording, datetime.now(UTC))
    catalogue = _catalogue(recording)
    async with open_visit(browser, options=options.browser, storage_state=session, catalogue=catalogue) as opened:
        shapes = frozenset(page["shape"] for page in recording.about.get("pages", ()))
        visit = RecordedVisit.over(opened, stop_at=options.until, like=shapes)
        await player.freeze(visit.context)
        if options.trace:
            await visit.context.tracing.start(screenshots=True, snapshots=True)
        hooks = replay_hooks(lambda: recording.recorded_at)
        try:
            outcome = await run_flow(
                str(recording.about["flow"]), visit, recording.about["inputs"], hooks=hooks, bounds=BOUNDS
            )
        except StoppedAtStepError as stop:
            outcome = {"stopped": {"screen": stop.screen, "step": stop.step}}
        except Exception as err:
            if not _is_surprise(recording.about["expected"]):
                raise
            outcome = outcome_of(err)  # what surprised the visit is what a replay of it is for
        if options.trace:
            trace = options.trace / f"{recording.path.parent.name}-{recording.path.name}.zip"
            await visit.context.tracing.stop(path=trace)
            trace.chmod(0o600)
        if options.hold:
            await asyncio.to_thread(input, f"{recording.name}: {describe(outcome)}. Press Enter to go on. ")
        return outcome, visit.snapshots


def _catalogue(recording: Recording) -> Catalogue:
    """The shipped catalogue, with what was adopted when the visit was recorded.

    What does not ship yet.

    Raises:
        UsageError: an adopted file of the recording cannot be used.
    """
    shipped = load_catalogue()
    pieces = [
        Adopted(kind=AdoptedKind(one["kind"]), name=one["name"], text=one["text"], digest=digest_of(one["text"]))
        for one in recording.about.get("adopted", ())
        if one["name"] not in shipped.screens
    ]
    laid = lay_under(shipped, pieces)
    if laid.refused:
        raise UsageError("; ".join(f"the adopted {name} cannot be used: {why}" for name, why in laid.refused))
    return laid.catalogue


def _unknown_screens(recording: Recording, catalogue: Catalogue) -> Iterator[str]:
    """What the recording names and no catalogue has.

    An adopted file that was not kept with it.
    """
    seen = {str(page["screen"]) for page in recording.about.get("pages", ())}
    for name in sorted(seen - set(catalogue.screens) - {UNKNOWN_SCREEN}):
        yield f"the screen {name} was known when this was recorded; adopt it again, or put its file into selectors/"


def _is_surprise(expected: dict[str, Any]) -> bool:
    return "error" in expected and expected["error"].get("code") == "unexpected"


def _page_difference(recording: Recording, snapshots: Sequence[Snapshot]) -> str:
    """Name the first step that differs from the recording, and show how."""
    pages = recording.about.get("pages", [])
    for number, page in enumerate(pages, 1):
        if number > len(snapshots):
            return f"step {number}: recorded {page['screen']}, the visit ended before it"
        seen = snapshots[number - 1]
        recorded = (recording.path / "pages" / page["file"]).read_text(encoding="utf-8")
        lines = list(difflib.unified_diff(outline(recorded), outline(seen.html), "recorded", "now", lineterm="", n=1))
        if seen.screen != page["screen"] or lines:
            more = [f"({len(lines) - _DIFF_LINES} more lines)"] if len(lines) > _DIFF_LINES else []
            return "\n".join(
                [f"step {number}: recorded {page['screen']}, now {seen.screen}", *lines[:_DIFF_LINES], *more]
            )
    return (
        f"step {len(pages) + 1}: nothing was recorded, now {snapshots[len(pages)].screen}"
        if len(snapshots) > len(pages)
        else ""
    )
