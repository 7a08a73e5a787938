"""The project's scripts say what they take, and refuse what they do not know."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = sorted((Path(__file__).parents[3] / "scripts").glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_script_takes_its_command_line_by_a_parser_that_teaches(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    assert "ArgumentParser(description=__doc__" in text
    assert "sys.argv" not in text  # whoever reads it by hand takes `--help` for the name of a file


def test_a_file_that_is_no_run_of_the_bench_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    script = next(script for script in SCRIPTS if script.stem == "bench_table")
    ended = subprocess.run(
        [sys.executable, script, tmp_path / "none.json"], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "none.json: the file of a run was expected" in ended.stderr
    assert "Traceback" not in ended.stderr


TWO = "def test_passes():\n    pass\n\n\ndef test_fails():\n    raise AssertionError\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("failed", "code", "said"),
    [
        pytest.param(["test_passes"], 0, ["test_passes: passed alone, 3 times of 3"], marks=pytest.mark.soak),
        (["test_fails"], 1, ["test_fails: failed alone, too"]),
        (["1", "2", "3", "4", "5"], 1, ["5 tests failed; no more than 4 are tried again"]),
    ],
)
def test_what_failed_is_forgiven_only_if_it_passes_alone_every_time(
    tmp_path: Path, failed: list[str], code: int, said: list[str]
) -> None:
    file = tmp_path / "test_two.py"
    file.write_text(TWO, encoding="utf-8")
    kept = tmp_path / "lastfailed"
    kept.write_text(json.dumps({f"{file}::{name}": True for name in failed}), encoding="utf-8")
    script = next(script for script in SCRIPTS if script.stem == "test_again")
    ended = subprocess.run(
        [sys.executable, script, "--kept", kept], capture_output=True, text=True, check=False, timeout=120
    )
    assert ended.returncode == code, ended.stdout
    assert all(line in ended.stdout for line in said), ended.stdout
