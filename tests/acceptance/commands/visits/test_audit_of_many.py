"""`audit --all --stored` over many accounts, as a process.

What it holds in memory does not grow with them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from agent.clock import utc_now
from agent.domain.audit.document import AuditDocument, document
from agent.domain.audit.judge import judge
from agent.domain.audit.level import Level
from agent.domain.audit.reading import Reading, Row, Source
from agent.domain.policy.load import load_policy
from agent.store.audits import record_audit
from agent.store.database.engine import open_database, writing
from tests.support.processes.command import Agent
from tests.support.samples import IS_WHOLE
from tests.support.stored.registry import add_account

MANY = int(os.environ.get("SC_TEST_AUDITS", "300" if IS_WHOLE else "120"))
MEASURE = dedent("""
 import resource, runpy, sys
 sys.argv = ["sc-agent", *sys.argv[1:]]
 try:
     runpy.run_module("agent", run_name="__main__")
 finally:
     print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
""")


def audited(account: str) -> AuditDocument:
    """A reading of ninety rows, two of them wrong."""
    offered = (Level.NONE, Level.VIEW, Level.EDIT)
    rows = [
        Row(
            scope="regional",
            section="Orders",
            permission=f"Row {number}",
            offered=offered,
            level=Level.EDIT if number > 1 else Level.NONE,
        )
        for number in range(90)
    ]
    reading = Reading(source=Source.OWN_VIEW, layout="own_view", complete=True, own=True, rows=tuple(rows))
    return document(
        judge(reading, load_policy(), account=account, user_email=f"{account.lower()}@users.example", now=utc_now())
    )


def register(agent: Agent, names: list[str], template: AuditDocument) -> None:
    engine = open_database(f"sqlite:///{agent.folder / 'data' / 'agent.sqlite'}")
    with writing(engine) as conn:
        for name in names:
            add_account(conn, name)
            record_audit(conn, account=name, at=utc_now(), document={**template, "account": name}, visit_id="v")
    engine.dispose()


def peak_of_report(agent: Agent) -> tuple[int, int]:
    """Peak memory in MB of one report of everything, and how many audits it holds."""
    command = [
        sys.executable,
        "-c",
        MEASURE,
        "audit",
        "--all",
        "--stored",
        "--format",
        "json",
        "--output",
        "report.json",
    ]
    done = subprocess.run(
        command, env=agent.env, cwd=agent.folder, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 1, done.stderr  # two rows are wrong, whatever else is missing (decision 30)
    report = json.loads((agent.folder / "report.json").read_text(encoding="utf-8"))
    return int(done.stderr.rsplit("peak ", 1)[1]) // 1024, len(report["audits"])


@pytest.mark.timeout(900)
def test_memory_stays_flat_however_many_accounts_are_reported(tmp_path: Path) -> None:
    agent = Agent(tmp_path)
    assert agent("pause", "--all").code == 0  # makes the database; reading makes nothing
    template = audited("A0")
    names = [f"A{number:05}" for number in range(MANY)]
    register(agent, names[:20], template)
    few, counted = peak_of_report(agent)
    assert counted == 20
    register(agent, names[20:], template)
    many, counted = peak_of_report(agent)
    print(f"20 accounts {few} MB, {MANY} accounts {many} MB")  # noqa: T201 - the figure is wanted
    assert counted == MANY
    assert many - few < 20
