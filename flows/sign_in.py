"""Signing in: a loop over recognised screens until the site has let us in or said why not."""

from __future__ import annotations

from flows.models import Aides, Bounds, Credentials, Identity
from flows.visit import Visit


async def ensure_signed_in(
    visit: Visit, *, host: str, credentials: Credentials, aides: Aides, bounds: Bounds | None = None, prove: bool = False
) -> Identity:
    """Open https://host/home and sign in if the stored session does not do; say as whom.

    With `prove`, a session whose pages do not show the address is dropped (cookies cleared) and signed in afresh, once.
    Ends on any signed-in screen: an ordinary page, the account picker, "no account", "not authorised".

    Raises:
        WrongIdentityError: the page shows somebody else's address.
        PasswordRejectedError, CodeRejectedError, NoSuchLoginError, ChallengeError: the site's answer.
        UnknownScreenError, StuckError, SiteRefusedError, StepTimeoutError, ForeignHostError, SecretGuardError.
    """
    raise NotImplementedError
