"""Invitations that Amazon may well have written.

Over-strictness with one of these loses a customer.
"""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from .letters import (
    INVITATION,
    LINK,
    MAILBOX,
    MERCHANT,
    RECIPIENT,
    SES,
    Case,
    genuine,
    html_of,
    letter,
    multipart,
    part,
    text_of,
)
from .signing import AMAZON_HEADERS, Signature

SENDER_DOMAINS = (
    "amazon.com", "amazon.co.uk", "amazon.de", "amazon.es", "amazon.fr", "amazon.it", "amazon.lu", "amazon.com.au", "amazon.ae",
    "amazon.sa",
    "amazonsellerservices.com", "sell.amazon.com", "sell.amazon.com.au", "sell.amazon.ca", "gs.amazon.cn", "amazon.co.jp",
)  # fmt: skip
HOSTS = (
    "sellercentral.amazon.com", "sellercentral.amazon.ca", "sellercentral.amazon.com.mx", "sellercentral.amazon.com.br",
    "sellercentral-europe.amazon.com", "sellercentral.amazon.co.uk", "sellercentral.amazon.de", "sellercentral.amazon.fr",
    "sellercentral.amazon.it", "sellercentral.amazon.es", "sellercentral.amazon.nl", "sellercentral.amazon.se", "sellercentral.amazon.pl",
    "sellercentral.amazon.com.be", "sellercentral.amazon.com.tr", "sellercentral.amazon.ae", "sellercentral.amazon.sa",
    "sellercentral.amazon.in", "sellercentral.amazon.co.za", "sellercentral.amazon.co.jp", "sellercentral.amazon.com.au",
    "sellercentral.amazon.sg",
)  # fmt: skip
UNSURE_HOSTS = ("sellercentral.amazon.eg", "sellercentral.amazon.ie", "sellercentral-japan.amazon.com")
WORDINGS = {
    "de": "Guten Tag, Größen &amp; Maße GmbH hat Sie eingeladen, Nutzer von Seller Central zu werden.",
    "fr": "Bonjour, vous êtes invité à devenir utilisateur de Seller Central pour Chaussures Élégantes.",
    "es": "Hola, le invitamos a convertirse en usuario de Seller Central para Peña Artesanía.",
    "ja": "セラーセントラルのユーザーとして招待されました。招待を承認してください。",
    "zh": "您已被邀请成为卖家平台用户。用户权限由卖家设置。",
}
TO_SHAPES = {
    "angle": f"<{RECIPIENT}>",
    "display name": f"ChannelAdvisor User <{RECIPIENT}>",
    "quoted display name with a comma": f'"Advisor, Channel" <{RECIPIENT}>',
    "the address as its own display name": f'"{RECIPIENT}" <{RECIPIENT}>',
    "encoded display name": f"=?UTF-8?B?w4lsYW4gU2hvcA==?= <{RECIPIENT}>",
    "folded": f"ChannelAdvisor Secondary User\r\n <{RECIPIENT}>",
    "upper case": RECIPIENT.upper(),
    "mixed-case domain": RECIPIENT.replace("users.example", "Users.Example"),
}
SUBJECTS = {
    "markup": "Invitation to become a Seller Central user for <script>alert(1)</script> & <b>Sons</b>",
    "emoji": "=?UTF-8?B?SW52aXRhdGlvbiB0byBiZWNvbWUgYSBTZWxsZXIgQ2VudHJhbCB1c2VyIGZvciDwn5uN77iPIFNob3A=?=",
    "encoded q": "=?utf-8?Q?Invitation_to_become_a_Seller_Central_user_for_Caf=C3=A9_Cr=C3=A8me?=",
    "japanese": "=?UTF-8?B?44K744Op44O844K744Oz44OI44Op44Or44G444Gu5oub5b6F?=",
    "folded": "Invitation to become a Seller Central user for\r\n A Shop With A Very Long Name That Does Not Fit",
    "encoded in two words": "=?utf-8?Q?Invitation_to_become_a_Seller_Central_user?=\r\n =?utf-8?Q?_for_M=C3=BCller?=",
    "a line break inside an encoded word": "=?utf-8?Q?Invitation_for_Shop=0D=0ABcc:_x=40evil.test?=",
    "raw utf-8": "Invitation to become a Seller Central user for Müller",
    "another subject": "You have been invited to use Amazon Seller Central",
}
LINKS = {
    "global account id": f"https://sellercentral.amazon.com/invitation/accept?globalAccountId=A1EXAMPLE0001&invitationId={INVITATION}",
    "the other order": f"https://sellercentral.amazon.com/invitation/accept?invitationId={INVITATION}&merchantId={MERCHANT}",
    "thirteen characters": f"https://sellercentral.amazon.com/invitation/accept?merchantId=A1EXAMPLE0000&invitationId={INVITATION}",
}
ABOVE = {
    "received": (
        "Received: from a.smtp-out.amazonses.com (1.2.3.4) by mx.users.example; Thu, 26 Nov 2026 10:00:00 +0000",
    ),
    "delivered-to": (f"Delivered-To: {RECIPIENT}", "Return-Path: <bounce@amazonses.com>"),
    "delivered-to in upper case": (f"Delivered-To: {RECIPIENT.upper()}",),
    "x-original-to": (f"X-Original-To: {RECIPIENT}", f"Envelope-To: {RECIPIENT}"),
    "verdict of the provider": (
        "Authentication-Results: mx.users.example; dkim=pass header.d=amazon.com; spf=pass; dmarc=pass",
    ),
    "spf failed on the way": (
        "Received-SPF: fail (forwarded)",
        "Authentication-Results: mx.users.example; spf=fail; dkim=pass header.d=amazon.com",
    ),
    "arc seal": (
        "ARC-Seal: i=1; a=rsa-sha256; d=fwd.example; s=x; cv=none; b=AAAA",
        "X-Forwarded-Encrypted: i=1; AJvYc",
    ),
    "odd x- headers": ("X-Spam-Status: No, score=-2.1", "X-Gm-Message-State: AOJu0Y", "List-Unsubscribe-Post: x"),
}


