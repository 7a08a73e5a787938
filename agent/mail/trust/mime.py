"""The parts of a message's body (RFC 2045, 2046), split by our own header parser.

Every step is linear and bounded.

The standard library's parser reads the header block a second time and in its own way, takes quadratic time over
hostile parameters, and does not decode where a blank follows the encoding's name (bpo-98188).
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import unquote

from agent.mail.trust.addresses import without_comments
from agent.mail.trust.headers import HeaderError, Headers, parse_part

MAX_PARTS = 40
MAX_DEPTH = 6
_MAX_VALUE = 2048  # characters of a Content-* header
_MAX_BOUNDARY = 200
_PLAIN, _FORWARDED = "text/plain", "message/rfc822"  # what a part is that does not say, the latter in a digest
_IDENTITY = frozenset({"", "7bit", "8bit", "binary"})
_Name = TypeVar("_Name", str, int)
_CONTINUED = re.compile(r"([^*]+)\*(\d{1,3})(\*?)")  # RFC 2231 3: name*0, name*1*


class BodyError(Exception):
    """A body that is not plainly one readable invitation; `reason` is a stable word."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One leaf of the body, not decoded yet; names in lower case."""

    kind: str  # text/html
    charset: str
    encoding: str
    attached: bool
    content: bytes


def find_parts(headers: Headers, body: bytes) -> list[Part]:
    """The leaves of a body, in order.

    Raises:
        BodyError: too many or too deep, a part that cannot be read, or a Content-* header that stands twice.
    """
    leaves: list[Part] = []
    stack = [(headers, body, 0, _PLAIN)]
    seen = 0
    while stack:
        of, content, depth, usual = stack.pop()
        seen += 1
        if seen > MAX_PARTS or depth > MAX_DEPTH:
            raise BodyError("too_complex", f"the message has more than {MAX_PARTS} parts or {MAX_DEPTH} levels")
        kind, parameters = parse_parameters(_content_header(of, "content-type") or usual)
        if kind.startswith("multipart/"):
            pieces = list(_pieces(content, parameters.get("boundary", "")))
            within = _FORWARDED if kind == "multipart/digest" else _PLAIN
            stack += [(*_part(piece), depth + 1, within) for piece in reversed(pieces)]
        else:
            leaves.append(_leaf(of, content, kind if kind.count("/") == 1 else _PLAIN, parameters))
    return leaves


def decode(part: Part) -> bytes:
    """The bytes of a part without their transfer encoding.

    Raises:
        BodyError: an unknown encoding, or one that the bytes are not in.
    """
    if part.encoding in _IDENTITY:
        return part.content
    if part.encoding == "quoted-printable":
        lines = part.content.split(b"\n")  # blanks at a line's end are the transport's (RFC 2045 6.7, rule 3)
        return binascii.a2b_qp(b"\n".join(_without_blanks(line) for line in lines))
    if part.encoding != "base64":
        raise BodyError("strange_encoding", "a text part has an unusual transfer encoding")
    try:
        decoded = binascii.a2b_base64(part.content)
    except binascii.Error as err:
        raise BodyError("strange_encoding", "a text part is not in the transfer encoding it names") from err
    if part.content.strip() and not decoded:
        raise BodyError("strange_encoding", "a text part is not in the transfer encoding it names")
    return decoded


def _without_blanks(line: bytes) -> bytes:
    end = b"\r" if line.endswith(b"\r") else b""
    return line.removesuffix(b"\r").rstrip(b" \t") + end


