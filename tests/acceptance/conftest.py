"""An agent of its own for each test, with a vault key and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.store.vault.keys import new_key
from tests.support.processes.command import Agent
from tests.support.stored.migrated import copy_instead_of_migrating


@pytest.fixture(autouse=True)
def copied_databases(monkeypatch: pytest.MonkeyPatch) -> None:
    """New databases are copies of a migrated one."""
    copy_instead_of_migrating(monkeypatch)


@pytest.fixture
def agent(tmp_path: Path) -> Agent:
    """Commands with a fresh data directory."""
    return Agent(tmp_path, {"VAULT_KEY": new_key()})
