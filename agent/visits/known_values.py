"""The redactor of one visit.

What it knows to be secret before the first page is opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.visits.plan import Plan
from flows import Redactor, is_drawn, seed_forms


def redactor_of(plan: Plan) -> Redactor:
    """Register the password, the seed in every form, and the session's cookies."""
    redactor = Redactor()
    given = plan.secrets.secrets
    redactor.register(given.password)
    redactor.register_all(seed_forms(given.totp_secret.get_secret_value()))
    redactor.register_all(value for value in _cookies(plan.session) if is_drawn(value))
    return redactor


def _cookies(session: Mapping[str, Any] | None) -> list[str]:
    return [str(cookie.get("value", "")).strip('"') for cookie in (session or {}).get("cookies", ())]
