"""Where the suite's temporary files go."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from tests.support.scratch import is_fit, keep_scratch_in_memory

PLENTY = "MemTotal:       25000000 kB\nMemAvailable:   20000000 kB\n"
LITTLE = "MemTotal:       25000000 kB\nMemAvailable:     900000 kB\n"


def said(folder: Path, text: str) -> Path:
    file = folder / "meminfo"
    file.write_text(text)
    return file


def with_flags(monkeypatch: pytest.MonkeyPatch, flags: int, *, blocks: int = 10_000_000) -> None:
    fields = (4096, 4096, blocks, blocks, blocks, 0, 0, 0, flags, 255)
    monkeypatch.setattr(os, "statvfs", lambda place: os.statvfs_result(fields))


def test_a_place_with_room_from_which_programs_may_be_started_is_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_flags(monkeypatch, 0)
    assert is_fit(tmp_path, memory=said(tmp_path, PLENTY))


@pytest.mark.parametrize(
    ("flags", "blocks", "text"),
    [(os.ST_NOEXEC, 10_000_000, PLENTY), (0, 16_384, PLENTY), (0, 10_000_000, LITTLE), (0, 10_000_000, "")],
    ids=["no program may be started", "64 MB", "little memory left", "a machine that does not say"],
)
def test_any_other_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: int, blocks: int, text: str) -> None:
    with_flags(monkeypatch, flags, blocks=blocks)
    assert not is_fit(tmp_path, memory=said(tmp_path, text))


def test_a_place_that_is_not_there_is_not(tmp_path: Path) -> None:
    assert not is_fit(tmp_path / "none")


def test_whoever_said_where_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_flags(monkeypatch, 0)
    monkeypatch.setattr(tempfile, "tempdir", "as it was")
    environ = {"TMPDIR": "/elsewhere"}
    keep_scratch_in_memory(environ, place=tmp_path)
    assert (environ, tempfile.tempdir) == ({"TMPDIR": "/elsewhere"}, "as it was")
