"""Why a visit was stopped by ourselves; flows pass these on like their own errors."""

from __future__ import annotations

from flows import Disposition, FlowError


class LeaseLostError(FlowError):
    """The account's lease is no longer ours: another worker may be acting on it."""

    code = "lease_lost"


class VisitHaltedError(FlowError):
    """The account is gone or paused, or its API authorization became pending."""

    code = "held"


class BudgetSpentError(FlowError):
    """Too many sign-in attempts were not taken; a person must look before another one."""

    code = "budget_spent"
    disposition = Disposition.NEEDS_HUMAN


class SignInsStoppedError(FlowError):
    """Too many accounts met an unknown page or answer.

    No password is typed before a few accounts have been tried.
    """

    code = "sign_ins_stopped"


class PasswordRejectedBeforeError(FlowError):
    """The password in force was rejected before; it is never typed again."""

    code = "password_rejected"
    disposition = Disposition.NEEDS_HUMAN


class PasswordDoubtedError(FlowError):
    """The password in force was typed and the site's answer is not known.

    A person must look before it is typed again.
    """

    code = "password_doubted"
    disposition = Disposition.NEEDS_HUMAN


class CodesRejectedTooOftenError(FlowError):
    """Too many one-time codes were rejected in a row."""

    code = "code_rejected"
    disposition = Disposition.NEEDS_HUMAN


class RegistrationsPausedError(FlowError):
    """No login is created now: that is paused, or the fleet made enough for a day.

    Nothing was sent.
    """

    code = "registrations_held"


class OrderSpentError(FlowError):
    """The order's register form was sent before; a second one is never sent."""

    code = "registration_unanswered"
    disposition = Disposition.NEEDS_HUMAN


class AcceptanceUnansweredError(FlowError):
    """The offer was clicked before, no page said what came of it, and it still stands.

    It is not clicked again.
    """

    code = "acceptance_unanswered"


class ClockSkewError(FlowError):
    """This machine's clock is too far from the site's.

    A code from it would be refused.
    """

    code = "clock_skew"


class CodeUnavailableError(FlowError):
    """No unspent time step came within the bound.

    Others are signing in with the same seed.
    """

    code = "code_unavailable"


class VisitTimeoutError(FlowError):
    """The whole visit ran out of time; the browser may hang."""

    code = "visit_timeout"


class UnexpectedError(FlowError):
    """An error that no rule covers; the log has the traceback."""

    code = "unexpected"
