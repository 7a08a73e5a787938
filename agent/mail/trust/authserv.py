"""The weaker mode: the verdict of a named receiving server (RFC 8601).

It is for providers that rewrite mail before we can
verify it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from agent.mail.trust.addresses import without_comments
from agent.mail.trust.headers import Headers

MAX_RESULT = 8192
_BY = re.compile(r"\bby\s+([A-Za-z0-9.-]+)", re.IGNORECASE)
_FROM = re.compile(r"\s*from\b", re.IGNORECASE)
_LMTP = re.compile(r"\bwith\s+LMTP", re.IGNORECASE)
_MICROSOFT = ("outlook.com", "office365.com", "exchangelabs.com")  # one house under several names
_ID = re.compile(r"\s*([A-Za-z0-9.-]+)\s*(?:1\s*)?$")


class AuthservError(Exception):
    """Why the named server's verdict does not vouch for the message."""


def require_authserv_pass(headers: Headers, *, domain: str, trusted: Iterable[str]) -> str:
    """Require a trusted server's verdict on top.

    The topmost Authentication-Results must be a trusted server's and say dkim=pass for `domain` and
    dmarc=pass.

    Returns the server's id. Microsoft alone writes none: there the receiving host of the nearest Received header stands
    for it.

    Raises:
        AuthservError: with the first thing that is missing.
    """
    if headers.spaced:
        raise AuthservError(
            f"a header has a blank before its colon ({min(headers.spaced)[:40]}), which not every server takes for one"
        )
    position = next((index for index, (name, _) in enumerate(headers.fields) if name == "authentication-results"), None)
    if position is None:
        raise AuthservError("there is no Authentication-Results header")
    value = headers.fields[position][1]
    if len(value) > MAX_RESULT:
        raise AuthservError("the Authentication-Results header is too long")
    clauses = [clause.strip().lower() for clause in without_comments(value).split(";")]
    server = _server_id(clauses, headers, position)
    unnamed = "=" in clauses[0]
    names = sorted(name.lower() for name in trusted)
    name = next(
        (name for name in names if (_is_microsoft(name) and _is_microsoft(server) if unnamed else server == name)), None
    )
    if name is None:
        raise AuthservError(
            f"the topmost Authentication-Results is of {server or 'an unnamed server'}, which is not trusted"
        )
    _require_own_hops(headers, position, name)
    if not any(
        re.match(r"dkim\s*=\s*pass\b", clause) and _signer(clause) == domain for clause in _split_methods(clauses)
    ):
        raise AuthservError(f"the server does not say dkim=pass for header.d={domain}")
    policies = [clause for clause in _split_methods(clauses) if re.match(r"dmarc\s*=", clause)]
    if not policies or not all(re.match(r"dmarc\s*=\s*pass\b", clause) for clause in policies):
        raise AuthservError("the server does not say dmarc=pass")
    judged = {name for clause in policies if (name := _property(clause, "header.from"))}
    if not all(domain == name or domain.endswith("." + name) for name in judged):
        raise AuthservError("the server's dmarc=pass is for another sender than the From header names")
    return server


def _server_id(clauses: list[str], headers: Headers, position: int) -> str:
    if match := _ID.fullmatch(clauses[0]):
        return match.group(1)
    if "=" not in clauses[0]:
        return ""
    below = [value for name, value in headers.fields[position + 1 :] if name == "received"][:1]
    above = [value for name, value in headers.fields[:position] if name == "received"][-1:]
    hosts = [match.group(1).lower() for value in (*below, *above) if (match := _BY.search(without_comments(value)))]
    return next((host for host in hosts if _is_microsoft(host)), next(iter(hosts), ""))


def _is_microsoft(host: str) -> bool:
    return any(host == each or host.endswith("." + each) for each in _MICROSOFT)


def _require_own_hops(headers: Headers, position: int, name: str) -> None:
    """Refuse a hop above the verdict that is not of the server's organisation."""
    own = _organisation(name)
    for known, value in headers.fields[:position]:
        if known == "received" and not _is_own_hop(without_comments(value), own):
            raise AuthservError("another server's hop stands above the verdict")


def _is_own_hop(value: str, own: tuple[str, ...]) -> bool:
    """Whether a hop stays within the server's organisation.

    A hand-over within the house (no `from`, which SMTP would have written; or local delivery), or a hop to a host of
    the house.
    """
    match = _BY.search(value)
    if match is None:
        return False
    host = match.group(1).lower()
    return (
        not _FROM.match(value)
        or _LMTP.search(value) is not None
        or any(host == name or host.endswith("." + name) for name in own)
    )


def _organisation(name: str) -> tuple[str, ...]:
    labels = name.split(".")
    organisation = ".".join(labels[1:]) if len(labels) > 2 else name
    return _MICROSOFT if _is_microsoft(name) else (organisation,)


def _split_methods(clauses: list[str]) -> list[str]:
    """One clause a method.

    A server without id has its first method in the first clause.
    """
    return [clause for clause in clauses if re.match(r"[a-z0-9-]+\s*=", clause)]


def _signer(clause: str) -> str:
    """Who signed.

    Google gives the identity (header.i) alone, whose domain is the signer's or below it.
    """
    return _property(clause, "header.d") or _property(clause, "header.i")


def _property(clause: str, name: str) -> str:
    match = re.search(rf"(?:^|\s){re.escape(name)}\s*=\s*@?([a-z0-9.-]+)(?=\s|$)", clause)
    return match.group(1) if match else ""
