"""The User Permissions page refused in every way of the facts, at a Seller Central written from them alone; and what is not a refusal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from flows.models import Bounds, ProbeAnswer
from tests.second_site.seller_central.world import Variant
from tests.second_site.seller_rig import OTHER, SHOP, SellerRig, seller_rig
from tests.support.few_probes import ask_few_pages

pytestmark = pytest.mark.asyncio(loop_scope="session")

US = "ATVPDKIKX0DER"
FEW_PROBES = Bounds(step=timedelta(seconds=6), visit=timedelta(seconds=12), challenge=timedelta(seconds=2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One way to refuse, and what an audit must make of it."""

    outcome: str
    look: dict[str, Any] = field(default_factory=dict)


def refused(outcome: str, how: str, **look: Any) -> Case:
    return Case(outcome=outcome, look={"refused": how, **look})


CASES: dict[str, Case] = {
    "led home": refused("redirected", "redirect_home"),
    "led home with a query": refused("redirected", "redirect_home_query"),
    "led to the new home": refused("redirected", "redirect_new_home"),
    "another path": refused("access_required", "unauthorized_path"),
    "a path nobody listed": refused("redirected", "unlisted_path"),
    "a path nobody listed, by script": refused("redirected", "unlisted_path_by_script"),
    "failed_global": refused("failed_global", "failed_global"),
    "not found": refused("not_found", "not_found"),
    "not found with 200": refused("not_found", "not_found_200"),
    **{
        f"{how}{' late' * bool(late)}": refused("access_required", how, late=late)
        for how in (
            "access_required",
            "access_required_zh",
            "ask_administrator",
            "permissions_manager",
            "manage_agents",
            "invalid_access",
            "not_permitted",
        )
        for late in (0, 900)
    },
    "an empty shell": refused("grid read-only", "shell"),
    "the error page": refused("site_refused", "dogs"),
    "signed out": refused("signed_out", "sign_in"),
    "the own view at the newer address": refused("grid read-only", "own_view_at_the_newer_address"),
    "the own view": refused("grid read-only", "own_view"),
    "an editable grid": refused("grid editable", "editable"),
}


@pytest.fixture(autouse=True)
def few_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    ask_few_pages(monkeypatch)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def second() -> AsyncIterator[SellerRig]:
    async with seller_rig() as running:
        yield running


@pytest.mark.sampled(1)
@pytest.mark.parametrize("name", CASES)
async def test_a_refusal_is_told_from_signed_out_and_from_broken(second: SellerRig, name: str) -> None:
    case = CASES[name]
    lent = second.begin(Variant(**case.look), member_of=(OTHER, SHOP))
    ended = await second.audit(lent, account=second.account(), session=second.session((SHOP, US)), bounds=FEW_PROBES)
    assert (ended.outcome, second.world.posts, second.world.forbidden) == (case.outcome, [], []), (
        ended.error or ended.result
    )


async def test_an_empty_shell_is_never_read_as_a_grid(second: SellerRig) -> None:
    lent = second.begin(Variant(refused="shell"), member_of=(OTHER, SHOP))
    reading = (
        await second.audit(lent, account=second.account(), session=second.session((SHOP, US)), bounds=FEW_PROBES)
    ).result
    assert (reading.grid.rows, reading.grid.complete) == ((), False)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "how", ["redirect_home", "redirect_new_home", "access_required_zh", "permissions_manager", "shell", "not_found_200"]
)
async def test_a_probe_tells_reached_from_refused(second: SellerRig, how: str) -> None:
    lent = second.begin(
        Variant(
            refused="redirect_home" if how == "shell" else how,
            probes=how,
            may_open=frozenset({"/performance/dashboard"}),
        ),
        member_of=(OTHER, SHOP),
    )
    reading = (
        await second.audit(lent, account=second.account(), session=second.session((SHOP, US)), bounds=FEW_PROBES)
    ).result
    answers = {probe.path: probe.answer for probe in reading.probes}
    wall = ProbeAnswer.UNCLEAR if how == "shell" else ProbeAnswer.REFUSED
    assert (answers["/performance/dashboard"], answers["/business-reports"]) == (ProbeAnswer.REACHED, wall)
