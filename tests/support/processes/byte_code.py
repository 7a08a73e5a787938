"""Byte code made once before the workers of a run import it: four that begin on a fresh clone compile all of it
each.
"""

from __future__ import annotations

import compileall
import importlib.util
import multiprocessing
import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from _pytest.assertion.rewrite import PYC_TAIL, _rewrite_test, _write_pyc, assertstate_key, get_cache_dir

ROOT = Path(__file__).parents[3]
ROOMS = ("agent", "flows", "fixtures", "scripts", "tests")
_REWRITTEN = ("test_*.py", "conftest.py")  # those whose assertions pytest rewrites
_PARTS = 2  # processes


def make_byte_code(config: pytest.Config) -> None:
    """Compile what is not compiled as it stands, the tests as pytest does."""
    if sys.dont_write_bytecode:
        return
    files = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    forks = multiprocessing.get_context("fork")
    parts = [forks.Process(target=compile_files, args=(config, files[at::_PARTS])) for at in range(_PARTS)]
    for part in parts:
        part.start()
    for part in parts:
        part.join()


def rewritten(path: Path) -> Path:
    """Where pytest looks for the byte code of a test file."""
    return get_cache_dir(path) / f"{path.stem}{PYC_TAIL}"


def compile_files(config: pytest.Config, files: Sequence[Path]) -> None:
    """Those that are not compiled as they stand."""
    for path in files:
        if not any(path.match(pattern) for pattern in _REWRITTEN):
            compileall.compile_file(path, quiet=2)
        elif not _is_made(path):
            rewritten(path).parent.mkdir(parents=True, exist_ok=True)
            source_hash, code = _rewrite_test(path, config)
            _write_pyc(config.stash[assertstate_key], code, source_hash, rewritten(path))


def _is_made(path: Path) -> bool:
    """Whether the byte code is that of the file as it stands: pytest writes the hash of the source into it."""
    try:
        with rewritten(path).open("rb") as made:
            head = made.read(16)
    except OSError:
        return False
    return head[:4] == importlib.util.MAGIC_NUMBER and head[8:] == importlib.util.source_hash(path.read_bytes())[:8]


def forget_byte_code_of(folder: Path) -> None:
    """Remove what was compiled of a folder that goes: kept elsewhere, it would stay behind."""
    if sys.pycache_prefix is not None:
        kept = Path(importlib.util.cache_from_source(folder / "any.py")).parent
        shutil.rmtree(kept, ignore_errors=True)
        with suppress(OSError):  # one that is not empty
            os.removedirs(kept.parent)
