"""The stand-in's code mails before the agent's own gate: genuine codes pass with their purpose, nothing else does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.domain.invitation import MailVerdict
from agent.mail.trust.examine import Examination, TrustPolicy, examine
from agent.mail.trust.signatures import Key
from fixtures.stand_in.mail.codes.letter import CodeLetter
from fixtures.stand_in.mail.codes.noise import CODE_NOISE, written
from fixtures.stand_in.mail.letters import Composer

TO = "new@users.example"
COMPOSER = Composer(3)
KEYS = {name.lower(): Key(record=txt.encode()) for name, txt in COMPOSER.records.items()}
NOW = datetime.now(UTC)


def examined(letter: CodeLetter) -> Examination:
    policy = TrustPolicy(own_addresses=("invitations@users.example",))
    raw = written(COMPOSER, letter)
    return examine(raw, policy=policy, resolver=lambda name: KEYS.get(name.lower(), Key()), now=NOW, arrived_at=NOW)


@pytest.mark.parametrize("shape", ["usual", "html_only", "plain_only"])
@pytest.mark.parametrize("kind", ["registration", "sign_in", "account_data"])
def test_a_genuine_code_passes_with_its_purpose(kind: str, shape: str) -> None:
    for _ in range(4):  # wording, encoding and layout are drawn
        found = examined(CodeLetter(kind=kind, to=TO, code="482913", shape=shape)).mailed
        assert found is not None
        assert (found.purpose, found.code, found.problem) == (kind, "482913", None)


@pytest.mark.parametrize("kind", sorted(CODE_NOISE))
def test_no_mail_in_between_brings_a_fresh_code_for_a_registration_of_this_address(kind: str) -> None:
    found = examined(CodeLetter(kind=kind, to=TO))
    assert found.ruling is None or found.ruling.verdict is not MailVerdict.ACCEPT
    mailed = found.mailed
    old_or_other = kind in ("old_registration", "other_address")  # genuine: told by its moment, by its address
    assert old_or_other or mailed is None or mailed.purpose != "registration" or mailed.code is None


@pytest.mark.parametrize("shape", ["two_numbers", "no_number"])
def test_a_mail_that_leaves_a_doubt_is_for_a_person(shape: str) -> None:
    found = examined(CodeLetter(kind="registration", to=TO, code="482913", shape=shape)).mailed
    assert found is not None
    assert found.code is None
    assert found.problem
