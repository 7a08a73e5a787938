"""Amazon's everyday mails to an account's address: no invitation, so nobody hears that one was refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fixtures.stand_in.mail.draft import multipart, text_part
from fixtures.stand_in.mail.keys import SigningKey, private_key
from tests.support.sites.mail_world import MailWorld, mail_world
from tests.support.web.outbox import waiting
from tests.unit.mail.trust.test_judge import intake_of, judge_with_dns, store

TO = "a1@users.example"
NOTICES = {
    "password changed": ("account-update@amazon.com", "Your Amazon password has been changed", "/gp/css/homepage.html"),
    "new sign-in": ("account-update@amazon.com", "Security alert: Sign-in from new device detected", "/a/c/r/x"),
    "two-step on": ("account-update@amazon.com", "Two-Step Verification has been turned on", "/a/settings/approval"),
    "passkey": ("account-update@amazon.de", "Ihrem Konto wurde ein Passkey hinzugefügt", "/a/settings/passkeys"),
    "your account": ("no-reply@amazon.com", "Your account", "/gp/help/customer/display.html"),
    "order": (
        "auto-confirm@amazon.co.jp",
        "ご注文の確認",
        "/gp/your-account/order-details?orderID=250-0000000-0000000",
    ),
    "user added": ("donotreply@amazon.com", "A secondary user has been added to your account", "/gp/account-manager"),
    "order elsewhere": ("bevestiging@amazon.nl", "Je bestelling bij Amazon.nl", "/gp/css/order-history"),
    "notice elsewhere": ("account-update@amazon.nl", "Je wachtwoord is gewijzigd", "/gp/css/homepage.html"),
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[MailWorld]:
    with mail_world(tmp_path) as made:
        dutch = SigningKey(domain="amazon.nl", selector="nl", private=private_key("amazon.nl"))
        made.composer.keys["amazon.nl"] = dutch
        made.composer.publish(made.keys)
        yield made


def notice(world: MailWorld, sender: str, subject: str, path: str) -> bytes:
    host = f"https://www.{sender.partition('@')[2]}"
    page = f'<html><body><p>{subject}</p><a href="{host}{path}">Amazon</a></body></html>\n'
    content = multipart([text_part(f"{subject}\n{host}{path}\n"), text_part(page, subtype="html")], boundary="b1")
    return world.composer.send(world.composer.letter(to=TO, subject=subject, sender=sender, content=content))


def test_notices_are_passed_over_silently(world: MailWorld) -> None:
    judge = judge_with_dns(world)
    world.account()
    before = waiting(world.engine)
    for told in NOTICES.values():
        store(world, notice(world, *told))
    intake_of(world, judge, shift=[timedelta(0)]).judge_ready()
    judge.close()
    told_of = dict(zip(NOTICES, world.verdicts(), strict=True))
    assert told_of == dict.fromkeys(NOTICES, ("rejected", "no_invitation"))
    assert waiting(world.engine) == before
    assert [key for key, _ in world.alarms if key.startswith("mail_held")] == []


def test_what_invites_by_its_link_or_subject_or_brings_a_doubtful_code_is_told(world: MailWorld) -> None:
    judge = judge_with_dns(world)
    world.account()
    before = len(waiting(world.engine))
    store(world, world.mail_to(when=datetime.now(UTC) - timedelta(days=15)))
    store(world, world.mail_to(sender_domain="amazon.nl"))
    store(world, notice(world, "donotreply@amazon.com", "Invitation to become a Seller Central user for Acme", "/home"))
    store(world, notice(world, "donotreply@amazon.nl", "Invitation to become a Seller Central user for Acme", "/home"))
    code = text_part("To verify your email address, please use the following One Time Password (OTP):\n482913\n")
    subject, sender = "Verify your new Amazon account", "account-update@amazon.nl"  # not known to send codes
    store(world, world.composer.send(world.composer.letter(to=TO, subject=subject, sender=sender, content=code)))
    intake_of(world, judge, shift=[timedelta(0)]).judge_ready()
    judge.close()
    reasons = [event["reason"] for event in waiting(world.engine)[before:]]
    assert reasons == [
        "expired",
        "from_unlisted_domain",
        "no_invitation",
        "from_unlisted_domain",
        "from_unlisted_domain",
    ]
