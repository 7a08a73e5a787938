"""All settings: environment (prefix SC_AGENT_, nested with __), .env, or the TOML file named by SC_AGENT_CONFIG."""

from __future__ import annotations

import json
import os
import re
from enum import StrEnum
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

PREFIX = "SC_AGENT_"


def _split(value: object) -> object:
    """Take a list as JSON or comma-separated."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text.startswith("["):
        return json.loads(text)
    return [part.strip() for part in text.split(",") if part.strip()]


def _programs(value: object) -> object:
    """Take programs by name as JSON, as an environment variable gives them."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as err:
        raise ValueError('expected JSON such as {"name": ["/path/program", "argument"]}') from err


Strings = Annotated[list[str], BeforeValidator(_split)]
SecretStrings = Annotated[list[SecretStr], BeforeValidator(_split)]
Seconds = Annotated[float, Field(gt=0)]


def _is_local_server(server: str) -> bool:
    """A DNS server of this machine on a port that no real one has."""
    host, colon, port = server.rpartition(":")
    is_bare = not colon or (":" in host and not host.startswith("["))
    try:
        return ip_address((server if is_bare else host).strip("[]")).is_loopback and not is_bare and port != "53"
    except ValueError:
        return False


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Tls(StrEnum):
    """How a mailbox connection is protected."""

    IMPLICIT = "implicit"
    STARTTLS = "starttls"
    NONE = "none"  # loopback only


class MailTrust(StrEnum):
    """Whose word it takes that a mail is Amazon's."""

    DKIM = "dkim"  # our own verification of the raw bytes
    AUTHSERV = "authserv"  # the verdict of a named server; for providers that rewrite mail


class OAuthSettings(_Group):
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


class MailboxSettings(_Group):
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


class ImapSettings(_Group):
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


class MailSettings(_Group):
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
    look_back_days: int = Field(default=14, ge=0)
    expires_after_days: int = Field(default=14, ge=1)
    retention_days: int = Field(default=90, ge=1)
    max_message_bytes: int = Field(default=2_000_000, ge=10_000)
    judge_seconds: Seconds = 2.0
    judge_memory_mb: int = Field(default=512, ge=64)
    judge_processes: int = Field(default=2, ge=1, le=16)  # mails judged at once


class BrowserSettings(_Group):
    """The browser, and the two rehearsal settings that point it at a stand-in."""

    executable: Path | None = None  # None: Playwright's own, then Debian's chromium-headless-shell
    endpoint: str | None = None  # a remote browser: ws:// (Playwright) or http:// (CDP)
    proxy: SecretStr | None = None  # scheme://[user:password@]host:port; the environment's is never taken
    egress: str | None = None  # a name for the address visits come from, the same for workers behind one
    headless: bool = True
    no_sandbox: bool = False  # rehearsal as root switches it by itself
    contexts: int = Field(default=2, ge=1, le=64)  # visits at once in one worker
    replace_after: int = Field(default=200, ge=1)  # visits until the browser is replaced
    host_resolver_rules: str | None = None
    trusted_spki: Strings = []
    user_agent_suffix: str = "ChannelAdvisor-SecondaryUser/1"
    slow_ms: float = Field(default=0, ge=0)


class FlowSettings(_Group):
    """Bounds of one visit, in seconds."""

    step_timeout: Seconds = 20.0
    visit_timeout: Seconds = 240.0
    challenge_timeout: Seconds = (
        20.0  # how long a silent challenge or late page is waited for; one-off commands end within 30 s
    )


class WorkSettings(_Group):
    """The engine's rhythm."""

    tick: Seconds = 5.0
    batch: int = Field(default=200, ge=1, le=1000)
    lease: Seconds = 15.0
    busy_wait: Seconds = 30.0  # how long a one-off command waits for a busy account
    backoff_first: Seconds = 60.0
    backoff_max: Seconds = 6 * 3600.0
    max_retries: int = Field(default=8, ge=1)  # then needs_human
    max_deaths: int = Field(default=3, ge=1)  # visits of one account that killed their worker; then needs_human
    stop_grace: Seconds = 4.0  # seconds a running visit gets after SIGTERM
    visits_per_minute: int = Field(default=100, ge=1)
    visits_per_host_minute: int = Field(default=60, ge=1)
    visits_per_account_day: int = Field(default=200, ge=1)
    canaries: Strings = []  # accounts for whom what people adopt counts first
    canary_visits: int = Field(default=3, ge=1)  # of theirs that must go well before it counts for all
    only_accounts: Strings = []  # this worker visits these alone by itself, such as those a new release is tried on
    not_accounts: Strings = []  # and these not: another worker does
    quiet_hours: str | None = None  # "22:00-06:00" UTC: only urgent visits start


