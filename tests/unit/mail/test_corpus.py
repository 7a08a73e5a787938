"""Every recorded message gets the verdict that people decided on.

No trap is ever accepted.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from agent.domain.invitation import Expectation, Ruling
from agent.mail.expectations import known_already
from agent.mail.trust.examine import Judgement, TrustPolicy, judge
from agent.mail.trust.signatures import Key

CORPUS = Path(__file__).parents[3] / "fixtures" / "emails"
CASES = sorted(path.stem for path in CORPUS.glob("*.eml"))


@dataclass(frozen=True)
class Recorded:
    """One case of the corpus."""

    raw: bytes
    expected: dict[str, Any]

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self.expected["now"])

    def account_of(self, address: str) -> Expectation | None:
        found = next((each for each in self.expected["expecting"] if each["recipient"].lower() == address), None)
        if found is None:
            return None
        state = "awaiting_permissions" if found["accepted"] else "awaiting_invitation"
        return Expectation(
            account_id=address,
            user_email=address,
            merchant_id=found["merchant_id"],
            global_account_id=found.get("global_account_id"),
            authorization=state,
            accepted=found["accepted"],
        )


@cache
def load(case: str) -> Recorded:
    return Recorded(raw=(CORPUS / f"{case}.eml").read_bytes(), expected=readings()[case])


@cache
def readings() -> dict[str, dict[str, Any]]:
    document: dict[str, dict[str, Any]] = json.loads((CORPUS / "expected.json").read_text())
    return document


@cache
def resolver() -> Callable[[str], Key]:
    document = json.loads((CORPUS / "keys.json").read_text())
    records = {name.lower(): Key(record=txt.encode()) for name, txt in document["records"].items()}
    faults = {name.lower(): Key(problem=fault) for name, fault in document["faults"].items()}
    return lambda name: faults.get(name.lower()) or records.get(name.lower(), Key())


def judged(case: Recorded) -> tuple[Judgement, Ruling]:
    servers = tuple(case.expected.get("authserv", ()))
    policy = TrustPolicy(
        own_addresses=tuple(case.expected["own_addresses"]), authserv=bool(servers), trusted_authserv_ids=servers
    )
    judgement = judge(
        case.raw, policy=policy, resolver=resolver(), now=case.now, arrived_at=None, expected=case.account_of
    )
    if judgement.offer is not None and judgement.offer.link.invitation_id in case.expected["seen"]:
        return judgement, known_already("", judgement.offer.link)
    return judgement, judgement.ruling


@pytest.mark.parametrize("name", CASES)
def test_recorded_message_gets_its_verdict(name: str) -> None:
    case = load(name)
    judgement, ruling = judged(case)
    assert ruling.verdict in {case.expected["verdict"], *case.expected["also_safe"]}, (ruling, case.expected["why"])
    if ruling.verdict == case.expected["verdict"]:
        wanted = (case.expected["reason_contains"] or "").lower()
        assert wanted in f"{ruling.reason} {ruling.detail}".lower(), ruling
    if ruling.verdict == "accept":
        assert judgement.offer is not None
        link, offered = judgement.offer.link, case.expected["invitation"]
        found = (link.host, link.invitation_id, link.merchant_id, link.global_account_id, judgement.offer.recipient)
        assert found == (
            offered["host"],
            offered["invitation_id"].lower(),
            offered["merchant_id"],
            offered["global_account_id"],
            offered["recipient"].lower(),
        )


def test_corpus_is_large_enough() -> None:
    verdicts = [load(name).expected["verdict"] for name in CASES]
    assert len(verdicts) >= 60
    assert sum(verdict != "accept" for verdict in verdicts) >= 30


@pytest.mark.parametrize("name", [name for name in CASES if "authserv" in load(name).expected])
def test_what_only_a_server_vouches_for_is_nothing_to_our_own_verification(name: str) -> None:
    case = load(name)
    judgement = judge(
        case.raw, policy=TrustPolicy(), resolver=resolver(), now=case.now, arrived_at=None, expected=case.account_of
    )
    assert (judgement.ruling.verdict, judgement.ruling.reason) == ("rejected", "dkim_failed")
