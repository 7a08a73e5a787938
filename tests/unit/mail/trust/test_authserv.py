"""The weaker mode: only the topmost verdict of a named server counts, and only above that server's own hops."""

from __future__ import annotations

import pytest

from agent.mail.trust.authserv import AuthservError, require_authserv_pass
from agent.mail.trust.headers import parse_message

GOOGLE = (
    "Authentication-Results: mx.google.com; dkim=pass header.i=@amazon.com header.d=amazon.com header.s=x; spf=pass;"
    " dmarc=pass header.from=amazon.com"
)
QUOTED = 'dkim=fail reason="; dkim=pass header.d=amazon.com;"'
GOOGLE_HOP = "Received: by 2002:a05:6000 with SMTP id x; by mx.google.com now"
MICROSOFT = (
    "Authentication-Results: spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=amazonses.com; dkim=pass "
    "(signature was verified) header.d=amazon.com;dmarc=pass action=none header.from=amazon.com;compauth=pass "
    "reason=100"
)
MICROSOFT_HOP = "Received: from x by BN8NAM11FT.mail.protection.outlook.com (10.0.0.1); now"
ALIEN_HOP = "Received: from evil.test by mail.evil.test; now"


def check(*lines: str, trusted: tuple[str, ...] = ("mx.google.com",), domain: str = "amazon.com") -> str:
    headers = parse_message("\r\n".join([*lines, "", ""]).encode())[0]
    return require_authserv_pass(headers, domain=domain, trusted=trusted)


def test_named_servers_verdict_is_enough() -> None:
    assert check(GOOGLE_HOP.replace("by 2002:a05:6000 with SMTP id x; ", ""), GOOGLE, ALIEN_HOP) == "mx.google.com"


def test_microsoft_is_named_by_its_receiving_host() -> None:
    assert check(MICROSOFT_HOP, MICROSOFT, MICROSOFT_HOP, ALIEN_HOP, trusted=("protection.outlook.com",)).endswith(
        "protection.outlook.com"
    )


def test_microsofts_hop_above_the_verdict_is_enough() -> None:
    assert (
        check(MICROSOFT_HOP, MICROSOFT, ALIEN_HOP, trusted=("outlook.com",)) == "bn8nam11ft.mail.protection.outlook.com"
    )


def test_no_other_server_may_leave_its_name_out() -> None:
    hop = "Received: from x by mx.users.example; now"
    with pytest.raises(AuthservError):
        check(hop, MICROSOFT, hop, trusted=("mx.users.example", "users.example"))


def test_identity_is_enough_where_the_signer_is_not_named() -> None:
    assert check(GOOGLE.replace(" header.d=amazon.com", "")) == "mx.google.com"


def test_hand_over_within_the_house_may_stand_above() -> None:
    local = "Received: from mx.google.com by imap01 (Dovecot) with LMTP id x; now"
    assert check(local, "Received: by 2002:a05:6000 with SMTP id x; now", GOOGLE) == "mx.google.com"


REFUSED = {
    "none": (),
    "another server": (GOOGLE.replace("mx.google.com", "mx.evil.test"),),
    "forged below": (GOOGLE.replace("mx.google.com", "mx.evil.test"), GOOGLE),
    "hop above": (ALIEN_HOP, GOOGLE),
    "hop without host": ("Received: somehow", GOOGLE),
    "dkim fail": (GOOGLE.replace("dkim=pass", "dkim=fail"),),
    "dmarc fail": (GOOGLE.replace("dmarc=pass", "dmarc=fail"),),
    "two policies": (GOOGLE + "; dmarc=fail header.from=amazon.com",),
    "policy of another sender": (GOOGLE.replace("header.from=amazon.com", "header.from=evil.test"),),
    "policy of a look-alike": (GOOGLE.replace("header.from=amazon.com", "header.from=amazon.com.evil.test"),),
    "no dmarc": (GOOGLE.partition("; dmarc")[0],),
    "other identity": (GOOGLE.replace("header.i=@amazon.com header.d=amazon.com", "header.i=@amazonses.com"),),
    "other domain than the identity": (GOOGLE.replace("header.d=amazon.com", "header.d=evil.test"),),
    "own host in a comment of an alien hop": (ALIEN_HOP.replace("by", "(by mx.google.com) by"), GOOGLE),
    "Microsoft's hop above Google's verdict": (MICROSOFT_HOP, GOOGLE),
    "other domain": (GOOGLE.replace("header.d=amazon.com", "header.d=amazonses.com"),),
    "longer domain": (GOOGLE.replace("header.d=amazon.com", "header.d=amazon.com.evil.test"),),
    "pass in a comment": (GOOGLE.replace("dkim=pass", "dkim=fail (; dkim=pass header.d=amazon.com;)"),),
    "pass in a quoted reason": (GOOGLE.replace("dkim=pass header.i=@amazon.com header.d=amazon.com", QUOTED),),
    "nested comments": ("Authentication-Results: " + "(" * 3000 + "; dkim=pass header.d=amazon.com; dmarc=pass",),
    "no id": (MICROSOFT,),
    "too long": (GOOGLE + " " * 100 + "x" * 9000,),
}


@pytest.mark.parametrize("lines", REFUSED.values(), ids=REFUSED)
def test_anything_less_is_refused(lines: tuple[str, ...]) -> None:
    with pytest.raises(AuthservError):
        check(*lines)


def test_id_of_a_server_is_not_matched_by_its_end() -> None:
    with pytest.raises(AuthservError):
        check(GOOGLE.replace("mx.google.com", "evil.mx.google.com"))
