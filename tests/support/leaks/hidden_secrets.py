"""Places of a visit that a secret may hide in, and ways it may be written there."""

from __future__ import annotations

import base64
import html
import json
import quopri
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any
from urllib.parse import quote, quote_from_bytes, quote_plus

from flows.recording.exchange import Captured

URL = "https://sellercentral.amazon.com/ap/signin"
LATIN, JAPANESE, ASCII = "aäßeéñ7Kq-", "パスワード7Kqx-", "bcdfgh7KQX-_"


def drawn(random: Random, alphabet: str) -> str:
    """Draw a secret with letters of this alphabet, 14 characters, at least one digit."""
    return "".join(random.choice(alphabet) for _ in range(12)) + str(random.randrange(10, 99))


def javascript_escape(text: str) -> str:
    """Write as escape() does."""
    return "".join(
        char if char.isascii() and char.isalnum() else f"%{ord(char):02X}" if ord(char) < 256 else f"%u{ord(char):04X}"
        for char in text
    )


def _base64(raw: bytes) -> bytes:
    return base64.b64encode(raw)


# How a secret is written, and the alphabet its charset has.
WRITINGS: dict[str, tuple[Callable[[str], str], str]] = {
    "plain": (lambda text: text, JAPANESE),
    "percent": (lambda text: quote(text, safe=""), JAPANESE),
    "percent of latin-1": (lambda text: quote_from_bytes(text.encode("latin-1")), LATIN),
    "percent of shift_jis": (lambda text: quote_from_bytes(text.encode("shift_jis")), JAPANESE),
    "escape()": (javascript_escape, JAPANESE),
    "json": (lambda text: json.dumps(text)[1:-1], JAPANESE),
    "json in json in percent": (lambda text: quote_plus(json.dumps(json.dumps(text))[3:-3]), LATIN),
    "every other character as an entity": (
        lambda text: "".join(f"&#{ord(char)};" if at % 2 else char for at, char in enumerate(text)),
        LATIN,
    ),
    "entities in hex": (lambda text: "".join(f"&#x{ord(char):x};" for char in text), JAPANESE),
    "base64": (lambda text: base64.b64encode(f"user:{text}!".encode()).decode(), LATIN),
    "base64 of utf-16": (lambda text: base64.urlsafe_b64encode(text.encode("utf-16-le")).decode(), JAPANESE),
    "hex": (lambda text: text.encode().hex(), LATIN),
    "percent three times": (lambda text: quote(quote(quote(text, safe=""), safe=""), safe=""), JAPANESE),
    "base64 twice": (lambda text: _base64(_base64(f"user:{text}!".encode())).decode(), LATIN),
    "base32": (lambda text: base64.b32encode(f"user:{text}!".encode()).decode(), LATIN),
    "utf-7": (lambda text: text.encode("utf-7").decode(), JAPANESE),
    "quoted-printable": (lambda text: quopri.encodestring(text.encode()).decode(), JAPANESE),
    "quoted-printable, every byte": (lambda text: "".join(f"={byte:02X}" for byte in text.encode()), LATIN),
    "hex in groups": (lambda text: text.encode().hex(" "), LATIN),
    "hex of utf-16": (lambda text: text.encode("utf-16-be").hex(), JAPANESE),
    "numbers of bytes": (lambda text: ", ".join(str(byte) for byte in text.encode()), LATIN),
    "octal escapes": (lambda text: "".join(f"\\{byte:03o}" for byte in text.encode("latin-1")), LATIN),
    "escapes of a style sheet": (lambda text: "".join(f"\\{ord(char):x} " for char in text), JAPANESE),
}

Hide = Callable[[str], Captured]


def _field(secret: str) -> str:
    """A hidden field, as pages inside of others have them."""
    return f'<input type="hidden" name="csrfToken" value="{secret}">'


def _frame(inner: str) -> str:
    return f'<iframe srcdoc="{inner}"></iframe>'


def page(markup: str, *, charset: str = "utf-8", kind: str = "text/html; charset=utf-8") -> Captured:
    """An answered document."""
    return Captured(
        kind="document",
        method="GET",
        url=URL,
        cookies={},
        status=200,
        headers=(("Content-Type", kind),),
        body=f"<html><body>{markup}</body></html>".encode(charset, "xmlcharrefreplace"),
    )


def posted(body: bytes, kind: str = "application/x-www-form-urlencoded") -> Captured:
    """A form or a call that was sent."""
    return Captured(
        kind="document", method="POST", url=URL, cookies={}, content_type=kind, sent=body, status=302, headers=()
    )


def _answer(value: Any) -> Captured:
    return page("").__class__(
        kind="fetch",
        method="GET",
        url=f"{URL}/api",
        cookies={},
        status=200,
        headers=(("Content-Type", "application/json"),),
        body=json.dumps(value).encode(),
    )


