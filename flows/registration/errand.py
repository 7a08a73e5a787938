"""What a visit is given to create a login or to enrol an authenticator.

Whatever must not be lost is durable when a call returns.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from pydantic import SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """An authenticator that is being enrolled.

    `keep_seed` seals a secret that the page showed before anything of it is typed; `code_of` waits for a time step of
    it that is not used, spends it and returns the digits; `proven` is told when the site took one.
    """

    keep_seed: Callable[[SecretStr], Awaitable[None]]
    code_of: Callable[[SecretStr], Awaitable[SecretStr]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierRotation:
    """A rotation of this login that was cut off.

    `labels` are what the rows of the settings said before its new authenticator was added. `seed` is the newest one it
    kept; None: the new one is in force, and only the old one is to be removed.
    """

    labels: tuple[str, ...]
    seed: SecretStr | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationErrand:
    """One rotation.

    `listed` keeps what the rows say now, `proven` signs in with a seed elsewhere and puts it in force.
    """

    enrolment: Enrolment
    listed: Callable[[Sequence[str]], Awaitable[None]]
    proven: Callable[[SecretStr], Awaitable[None]]
    earlier: EarlierRotation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginErrand:
    """One order of a login.

    `draw_password(least, most)` draws and seals the password, or returns
    the sealed one. `may_submit`: the register form was never sent. `spend_phone` returns the order's number the first
    time, then None. `ask_code` asks a person for a code that the site sent to a phone, with the page's words.
    """

    user_email: str
    person_name: str
    may_submit: bool
    draw_password: Callable[[int, int], Awaitable[SecretStr]]
    spend_phone: Callable[[], Awaitable[str | None]]
    ask_code: Callable[[str], Awaitable[SecretStr | None]]
    enrolment: Enrolment
    invitation_url: str | None = None  # where to go back to from a page that offers more than a login
