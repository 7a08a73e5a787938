"""`audit --policy FILE` shows what another policy would say.

The account stands where the settings' own policy puts it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy.engine import Engine

from agent.domain.authorization import Event
from agent.domain.policy.load import load_policy
from agent.domain.policy.model import Policy, WhenMissing
from agent.store.database.engine import writing
from agent.store.vault.keys import Vault
from agent.visits.kinds import audit as audit_visit
from agent.visits.outcome import Conclusion
from agent.visits.plan import VisitKind
from agent.visits.prepare import prepare
from flows.models import AuditReading, Bounds, Grid, Level, PermissionRow
from tests.support.stored.registry import add_account, add_secrets
from tests.support.visits.worker_context import make_context

LAX = replace(load_policy(), when_missing=WhenMissing.ACCEPT)
ROW = PermissionRow(
    scope="regional",
    section="Orders",
    permission="Manage Orders",
    offered=(Level.NONE, Level.VIEW, Level.EDIT),
    level=Level.EDIT,
)
READING = AuditReading(grid=Grid(layout="classic", rows=(ROW,), editable=False, own=True, complete=True))


async def audited(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, asked: Policy | None
) -> Conclusion:
    async def read(*_: Any, **__: Any) -> AuditReading:
        return READING

    async def storage_state() -> dict[str, Any]:
        return {}

    monkeypatch.setattr(audit_visit, "audit_permissions", read)
    context = replace(make_context(engine, Vault(b"k" * 32), tmp_path), asked_policy=asked)
    with writing(engine) as conn:
        add_account(conn)
        add_secrets(conn, context.vault)
    plan = await prepare(context, "A1", kind=VisitKind.AUDIT)
    visit = cast("Any", SimpleNamespace(storage_state=storage_state, page=None))
    return await audit_visit.audit(visit, plan, context, hooks=cast("Any", None), bounds=Bounds())


async def test_a_laxer_policy_is_shown_and_decides_nothing(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = await audited(engine, tmp_path, monkeypatch, asked=LAX)
    assert ended.shown is not None
    assert ended.document is not None
    assert (ended.shown["verdict"], ended.document["verdict"], ended.event) == ("pass", "incomplete", Event.INCOMPLETE)


@pytest.mark.parametrize("asked", [None, load_policy()], ids=["none", "the same"])
async def test_without_another_policy_there_is_one_judgement(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: Policy | None
) -> None:
    assert (await audited(engine, tmp_path, monkeypatch, asked=asked)).shown is None
