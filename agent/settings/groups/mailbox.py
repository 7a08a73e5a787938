"""Settings of mailboxes, and of how mails are proven."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from agent.settings.groups.base import LONGEST, Days, Group, Seconds, Strings


class Tls(StrEnum):
    """How a mailbox connection is protected."""

    IMPLICIT = "implicit"
    STARTTLS = "starttls"
    NONE = "none"  # loopback only


class MailTrust(StrEnum):
    """Whose word it takes that a mail is Amazon's."""

    DKIM = "dkim"  # our own verification of the raw bytes
    AUTHSERV = "authserv"  # the verdict of a named server; for providers that rewrite mail


class OAuthSettings(Group):
    """Signing in to a mailbox with OAuth2 (extra `oauth`)."""

    provider: Literal["microsoft", "google"]
    mechanism: Literal["xoauth2", "oauthbearer"] = "xoauth2"
    tenant: str | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None
    certificate_file: Path | None = None
    service_account_file: Path | None = None
    refresh_token: SecretStr | None = None
    token_uri: str | None = None
    scopes: Strings = []


class MailboxSettings(Group):
    """One mailbox that receives invitations."""

    host: str
    port: int = Field(default=993, ge=1, le=65535)
    username: str
    password: SecretStr | None = None
    tls: Tls = Tls.IMPLICIT
    ca_file: Path | None = None
    folders: Strings = ["INBOX"]  # the junk folder is found by its special use and added
    junk: bool = True
    trust: MailTrust | None = None  # None: as MAIL__TRUST
    trusted_authserv_ids: Strings = []  # empty: as MAIL__TRUSTED_AUTHSERV_IDS
    oauth: OAuthSettings | None = None
    move_handled_to: str | None = None  # off: the mailbox is left as found


class ImapSettings(Group):
    """The first mailbox; more are `[[mailboxes]]` in the TOML file."""

    host: str | None = None
    port: int = Field(default=993, ge=1, le=65535)
    username: str | None = None
    password: SecretStr | None = None
    tls: Tls = Tls.IMPLICIT
    ca_file: Path | None = None
    folders: Strings = ["INBOX"]
    junk: bool = True
    oauth: OAuthSettings | None = None
    move_handled_to: str | None = None


class MailSettings(Group):
    """Watching and trust, for all mailboxes."""

    dns_servers: Strings = []  # address:port; empty: the system's resolver
    dns_timeout: Seconds = 5.0
    trust: MailTrust = MailTrust.DKIM
    trusted_authserv_ids: Strings = []
    from_domains: Strings = []  # empty: the list in the facts
    idle_slice: float = Field(default=120.0, gt=0, le=540)
    poll_interval: Seconds = 15.0  # where IDLE is missing
    junk_interval: Seconds = 60.0
    read_timeout: Seconds = 30.0
    connect_timeout: Seconds = 10.0
    backoff_max: Seconds = 60.0
    look_back_days: int = Field(default=14, ge=0, le=LONGEST)
    expires_after_days: Days = 14
    retention_days: Days = 90
    max_message_bytes: int = Field(default=2_000_000, ge=10_000)
    judge_seconds: Seconds = 2.0
    judge_memory_mb: int = Field(default=512, ge=64, le=1_000_000)
    judge_processes: int = Field(default=2, ge=1, le=16)  # mails judged at once
