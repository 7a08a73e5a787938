"""Choosing the account in every generation of the switcher at a Seller Central written from the facts alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from flows.models import Bounds
from tests.second_site.seller_central.world import Merchant, Variant
from tests.second_site.seller_rig import OTHER, SHOP, SellerRig, seller_rig

pytestmark = pytest.mark.asyncio(loop_scope="session")

US, CA, UK, DE, JP = "ATVPDKIKX0DER", "A2EUQ1WTGCTBG2", "A1F83G8C2ARO7P", "A1PA6795UKMFR9", "A1VC38T7YXB528"
EUROPE = replace(SHOP, marketplaces=(UK, DE))
AGENCY = replace(SHOP, agency="Brightline Agency")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the person may choose from, what is wanted, and how it must end."""

    outcome: str = "active US"
    look: dict[str, Any] = field(default_factory=dict)
    merchants: tuple[Merchant, ...] = (OTHER, SHOP)
    code: str = "US"
    name: str | None = SHOP.name
    selected: tuple[Merchant, str] | None = None
    host: str = "sellercentral.amazon.com"


def look(outcome: str = "active US", **how: Any) -> Case:
    return Case(outcome=outcome, look=how)


LABELS = ("Select account", "Konto auswählen", "选择账户", "選取帳戶")
SUFFIXES = (" (current)", " (aktuell)", " (当前)", ". Selected", " (selected)")
CASES: dict[str, Case] = {
    **{
        f"confirmed by {label} as {widget}": look(confirm_label=label, confirm_widget=widget)
        for label in LABELS
        for widget in ("kat", "native")
    },
    **{
        f"already chosen{suffix}": Case(
            look={"suffix": suffix, "header": "absent"}, selected=(SHOP, US), outcome="active US"
        )
        for suffix in SUFFIXES
    },
    **{
        f"the other country is chosen{suffix}": Case(look={"suffix": suffix}, selected=(SHOP, CA))
        for suffix in SUFFIXES
    },
    **{
        f"another merchant is chosen{suffix}": Case(look={"suffix": suffix}, selected=(OTHER, US))
        for suffix in SUFFIXES
    },
    "drawn late": look(late=1500),
    "everything open already": look(switcher_expanded=True),
    "open already, drawn late": look(switcher_expanded=True, late=900),
    "without a search box": look(search_box=False),
    "confirmed by a POST": look(confirm_by="post"),
    "one error": look(switcher_errors=1),
    "two errors": look(switcher_errors=2),
    "an error that comes late": look(switcher_errors=1, late=900),
    "drawn very late": look(late=5600),
    "errors without end": look("site_refused", switcher_errors=20),
    "the old picker": look(switcher="picker"),
    "the old picker, drawn late": look(switcher="picker", late=900),
    "the old picker, while another merchant is chosen": Case(look={"switcher": "picker"}, selected=(OTHER, US)),
    "a stray dot": look(header="stray_dot"),
    "the header's child": look(header="regional_child"),
    "the partner switcher": look(header="old_partner"),
    "no header": look("active US", header="absent"),
    **{
        f"{name} in {header}": Case(merchants=(OTHER, replace(SHOP, name=name)), name=name, look={"header": header})
        for name in ("Nordwind (EU)", "Nord - Wind", "Nordwind Inc.")
        for header in ("current", "stray_dot", "old_partner")
    },
    "under an agency": Case(merchants=(OTHER, AGENCY)),
    "under one of two agencies": Case(merchants=(replace(OTHER, agency="Aardvark Media"), AGENCY)),
    "led to the host of the country": Case(
        merchants=(OTHER, EUROPE), code="DE", look={"change_domain": True}, outcome="active DE"
    ),
    "of two names that begin alike": Case(merchants=(replace(OTHER, name="Nordwind Trading GmbH"), SHOP)),
    "of the same name twice": Case(merchants=(replace(OTHER, name=SHOP.name), SHOP), outcome="account_not_offered"),
    "a name with brackets": Case(merchants=(OTHER, replace(SHOP, name="Nordwind (EU)")), name="Nordwind (EU)"),
    "two names that differ in their brackets": Case(
        merchants=(replace(OTHER, name="Nordwind (US)"), replace(SHOP, name="Nordwind (EU)")), name="Nordwind (EU)"
    ),
    "a name that is a country": Case(
        merchants=(OTHER, replace(SHOP, name="Germany")), name="Germany", outcome="account_not_offered"
    ),
    "pending registration": Case(merchants=(OTHER, replace(SHOP, pending=True)), outcome="step_timeout"),
    "not there": Case(merchants=(OTHER,), outcome="account_not_offered"),
    "there, without the country": Case(
        merchants=(OTHER, replace(SHOP, marketplaces=(CA,))), outcome="account_not_offered"
    ),
    "the only one, of no known name": Case(merchants=(SHOP,), name=None),
    "one of two, of no known name": Case(name=None, outcome="account_not_offered"),
    "nothing but one, chosen at once": Case(merchants=(SHOP,), look={"switcher": "none"}),
    "no account": Case(merchants=(), outcome="account_not_offered"),
}


LATER = Bounds(step=timedelta(seconds=12), visit=timedelta(seconds=60), challenge=timedelta(seconds=2))


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def second() -> AsyncIterator[SellerRig]:
    async with seller_rig() as running:
        yield running


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", CASES)
async def test_the_right_account_is_chosen_or_none(second: SellerRig, name: str) -> None:
    case = CASES[name]
    lent = second.begin(Variant(**case.look), member_of=case.merchants)
    account = second.account(code=case.code, name=case.name, merchant_id=None)
    host = account.marketplace.host
    ended = await second.choose(lent, account=account, session=second.session(case.selected, host=host), bounds=LATER)
    sessions = [one.selected for one in second.world.sessions.values() if one.selected and one.email]
    right = all(
        merchant.token == SHOP.token and market == account.marketplace.marketplace_id for merchant, market in sessions
    )
    assert (ended.outcome, right or not ended.outcome.startswith("active"), second.world.forbidden) == (
        case.outcome,
        True,
        [],
    ), ended.error
