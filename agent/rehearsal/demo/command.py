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
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from agent.cli.output import console, print_document
from agent.errors import Exit
from agent.rehearsal.demo.client import DemoClient, TaleError
from agent.rehearsal.demo.host_page import address_of_agent, host_page_of
from agent.rehearsal.demo.processes import DemoProcesses, open_processes
from agent.rehearsal.demo.stories import Story, all_stories, last_checks, tell_all
from agent.rehearsal.demo.view import StoryView

ACCOUNTS = tuple(f"A{number}" for number in range(1, 8))


def demo(
    seed: Annotated[int, typer.Option(help="Makes a run repeatable: names, secrets, layouts, faults.")] = 1,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave everything running until Ctrl-C, and the data directory afterwards.")
    ] = False,
    headed: Annotated[bool, typer.Option("--headed", help="Show the browser (needs a screen).")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what happened as JSON; progress goes to stderr.")
    ] = False,
) -> None:
    """Tell the whole story for seven accounts, with the real daemon, on stand-ins.

    Takes about twenty seconds and touches nothing outside a temporary directory. Exit 0 only if every account ended as
    scripted.
    """
    data_dir = Path(tempfile.mkdtemp(prefix="sc-agent-demo-"))
    try:
        document = asyncio.run(_play(data_dir, seed=seed, keep=keep, headed=headed, as_json=as_json))
    finally:
        if not keep:
            shutil.rmtree(data_dir, ignore_errors=True)
    if as_json:
        print_document(document)
    if not document["ok"]:
        raise typer.Exit(int(Exit.FINDING))


async def _play(data_dir: Path, *, seed: int, keep: bool, headed: bool, as_json: bool) -> dict[str, Any]:
    programme = StoryView(console(stderr=as_json))
    programme.line(f"Starting the stand-ins and the daemon (seed {seed}) ...")
    more = {"BROWSER__HEADLESS": "false"} if headed else None
    async with open_processes(data_dir, seed=seed, more=more) as processes, AsyncExitStack() as opened:
        client = await open_client(processes, programme)
        try:
            await _show_the_console(processes, programme, opened if keep else None)
            stories = all_stories()
            started = time.monotonic()
            await tell_all(client, stories)
            checks = await last_checks(client, stories)
            code = 0 if keep else await processes.stop_daemon()
            checks.append(
                {
                    "check": "the daemon stopped cleanly",
                    "ok": code == 0,
                    "seen": None if code == 0 else f"exit {code}: {processes.last_words()}",
                }
            )
            document = _document(client, stories, checks, seed=seed, seconds=time.monotonic() - started)
            programme.curtain(
                stories, {story.account: client.status(story.account) for story in stories}, checks, document["seconds"]
            )
            if keep:
                await _linger(processes, programme)
        finally:
            await client.close()
    return document


async def open_client(processes: DemoProcesses, programme: StoryView) -> DemoClient:
    """Register the scenario's accounts, start the daemon, open the control port."""
    import httpx

    async with httpx.AsyncClient(base_url=processes.description["control"], timeout=20) as control:
        scenario = (await control.get("/scenario")).json()
    await register(processes, scenario)
    await processes.start_daemon()
    client = DemoClient(
        processes, scenario, on_step=lambda account, text: programme.step(account, text, client.seconds)
    )
    return client


async def register(
    processes: DemoProcesses, scenario: dict[str, Any], *, pending: frozenset[str] = frozenset({"A3"})
) -> None:
    """Import the scenario's users as accounts A1, A2, ...

    Each with its seller's merchant id.

    Raises:
        TaleError: the import fails.
    """
    rows = [
        {
            "id": f"A{number}",
            "user_email": user["email"],
            "marketplace": seller["marketplaces"][0],
            "merchant_id": seller["merchant_id"],
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


async def _show_the_console(processes: DemoProcesses, programme: StoryView, opened: AsyncExitStack | None) -> None:
    """Say where the console is.

    With `opened`, serve a page of the platform, too, which leads into it.
    """
    agent = await address_of_agent(processes)
    if opened is None:
        programme.line(f"The console is at {agent}/ (with --keep it stays up, with a way to sign in).")
        return
    page = await opened.enter_async_context((await host_page_of(processes, agent, ACCOUNTS)).serving())
    programme.line(f"What a seller sees on the platform: {page}/  The agent's console: {page}/console")


async def _linger(processes: DemoProcesses, programme: StoryView) -> None:
    """Keep everything up until Ctrl-C and say how to reach it."""
    settings = processes.data_dir / "settings.env"
    lines = [
        f"export {name}='{value}'" for name, value in sorted(processes.env.items()) if name.startswith("SC_AGENT_")
    ]
    settings.write_text("\n".join(lines) + "\n", encoding="utf-8")
    programme.line(
        f"Everything is still running. The control port is {processes.description['control']}; the daemon's log is {processes.log}."
    )
    programme.line(f"In another shell: . {settings}  and then, for example, sc-agent status. Ctrl-C ends it.")
    stop = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    await stop.wait()
