"""Runs sc-agent as a process, the way its users do."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.processes.forked.commands import run_forked
from tests.support.processes.terminal import Typed, run_at_a_terminal

SEED = "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP JBSW"
PASSWORD = "correct horse/battery&staple"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


@dataclass(slots=True)
class Agent:
    """The settings of one agent, and its commands."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        """The environment its commands get."""
        kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("SC_AGENT_")}
        if executable := os.environ.get("SC_AGENT_BROWSER__EXECUTABLE"):
            kept["SC_AGENT_BROWSER__EXECUTABLE"] = executable
        return (
            kept
            | {"SC_AGENT_DATA_DIR": str(self.folder / "data"), "SC_AGENT_OBSERVE__PICTURES": "none"}
            | {f"SC_AGENT_{name}": value for name, value in self.settings.items()}
        )

    def __call__(self, *arguments: str, stdin: str = "", timeout: float = 60) -> Ended:
        """Run one command to its end."""
        code, out, err = run_forked(arguments, env=self.env, cwd=self.folder, stdin=stdin, timeout=timeout)
        return Ended(code=code, out=out, err=err)

    def at_a_terminal(self, *arguments: str, types: Sequence[Typed]) -> str:
        """Run one command at a terminal; everything that was shown."""
        command = [sys.executable, "-m", "agent", *arguments]
        return run_at_a_terminal(command, env=self.env, cwd=self.folder, types=types)

    def add(self, account_id: str = "A1", *more: str, email: str = "", seed: str = SEED) -> Ended:
        """Register an account with a plausible set of secrets."""
        address = email or f"{account_id.lower()}@users.example"
        secrets = json.dumps({"password": PASSWORD, "totp_secret": seed})
        options = ("--user-email", address, "--marketplace", "US", "--secrets-stdin")
        return self("accounts", "add", account_id, *options, *more, stdin=secrets)
