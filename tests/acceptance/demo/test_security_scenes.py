"""The README's security scenes, played by the real daemon."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.readme_lines import lines_of_readme, not_printed

ROOT = Path(__file__).parents[3]
pytestmark = [pytest.mark.timeout(300), pytest.mark.soak]  # fifteen seconds of computing


def test_each_security_scene_ends_as_scripted_and_the_readme_shows_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "agent", "demo", "--security", "--json", "--seed", "1"]
    env = os.environ | {"TMPDIR": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=240, check=False)
    document = json.loads(done.stdout)
    assert [check for check in document["checks"] if not check["ok"]] == []
    assert (done.returncode, document["ok"]) == (0, True), [each["broken"] for each in document["accounts"]]
    steps = {each["account"]: [step["text"] for step in each["steps"]] for each in document["accounts"]}
    assert {account for account, _ in lines_of_readme("security")} == {*steps}
    assert not_printed("security", steps) == []
    assert list(tmp_path.glob("sc-agent-demo-*")) == []
