"""An order to create a login for an account's user email.

Who wants it, and how far it has come.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class OrderState(StrEnum):
    """How far an order has come; the stored words."""

    ORDERED = "ordered"  # nothing was sent: the site may know the address already
    SUBMITTED = "submitted"  # the register form was sent, or is about to be: never a second one
    CREATED = "created"  # the site let us in with the password that was drawn
    DONE = "done"  # two-step verification was read as on; password and seed are the account's secrets
    ENDED = "ended"  # the order stopped for good; a person decides


OPEN = frozenset({OrderState.ORDERED, OrderState.SUBMITTED, OrderState.CREATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """What a person orders. `agreed_by` accepted Amazon's conditions for this login."""

    person_name: str
    agreed_by: str
    phone: str | None = None  # E.164; typed once at most


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginOrder:
    """An order as stored; its password is not part of it."""

    account_id: str
    person_name: str
    agreed_by: str
    agreed_at: datetime
    phone: str | None
    state: OrderState
    submitted_at: datetime | None  # when the register form was about to be sent; an earlier order's until it is
    phone_typed_at: datetime | None
    ended_why: str | None  # a failure code

    @property
    def is_open(self) -> bool:
        """Whether a visit may still act on it."""
        return self.state in OPEN

    @property
    def was_submitted(self) -> bool:
        """Whether a form with the drawn password may have reached the site."""
        return self.submitted_at is not None

    @property
    def may_submit(self) -> bool:
        """Whether the one register form was not sent yet."""
        return self.state is OrderState.ORDERED
