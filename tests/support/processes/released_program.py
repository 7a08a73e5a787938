"""A program of an earlier state of this repository, as a process of its own beside today's."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.processes.daemon_process import ROOT

_PREFIX = "SC_AGENT_"
_ROOMS = ("agent", "flows", "fixtures", "selectors", "docs", "pyproject.toml")


def is_in_history(commit: str) -> bool:
    """Whether this clone holds the commit; a shallow one does not."""
    asked = ["git", "-C", str(ROOT), "cat-file", "-e", f"{commit}^{{commit}}"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The files of one commit, run with the libraries of this environment."""

    root: Path

    @classmethod
    def of(cls, commit: str, root: Path) -> Program:
        """Unpack a commit's program below `root`."""
        archive = ["git", "-C", str(ROOT), "archive", commit, *_ROOMS]
        with subprocess.Popen(archive, stdout=subprocess.PIPE) as packed:
            subprocess.run(["tar", "x", "-C", str(root)], stdin=packed.stdout, check=True)
        assert packed.returncode == 0
        return cls(root=root)

    def start(self, env: Mapping[str, str], log: Path, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command; what it prints and logs goes to the file."""
        command = [sys.executable, "-m", "agent", *arguments]
        with log.open("ab") as told:
            return subprocess.Popen(command, env=self._env(env), cwd=self.root, stdout=told, stderr=told)

    def run(self, env: Mapping[str, str], *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        command = [sys.executable, "-m", "agent", *arguments]
        options: dict[str, Any] = {"capture_output": True, "text": True, "check": False, "timeout": 90}
        return subprocess.run(command, env=self._env(env), cwd=self.root, input=stdin, **options)

    def _env(self, env: Mapping[str, str]) -> dict[str, str]:
        """The settings that it has: it refuses those that came later."""
        fields = "\n".join(file.read_text("utf-8") for file in (self.root / "agent").glob("settings*/**/*.py"))
        fields += "\n".join(file.read_text("utf-8") for file in (self.root / "agent").glob("settings*.py"))
        known = {name: value for name, value in env.items() if not name.startswith(_PREFIX) or _is_in(fields, name)}
        return {**known, "PYTHONPATH": os.pathsep.join([str(self.root), *_libraries()])}


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Kill a process at the end, if it still runs."""
    try:
        yield process
    finally:
        process.kill()
        process.wait(90)


def log_lines(log: Path) -> list[dict[str, Any]]:
    """What a daemon has logged."""
    return [json.loads(line) for line in log.read_text("utf-8").splitlines() if line.startswith("{")]


def _is_in(fields: str, name: str) -> bool:
    """Whether every part of a setting's name is a field of the settings."""
    return all(re.search(rf"^    {part.lower()}: ", fields, re.M) for part in name.removeprefix(_PREFIX).split("__"))


def _libraries() -> list[str]:
    return [path for path in sys.path if path.endswith("site-packages")]