def cases() -> list[Case]:
    """Every genuine letter of the set."""
    return [
        *_senders(), *_hosts(), *_signatures(), *_contents(), *_languages(), *_links(),
        *(genuine(f"To is {shape}", letter(to=to)) for shape, to in TO_SHAPES.items()),
        *(genuine(f"subject with {shape}", letter(subject=subject)) for shape, subject in SUBJECTS.items()),
        *(genuine(f"on top: {shape}", letter(above=lines)) for shape, lines in ABOVE.items()),
        genuine("on top: the mailbox's own address", letter(above=("Delivered-To: catchall@users.example",)), open_to_taste=True),
        genuine("on top: the mailbox's own name", letter(above=(f"Delivered-To: {MAILBOX}", f"X-Original-To: {RECIPIENT}"))),
        genuine("thirteen days old", letter(date=datetime.now(UTC) - timedelta(days=13))),
        genuine("Date in another zone", letter(date=datetime.now(UTC).astimezone(tz=None) - timedelta(hours=2))),
        genuine("merchant not known beforehand", letter(), merchant=None),
        genuine("Reply-To", letter(more=("Reply-To: donotreply@amazon.com",)).signed(Signature(covers=("Reply-To", *AMAZON_HEADERS)), SES)),
        genuine("Reply-To is the seller", letter(more=("Reply-To: owner@northwind.example",))),
    ]  # fmt: skip


def _senders() -> list[Case]:
    made = [
        genuine(
            f"from {domain}",
            letter(sender=f"Amazon <seller-notification@{domain}>").signed(SES, Signature(domain=domain)),
        )
        for domain in SENDER_DOMAINS
    ]
    shapes = {
        "comment in the display name": "Amazon Seller Central (Do Not Reply) <donotreply@amazon.com>",
        "quoted": '"Amazon Seller Central" <donotreply@amazon.com>',
        "bare": "donotreply@amazon.com",
        "encoded": "=?utf-8?B?44Ki44Oe44K+44Oz?= <donotreply@amazon.com>",
        "mixed case": "Amazon <DoNotReply@Amazon.com>",
        "folded": "Amazon Seller Central\r\n\t<donotreply@amazon.com>",
        "name that is an address": '"donotreply@amazon.com" <donotreply@amazon.com>',
        "other local part": "Amazon <cb-seller-notification@amazon.com>",
    }
    return made + [genuine(f"from, {name}", letter(sender=sender)) for name, sender in shapes.items()]


def _hosts() -> list[Case]:
    made = []
    for host in (*HOSTS, *UNSURE_HOSTS):
        link = LINK.replace("sellercentral.amazon.com", host)
        made.append(genuine(f"link to {host}", letter(part(html_of(link))), link=link))
    return made


