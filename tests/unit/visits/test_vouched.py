"""What a visit opens and for whom.

The link that was checked, for the merchant the account belongs to.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Connection, Engine

from agent.domain.account import MerchantSource
from agent.domain.authorization import State
from agent.store import accounts
from agent.store.database.engine import reading, writing
from agent.store.database.schema import accounts as accounts_table
from agent.store.database.schema import invitations
from agent.store.vault.keys import Vault
from agent.visits.kinds.accept import facts_of
from agent.visits.kinds.audit import of_nobody_known
from agent.visits.plan import NotNowError, SetAsideError
from agent.visits.prepare import prepare
from agent.visits.shared.context import WorkerContext
from flows.models import Acceptance, AcceptanceOutcome, AuditReading, Grid
from tests.support.stored.registry import MERCHANT, NOW, add_account, add_secrets, invite
from tests.support.visits.worker_context import make_context


@pytest.fixture
def worker(engine: Engine, vault: Vault, tmp_path: Path) -> WorkerContext:
    with writing(engine) as conn:
        add_account(conn)
        add_secrets(conn, vault)
        invite(conn)
    return make_context(engine, vault, tmp_path)


def alter(conn: Connection, **values: Any) -> None:
    conn.execute(invitations.update().values(**values))


LATER = NOW + timedelta(days=365)
HOST = "sellercentral.amazon.com"
LINK = f"https://{HOST}/invitation/accept?merchantId={MERCHANT}&invitationId=00000000-0000-4000-8000-000000000001"


async def test_the_link_is_built_anew_from_its_parts(worker: WorkerContext) -> None:
    plan = await prepare(worker, "A1", due_by=LATER)
    assert plan.invitation is not None
    assert plan.invitation.link.url == LINK


@pytest.mark.parametrize(
    ("altered", "code"),
    [
        ({"url": LINK.replace(HOST, "sellercentral.amazon.co.jp")}, "link_altered"),
        ({"url": LINK.replace(HOST, "evil.example"), "host": "evil.example"}, "link_host"),
        ({"url": LINK.replace("/invitation/accept", "/ap/signin")}, "link_altered"),
        ({"url": LINK.replace(MERCHANT, "A1STRANGER00001")}, "link_altered"),
        ({"url": LINK.replace("000000000001", "000000000002")}, "link_altered"),
        ({"url": LINK + "&returnTo=x"}, "link_altered"),
        ({"url": LINK.replace("https:", "http:")}, "link_altered"),
        ({"url": "nonsense"}, "link_altered"),
        (
            {"url": LINK.replace(MERCHANT, "A1STRANGER00001"), "merchant_id": "A1STRANGER00001"},
            "other_merchant",
        ),
        ({"url": LINK.replace(HOST, "sellercentral.amazon.eg"), "host": "sellercentral.amazon.eg"}, "other_region"),
    ],
)
async def test_a_stored_link_that_was_altered_is_not_opened(
    worker: WorkerContext, altered: dict[str, str], code: str
) -> None:
    with writing(worker.engine) as conn:
        alter(conn, **altered)
    with pytest.raises(NotNowError, match=code):
        await prepare(worker, "A1")  # a person asked: told, and nothing is written
    with pytest.raises(SetAsideError, match=code):
        await prepare(worker, "A1", due_by=LATER)
    with reading(worker.engine) as conn:
        account = accounts.get(conn, "A1")
    assert (account.authorization, account.failure_code) == (State.NEEDS_HUMAN, code)


async def test_an_invitation_stored_before_the_merchant_was_known_waits_for_it(worker: WorkerContext) -> None:
    with writing(worker.engine) as conn:
        conn.execute(accounts_table.update().values(merchant_id=None, merchant_source=None))
    with pytest.raises(SetAsideError, match="merchant_unknown"):
        await prepare(worker, "A1", due_by=LATER)


def test_what_is_read_at_whatever_seller_offers_itself_is_never_complete() -> None:
    reading_ = AuditReading(grid=Grid(layout="own_view", rows=(), editable=False, own=True, complete=True))
    grid = of_nobody_known(reading_).grid
    assert grid is not None
    assert (grid.complete, "merchant_unknown" in grid.gaps[0]) == (False, True)


@pytest.mark.parametrize("known", [None, MERCHANT])
async def test_an_account_that_the_setting_gave_to_whoever_invited_first_is_marked_so(
    worker: WorkerContext, known: str | None
) -> None:
    worker = replace(worker, settings=worker.settings.model_copy(update={"accept_any_merchant": True}))
    with writing(worker.engine) as conn:
        source = None if known is None else MerchantSource.REGISTRATION
        conn.execute(accounts_table.update().values(merchant_id=known, merchant_source=source))
    plan = await prepare(worker, "A1", due_by=LATER)
    accepted = Acceptance(outcome=AcceptanceOutcome.ACCEPTED, merchant_id=MERCHANT)
    facts = facts_of(accepted, plan, now=NOW)
    assert (facts.merchant_id, facts.merchant_source) == (
        (MERCHANT, MerchantSource.INVITATION) if known is None else (None, None)
    )
