"""A second DKIM signer (RFC 6376), written from the RFC.

It shares no code with dkimpy, which the agent judges with.
"""

import base64
import re
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha1, sha256

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

AMAZON_HEADERS = ("Date", "From", "To", "Message-ID", "Subject", "MIME-Version", "Content-Type")
"""What Amazon's own signature covers (seen 2023-12 to 2026)."""


@cache
def key(name: str, *, bits: int = 1024) -> rsa.RSAPrivateKey:
    """Make one key a name, once a process."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def txt_record(name: str, *, bits: int = 1024, tags: str = "v=DKIM1; k=rsa; ") -> bytes:
    """Give the TXT record that publishes a key."""
    der = (
        key(name, bits=bits)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return f"{tags}p={base64.b64encode(der).decode()}".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One DKIM-Signature to put above a message."""

    domain: str = "amazon.com"
    selector: str = "yg4mwqurec7fkhzutopddd3ytuaqrvuz"
    key: str = "amazon"
    bits: int = 1024
    canon: str = "relaxed/simple"
    covers: tuple[str, ...] = AMAZON_HEADERS
    algorithm: str = "rsa-sha256"
    extra: tuple[tuple[str, str], ...] = ()
    length: int | None = None
    name: bytes = b"DKIM-Signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Split:
    fields: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""


def sign(raw: bytes, signature: Signature) -> bytes:
    """Put the signature on top of the message."""
    header_canon, _, body_canon = (signature.canon or "simple").partition("/")
    message = _split(raw)
    body = _body(message.body, how=body_canon or "simple")
    if signature.length is not None:
        body = body[: signature.length]
    digest = sha1 if signature.algorithm == "rsa-sha1" else sha256
    tags = [
        ("v", "1"), ("a", signature.algorithm), *([("c", signature.canon)] if signature.canon else []),
        ("d", signature.domain), ("s", signature.selector),
        *signature.extra,
        *([("l", str(signature.length))] if signature.length is not None else []),
        ("h", ":".join(signature.covers)), ("bh", base64.b64encode(digest(body).digest()).decode()), ("b", ""),
    ]  # fmt: skip
    value = b" " + ";\r\n\t".join(f"{name}={text}" for name, text in tags).encode()
    covered = b"".join(_header(item, how=header_canon) for item in _select(message.fields, signature.covers))
    covered += _header((signature.name, value), how=header_canon).removesuffix(b"\r\n")
    algorithm = hashes.SHA1() if signature.algorithm == "rsa-sha1" else hashes.SHA256()  # noqa: S303 - a trap: SHA-1 must be refused
    proof = base64.b64encode(key(signature.key, bits=signature.bits).sign(covered, padding.PKCS1v15(), algorithm))
    folded = b"\r\n\t ".join(proof[at : at + 70] for at in range(0, len(proof), 70))
    return signature.name + b":" + value + folded + b"\r\n" + raw


def _split(raw: bytes) -> _Split:
    head, _, body = raw.partition(b"\r\n\r\n")
    fields: list[tuple[bytes, bytes]] = []
    for line in re.split(rb"\r\n(?![ \t])", head):
        name, _, value = line.partition(b":")
        fields.append((name, value))
    return _Split(fields=fields, body=body)


def _select(fields: list[tuple[bytes, bytes]], covers: tuple[str, ...]) -> list[tuple[bytes, bytes]]:
    left = list(fields)
    chosen = []
    for wanted in covers:
        for at in range(len(left) - 1, -1, -1):
            if left[at][0].strip().lower() == wanted.encode().lower():
                chosen.append(left.pop(at))
                break
    return chosen


def _header(item: tuple[bytes, bytes], *, how: str) -> bytes:
    name, value = item
    if how == "simple":
        return name + b":" + value + b"\r\n"
    unfolded = re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip(b" \t")
    return name.lower().rstrip() + b":" + unfolded + b"\r\n"


def _body(body: bytes, *, how: str) -> bytes:
    if how == "relaxed":
        lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" \t") for line in body.split(b"\r\n")]
        body = b"\r\n".join(lines)
    body = re.sub(rb"(\r\n)+\Z", b"", body)
    return body + b"\r\n" if body or how == "simple" else b""
