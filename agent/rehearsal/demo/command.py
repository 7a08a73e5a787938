"""The `demo` command.

It sets the processes up, registers the accounts, runs the real daemon, tells the stories, and shows what
happened.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from agent.cli.output import console, print_document
from agent.errors import ConfigurationError, Exit
from agent.rehearsal.demo.client import DemoClient, TaleError
from agent.rehearsal.demo.host_page import address_of_agent, host_page_of
from agent.rehearsal.demo.processes import DemoProcesses, open_processes
from agent.rehearsal.demo.security import UNBOUND, security_checks, security_stories
from agent.rehearsal.demo.stories import Check, Story, all_stories, last_checks, tell_all
from agent.rehearsal.demo.view import StoryView

_CONTEXTS = "4"  # a person watches seven accounts at once; a worker has two otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """What is told: in which world, with which accounts."""

    stories: Callable[[], list[Story]]
    checks: Callable[[DemoClient, list[Story]], Awaitable[list[Check]]]
    scenario: Callable[[Path, int], Path | None] = lambda folder, seed: None  # the stand-in's own
    pending: frozenset[str] = frozenset()  # API authorization not complete
    unbound: frozenset[str] = frozenset()  # no merchant


def _security_world(folder: Path, seed: int) -> Path:
    """Write the scenes' world as a scenario.

    Raises:
        ConfigurationError: the demo extra is missing.
    """
    try:
        from fixtures.stand_in.security_world import security_world
    except ModuleNotFoundError as err:
        raise ConfigurationError(f"the demo needs its extra ({err.name} is missing): secondary-user[demo]") from err
    file = folder / "scenario.json"
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(security_world(seed).model_dump_json())
    return file


USUAL = Programme(stories=all_stories, checks=last_checks, pending=frozenset({"A3"}))
SECURITY = Programme(stories=security_stories, checks=security_checks, scenario=_security_world, unbound=UNBOUND)


def demo(
    seed: Annotated[int, typer.Option(help="Makes a run repeatable: names, secrets, layouts, faults.")] = 1,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave everything running until Ctrl-C, and the data directory afterwards.")
    ] = False,
    headed: Annotated[bool, typer.Option("--headed", help="Show the browser (needs a screen).")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what happened as JSON; progress goes to stderr.")
    ] = False,
    security: Annotated[
        bool, typer.Option("--security", help="Three accounts under attack, instead of the seven.")
    ] = False,
) -> None:
    """Tell the whole story for seven accounts, with the real daemon, on stand-ins.

    Takes about twenty seconds and touches nothing outside a temporary directory. Exit 0 only if every account ended as
    scripted.
    """
    data_dir = Path(tempfile.mkdtemp(prefix="sc-agent-demo-"))
    programme = SECURITY if security else USUAL
    try:
        document = asyncio.run(_play(data_dir, programme, seed=seed, keep=keep, headed=headed, as_json=as_json))
    finally:
        if not keep:
            shutil.rmtree(data_dir, ignore_errors=True)
    if as_json:
        print_document(document)
    if not document["ok"]:
        raise typer.Exit(int(Exit.FINDING))


async def _play(
    data_dir: Path, programme: Programme, *, seed: int, keep: bool, headed: bool, as_json: bool
) -> dict[str, Any]:
    view = StoryView(console(stderr=as_json))
    view.line(f"Starting the stand-ins and the daemon (seed {seed}) ...")
    more = {"BROWSER__CONTEXTS": _CONTEXTS} | ({"BROWSER__HEADLESS": "false"} if headed else {})
    scenario = programme.scenario(data_dir, seed)
    async with (
        open_processes(data_dir, seed=seed, scenario=scenario, more=more) as processes,
        AsyncExitStack() as opened,
    ):
        client = await open_client(processes, view, pending=programme.pending, unbound=programme.unbound)
        try:
            stories = programme.stories()
            told = tuple(story.account for story in stories)
            await _show_the_console(processes, view, told, opened if keep else None)
            started = time.monotonic()
            await tell_all(client, stories)
            checks = await programme.checks(client, stories)
            code = 0 if keep else await processes.stop_daemon()
            checks.append(
                {
                    "check": "the daemon stopped cleanly",
                    "ok": code == 0,
                    "seen": None if code == 0 else f"exit {code}: {processes.last_words()}",
                }
            )
            document = _document(client, stories, checks, seed=seed, seconds=time.monotonic() - started)
            view.curtain(
                stories, {story.account: client.status(story.account) for story in stories}, checks, document["seconds"]
            )
            if keep:
                await _linger(processes, view)
        finally:
            await client.close()
    return document


async def open_client(
    processes: DemoProcesses,
    programme: StoryView,
    *,
    pending: frozenset[str] = frozenset({"A3"}),
    unbound: frozenset[str] = frozenset(),
) -> DemoClient:
    """Register the scenario's accounts, start the daemon, open the control port."""
    import httpx

    async with httpx.AsyncClient(base_url=processes.description["control"], trust_env=False, timeout=20) as control:
        scenario = (await control.get("/scenario")).json()
    await register(processes, scenario, pending=pending, unbound=unbound)
    await processes.start_daemon()
    client = DemoClient(
        processes, scenario, on_step=lambda account, text: programme.step(account, text, client.seconds)
    )
    return client


