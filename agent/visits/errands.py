"""What an errand may ask the site for, and which screens it knows besides."""

from __future__ import annotations

from agent.visits.plan import Plan, VisitKind
from flows import MAIL_CODE_FILES, REGISTRATION_FILES, HostPolicy


def policy_of(plan: Plan) -> HostPolicy:
    """The hosts and paths of a visit.

    The settings of a login only for an order or a rotation.
    """
    if plan.order is not None:
        return HostPolicy(errands=frozenset({"sign_in", "registration"}))
    if plan.kind is VisitKind.ROTATION:
        return HostPolicy(errands=frozenset({"sign_in", "rotation"}))
    return HostPolicy()


def screens_of(plan: Plan) -> tuple[str, ...]:
    """The catalogue files that only this errand knows."""
    if plan.order is not None or plan.kind is VisitKind.ROTATION:
        return REGISTRATION_FILES
    return MAIL_CODE_FILES if plan.signs_in.answer_mail_codes else ()
