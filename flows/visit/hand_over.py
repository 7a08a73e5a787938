"""Handing a page to a person, and how it comes back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from pydantic import SecretStr

from flows.catalogue.recognise import Recognition


class HandedBack(StrEnum):
    """How a page came back."""

    PASSED = "passed"  # it may be another screen now: recognise it afresh
    WITH_PASSWORD = "with_password"  # noqa: S105 - the picture is answered, the form wants the password and its submit
    WITH_CODE = "with_code"  # the person gave a code, which the flow types
    LEFT = "left"  # no person came, or none passed it


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A page that came back; `why` is for the journal."""

    how: HandedBack
    code: SecretStr | None = None
    why: str = ""


# Given to a visit by a worker with people to ask; called with the screen that wants one.
HandOver = Callable[[Recognition], Awaitable[Handed]]
