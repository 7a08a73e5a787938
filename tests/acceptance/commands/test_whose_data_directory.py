"""A data directory that somebody else could write is refused by every command and by the daemon, by one rule."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.commands.test_bad_input import refused
from tests.support.processes.command import Agent

NOBODY = 65534
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to another user")
# What looks, what changes something, what makes the directory, and the daemon in each of its roles.
COMMANDS = (
    ("accounts", "list"),
    ("accounts", "export"),
    ("mail", "list"),
    ("pause", "--all"),
    ("backup", "copy.sqlite"),
    ("run", "--roles", "mail,work,web"),
    ("run", "--roles", "work"),
)
DAEMON = {"BROWSER__NO_SANDBOX": "true", "IMAP__HOST": "127.0.0.1", "IMAP__USERNAME": "u", "IMAP__PASSWORD": "p"}


def by_everybody(data: Path) -> None:
    data.chmod(0o777)


def by_a_group(data: Path) -> None:
    data.chmod(0o770)


def of_another(data: Path) -> None:
    os.chown(data, NOBODY, NOBODY)


def linked_by_another(data: Path) -> None:
    data.rename(data.with_name("real"))
    data.symlink_to("real")
    os.lchown(data, NOBODY, NOBODY)


def in_an_open_place(data: Path) -> None:
    data.parent.chmod(0o777)


def in_a_place_of_others(data: Path) -> None:
    os.chown(data.parent, -1, NOBODY)
    data.parent.chmod(0o770)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (by_everybody, "can be written by others"),
        (by_a_group, "can be written by others"),
        pytest.param(of_another, "belongs to user", marks=only_root),
        pytest.param(linked_by_another, "belongs to user", marks=only_root),
        (in_an_open_place, "in its place"),
        pytest.param(in_a_place_of_others, "in its place", marks=only_root),
    ],
)
@pytest.mark.sampled(8)
def test_no_command_and_no_daemon_works_in_a_directory_that_others_could_write(
    tmp_path: Path, agent: Agent, command: tuple[str, ...], spoil: Callable[[Path], None], words: str
) -> None:
    agent.folder = tmp_path / "place"
    agent.folder.mkdir(mode=0o700)
    agent.settings |= DAEMON
    assert agent.add("A1").code == 0
    spoil(agent.folder / "data")
    refused(agent(*command), 4, "the data directory", words)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (by_everybody, "can be written by others"),
        (by_a_group, "can be written by others"),
        pytest.param(of_another, "belongs to user", marks=only_root),
        pytest.param(linked_by_another, "belongs to user", marks=only_root),
        (in_an_open_place, "in its place"),
    ],
)
@pytest.mark.sampled(4)
def test_no_evidence_is_kept_or_shown_where_others_could_write(
    tmp_path: Path, agent: Agent, command: tuple[str, ...], spoil: Callable[[Path], None], words: str
) -> None:
    agent.folder = tmp_path / "place"
    agent.folder.mkdir(mode=0o700)
    agent.settings |= DAEMON
    assert agent.add("A1").code == 0
    shared = tmp_path / "shared" / "evidence"
    shared.mkdir(mode=0o700, parents=True)
    agent.settings["EVIDENCE_DIR"] = str(shared)
    spoil(shared)
    refused(agent(*command), 4, "the directory of the evidence", words)


def test_the_doctor_tells_of_evidence_that_others_can_read(tmp_path: Path, agent: Agent) -> None:
    shared = tmp_path / "evidence"
    shared.mkdir(mode=0o755)
    agent.settings["EVIDENCE_DIR"] = str(shared)
    assert agent.add("A1").code == 0
    assert f"others can look into {shared}" in agent("doctor").out


@pytest.mark.parametrize("command", [("pause", "--all"), ("run", "--roles", "work"), ("init",)], ids=" ".join)
def test_no_directory_that_was_just_made_is_believed_where_others_could_replace_it(
    tmp_path: Path, agent: Agent, command: tuple[str, ...]
) -> None:
    agent.folder = tmp_path / "place"
    agent.folder.mkdir()
    agent.folder.chmod(0o777)
    agent.settings |= DAEMON
    ended = agent(*command)
    refused(ended, 4, "the data directory", "in its place")
    assert [path.name for path in (agent.folder / "data").iterdir()] == []
