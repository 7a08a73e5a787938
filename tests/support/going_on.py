"""A run of hours that goes on where it was broken off: `-p tests.support.going_on --go-on FILE`.

The file holds what the run is of (commit, seed, what is asked for) and a line for each test that passed. A run of
anything else begins anew. Tests that failed are run again.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

NAME = "going-on"
_SETTINGS = ("SC_TEST_ALL", "SC_TEST_GRIDS", "SC_TEST_SEED")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option; a conftest would be too late for the processes of a run."""
    parser.addoption(
        "--go-on", type=Path, metavar="FILE", help="note what passed, and leave it out when the same run is begun again"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Keep what passed before, if it was the same run: in the process that reports, before others collect."""
    if (kept := config.getoption("go_on")) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(GoingOn.of(kept, config), NAME)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take away what has passed, when a sample is drawn."""
    if kept := config.getoption("go_on"):
        passed = frozenset(kept.read_text(encoding="utf-8").splitlines()[1:])
        items[:] = [item for item in items if item.nodeid not in passed]


class GoingOn:
    """What passed before, and what passes now."""

    def __init__(self, file: Path, head: str) -> None:
        self.file = file
        lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
        self.before = len(lines) - 1 if lines[:1] == [head] else 0
        self._trouble: set[str] = set()
        if lines[:1] != [head]:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{head}\n", encoding="utf-8")

    @classmethod
    def of(cls, file: Path, config: pytest.Config) -> GoingOn:
        """The run that this command line asks for, at this commit."""
        asked = [str(argument) for argument in config.invocation_params.args if not str(argument).startswith("-n")]
        settings = [f"{name}={os.environ[name]}" for name in _SETTINGS if name in os.environ]
        return cls(file, " ".join([_commit(config.rootpath), *settings, *asked]))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test when all of it has passed, at once: the next moment may be the last of the run."""
        if not report.passed:
            self._trouble.add(report.nodeid)
        elif report.when == "teardown" and report.nodeid not in self._trouble:
            with self.file.open("a", encoding="utf-8") as file:
                file.write(f"{report.nodeid}\n")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say how much of the whole run has passed by now."""
        now = set(self.file.read_text(encoding="utf-8").splitlines()[1:])
        before = f", {self.before} of them before" if self.before else ""
        terminalreporter.write_line(f"{len(now)} passed{before}; kept in {self.file}")


def _commit(root: Path) -> str:
    """The commit, and whether anything differs from it; empty outside of a repository."""
    ran = subprocess.run(
        ("git", "describe", "--always", "--dirty", "--abbrev=40"), cwd=root, capture_output=True, text=True, check=False
    )
    return ran.stdout.strip()
