"""Plays the demo inside a test, so that what it leaves can be looked at before it is gone."""

from __future__ import annotations

import base64
import io
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from agent.rehearsal.demo.client import DemoClient
from agent.rehearsal.demo.command import open_client
from agent.rehearsal.demo.processes import environment
from agent.rehearsal.demo.stories import Story, all_stories
from agent.rehearsal.demo.view import StoryView
from agent.terminal import PrintableConsole
from fixtures.stand_in.sign_in.one_time_codes import Seed
from fixtures.stand_in.six_accounts import demo_world
from fixtures.stand_in.world import StandIn
from tests.support.leaks.search import Secret
from tests.support.processes.forked.demo import ForkedDemoProcesses

_ACCEPTED = ("code.accepted", "two_step.code_accepted")
PATIENCE = 240.0  # seconds: machines that run tests are busy


@dataclass(slots=True, kw_only=True)
class Play:
    """One demo under way."""

    processes: ForkedDemoProcesses
    client: DemoClient
    stories: list[Story]
    screen: io.StringIO

    def assert_as_scripted(self, *, but: str | None = None) -> None:
        """Nobody's story was broken, but for one that says `but`."""
        told = [(story.account, story.broken) for story in self.stories if story.broken]
        broken = [(account, why) for account, why in told if but is None or but not in why]
        assert broken == [], broken

    def count(self, question: str, *values: str) -> int:
        """Ask the agent's database for a number."""
        with closing(sqlite3.connect(f"file:{self.processes.data_dir / 'agent.sqlite'}?mode=ro", uri=True)) as database:
            return int(database.execute(question, values).fetchone()[0])


@asynccontextmanager
async def playing(directory: Path, *, seed: int, more: dict[str, str] | None = None) -> AsyncIterator[Play]:
    """Stand-ins, registered accounts and a running daemon.

    The stories are told by the caller.
    """
    screen = io.StringIO()
    async with StandIn(demo_world(seed)) as stand_in:
        told = stand_in.description()
        env = environment(told, directory, more or {})
        processes = ForkedDemoProcesses(description=told, data_dir=directory, env=env, log=directory / "daemon.log")
        try:
            client = await open_client(processes, StoryView(PrintableConsole(screen)))
            client.wait_within = PATIENCE
            try:
                yield Play(processes=processes, client=client, stories=all_stories(), screen=screen)
            finally:
                await client.close()
        finally:
            await processes.kill_daemon()


async def secrets_of(processes: ForkedDemoProcesses) -> list[Secret]:
    """Every secret this demo used so far, as its control port tells."""
    async with httpx.AsyncClient(base_url=processes.description["control"], trust_env=False, timeout=20) as control:
        scenario, log, sessions = [(await control.get(path)).json() for path in ("/scenario", "/log", "/sessions")]
    key = processes.env["SC_AGENT_VAULT_KEY"]
    found = [
        Secret(name="the mailbox's password", value=processes.description["imap"]["password"].encode()),
        Secret(name="the vault key", value=key.rstrip("=").encode()),
        Secret(name="the vault key, decoded", value=base64.urlsafe_b64decode(key)),
    ]
    for user in scenario["users"]:
        found += _user_secrets(user["email"], user["password"], user["totp_secret"])
        found += _codes(user["email"], Seed(secret=user["totp_secret"]), log["events"])
    found += [
        Secret(name=f"mailed code of {event['email']}", value=event["code"].encode(), is_word=True)
        for event in log["events"]
        if event["kind"] == "mail_code.sent"
    ]
    return found + _cookies(sessions["sessions"])


def _user_secrets(email: str, password: str, seed: str) -> list[Secret]:
    bare = seed.replace(" ", "")
    spaced = " ".join(bare[at : at + 4] for at in range(0, len(bare), 4))
    forms = {"password": password, "seed": bare, "seed in lower case": bare.lower(), "seed with spaces": spaced}
    named = [Secret(name=f"{name} of {email}", value=value.encode()) for name, value in forms.items()]
    return [*named, Secret(name=f"seed of {email}, decoded", value=Seed(secret=seed).key())]


def _codes(email: str, seed: Seed, log: list[dict[str, Any]]) -> list[Secret]:
    steps = sorted({entry["step"] for entry in log if entry["kind"] in _ACCEPTED and entry["email"] == email})
    return [
        Secret(name=f"code of {email} at step {step}", value=seed.code(step).encode(), is_word=True) for step in steps
    ]


def _cookies(sessions: list[dict[str, Any]]) -> list[Secret]:
    found = []
    for number, session in enumerate(sessions, start=1):
        for name, value in session["cookies"].items():
            if name.startswith(("at-", "sess-at-", "x-")) or name in ("session-id", "session-token"):
                found += [Secret(name=f"cookie {name} of session {number}", value=value.encode())] if value else []
    return found
