"""A browser that runs elsewhere, as an operator would start it.

Chrome's own DevTools endpoint, or a Playwright server.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from flows.browser.launch import find_executable

KINDS = ("devtools", "playwright")


@dataclass(frozen=True, slots=True)
class Remote:
    """Where it is reached, and its process."""

    endpoint: str
    process: asyncio.subprocess.Process


@asynccontextmanager
async def remote_browser(
    kind: str, directory: Path, *, port: int, arguments: Sequence[str] = ()
) -> AsyncIterator[Remote]:
    """Start one with these arguments; killed in the end."""
    program, given = str(find_executable()), ["--no-sandbox", *arguments]
    if kind == "devtools":
        command = [program, f"--remote-debugging-port={port}", f"--user-data-dir={directory}", *given]
        said, endpoint = b"listening on", f"http://127.0.0.1:{port}"
    else:
        config = {
            "executablePath": program,
            "host": "127.0.0.1",
            "port": port,
            "wsPath": "/browser",
            "headless": True,
            "args": given,
        }
        file = directory / "server.json"
        file.write_text(json.dumps(config))
        command = [sys.executable, "-m", "playwright", "launch-server", "--browser", "chromium", "--config", str(file)]
        said, endpoint = b"ws://", f"ws://127.0.0.1:{port}/browser"
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, start_new_session=True
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(90):
            while said not in (line := await process.stdout.readline()):
                assert line, "the remote browser did not start"
        yield Remote(endpoint, process)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        await process.communicate()
