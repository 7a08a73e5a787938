"""No error line repeats what was typed or set: a secret may stand in the wrong place."""

from __future__ import annotations

import pytest

from tests.acceptance.commands.test_bad_input import refused
from tests.support.processes.command import Agent

HIDDEN = "hunter2-S3cret"
ADD = ("accounts", "add", "B2", "--user-email")
COMMANDS = (
    ("accounts", "secret", HIDDEN),
    ("accounts", "secret", "A1", HIDDEN),
    ("accounts", "secret", "A1", HIDDEN, "--secrets-stdin"),
    ("accounts", "secret", "A1", "--", HIDDEN),
    (*ADD, HIDDEN, "--marketplace", "US"),
    (*ADD, "b2@users.example", "--marketplace", HIDDEN),
    (*ADD, "b2@users.example", "--marketplace", "US", "--merchant-id", HIDDEN),
    ("accounts", "add", f"x {HIDDEN}", "--user-email", "b2@users.example", "--marketplace", "US"),
    ("accept", "A1", "--yes", "--link", f"https://sellercentral.amazon.com.{HIDDEN}.example/"),
    ("webhooks", "add", f"https://u:{HIDDEN}@hook.example/x"),
    ("run", "--roles", HIDDEN),
    ("mail", "list", "--verdict", HIDDEN),
)
SETTINGS = (
    ("BROWSER__PROXY", f"ftp://u:{HIDDEN}@h:1"),
    ("BROWSER__ENDPOINT", f"ws://u:{HIDDEN}@198.51.100.1:9/x"),
    ("DATABASE_URL", HIDDEN),
    ("DATABASE_URL", f"host=h password={HIDDEN}"),
    ("DATABASE_URL", f"mysql://u:{HIDDEN}@h/db"),
    ("DATABASE_URL", f"postgresql://u:p@127.0.0.1:{HIDDEN}/db"),
    ("IMAP__PORT", HIDDEN),
    ("IMAP", HIDDEN),
    ("MAIL__DNS_SERVERS", HIDDEN),
    ("OBSERVE__HTTP_ADDRESS", HIDDEN),
    ("OBSERVE__OTLP_ENDPOINT", f"http://u:{HIDDEN}@198.51.100.1"),
    ("WEB__ADDRESS", HIDDEN),
    ("WEB__PUBLIC_URL", f"https://u:{HIDDEN}@h"),
    ("WEB__EMBED_ORIGINS", f'["https://u:{HIDDEN}@h/"]'),
    ("WORK__QUIET_HOURS", HIDDEN),
)


@pytest.mark.sampled(6)
@pytest.mark.parametrize("command", COMMANDS, ids=range(len(COMMANDS)))
def test_no_error_line_repeats_what_was_typed(agent: Agent, command: tuple[str, ...]) -> None:
    agent.add("A1")
    ended = agent(*command)
    refused(ended, ended.code)
    assert ended.code in (2, 3)
    assert HIDDEN not in ended.err


@pytest.mark.sampled(8)
@pytest.mark.parametrize(("name", "value"), SETTINGS, ids=[f"{n}-{at}" for at, (n, _) in enumerate(SETTINGS)])
@pytest.mark.parametrize("command", [("accounts", "list"), ("mail", "check", "none.eml")], ids=" ".join)
def test_no_error_line_repeats_a_setting(agent: Agent, name: str, value: str, command: tuple[str, ...]) -> None:
    agent.settings[name] = value
    ended = agent(*command)
    refused(ended, 4, name)
    assert HIDDEN not in ended.err
    debugged = agent(*command, "--debug")
    assert HIDDEN not in debugged.err + debugged.out