def _asked(url: str) -> Captured:
    return replace(page("<p>Hello</p>"), url=url)


def _headed(name: str, value: str) -> Captured:
    return replace(page("<p>Hello</p>"), headers=(("Content-Type", "text/html"), (name, value)))


def _bytes(secret: str) -> Captured:
    return replace(page(""), body=b"\x89PNG\x00" + secret.encode() + b"\xff", headers=(("Content-Type", "image/png"),))


# Places where a value is a secret because of its name, or because of what holds it; nobody registered it.
NAMED: dict[str, Hide] = {
    "form password": lambda s: posted(f"email=a&password={quote_plus(s)}".encode()),
    "form password of a latin-1 page": lambda s: posted(
        b"password=" + quote_from_bytes(s.encode("cp1252", "replace")).encode()
    ),
    "form password raw": lambda s: posted(b"password=" + s.encode()),
    "form newPassword": lambda s: posted(f"newPassword={quote_plus(s)}".encode()),
    "form passwordCheck": lambda s: posted(f"passwordCheck={quote_plus(s)}&x=1".encode()),
    "form otpCode": lambda s: posted(f"otpCode={quote_plus(s)}".encode()),
    "form code": lambda s: posted(f"code={quote_plus(s)}".encode()),
    "form csrf": lambda s: posted(f"anti-csrftoken-a2z={quote_plus(s)}".encode()),
    "form secret": lambda s: posted(f"client_secret={quote_plus(s)}".encode()),
    "json password": lambda s: posted(json.dumps({"a": {"password": s}}).encode(), "application/json"),
    "json list of codes": lambda s: posted(json.dumps({"otp": [s, "x"]}).encode(), "application/json"),
    "json as text": lambda s: posted(json.dumps({"credentials": {"pwd": s}}).encode(), "text/plain;charset=UTF-8"),
    "multipart bytes": lambda s: posted(b"--x\r\n\x00" + s.encode() + b"\r\n--x--", "multipart/form-data; boundary=x"),
    "bytes sent": lambda s: posted(b"\x08\x01\x12" + s.encode(), "application/x-protobuf"),
    "query token": lambda s: _asked(f"{URL}?token={quote(s, safe='')}&b=1"),
    "query session id": lambda s: _asked(f"{URL}?a=1&sessionId={quote(s, safe='')}"),
    "query in a query": lambda s: _asked(f"{URL}?return_to={quote(URL + '?access_token=' + quote(s), safe='')}"),
    "set-cookie": lambda s: _headed("Set-Cookie", f"at-main={quote(s)}; Path=/; Secure"),
    "set-cookie of letters": lambda s: _headed("Set-Cookie", f"x-main={quote(s)}"),
    "set-cookie in quotes": lambda s: _headed("Set-Cookie", f'session-token="{quote(s)}"; HttpOnly'),
    "cookie sent": lambda s: replace(page(""), cookies={"sess-at-main": quote(s)}),
    "location": lambda s: _headed("Location", f"/next?token={quote(s)}"),
    "header token": lambda s: _headed("X-Amz-Access-Token", quote(s)),
    "hidden field": lambda s: page(f'<input type="hidden" name="csrfToken" value="{html.escape(s)}">'),
    "hidden field unquoted": lambda s: page(f"<input type=hidden name=appActionToken value={quote(s)}>"),
    "password box": lambda s: page(f'<input type="password" name="k17" value="{html.escape(s)}">'),
    "code box": lambda s: page(f'<input autocomplete="one-time-code" id="z" value="{html.escape(s)}">'),
    "textarea": lambda s: page(f'<textarea name="secret_note">{html.escape(s)}</textarea>'),
    "meta": lambda s: page(f'<meta name="session" content="{html.escape(s)}">'),
    "data attribute": lambda s: page(f'<div data-csrf="{html.escape(s)}" data-session-id="{html.escape(s)}">x</div>'),
    "link": lambda s: page(f'<a href="/x?a=1&amp;token={quote(s)}">x</a>'),
    "script": lambda s: page(f'<script>var cfg = {{"csrfToken": {json.dumps(s)}}};</script>'),
    "script variable": lambda s: page(f"<script>const accessToken = '{s}';</script>"),
    "json in a script's string": lambda s: page(
        f"<script>load({json.dumps(json.dumps({'sessionToken': s}))})</script>"
    ),
    "page of broken utf-8": lambda s: replace(
        page(""), body=b"\xe4<input name=csrf value='" + html.escape(s).encode("ascii", "xmlcharrefreplace") + b"'>"
    ),
    "json answer": lambda s: _answer({"data": [{"password": s}]}),
    "json answer, list": lambda s: _answer({"tokens": [s, s]}),
    "json answer, code": lambda s: _answer({"code": s}),
    "picture": _bytes,
    "unnamed bytes": lambda s: replace(_bytes(s), headers=()),
    "srcdoc": lambda s: page(f'<iframe srcdoc="{html.escape(_field(s))}"></iframe>'),
    "srcdoc in a srcdoc": lambda s: page(f'<iframe srcdoc="{html.escape(_frame(html.escape(_field(s))))}"></iframe>'),
    "data address": lambda s: page(f'<iframe src="data:text/html,{quote(_field(s))}"></iframe>'),
    "data address in base64": lambda s: page(
        f'<iframe src="data:text/html;charset=utf-8;base64,{base64.b64encode(_field(s).encode()).decode()}"></iframe>'
    ),
    "data address in a mixture of cases": lambda s: page(
        f'<iframe src="Data:Text/HTML;Base64,{base64.b64encode(_field(s).encode()).decode()}"></iframe>'
    ),
    "data address in base64 of several lines": lambda s: page(
        f'<iframe src="data:text/html;base64,{base64.encodebytes(_field(s).encode()).decode()}"></iframe>'
    ),
    "template": lambda s: page(f"<template>{_field(s)}</template>"),
    "json in a script of its own": lambda s: page(
        f'<script type="application/json" id="state">{json.dumps({"page": {"csrfToken": s}})}</script>'
    ),
    "markup in a script's string": lambda s: page(f"<script>show({json.dumps(_field(s))})</script>"),
    "markup in a script's string, escaped": lambda s: page(
        f"<script>show('{_field(s).replace('<', chr(92) + 'x3c').replace('>', chr(92) + 'x3e')}')</script>"
    ),
    "text in back quotes": lambda s: page(f"<script>const accessToken = `{s}`;</script>"),
    "pair of a call": lambda s: page(f"<script>headers.set('anti-csrftoken-a2z', \"{s}\")</script>"),
    "cookie of a script": lambda s: page(f"<script>document.cookie = 'at-main={quote(s)}; path=/'</script>"),
    "cookie of a meta": lambda s: page(f'<meta http-equiv="Set-Cookie" content="at-main={quote(s)}; path=/">'),
    "comment": lambda s: page(f"<!-- csrf-token: {s} -->"),
    "button that sends": lambda s: page(f'<button type="submit" name="csrfToken" value="{s}">Go on</button>'),
    "text of an element": lambda s: page(f'<span id="session-token">{s}</span>'),
    "script of plain text": lambda s: page(f'<script type="text/x-config" id="csrf-token">{s}</script>'),
    "attribute of a component": lambda s: page(f'<auth-form csrf-token="{s}"></auth-form>'),
    "address with a login": lambda s: page(f'<a href="https://user:{quote(s, safe="")}@x.amazon.com/">x</a>'),
    "address in an address in an address": lambda s: page(
        f'<a href="/a?to={quote("/b?to=" + quote("/c?token=" + quote(s, safe=""), safe=""), safe="")}">x</a>'
    ),
    "set-cookie2": lambda s: _headed("Set-Cookie2", f'at-main="{quote(s)}"; Version="1"'),
    "authorization": lambda s: _headed("Authorization", f"Basic {base64.b64encode(s.encode()).decode()}/9A/{s}"),
    "authentication info": lambda s: _headed("Authentication-Info", f'nextnonce="{s}", qop=auth'),
    "refresh": lambda s: _headed("Refresh", f"0; url=/next?token={quote(s)}"),
    "link header": lambda s: _headed("Link", f"</x?session-id={quote(s)}>; rel=preload"),
    "pairs of name and value": lambda s: posted(
        json.dumps({"headers": [{"name": "Authorization", "value": s}]}).encode(), "application/json"
    ),
    "pairs of key and value, told": lambda s: _answer({"fields": [{"key": "password", "value": s}]}),
    "pairs of an id, a name and a value": lambda s: _answer(
        {"fields": [{"id": "csrfToken", "name": "A field of the form", "value": s}]}
    ),
    "pairs of name and value in capitals": lambda s: posted(
        json.dumps({"Fields": [{"Name": "password", "Value": s}]}).encode(), "application/json"
    ),
    "pairs in lists": lambda s: posted(json.dumps([["password", s]]).encode(), "application/json"),
    "multipart of text": lambda s: posted(
        f'--x\r\nContent-Disposition: form-data; name="password"\r\n\r\n{s}\r\n--x--\r\n'.encode(),
        "multipart/form-data; boundary=x",
    ),
    "multipart with a type": lambda s: posted(
        f"--x\r\ncontent-disposition: form-data; name=otpCode\r\nContent-Type: text/plain\r\n\r\n{s}\r\n--x--".encode(),
        "multipart/form-data; boundary=x",
    ),
    "form of plain lines": lambda s: posted(f"email=a\r\npassword={s}\r\n".encode(), "text/plain"),
    "archive of requests": lambda s: posted(
        json.dumps(
            {"log": {"entries": [{"request": {"postData": {"text": f"password={s}&a=1"}, "cookies": []}}]}}
        ).encode(),
        "application/json",
    ),
    "archive of headers": lambda s: posted(
        json.dumps({"headersText": f"GET / HTTP/1.1\r\nAuthorization: Bearer {s}\r\nX: y"}).encode(), "application/json"
    ),
    "json lines": lambda s: posted(f'{{"a": 1}}\n{{"otpCode": "{s}"}}\n'.encode(), "application/x-ndjson"),
    "address of a login in json": lambda s: _answer({"next": f"https://u:{s}@x.amazon.com/"}),
    "soap attribute": lambda s: posted(f"<Login xmlns='x' Password='{s}'/>".encode(), "application/soap+xml"),
    "xml": lambda s: posted(f"<a:Login><a:Password>{html.escape(s)}</a:Password></a:Login>".encode(), "text/xml"),
    "signed token in a text": lambda s: page(f"<p>eyJhbGciOiJub25lIn0.{s}.{s}</p>"),
    "access token in a text": lambda s: page(f"<p>Your key is Atza|{s}</p>"),
    "query language": lambda s: posted(
        json.dumps({"query": f'mutation {{ signIn(password: "{s}") {{ id }} }}'}).encode(), "application/json"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """A secret, where it was put, and how it was written there."""

    secret: str
    place: str
    writing: str
    captured: Captured


def hidden_by_name(random: Random) -> list[Hidden]:
    """One secret that nobody registered in each place."""
    return [
        Hidden(secret=secret, place=place, writing="plain", captured=hide(secret))
        for place, hide in NAMED.items()
        for secret in [drawn(random, ASCII if "letters" in place else LATIN if "latin" in place else ASCII)]
    ]


def hidden_by_value(random: Random, *, places: dict[str, Callable[[str], Captured]] | None = None) -> list[Hidden]:
    """A registered secret in each free place, written in each way."""
    found = []
    for place, hide in (places or FREE).items():
        for writing, (write, alphabet) in WRITINGS.items():
            secret = drawn(random, alphabet)
            found.append(Hidden(secret=secret, place=place, writing=writing, captured=hide(write(secret))))
    return found


FREE: dict[str, Hide] = {
    "text": lambda s: page(f"<p>You typed {s} just now</p>"),
    "shift_jis page": lambda s: page(f"<p>{s}</p>", charset="shift_jis", kind="text/html; charset=Shift_JIS"),
    "shift_jis page that says utf-8": lambda s: page(f"<p>{s}</p>", charset="shift_jis"),
    "utf-16 page": lambda s: page(f"<p>{s}</p>", charset="utf-16-le", kind="text/html"),
    "latin-1 page": lambda s: page(f"<p>ä {s}</p>", charset="latin-1", kind="text/html"),
    "attribute": lambda s: page(f'<div title="{s}">x</div>'),
    "comment": lambda s: page(f"<!-- {s} -->"),
    "script": lambda s: page(f"<script>f('{s}')</script>"),
    "json answer": lambda s: replace(_answer({}), body=f'{{"shown": "{s}"}}'.encode()),
    "path": lambda s: _asked(f"https://sellercentral.amazon.com/x/{quote(s, safe='%')}/y"),
    "unnamed field": lambda s: posted(f"q={s}".encode()),
    "text sent": lambda s: posted(f"beacon {s} end".encode(), "text/plain"),
    "header": lambda s: _headed("X-Debug", f"seen {s}"),
    "srcdoc": lambda s: page(f'<iframe srcdoc="{html.escape(f"<p>{s}</p>")}"></iframe>'),
    "data address": lambda s: page(f'<img src="data:image/svg+xml,{quote(f"<svg>{s}</svg>")}">'),
    "data address in base64": lambda s: page(
        f'<a href="data:text/html;base64,{base64.b64encode(f"<p>{s}</p>".encode()).decode()}">x</a>'
    ),
    "template": lambda s: page(f"<template><p>{s}</p></template>"),
    "link header": lambda s: _headed("Link", f'<https://x.amazon.com/>; title="{s}"'),
    "multipart": lambda s: posted(
        f'--x\r\nContent-Disposition: form-data; name="q"\r\n\r\n{s}\r\n--x--'.encode(),
        "multipart/form-data; boundary=x",
    ),
}
