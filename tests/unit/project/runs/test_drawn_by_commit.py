"""`make test` draws its samples by the number of the commit, unless it is told a seed."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]


def seeds(**given: str) -> set[str]:
    """What the two targets of a run are given, as make itself tells it."""
    env = {name: value for name, value in os.environ.items() if name != "SC_TEST_SEED"} | given
    told = subprocess.run(("make", "-npq", "test"), cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    return set(re.findall(r"^test(?:-again)?: SC_TEST_SEED := (.+)$", told.stdout, re.MULTILINE))


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="there is no history to count")
def test_without_a_seed_it_is_the_number_of_the_commit() -> None:
    command = ("git", "rev-list", "--count", "HEAD")
    count = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    assert seeds() == {count}


def test_a_seed_that_is_given_holds() -> None:
    assert seeds(SC_TEST_SEED="7") == {"7"}
