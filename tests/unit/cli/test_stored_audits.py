"""`audit --stored`: what was read long ago does not say how things stand."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from agent.cli.output import now
from agent.cli.visits.audit import _AuditRun
from agent.domain.audit.document import unread_document
from agent.errors import Exit
from agent.report.writer import Format, open_report
from agent.settings.model import Settings
from agent.store.audits import record_audit
from agent.store.database.engine import writing
from tests.support.stored.registry import add_account


def passed(at: datetime) -> dict[str, object]:
    return {
        **unread_document(account="A1", user_email="a1@users.example", now=at, reason=""),
        "verdict": "pass",
        "notes": [],
    }


@pytest.mark.parametrize(("days", "code"), [(0, Exit.OK), (6, Exit.OK), (7, Exit.UNCONFIRMED), (400, Exit.UNCONFIRMED)])
def test_an_old_pass_confirms_nothing(engine: Engine, tmp_path: Path, days: int, code: Exit) -> None:
    at, out = now() - timedelta(days=days), io.StringIO()
    with writing(engine) as conn:
        account = add_account(conn)
        record_audit(conn, account="A1", at=at, document=passed(at), visit_id="v")  # type: ignore[arg-type]  # as stored
    desk = _AuditRun(
        settings=Settings(), engine=engine, report=open_report(Format.JSON, out, evidence=tmp_path), since_last=False
    )
    desk.write_stored([account])
    desk.close()
    (document,) = json.loads(out.getvalue())["audits"]
    assert (desk.worst, bool(document["notes"])) == (code, code is Exit.UNCONFIRMED)
