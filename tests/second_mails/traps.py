"""Letters that are forged, altered, replayed, or meant for somebody else.

None may be opened.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from .letters import (
    HELD,
    INVITATION,
    KEY_NAME,
    LINK,
    MERCHANT,
    OTHER_INVITATION,
    RECIPIENT,
    REFUSED,
    REJECTED,
    RETRY,
    SES,
    UNSIGNED_TO,
    Case,
    genuine,
    html_of,
    letter,
    part,
    trap,
)  # fmt: skip
from .signing import AMAZON_HEADERS, Signature, sign, txt_record

EVIL = Signature(domain="evil.test", selector="own", key="evil")
EVIL_LINK = LINK.replace("sellercentral.amazon.com", "sellercentral.amazon.com.evil.test")


def cases() -> list[Case]:
    """Every trap about signatures, keys, headers, senders and recipients."""
    return [*_altered(), *_signatures(), *_keys(), *_senders(), *_recipients()]


def _altered() -> list[Case]:
    raw = letter().raw()
    swapped = raw.replace(INVITATION.encode(), OTHER_INVITATION.encode())
    return [
        trap("body changed", swapped, expected=REJECTED),
        trap(
            "link host changed",
            raw.replace(b"//sellercentral.amazon.com/inv", b"//sellercentral.amazom.com/inv"),
            expected=REJECTED,
        ),
        trap("footer added by a list", raw + b"<p>Sent through a list</p>\r\n", expected=REJECTED),
        trap("To changed", raw.replace(f"To: {RECIPIENT}".encode(), b"To: other@users.example")),
        trap("subject changed", raw.replace(b"Northwind Outfitters\r\nMIME", b"Evil\r\nMIME"), expected=REJECTED),
        trap("date changed", raw.replace(b"Date: ", b"Date: Mon, 01 Jan 2024 00:00:00 +0000 X-", 1)),
        trap("second From on top", b"From: x@evil.test\r\n" + raw),
        trap("second From of amazon on top", b"From: x@amazon.com\r\n" + raw),
        trap("second To on top", b"To: attacker@evil.test\r\n" + raw),
        trap(
            "second To of ours above another's",
            b"To: " + RECIPIENT.encode() + b"\r\n" + letter(to="attacker@evil.test").raw(),
        ),
        trap("second Subject on top", b"Subject: Urgent\r\n" + raw),
        trap("second Date on top", b"Date: Thu, 26 Nov 2026 10:00:00 +0000\r\n" + raw),
        trap("second Content-Type on top", b"Content-Type: text/plain\r\n" + raw),
        trap("second Content-Type in lower case", b"content-type: multipart/mixed; boundary=x\r\n" + raw),
        trap("second Content-Transfer-Encoding on top", b"Content-Transfer-Encoding: base64\r\n" + raw),
        trap("second To with a space before the colon", b"To : attacker@evil.test\r\n" + raw),
        trap("no headers at all", b"\r\n" + raw),
        trap("bare line feeds hide a header", b"X-A: b\nTo: attacker@evil.test\r\n" + raw),
        trap("nothing", b""),
        trap("noise", bytes(range(256)) * 20),
    ]


def _signatures() -> list[Case]:
    past = str(int((datetime.now(UTC) - timedelta(days=2)).timestamp()))
    older = str(int((datetime.now(UTC) - timedelta(days=3)).timestamp()))
    ahead = str(int((datetime.now(UTC) + timedelta(days=5)).timestamp()))
    body = html_of().encode()
    appended = letter().signed(Signature(length=len(body))).raw()
    without = {
        name: tuple(n for n in AMAZON_HEADERS if n != name) for name in ("Subject", "Date", "Content-Type", "From")
    }
    good = letter().signed().raw()
    whole = sign(good, Signature())
    at = whole.index(b"\r\n\t ") - 3  # inside the last tag, b=
    broken = whole[:at] + (b"A" if whole[at : at + 1] != b"A" else b"B") + whole[at + 1 :]
    ed = b"DKIM-Signature: v=1; a=ed25519-sha256; d=amazon.com; s=ed; h=from:to:subject:date:content-type; bh=AAAA; b=AAAA\r\n"
    odd = (
        b"DKIM-Signature: v=1; a=rsa-sha256; d=amazon.com; s="
        + Signature().selector.encode()
        + b"; h=from; bh=A; b=A\r\n"
    )
    many = b"".join(
        b"DKIM-Signature: v=1; a=rsa-sha256; d=evil.test; s=s%d; h=from; bh=AA; b=AA\r\n" % n for n in range(100)
    )
    return [
        trap("unsigned", letter().signed()),
        trap("signed by evil.test", letter().signed(EVIL)),
        trap("signed by evil.test and amazonses.com", letter().signed(EVIL, SES)),
        trap("signed by amazonses.com alone", letter().signed(SES)),
        trap("the amazon signature of another letter", letter().signed(EVIL).raw().replace(b"d=evil.test", b"d=amazon.com")),
        trap("one byte of the signature changed", broken),
        trap("evil signs as amazon with its own key", letter().signed(Signature(key="evil")), expected=REJECTED),
        trap("d= is a sub-domain", letter().signed(Signature(domain="mail.amazon.com"))),
        trap("d= is another domain of amazon", letter().signed(Signature(domain="amazon.de"))),
        trap("d= is com", letter().signed(Signature(domain="com")), answers={KEY_NAME.replace("amazon.com", "com"): txt_record("amazon")}),
        trap("l= and something added", appended + b"<a href='https://evil.test/'>x</a>\r\n"),
        trap("l= of the whole body", appended),
        trap("l=0", letter().signed(Signature(length=0))),
        trap("To not covered", letter().signed(Signature(covers=UNSIGNED_TO))),
        *(trap(f"{name} not covered", letter().signed(Signature(covers=covers))) for name, covers in without.items()),
        trap("expired x=", letter().signed(Signature(extra=(("t", older), ("x", past))))),
        trap("x= before t=", letter().signed(Signature(extra=(("t", past), ("x", older))))),
        trap("t= in the future", letter().signed(Signature(extra=(("t", ahead),)))),
        trap("i= outside d=", letter().signed(Signature(extra=(("i", "@evil.test"),)))),
        trap("sha1", letter().signed(Signature(algorithm="rsa-sha1"))),
        trap("ed25519 without a key", ed + good),
        trap("v=2", b"DKIM-Signature: v=2; a=rsa-sha256; d=amazon.com; s=a; h=from; bh=; b=\r\n" + good),
        trap("garbage signature", b"DKIM-Signature: \xff\x00;;;=;\r\n" + good),
        trap("signature without b=", b"DKIM-Signature: v=1; a=rsa-sha256; d=amazon.com; s=x; h=from; bh=AA\r\n" + good),
        trap("signature with broken base64", odd + good),
        trap("two d= tags", letter().signed(EVIL).raw().replace(b"d=evil.test", b"d=evil.test; d=amazon.com")),
        trap("a hundred signatures", many + good),
    ]  # fmt: skip


def _keys() -> list[Case]:
    answers: dict[str, tuple[bytes | str, frozenset[str]]] = {
        "timeout": ("timeout", RETRY),
        "servfail": ("servfail", RETRY),
        "nxdomain": ("nxdomain", REFUSED),
        "revoked": (b"v=DKIM1; k=rsa; p=", REFUSED),
        "test mode": (txt_record("amazon", tags="v=DKIM1; k=rsa; t=y; "), REFUSED),
        "test mode among other flags": (txt_record("amazon", tags="v=DKIM1; t=s:y; k=rsa; "), REFUSED),
        "for another service": (txt_record("amazon", tags="v=DKIM1; k=rsa; s=web; "), REFUSED),
        "of another version": (txt_record("amazon", tags="v=DKIM2; k=rsa; "), REFUSED),
        "of another kind": (txt_record("amazon", tags="v=DKIM1; k=ed25519; "), REFUSED),
        "for sha1 only": (txt_record("amazon", tags="v=DKIM1; k=rsa; h=sha1; "), REFUSED),
        "of another owner": (txt_record("evil"), REJECTED),
        "no key but a policy": (b"v=spf1 -all", REFUSED),
        "garbage": (b"v=DKIM1; k=rsa; p=!!!!", REFUSED),
        "empty": (b"", REFUSED),
    }
    made = [
        trap(f"key {name}", letter(), expected=expected, answers={KEY_NAME: answer})
        for name, (answer, expected) in answers.items()
    ]
    return [*made, *_good_keys()]


def _good_keys() -> list[Case]:
    answers: dict[str, dict[str, bytes | str]] = {
        "key with t=s": {KEY_NAME: txt_record("amazon", tags="v=DKIM1; t=s; k=rsa; ")},
        "key without v= and k=": {KEY_NAME: txt_record("amazon", tags="")},
        "key of amazonses cannot be had": {f"{SES.selector}._domainkey.amazonses.com": "timeout"},
    }
    return [replace(genuine(name, letter()), answers=answer) for name, answer in answers.items()]


def _senders() -> list[Case]:
    own = {
        "look-alike domain": ("Amazon <donotreply@arnazon.com>", "arnazon.com"),
        "amazon as a sub-domain": ("Amazon <donotreply@amazon.com.evil.test>", "amazon.com.evil.test"),
        "amazon as display name": ('"donotreply@amazon.com" <x@evil.test>', "evil.test"),
        "amazon as encoded display name": ("=?utf-8?q?donotreply=40amazon.com?= <x@evil.test>", "evil.test"),
        "amazon in a comment": ("x@evil.test (donotreply@amazon.com)", "evil.test"),
        "amazon in a quoted local part": ('"donotreply@amazon.com"@evil.test', "evil.test"),
        "source route": ("<@amazon.com:x@evil.test>", "evil.test"),
        "Cyrillic": ("Amazon <donotreply@xn--mazon-3ve.com>", "xn--mazon-3ve.com"),
        "two angle brackets": ("<donotreply@amazon.com> <x@evil.test>", "evil.test"),
        "buyers' domain": ("Buyer <x@marketplace.amazon.com>", "marketplace.amazon.com"),
        "free mail": ("Amazon Seller Central <amazon.seller.central@gmail.com>", "evil.test"),
    }
    made = []
    for name, (sender, domain) in own.items():
        signature = Signature(domain=domain, selector="own", key="evil")
        made.append(
            trap(
                f"From {name}",
                letter(sender=sender).signed(signature),
                answers={f"own._domainkey.{domain}": txt_record("evil")},
            )
        )
    amazon = {
        "two addresses": "donotreply@amazon.com, x@evil.test",
        "two addresses, the other order": "x@evil.test, donotreply@amazon.com",
        "a group": "Amazon: donotreply@amazon.com, x@evil.test;",
        "empty": "",
        "sub-domain signed by amazon.com": "Amazon <x@marketplace.amazon.com>",
        "no domain": "donotreply",
    }
    canada = "Amazon <seller-notification@amazon.ca>"
    made.append(
        trap(
            "From a marketplace that is not listed",
            letter(sender=canada).signed(Signature(domain="amazon.ca")),
            expected=HELD,
        )
    )
    made.append(trap("From a marketplace that is not listed, not proven", letter(sender=canada), expected=REJECTED))
    return made + [trap(f"From {name}", letter(sender=sender)) for name, sender in amazon.items()]


def _recipients() -> list[Case]:
    shapes = {
        "nobody of ours": "stranger@users.example",
        "two addresses": f"{RECIPIENT}, other@example.com",
        "ours as display name": f'"{RECIPIENT}" <attacker@evil.test>',
        "ours in a comment": f"attacker@evil.test ({RECIPIENT})",
        "ours with a tag": RECIPIENT.replace("@", "+x@"),
        "a group": "undisclosed-recipients:;",
        "empty": "",
        "ours at a sub-domain": RECIPIENT.replace("@users", "@a.users"),
        "ours as a route": f"<@users.example,@evil.test:{RECIPIENT}>x",
    }
    made = [trap(f"To {name}", letter(to=to)) for name, to in shapes.items()]
    abroad = LINK.replace(f"merchantId={MERCHANT}", "globalAccountId=A9STRANGER0009")
    replayed = ("Delivered-To: " + RECIPIENT, "X-Original-To: " + RECIPIENT)
    made += [
        trap("replay of the attacker's own invitation", letter(to="attacker@evil.test", above=replayed), expected=HELD),
        trap("handed over to somebody else", letter(above=("X-Original-To: ceo@users.example",)), expected=HELD),
        trap("another seller", letter(part(html_of(LINK.replace(MERCHANT, "A9STRANGER0009")))), expected=HELD),
        trap("another seller's global account", letter(part(html_of(abroad))), expected=HELD),
        trap("expired", letter(date=datetime.now(UTC) - timedelta(days=15)), expected=HELD),
        trap("dated a week ahead", letter(date=datetime.now(UTC) + timedelta(days=7)), expected=HELD),
    ]  # fmt: skip
    return made
