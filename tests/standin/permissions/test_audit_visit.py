"""The whole audit visit against the stand-in.

Signed in, account chosen, read-only, every layout, every way of being refused.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from agent.clock import utc_now
from agent.domain.audit.judge import Verdict
from agent.domain.policy.load import load_policy
from agent.visits.kinds.audit_reading import judge_reading
from fixtures.stand_in.generate import Draw, one_account
from fixtures.stand_in.scenario import Scenario
from flows.models import AuditReading, Credentials, ProbeAnswer, RefusalKind
from flows.permissions.audit import audit_permissions
from tests.support.few_probes import ask_few_pages
from tests.support.sites.flow_rig import Rig, rig

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser and one stand-in a module

USER = "a1@users.example"
ADMIN = "admin@users.example"
ONE_OF = pytest.mark.sampled(1)  # the layouts of one page; that of two pages and two lists always runs


@pytest.fixture(autouse=True)
def few_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    ask_few_pages(monkeypatch)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def stage() -> AsyncIterator[Rig]:
    async with rig() as ready:
        yield ready


def world(
    layout: str,
    *,
    grant: dict[str, Any] | None = None,
    administrators: tuple[str, ...] = (),
    seed: int = 3,
    **options: Any,
) -> Scenario:
    """One seller whose user has accepted already, and an administrator who may see everybody's rights."""
    draw = Draw(seed)
    users = [draw.user(USER), draw.user(ADMIN)]
    given = {"preset": "as_asked"} if grant is None else grant
    seller = draw.seller(
        layout=layout,
        members=[USER, ADMIN],
        administrators=[ADMIN, *administrators],
        permissions={USER: given},
        options=options,
    )
    return one_account(seed).model_copy(update={"users": users, "sellers": [seller], "invitations": []})


async def audit(stage: Rig, scenario: Scenario, *, as_admin: bool = False) -> AuditReading:
    helpers = stage.play(scenario)
    if as_admin:
        helpers.user = scenario.users[1]
    who = Credentials(user_email=helpers.user.email, password=helpers.credentials().password)
    async with stage.visit() as visit:
        return await audit_permissions(
            visit, account=stage.account, credentials=who, hooks=helpers.hooks(), subject=USER, own=not as_admin
        )


def verdict(reading: AuditReading) -> Verdict:
    return judge_reading(reading, load_policy(), account="A1", user_email=USER, now=utc_now()).audit.verdict


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    "layout", [*(pytest.param(one, marks=ONE_OF) for one in ("classic_g0", "classic_g1", "unified")), "global"]
)
async def test_own_view_as_ordered_passes(stage: Rig, layout: str) -> None:
    reading = await audit(stage, world(layout))
    assert reading.grid is not None
    assert (reading.grid.gaps, reading.grid.layout, verdict(reading)) == ((), "own_view", Verdict.PASS)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("layout", "name"),
    [
        pytest.param("classic_g0", "classic", marks=ONE_OF),
        pytest.param("classic_g1", "classic", marks=ONE_OF),
        ("global", "global"),
        pytest.param("unified", "unified", marks=ONE_OF),
    ],
)
async def test_an_administrator_reads_the_rows_of_another_user(stage: Rig, layout: str, name: str) -> None:
    grant = {"preset": "as_asked", "rows": {"Settings > User Permissions": "View & Edit"}}
    reading = await audit(stage, world(layout, grant=grant), as_admin=True)
    judged = judge_reading(reading, load_policy(), account="A1", user_email=USER, now=utc_now())
    assert reading.grid is not None
    assert (reading.grid.gaps, reading.grid.layout, reading.grid.subject) == ((), name, USER)
    assert judged.audit.verdict is Verdict.FAIL
    assert {finding["kind"] for finding in judged.document["findings"]} == {"must_be_none"}


@pytest.mark.sampled(1, of="a page that is refused")
@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        ("redirect", RefusalKind.REDIRECTED),
        ("access_required", RefusalKind.ACCESS_REQUIRED),
        ("access_required_zh", RefusalKind.ACCESS_REQUIRED),
        ("invalid_access", RefusalKind.ACCESS_REQUIRED),
        ("failed_global", RefusalKind.FAILED_GLOBAL),
        ("not_found", RefusalKind.NOT_FOUND),
    ],
)
async def test_a_refused_page_is_not_permitted_and_is_probed(stage: Rig, refusal: str, kind: RefusalKind) -> None:
    reading = await audit(stage, world("classic_g1", own_view=False, refusal=refusal))
    assert reading.refusal is not None
    assert reading.refusal.kind is kind
    assert verdict(reading) is Verdict.NOT_PERMITTED
    answers = {probe.path: probe.answer for probe in reading.probes}
    assert answers["/performance/dashboard"] is ProbeAnswer.REACHED


async def test_a_refusal_that_leads_to_the_new_home_is_one_and_the_probes_go_on(stage: Rig) -> None:
    scenario = world("classic_g1", own_view=False, refusal="redirect")
    users = [user.model_copy(update={"home_shows": "new_home"}) for user in scenario.users]
    reading = await audit(stage, scenario.model_copy(update={"users": users}))
    assert reading.refusal is not None
    assert reading.refusal.kind is RefusalKind.REDIRECTED
    assert verdict(reading) is Verdict.NOT_PERMITTED
    answers = {probe.path: probe.answer for probe in reading.probes}
    assert answers["/performance/dashboard"] is ProbeAnswer.REACHED
    assert ProbeAnswer.UNCLEAR not in answers.values()


@pytest.mark.sampled(1, of="a page that is refused")
async def test_a_user_without_rights_is_refused_by_the_pages_too(stage: Rig) -> None:
    reading = await audit(stage, world("classic_g1", grant={"preset": "none"}, own_view=False))
    assert {probe.answer for probe in reading.probes} == {ProbeAnswer.REFUSED}


async def test_an_editable_own_grid_is_a_finding(stage: Rig) -> None:
    reading = await audit(stage, world("classic_g1", own_editable=True))
    assert reading.grid is not None
    assert reading.grid.editable
    assert verdict(reading) is Verdict.FAIL
