"""`--output` replaces a regular file as a whole, writes into everything else, and never puts a file in a link's
place.
"""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from agent.cli.output_file import open_output
from agent.errors import ConfigurationError


def write(output: Path | None, text: str) -> None:
    with open_output(output) as out:
        out.write(text)


def stop_half_way(output: Path) -> None:
    with open_output(output) as out:
        out.write("half")
        raise RuntimeError


def test_a_regular_file_is_replaced_as_a_whole_and_only_we_may_read_it(tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    report.write_text("old")
    with pytest.raises(RuntimeError):
        stop_half_way(report)
    assert report.read_text() == "old"
    write(report, "new")
    assert report.read_text() == "new"
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["report.txt"]


def test_a_link_stays_a_link_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    target, link = tmp_path / "real.txt", tmp_path / "link.txt"
    target.write_text("old")
    link.symlink_to("real.txt")
    write(link, "new")
    assert (link.is_symlink(), target.read_text()) == (True, "new")


def test_a_link_to_nothing_yet_makes_what_it_leads_to(tmp_path: Path) -> None:
    link = tmp_path / "link.txt"
    link.symlink_to("later.txt")
    write(link, "new")
    assert (link.is_symlink(), (tmp_path / "later.txt").read_text()) == (True, "new")


@pytest.mark.parametrize("device", ["/dev/null", "/dev/stdout"])
def test_a_device_is_written_into_and_stays(device: str) -> None:
    before = os.lstat(device)
    write(Path(device), "")
    assert (os.lstat(device).st_mode, os.lstat(device).st_ino) == (before.st_mode, before.st_ino)


def test_a_full_device_is_an_error_in_one_line() -> None:
    with pytest.raises(ConfigurationError, match="no space left"):
        write(Path("/dev/full"), "x" * 100_000)
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write(pipe, "through")
    reader.join(90)
    assert (read, stat.S_ISFIFO(pipe.stat().st_mode)) == (["through"], True)


def test_a_dash_and_nothing_are_standard_output(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path("-"), "one")
    write(None, "two")
    assert capsys.readouterr().out == "onetwo"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("output", "told"), [(".", "is a directory"), ("none/report.txt", "no such file")])
def test_what_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError, match=told):
        write(Path(output), "x")
