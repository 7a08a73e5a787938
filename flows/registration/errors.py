"""Why the creation of a login, or the enrolment of an authenticator, stopped."""

from __future__ import annotations

from flows.errors import Disposition, FlowError


class LoginExistsError(FlowError):
    """The site knows the user email already.

    The order is void, and a person has to give the login's secrets.
    """

    code = "login_exists"
    disposition = Disposition.NEEDS_HUMAN


class RegistrationRefusedError(FlowError):
    """The site refuses to create logins now ("unusual activity").

    It is not tried again before a person has looked.
    """

    code = "registration_refused"
    disposition = Disposition.NEEDS_HUMAN


class RegistrationUnansweredError(FlowError):
    """The order's register form was sent, and the site knows no such login.

    A second form is never sent.
    """

    code = "registration_unanswered"
    disposition = Disposition.NEEDS_HUMAN


class PhoneNeededError(FlowError):
    """The site wants a phone number and the order has none that was not typed yet.

    The visit goes on from here later.
    """

    code = "phone_needed"
    disposition = Disposition.NEEDS_HUMAN


class PhoneRefusedError(FlowError):
    """The site does not take the order's phone number.

    Another login has it, or it is none.
    """

    code = "phone_refused"
    disposition = Disposition.NEEDS_HUMAN


class SeedUnknownError(FlowError):
    """The site wants a code of an authenticator whose seed we do not have."""

    code = "seed_unknown"
    disposition = Disposition.NEEDS_HUMAN


class NotOnError(FlowError):
    """Two-step verification could not be read as on; what was enrolled stays pending."""

    code = "two_step_not_on"
