"""A process that only works gives way to those that answer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TOLD = """
import os
from pathlib import Path
from agent.worker.priority import let_others_first
let_others_first()
from tests.unit.worker.test_priority import niceness_of_session
print(os.nice(0), niceness_of_session())
"""


def niceness_of_session() -> str:
    """As Linux tells it; "none" where a session has no share of its own (some containers), or the file is not there."""
    group = Path("/proc/self/autogroup")
    told = group.read_text(encoding="ascii").split() if group.exists() else []
    return told[-1] if told else "none"


@pytest.mark.parametrize("own_session", [True, False])
def test_the_process_and_its_own_session_give_way_but_nobody_else_s(own_session: bool) -> None:
    before, group_before = os.nice(0), niceness_of_session()
    answer = subprocess.run(
        [sys.executable, "-c", TOLD], capture_output=True, text=True, check=True, start_new_session=own_session
    )
    nice, group = answer.stdout.split()
    assert int(nice) == min(19, before + 5)
    assert os.nice(0) == before
    if group != "none":
        assert group == ("5" if own_session else group_before)