def _signatures() -> list[Case]:
    amazon = Signature()
    over = (
        "From",
        "From",
        "To",
        "To",
        "Subject",
        "Subject",
        "Date",
        "Date",
        "Content-Type",
        "Content-Type",
        "Message-ID",
    )
    later = str(int((datetime.now(UTC) + timedelta(days=7)).timestamp()))
    before = str(int((datetime.now(UTC) - timedelta(hours=1)).timestamp()))
    shapes = {
        "amazon's above amazonses'": (SES, amazon),
        "amazonses' above amazon's": (amazon, SES),
        "amazon's alone": (amazon,),
        "2048 bits": (Signature(selector="modern", key="modern", bits=2048),),
        "relaxed/relaxed": (Signature(canon="relaxed/relaxed"), SES),
        "simple/simple": (Signature(canon="simple/simple"), SES),
        "simple/relaxed": (Signature(canon="simple/relaxed"),),
        "relaxed alone": (Signature(canon="relaxed"),),
        "lower-case names in h=": (Signature(covers=tuple(name.lower() for name in AMAZON_HEADERS)),),
        "oversigned": (Signature(covers=over),),
        "with t= and x= to come": (Signature(extra=(("t", before), ("x", later))),),
        "without c=": (Signature(canon=""),),
        "with i= and q=": (Signature(extra=(("i", "@amazon.com"), ("q", "dns/txt"))),),
        "domain in mixed case": (Signature(domain="Amazon.com"),),
        "header name in lower case": (Signature(name=b"dkim-signature"),),
        "a broken one of a list beside it": (amazon, Signature(domain="list.example", selector="none", key="evil")),
        "without MIME-Version covered": (Signature(covers=tuple(n for n in AMAZON_HEADERS if n != "MIME-Version")),),
    }
    return [genuine(f"signature {name}", letter().signed(*chosen)) for name, chosen in shapes.items()]


def _contents() -> list[Case]:
    plain = part(text_of(), kind="text/plain")
    both = f'<p>If the button does not work: <a href="{LINK.replace("&", "&amp;")}">{LINK.replace("&", "&amp;")}</a></p>\r\n'
    wrapped = LINK.replace("&", "&\r\n")
    logo = (
        ("Content-Type: image/png; name=logo.png", "Content-Transfer-Encoding: base64", "Content-ID: <logo>"),
        b"iVBORw0KGgo=\r\n",
    )
    shapes = {
        "html alone": part(html_of()),
        "html quoted-printable": part(html_of(), cte="quoted-printable"),
        "html base64": part(html_of(), cte="base64"),
        "html 8bit": part(html_of(shop="Größe"), cte="8bit"),
        "html iso-8859-1": part(html_of(shop="Größe"), charset="iso-8859-1", cte="quoted-printable"),
        "html us-ascii": part(html_of(), charset="us-ascii"),
        "html UTF-8 quoted": (
            ('Content-Type: text/html; charset="UTF-8"', "Content-Transfer-Encoding: 7bit"),
            html_of().encode(),
        ),
        "html without charset": (("Content-Type: text/html", "Content-Transfer-Encoding: 7bit"), html_of().encode()),
        "html without encoding header": (("Content-Type: text/html; charset=utf-8",), html_of().encode()),
        "html, names in other case": (
            ("content-type: TEXT/HTML; Charset=Utf-8", "CONTENT-TRANSFER-ENCODING: 7BIT"),
            html_of().encode(),
        ),
        "plain alone": plain,
        "plain quoted-printable": part(text_of(), kind="text/plain", cte="quoted-printable"),
        "plain base64": part(text_of(), kind="text/plain", cte="base64"),
        "plain, link in angle brackets": part(text_of(f"<{LINK}>"), kind="text/plain"),
        "plain, link ends a sentence": part(text_of(f"{LINK} ."), kind="text/plain"),
        "alternative": multipart(plain, part(html_of())),
        "alternative, both encoded": multipart(
            part(text_of(), kind="text/plain", cte="base64"), part(html_of(), cte="quoted-printable")
        ),
        "alternative in mixed": multipart(multipart(plain, part(html_of()), boundary="in"), kind="mixed"),
        "related with a logo": multipart(part(html_of()), logo, kind="related"),
        "alternative in related": multipart(multipart(plain, part(html_of()), boundary="in"), logo, kind="related"),
        "the link twice": part(html_of(extra=both)),
        "the link in a button and a paragraph": part(html_of(extra=both + both)),
        "href and visible address": part(html_of(visible=LINK.replace("&", "&amp;"))),
        "single quotes": part(html_of().replace(f'"{LINK.replace("&", "&amp;")}"', f"'{LINK.replace('&', '&amp;')}'")),
        "bare ampersand": part(html_of().replace("&amp;invitationId", "&invitationId")),
        "numeric ampersand": part(html_of().replace("&amp;invitationId", "&#38;invitationId")),
        "hexadecimal ampersand": part(html_of().replace("&amp;invitationId", "&#x26;invitationId")),
        "upper-case tags": part(html_of().replace("<a href", "<A HREF").replace("</a>", "</A>")),
        "table layout": part(html_of().replace("<p>", "<table><tr><td>").replace("</p>", "</td></tr></table>")),
        "shop with markup": part(html_of(shop="&lt;b&gt;Bold&lt;/b&gt; &amp; Söhne")),
        "plain wrapped alone": part(text_of(wrapped), kind="text/plain"),
        "plain wrapped before the question mark": part(text_of(LINK.replace("?", "\r\n?")), kind="text/plain"),
        "plain wrapped behind the question mark": part(text_of(LINK.replace("?", "?\r\n")), kind="text/plain"),
        "plain wrapped inside the ids": part(
            text_of(LINK.replace("EXAMPLE", "EXA\r\n  MPLE").replace("-469f", "-\r\n469f")), kind="text/plain"
        ),
        "plain flowed": part(
            text_of(LINK.replace("accept", " \r\naccept")), kind="text/plain", more="; format=flowed; delsp=yes"
        ),
        "visible address cut short": part(html_of(visible=f"{LINK.partition('merchantId')[0]}…")),
        "visible address cut short with dots": part(html_of(visible=f"{LINK.partition('&')[0]}...")),
        "visible address wrapped": part(html_of(visible=LINK.replace("&", "&amp;\r\n"))),
        "button for Outlook in a conditional comment": part(
            html_of(extra=f'<!--[if mso]><v:roundrect href="{LINK.replace("&", "&amp;")}"></v:roundrect><![endif]-->')
        ),
        "action for a mail program": part(
            html_of(extra=f'<script type="application/ld+json">{{"url": "{LINK}"}}</script>')
        ),
        "image map": part(html_of().replace("<a href", "<map><area href")),
        "plain wrapped beside whole html": multipart(part(text_of(wrapped), kind="text/plain"), part(html_of())),
    }
    made = [genuine(f"content {name}", letter(content)) for name, content in shapes.items()]
    loose = {
        "href wrapped": part(html_of().replace("&amp;invitationId", "&amp;\r\ninvitationId")),
        "windows-1252": part(html_of(shop="Größe"), charset="windows-1252", cte="quoted-printable"),
        "iso-2022-jp": part(html_of(shop="招待"), charset="iso-2022-jp"),
        "with a PDF attached": multipart(
            part(html_of()),
            (("Content-Type: application/pdf", "Content-Transfer-Encoding: base64"), b"JVBERi0=\r\n"),
            kind="mixed",
        ),
    }
    return made + [genuine(f"content {name}", letter(content), open_to_taste=True) for name, content in loose.items()]


