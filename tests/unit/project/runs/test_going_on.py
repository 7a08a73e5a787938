"""A long run goes on where it was broken off, and begins anew for anything else."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
TESTS = """
import pathlib, pytest

RAN = pathlib.Path(__file__).parent / "ran"


@pytest.mark.parametrize("name", ["one", "two", "three", "four"])
def test_any(name):
    with RAN.open("a") as ran:
        ran.write(name + "\\n")
    assert name != "three" or (pathlib.Path(__file__).parent / "mended").exists()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "test_any.py").write_text(TESTS.replace("\\\\", "\\"), encoding="utf-8")
    return tmp_path


def run(folder: Path, *more: str, **settings: str) -> tuple[list[str], str]:
    """The names that ran, in order, and what was printed."""
    (folder / "ran").unlink(missing_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "SC_TEST_"))}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    command = (
        *(sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", str(folder), "-p", "no:cacheprovider"),
        *("-p", "tests.support.going_on", str(folder), "--go-on", str(folder / "build/passed"), *more),
    )
    ran = subprocess.run(command, cwd=ROOT, env=environment | settings, capture_output=True, text=True, check=False)
    names = (folder / "ran").read_text(encoding="utf-8").split() if (folder / "ran").exists() else []
    return names, ran.stdout


def test_what_passed_is_not_run_again_and_what_failed_is(folder: Path) -> None:
    names, said = run(folder)
    assert names == ["one", "two", "three", "four"]
    assert "3 passed; kept in" in said
    assert run(folder)[0] == ["three"]
    (folder / "mended").touch()
    names, said = run(folder)
    assert names == ["three"]
    assert "4 passed, 3 of them before; kept in" in said


def test_several_processes_leave_out_the_same(folder: Path) -> None:
    at_once = ("-p", "xdist", "-n", "2")
    assert sorted(run(folder, *at_once)[0]) == ["four", "one", "three", "two"]
    assert run(folder, *at_once)[0] == ["three"]


def test_a_run_of_something_else_begins_anew(folder: Path) -> None:
    run(folder)
    assert len(run(folder, SC_TEST_SEED="2")[0]) == 4
    assert run(folder, SC_TEST_SEED="2")[0] == ["three"]
    assert len(run(folder, "-k", "one or two", SC_TEST_SEED="2")[0]) == 2


def test_a_run_that_ends_in_the_middle_keeps_what_passed(folder: Path) -> None:
    assert run(folder, "-x")[0] == ["one", "two", "three"]
    assert run(folder, "-x")[0] == ["three"]
    (folder / "mended").touch()
    assert run(folder, "-x")[0] == ["three", "four"]


def test_the_soak_of_the_makefile_goes_on(tmp_path: Path) -> None:
    (line,) = [line for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines() if "--go-on" in line]
    asked = shlex.split(line.partition("-m pytest ")[2].partition(" $(ARGS)")[0])
    kept = tmp_path / "passed"
    asked = [str(kept) if word == "build/soak.passed" else "1" if word == "4" else word for word in asked]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        *asked,
        "tests/unit/project/runs/test_order.py",
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "SC_TEST_"))}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert len(kept.read_text(encoding="utf-8").splitlines()) == 5
