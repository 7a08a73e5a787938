"""What surrounds a link in other languages and mail programs: letters right after it, part kinds, signatures' forms.

Scripts without blanks, their stops and quotation marks end an address; they never make one.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from .letters import (
    ACCEPT,
    HELD,
    INVITATION,
    KEY_NAME,
    LINK,
    MAILBOX,
    MERCHANT,
    OTHER_INVITATION,
    RECIPIENT,
    REJECTED,
    SES,
    Case,
    Letter,
    genuine,
    html_of,
    letter,
    multipart,
    part,
    text_of,
    trap,
)
from .signing import AMAZON_HEADERS, Signature, txt_record

CODED = LINK.replace("&", "&amp;")
STRANGER = LINK.replace(MERCHANT, "A9STRANGER0009").replace(INVITATION, OTHER_INVITATION)
TEXTS = {
    "a Japanese stop": f"次のURLを開いてください：{LINK}。",
    "Japanese brackets": f"次のURL（{LINK}）を開いてください。",
    "a Japanese word": f"{LINK}を開いてください。",
    "a Chinese comma": f"请打开{LINK}，然后接受邀请。",
    "an Arabic mark of direction": f"افتح الرابط: {LINK}\u200f",
    "low quotation marks": f"Öffnen Sie „{LINK}“.",
    "guillemets": f"Ouvrez «{LINK}» puis continuez",
    "guillemets and blanks": f"Ouvrez «\u00a0{LINK}\u00a0» puis continuez",
    "a broken line and a stop": f"次のURL：{LINK.replace('?', '?' + chr(13) + chr(10))}。",
    "ampersands as in HTML": f"1. Go to the following url: {CODED}",
}
PAGES = {
    "a Chinese sentence": f'<p>请打开<a href="{CODED}">{CODED}</a>，然后</p><p>或复制：{CODED}。</p>',
    "isolates from right to left": f'<p dir="rtl">\u2067دعوة\u2069 <a href="{CODED}">قبول</a></p><p>\u2066{CODED}\u2069</p>',
    "a blank of no width": f'<a href="{CODED}">{CODED}\u200b</a>',
    "chances to break": f'<a href="{CODED}">{CODED.replace("/inv", "/<wbr>inv").replace("?", "<wbr>?")}</a>',
}
UNFINISHED = {
    "an id that goes on in full width": f"{LINK[:-3]}０１２",
    "a word in the middle": LINK.replace("&", "を&"),
    "a stop in the host": LINK.replace("amazon.com", "amazon。com"),
    "a look-alike before a stop": f"{LINK.replace('amazon.com', 'amazon.com.evil.test')}。",
    "a user before a stop": LINK.replace("https://", "https://evil.test。@"),
}
HOSTS = (
    "sellercentral.amazon.com.co", "sellercentral.amazon.co", "sellercentral.amazon.de.com", "sellercentraI.amazon.com",
    "sellercentral.arnazon.com", "sellercentral.amazon.com.mx.evil.test", "sellercentral-europe.amazon.de", "sellercentral.amazon.cn",
    "sellercentral.amazon.com%2eevil.test", "sellercentral.amazon.com。evil.test",
)  # fmt: skip
ON_THE_WAY = {
    "sealed by a forwarder": (
        "ARC-Seal: i=2; a=rsa-sha256; d=microsoft.com; s=arcselector10001; cv=pass; b=AA==",
        "ARC-Message-Signature: i=2; a=rsa-sha256; c=relaxed/relaxed; d=microsoft.com; s=arcselector10001; h=From; bh=AA==; b=AA==",
        "ARC-Authentication-Results: i=2; mx.microsoft.com 1; spf=fail; dkim=fail",
        "Resent-From: <postmaster@users.example>",
    ),
    "fetched by another program": (f"Envelope-To: {RECIPIENT}", f"X-Original-To: <{RECIPIENT}>", f"Delivered-To: {MAILBOX}"),
    "delivered to several": (f"Envelope-To: {RECIPIENT}, other@users.example",),
}  # fmt: skip


def good() -> list[Case]:
    """Those that must be taken."""
    text, page = part(text_of(), kind="text/plain"), part(html_of())
    quoted = ("Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: quoted-printable")
    broken = html_of().replace("=", "=3d").replace(INVITATION, f"{INVITATION[:10]}= \r\n{INVITATION[10:]}")
    head, body = multipart(text, page)
    upper = LINK.replace(INVITATION, INVITATION.upper())
    raw = letter().raw().replace(b"\r\n", b"\n")
    return [
        *(genuine(f"plain, {name}", _plain(words)) for name, words in TEXTS.items()),
        *(genuine(f"page, {name}", letter(part(f"<body>{words}</body>"))) for name, words in PAGES.items()),
        *(genuine(f"on top: {name}", letter(above=lines)) for name, lines in ON_THE_WAY.items()),
        *(genuine(f"signature {name}", made) for name, made in _signed().items()),
        genuine("a text part with ampersands as in HTML", letter(multipart(part(text_of(CODED), kind="text/plain"), page))),
        genuine("a page for one mail program between", letter(multipart(text, part(html_of(), kind="text/x-amp-html"), page))),
        genuine("a mark of byte order", letter(part("\ufeff" + html_of()))),
        genuine("a link of Markdown", letter(multipart(part(f"[Accept]({LINK})", kind="text/plain"), page))),
        genuine("an id in capitals", letter(part(html_of(upper))), link=upper),
        genuine("with and without a tail", letter(part(html_of(f"{LINK}&ref_=pe_1_2", extra=f"<p>{CODED}</p>")))),
        genuine("quoted-printable with blanks at a soft break", letter((quoted, broken.encode()))),
        genuine("multipart without its end", letter((head, body[: body.rindex(b"------=_Part")]))),
        genuine("an odd boundary", letter(multipart(text, page, boundary="b'()+_,-./:=? x"))),
        Case(name="genuine: line feeds alone", source=raw, expected=ACCEPT, link=LINK),
        *_keys(),
    ]  # fmt: skip


def bad() -> list[Case]:
    """Those that must never be opened."""
    after = f"<p>次の{STRANGER.replace('&', '&amp;')}を</p>"
    digest = b"--q\r\n\r\n" + text_of().encode() + b"\r\n--q--\r\n"
    two_kinds = (
        b"--q\r\nContent-Type: text/html\r\nContent-Type: text/plain\r\n\r\n" + html_of().encode() + b"\r\n--q--\r\n"
    )
    vouched = b"ARC-Authentication-Results: i=1; mx.users.example; dkim=pass header.d=amazon.com; dmarc=pass\r\n"
    return [
        *(trap(f"plain, {name}", _plain(words), expected=HELD) for name, words in UNFINISHED.items()),
        *(trap(f"host {host}", letter(part(html_of(LINK.replace("sellercentral.amazon.com", host)), cte="base64"))) for host in HOSTS),
        trap("a second invitation before a Japanese word", letter(part(html_of(extra=after))), expected=HELD),
        trap("two sellers' invitations in a text", _plain(f"{LINK}。{STRANGER}。"), expected=HELD),
        trap("a digest", letter((('Content-Type: multipart/digest; boundary="q"',), digest)), expected=HELD),
        trap("a part of two kinds", letter((('Content-Type: multipart/mixed; boundary="q"',), two_kinds)), expected=HELD),
        trap("a seal alone vouches", vouched + letter().raw().replace(b"</body>", b"<p>x</p></body>"), expected=REJECTED),
        trap("a seal's signature alone", letter().raw().replace(b"DKIM-Signature", b"ARC-Message-Signature"), expected=REJECTED),
    ]  # fmt: skip


def _plain(words: str) -> Letter:
    return letter(part(f"{words}\r\n", kind="text/plain", cte="base64"))


def _signed() -> dict[str, Letter]:
    soon = str(int((datetime.now(UTC) + timedelta(minutes=3)).timestamp()))
    return {
        "of a sub-domain's identity": letter().signed(Signature(extra=(("i", "x@bounces.amazon.com"),)), SES),
        "with tags nobody knows": letter().signed(Signature(extra=(("r", "y"), ("xx", "1"))), SES),
        "of a clock that is ahead": letter().signed(Signature(extra=(("t", soon),))),
        "with its query in capitals": letter().signed(Signature(extra=(("q", "DNS/TXT"),))),
        "over headers that are not there": letter().signed(Signature(covers=(*AMAZON_HEADERS, "Reply-To", "Cc")), SES),
        "relaxed over blank lines": letter(part(html_of() + "\r\n \r\n")).signed(Signature(canon="relaxed/relaxed")),
    }


def _keys() -> list[Case]:
    told = txt_record("amazon", tags="v=DKIM1; g=*; k=rsa; n=note; h=sha1:sha256; s=email; t=s; ") + b" ; "
    spaced = txt_record("amazon").replace(b"p=", b"p= ").replace(b"Q", b"Q ", 3)
    answers = {"key with every tag": told, "key with blanks": spaced}
    return [replace(genuine(name, letter()), answers={KEY_NAME: record}) for name, record in answers.items()]
