"""The answer to LIST: folders by name and flags, and which of them holds junk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from imapclient.exceptions import IMAPClientError
from imapclient.imap_utf7 import decode as decode_utf7
from imapclient.imap_utf7 import encode as encode_utf7
from imapclient.response_parser import parse_response

JUNK_NAMES = frozenset(  # Exchange marks none, and names it in the mailbox's language
    {
        "junk", "spam", "junk email", "junk e-mail", "junk-e-mail", "bulk mail", "bulk", "junk mail", "spamverdacht",
        "courrier indésirable", "correo no deseado", "posta indesiderata", "lixo eletrônico", "ongewenste e-mail",
        "迷惑メール", "垃圾邮件",
    }
)  # fmt: skip


def grouped(lines: Sequence[Any]) -> Iterator[list[Any]]:
    """The lines of an answer, each literal with what stands around it."""
    group: list[Any] = []
    for line in lines:
        if line:
            group.append(line)
        if group and not isinstance(line, tuple):
            yield group
            group = []


def entry_of(group: list[Any]) -> tuple[set[bytes], str] | None:
    """Flags in lower case and name of one line of a LIST.

    None when it is no folder that can be opened by that name.
    """
    try:
        flags, _, name = parse_response(group)[:3]
        known = {flag.lower() for flag in flags}
        text = str(name) if isinstance(name, int) else decode_utf7(name)
        raw = str(name).encode() if isinstance(name, int) else name
        if known & {b"\\noselect", b"\\nonexistent"} or encode_utf7(text) != raw:
            return None
    except (ValueError, TypeError, AttributeError, IMAPClientError):
        return None
    return known, str(text)
