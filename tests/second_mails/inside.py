"""Signed letters whose inside is a trap.

Where the link stands, what the parts are, how they are encoded.
"""

import base64

from .letters import (
    INVITATION,
    LINK,
    MERCHANT,
    OTHER_INVITATION,
    RECIPIENT,
    Case,
    Part,
    html_of,
    letter,
    multipart,
    part,
    text_of,
    trap,
)
from .traps import EVIL_LINK


def cases() -> list[Case]:
    """Every trap inside a body or in the shape of a header."""
    return [*_contents(), *_mime(), *_headers()]


def _contents() -> list[Case]:
    escaped = LINK.replace("&", "&amp;")
    other = LINK.replace(INVITATION, OTHER_INVITATION).replace("&", "&amp;")
    shapes = {
        "no link": "<p>Hello</p>",
        "two invitations": f'<a href="{escaped}">a</a><a href="{other}">b</a>',
        "two hosts for one invitation": f'<a href="{escaped}">a</a><a href="{escaped.replace(".com/", ".de/")}">b</a>',
        "two sellers for one invitation": f'<a href="{escaped}">a</a><a href="{escaped.replace(MERCHANT, "A9STRANGER0009")}">b</a>',
        "a second invitation in the shop's name": f'<p>Shop {other} invites you</p><a href="{escaped}">a</a>',
        "only in a comment": f"<!-- <a href='{escaped}'>a</a> -->",
        "only in a form": f'<form action="{escaped}"><button>Accept</button></form>',
        "only in a refresh": f'<meta http-equiv="refresh" content="0; url={escaped}">',
        "relative to a base": f'<base href="https://sellercentral.amazon.com/"><a href="{escaped.partition(".com")[2]}">a</a>',
        "only in a textarea": f"<textarea><a href='{escaped}'>a</a></textarea>",
        "only in a title": f"<title><a href='{escaped}'>a</a></title>",
        "only in a script": f"<script>var a = '{escaped}';</script>",
        "only in a style": f"<style>a {{ background: url({escaped}) }}</style>",
        "only in an image": f'<img src="{escaped}">',
        "only in data-href": f'<a data-href="{escaped}" href="https://evil.test/">a</a>',
        "the first of two hrefs is evil": f'<a href="https://evil.test/" href="{escaped}">a</a>',
        "says one address and leads to another": f'<a href="{EVIL_LINK.replace("&", "&amp;")}">{escaped}</a>',
        "a link of a partner": '<a href="https://sellercentral.amazon.com/partner/authorize?token=abc">Accept</a>',
        "a link of Amazon Business": '<a href="https://www.amazon.com/business/invitation/accept?id=abc">Accept</a>',
        "two with a different account kind": f'<a href="{escaped}">a</a><a href="{escaped.replace("merchantId", "globalAccountId")}">b</a>',
    }
    made = [trap(f"html {name}", letter(part(f"<html><body>{inner}</body></html>"))) for name, inner in shapes.items()]
    added = letter(
        part("A secondary user has been added to your account.\r\n", kind="text/plain"),
        subject="A secondary user has been added to your account",
    )
    return [*made, trap("notice to the admin", added)]


def _mime() -> list[Case]:
    inner = letter().raw()
    plain = part(text_of(), kind="text/plain")
    nothing = part("Hello\r\n", kind="text/plain")
    other_html = part(html_of(LINK.replace(INVITATION, OTHER_INVITATION)))
    attached = part(html_of(), more='\r\nContent-Disposition: attachment; filename="a.html"')
    deep: Part = part(html_of())
    for level in range(400):
        deep = multipart(deep, kind="mixed", boundary=f"b{level}")
    many = multipart(*[part("x", kind="text/plain")] * 20_000, part(html_of()), kind="mixed")
    shapes = {
        "only in a forwarded message": multipart(nothing, (("Content-Type: message/rfc822",), inner), kind="mixed"),
        "the whole mail is a forwarded message": (("Content-Type: message/rfc822",), inner),
        "only in an attachment": multipart(nothing, attached, kind="mixed"),
        "text and html differ": multipart(plain, other_html),
        "two html parts differ": multipart(part(html_of()), other_html, kind="mixed"),
        "before the first boundary": (lambda made: (made[0], html_of().encode() + made[1]))(multipart(nothing)),
        "after the last boundary": (lambda made: (made[0], made[1] + html_of().encode()))(multipart(nothing)),
        "no boundary named": (("Content-Type: multipart/alternative",), html_of().encode()),
        "utf-7": (("Content-Type: text/html; charset=utf-7",), f"+ADw-a href+AD0AIg-{LINK}+ACIAPg-x+ADw-/a+AD4-".encode()),
        "utf-16": part(html_of(), charset="utf-16", cte="base64"),
        "unknown charset": (("Content-Type: text/html; charset=x-evil",), html_of().encode()),
        "charset with a NUL": (("Content-Type: text/html; charset=utf-8\0",), html_of().encode()),
        "charset base64": (("Content-Type: text/html; charset=base64",), base64.encodebytes(html_of().encode()).replace(b"\n", b"\r\n")),
        "charset rot13": (("Content-Type: text/html; charset=rot13",), html_of().encode()),
        "uuencoded": part(b"begin 644 a\r\n#0V%T\r\n`\r\nend\r\n", cte="x-uuencode"),
        "an unknown encoding": (("Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: x-zip"), html_of().encode()),
        "base64 that is none": (("Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: base64"), b"%%%%\r\n"),
        "an image": (("Content-Type: image/svg+xml",), f'<svg><a href="{LINK.replace("&", "&amp;")}"/></svg>'.encode()),
        "a calendar": (("Content-Type: text/calendar",), f"BEGIN:VCALENDAR\r\nURL:{LINK}\r\nEND:VCALENDAR\r\n".encode()),
        "four hundred deep": deep,
        "twenty thousand parts": many,
        "html of a megabyte": part(html_of(extra="<p>x</p>\r\n" * 100_000)),
        "three megabytes": part(html_of(extra="<p>" + "x" * 70 + "</p>\r\n" * 45_000 + "y" * 3_000_000)),
        "twenty thousand attributes": part("<a " + " ".join(f"a{n}=1" for n in range(60_000)) + ">x</a>"),
    }  # fmt: skip
    return [trap(f"mime {name}", letter(content)) for name, content in shapes.items()]


def _headers() -> list[Case]:
    header = {
        "a header of 200 KB": letter(more=("X-Long: " + "a " * 100_000,)),
        "an address header of 200 KB": letter(to="a " * 100_000 + f"<{RECIPIENT}>"),
        "twenty thousand recipients": letter(to=",".join(f"a{n}@example.com" for n in range(20_000))),
        "comments in comments": letter(to="(" * 2_000 + RECIPIENT),
        "twenty thousand quotes": letter(sender='"' * 20_000 + "<donotreply@amazon.com>"),
        "an unclosed address": letter(to="<"),
        "an unclosed literal": letter(to="a@["),
        "an unclosed id": letter(message_id="<", to="a@"),
    }
    return [trap(f"header {name}", made_letter) for name, made_letter in header.items()]