def _languages() -> list[Case]:
    made = []
    for language, words in WORDINGS.items():
        made.append(genuine(f"in {language}", letter(part(html_of(shop=words), cte="8bit"))))
        text = text_of(shop=words)
        made.append(genuine(f"in {language}, plain base64", letter(part(text, kind="text/plain", cte="base64"))))
    return made


def _links() -> list[Case]:
    made = []
    for name, link in LINKS.items():
        host = urlsplit(link).query
        merchant = next(word.split("=")[1] for word in host.split("&") if "Id=A" in word)
        made.append(genuine(f"link with {name}", letter(part(html_of(link))), link=link, merchant=merchant))
        made.append(
            genuine(
                f"link with {name}, plain", letter(part(text_of(link), kind="text/plain")), link=link, merchant=merchant
            )
        )
    upper = LINK.replace(INVITATION, INVITATION.upper())
    made.append(genuine("link with an upper-case id", letter(part(html_of(upper))), link=upper))
    tracked = '<a href="https://www.amazon.com/gp/r.html?C=X&amp;U=https%3A%2F%2Fsellercentral.amazon.com%2Fhelp">Help</a>\r\n'
    made.append(genuine("a tracked help link beside it", letter(part(html_of(extra=tracked)))))
    mail = '<a href="mailto:seller@example.com">Ask</a> <a href="#top">Top</a> <a name="x">-</a> <a href="">-</a>\r\n'
    made.append(genuine("mailto and anchors beside it", letter(part(html_of(extra=mail)))))
    more = LINK + "&ref_=xx_userperms"
    made.append(genuine("one more parameter", letter(part(html_of(more))), open_to_taste=True))
    return made