async def register(
    processes: DemoProcesses,
    scenario: dict[str, Any],
    *,
    pending: frozenset[str] = frozenset({"A3"}),
    unbound: frozenset[str] = frozenset(),
) -> None:
    """Import the scenario's users as accounts A1, A2, ...

    Each with its seller's merchant id, but those `unbound`.

    Raises:
        TaleError: the import fails.
    """
    rows = [
        {
            "id": f"A{number}",
            "user_email": user["email"],
            "marketplace": seller["marketplaces"][0],
            **({} if f"A{number}" in unbound else {"merchant_id": seller["merchant_id"]}),
            "api_authorization": "pending" if f"A{number}" in pending else "complete",
            "password": user["password"],
            "totp_secret": user["totp_secret"],
        }
        for number, (user, seller) in enumerate(zip(scenario["users"], scenario["sellers"], strict=False), start=1)
    ]
    file = processes.data_dir / "accounts.json"
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump(rows, out)
    try:
        code, _, err = await processes.command("accounts", "import", str(file))
    finally:
        file.unlink()
    if code != 0:
        raise TaleError(f"the accounts could not be registered: {err.strip()}")


def _document(
    client: DemoClient, stories: list[Story], checks: list[dict[str, Any]], *, seed: int, seconds: float
) -> dict[str, Any]:
    accounts = []
    for story in stories:
        status = client.status(story.account)
        accounts.append(
            status
            | {
                "story": story.title,
                "expected": story.ends,
                "as_scripted": story.broken is None and status["authorization"] == story.ends,
                "broken": story.broken,
                "steps": [{"seconds": round(at, 2), "text": text} for at, text in story.steps],
                "evidence": [
                    str(path.relative_to(client.processes.data_dir)) for path in client.evidence(story.account)
                ],
            }
        )
    ok = all(account["as_scripted"] for account in accounts) and all(check["ok"] for check in checks)
    return {"schema": 1, "seed": seed, "ok": ok, "seconds": round(seconds, 2), "accounts": accounts, "checks": checks}


async def _show_the_console(
    processes: DemoProcesses, programme: StoryView, accounts: tuple[str, ...], opened: AsyncExitStack | None
) -> None:
    """Say where the console is.

    With `opened`, serve a page of the platform, too, which leads into it.
    """
    agent = await address_of_agent(processes)
    if opened is None:
        programme.line(f"The console is at {agent}/ (with --keep it stays up, with a way to sign in).")
        return
    page = await opened.enter_async_context((await host_page_of(processes, agent, accounts)).serving())
    programme.line(f"What a seller sees on the platform: {page}/  The agent's console: {page}/console")


async def _linger(processes: DemoProcesses, programme: StoryView) -> None:
    """Keep everything up until Ctrl-C and say how to reach it."""
    settings = processes.data_dir / "settings.env"
    lines = [
        f"export {name}='{value}'" for name, value in sorted(processes.env.items()) if name.startswith("SC_AGENT_")
    ]
    settings.write_text("\n".join(lines) + "\n", encoding="utf-8")
    programme.line(
        f"Everything is still running. The control port is {processes.description['control']}; the daemon's "
        f"log is {processes.log}."
    )
    programme.line(f"In another shell: . {settings}  and then, for example, sc-agent status. Ctrl-C ends it.")
    stop = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    await stop.wait()
