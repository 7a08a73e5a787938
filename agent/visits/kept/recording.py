"""The recording of a visit.

What its flow was called with, the mail it started from, and keeping it beside the other
evidence.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from agent.store.database.engine import reading
from agent.store.database.handles import Engine
from agent.store.inbox import messages
from agent.store.vault.keys import Vault
from agent.visits.errors import (
    AcceptanceUnansweredError,
    BudgetSpentError,
    ClockSkewError,
    CodesRejectedTooOftenError,
    CodeUnavailableError,
    LeaseLostError,
    PasswordDoubtedError,
    PasswordRejectedBeforeError,
    VisitHaltedError,
)
from agent.visits.kinds.accept import seller_account
from agent.visits.plan import Plan
from agent.visits.shared.context import WorkerContext
from flows import Recorder, draw_steps

_DRAWN_WITHIN = 8.0  # seconds for all pictures of a visit
NAME = "recording"  # the directory beside the other evidence of the visit

# We ended these visits, not the site: there is nothing to see in what it answered, and a replay would go on.
_OUR_OWN = (
    AcceptanceUnansweredError,
    BudgetSpentError,
    ClockSkewError,
    CodesRejectedTooOftenError,
    CodeUnavailableError,
    LeaseLostError,
    PasswordDoubtedError,
    PasswordRejectedBeforeError,
    VisitHaltedError,
)


def is_worth_recording(error: Exception) -> bool:
    """Tell whether the site had to do with how the visit ended."""
    return not isinstance(error, _OUR_OWN)


async def keep_recording(
    context: WorkerContext, plan: Plan, recorder: Recorder, directory: Path, *, outcome: dict[str, Any]
) -> Path:
    """Write the visit down, scrubbed, and draw its steps.

    `sc-agent replay` plays it offline to the same outcome.
    """
    kept = await recorder.save(
        directory / NAME,
        flow=plan.kind.value,
        inputs=inputs_of(plan, plan.kind.value),
        outcome=outcome,
        mail=await asyncio.to_thread(mail_of, context.engine, context.vault, plan),
        version=version("secondary-user"),
    )
    await draw_steps(recorder.visit, kept, directory, within=_DRAWN_WITHIN)
    return kept


def inputs_of(plan: Plan, flow: str) -> dict[str, Any]:
    """What the flow is called with; the recorder replaces what is secret."""
    signs_in = {"user_email": plan.signs_in.user_email, "password": plan.secrets.secrets.password.get_secret_value()}
    account = seller_account(plan)
    chosen = {
        "marketplace": account.marketplace.code,
        "merchant_id": account.merchant_id,
        "merchant_name": account.merchant_name,
    }
    match flow:
        case "sign_in":
            return {**signs_in, "host": plan.host}
        case "accept":
            assert plan.invitation is not None  # noqa: S101 - an accept plan has one
            link = asdict(plan.invitation.link)
            names = ("url", "host", "invitation_id", "merchant_id", "global_account_id")
            return {**signs_in, **chosen, "invitation": {name: link[name] for name in names}}
        case _:
            return {**signs_in, **chosen, "subject": plan.account.user_email, "own": plan.own}


def mail_of(engine: Engine, vault: Vault, plan: Plan) -> bytes | None:
    """The mail that the invitation came in, if it came in one."""
    if plan.invitation is None or plan.invitation.message_id is None:
        return None
    with reading(engine) as conn:
        message = messages.get(conn, plan.invitation.message_id)
    if message is None or message.sealed is None or message.key_id is None:
        return None
    return vault.unseal(message.key_id, message.sealed, context=f"message:{message.sha256}")
