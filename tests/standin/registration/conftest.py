"""What the tests of a registration share: a world with one address that may register."""

from __future__ import annotations

import pytest

from fixtures.stand_in.generate import one_account
from fixtures.stand_in.world import StandIn
from tests.support.sites.registrant import INVITATION_ID, MERCHANT, NEW, Load, Registrant
from tests.support.sites.site_visitor import Visitor


@pytest.fixture
def load(stand_in: StandIn, visitor: Visitor) -> Load:
    """Load a world in which `NEW` may register as the plan says; the visitor is a new browser."""

    def loaded(*, seed: int = 1, vary: bool = True, **plan: object) -> Registrant:
        offered = {"merchant_id": MERCHANT, "email": NEW, "invitation_id": INVITATION_ID}
        world = one_account(
            seed,
            seller={"merchant_id": MERCHANT},
            registrations=[{"email": NEW, "form": "classic", **plan}],
            vary=vary,
            invitations=[offered],
        )
        stand_in.load(world)
        visitor.session.cookie_jar.clear()
        return Registrant(stand_in, visitor)

    return loaded
