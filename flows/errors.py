"""Why a visit stopped, and what may be done about it."""

from __future__ import annotations

from enum import StrEnum


class Disposition(StrEnum):
    """What to do about an error; the daemon reads only this."""

    RETRY = "retry"  # nothing was decided: the account becomes due again later, with back-off and a cap
    GIVE_UP = "give_up"  # the site has answered: the authorization failed, the customer must act
    NEEDS_HUMAN = "needs_human"  # only a person may go on; never a timer


class FlowError(Exception):
    """Base of every error a flow raises.

    `code` is stable: it names a section of the runbook in docs/operations.md. The message is one sentence that says
    what was expected, what was seen and what to do; it never holds a secret.
    """

    code = "flow_error"
    disposition = Disposition.RETRY

    def __init__(self, message: str, *, screen: str | None = None, url: str | None = None) -> None:
        super().__init__(message)
        self.screen = screen
        self.url = url


class UnknownScreenError(FlowError):
    """No catalogue file claims the page; it was saved and nothing on it was touched."""

    code = "unknown_screen"
    disposition = Disposition.NEEDS_HUMAN


class StuckError(FlowError):
    """A screen was seen three times without progress, or a bound was reached."""

    code = "stuck"
    disposition = Disposition.NEEDS_HUMAN


class ChallengeError(FlowError):
    """The site asks for a person.

    CAPTCHA, puzzle, approval push, e-mail or SMS code, forced reset, lock.

    `kind` is the screen's name in the catalogue, for example `captcha_image`.
    """

    code = "challenge"
    disposition = Disposition.NEEDS_HUMAN

    def __init__(self, message: str, *, kind: str, screen: str | None = None, url: str | None = None) -> None:
        super().__init__(message, screen=screen, url=url)
        self.kind = kind


class PasswordRejectedError(FlowError):
    """The site said the password is wrong.

    It must never be typed again until the secret changes.
    """

    code = "password_rejected"
    disposition = Disposition.NEEDS_HUMAN


class CodeRejectedError(FlowError):
    """Two one-time codes were refused."""

    code = "code_rejected"
    disposition = Disposition.NEEDS_HUMAN


class NoSuchLoginError(FlowError):
    """The site does not know the user email as a sign-in.

    Nothing that would create an account was pressed.
    """

    code = "no_such_login"
    disposition = Disposition.NEEDS_HUMAN


class WrongIdentityError(FlowError):
    """The browser is signed in as another user, or the page does not prove as whom.

    Nothing was clicked.
    """

    code = "wrong_identity"
    disposition = Disposition.NEEDS_HUMAN


class InvitationClosedError(FlowError):
    """The site will not take this invitation any more.

    `reason` is one of `expired`, `withdrawn`, `other_recipient`, `refused`.
    """

    code = "invitation_closed"
    disposition = Disposition.GIVE_UP

    def __init__(self, message: str, *, reason: str, screen: str | None = None, url: str | None = None) -> None:
        super().__init__(message, screen=screen, url=url)
        self.reason = reason


class PartnerLinkError(FlowError):
    """The link invites an authorized partner, not a user.

    A person must take it to the provider portal.
    """

    code = "partner_link"
    disposition = Disposition.NEEDS_HUMAN


class AccountNotOfferedError(FlowError):
    """The merchant and marketplace are not offered.

    Not yet granted, revoked, or ambiguous.
    """

    code = "account_not_offered"
    disposition = Disposition.RETRY


class WrongAccountError(FlowError):
    """The page does not prove the right merchant and marketplace after choosing."""

    code = "wrong_account"
    disposition = Disposition.NEEDS_HUMAN


class SiteRefusedError(FlowError):
    """The site answered 429 or 5xx, its error page, or nothing at all.

    Not a reason to try at once again.
    """

    code = "site_refused"
    disposition = Disposition.RETRY


class StepTimeoutError(FlowError):
    """A step's after-state did not come within its bound.

    What the page is cannot be told.
    """

    code = "step_timeout"
    disposition = Disposition.RETRY


class ForeignHostError(FlowError):
    """The browser was led, or asked to send something, to a host that is not listed.

    It was stopped below the flow.
    """

    code = "foreign_host"
    disposition = Disposition.NEEDS_HUMAN


class SecretGuardError(FlowError):
    """A secret was about to be typed where it may not be.

    Another host's frame, no https, or a rehearsal page that is not on loopback.
    """

    code = "secret_guard"
    disposition = Disposition.NEEDS_HUMAN


class SignedOutError(FlowError):
    """A page that needs a session showed the sign-in; the next visit signs in afresh."""

    code = "signed_out"
    disposition = Disposition.RETRY


class CatalogueError(FlowError):
    """A catalogue file is missing or wrong; the message names the file and the key."""

    code = "catalogue"
    disposition = Disposition.NEEDS_HUMAN


class BrowserMissingError(FlowError):
    """No usable browser was found, or it did not start."""

    code = "browser_missing"
    disposition = Disposition.RETRY


class BrowserLostError(FlowError):
    """The browser or its page died."""

    code = "browser_lost"
    disposition = Disposition.RETRY
