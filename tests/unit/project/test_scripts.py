"""The project's scripts say what they take, and refuse what they do not know."""

from __future__ import annotations

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
