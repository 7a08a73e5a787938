"""The leak gate as the hook that a commit meets."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
OTHER_HOOKS = "ruff,ruff-format,mypy,imports"
LEAK = "the shop's user is jane.doe" + "@real-shop.co"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with the project's hooks installed, the gate and nothing else."""
    (tmp_path / ".venv").symlink_to(Path(sys.prefix))
    shutil.copy(ROOT / ".pre-commit-config.yaml", tmp_path)
    (tmp_path / "fixtures").mkdir()
    shutil.copy(ROOT / "fixtures/__init__.py", tmp_path / "fixtures")
    shutil.copytree(ROOT / "fixtures/leak_gate", tmp_path / "fixtures/leak_gate")
    (tmp_path / ".gitignore").write_text("/.venv\n__pycache__/\n/.hooks/\n")
    run(tmp_path, "git", "init", "--quiet")
    run(tmp_path, f"{sys.prefix}/bin/pre-commit", "install")
    return tmp_path


def run(repository: Path, *command: str) -> subprocess.CompletedProcess[str]:
    who = {
        f"GIT_{role}_{what}": "nobody@users.example" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    outside = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment = outside | who | {"SKIP": OTHER_HOOKS, "PRE_COMMIT_HOME": str(repository / ".hooks")}
    return subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)


def commit(repository: Path) -> subprocess.CompletedProcess[str]:
    run(repository, "git", "add", "--all")
    return run(repository, "git", "commit", "--quiet", "--message", "one")


def test_a_commit_that_would_bring_a_leak_is_stopped_and_the_same_without_it_passes(repository: Path) -> None:
    page = repository / "fixtures/page.html"
    page.write_text(f"<p>{LEAK}</p>")
    stopped = commit(repository)
    assert stopped.returncode == 1
    assert "fixtures/page.html" in stopped.stdout + stopped.stderr
    assert run(repository, "git", "log").returncode != 0  # nothing was committed
    page.write_text("<p>nobody</p>")
    assert commit(repository).returncode == 0
    assert run(repository, "git", "log", "--format=%s").stdout == "one\n"
