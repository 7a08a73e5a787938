"""Killed at any write between "seen" and "started".

Nothing is lost, nothing is started twice.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

import pytest
import sqlalchemy as sa

from agent.store.database import schema
from agent.store.database.engine import reading
from agent.store.vault.keys import Vault, new_key, parse_key
from tests.support.process_table import has_ended
from tests.support.samples import IS_WHOLE
from tests.support.sites.mail_world import MailWorld, mail_world, wait_for

BURST = 100 if IS_WHOLE else 24
LIVES = 60  # far more than are needed
ROOT = Path(__file__).parents[3]


@pytest.mark.timeout(300)
def test_burst_of_invitations_survives_kills_at_every_write(tmp_path: Path) -> None:
    key = new_key()
    draw = random.Random(1)
    with mail_world(tmp_path) as world:
        assert world.inbox is not None
        world.vault = Vault(parse_key(key, source="a test"))
        for number in range(BURST):
            world.account(f"A{number}")
            world.inbox.deliver_now(world.mail_to(f"A{number}"))
        with Lives(tmp_path / "errors") as lives:
            while started(world) < BURST and lives.count < LIVES:
                number = lives.count + 1
                plan = {"folder": str(tmp_path), "port": world.inbox.port, "dns": world.keys.address, "key": key}
                kill_at = number if number < 9 else draw.randint(10, 40)
                lives.live(world, plan | {"kill_at": kill_at, "when": draw.choice(["before", "after"])})
        assert lives.count >= 10, "the kills must have fallen inside the work"
        with world.running():  # a last life, to let it find anything it would do twice
            wait_for(lambda: all(message.verdict for message in world.messages()), seconds=90.0)
        assert world.count(schema.invitations) == BURST
        assert {verdict for verdict, _ in world.verdicts()} <= {"accept", "duplicate"}
        assert sorted(verdict for verdict, _ in world.verdicts() if verdict == "accept") == ["accept"] * BURST
        with reading(world.engine) as conn:
            arrivals = conn.execute(
                sa.select(schema.journal.c.account_id, sa.func.count())
                .where(schema.journal.c.to_state == "accepting")
                .group_by(schema.journal.c.account_id)
            ).all()
        assert [count for _, count in arrivals] == [1] * BURST


def started(world: MailWorld) -> int:
    with reading(world.engine) as conn:
        return int(conn.scalar(sa.select(sa.func.count()).where(schema.accounts.c.authorization == "accepting")) or 0)


class Lives:
    """The process that forks lives."""

    def __init__(self, errors: Path) -> None:
        self.count = 0
        self._errors = errors

    def __enter__(self) -> Self:
        with self._errors.open("wb") as sink:
            command = [sys.executable, "-m", "tests.support.processes.mail_daemon"]
            self._process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sink, text=True
            )
        return self

    def __exit__(self, *error: object) -> None:
        self._process.communicate(timeout=10)
        assert "Traceback" not in self._errors.read_text()

    def live(self, world: MailWorld, plan: dict[str, Any]) -> None:
        """One life, to its kill or to the end of the work."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.count += 1
        self._process.stdin.write(json.dumps(plan) + "\n")
        self._process.stdin.flush()
        life = int(self._process.stdout.readline())
        wait_for(lambda: started(world) == BURST or has_ended(life), seconds=90.0)
        with contextlib.suppress(ProcessLookupError):
            os.kill(life, signal.SIGKILL)
        assert self._process.stdout.readline() == "over\n"
