"""Settings of what a process tells and serves.

Alarms, web role, webhooks, secret stores.
"""

from __future__ import annotations

import re
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, field_validator

from agent.settings.groups.base import LONGEST, Days, Group, Seconds, SecretStrings, Strings, programs


class PicturedVisits(StrEnum):
    """Which visits that end well keep pictures of their steps."""

    NONE = "none"
    DAILY = "daily"  # each acceptance, registration and rotation; of an account's audits and insights one a day
    ALL = "all"


class ObserveSettings(Group):
    """Logs, metrics, alarms."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "text"] = "json"
    http_address: str | None = None  # address:port for /healthz, /readyz, /metrics
    otlp_endpoint: str | None = None  # where traces go by OTLP over HTTP: http://collector:4318
    notify_urls: SecretStrings = []
    notify_after: int = Field(default=3, ge=1)
    notify_repeat: Seconds = 6 * 3600.0
    notify_gather: Seconds = 300.0  # after a notice, what else happens is gathered for so long and told as one
    evidence_days: Days = 30
    erase_after_days: float = Field(default=7, ge=0, le=LONGEST)  # the evidence of an account that was removed
    evidence_mb: int = Field(default=100, ge=1)  # an account; the newest visit's is kept whatever its size
    pictures: PicturedVisits = PicturedVisits.DAILY  # of visits that end well; the others always have theirs
    pictured_visits: int = Field(default=3, ge=1)  # an account: the newest that ended well and keep their pictures
    audits_days: Days = 90  # 12 KB each; docs/capacity.md
    insights_days: Days = 400  # 12 KB each, one a day
    journal_days: Days = 400
    finished_days: Days = 14
    events_days: int = Field(default=30, ge=4, le=LONGEST)  # longer than webhooks are tried again

    @field_validator("otlp_endpoint")
    @classmethod
    def _is_endpoint(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https?://[^\s/?#@]+(?:/[^\s?#]*)?", value):
            raise ValueError("expected http://host:4318 or https://host, without a user, a query or a fragment")
        return value


class OidcSettings(Group):
    """The identity provider of the console."""

    issuer: str | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None
    role_claim: str = "roles"  # its values: viewer, operator, driver, admin; nested ones with dots
    ca_file: Path | None = None  # an authority of your own


class WebSettings(Group):
    """API, console, panel and health at one address."""

    address: str = "127.0.0.1:8480"  # port 0: any
    public_url: str | None = None  # how others reach it, for example https://agent.example
    key: SecretStr | None = None  # 32 bytes in URL-safe Base64; None: derived from the vault key
    tls_cert_file: Path | None = None
    tls_key_file: Path | None = None
    behind_proxy: bool = False  # a proxy of ours ends TLS in front
    embed_origins: Strings = []  # whose pages may show the panel; empty: as the embed token says
    requests_per_second: float = Field(default=300.0, gt=0)  # of one API key
    oidc: OidcSettings = OidcSettings()

    @property
    def host_and_port(self) -> tuple[str, int]:
        """The address in two parts; load.py has looked at it."""
        host, _, port = self.address.rpartition(":")
        return host.strip("[]"), int(port)


class WebhookSettings(Group):
    """Where webhooks may be sent."""

    allowed_networks: Strings = []  # CIDR of private networks with receivers
    ca_file: Path | None = None  # believed beside the public authorities
    allow_loopback: bool = False  # rehearsal only

    @field_validator("allowed_networks")
    @classmethod
    def _are_networks(cls, value: list[str]) -> list[str]:
        for text in value:
            ip_network(text)
        return value


class SecretsSettings(Group):
    """Secrets that are kept elsewhere."""

    allowed_refs: Strings = []  # patterns a reference given by the API must match, with {account}
    exec: Annotated[dict[str, list[str]], BeforeValidator(programs)] = {}  # exec://name: argument list
    vault_address: str | None = None  # vault://mount/path: https://host:8200
    vault_token: SecretStr | None = None
    vault_token_file: Path | None = None  # read each time
    vault_ca_file: Path | None = None
    aws_region: str | None = None  # aws-sm://name; an ARN names its own
    aws_endpoint: str | None = None  # an endpoint of one's own network, as the next two
    gcp_endpoint: str | None = None
    gcp_credentials_file: Path | None = None  # without one, what the machine's own service account gives
    azure_endpoint: str | None = None
    op_address: str | None = None  # op://vault/item: the Connect server
    op_token: SecretStr | None = None
    op_token_file: Path | None = None  # read each time
    ca_file: Path | None = None  # authority of these stores' endpoints where it is not a public one; not Google's