class AuditSettings(_Group):
    """When permissions are read, and what is concluded."""

    interval: Seconds = 6 * 3600.0  # between audits of a complete account
    interval_waiting: Seconds = 900.0  # between audits while the seller has still to act
    second_look: float = Field(default=2.0, ge=0, le=60)  # seconds a page that would pass is watched; 0: it is not
    jitter: float = Field(default=0.1, ge=0, le=0.5)
    policy_file: Path | None = None
    incomplete_limit: int = Field(default=5, ge=1)  # in a row; then needs_human
    stale_after_days: int = Field(default=7, ge=1)


class InsightsSettings(_Group):
    """When account health and the Featured Offer percentage are read."""

    interval: float = Field(default=86_400.0, ge=0)  # seconds between readings of a complete account; 0: never


class SignInSettings(_Group):
    """The attempt budget."""

    attempts_per_hour: int = Field(default=3, ge=1)
    codes_rejected_limit: int = Field(default=2, ge=1)
    skew_warn: Seconds = 5.0
    skew_stop: Seconds = 60.0
    code_margin: Seconds = 5.0  # no code with less left
    per_egress_minute: int = Field(default=60, ge=1)  # visits without a session through one address, of all workers
    stop_accounts: int = Field(default=5, ge=2)  # accounts with a bad end within the window that stop all sign-ins
    stop_share: float = Field(default=0.5, gt=0, le=1)  # of all accounts that signed in within it
    stop_window: Seconds = 3600.0
    stop_rest: Seconds = 900.0  # before one account is tried; doubled while that ends badly
    canaries: int = Field(default=3, ge=1)  # accounts whose sign-ins must go well before all go on
    ask: Literal["never", "present", "always"] = "present"  # whether a visit asks people for codes sent by message
    ask_within: float = Field(default=90.0, gt=0, le=180)  # seconds it waits; the visit's own bound goes on


class ObserveSettings(_Group):
    """Logs, metrics, alarms."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "text"] = "json"
    http_address: str | None = None  # address:port for /healthz, /readyz, /metrics
    otlp_endpoint: str | None = None  # where traces go by OTLP over HTTP: http://collector:4318
    notify_urls: SecretStrings = []
    notify_after: int = Field(default=3, ge=1)
    notify_repeat: Seconds = 6 * 3600.0
    notify_gather: Seconds = 300.0  # after a notice, what else happens is gathered for so long and told as one
    evidence_days: int = Field(default=30, ge=1)
    erase_after_days: float = Field(default=7, ge=0)  # the evidence of an account that was removed
    evidence_mb: int = Field(default=100, ge=1)  # an account; the newest visit's is kept whatever its size
    audits_days: int = Field(default=90, ge=1)  # 12 KB each; docs/capacity.md
    insights_days: int = Field(default=400, ge=1)  # 12 KB each, one a day
    journal_days: int = Field(default=400, ge=1)
    finished_days: int = Field(default=14, ge=1)
    events_days: int = Field(default=30, ge=4)  # longer than webhooks are tried again

    @field_validator("otlp_endpoint")
    @classmethod
    def _is_endpoint(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https?://[^\s/?#@]+(?:/[^\s?#]*)?", value):
            raise ValueError("expected http://host:4318 or https://host, without a user, a query or a fragment")
        return value


class OidcSettings(_Group):
    """The identity provider of the console."""

    issuer: str | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None
    role_claim: str = "roles"  # its values: viewer, operator, driver, admin; nested ones with dots
    ca_file: Path | None = None  # an authority of your own


class WebSettings(_Group):
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


class TakeoverSettings(_Group):
    """A person who takes over a visit's page in the console."""

    enabled: bool = True  # visits that may sign in then use a browser that can show pictures
    hold: Seconds = 90.0  # how long a page that asks for a person is kept, where one is present
    places: int = Field(default=2, ge=1, le=16)  # pages kept at once by one worker


