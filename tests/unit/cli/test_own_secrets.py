"""The settings' secrets: known by value, in no line of the log, in no child process."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
from typing import Any

import pytest

from agent.observe.logs import configure_logs
from agent.observe.redaction import Redaction
from agent.settings.model import Settings
from agent.settings.own_secrets import forget_environment, secret_values

HOOK = "slack://workspace-token/T0123456789/channel-token"
GIVEN: dict[str, Any] = {
    "vault_key": "v" * 43,
    "vault_old_keys": ["o" * 43],
    "database_url": "postgresql://agent:the-database-s%21@db.example/agent",
    "imap": {
        "host": "imap.example",
        "username": "box@users.example",
        "password": "the-mailbox-s",
        "oauth": {"provider": "google", "refresh_token": "refresh-me"},
    },
    "mailboxes": [{"host": "imap.example", "username": "b", "password": "the-second-s"}],
    "observe": {"notify_urls": [HOOK]},
}  # fmt: skip
SECRETS = (
    "v" * 43, "o" * 43, "the-database-s!", "the-mailbox-s", "refresh-me", "the-second-s", HOOK, "workspace-token",
    "T0123456789",
    "channel-token",
)  # fmt: skip


@pytest.fixture
def settings() -> Settings:
    return Settings(**GIVEN)


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_of_the_settings_is_in_no_line_of_the_log(settings: Settings, secret: str) -> None:
    stream = io.StringIO()
    configure_logs(level="DEBUG", style="text", redaction=Redaction(secret_values(settings)), stream=stream)
    try:
        logging.getLogger("somebody's").warning("a library says %s", secret)
    finally:
        configure_logs(level="ERROR", style="text")
    assert "a library says" in stream.getvalue()
    assert secret not in stream.getvalue()


@pytest.mark.parametrize("library", ["urllib3.connectionpool", "apprise", "msal.token_cache", "google.auth.transport"])
def test_what_libraries_say_of_their_requests_is_not_logged(library: str) -> None:
    stream = io.StringIO()
    configure_logs(level="DEBUG", style="text", stream=stream)
    try:
        logging.getLogger(library).debug('"POST /hooks/%s HTTP/1.1" 200', "workspace-token")
    finally:
        configure_logs(level="ERROR", style="text")
    assert stream.getvalue() == ""


def test_child_processes_inherit_no_secret_of_the_settings(settings: Settings) -> None:
    environment = {
        "SC_AGENT_VAULT_KEY": "v" * 43,
        "SC_AGENT_VAULT_OLD_KEYS": "x," + "o" * 43,
        "SC_AGENT_DATABASE_URL": GIVEN["database_url"],
        "sc_agent_imap__password": "the-mailbox-s",
        "SC_AGENT_OBSERVE__NOTIFY_URLS": f'["{HOOK}"]',
        "SC_AGENT_DATA_DIR": "/data",
        "PATH": "/bin",
    }
    forget_environment(settings, environment)
    assert environment == {"SC_AGENT_DATA_DIR": "/data", "PATH": "/bin"}


def test_no_other_process_of_this_user_reads_our_memory() -> None:
    """The real command says in its end what holds: prctl(2), PR_GET_DUMPABLE is 3."""
    script = (
        "import atexit, ctypes, sys; sys.argv = ['sc-agent', '--version'];"
        "atexit.register(lambda: print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)));"
        "from agent.cli.app import main; main()"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stdout.split()[-1] == "0"
