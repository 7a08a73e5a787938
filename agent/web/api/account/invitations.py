"""Admitting an invitation that a person gave by the API.

Every refusal names its step and repeats nothing.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime

from agent.domain.account import Account
from agent.domain.invitation import MailVerdict
from agent.errors import AgentError
from agent.mail import given
from agent.mail.given import NotActedOnError
from agent.mail.trust.examine import Examination
from agent.mail.trust.links import LinkError
from agent.settings.model import Settings
from agent.web.api.documents import Invitation
from agent.web.http.calls import Call
from agent.web.http.problems import Code, Problem, invalid

_OTHER_SELLER = ("other_merchant", "merchant_differs", "other_region")


def look_at(body: Invitation, *, settings: Settings, now: datetime) -> Examination | None:
    """Examine a mail, before any transaction: it asks name servers. None for a link.

    Raises:
        Problem: 422, with the step that refused.
    """
    if (body.link is None) == (body.mail is None):
        raise invalid("Expected either link or mail, found both or neither.", pointer="/body")
    if body.mail is None:
        return None
    try:
        raw = base64.b64decode(body.mail, validate=True)
    except (binascii.Error, ValueError):
        raise invalid("Expected the whole message in Base64, found something else.", pointer="/body/mail") from None
    if not raw.strip():
        raise invalid("Expected a message, found an empty one.", pointer="/body/mail")
    try:
        examination = given.examine(raw, settings=settings, now=now)
    except AgentError:
        raise _mail_refused("judging", "unjudged") from None
    ruling = examination.ruling
    if examination.offer is None or (ruling is not None and ruling.verdict is not MailVerdict.ACCEPT):
        failed = next((step.name for step in examination.steps if step.passed is False), "offer")
        raise _mail_refused(failed, ruling.reason if ruling is not None else "no_invitation")
    return examination


def admit(call: Call, account: Account, body: Invitation, examination: Examination | None) -> int:
    """Record it for its account, in the call's transaction; returns invitations.id.

    Raises:
        Problem: 409 the account does not expect it, 422 the link is none.
    """
    settings = call.parts.settings
    try:
        if examination is not None:
            return given.admit_mail(call.conn, account, examination, asked_by=call.who, settings=settings, now=call.now)
        return given.admit_link(call.conn, account, str(body.link), asked_by=call.who, settings=settings, now=call.now)
    except LinkError as err:
        detail = f"The link is no invitation; the step that refused is {err.reason}."
        raise Problem(422, Code.LINK_REFUSED, detail, errors=[{"pointer": "/body/link", "detail": err.reason}]) from err
    except NotActedOnError as err:
        reason = str(err.ruling.reason)
        code = Code.MERCHANT_DIFFERS if reason in _OTHER_SELLER else Code.INVITATION_REFUSED
        detail = f"The account does not expect this invitation ({reason}); nothing was recorded."
        raise Problem(409, code, detail, errors=[{"pointer": "/body", "detail": reason}]) from err


def _mail_refused(step: str, reason: str) -> Problem:
    detail = f"The mail is not acted on; the step that refused is {step} ({reason})."
    return Problem(422, Code.MAIL_REFUSED, detail, errors=[{"pointer": "/body/mail", "detail": reason}])
