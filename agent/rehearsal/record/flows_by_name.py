"""The flows that can be recorded and replayed.

Calling one with the inputs of a recording, and saying its outcome in a few words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from agent.errors import UsageError
from flows import (
    Act,
    Bounds,
    Credentials,
    FlowError,
    FlowHooks,
    InvitationLink,
    SellerAccount,
    Visit,
    accept_invitation,
    audit_permissions,
    ensure_signed_in,
    marketplace,
    outcome_of,
)

FLOWS = ("sign_in", "accept", "audit")


async def run_flow(
    name: str, visit: Visit, inputs: Mapping[str, Any], *, hooks: FlowHooks, bounds: Bounds
) -> dict[str, Any]:
    """Run a flow with the inputs of a recording.

    An error of the flow is an outcome like any other.

    Raises:
        UsageError: there is no such flow.
        StoppedAtStepError: the visit was told to stop (flows.recording.visit).
    """
    lent: dict[str, Any] = {"credentials": _credentials(inputs), "hooks": hooks, "bounds": bounds}
    try:
        match name:
            case "sign_in":
                result: Any = await ensure_signed_in(visit, host=inputs["host"], **lent)
            case "accept":
                result = await accept_invitation(
                    visit, invitation=InvitationLink(**inputs["invitation"]), account=_account(inputs), **lent
                )
            case "audit":
                result = await audit_permissions(
                    visit, account=_account(inputs), subject=inputs["subject"], own=inputs["own"], **lent
                )
            case _:
                raise UsageError(f"one of the flows {', '.join(FLOWS)} was expected, found {name!r}")
    except FlowError as err:
        return outcome_of(err)
    return outcome_of(result)


def describe(outcome: Mapping[str, Any]) -> str:
    """Say an outcome in a few words."""
    match outcome:
        case {"error": error}:
            detail = error.get("kind") or error.get("reason") or error.get("screen")
            return f"{error['code']}" + (f" ({detail})" if detail else "")
        case {"stopped": stop}:
            return f"stopped at step {stop['step']}, {stop['screen']}"
        case {"result": {"outcome": word}}:
            return str(word)
        case {"result": {"grid": None, "refusal": {"kind": kind}}}:
            return f"refused ({kind})"
        case {"result": {"grid": {"layout": layout, "rows": rows}}}:
            return f"{layout}, {len(rows)} rows"
        case {"result": {"user_email": email}}:
            return f"signed in as {email or 'somebody'}"
    return "done"


def replay_hooks(now: Callable[[], datetime]) -> FlowHooks:
    """What a replayed flow is lent.

    A code that was never recorded, leave to act, the clock of the recording.
    """

    async def next_code() -> SecretStr:
        return SecretStr("135790")

    async def allow(act: Act) -> None: ...

    async def ended(act: Act, word: str) -> None: ...

    async def clock_seen(moment: datetime) -> None: ...

    return FlowHooks(next_code=next_code, before_act=allow, outcome=ended, now=now, clock_seen=clock_seen)


def _credentials(inputs: Mapping[str, Any]) -> Credentials:
    return Credentials(user_email=inputs["user_email"], password=SecretStr(inputs["password"]))


def _account(inputs: Mapping[str, Any]) -> SellerAccount:
    return SellerAccount(
        marketplace=marketplace(inputs["marketplace"]),
        merchant_id=inputs.get("merchant_id"),
        merchant_name=inputs.get("merchant_name"),
    )
