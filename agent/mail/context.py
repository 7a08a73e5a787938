"""What every part of the mail room shares."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from agent.clock import utc_now
from agent.mail.trust.examine import TrustPolicy
from agent.mail.trust.keys import KeyStore
from agent.mail.trust.sandbox import Judge
from agent.mail.trust.senders import FROM_DOMAINS
from agent.settings.groups.mailbox import MailboxSettings, MailSettings, MailTrust
from agent.settings.model import Settings
from agent.store.database.handles import Engine
from agent.store.vault.keys import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class MailContext:
    """Storage, limits, clock, and whom to call."""

    engine: Engine
    vault: Vault
    limits: MailSettings
    lease: timedelta
    any_merchant: bool = False  # the first who invites gets the account
    on_alarm: Callable[[str, str], None]
    on_fine: Callable[[str], None] = lambda _: None
    on_event: Callable[[str, str, int], None] = lambda mailbox, event, amount: None  # for the counters
    now: Callable[[], datetime] = utc_now


def mailboxes_of(settings: Settings) -> list[MailboxSettings]:
    """Every mailbox of the settings, the one of IMAP__* first; none is no error here."""
    first = settings.imap
    if first.host is None or first.username is None:
        return list(settings.mailboxes)
    return [
        MailboxSettings(**(first.model_dump() | {"host": first.host, "username": first.username})),
        *settings.mailboxes,
    ]


def name_of(mailbox: MailboxSettings) -> str:
    """How a mailbox is called in tables and logs."""
    return f"{mailbox.username}@{mailbox.host}"


def policy_for(limits: MailSettings, mailbox: MailboxSettings | None) -> TrustPolicy:
    """What a message in this mailbox, or in a file, must satisfy."""
    trust = mailbox.trust if mailbox is not None and mailbox.trust is not None else limits.trust
    return TrustPolicy(
        from_domains=tuple(domain.lower() for domain in limits.from_domains) or FROM_DOMAINS,
        authserv=trust is MailTrust.AUTHSERV,
        trusted_authserv_ids=tuple(
            (mailbox.trusted_authserv_ids if mailbox is not None else []) or limits.trusted_authserv_ids
        ),
        own_addresses=(mailbox.username,) if mailbox is not None else (),
        max_bytes=limits.max_message_bytes,
        window=timedelta(days=limits.expires_after_days),
    )


def process_name() -> str:
    """Make a new name of ours.

    Host, process and its start (so that a reused number is not taken for us), and a word of
    chance.
    """
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}:{uuid4().hex[:8]}"


def is_dead(holder: str) -> bool:
    """Whether a process of this host is certainly gone.

    False when that cannot be told.
    """
    host, pid, started = ([*holder.rsplit(":", 3), "", ""])[:3]
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return started != "" and _started(int(pid)) not in ("", started)


def _started(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def judge_of(limits: MailSettings, keys: KeyStore, *, processes: int) -> Judge:
    """The sandbox in which messages are judged, within the limits of the settings."""
    return Judge(
        look_up=keys.look_up, seconds=limits.judge_seconds, memory_mb=limits.judge_memory_mb, processes=processes
    )
