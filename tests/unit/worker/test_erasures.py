"""An account that was removed: its rows go at once, its evidence later, and the proof holds none of it."""

from __future__ import annotations

import json
import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from agent.actions.registration import remove
from agent.clock import Clock
from agent.observe.notify import Alarms
from agent.settings.groups.operation import ObserveSettings
from agent.store import erasures
from agent.store.database.engine import reading, writing
from agent.store.database.retention import forget_old
from agent.store.database.schema import erasures as table
from agent.store.database.schema import metadata
from agent.store.sign_in import acts
from agent.store.vault.keys import Vault
from agent.worker.loops.housekeeping import Housekeeping
from flows.models import Act
from tests.support.stored.registry import NOW, PASSWORD, add_account, add_secrets, invite
from tests.support.visits.worker_context import make_context

DAY = timedelta(days=1)
PAGE = Path(__file__).parents[3] / "docs" / "data.md"


@pytest.fixture
def evidence(engine: Engine, vault: Vault, tmp_path: Path) -> Path:
    """An account with secrets, an invitation, an act and two visits' evidence; another with one."""
    with writing(engine) as conn:
        for account in ("A1", "A2"):
            add_account(conn, account)
        add_secrets(conn, vault)
        invite(conn)
        acts.intend(conn, "A1", Act.TYPE_PASSWORD, visit_id="v1", now=NOW)
    for visit in ("A1/v1", "A1/v2", "A2/v3"):
        (tmp_path / "evidence" / visit).mkdir(parents=True)
        (tmp_path / "evidence" / visit / "page.png").write_bytes(b"x")
        os.utime(tmp_path / "evidence" / visit, (NOW.timestamp(),) * 2)
    return tmp_path / "evidence"


def visits_in(evidence: Path) -> list[str]:
    return sorted(path.name for path in evidence.glob("*/*"))


async def keep_house(engine: Engine, vault: Vault, folder: Path, *, days: float) -> None:
    context = make_context(engine, vault, folder, clock=Clock(now=lambda: NOW + days * DAY, elapsed=lambda: 0.0))
    alarms = Alarms(send=lambda *_: True, now=lambda: NOW)
    await Housekeeping(context=context, alarms=alarms, own=alarms).once()


async def test_rows_go_at_once_and_evidence_when_it_is_due(
    engine: Engine, vault: Vault, evidence: Path, tmp_path: Path
) -> None:
    with writing(engine) as conn:
        remove(conn, "A1", now=NOW + timedelta(seconds=1), keep_evidence=7 * DAY, who="ops")
        assert set(erasures.count_rows(conn, "A1")) == {"outbox"}  # events say that it was here and is gone
    await keep_house(engine, vault, tmp_path, days=6)
    assert visits_in(evidence) == ["v1", "v2", "v3"]
    await keep_house(engine, vault, tmp_path, days=8)
    assert visits_in(evidence) == ["v3"]
    assert not (evidence / "A1").exists()
    with reading(engine) as conn:
        (proof,) = erasures.list_all(conn)
    assert (proof.account_id, proof.asked_by, proof.folders) == ("A1", "ops", 2)
    assert proof.evidence_erased_at == NOW + 8 * DAY
    assert {"secrets", "invitations", "acts", "journal"} <= set(proof.counts)


async def test_the_proof_holds_nothing_of_what_was_erased(engine: Engine, evidence: Path) -> None:
    with writing(engine) as conn:
        remove(conn, "A1", now=NOW, keep_evidence=7 * DAY, who="ops")
        row = json.dumps([dict(each) for each in conn.execute(sa.select(table)).mappings()], default=str)
    assert "users.example" not in row
    assert PASSWORD not in row


async def test_an_account_that_came_back_keeps_its_new_evidence(
    engine: Engine, vault: Vault, evidence: Path, tmp_path: Path
) -> None:
    with writing(engine) as conn:
        remove(conn, "A1", now=NOW + timedelta(seconds=1), keep_evidence=DAY, who=None)
        add_account(conn, "A1")
    (evidence / "A1" / "v9").mkdir()
    os.utime(evidence / "A1" / "v9", ((NOW + DAY).timestamp(),) * 2)
    await keep_house(engine, vault, tmp_path, days=2)
    assert visits_in(evidence) == ["v3", "v9"]


async def test_a_link_that_somebody_put_there_leads_nowhere(
    engine: Engine, vault: Vault, evidence: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "kept").write_text("x")
    (evidence / "A1" / "link").symlink_to(tmp_path / "elsewhere")
    os.utime(evidence / "A1" / "link", (NOW.timestamp(),) * 2, follow_symlinks=False)
    with writing(engine) as conn:
        remove(conn, "A1", now=NOW + timedelta(seconds=1), keep_evidence=DAY, who=None)
    await keep_house(engine, vault, tmp_path, days=2)
    assert (tmp_path / "elsewhere" / "kept").exists()
    assert not (evidence / "A1").exists()


async def test_a_folder_that_is_a_link_is_not_emptied(
    engine: Engine, vault: Vault, evidence: Path, tmp_path: Path
) -> None:
    (evidence / "A1").rename(tmp_path / "elsewhere")
    (evidence / "A1").symlink_to(tmp_path / "elsewhere")
    with writing(engine) as conn:
        remove(conn, "A1", now=NOW + timedelta(seconds=1), keep_evidence=DAY, who=None)
    await keep_house(engine, vault, tmp_path, days=2)
    assert [each.name for each in sorted((tmp_path / "elsewhere").iterdir())] == ["v1", "v2"]


def test_proofs_are_forgotten_when_they_are_old(engine: Engine, evidence: Path) -> None:
    with writing(engine) as conn:
        remove(conn, "A1", now=NOW, keep_evidence=DAY, who=None)
    forget_old(engine, ObserveSettings(), now=NOW + 401 * DAY)
    with reading(engine) as conn:
        assert erasures.list_all(conn) == []


def test_the_page_about_data_names_every_table_and_the_days_that_are_in_force() -> None:
    text = PAGE.read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)`", text))
    assert set(metadata.tables) - named == set()
    defaults = ObserveSettings()
    said = dict(re.findall(r"`(\w+_(?:days|mb))`, (\d+)", text))
    assert said == {name: f"{getattr(defaults, name):g}" for name in said}
    assert {name for name in ObserveSettings.model_fields if name.endswith("_days")} <= set(said)
