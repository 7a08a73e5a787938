"""An element that only a later candidate finds is logged and counted, also by a visit that ends in an error."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from agent.clock import utc_now
from agent.domain.account import ApiAuthorization, NewAccount
from agent.domain.policy.load import load_policy
from agent.domain.policy.model import Policy
from agent.observe.redaction import Redaction
from agent.settings.groups.visits import BrowserSettings, FlowSettings
from agent.settings.model import Settings
from agent.store import accounts
from agent.store.database.engine import open_database, writing
from agent.store.vault import sign_in_secrets
from agent.store.vault.keys import Vault
from agent.store.vault.sign_in_secrets import SignInSecrets
from agent.visits.plan import VisitKind
from agent.visits.run import make_visit
from agent.visits.shared.browser_pool import BrowserPool, browser_options
from agent.visits.shared.context import WorkerContext
from tests.second_site.script import Person
from tests.second_site.site import SecondSite, second_site


def context_on(site: SecondSite, folder: Path, policy: Policy) -> WorkerContext:
    """A worker that knows the second site's person as A1."""
    browser = BrowserSettings(host_resolver_rules=f"MAP * 127.0.0.1:{site.port}", trusted_spki=[site.spki])
    settings = Settings(data_dir=folder, browser=browser, flow=FlowSettings(challenge_timeout=3))
    engine, vault, person = open_database(f"sqlite:///{folder / 'agent.sqlite'}"), Vault(os.urandom(32)), Person()
    new = NewAccount(
        id="A1",
        user_email=person.email,
        marketplace="US",
        merchant_id="A1SECONDSITE1",
        api_authorization=ApiAuthorization.COMPLETE,
    )
    given = SignInSecrets(password=SecretStr(person.password), totp_secret=SecretStr(person.secret))
    with writing(engine) as conn:
        accounts.add(conn, new, now=utc_now())
        sign_in_secrets.save(conn, vault, "A1", given, now=utc_now())
    pool = BrowserPool(options=browser_options(settings), replace_after=100)
    return WorkerContext(
        settings=settings, engine=engine, vault=vault, pool=pool, policy=policy, redaction=Redaction(), worker="w"
    )


@pytest.mark.asyncio(loop_scope="session")
async def test_drift_is_logged_and_counted(tmp_path: Path) -> None:
    async with second_site() as site:
        context = context_on(site, tmp_path, load_policy(None))
        site.begin(["email_classic", "password_renamed", "otp_quota"])
        try:
            with capture_logs() as lines:
                ended = await make_visit(context, "A1", kind=VisitKind.AUDIT)
        finally:
            await context.pool.close()
            context.engine.dispose()
    seen = [(line["screen"], line["element"], line["candidate"]) for line in lines if line["event"] == "drift.seen"]
    assert (ended.conclusion.outcome, ended.conclusion.drift) == ("challenge", ("password",))
    assert seen == [("password", "password", 3)]
