"""The manual page is the commands' own help, and a page that man shows without a complaint."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from agent.cli.app import COMMANDS
from scripts.manual import PAGE, manual


def test_the_page_is_as_the_commands_are() -> None:
    assert PAGE.read_text(encoding="utf-8") == manual(), "run 'python scripts/manual.py'"


def test_every_command_has_a_section() -> None:
    page = manual().replace("\\-", "-")
    assert [name for name in COMMANDS if f'.SS "sc-agent {name}' not in page] == []


@pytest.mark.optional
@pytest.mark.skipif(shutil.which("groff") is None, reason="no groff on this machine")
def test_the_page_is_set_without_a_warning() -> None:
    told = subprocess.run(
        ["groff", "-ww", "-man", "-Tutf8", str(PAGE)],
        capture_output=True,
        text=True,
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin"},
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert "Database, evidence and lock." in told.stdout
