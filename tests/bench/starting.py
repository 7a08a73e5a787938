"""What starting a command costs, from the start of its process to its end.

Its files were read and compiled before, as an installed package's are.
"""

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
from tests.bench.tools import bare
from tests.bench.tools.figure import Family, Figure, UnmeasuredError, figure
from tests.support.stored.registry import add_account, add_secrets

_ROOT = Path(__file__).parents[2]
_COMMANDS = {
    "start_help": (("--help",), 0, "the list of commands"),
    "start_status": (("status", "--json"), 0, "one account's state"),
    "start_audit": (("audit", "A1"), 3, "an account that may not be visited: all but browser, visit and its modules"),
}
_LIBRARIES = (
    "import gc; gc.disable(); import asyncio, typer, rich.table, pydantic_settings, sqlalchemy, structlog; "
    "import sqlalchemy.dialects.sqlite.pysqlite, cryptography.hazmat.primitives.ciphers.aead; "
    "import playwright.async_api; gc.freeze()"
)
_BROWSER = """
import asyncio, sys
from playwright.async_api import async_playwright

async def start():
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=sys.argv[1] or None, args=sys.argv[2:])
        await browser.close()

asyncio.run(start())
"""
_SCRIPTS = {
    "start_libraries": ("the limit: a Python that imports what an audit needs of others, and does nothing", _LIBRARIES),
    "start_browser": ("a Python that starts the driver and a browser and ends them: what an audit does next", _BROWSER),
}


async def measure(quick: bool) -> AsyncIterator[Figure]:
    """Each beside a Python that does nothing, by turns."""
    runs = 3 if quick else 7
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        env = _place(Path(folder))
        for name, (arguments, code, what) in _COMMANDS.items():
            taken, nothing = [], []
            for _ in range(runs + 1):  # the first one warms up
                taken.append(await asyncio.to_thread(_seconds, env, ("-m", "agent", *arguments), code))
                nothing.append(await asyncio.to_thread(_seconds, env, ("-c", "pass"), 0))
            of = f"{what}; a Python that does nothing: {min(nothing[1:]):.2f} s"
            yield figure(name, taken[1:], unit="s", of=of)
        for name, (what, script) in _SCRIPTS.items():
            arguments = ("-c", script, *bare.how_to_launch()) if script is _BROWSER else ("-c", script)
            taken = [await asyncio.to_thread(_seconds, env, arguments, 0) for _ in range(runs + 1)]
            yield figure(name, taken[1:], unit="s", of=what)


def _place(folder: Path) -> Mapping[str, str]:
    """A database with one account whose API authorization is pending, and the settings for it."""
    key = new_key()
    engine = open_database(f"sqlite:///{folder / 'agent.sqlite'}")
    with writing(engine) as conn:
        add_account(conn, api=ApiAuthorization.PENDING)
        add_secrets(conn, Vault(parse_key(key, source="the bench")))
    engine.dispose()
    strange = ("SC_AGENT_", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
    own = {name: value for name, value in os.environ.items() if not name.startswith(strange)}
    compiled = {"PYTHONPYCACHEPREFIX": str(folder / "compiled")}  # the first run fills it
    sandbox = {"SC_AGENT_BROWSER__NO_SANDBOX": str(os.geteuid() == 0)}  # root has none; no browser is started here
    return own | compiled | {"SC_AGENT_DATA_DIR": str(folder), "SC_AGENT_VAULT_KEY": key} | sandbox


def _seconds(env: Mapping[str, str], arguments: tuple[str, ...], code: int) -> float:
    started = time.monotonic()
    done = subprocess.run([sys.executable, *arguments], env=env, cwd=_ROOT, capture_output=True, text=True, check=False)
    taken = time.monotonic() - started
    if done.returncode != code:
        raise UnmeasuredError(f"{' '.join(arguments)} ended with {done.returncode}, not {code}: {done.stderr[-300:]}")
    return taken


FAMILY = Family(names=(*_COMMANDS, *_SCRIPTS), measure=measure)
