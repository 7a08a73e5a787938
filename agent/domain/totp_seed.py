"""The seed of one-time codes: how it may be written, and what is wrong with it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

AMAZON_SEED_LENGTH = 52  # Base32 characters
MINIMUM_BYTES = 10
_ALGORITHMS = ("SHA1", "SHA256", "SHA512")


class SeedError(ValueError):
    """The text is not a seed; the message never repeats it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """A seed with the parameters of RFC 6238; `secret` is canonical Base32.

    Never print one.
    """

    secret: str
    digits: int = 6
    period: int = 30
    algorithm: str = "SHA1"

    def __repr__(self) -> str:
        """Hide the secret even in a traceback."""
        return f"Seed(secret=***, digits={self.digits}, period={self.period}, algorithm={self.algorithm!r})"

    @property
    def warning(self) -> str | None:
        """What is unusual about it, if anything."""
        length = len(self.secret.rstrip("="))
        if length != AMAZON_SEED_LENGTH:
            return (
                f"the seed has {length} Base32 characters, Amazon's have {AMAZON_SEED_LENGTH}; compare one code "
                "before relying on it"
            )
        return None


def parse_seed(text: str) -> Seed:
    """Read Base32, in groups or not, or an `otpauth://totp/` address.

    Raises:
        SeedError: it is a six-digit code, not Base32, too short, or an address with parameters that make no sense.
    """
    text = text.strip()
    return _parse_address(text) if text.lower().startswith("otpauth:") else Seed(secret=_base32(text))


def _parse_address(text: str) -> Seed:
    try:
        parts = urlsplit(text)
        query = parse_qs(parts.query)
    except ValueError as err:
        raise SeedError("the otpauth:// address is malformed; expected otpauth://totp/NAME?secret=...") from err
    if parts.netloc.lower() != "totp":
        raise SeedError(
            f"expected otpauth://totp/..., found otpauth://{parts.netloc}; only time-based codes can be used"
        )
    given = {name.lower(): values[-1] for name, values in query.items()}
    if "secret" not in given:
        raise SeedError("the otpauth:// address has no secret= parameter")
    algorithm = given.get("algorithm", "SHA1").upper().replace("-", "")
    if algorithm not in _ALGORITHMS:
        raise SeedError(f"the otpauth:// address has an unknown algorithm; expected one of {', '.join(_ALGORITHMS)}")
    return Seed(
        secret=_base32(unquote(given["secret"])),
        digits=_number(given, "digits", default=6, low=6, high=8),
        period=_number(given, "period", default=30, low=15, high=120),
        algorithm=algorithm,
    )


def _number(given: dict[str, str], name: str, *, default: int, low: int, high: int) -> int:
    text = given.get(name, str(default))
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        raise SeedError(f"the otpauth:// address has {name} out of range; expected {low} to {high}")
    return int(text)


def _base32(text: str) -> str:
    letters = "".join(text.split()).replace("-", "").rstrip("=").upper()
    if len(letters) in (6, 7, 8) and letters.isdigit():
        raise SeedError(
            f"{len(letters)} digits are a one-time code, not its seed; give the Base32 key shown when the "
            "authenticator was set up"
        )
    if not letters:
        raise SeedError("the seed is empty; give the Base32 key shown when the authenticator was set up")
    try:
        decoded = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except ValueError as err:  # also of letters outside ASCII
        raise SeedError("the seed is not Base32 (letters A-Z and digits 2-7)") from err
    if len(decoded) < MINIMUM_BYTES:
        raise SeedError(
            f"the seed is too short: {len(decoded)} bytes, expected at least {MINIMUM_BYTES} (Amazon's have 32)"
        )
    return letters
