"""What a run compiles before its workers begin is what they look for."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from _pytest.assertion.rewrite import _read_pyc

from tests.support.processes.byte_code import compile_files, forget_byte_code_of, rewritten


def test_a_test_is_compiled_as_pytest_does_and_anew_when_it_was_changed(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    file = tmp_path / "test_one.py"
    file.write_text("def test_one() -> None:\n    assert 1 == 2\n")
    assert _read_pyc(file, rewritten(file)) is None
    compile_files(pytestconfig, [file])
    first = _read_pyc(file, rewritten(file))
    assert first is not None
    assert "@pytest_ar" in first.co_names  # pytest's own words for a comparison that fails
    file.write_text("def test_two() -> None:\n    assert 1 == 2\n")
    assert _read_pyc(file, rewritten(file)) is None
    compile_files(pytestconfig, [file])
    assert _read_pyc(file, rewritten(file)) is not None


def test_what_tests_use_is_compiled_as_python_does(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    file = tmp_path / "used.py"
    file.write_text("ONE = 1\n")
    compile_files(pytestconfig, [file])
    assert Path(importlib.util.cache_from_source(file)).exists()
    assert not rewritten(file).exists()


def test_what_was_compiled_of_a_folder_goes_with_it(
    tmp_path: Path, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "kept"))
    made = tmp_path / "made" / "deeper" / "used.py"
    made.parent.mkdir(parents=True)
    made.write_text("ONE = 1\n")
    compile_files(pytestconfig, [made])
    kept = Path(importlib.util.cache_from_source(made))
    assert kept.exists()
    forget_byte_code_of(tmp_path / "made")
    assert (kept.exists(), made.exists()) == (False, True)
    assert not list((tmp_path / "kept").rglob("made"))
