"""All settings: environment, .env, or a TOML file.

The environment has the prefix SC_AGENT_, nested with __; SC_AGENT_CONFIG names the file.
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from agent.settings.groups.base import SecretStrings
from agent.settings.groups.mailbox import ImapSettings, MailboxSettings, MailSettings, Tls
from agent.settings.groups.operation import ObserveSettings, SecretsSettings, WebhookSettings, WebSettings
from agent.settings.groups.visits import (
    AuditSettings,
    BrowserSettings,
    FlowSettings,
    InsightsSettings,
    RegistrationSettings,
    SignInSettings,
    TakeoverSettings,
    WorkSettings,
)
from agent.settings.text_forms import is_local_server

PREFIX = "SC_AGENT_"


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
    accept_any_merchant: bool = False  # the first who invites gets the account, unless its merchant is known
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
    def vault_key_problem(self) -> str | None:
        """What is wrong where more than one vault key is set."""
        names = ("vault_key", "vault_key_file", "vault_keyring")
        if sum(getattr(self, name) is not None for name in names) <= 1:
            return None
        return (
            f"only one of {', '.join(PREFIX + name.upper() for name in names)} may be set, "
            "in the environment, the file of variables and the configuration together; remove the others"
        )

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
            "MAIL__DNS_SERVERS on loopback": any(is_local_server(each) for each in self.mail.dns_servers),
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
