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
group = Path("/proc/self/autogroup")
print(os.nice(0), group.read_text().split()[-1] if group.exists() else "none")
"""


@pytest.mark.parametrize("own_session", [True, False])
def test_the_process_and_its_own_session_give_way_but_nobody_else_s(own_session: bool) -> None:
    before = os.nice(0)
    answer = subprocess.run(
        [sys.executable, "-c", TOLD], capture_output=True, text=True, check=True, start_new_session=own_session
    )
    nice, group = answer.stdout.split()
    assert int(nice) == min(19, before + 5)
    if own_session and Path("/proc/self/autogroup").exists():
        assert group == "5"
    assert os.nice(0) == before
    if not own_session and Path("/proc/self/autogroup").exists():
        assert group == Path("/proc/self/autogroup").read_text().split()[-1]
