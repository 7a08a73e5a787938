"""Coverage-guided fuzzing of the verdict.

`python tests/fuzz/fuzz_trust.py [libFuzzer options]`, or `make fuzz`.

Starts from the recorded corpus. A crash, a verdict that takes longer than half a second, or an accepted message whose
signed bytes
differ from a genuine one ends it; the input is kept in the current directory.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["agent.mail", "agent.domain", "dkim", "email"]):
    from agent.domain.invitation import Expectation
    from agent.mail.trust.examine import TrustPolicy, judge
    from agent.mail.trust.signatures import Key

CORPUS = Path(__file__).parents[2] / "fixtures" / "emails"
KEYS = {
    name.lower(): Key(record=txt.encode())
    for name, txt in json.loads((CORPUS / "keys.json").read_text())["records"].items()
}
READINGS = json.loads((CORPUS / "expected.json").read_text())
GENUINE = {  # really signed, though perhaps not expected, or too old
    case: (CORPUS / f"{case}.eml").read_bytes()
    for case, reading in READINGS.items()
    if reading["verdict"] != "rejected" and "authserv" not in reading
}
NOW = max(datetime.fromisoformat(READINGS[case]["now"]) for case in GENUINE)
POLICY = TrustPolicy(window=timedelta(days=3650))
SLOW = 0.5  # seconds of processor time


def expected(address: str) -> Expectation:
    """Everybody expects an invitation.

    Only the message itself may be the reason to refuse it.
    """
    return Expectation(
        account_id=address, user_email=address, merchant_id=None, authorization="awaiting_invitation", any_merchant=True
    )


def body_of(raw: bytes) -> bytes:
    """What a simple body canonicalisation signs."""
    return raw.replace(b"\r\n", b"\n").partition(b"\n\n")[2].rstrip(b"\n")


BODIES = {body_of(raw) for raw in GENUINE.values()}


def check(data: bytes) -> None:
    """Judge one input."""
    started = time.process_time()
    judgement = judge(
        data,
        policy=POLICY,
        resolver=lambda name: KEYS.get(name.lower(), Key()),
        now=NOW,
        arrived_at=None,
        expected=expected,
    )
    took = time.process_time() - started
    if took > SLOW and len(data) < 100_000:
        raise RuntimeError(f"took {took:.2f} s")
    if judgement.ruling.verdict == "accept" and body_of(data) not in BODIES:
        raise RuntimeError("accepted a body that nobody signed")


def main() -> None:
    """Fuzz, starting from the corpus."""
    with tempfile.TemporaryDirectory() as seeds:
        for path in CORPUS.glob("*.eml"):
            raw = path.read_bytes()
            if len(raw) < 50_000:
                (Path(seeds) / path.stem).write_bytes(raw)
        atheris.Setup([*sys.argv, seeds], check)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
