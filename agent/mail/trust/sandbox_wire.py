"""Questions to the judging process and its answers, as JSON.

Nothing that comes back from it is ever executed or unpickled.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from agent.domain.invitation import Link, MailVerdict, Offer, Ruling
from agent.mail.codes.read import MailedCode
from agent.mail.trust.examine import Examination, Step, TrustPolicy
from agent.mail.trust.links import LinkError, check_link
from agent.mail.trust.signatures import Key
from flows import HOST_REGIONS

_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One message to examine, with the keys that are known so far."""

    raw: bytes
    policy: TrustPolicy
    keys: Mapping[str, Key]
    now: datetime
    arrived_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxAnswer:
    """An examination, or the names of keys that it needs first."""

    examination: Examination | None
    wanted: tuple[str, ...] = ()


def question_to_json(question: Question) -> bytes:
    """Write a question."""
    keys = {
        name: {"record": _text(key.record), "problem": key.problem, "more": [_text(record) for record in key.more]}
        for name, key in question.keys.items()
    }
    policy = asdict(question.policy) | {"window": question.policy.window.total_seconds()}
    document = {
        "raw": _text(question.raw),
        "policy": policy,
        "keys": keys,
        "now": question.now.isoformat(),
        "arrived_at": _when(question.arrived_at),
    }
    return json.dumps(document).encode()


def question_from_json(data: bytes) -> Question:
    """Read a question."""
    document = json.loads(data)
    policy = document["policy"]
    lists = {name: tuple(value) for name, value in policy.items() if isinstance(value, list)}
    arrived_at = document["arrived_at"]
    return Question(
        raw=base64.b64decode(document["raw"]),
        policy=TrustPolicy(**(policy | lists | {"window": timedelta(seconds=policy["window"])})),
        keys={
            name: Key(
                record=_bytes(key["record"]),
                problem=key["problem"],
                more=tuple(base64.b64decode(record) for record in key["more"]),
            )
            for name, key in document["keys"].items()
        },
        now=datetime.fromisoformat(document["now"]),
        arrived_at=datetime.fromisoformat(arrived_at) if arrived_at else None,
    )


def answer_to_json(answer: SandboxAnswer) -> bytes:
    """Write an answer."""
    examination = answer.examination
    if examination is None:
        return json.dumps({"wanted": answer.wanted}).encode()
    offer = examination.offer
    document: dict[str, Any] = {
        "steps": [asdict(step) for step in examination.steps],
        "ruling": asdict(examination.ruling) if examination.ruling else None,
        "offer": {"url": offer.link.url, "recipient": offer.recipient, "sent_at": offer.sent_at.isoformat()}
        if offer
        else None,
        "mailed": None if examination.mailed is None else _mailed_to_json(examination.mailed),
    }
    for name in ("message_id", "sender_domain", "shop_name", "language", "keys_used", "recipient"):
        document[name] = getattr(examination, name)
    return json.dumps(document).encode()


def answer_from_json(data: bytes, *, arrived_at: datetime | None) -> SandboxAnswer:
    """Read an answer; the link in it is checked again.

    Raises:
        ValueError: it is not an answer.
    """
    try:
        document = json.loads(data)
        if "wanted" in document:
            return SandboxAnswer(examination=None, wanted=tuple(str(name) for name in document["wanted"]))
        return SandboxAnswer(examination=_examination(document, arrived_at))
    except (KeyError, TypeError, AttributeError, LinkError) as err:
        raise ValueError(f"the judging process answered nonsense ({type(err).__name__})") from err


def _examination(document: Mapping[str, Any], arrived_at: datetime | None) -> Examination:
    ruling, offer = document["ruling"], document["offer"]
    return Examination(
        steps=tuple(
            Step(name=str(step["name"]), passed=step["passed"], detail=str(step["detail"]))
            for step in document["steps"]
        ),
        ruling=Ruling(
            verdict=MailVerdict(ruling["verdict"]), reason=str(ruling["reason"]), detail=str(ruling["detail"])
        )
        if ruling
        else None,
        offer=_offer(offer, arrived_at) if offer else None,
        mailed=_mailed(document["mailed"]) if document["mailed"] else None,
        message_id=document["message_id"],
        sender_domain=document["sender_domain"],
        shop_name=document["shop_name"],
        language=document["language"],
        keys_used=tuple(document["keys_used"]),
        recipient=document["recipient"],
    )


def _offer(offer: Mapping[str, Any], arrived_at: datetime | None) -> Offer:
    link: Link = check_link(offer["url"])
    assert link.host in HOST_REGIONS  # noqa: S101 - what check_link promises
    return Offer(
        link=link,
        recipient=str(offer["recipient"]),
        sent_at=datetime.fromisoformat(offer["sent_at"]),
        arrived_at=arrived_at,
    )


def _mailed_to_json(mailed: MailedCode) -> dict[str, Any]:
    return asdict(mailed) | {"sent_at": mailed.sent_at.isoformat()}


def _mailed(told: Mapping[str, Any]) -> MailedCode:
    code, problem = told["code"], told["problem"]
    if code is not None and not (isinstance(code, str) and len(code) == _DIGITS and code.isascii() and code.isdigit()):
        raise TypeError("a code is six digits")
    return MailedCode(
        purpose=str(told["purpose"]),
        sent_at=datetime.fromisoformat(told["sent_at"]),
        code=code,
        problem=None if problem is None else str(problem),
    )


def _when(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def _text(value: bytes | None) -> str | None:
    return None if value is None else base64.b64encode(value).decode()


def _bytes(value: str | None) -> bytes | None:
    return None if value is None else base64.b64decode(value)
