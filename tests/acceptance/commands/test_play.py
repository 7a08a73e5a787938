"""`make play`: a prompt with everything open, at which one can await."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TYPED = """
answer = await page.goto("https://sellercentral.amazon.com/home")
print("status", answer.status)
1 / 0
print("user", user.email)
"""


def test_what_is_typed_is_awaited_and_a_mistake_does_not_end_the_prompt() -> None:
    command = [sys.executable, "scripts/play.py"]
    done = subprocess.run(command, cwd=ROOT, input=TYPED, capture_output=True, text=True, timeout=60, check=False)
    assert "status 200" in done.stdout
    assert "ZeroDivisionError" in done.stderr
    assert "user a1@users.example" in done.stdout
    assert done.returncode == 0
