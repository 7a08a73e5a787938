"""What a scripted IMAP server knows of its one folder, and how it words the answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

_SECTION = re.compile(r"BODY(?:\.PEEK)?\[([A-Z0-9.]*)\](?:<(\d+)\.(\d+)>)?", re.IGNORECASE)
_RANGE = re.compile(r"\bUID (\d+):(\*|\d+)", re.IGNORECASE)
_LIST = re.compile(r"\bUID (\d+(?:,\d+)*)$", re.IGNORECASE)
_FROM = re.compile(r'\bFROM "?([^"\s]+)', re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class Folder:
    """Messages by UID, in order.

    `phantoms` exist without content, for answers that are too long.
    """

    uidvalidity: int = 7
    messages: dict[int, bytes] = field(default_factory=dict)
    phantoms: int = 0
    with_uidnext: bool = True
    arrived: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def uids(self) -> list[int]:
        """Every UID, ascending."""
        return sorted({*range(1, self.phantoms + 1), *self.messages})

    @property
    def first(self) -> str:
        """The UID of the first message, as it is written."""
        return str(min(self.messages, default=0))

    @property
    def next_uid(self) -> int:
        """The UID that the next message gets."""
        return max(self.phantoms, max(self.messages, default=0)) + 1

    def append(self, raw: bytes) -> int:
        """Add a message and return its UID."""
        uid = self.next_uid
        self.messages[uid] = raw
        return uid

    def selected(self) -> list[str]:
        """The untagged answers to SELECT and EXAMINE."""
        lines = [
            f"{len(self.uids)} EXISTS",
            "0 RECENT",
            "FLAGS (\\Seen \\Deleted)",
            f"OK [UIDVALIDITY {self.uidvalidity}] valid",
        ]
        return [*lines, f"OK [UIDNEXT {self.next_uid}] next"] if self.with_uidnext else lines

    def search(self, criteria: str) -> list[int]:
        """The UIDs that a search finds.

        Dates are not looked at, everything has arrived just now.
        """
        found = self.uids
        if match := _RANGE.search(criteria):
            low, high = int(match[1]), match[2]
            last = max(found, default=0)
            found = [uid for uid in found if low <= uid and (high == "*" or uid <= int(high))]
            if high == "*" and not found and last:
                found = [last]  # n:* always includes the last message
        elif match := _LIST.search(criteria):
            found = [uid for uid in found if uid in {int(number) for number in match[1].split(",")}]
        elif re.search(r"\bUID \*", criteria, re.IGNORECASE):
            found = found[-1:]
        if match := _FROM.search(criteria):
            found = [
                uid
                for uid in found
                if match[1].lower().encode() in self.messages.get(uid, b"").partition(b"\r\n\r\n")[0].lower()
            ]
        return found

    def fetched(self, uids: str, items: str) -> Iterator[bytes]:
        """The untagged answers to UID FETCH; UIDs that do not exist are left out."""
        for uid in _expanded(uids, last=max(self.uids, default=0)):
            if uid in self.messages:
                yield self._fetched(uid, items)

    def _fetched(self, uid: int, items: str) -> bytes:
        raw = self.messages[uid]
        answer = f"{self.uids.index(uid) + 1} FETCH (UID {uid}".encode()
        if "RFC822.SIZE" in items.upper():
            answer += f" RFC822.SIZE {len(raw)}".encode()
        if "INTERNALDATE" in items.upper():
            answer += f' INTERNALDATE "{self.arrived:%d-%b-%Y %H:%M:%S} +0000"'.encode()
        if "FLAGS" in items.upper():
            answer += b" FLAGS ()"
        for section, start, size in _SECTION.findall(items):
            answer += _literal(raw, section.upper(), start, size)
        return answer + b")"


def _literal(raw: bytes, section: str, start: str, size: str) -> bytes:
    head, gap, _ = raw.partition(b"\r\n\r\n")
    content = head + gap if section.startswith("HEADER") else raw
    content = content[int(start) : int(start) + int(size)] if size else content
    origin = f"<{start}>" if size else ""
    return f" BODY[{section}]{origin} {{{len(content)}}}\r\n".encode() + content


def _expanded(uids: str, *, last: int) -> Iterator[int]:
    for piece in uids.split(","):
        low, colon, high = piece.partition(":")
        yield from range(int(low), (last if high == "*" else int(high)) + 1) if colon else [int(low)]
