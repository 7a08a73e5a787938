"""Verdicts: how one is made, stored and told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import structlog

from agent.domain.invitation import MailVerdict, Offer, Ruling
from agent.mail import events
from agent.mail.context import MailContext
from agent.mail.trust.examine import Examination, Step
from agent.store.database.engine import reading
from agent.store.inbox import messages
from agent.store.inbox.messages import Message

_CUT_OFF = frozenset({"dkim_failed", "dkim_none", "no_invitation", "code_mail"})  # what missing bytes look like
_NO_INVITATION = frozenset({"no_invitation", messages.CODE_MAIL})
_ALTERED_LEAST, _ALTERED_SHARE = 5, 0.5
_FORGED = frozenset({"dkim_failed", "dkim_none", "repeated_header", "suspicious_link"})

log = structlog.get_logger("agent.mail")


def evidence(
    ruling: Ruling, steps: tuple[Step, ...], *, offer: Offer | None = None, shop: str | None = None
) -> Mapping[str, Any]:
    """What is stored beside a verdict.

    With an offer, whom a person would bind an account to.
    """
    told: dict[str, Any] = {
        "detail": ruling.detail,
        "steps": [{"name": step.name, "passed": step.passed, "detail": step.detail} for step in steps],
    }
    return told if offer is None else told | {"offered": offered(offer, shop)}


def offered(offer: Offer, shop: str | None) -> dict[str, str | None]:
    """What a person approves.

    The shop's name is the seller's own text, the ids are Amazon's.
    """
    link = offer.link
    return {
        "shop": shop,
        "merchant_id": link.merchant_id,
        "global_account_id": link.global_account_id,
        "region": link.region,
        "host": link.host,
        "recipient": offer.recipient,
        "invitation_id": link.invitation_id,
    }


def doubt_missing_bytes(examination: Examination, *, missing: int) -> Examination:
    """Hold what looks forged while the message is longer than what came.

    The length is the server's word.
    """
    ruling = examination.ruling
    if missing <= 0 or ruling is None or ruling.reason not in _CUT_OFF:
        return examination
    detail = f"{missing} bytes fewer came than the server says the message has, and what came: {ruling.detail}"
    return replace(examination, ruling=ruling_of(MailVerdict.HELD, "incomplete", detail))


def says_invitation(examination: Examination, ruling: Ruling) -> bool:
    """Whether a message is an invitation by its links or by its subject.

    Notices, orders and codes are neither, so none of them is announced as a refused invitation.
    """
    return ruling.reason not in _NO_INVITATION or examination.shop_name is not None


def ruling_of(verdict: MailVerdict, reason: str, detail: str) -> Ruling:
    """A ruling."""
    return Ruling(verdict=verdict, reason=reason, detail=detail)


class Teller:
    """Tells verdicts to the log, to people and to who moves handled messages aside."""

    def __init__(self, context: MailContext, *, on_handled: Callable[[Message], None]) -> None:
        self._context = context
        self._on_handled = on_handled

    def tell(self, message: Message, ruling: Ruling, *, account_id: str | None, domain: str | None) -> None:
        """Tell one."""
        log.info(
            events.JUDGED,
            message=message.id,
            verdict=str(ruling.verdict),
            reason=ruling.reason,
            account=account_id,
            sender=domain,
        )
        if ruling.reason in _FORGED:
            log.warning(events.FORGED, message=message.id, reason=ruling.reason, sender=domain)
        if ruling.verdict is MailVerdict.HELD:
            text = (
                f"message {message.id} is held ({ruling.reason}); 'sc-agent mail show {message.id}' explains it, "
                "'mail approve' acts on it"
            )
            self._context.on_alarm(f"mail_held:{message.id}", text)
        if ruling.verdict in (MailVerdict.ACCEPT, MailVerdict.DUPLICATE):
            self._on_handled(message)
        if ruling.reason == "dkim_failed":
            self._watch_for_rewriting()

    def _watch_for_rewriting(self) -> None:
        """A provider that rewrites mail breaks every signature; one forgery does not."""
        with reading(self._context.engine) as conn:
            failed, proven = messages.last_proofs(conn)
        if failed >= _ALTERED_LEAST and failed > _ALTERED_SHARE * (failed + proven):
            text = (
                f"{failed} of the last {failed + proven} mails from Amazon's domains failed DKIM: does the "
                "provider alter mail?"
            )
            self._context.on_alarm("provider_alters_mail", text)