def parse_parameters(value: str) -> tuple[str, Mapping[str, str]]:
    """The first word of a Content-* header and its parameters, names in lower case.

    Comments are read over and the forms of RFC 2231 put together.

    Raises:
        BodyError: longer than any is, or a parameter stands twice.
    """
    if len(value) > _MAX_VALUE:
        raise BodyError("too_complex", "a part of the message has a Content header that is longer than any is")
    first, *rest = _split_outside_quotes(without_comments(value, keep_quoted=True))
    found: dict[str, str] = {}
    pieces: dict[str, dict[int, str]] = {}
    for item in rest:
        name, equals, text = item.partition("=")
        name = name.strip().lower()
        if not equals or not name:
            continue
        if continued := _CONTINUED.fullmatch(name):
            number = int(continued.group(2))
            plain = _unquoted(text)
            known = pieces.setdefault(continued.group(1), {})
            _add(known, number, _extended(plain, first=number == 0) if continued.group(3) else plain)
        elif name.endswith("*"):
            _add(found, name[:-1], _extended(_unquoted(text), first=True))
        else:
            _add(found, name, _unquoted(text))
    for name, numbered in pieces.items():
        _add(found, name, "".join(numbered[number] for number in sorted(numbered)))
    return first.strip().lower(), found


def _add(found: dict[_Name, str], name: _Name, value: str) -> None:
    if found.setdefault(name, value) != value:
        raise BodyError("strange_charset", "a Content header of the message names a parameter twice")


def _split_outside_quotes(value: str) -> list[str]:
    items: list[list[str]] = [[]]
    quoted = escaped = False
    for char in value:
        if escaped:
            escaped = False
        elif char == "\\" and quoted:
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif char == ";" and not quoted:
            items.append([])
            continue
        items[-1].append(char)
    return ["".join(item) for item in items]


def _unquoted(text: str) -> str:
    text = text.strip()
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text


def _extended(text: str, *, first: bool) -> str:
    """RFC 2231 4: charset'language'value with percent signs.

    Names of charsets and boundaries are ASCII.
    """
    if first and text.count("'") >= 2:
        text = text.split("'", 2)[2]
    return unquote(text, encoding="ascii", errors="replace")


def _content_header(headers: Headers, name: str) -> str | None:
    values = headers.all(name)
    if len(values) > 1:
        raise BodyError("unexpected_part", f"a part of the message has two headers {name}")
    return values[0] if values else None


def _leaf(headers: Headers, content: bytes, kind: str, parameters: Mapping[str, str]) -> Part:
    encoding, _ = parse_parameters(_content_header(headers, "content-transfer-encoding") or "")
    disposition, _ = parse_parameters(_content_header(headers, "content-disposition") or "")
    return Part(
        kind=kind,
        charset=parameters.get("charset", "us-ascii").strip().lower(),
        encoding=encoding.strip('"'),
        attached=disposition == "attachment",
        content=content,
    )


def _pieces(body: bytes, boundary: str) -> Iterator[bytes]:
    """What stands between the delimiters.

    The text before the first and after the last is no part.
    """
    boundary = boundary.rstrip()
    if not 1 <= len(boundary) <= _MAX_BOUNDARY or not boundary.isascii():
        raise BodyError("unexpected_part", "a multipart body of the message names no usable boundary")
    delimiter = re.compile(rb"(?:\A|\r?\n)--" + re.escape(boundary.encode()) + rb"(--)?[ \t]*(?=\r?\n|\Z)")
    start: int | None = None
    for count, match in enumerate(delimiter.finditer(body), start=1):
        if start is not None:
            yield _without_line_end(body[start : match.start()])
        start = match.end()
        if count > MAX_PARTS:
            raise BodyError("too_complex", f"the message has more than {MAX_PARTS} parts")
        if match.group(1):
            return
    if start is None:
        raise BodyError("unexpected_part", "a multipart body of the message holds no part")
    yield _without_line_end(body[start:])


def _without_line_end(piece: bytes) -> bytes:
    """A part without the end of its delimiter's line."""
    begins = re.match(rb"\r?\n", piece)
    return piece[begins.end() :] if begins else piece


def _part(piece: bytes) -> tuple[Headers, bytes]:
    try:
        return parse_part(piece)
    except HeaderError as err:
        raise BodyError("unexpected_part", f"a part of the message cannot be read: {err}") from err