class WebhookSettings(_Group):
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


class SecretsSettings(_Group):
    """Secrets that are kept elsewhere."""

    allowed_refs: Strings = []  # patterns a reference given by the API must match, with {account}
    exec: Annotated[dict[str, list[str]], BeforeValidator(_programs)] = {}  # exec://name: argument list
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


class RegistrationSettings(_Group):
    """Creating logins that were ordered."""

    per_day: int = Field(default=5, ge=0, le=1000)  # register forms of the whole fleet; 0: none
    code_wait: Seconds = 180.0  # how long a code by mail is waited for
    person_wait: Seconds = 600.0  # how long an open page waits for what only a person has


class Settings(BaseSettings):
    """Everything a command may be told from outside; built only in agent/cli."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_file_encoding="utf-8",  # which file, and whether at all, says load.py
        extra="ignore",  # .env may hold other programs' variables; configuration.py refuses misspelt names of ours
        hide_input_in_errors=True,
        enable_decoding=False,
    )

    data_dir: Path = Path("data")
    database_url: str | None = None  # None: sqlite file in data_dir
    accept_any_merchant: bool = False  # whoever invites first has the account, unless its merchant is known
    vault_key: SecretStr | None = None
    vault_key_file: Path | None = None
    vault_keyring: str | None = None  # service name in the system keyring
    vault_old_keys: SecretStrings = []
    imap: ImapSettings = ImapSettings()
    mailboxes: list[MailboxSettings] = []
    mail: MailSettings = MailSettings()
    browser: BrowserSettings = BrowserSettings()
    flow: FlowSettings = FlowSettings()
    work: WorkSettings = WorkSettings()
    audit: AuditSettings = AuditSettings()
    insights: InsightsSettings = InsightsSettings()
    sign_in: SignInSettings = SignInSettings()
    registration: RegistrationSettings = RegistrationSettings()
    observe: ObserveSettings = ObserveSettings()
    web: WebSettings = WebSettings()
    takeover: TakeoverSettings = TakeoverSettings()
    webhooks: WebhookSettings = WebhookSettings()
    secrets: SecretsSettings = SecretsSettings()
    vault_public_key: str | None = None  # printed by `vault public-key`; the web role seals secrets to it
    evidence_dir: Path | None = None  # shared by workers and web role; None: data_dir/evidence

    @property
    def evidence_root(self) -> Path:
        """Where each account's evidence lies, one folder an account."""
        return self.evidence_dir or self.data_dir / "evidence"

    @property
    def is_rehearsal(self) -> bool:
        """Whether anything is pointed at a stand-in (decision 12)."""
        return bool(self.rehearsal_signs)

    @property
    def rehearsal_signs(self) -> tuple[str, ...]:
        """The settings that only a rehearsal has.

        What they lead to would be believed like the real thing.
        """
        boxes = [(self.imap.host, self.imap.tls), *((box.host, box.tls) for box in self.mailboxes)]
        signs = {
            "BROWSER__HOST_RESOLVER_RULES": bool(self.browser.host_resolver_rules),
            "BROWSER__TRUSTED_SPKI": bool(self.browser.trusted_spki),
            "MAIL__DNS_SERVERS on loopback": any(_is_local_server(each) for each in self.mail.dns_servers),
            "IMAP TLS 'none'": any(host and tls is Tls.NONE for host, tls in boxes),
        }
        return tuple(name for name, stands in signs.items() if stands)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order: arguments, environment, .env, the TOML file."""
        sources: tuple[PydanticBaseSettingsSource, ...] = (init_settings, env_settings, dotenv_settings)
        if name := os.environ.get(PREFIX + "CONFIG"):
            sources += (TomlConfigSettingsSource(settings_cls, toml_file=Path(name)),)
        return sources
