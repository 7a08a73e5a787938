"""What people and machines are told: log lines without secrets, alarms neither too soon nor too often."""

from __future__ import annotations

import io
import json
import logging
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from pydantic import SecretStr

from agent.observe.evidence_retention import forget_evidence
from agent.observe.logs import configure_logs
from agent.observe.notify import Alarms
from agent.observe.redaction import Redaction
from flows.redact import Redactor

SECRET = "correct-horse-battery"


@pytest.fixture
def redaction() -> Redaction:
    return Redaction()


def logged(redaction: Redaction, *, style: str = "json") -> io.StringIO:
    stream = io.StringIO()
    configure_logs(level="INFO", style="json" if style == "json" else "text", redaction=redaction, stream=stream)
    return stream


def test_a_secret_is_in_no_line_while_its_visit_runs(redaction: Redaction) -> None:
    stream = logged(redaction)
    redactor = Redactor()
    redactor.register(SecretStr(SECRET))
    with redaction.visiting(redactor):
        structlog.get_logger("x").info("visit.ended", why=f"typed {SECRET}", deep=[{"a": SECRET}], number=3)
        logging.getLogger("dbos").warning("library says %s", SECRET)
        try:
            raise ValueError(SECRET)
        except ValueError:
            structlog.get_logger("x").exception("visit.unexpected")
    assert SECRET not in stream.getvalue()
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["event"].split()[0] for line in lines] == ["visit.ended", "library", "visit.unexpected"]
    assert lines[0]["number"] == 3


def test_a_visit_s_secrets_are_forgotten_when_it_ends(redaction: Redaction) -> None:
    redactor = Redactor()
    redactor.register(SECRET)
    with redaction.visiting(redactor):
        assert SECRET not in redaction.redact(SECRET)
    assert redaction.redact(SECRET) == SECRET


def test_text_lines_are_for_people(redaction: Redaction) -> None:
    stream = logged(redaction, style="text")
    structlog.get_logger("x").warning("visit.ended", account="A1", why="two words", nothing=None)
    assert stream.getvalue().rstrip().endswith("WARNING visit.ended account=A1 why='two words'")


class Post:
    """Collects what would be sent."""

    def __init__(self) -> None:
        self.titles: list[str] = []
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def send(self, title: str, body: str) -> bool:
        self.titles.append(title)
        return True

    def alarms(self) -> Alarms:
        return Alarms(send=self.send, now=lambda: self.now, after=3, repeat=timedelta(hours=6))


async def test_an_alarm_comes_after_three_in_a_row_and_recovers_once() -> None:
    post = Post()
    alarms = post.alarms()
    for _ in range(2):
        await alarms.trouble("tick", "no database")
    assert post.titles == []
    for _ in range(5):
        await alarms.trouble("tick", "no database")
    await alarms.fine("tick")
    await alarms.fine("tick")
    assert post.titles == ["Trouble: tick", "Recovered: tick"]


async def test_an_alarm_is_repeated_until_it_is_fixed() -> None:
    post = Post()
    alarms = post.alarms()
    await alarms.trouble("account A1", "CAPTCHA", at_once=True)
    for hours in (1, 6, 7, 13):
        post.now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
        await alarms.remind()
    assert post.titles == ["Trouble: account A1"] * 3


async def test_what_recovered_before_anybody_was_told_is_not_told() -> None:
    post = Post()
    alarms = post.alarms()
    await alarms.trouble("tick", "once")
    await alarms.fine("tick")
    assert post.titles == []


def test_old_evidence_is_deleted_and_new_is_kept(tmp_path: Path) -> None:
    for name, age in (("old", 40), ("new", 1)):
        folder = tmp_path / "evidence" / "A1" / name
        folder.mkdir(parents=True)
        (folder / "failure.html").write_text("x")
        os.utime(folder, (time.time() - age * 86400,) * 2)
    assert forget_evidence(tmp_path, before=datetime.now(UTC) - timedelta(days=30)) == 1
    assert [path.name for path in (tmp_path / "evidence" / "A1").iterdir()] == ["new"]
