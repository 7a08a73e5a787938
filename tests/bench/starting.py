"""What starting a command costs, from the start of its process to its end, when its files have been read before."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from agent.domain.account import ApiAuthorization
from agent.store.database.engine import open_database, writing
from agent.store.vault.keys import Vault, new_key, parse_key
from tests.bench.tools.figure import Family, Figure, UnmeasuredError, figure
from tests.support.stored.registry import add_account, add_secrets

_ROOT = Path(__file__).parents[2]
_COMMANDS = {
    "start_help": (("--help",), 0, "the list of commands"),
    "start_status": (("status", "--json"), 0, "one account's state"),
    "start_audit": (("audit", "A1"), 3, "an account that may not be visited: all but the browser and the visit"),
}


async def measure(quick: bool) -> AsyncIterator[Figure]:
    """Each beside a Python that does nothing, by turns."""
    runs = 3 if quick else 9
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        env = _place(Path(folder))
        for name, (arguments, code, what) in _COMMANDS.items():
            taken, bare = [], []
            for _ in range(runs + 1):  # the first one warms up
                taken.append(await asyncio.to_thread(_seconds, env, ("-m", "agent", *arguments), code))
                bare.append(await asyncio.to_thread(_seconds, env, ("-c", "pass"), 0))
            of = f"{what}; a Python that does nothing: {min(bare[1:]):.2f} s"
            yield figure(name, taken[1:], unit="s", of=of)


def _place(folder: Path) -> Mapping[str, str]:
    """A database with one account whose API authorization is pending, and the settings for it."""
    key = new_key()
    engine = open_database(f"sqlite:///{folder / 'agent.sqlite'}")
    with writing(engine) as conn:
        add_account(conn, api=ApiAuthorization.PENDING)
        add_secrets(conn, Vault(parse_key(key, source="the bench")))
    engine.dispose()
    own = {name: value for name, value in os.environ.items() if not name.startswith("SC_AGENT_")}
    sandbox = {"SC_AGENT_BROWSER__NO_SANDBOX": str(os.geteuid() == 0)}  # root has none; no browser is started here
    return own | {"SC_AGENT_DATA_DIR": str(folder), "SC_AGENT_VAULT_KEY": key} | sandbox


def _seconds(env: Mapping[str, str], arguments: tuple[str, ...], code: int) -> float:
    started = time.monotonic()
    done = subprocess.run([sys.executable, *arguments], env=env, cwd=_ROOT, capture_output=True, text=True, check=False)
    taken = time.monotonic() - started
    if done.returncode != code:
        raise UnmeasuredError(f"{' '.join(arguments)} ended with {done.returncode}, not {code}: {done.stderr[-300:]}")
    return taken


FAMILY = Family(names=tuple(_COMMANDS), measure=measure)
