"""Who runs a command, as the audit log names them."""

from __future__ import annotations

import getpass
import os

import pytest

from agent.cli import context


@pytest.mark.parametrize("error", [KeyError("getpwuid(): uid not found: 12345"), OSError("No username set")])
def test_a_number_that_no_user_has_is_a_name_too(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def unknown() -> str:
        raise error

    monkeypatch.setattr(getpass, "getuser", unknown)
    assert context.who() == f"user {os.getuid()}"


def test_a_user_is_named_as_the_system_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "robin")
    assert context.who() == "robin"
