"""Which messages are looked at more closely.

All that could be invitations, genuine or forged.
"""

from __future__ import annotations

import pytest

from agent.mail.imap.scanner import is_candidate


@pytest.mark.parametrize(
    "header",
    [
        b"From: donotreply@amazon.com\r\n",
        b"from : X <x@AMAZON.co.jp>\r\n",
        b"From: =?utf-8?q?x?=\r\n <x@amazon.de>\r\n",
        b"From: x@evil.test\r\nSubject: Invitation to become a Seller\r\n Central user\r\n",
        b"From: x@sellercentral-mail.test\r\n",
        b"From: x@evil.test\r\nReply-To: amazon@evil.test\r\n",
    ],
)
def test_could_be_an_invitation(header: bytes) -> None:
    assert is_candidate(header)


@pytest.mark.parametrize(
    "header",
    [b"", b"From: a@b.example\r\nSubject: lunch\r\n", b"Received: from amazonses.com\r\nFrom: a@b.example\r\n"],
)
def test_could_not_be_an_invitation(header: bytes) -> None:
    assert not is_candidate(header)


def test_sender_domain_of_the_settings_counts() -> None:
    assert is_candidate(b"From: x@mail.example\r\n", domains=["mail.example"])
