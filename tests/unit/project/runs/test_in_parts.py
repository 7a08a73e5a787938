"""A long run plays its longest files on all processes, and every other file on one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.in_parts import IN_PARTS

ROOT = Path(__file__).resolve().parents[4]
TESTS = """
import os, pathlib, pytest


@pytest.mark.parametrize("number", range(12))
def test_any(number):
    with pathlib.Path(__file__).with_suffix(".ran").open("a") as ran:
        ran.write(os.environ["PYTEST_XDIST_WORKER"] + "\\n")
"""


def test_a_file_in_parts_is_played_by_several_processes_and_another_by_one(tmp_path: Path) -> None:
    files = [tmp_path / IN_PARTS[0], tmp_path / "tests/test_another.py"]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(TESTS, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    command = (
        *(sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", str(tmp_path), "-p", "no:cacheprovider"),
        *("-p", "xdist", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"),  # the first two parts begin
        *("-p", "tests.support.in_parts", str(tmp_path)),
    )
    subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    by = [file.with_suffix(".ran").read_text(encoding="utf-8").split() for file in files]
    assert [(len(ran), len(set(ran))) for ran in by] == [(12, 2), (12, 1)]


@pytest.mark.parametrize("file", IN_PARTS)
def test_a_file_that_is_played_in_parts_exists(file: str) -> None:
    assert (ROOT / file).is_file()


def test_make_soak_plays_them_so() -> None:
    line = next(line for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines() if "--go-on" in line)
    assert re.search(r"--dist loadfile .*-p tests\.support\.in_parts", line)
