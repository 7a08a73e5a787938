"""What people and machines are told.

Log lines without secrets, evidence as long as it is worth something.
"""

from __future__ import annotations

import io
import json
import logging

import pytest
import structlog
from pydantic import SecretStr

from agent.observe.logs import configure_logs
from agent.observe.redaction import Redaction
from flows.redaction.redact import Redactor

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
