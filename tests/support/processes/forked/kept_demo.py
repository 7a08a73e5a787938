"""One demo, played by a program to its end and kept up, so that what it leaves is looked at while it runs and after."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.leaks.search import Search, Secret
from tests.support.processes.daemon_process import wait_until
from tests.support.processes.demo_run import secrets_of
from tests.support.processes.forked.demo import ForkedDemoProcesses

_WITHIN = 400.0  # seconds
_STAYS = "Ctrl-C ends it"  # the last it says before it waits
_SETTING = re.compile(r"^export (SC_AGENT_\w+)='(.*)'$", re.MULTILINE)
_CONTROL = re.compile(r"control port is\s+(http://[\d.]+:\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What it ended with and said, where its data is, and what was found of its secrets."""

    code: int
    document: dict[str, Any]
    progress: str
    data_dir: Path
    search: Search

    def account(self, name: str) -> dict[str, Any]:
        """One account of the document."""
        found: dict[str, Any] = next(account for account in self.document["accounts"] if account["account"] == name)
        return found

    def steps(self, name: str) -> list[str]:
        """What happened to it."""
        return [step["text"] for step in self.account(name)["steps"]]


def tell(program: Path, folder: Path, *, seed: int) -> Told:
    """Play it with nothing of the checkout; what is forked from the checkout only looks at it."""
    out, err = folder / "demo.out", folder / "demo.err"
    command = [str(program), "demo", "--json", "--keep", "--seed", str(seed)]
    env = _environment() | {"TMPDIR": str(folder), "COLUMNS": "160"}
    with out.open("w") as printed, err.open("w") as progress:
        demo = subprocess.Popen(command, env=env, cwd=folder, stdin=subprocess.DEVNULL, stdout=printed, stderr=progress)
    try:
        wait_until(lambda: _STAYS in _line(err) or demo.poll() is not None, within=_WITHIN, what=_STAYS)
        assert demo.poll() is None, err.read_text()[-4000:]
        processes = _processes(folder, err.read_text())
        search = Search(asyncio.run(_look_at_everything(processes)))
        search.folder(processes.data_dir)  # the daemon runs: what is in the write-ahead log is on disk too
        demo.send_signal(signal.SIGINT)
        code = demo.wait(60)
    finally:
        _end(demo)
    search.folder(processes.data_dir)
    for number, text in enumerate([out.read_text(), err.read_text(), *processes.outputs]):
        search.text(text, f"output {number}: of the demo, its progress, of commands")
    return Told(
        code=code,
        document=json.loads(out.read_text()),
        progress=err.read_text(),
        data_dir=processes.data_dir,
        search=search,
    )


def _line(file: Path) -> str:
    """What it said, in one line: where a terminal breaks it depends on the length of a path."""
    return " ".join(file.read_text(encoding="utf-8").split())


def _end(demo: subprocess.Popen[bytes]) -> None:
    """End it as Ctrl-C does: killed at once, it leaves its daemon and its stand-in running."""
    if demo.poll() is None:
        demo.send_signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        demo.wait(60)
    demo.kill()
    demo.wait()


def _environment() -> dict[str, str]:
    """Nothing of the checkout and of another agent's settings, but the browser."""
    return {
        name: value
        for name, value in os.environ.items()
        if (not name.startswith("SC_AGENT_") or name.endswith("EXECUTABLE"))
        and name not in ("PYTHONPATH", "VIRTUAL_ENV")
    }


def _processes(folder: Path, progress: str) -> ForkedDemoProcesses:
    """The demo's agent, by the settings that it left for another shell; they stand there in clear, and go."""
    (file,) = folder.glob("sc-agent-demo-*/settings.env")
    settings = dict(_SETTING.findall(file.read_text(encoding="utf-8")))
    file.unlink()
    (control,) = set(_CONTROL.findall(progress))
    told = {"control": control, "imap": {"password": settings["SC_AGENT_IMAP__PASSWORD"]}}
    return ForkedDemoProcesses(
        description=told, data_dir=file.parent, env=_environment() | settings, log=file.parent / "daemon.log"
    )


async def _look_at_everything(processes: ForkedDemoProcesses) -> list[Secret]:
    """Have every command that shows accounts print what it knows, in every format; the secrets of the demo."""
    for arguments in (
        ("status",),
        ("status", "--json"),
        ("accounts", "list", "--json"),
        ("accounts", "show", "A1", "--json"),
        ("accounts", "show", "A7", "--json"),
        ("explain", "A7"),
        ("events", "--json"),
        ("support", "A7", "--output", str(processes.data_dir / "support.zip")),
        ("doctor", "--json"),
        ("audit", "--all", "--stored", "--format", "html", "--output", str(processes.data_dir / "report.html")),
        ("audit", "--all", "--stored", "--format", "json"),
    ):
        code, _, err = await processes.command(*arguments)
        assert code in (0, 1, 3), err
    return await secrets_of(processes)
